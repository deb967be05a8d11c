# shellcheck shell=bash
# The emulator of launchd and launchctl in namespaces, system and user scope; and its property lists before foreign readers.

# shellcheck source=tests/lanes/conformance.sh
. tests/lanes/conformance.sh

needs() { echo util-linux passwd procps iproute2 libplist-utils python3; }

can_run() {
  [ "$(uname)" = Linux ] || { echo "needs Linux"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "needs root: it makes mounts and namespaces"; return 1; }
  unshare --mount --pid --cgroup --net --fork true 2>/dev/null || { echo "namespaces are forbidden here"; return 1; }
}

run_lane() {
  local status=0 scope
  SVCCTL_FOREIGN_READERS=required cargo test --all-features --test launchd_plist || status=1
  build_suite
  export SVCCTL_LAUNCHD_EMULATOR=$BIN/svcctl-launchd-emulator
  boot_machine boot-launchd launchd
  for scope in system user; do conform launchd "$scope" || status=1; done
  return "$status"
}
