# shellcheck shell=bash
# What is seen of the Windows program under Wine. Each case is a function of its own service; it fails where a command does.

# The names of the cases: all functions that begin with a_, an_, the_ or what_.
cases() { declare -F | awk '{ print $3 }' | grep -E '^(a|an|the|what)_'; }

fail() { echo "  ${FUNCNAME[1]}: $*" >&2; exit 1; }

svcctl() { tests/lanes/boot-wine enter "$MACHINE" 'C:\app\svcctl.exe' "$@"; }

# Wait until a command succeeds: within SECONDS COMMAND...
within() {
  local deadline=$((SECONDS + $1)); shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# A definition: define NAME 'the script of the test child, as TOML strings' [MORE...]
define() {
  local name=$1 script=$2; shift 2
  {
    printf 'name = "%s"\nprocess.command = ['\''C:\\app\\svcctl-testchild.exe'\'', %s]\n' "$name" "$script"
    printf '%s\n' "$@"
  } >"$APP/$name.toml"
}

install() { svcctl install "C:\\app\\$1.toml" "${@:2}" >"$APP/$1.out" 2>&1 || fail "install: $(cat "$APP/$1.out")"; }

# One value of the status, which is a line of JSON: value NAME KEY
value() { svcctl status "$1" -o json 2>/dev/null | grep -o "\"$2\":[^,}]*" | head -1 | cut -d: -f2- | tr -d '"\r'; }

is() { [ "$(value "$1" state)" = "$2" ]; }

# How many lines a file has that a service writes.
lines() { [ -e "$APP/$1" ] && wc -l <"$APP/$1" || echo 0; }

has_lines() { [ "$(lines "$1")" = "$2" ]; }

# Whether a process runs whose command line holds a word, as the kernel sees it.
runs() { grep -slaF "$1" /proc/[0-9]*/cmdline | grep -qv "^/proc/\($$\|self\)/"; }

gone() { ! runs "$1"; }

a_service_is_installed_started_stopped_and_removed() {
  define one '"count", '\''C:\app\one.starts'\'', "then", "write", "3", "both", "then", "sleep"' 'description = "The first"'
  install one --start
  is one running || fail "it is $(value one state)"
  [ "0$(value one pid)" -gt 0 ] || fail "it has no pid"
  svcctl logs one >"$APP/one.log"; grep -q 'line 3' "$APP/one.log" || fail "its lines are not in the log"
  svcctl stop one >/dev/null || fail "stop"
  is one stopped || fail "it is $(value one state)"
  svcctl uninstall one >/dev/null || fail "uninstall"
  local status=0; svcctl status one >/dev/null 2>&1 || status=$?
  [ "$status" = 4 ] || fail "status after the uninstall exits with $status"
  has_lines one.starts 1 || fail "it was started $(lines one.starts) times"
}

an_install_twice_changes_nothing_and_an_upgrade_is_in_place() {
  define two '"count", '\''C:\app\two.starts'\'', "then", "sleep"' 'process.environment.PORT = "1"'
  install two --start
  local pid; pid=$(value two pid)
  install two
  [ "$(value two pid)" = "$pid" ] || fail "an install that changes nothing has restarted it"
  sed -i 's/"1"/"2"/' "$APP/two.toml"
  install two
  within 60 has_lines two.starts 2 || fail "it was not restarted"
  is two running || fail "it is $(value two state)"
  svcctl uninstall two >/dev/null
}

what_wine_does_not_store_is_no_drift() {
  define drift '"sleep"' 'process.user = "LocalService"'
  install drift
  svcctl diff drift >/dev/null || fail "it has drifted from itself"
  svcctl uninstall drift >/dev/null
}

a_program_that_ends_at_once_fails_with_its_code_and_words() {
  define ends '"text", "err", "no configuration", "then", "exit", "7"' 'restart.policy = "never"'
  svcctl install 'C:\app\ends.toml' --start >"$APP/ends.out" 2>&1 || true
  within 20 is ends failed || fail "it is $(value ends state)"
  svcctl status ends >"$APP/ends.out" || true
  grep -q 'exited with code 7' "$APP/ends.out" || fail "it does not say why: $(cat "$APP/ends.out")"
  svcctl logs ends >"$APP/ends.log"; grep -q 'no configuration' "$APP/ends.log" || fail "its last words are lost"
  svcctl uninstall ends >/dev/null
}

a_failing_service_is_started_again_until_it_is_given_up() {
  define again '"count", '\''C:\app\again.starts'\'', "then", "sleep", "300", "then", "exit", "3"' \
    'restart.delay = "100ms"' 'restart.attempts = 2'
  install again --start
  within 60 is again failed || fail "it is $(value again state)"
  has_lines again.starts 3 || fail "it was started $(lines again.starts) times"
  svcctl status again >"$APP/again.out" || true
  grep -q 'code 3' "$APP/again.out" || fail "it does not say why: $(cat "$APP/again.out")"
  svcctl uninstall again >/dev/null
}

