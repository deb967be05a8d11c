# shellcheck shell=bash
# What is seen of the Windows program under Wine beside the conformance suite. Each case is a function of its own service; it fails where a command does.

# The names of the cases: all functions that begin with a_, an_, the_ or what_.
cases() { declare -F | awk '{ print $3 }' | grep -E '^(a|an|the|what)_'; }

# Ends a case that cannot be shown here, with the reason.
skip() { echo "  ${FUNCNAME[1]}: $*"; exit 77; }

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

# The processes whose command line holds a word, as the kernel counts them. The word is in no command line of this search.
pids_with() {
  { grep -slaF -f <(printf '%s\n' "$1") /proc/[0-9]*/cmdline || true; } | sed -n 's|^/proc/\([0-9]*\)/.*|\1|p'
}

pid_with() { pids_with "$1" | head -1; }

runs() { [ -n "$(pids_with "$1")" ]; }

gone() { ! runs "$1"; }

# A process that only waits to be forgotten has no command line any more.
dead() { ! grep -qsa . "/proc/$1/cmdline"; }

a_service_is_installed_started_stopped_and_removed() {
  define one '"count", '\''C:\app\one.starts'\'', "then", "write", "3", "both", "then", "sleep"' 'description = "The first"'
  install one --start
  is one running || fail "it is $(value one state)"
  [ "0$(value one pid)" -gt 0 ] || fail "it has no pid"
  within 20 logs_have one 'line 3' || fail "its lines are not in the log"
  svcctl stop one >/dev/null || fail "stop"
  is one stopped || fail "it is $(value one state)"
  svcctl uninstall one >/dev/null || fail "uninstall"
  local status=0; svcctl status one >/dev/null 2>&1 || status=$?
  [ "$status" = 4 ] || fail "status after the uninstall exits with $status"
  has_lines one.starts 1 || fail "it was started $(lines one.starts) times"
}

what_wine_does_not_store_is_named_and_is_no_drift() {
  define drift '"sleep"' 'process.user = "LocalService"' 'override.scm.Service = { DelayedAutostart = true }'
  install drift
  local feature
  for feature in 'failure actions' 'the delayed start' 'a SID'; do
    grep -q "does not keep $feature" "$APP/drift.out" || fail "$feature is not named: $(cat "$APP/drift.out")"
  done
  ! grep -q 'keep the description' "$APP/drift.out" || fail "the description is kept: $(cat "$APP/drift.out")"
  svcctl diff drift >/dev/null || fail "it has drifted from itself"
  svcctl uninstall drift >/dev/null
}

a_cooperative_child_gets_its_grace() {
  define grace '"on", "SIGINT", "append", '\''C:\app\grace.end'\'', "stopping", "and", "exit", "0", "then", "touch", '\''C:\app\grace.ready'\'', "then", "sleep"' 'stop.timeout = "20s"'
  install grace --start
  within 20 test -e "$APP/grace.ready" || fail "it does not listen"
  local begin=$SECONDS
  svcctl stop grace >/dev/null || fail "stop"
  ((SECONDS - begin < 15)) || fail "it took $((SECONDS - begin)) s"
  has_lines grace.end 1 || fail "it was not asked to end"
  svcctl uninstall grace >/dev/null
}

a_child_that_ignores_everything_is_ended_when_the_budget_is_spent() {
  define deaf '"on", "SIGINT", "append", '\''C:\app\deaf.asked'\'', "asked", "then", "touch", '\''C:\app\deaf.ready'\'', "then", "sleep"' 'stop.timeout = "3s"'
  install deaf --start
  local pid before begin end now
  within 20 test -e "$APP/deaf.ready" || fail "it does not listen"
  pid=$(pid_with deaf.ready)
  before=$(($(date +%s%N) / 1000000))
  svcctl stop deaf --no-wait >/dev/null || fail "stop"
  # The child says when it was asked: the budget runs from before that, and not before the stop.
  within 20 test -s "$APP/deaf.asked" || fail "it was not asked to end"
  begin=$(stat -c %.3Y "$APP/deaf.asked" | tr -d .)
  within 20 dead "$pid" || fail "it was not ended"
  now=$(($(date +%s%N) / 1000000))
  end=$((now - begin))
  echo "  ended after $end ms of 3000"
  ((now - before >= 3000 && end <= 4000)) || fail "it was ended after $end ms"
  within 10 is deaf stopped || fail "it is $(value deaf state)"
  svcctl uninstall deaf >/dev/null
}

