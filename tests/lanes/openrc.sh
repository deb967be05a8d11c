# shellcheck shell=bash
# Real OpenRC, with openrc-init as PID 1 in namespaces. It has a system scope only.

# shellcheck source=tests/lanes/conformance.sh
. tests/lanes/conformance.sh

needs() { echo util-linux passwd procps iproute2; }

can_run() {
  [ "$(uname)" = Linux ] || { echo "needs Linux"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "needs root: it makes mounts and namespaces"; return 1; }
  unshare --mount --pid --cgroup --net --fork true 2>/dev/null || { echo "namespaces are forbidden here"; return 1; }
}

run_lane() {
  build_suite
  boot_machine boot-openrc openrc
  conform openrc system
}
