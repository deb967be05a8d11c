# shellcheck shell=bash
# The Windows program through the protocol of a real Service Control Manager: Wine's.

needs() { echo rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64 gcc libc6-dev wine wine64; }

can_run() {
  [ "$(uname -m)" = x86_64 ] || { echo "needs an x86-64 machine"; return 1; }
  apt-cache show rust-web-src >/dev/null 2>&1 || dpkg -s rust-web-src >/dev/null 2>&1 ||
    { echo "needs Debian's rust-web-src: the standard library's source"; return 1; }
}

run_lane() {
  # shellcheck source=tests/lanes/wine/cases.sh
  . tests/lanes/wine/cases.sh
  tests/lanes/cross-cargo x86_64-pc-windows-gnu build --quiet --all-features --bins
  MACHINE=wine-$$
  trap 'tests/lanes/boot-wine kill "$MACHINE"' EXIT
  tests/lanes/boot-wine start "$MACHINE" --owner $$
  APP=$(tests/lanes/boot-wine drive "$MACHINE")/app
  mkdir -p "$APP"
  cp "${SVCCTL_CROSS_TARGET_DIR:-target-cross}"/x86_64-pc-windows-gnu/debug/svcctl{,-testchild}.exe "$APP/"
  local name passed=0 failed=0
  for name in $(cases); do
    if ("$name"); then passed=$((passed + 1)) word=ok; else failed=$((failed + 1)) word=FAILED; fi
    echo "test wine::$name ... $word"
  done
  printf '\ntest result: %s. %d passed; %d failed; 0 ignored\n' "$([ "$failed" = 0 ] && echo ok || echo FAILED)" "$passed" "$failed"
  [ "$failed" = 0 ]
}
