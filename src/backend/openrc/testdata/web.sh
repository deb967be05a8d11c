#!/sbin/openrc-run
# svcctl service: web
# Written by svcctl: change the definition and install it again. `svcctl diff web` shows what was changed here.

name='Web front end'
description='The shop'\''s "front end", for $5'
extra_started_commands='reload'
description_reload='Has the service read its configuration again'
svcctl='/usr/bin/svcctl'
definition='/var/lib/svcctl/hosted/web.json'
supervisor='supervise-daemon'
command='"$svcctl"'
command_args='host --definition "$definition"'
retry='SIGTERM/7/SIGKILL/5'
pidfile='/run/supervise-web.pid'
respawn_max='10'
respawn_period='60'
rc_ulimit='-n 1024'
respawn_max='3'

depend() {
	want postgresql cron net net-online
	after postgresql redis ntp-client ntpd chronyd openntpd net net-online
}

stop_post() {
	"$svcctl" --manager openrc --system --quiet stop web
}

reload() {
	"$svcctl" --manager openrc --system --quiet reload web
}
