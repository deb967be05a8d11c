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
  local passed=0 failed=0 target all check
  # All at once: while one system's last crate is read by one processor, the other systems' are by the others. Only if something is
  # found is each asked on its own, to say whose it is.
  all=$(IFS=,; echo "${TARGETS[*]}")
  if lint "$all"; then check=true; else check=lint; fi
  for target in "${TARGETS[@]}"; do count lints "$target" "$check" "$target"; done
  # The suite runs on macOS too, and no lane builds it for that.
  count suite aarch64-apple-darwin lint aarch64-apple-darwin --test conformance
  count link x86_64-pc-windows-gnu tests/lanes/cross-cargo x86_64-pc-windows-gnu build --quiet --all-features --bins
  verdict
}

# lint TARGET[,TARGET...] ARGUMENT...
lint() {
  local target=$1; shift
  tests/lanes/cross-cargo "$target" clippy --quiet --lib --bins --all-features "$@" -- -D warnings
}

# One check: its name and system, then the command.
count() {
  local what=$1 target=$2; shift 2
  if "$@"; then
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
