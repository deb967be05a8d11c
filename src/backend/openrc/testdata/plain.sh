#!/sbin/openrc-run
# svcctl service: plain
# Written by svcctl: change the definition and install it again. `svcctl diff plain` shows what was changed here.

name='plain'
svcctl='/usr/bin/svcctl'
definition='/var/lib/svcctl/hosted/plain.json'
supervisor='supervise-daemon'
command='"$svcctl"'
command_args='host --definition "$definition"'
retry='SIGTERM/35/SIGKILL/5'
pidfile='/run/supervise-plain.pid'
respawn_max='10'
respawn_period='60'

stop_post() {
	"$svcctl" --manager openrc --system --quiet stop plain
}
