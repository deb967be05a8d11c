# shellcheck shell=bash
# Counts of tests, and the table of lanes.

ROWS=() PASSED=0 FAILED=0 SKIPPED=0 BROKEN=0 REQUIRED=0

# The sum of "N WORD" over all result lines of a log.
count_in() {
  local word=$1 log=$2
  sed -n "s/^test result: .* \([0-9][0-9]*\) $word.*/\1/p" "$log" | awk '{ sum += $1 } END { print sum + 0 }'
}

# How many cases of a lane had an outcome in the conformance results.
count_outcome() {
  local lane=$1 outcome=$2
  grep -c "\"lane\":\"$lane\".*\"outcome\":\"$outcome\"" "$SVCCTL_LANE_RESULTS" || true
}

row() { ROWS+=("$(IFS=$'\t'; echo "$*")"); }

report_not_run() {
  local lane=$1 reason=$2
  row "$lane" "not run" - - - - - - "$reason"
  [ "$REQUIRED" = 0 ] || BROKEN=1
}

report_lane() {
  local lane=$1 status=$2 log=$3 seconds=$4 passed failed skipped result=passed reason=''
  passed=$(count_in passed "$log"); failed=$(count_in failed "$log"); skipped=$(count_in ignored "$log")
  if [ "$failed" != 0 ]; then result=failed reason="see $log"
  elif [ "$status" != 0 ]; then result=failed reason="it ended with an error; see $log"
  elif [ "$passed" = 0 ]; then result=failed reason="no test passed"
  fi
  [ "$result" = passed ] || BROKEN=1
  PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
  row "$lane" "$result" "$passed" "$failed" "$skipped" \
    "$(count_outcome "$lane" refused)" "$(count_outcome "$lane" unseen)" "$seconds" "$reason"
}

report_end() {
  printf '\n'
  printf '%s\n' $'LANE\tRESULT\tPASSED\tFAILED\tSKIPPED\tREFUSED\tUNSEEN\tSECONDS\tREASON' "${ROWS[@]}" |
    awk -F'\t' '{ printf "%-9s %-8s %7s %7s %8s %8s %7s %8s  %s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9 }'
  printf '\n%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  [ "$BROKEN" = 0 ]
}
