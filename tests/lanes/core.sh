# shellcheck shell=bash
# Format, lints, and all tests that need no service manager.

# The shells are those whose completions are tried.
needs() { echo gcc libc6-dev shellcheck zsh fish elvish; }

can_run() { command -v cargo >/dev/null || { echo "cargo is not installed"; return 1; }; }

run_lane() {
  cargo fmt --check
  mapfile -t scripts < <(shell_scripts)
  shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
  cargo clippy --quiet --all-targets --all-features -- -D warnings
  cargo test --all-features --no-fail-fast
}

# Every shell script of the project, by its first line. Rendered ones are held to shellcheck by the tests that render them.
shell_scripts() {
  git ls-files -- ':!*/testdata/*' | while read -r file; do
    head -c 60 "$file" | head -1 | tr -d '\0' | grep -qE '^#!.*\b(ba)?sh$|^# shellcheck shell=' && echo "$file"
  done
}
