# shellcheck shell=bash
# docs/conformance.md: what each case came to on each manager.

# Write the document anew from the lanes that ran. In continuous integration it must be as it was committed.
conformance_table() {
  local suite=$OUT/conformance document=docs/conformance.md new=$OUT/conformance.md status=0
  [ -s "$SVCCTL_LANE_RESULTS" ] || return 0
  # A case that passed nowhere may pass on a lane that did not run: only a whole run can tell.
  "$suite" table "$document" "$SVCCTL_LANE_RESULTS" >"$new" || [ "$MISSING" != 0 ] || status=1
  ! cmp -s "$document" "$new" || return "$status"
  printf '\n%s is no longer true:\n' "$document"
  diff -U0 "$document" "$new" || true
  if [ "${CI:-}" = true ]; then return 1; fi
  cp "$new" "$document"
  return "$status"
}
