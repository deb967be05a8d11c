# shellcheck shell=bash
# The other systems: types and lints of each; the Windows programs are linked too.

TARGETS=(x86_64-pc-windows-gnu aarch64-apple-darwin x86_64-unknown-freebsd)

needs() { echo rustc-web cargo-web rust-web-src rust-web-clippy gcc-mingw-w64-x86-64 gcc libc6-dev; }

can_run() {
  [ "$(uname -m)" = x86_64 ] || { echo "needs an x86-64 machine"; return 1; }
  apt-cache show rust-web-src >/dev/null 2>&1 || dpkg -s rust-web-src >/dev/null 2>&1 ||
    { echo "needs Debian's rust-web-src: the standard library's source"; return 1; }
}

run_lane() {
  local passed=0 failed=0 target more
  for target in "${TARGETS[@]}"; do
    mapfile -t more < <(suite_for "$target")
    count lints "$target" clippy --quiet --lib --bins "${more[@]}" --all-features -- -D warnings
  done
  count link x86_64-pc-windows-gnu build --quiet --all-features --bins
  verdict
}

# The conformance suite is for macOS too, and no lane here builds it for that.
suite_for() {
  case $1 in
    *-apple-darwin) printf '%s\n' --test conformance ;;
  esac
}

# One check: its name, then what cross-cargo is to do.
count() {
  local what=$1 target=$2; shift
  if tests/lanes/cross-cargo "$@"; then
    passed=$((passed + 1)); echo "test $target: $what ... ok"
  else
    failed=$((failed + 1)); echo "test $target: $what ... FAILED"
  fi
}

verdict() {
  local word=ok
  [ "$failed" = 0 ] || word=FAILED
  printf '\ntest result: %s. %d passed; %d failed; 0 ignored\n' "$word" "$passed" "$failed"
  [ "$failed" = 0 ]
}
