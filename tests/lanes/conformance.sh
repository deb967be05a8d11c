# shellcheck shell=bash
# The conformance suite on a manager that a script of ours boots (boot-systemd, boot-openrc).

# Where the programs are inside: a folder that only root can write, as an installed program's is.
INSIDE=/usr/local/lib/svcctl-lane

# Build the programs and the suite; sets SUITE to the suite's path.
build_suite() {
  cargo build --quiet --all-features --bins
  BIN=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug
  SUITE=$(cargo test --quiet --all-features --test conformance --no-run --message-format=json |
    sed -n 's/.*"name":"conformance".*"executable":"\([^"]*\)".*/\1/p' | tail -1)
  ln -sf "$SUITE" "$(dirname "$SVCCTL_LANE_RESULTS")/conformance"
  [ -n "$SUITE" ] || { echo "cargo built no conformance suite" >&2; return 1; }
}

# Boot a machine, and put the programs into it: boot_machine BOOTER LANE.
boot_machine() {
  BOOTER=tests/lanes/$1 LANE=$2 MACHINE=$2-$$
  trap '"$BOOTER" kill "$MACHINE"' EXIT
  "$BOOTER" start "$MACHINE" --owner $$ >/dev/null
  "$BOOTER" enter "$MACHINE" install -D -t "$INSIDE" "$BIN/svcctl" "$BIN/svcctl-testchild"
  "$BOOTER" enter "$MACHINE" install "$SUITE" "$INSIDE/conformance"
  "$BOOTER" enter "$MACHINE" install -D -m 644 -t "$INSIDE/examples" "$PWD"/examples/*
}

# The suite in one scope; the cases about booting go on after a boot. conform MANAGER SCOPE
conform() {
  local status=0 boot
  for boot in before after; do
    [ "$boot" = before ] || "$BOOTER" reboot "$MACHINE"
    run_suite "$1" "$2" "$boot" '' || status=1
    run_suite "$1" "$2" "$boot" extras --test-threads 1 || status=1
  done
  collect_results "$("$BOOTER" share "$MACHINE")"
  return "$status"
}

# One run: run_suite MANAGER SCOPE before|after EXTRAS ARGUMENT...
run_suite() {
  local manager=$1 scope=$2 boot=$3 extras=$4 account=root; shift 4
  [ "$scope" = system ] || account=lane
  printf '\n-- %s, %s scope, %s the boot %s\n' "$manager" "$scope" "$boot" "$extras"
  small_disk "/srv/$scope" "$account"
  "$BOOTER" enter "$MACHINE" --user "$account" env SVCCTL_LANE="$LANE" SVCCTL_LANE_MANAGER="$manager" \
    SVCCTL_LANE_SCOPE="$scope" SVCCTL_LANE_BOOT="$boot" SVCCTL_LANE_EXTRAS="$extras" SVCCTL_LANE_BIN="$INSIDE" \
    SVCCTL_LANE_SMALL_DISK="/srv/$scope" SVCCTL_LANE_EXAMPLES="$INSIDE/examples" SVCCTL_LANE_RESULTS="/mnt/$scope.jsonl" \
    "$INSIDE/conformance" "$@"
}

# A disk of a MiB for an account to fill: small_disk FOLDER ACCOUNT
small_disk() {
  local folder=$1 account=$2
  # shellcheck disable=SC2016 # it is expanded inside
  "$BOOTER" enter "$MACHINE" sh -c 'mountpoint -q "$1" || {
    mkdir -p "$1" && mount -t tmpfs -o size=1m,mode=755 small "$1" && chown "$2" "$1"; }' sh "$folder" "$account"
}

# Take the results out of a machine's share.
collect_results() {
  local share=$1
  find "$share" -maxdepth 1 -name '*.jsonl' -exec cat {} + >>"$SVCCTL_LANE_RESULTS"
  rm -f "$share"/*.jsonl
}
