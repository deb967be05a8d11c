# shellcheck shell=bash
# The Windows program through the protocol of a real Service Control Manager, Wine's: the conformance suite, built for Windows, and
# what can only be seen from outside.

# shellcheck source=tests/lanes/conformance.sh
. tests/lanes/conformance.sh

needs() { echo rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64 gcc libc6-dev wine wine64; }

can_run() {
  [ "$(uname -m)" = x86_64 ] || { echo "needs an x86-64 machine"; return 1; }
  apt-cache show rust-web-src >/dev/null 2>&1 || dpkg -s rust-web-src >/dev/null 2>&1 ||
    { echo "needs Debian's rust-web-src: the standard library's source"; return 1; }
}

# `release` shows the program as it is released, and takes minutes to build.
PROFILE=${SVCCTL_WINE_PROFILE:-debug}

# Where the programs are inside, and how a case on the outside sees that folder.
INSIDE='C:\app'

run_lane() {
  local status=0 boot
  # shellcheck source=tests/lanes/wine/cases.sh
  . tests/lanes/wine/cases.sh
  # The trap below runs when the locals are gone.
  MACHINE=wine-$$ SMALL='' SMALL_INSIDE=''
  build_for_windows
  trap 'umount -l "$SMALL" 2>/dev/null || true; tests/lanes/boot-wine kill "$MACHINE"' EXIT
  tests/lanes/boot-wine start "$MACHINE" --owner $$
  APP=$(tests/lanes/boot-wine drive "$MACHINE")/app
  SMALL=${APP%/app}/small
  mkdir -p "$APP" "$SMALL"
  # A disk to fill, for which Wine has no command of its own.
  ! mount -t tmpfs -o size=1m,mode=755 small "$SMALL" || SMALL_INSIDE='C:\small'
  cp "$BUILT"/svcctl{,-testchild,-testempty}.exe "$APP/"
  cp "$SUITE" "$APP/conformance.exe"
  run_cases || status=1
  for boot in before after; do
    [ "$boot" = before ] || tests/lanes/boot-wine reboot "$MACHINE"
    conform_inside "$boot" '' || status=1
  done
  conform_inside never extras --test-threads 1 || status=1
  [ ! -e "$APP/results.jsonl" ] || cat "$APP/results.jsonl" >>"$SVCCTL_LANE_RESULTS"
  return "$status"
}

# The programs and the suite; sets BUILT to their folder and SUITE to the suite's path. The suite of this system makes the table.
build_for_windows() {
  build_suite
  BUILT=${SVCCTL_CROSS_TARGET_DIR:-target-cross}/x86_64-pc-windows-gnu/$PROFILE
  SUITE=$(tests/lanes/cross-cargo x86_64-pc-windows-gnu test --quiet --all-features --test conformance --no-run \
    --message-format=json | sed -n 's/.*"name":"conformance".*"executable":"\([^"]*\)".*/\1/p' | tail -1)
  [ -n "$SUITE" ] || { echo "cargo built no conformance suite" >&2; return 1; }
  # A program that is released aborts where the suite unwinds: it has a standard library of its own.
  [ "$PROFILE" = debug ] || SVCCTL_CROSS_STD=std,panic_unwind,panic_abort \
    tests/lanes/cross-cargo x86_64-pc-windows-gnu build --quiet --all-features --bins --release
}

# One run of the suite, of an administrator: conform_inside before|after|never EXTRAS ARGUMENT...
conform_inside() {
  local boot=$1 extras=$2; shift 2
  printf '\n-- scm, system scope, boot: %s %s\n' "$boot" "$extras"
  tests/lanes/boot-wine enter "$MACHINE" SVCCTL_LANE=wine SVCCTL_LANE_MANAGER=scm SVCCTL_LANE_SCOPE=system \
    SVCCTL_LANE_BOOT="$boot" SVCCTL_LANE_EXTRAS="$extras" SVCCTL_LANE_BIN="$INSIDE" \
    SVCCTL_LANE_SMALL_DISK="$SMALL_INSIDE" SVCCTL_LANE_GENERATED="${SVCCTL_LANE_GENERATED:-}" SVCCTL_LANE_RESULTS="$INSIDE\\results.jsonl" \
    "$INSIDE\\conformance.exe" "$@"
}

# The cases that look from outside.
run_cases() {
  local name status word passed=0 failed=0 skipped=0 begin
  for name in $(cases); do
    status=0 begin=$SECONDS; ("$name") || status=$?
    case $status in
      0) passed=$((passed + 1)) word=ok ;;
      77) skipped=$((skipped + 1)) word=ignored ;;
      *) failed=$((failed + 1)) word=FAILED ;;
    esac
    echo "test wine::$name ... $word ($((SECONDS - begin)) s)"
  done
  word=ok; [ "$failed" = 0 ] || word=FAILED
  printf '\ntest result: %s. %d passed; %d failed; %d ignored\n' "$word" "$passed" "$failed" "$skipped"
  [ "$failed" = 0 ]
}