the_manager_sees_progress_as_long_as_a_stop_takes() {
  define slow '"ignore", "SIGINT", "then", "touch", '\''C:\app\slow.ready'\'', "then", "sleep"' 'stop.timeout = "12s"'
  install slow --start
  within 20 test -e "$APP/slow.ready" || fail "it does not listen"
  svcctl stop slow --no-wait >/dev/null || fail "stop"
  local seen='' status now last=0 longest=0 since=$SECONDS
  while status=$(svcctl status slow -o json || true); grep -q '"state":"stopping"' <<<"$status"; do
    now=$(grep -o '"CheckPoint":[0-9]*' <<<"$status" | cut -d: -f2)
    ((now >= last)) || fail "the checkpoint went back from $last to $now"
    ((now == last)) || { seen+=" $now"; last=$now since=$SECONDS; }
    ((SECONDS - since <= longest)) || longest=$((SECONDS - since))
    sleep 0.2
  done
  ((longest <= 3)) || fail "the checkpoint stood still for $longest s:$seen"
  [ "$(wc -w <<<"$seen")" -ge 4 ] || fail "checkpoints:$seen; it is $status"
  within 15 is slow stopped || fail "it is $(value slow state)"
  svcctl uninstall slow >/dev/null
}

# Ends the program of a service from outside. Wine's taskkill leaves an exit code of 0, which is no failure.
end_program() { tests/lanes/boot-wine enter "$MACHINE" taskkill /F /PID "$(value "$1" pid)" >/dev/null; }

# A program of others that knows nothing of services: esbuild's server, from its package for Windows.
a_server_of_others_serves_is_changed_in_place_and_is_stopped() {
  command -v npm >/dev/null || skip "npm is not here to fetch esbuild's package"
  (cd "$APP" && npm pack --silent @esbuild/win32-x64@0.25.0 >/dev/null 2>&1 && tar -xzf esbuild-*.tgz) || skip "esbuild's package cannot be fetched"
  mv "$APP/package/esbuild.exe" "$APP/esbuild.exe"; mkdir -p "$APP/www"; echo 'served by others' >"$APP/www/index.html"
  local port=18123
  {
    printf 'name = "server"\n[process]\nworking-directory = '\''C:\\app\\www'\''\n'
    printf 'command = ['\''C:\\app\\esbuild.exe'\'', "--watch=forever", "--serve=127.0.0.1:%s", '\''--servedir=C:\\app\\www'\'']\n' "$port"
    printf '[start]\nready = { tcp = "127.0.0.1:%s" }\n[health]\nhttp = "http://127.0.0.1:%s/"\ninterval = "1s"\n[restart]\npolicy = "always"\n' "$port" "$port"
  } >"$APP/server.toml"
  install server --start
  serves "$port" || fail "it does not serve: $(svcctl status server)"
  within 20 says server health healthy || fail "its health is $(value server health)"
  end_program server
  within 30 serves "$port" || fail "it does not serve after its process was killed"
  timeout 60 tests/lanes/boot-wine enter "$MACHINE" 'C:\app\svcctl.exe' logs server -f -n all >"$APP/server.log" 2>/dev/null &
  local follower=$!
  sed -i 's/18123/18124/' "$APP/server.toml"
  install server
  within 20 grep -q 18124 "$APP/server.log" || fail "the follower has not seen the new port: $(cat "$APP/server.log")"
  kill "$follower" 2>/dev/null || true
  grep -q 18123 "$APP/server.log" || fail "the follower has not seen the old port"
  serves 18124 || fail "it does not serve on its new port"
  ! serves 18123 || fail "the old one still serves"
  svcctl stop server >/dev/null || fail "stop"
  ! serves 18124 || fail "it serves although it is stopped"
  svcctl uninstall server --purge >/dev/null || fail "uninstall"
}

says() { [ "$(value "$1" "$2")" = "$3" ]; }

