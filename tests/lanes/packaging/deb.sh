# shellcheck shell=bash
# The Debian package: built, judged by lintian, installed on a clean root, used there, removed.

debian_package() {
  clean_root >"$WORK/root.log" 2>&1 & local root=$!
  # What is looked at here does not depend on optimisation, and this build is there from the other lanes.
  SVCCTL_PROFILE=dev check "the package is built" packaging/deb/build "$WORK/release"
  DEB=$(find "$WORK/release" -name '*.deb')
  check "lintian is silent" lintian_is_silent
  wait "$root" || { FAILED=$((FAILED + 1)); echo "test a clean root is made ... FAILED"; tail -20 "$WORK/root.log"; return; }
  snapshot before
  cp "$DEB" "$WORK/root/tmp/svcctl.deb"
  cp tests/lanes/packaging/inside "$WORK/root/tmp/inside"
  local step
  for step in installs version manual completions_are_there first_service service completion entry_point unused_receipts services_stay removes; do
    check "on a clean root: $step" inside "$step"
  done
  rm "$WORK/root/tmp/"*
  check "on a clean root: nothing of ours is left" nothing_left
}

# A minimal system of this machine's own release, with the manual and bash's completion.
clean_root() {
  local release
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mmdebstrap --quiet --variant=minbase --include=man-db,bash-completion "$release" "$WORK/root" "$(mirror)"
}

# Where this machine has its own packages from.
mirror() {
  # shellcheck disable=SC2016 # a format of apt's
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | head -1
}

lintian_is_silent() {
  local said
  said=$(lintian --allow-root --fail-on none --tag-display-limit 0 --info "$DEB" 2>&1)
  [ -z "$said" ] || { echo "$said"; return 1; }
}

# A step of tests/lanes/packaging/inside, in namespaces of its own: what it starts ends with it. inside STEP [ROOT [ENTRY-POINT]]
# shellcheck disable=SC2016 # the shell inside expands it
inside() {
  local root=${2:-$WORK/root} words=${3:-$(entry_point_words)}
  unshare --mount --pid --fork --kill-child --propagation private sh -c '
    mount -t proc proc "$1/proc" && mount -t tmpfs -o mode=755 run "$1/run" &&
      exec chroot "$1" env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        SVCCTL_MANAGER=embedded ENTRY_POINT="$3" bash -euo pipefail -c ". /tmp/inside; $2"' sh "$root" "$1" "$words"
}

# What the container recipe runs, one word a line.
entry_point_words() {
  sed -n 's/^ENTRYPOINT //p' packaging/container/Containerfile | python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)))'
}

# Every file of the root, but for those that dpkg and man-db keep of all packages.
snapshot() {
  find "$WORK/root" -xdev -printf '%P %y %m %U\n' | grep -vE '^(proc|run|tmp|var/cache/man|var/lib/dpkg|var/log/dpkg\.log|var/log/alternatives\.log)\b' |
    LC_ALL=C sort >"$WORK/$1"
}

nothing_left() {
  snapshot after
  diff "$WORK/before" "$WORK/after"
  ! grep -r svcctl "$WORK/root/var/lib/dpkg/status" "$WORK/root/var/lib/dpkg/info"
}
