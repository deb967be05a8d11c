# shellcheck shell=bash
# What is handed out: the Debian package on a clean root, install.sh from a release folder, the recipes of other packages;
# and the workflows that make releases.

needs() {
  echo gcc libc6-dev binutils xz-utils curl util-linux python3 python3-yaml
  # The package: judged, and put on a root of its own; the container, built.
  echo lintian mmdebstrap man-db buildah
  # Homebrew's language; Arch's package tools.
  echo ruby makepkg pacman-package-manager libarchive-tools fakeroot
}

can_run() {
  [ "$(uname)" = Linux ] || { echo "needs Linux"; return 1; }
  command -v dpkg >/dev/null || { echo "needs a Debian machine"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "needs root: it makes a root of its own"; return 1; }
  unshare --mount --pid --fork true 2>/dev/null || { echo "namespaces are forbidden here"; return 1; }
}

run_lane() {
  # shellcheck source=tests/lanes/packaging/deb.sh
  . tests/lanes/packaging/deb.sh
  # shellcheck source=tests/lanes/packaging/container.sh
  . tests/lanes/packaging/container.sh
  # shellcheck source=tests/lanes/packaging/release.sh
  . tests/lanes/packaging/release.sh
  # shellcheck source=tests/lanes/packaging/workflows.sh
  . tests/lanes/packaging/workflows.sh
  # shellcheck source=tests/lanes/packaging/foreign.sh
  . tests/lanes/packaging/foreign.sh
  WORK=$(mktemp -d) PASSED=0 FAILED=0 SKIPPED=0
  trap 'rm -rf --one-file-system "$WORK"' EXIT
  debian_package
  container_image
  release_folder
  workflows
  foreign_tools
  local word=ok
  [ "$FAILED" = 0 ] || word=FAILED
  printf '\ntest result: %s. %d passed; %d failed; %d ignored\n' "$word" "$PASSED" "$FAILED" "$SKIPPED"
  [ "$FAILED" = 0 ]
}

# One check: its name, then the command that must succeed. What it printed is shown if it does not.
check() {
  local name=$1 status; shift
  # Not on the left of a `||`: there a failing command would not end the check.
  set +e
  ( set -euo pipefail; "$@" ) >"$WORK/said" 2>&1
  status=$?
  set -e
  if [ "$status" = 0 ]; then
    PASSED=$((PASSED + 1)); echo "test $name ... ok"
  else
    FAILED=$((FAILED + 1)); echo "test $name ... FAILED"
    sed 's/^/    /' "$WORK/said" | tail -40
  fi
}
