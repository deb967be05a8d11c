# shellcheck shell=bash
# Real systemd as PID 1 in namespaces, system and user scope.

# shellcheck source=tests/lanes/conformance.sh
. tests/lanes/conformance.sh

needs() {
  echo systemd systemd-sysv libpam-systemd dbus dbus-user-session util-linux passwd
  # What the examples run.
  echo redis-server redis-tools nginx-light python3
}

can_run() {
  [ "$(uname)" = Linux ] || { echo "needs Linux"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "needs root: it makes mounts and namespaces"; return 1; }
  unshare --mount --pid --cgroup --net --fork true 2>/dev/null || { echo "namespaces are forbidden here"; return 1; }
}

run_lane() {
  local status=0 scope
  build_suite
  boot_machine boot-systemd systemd
  for scope in system user; do conform systemd "$scope" || status=1; done
  return "$status"
}