a_cooperative_child_gets_its_grace() {
  define grace '"on", "SIGINT", "append", '\''C:\app\grace.end'\'', "stopping", "and", "exit", "0", "then", "sleep"' 'stop.timeout = "20s"'
  install grace --start
  local begin=$SECONDS
  svcctl stop grace >/dev/null || fail "stop"
  ((SECONDS - begin < 15)) || fail "it took $((SECONDS - begin)) s"
  has_lines grace.end 1 || fail "it was not asked to end"
  svcctl uninstall grace >/dev/null
}

a_child_that_ignores_everything_is_ended_when_the_budget_is_spent() {
  define deaf '"ignore", "SIGINT", "then", "sleep"' 'stop.timeout = "3s"'
  install deaf --start
  local begin end; begin=$(date +%s%N)
  svcctl stop deaf >/dev/null || fail "stop"
  end=$((($(date +%s%N) - begin) / 1000000))
  ((end >= 2900 && end <= 5000)) || fail "it took $end ms"
  svcctl uninstall deaf >/dev/null
}

a_tree_of_grandchildren_is_gone_after_a_stop_a_crash_and_the_death_of_the_host() {
  define tree '"spawn", "2", '\''C:\app\tree.kids'\'', "then", "fork-twice", '\''C:\app\tree.kids'\'', "then", "sleep"' \
    'stop.timeout = "3s"' 'restart.policy = "never"'
  install tree --start
  within 60 has_lines tree.kids 3 || fail "there are $(lines tree.kids) children"
  svcctl stop tree >/dev/null || fail "stop"
  within 15 gone tree.kids || fail "some are left after the stop"
  : >"$APP/tree.kids"
  svcctl start tree >/dev/null || fail "start"
  within 60 has_lines tree.kids 3 || fail "there are $(lines tree.kids) children"
  kill -KILL "$(host_of tree)"
  within 15 gone tree.kids || fail "some are left after the death of the host"
  is tree failed || fail "without its host it is $(value tree state)"
  svcctl uninstall tree >/dev/null
}

# The host's number, as the kernel counts.
host_of() { grep -slaF "hosted\\$1.json" /proc/[0-9]*/cmdline | sed -n 's|/proc/\([0-9]*\)/.*|\1|p' | head -1; }

an_argv_arrives_as_it_is_written() {
  local service number words
  for service in 1 2 3 4 5; do
    words=$(LC_ALL=C awk -v seed="$service" -f tests/lanes/wine/arguments.awk)
    define "argv$service" '"dump", '"'C:\\app\\argv$service.json'"', "then", "exit", "0", "ignoring", '"$words" 'restart.policy = "never"'
    install "argv$service" --start
    within 60 test -e "$APP/argv$service.json" || fail "nothing was dumped"
    number=$(LC_ALL=C awk -v seed="$service" -v hex=1 -f tests/lanes/wine/arguments.awk)
    grep -qF "$number" "$APP/argv$service.json" || fail "service $service: the argv differs"
    svcctl uninstall "argv$service" >/dev/null
  done
}

what_is_rendered_on_another_system_is_imported_by_the_registry() {
  # Wine takes a file without a byte order mark for one of version 4, whose values are not UTF-16; Windows goes by the first line.
  { printf '\xff\xfe'; iconv -f UTF-8 -t UTF-16LE src/backend/scm/testdata/web.reg; } >"$APP/web.reg"
  tests/lanes/boot-wine enter "$MACHINE" regedit /S 'C:\app\web.reg'
  tests/lanes/boot-wine enter "$MACHINE" reg query 'HKLM\SYSTEM\CurrentControlSet\Services\web' >"$APP/reg.out"
  grep -q 'REG_MULTI_SZ.*Tcpip' "$APP/reg.out" || fail "$(cat "$APP/reg.out")"
  grep -q 'REG_BINARY.*5802000000000000000000000200000014000000' "$APP/reg.out" || fail "$(cat "$APP/reg.out")"
  tests/lanes/boot-wine enter "$MACHINE" reg delete 'HKLM\SYSTEM\CurrentControlSet\Services\web' /f >/dev/null
}

# How many MiB of lines: 1024 shows what the design asks for, and takes its time.
the_log_has_every_line_once_and_in_order_across_rotations() {
  local mebibytes=${SVCCTL_WINE_LOG_MIB:-8} count
  count=$((mebibytes * 16384))
  define log '"write", "'"$count"'", "out", "0", "64", "then", "sleep"' 'restart.policy = "never"' \
    'logs = { format = "raw", max-size = "1MiB", max-files = 10000, max-total = "8GiB", compress = false }'
  install log --start
  within $((60 + 4 * mebibytes)) has_all "$count" || fail "$(all_lines | wc -l) of $count lines"
  all_lines | awk '$2 != NR { exit 1 }' || fail "the lines are out of order"
  [ "$(find "$APP/../ProgramData/svcctl/logs/log" -type f | wc -l)" -ge "$mebibytes" ] || fail "it did not rotate"
  svcctl uninstall log --purge >/dev/null
}

all_lines() { find "$APP/../ProgramData/svcctl/logs/log" -type f -name 'log.*' | sort -V | awk '/\.log$/ && !/[0-9]+\.log$/ { last = $0; next } { print } END { if (last) print last }' | xargs cat; }

has_all() { [ "$(all_lines | wc -l)" = "$1" ]; }
