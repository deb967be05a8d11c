#!/bin/sh
# svcctl service: web
# Written by svcctl: change the definition and install it again. `svcctl diff web` shows what was changed here.

# PROVIDE: web
# REQUIRE: LOGIN FILESYSTEMS postgresql redis cron NETWORKING netwait ntpdate ntpd
# KEYWORD: shutdown

. /etc/rc.subr

rcvar='web_enable'
name='web'
desc='The shop'\''s "front end", for $5'
svcctl='/usr/local/bin/svcctl'
definition='/var/db/svcctl/hosted/web.json'
pidfile='/var/run/svcctl-web.pid'
command='/usr/sbin/daemon'
command_args='-f -r -R 1 -P "$pidfile" -- "$svcctl" host --definition "$definition"'
extra_commands='reload'
reload_cmd='"$svcctl" --manager rcd --system --quiet reload web'
web_login_class='web'

load_rc_config "$name"
: "${web_enable:=NO}"
run_rc_command "$1"
