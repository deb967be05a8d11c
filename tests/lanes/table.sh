# shellcheck shell=bash
# docs/conformance.md: what each case came to on each manager.

# Write the document anew from the lanes that ran; in continuous integration the differences are shown only. What another kernel or
# another version of a manager shows differs, so that only a behaviour that was seen before and is not any more is a failure.
conformance_table() {
  local suite=$OUT/conformance document=docs/conformance.md new=$OUT/conformance.md status=0
  [ -s "$SVCCTL_LANE_RESULTS" ] || return 0
  "$suite" table "$document" "$SVCCTL_LANE_RESULTS" >"$new" || status=1
  ! cmp -s "$document" "$new" || return "$status"
  printf '\n%s is no longer true:\n' "$document"
  diff -U0 "$document" "$new" || true
  [ "${CI:-}" = true ] || cp "$new" "$document"
  return "$status"
}