# Whether something answers on a port with the page.
serves() { { exec 9<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null && printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' >&9 && timeout 5 grep -q 'served by others' <&9; }

a_tree_of_grandchildren_is_gone_after_a_stop_a_crash_and_the_death_of_the_host() {
  define tree '"spawn", "2", '\''C:\app\tree.kids'\'', "then", "fork-twice", '\''C:\app\tree.kids'\'', "then", "await", '\''C:\app\tree.crash'\'', "then", "crash", "SIGSEGV"' \
    'stop.timeout = "3s"' 'restart.policy = "never"'
  install tree --start
  within 60 has_lines tree.kids 3 || fail "there are $(lines tree.kids) children"
  svcctl stop tree >/dev/null || fail "stop"
  within 15 gone tree.kids || fail "some are left after the stop"
  : >"$APP/tree.kids"
  svcctl start tree >/dev/null || fail "start"
  within 60 has_lines tree.kids 3 || fail "there are $(lines tree.kids) children"
  touch "$APP/tree.crash"
  within 15 gone tree.kids || fail "some are left after a crash of the program"
  within 15 is tree failed || fail "after a crash it is $(value tree state)"
  rm "$APP/tree.crash"; : >"$APP/tree.kids"
  svcctl start tree >/dev/null || fail "start after a crash"
  within 60 has_lines tree.kids 3 || fail "there are $(lines tree.kids) children"
  kill -KILL "$(pid_with 'hosted\tree.json')"
  within 15 gone tree.kids || fail "some are left after the death of the host"
  within 15 is tree failed || fail "without its host it is $(value tree state)"
  svcctl uninstall tree >/dev/null
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

# How many MiB of lines, 256 bytes each and above 64 MiB 1 KiB each: SVCCTL_WINE_LOG_MIB=1024 shows what a day of a busy service is, and
# takes its time.
the_log_has_every_line_once_and_in_order_across_rotations() {
  local mebibytes=${SVCCTL_WINE_LOG_MIB:-8} width=256 count reader begin=$SECONDS
  [ "$mebibytes" -le 64 ] || width=1024
  count=$((mebibytes * 1048576 / width))
  define log '"write", "'"$count"'", "out", "0", "'$width'", "then", "sleep"' 'restart.policy = "never"' \
    'logs = { format = "raw", max-size = "'$((mebibytes / 8))'MiB", max-files = 10000, max-total = "8GiB", compress = false }'
  install log
  # It holds the files open while they are rotated.
  timeout $((120 + 6 * mebibytes)) tests/lanes/boot-wine enter "$MACHINE" 'C:\app\svcctl.exe' logs log -f -n all >"$APP/log.read" 2>/dev/null &
  reader=$!
  svcctl start log >/dev/null || fail "start"
  within $((60 + 4 * mebibytes)) has_all "$count" || fail "$(all_lines | wc -l) of $count lines"
  echo "  $mebibytes MiB in $count lines: $((SECONDS - begin)) s"
  all_lines | awk '$2 != NR { exit 1 }' || fail "the lines are out of order"
  [ "$(find "$APP/../ProgramData/svcctl/logs/log" -type f | wc -l)" -ge 8 ] || fail "it did not rotate"
  within $((60 + 4 * mebibytes)) has_read "$count" || fail "the reader has seen $(wc -l <"$APP/log.read") of $count lines"
  awk '{ for (word = 1; word < NF; word++) if ($word == "line") break; if ($(word + 1) != NR) exit 1 }' "$APP/log.read" || fail "the reader saw lines out of order"
  kill "$reader" 2>/dev/null || true
  svcctl uninstall log --purge >/dev/null
  rm -f "$APP/log.read"
}

has_read() { [ "$(wc -l <"$APP/log.read")" = "$1" ]; }

all_lines() { find "$APP/../ProgramData/svcctl/logs/log" -type f -name 'log.*' | sort -V | awk '/\.log$/ && !/[0-9]+\.log$/ { last = $0; next } { print } END { if (last) print last }' | xargs cat; }

has_all() { [ "$(all_lines | wc -l)" = "$1" ]; }

# A console loop as people write them, in a batch file: cmd.exe, and what it starts, in a job.
a_batch_file_gets_its_arguments_and_is_ended_with_what_it_has_started() {
  printf '@echo off\r\n:loop\r\necho "%%~1" "%%~2" "%%GREETING%%"\r\nping -n 2 127.0.0.1 >nul\r\ngoto loop\r\n' >"$APP/loop.cmd"
  {
    printf 'name = "batch"\nprocess.command = ['\''C:\\app\\loop.cmd'\'', "two words", "a&b"]\n'
    printf 'process.environment.GREETING = "hello there"\nstop.timeout = "3s"\n'
  } >"$APP/batch.toml"
  install batch --start
  within 20 logs_have batch '"two words" "a&b" "hello there"' || fail "$(svcctl logs batch)"
  runs 'loop.cmd' || fail "cmd.exe does not run"
  svcctl stop batch >/dev/null || fail "stop"
  within 15 gone 'loop.cmd' || fail "cmd.exe still runs"
  within 15 gone 'ping -n 2 127' || fail "ping still runs"
  svcctl uninstall batch --purge >/dev/null
  # What cmd.exe would change is refused.
  sed -i 's/a&b/100%/' "$APP/batch.toml"
  refused batch "cmd.exe would change"
}

logs_have() { svcctl logs "$1" 2>/dev/null | grep -qF "$2"; }

# An install that must end with exit code 65 and these words: refused NAME WORDS [ARGUMENT...]
refused() {
  local status=0
  svcctl install "C:\app\\$1.toml" "${@:3}" >"$APP/$1.out" 2>&1 || status=$?
  [ "$status" = 65 ] || fail "install exits with $status: $(cat "$APP/$1.out")"
  grep -q "$2" "$APP/$1.out" || fail "'$2' is not said: $(cat "$APP/$1.out")"
}

# Wine makes access lists of the modes of Unix.
what_others_can_change_is_refused() {
  mkdir -p "$APP/open"; cp "$APP/svcctl-testchild.exe" "$APP/open/program.exe"
  printf 'name = "open"\nprocess.command = ['\''C:\\app\\open\\program.exe'\'', "sleep"]\n' >"$APP/open.toml"
  chmod 777 "$APP/open/program.exe"
  refused open 'program.exe can be changed by Everyone'
  chmod 755 "$APP/open/program.exe"; chmod 777 "$APP/open"
  refused open 'open is writable by them'
  chmod 755 "$APP/open"; chmod 666 "$APP/open.toml"
  refused open 'open.toml can be changed by Everyone'
  chmod 644 "$APP/open.toml"
  svcctl check --for scm 'C:\app\open.toml' >"$APP/open.out" 2>&1 || fail "$(cat "$APP/open.out")"
  chmod 777 "$APP/open/program.exe"
  install open --allow-insecure-path 'C:\app\open\program.exe'
  svcctl uninstall open >/dev/null
}

# A password comes from a prompt, standard input or a file, and is in nothing that others can read.
a_password_is_read_from_standard_input_or_a_file_and_shown_nowhere() {
  define pass '"sleep"' "process.user = 'CORP\\web'" 'credentials.logon-password = { prompt = true }'
  printf 'sw0rdfish\n' | svcctl install 'C:\app\pass.toml' --credential-stdin logon-password >"$APP/pass.out" 2>&1 || fail "$(cat "$APP/pass.out")"
  [ "$(cat "$APP/../ProgramData/svcctl/credentials/pass/logon-password")" = sw0rdfish ] || fail "it is not stored for the service"
  tests/lanes/boot-wine enter "$MACHINE" reg export 'HKLM\SYSTEM\CurrentControlSet\Services\pass' 'C:\app\pass.reg' /y >/dev/null
  ! grep -aqi 's.\?w.\?0.\?r.\?d.\?f.\?i.\?s.\?h' "$APP/pass.reg" "$APP/pass.out" || fail "it is shown"
  local kept=$APP/../ProgramData/svcctl file
  for file in "$kept/credentials/pass/logon-password" "$kept/hosted/pass.json" "$kept/run/services/pass"; do
    is_private "$file" || fail "others can look into $file: $(stat -c %a "$file")"
  done
  ! grep -rqa sw0rdfish "$APP/../ProgramData/svcctl/hosted" "$APP/../ProgramData/svcctl/services" || fail "it is in other files"
  svcctl uninstall pass --purge >/dev/null || fail "uninstall"
  [ ! -e "$APP/../ProgramData/svcctl/credentials/pass/logon-password" ] || fail "it is left behind"
  printf 'sw0rdfish' >"$APP/pass.txt"
  define pass '"sleep"' "process.user = 'CORP\\web'" "credentials.logon-password = { file = 'C:\\app\\pass.txt' }"
  install pass
  tests/lanes/boot-wine enter "$MACHINE" reg query 'HKLM\SYSTEM\CurrentControlSet\Services\pass' /v ObjectName | grep -q 'CORP.web' || fail "it has another account"
  svcctl uninstall pass --purge >/dev/null
}

# Wine keeps an access list as the mode of Unix: administrators may be its group, and users are all others.
is_private() { [[ $(stat -c %a "$1") == *0 ]]; }

# Milliseconds that a program takes from its start to its end, the best of 15: on a machine that is busy with something else, the others
# measure that.
the_program_starts_about_as_fast_as_one_that_does_nothing() {
  local round ours=() empty=() mine least
  for round in $(seq 17); do
    mine=$(milliseconds svcctl.exe --version) least=$(milliseconds svcctl-testempty.exe)
    # The first two fill the caches.
    ((round <= 2)) || { ours+=("$mine"); empty+=("$least"); }
  done
  mine=$(best "${ours[@]}") least=$(best "${empty[@]}")
  echo "  svcctl --version: $mine ms; a program that does nothing: $least ms"
  [ "$PROFILE" = release ] || skip "only the released program shows it: SVCCTL_WINE_PROFILE=release tests/run wine"
  ((mine * 10 <= least * 13)) || fail "$mine ms is more than 1.3 times $least ms"
}

milliseconds() {
  local begin; begin=$(date +%s%N)
  tests/lanes/boot-wine enter "$MACHINE" "C:\\app\\$1" "${@:2}" >/dev/null
  echo $((($(date +%s%N) - begin) / 1000000))
}

best() { printf '%s\n' "$@" | sort -n | head -1; }

the_released_program_is_small() {
  [ "$PROFILE" = release ] || skip "it takes minutes to optimise the program: SVCCTL_WINE_PROFILE=release tests/run wine"
  local size; size=$(stat -c %s "$APP/svcctl.exe")
  echo "  svcctl.exe: $size bytes"
  ((size < 6000000)) || fail "it has $size bytes"
}
