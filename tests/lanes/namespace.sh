# shellcheck shell=bash
# A machine of its own in Linux namespaces, whose init is a real one: the part that boot-systemd and boot-openrc share.
#
# A holder process owns a private mount namespace with one overlay over the machine's root. The overlay's upper layer
# lives as long as the holder does, so what a boot writes is there at the next boot. Each boot is a child of the holder
# in namespaces of its own (mount, pid, uts, ipc, cgroup, net). Nothing is mounted where the machine can see it, and all
# mounts and processes are gone when the holder is.
#
# The caller defines:
#   lane_fetch          once, on the machine: fetch into $LANES_DIR what lane_prepare needs
#   lane_prepare ROOT   once, before the first boot: change the new root's files (ROOT is the merged overlay)
#   lane_init           the command that becomes PID 1, as the array INIT
#   lane_ready          waits until the boot is done; non-zero after its deadline
#   lane_shutdown       reboots as an administrator does
#
# State, in $LANES_DIR/NAME: holder (pid), init (pid of the init, in the machine's numbering), log (what init printed),
# stop (exists while the machine is being ended), share/ (seen inside as /mnt: files handed in and out).

LANES_DIR=${SVCCTL_LANES_DIR:-/tmp/svcctl-lanes}

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Wait until a command succeeds: within SECONDS COMMAND...
within() {
  local deadline=$((SECONDS + $1)); shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

alive() { kill -0 "$1" 2>/dev/null; }

gone() { ! alive "$1"; }

# --- the holder -------------------------------------------------------------------------------------------------------

# Create the overlay. A tmpfs keeps the upper layer off file systems that cannot be one (an overlay, for instance).
hold_mounts() {
  mount -t tmpfs -o mode=755 lane "$dir/disk"
  mkdir "$dir/disk/upper" "$dir/disk/work" "$dir/disk/root"
  mount -t overlay -o "lowerdir=/,upperdir=$dir/disk/upper,workdir=$dir/disk/work" lane "$root"
  mount_checkout
}

# The checkout is part of the lower layer unless it is a mount of its own.
mount_checkout() {
  local checkout; checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  [ "$(stat -c %d "$checkout")" != "$(stat -c %d /)" ] || return 0
  mkdir -p "$root$checkout"
  mount --rbind "$checkout" "$root$checkout"
}

# A cgroup of the machine's v2 hierarchy, which is the root of what the boot sees. Controllers are passed on where the
# machine lets them go; those that a v1 hierarchy holds stay there.
hold_cgroup() {
  local top=$dir/cgroup controller
  mkdir -p "$top"
  mount -t cgroup2 lane "$top"
  tr ' ' '\n' <"$top/cgroup.controllers" | while read -r controller; do
    echo "+$controller" >"$top/cgroup.subtree_control" || true
  done 2>/dev/null
  group=$top/svcctl-lane-$name
  mkdir -p "$group"
}

drop_cgroup() {
  echo 1 >"$group/cgroup.kill" || true
  within 10 group_is_empty || true
  find "$group" -depth -type d -exec rmdir {} + || true
} 2>/dev/null

group_is_empty() { grep -q 'populated 0' "$group/cgroup.events"; }

# One boot. Returns when its PID 1 has ended, however that was.
hold_boot() {
  rm -f "$dir/init"
  (
    echo 0 >"$group/cgroup.procs"
    exec unshare --mount --pid --uts --ipc --cgroup --net --fork --kill-child=KILL --propagation private \
      "$self" __boot "$name" "$owner" >>"$dir/log" 2>&1 </dev/null
  ) &
  booter=$!
  within 10 find_init || die "no init process appeared; see $dir/log"
  wait "$booter" || true
}

# The only child of `unshare` is the init.
find_init() {
  local pid; pid=$(cat "/proc/$booter/task/$booter/children" 2>/dev/null) || return 1
  pid=${pid%% *}
  [ -n "$pid" ] || return 1
  echo "$pid" >"$dir/init.new" && mv "$dir/init.new" "$dir/init"
}

# End everything once the owner is gone, so that a killed test run leaves nothing behind.
watch_owner() {
  tail --pid="$owner" -f /dev/null
  touch "$dir/stop"
  end_init
}

end_init() {
  local pid; pid=$(cat "$dir/init" 2>/dev/null) || return 0
  kill -KILL "$pid" 2>/dev/null || true
}

hold() {
  root=$dir/disk/root
  mkdir -p "$dir/disk"
  hold_mounts
  hold_cgroup
  trap 'drop_cgroup; rm -f "$dir/holder" "$dir/init"' EXIT
  lane_prepare "$root"
  watch_owner & local watcher=$!
  while [ ! -e "$dir/stop" ]; do hold_boot; done
  kill "$watcher" 2>/dev/null || true
}

# --- inside, before init ----------------------------------------------------------------------------------------------

# Devices of its own: what the boot creates in /dev stays in it.
boot_devices() {
  local node
  mount -t tmpfs -o mode=755,nosuid devices dev
  for node in null zero full random urandom tty; do
    touch "dev/$node"
    mount --bind "/dev/$node" "dev/$node"
  done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts
  mount -t tmpfs -o mode=1777 shm dev/shm
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
}

# What reaches the machine's kernel is read-only, as in any container.
boot_kernel_files() {
  mount -t proc proc proc
  mount --bind proc/sys proc/sys && mount -o remount,bind,ro proc/sys
  mount -t sysfs -o ro sysfs sys
  mount -t cgroup2 cgroup sys/fs/cgroup
}

# A checkout below a folder that the boot has of its own is shown in it all the same.
show_checkout() {
  local checkout; checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  case $checkout in
    /tmp/* | /run/*) mkdir -p ".$checkout"; mount --rbind "$checkout" ".$checkout" ;;
  esac
}

boot() {
  root=$dir/disk/root
  hostname "$name"
  # Services are measured against a priority of 0, whatever the tests themselves run at.
  renice --priority 0 --pid $$ >/dev/null
  mount --bind "$root" "$root"
  cd "$root" || exit
  boot_kernel_files
  boot_devices
  mount -t tmpfs -o mode=755 run run
  mount -t tmpfs -o mode=1777 tmp tmp
  show_checkout
  mkdir run/machine
  mount --bind "$dir/share" mnt
  pivot_root . run/machine
  lane_init
  # An init in a container expects to find its mounts shared, and systemd hands out credentials by that.
  exec chroot . /bin/sh -c 'umount -l /run/machine && rmdir /run/machine && mount --make-rshared / && exec "$@"' sh env -i container=svcctl-lane PATH=/usr/sbin:/usr/bin:/sbin:/bin "${INIT[@]}"
}

# --- the commands -----------------------------------------------------------------------------------------------------

lane_up() {
  [ "$(id -u)" = 0 ] || die "needs root: it makes mounts and namespaces"
  [ ! -e "$dir/holder" ] || ! alive "$(cat "$dir/holder")" || die "$name is already up"
  rm -rf "$dir"; mkdir -p "$dir/share"
  lane_fetch
  chmod 755 "$LANES_DIR" "$dir"; chmod 1777 "$dir/share"
  setsid unshare --mount --propagation private "$self" __hold "$name" "$owner" >"$dir/log" 2>&1 </dev/null &
  echo $! >"$dir/holder"
  booted || { tail -20 "$dir/log" >&2; lane_kill; die "$name did not come up"; }
}

booted() { within 20 test -s "$dir/init" && lane_ready; }

# Reboot as an administrator would, or as a power failure does (--hard), and wait until it is up again.
lane_reboot() {
  local before; before=$(init_pid)
  case ${1:-} in
    --hard) kill -KILL "$before" ;;
    # Who asks for it may be gone before there is an answer; what counts is whether it goes down.
    *) lane_shutdown || true ;;
  esac
  within 60 gone "$before" || die "$name did not go down"
  booted || die "$name did not come up again; see $dir/log"
}

lane_kill() {
  local holder; holder=$(cat "$dir/holder" 2>/dev/null) || return 0
  touch "$dir/stop"
  end_init
  within 20 gone "$holder" || kill -KILL "$holder" 2>/dev/null || true
  rm -rf "$dir"
}

init_pid() {
  local pid; pid=$(cat "$dir/init" 2>/dev/null) || die "$name is not up"
  alive "$pid" || die "$name is not up"
  echo "$pid"
}

# Run a command inside, with a login's environment and nothing of ours: lane_enter [--user ACCOUNT] COMMAND...
lane_enter() {
  local account=root pid
  [ "${1:-}" != --user ] || { account=$2; shift 2; }
  pid=$(init_pid)
  exec nsenter --target "$pid" --mount --pid --uts --ipc --net --cgroup --root --wd -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "TERM=${TERM:-dumb}" \
    "$(lane_as "$account")" "$account" "$@"
}

# The path, inside, of the script that becomes an account and runs a command.
lane_as() { echo "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/as"; }

# main COMMAND NAME [ARGUMENT...]; `start` takes --owner PID, whose end ends the machine (default: the caller).
lane_main() {
  local verb=${1:-} ; name=${2:-}
  [ -n "$name" ] || die "usage: ${0##*/} start|pid|enter|reboot|kill NAME [ARGUMENT...]"
  shift 2
  dir=$LANES_DIR/$name; self=$(cd "$(dirname "$0")" && pwd)/${0##*/}; owner=$PPID
  case $verb in
    start) [ "${1:-}" != --owner ] || owner=$2; lane_up; init_pid ;;
    pid) init_pid ;;
    share) echo "$dir/share" ;;
    log) cat "$dir/log" ;;
    enter) lane_enter "$@" ;;
    reboot) lane_reboot "$@" ;;
    kill) lane_kill ;;
    __hold) owner=$1; hold ;;
    __boot) boot ;;
    *) die "no such command: $verb" ;;
  esac
}
