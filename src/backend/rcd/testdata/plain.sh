#!/bin/sh
# svcctl service: plain
# Written by svcctl: change the definition and install it again. `svcctl diff plain` shows what was changed here.

# PROVIDE: plain
# REQUIRE: LOGIN FILESYSTEMS
# KEYWORD: shutdown

. /etc/rc.subr

rcvar='plain_enable'
name='plain'
desc='plain'
svcctl='/usr/local/bin/svcctl'
definition='/var/db/svcctl/hosted/plain.json'
pidfile='/var/run/svcctl-plain.pid'
command='/usr/sbin/daemon'
command_args='-f -r -R 1 -P "$pidfile" -- "$svcctl" host --definition "$definition"'

load_rc_config "$name"
: "${plain_enable:=NO}"
run_rc_command "$1"
