# shellcheck shell=bash
# Real systemd as PID 1 in namespaces, system and user scope.

# shellcheck source=tests/lanes/conformance.sh
. tests/lanes/conformance.sh

needs() { echo systemd systemd-sysv libpam-systemd dbus dbus-user-session util-linux passwd; }

can_run() {
  [ "$(uname)" = Linux ] || { echo "needs Linux"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "needs root: it makes mounts and namespaces"; return 1; }
  unshare --mount --pid --cgroup --net --fork true 2>/dev/null || { echo "namespaces are forbidden here"; return 1; }
}

run_lane() {
  MACHINE=systemd-$$
  build_suite
  trap 'tests/lanes/boot-systemd kill "$MACHINE"' EXIT
  tests/lanes/boot-systemd start "$MACHINE" --owner $$
  local status=0 scope
  for scope in system user; do
    conform "$scope" || status=1
  done
  return "$status"
}

# The suite in one scope; the cases about booting go on after a boot.
conform() {
  local scope=$1 account=root status=0
  [ "$scope" = system ] || account=lane
  in_machine "$account" "$scope" before || status=1
  tests/lanes/boot-systemd reboot "$MACHINE"
  in_machine "$account" "$scope" after || status=1
  collect_results "$(tests/lanes/boot-systemd share "$MACHINE")"
  return "$status"
}

in_machine() {
  local account=$1 scope=$2 boot=$3
  mapfile -t settings < <(suite_settings systemd systemd "$scope" "$boot")
  tests/lanes/boot-systemd enter "$MACHINE" --user "$account" env "${settings[@]}" "$SUITE" --test-threads 8
}
