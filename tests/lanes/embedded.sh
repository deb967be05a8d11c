# shellcheck shell=bash
# svcctl's own supervisor as PID 1 of a container, system and user scope.

# shellcheck source=tests/lanes/conformance.sh
. tests/lanes/conformance.sh

needs() { echo util-linux passwd iproute2; }

can_run() {
  [ "$(uname)" = Linux ] || { echo "needs Linux"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "needs root: it makes mounts and namespaces"; return 1; }
  unshare --mount --pid --cgroup --net --fork true 2>/dev/null || { echo "namespaces are forbidden here"; return 1; }
}

run_lane() {
  local status=0 scope
  build_suite
  export SVCCTL_LANE_BIN=$BIN
  boot_machine boot-embedded embedded
  for scope in system user; do conform embedded "$scope" || status=1; done
  # The supervisor as PID 1 of a namespace that a test makes.
  cargo test --quiet --all-features --test embedded -- --ignored || status=1
  return "$status"
}
