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
pidfile='/run/supervise-web.pid'
retry='SIGTERM/7/SIGKILL/5'
respawn_max='10'
respawn_period='60'
rc_ulimit='-n 1024'
respawn_max='3'

depend() {
	need postgresql
	want cron net net-online
	after redis ntp-client ntpd chronyd openntpd net net-online
}

svcctl_wait() {
	"$svcctl" --manager openrc --system --quiet wait "$1" --for running
}

start_pre() {
	svcctl_wait postgresql || { echo "web requires postgresql, which does not run" >&2; return 1; }
	! service_started redis || svcctl_wait redis || :
}

reload() {
	"$svcctl" --manager openrc --system --quiet reload web
}
