#!/sbin/openrc-run
# svcctl service: plain
# Written by svcctl: change the definition and install it again. `svcctl diff plain` shows what was changed here.

name='plain'
svcctl='/usr/bin/svcctl'
definition='/var/lib/svcctl/hosted/plain.json'
supervisor='supervise-daemon'
command='"$svcctl"'
command_args='host --definition "$definition"'
pidfile='/run/supervise-plain.pid'
retry='SIGTERM/35/SIGKILL/5'
respawn_max='10'
respawn_period='60'
