# shellcheck shell=bash
# The conformance suite, for the lanes that boot a manager.

# Build the programs and the suite; sets SUITE to the suite's path.
build_suite() {
  cargo build --quiet --all-features --bins
  SUITE=$(cargo test --quiet --all-features --test conformance --no-run --message-format=json |
    sed -n 's/.*"name":"conformance".*"executable":"\([^"]*\)".*/\1/p' | tail -1)
  [ -n "$SUITE" ] || { echo "cargo built no conformance suite" >&2; return 1; }
}

# The suite's environment, a line each: suite_settings LANE MANAGER SCOPE before|after|never (the boot).
suite_settings() {
  local bin; bin=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug
  printf '%s\n' "SVCCTL_LANE=$1" "SVCCTL_LANE_MANAGER=$2" "SVCCTL_LANE_SCOPE=$3" "SVCCTL_LANE_BOOT=$4" \
    "SVCCTL_LANE_BIN=$bin" SVCCTL_LANE_RESULTS=/mnt/results.jsonl
}

# Take the results out of a machine's share.
collect_results() {
  local share=$1
  [ ! -e "$share/results.jsonl" ] || cat "$share/results.jsonl" >>"$SVCCTL_LANE_RESULTS"
  rm -f "$share/results.jsonl"
}
