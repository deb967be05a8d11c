use proptest::prelude::*;

use super::*;

const RUNNING: &str = "gui/501/com.example.web = {
\tactive count = 1
\tpath = /Users/me/Library/LaunchAgents/com.example.web.plist
\ttype = LaunchAgent
\tstate = running

\tprogram = /usr/local/bin/web
\targuments = {
\t\t/usr/local/bin/web
\t\t--port
\t\t8080
\t\t{
\t\t}
\t}

\tenvironment = {
\t\tXPC_SERVICE_NAME => com.example.web
\t}

\tdomain = gui/501 [100002]
\tminimum runtime = 10
\texit timeout = 5
\truns = 1
\tpid = 48630
\timmediate reason = speculative
\tlast exit code = (never exited)

\tresource coalition = {
\t\tID = 1231
\t\tstate = active
\t\tactive count = 1
\t\tpid = 1
\t}

\tspawn type = daemon (3)

\tproperties = runatload | inferred program | system service | tle system
}
";

#[test]
fn a_running_job_is_read() {
    let printed = parse(RUNNING).unwrap();
    assert_eq!(printed.state, "running");
    assert_eq!(
        (printed.pid, printed.runs, printed.minimum_runtime),
        (Some(48630), Some(1), Some(10))
    );
    assert_eq!(printed.arguments, ["/usr/local/bin/web", "--port", "8080", "{", "}"]);
    assert_eq!(printed.exit, None);
    assert!(!printed.penalty_box && !printed.is_dying());
}

#[test]
fn nested_blocks_and_unknown_lines_are_passed_over() {
    let text = "system/x = {\n\tnovel = {\n\t\tpid = 1\n\t\tdeeper = {\n\t\t\truns = 9\n\t\t}\n\t}\n\tnovel key\n\tpid = 7\n}\n";
    let printed = parse(text).unwrap();
    assert_eq!((printed.pid, printed.runs), (Some(7), None));
}

#[test]
fn outcomes_are_read_in_all_their_forms() {
    for (line, code, signal) in [
        ("last exit code = 0", Some(0), None),
        ("last exit code = 78: EX_CONFIG", Some(78), None),
        ("last terminating signal = Terminated: 15", None, Some("SIGTERM")),
        ("last terminating signal = Bus error: 10", None, Some("SIGBUS")),
        ("last terminating signal = Novel", None, Some("Novel")),
        ("last exit reason = OS_REASON_TCC", None, Some("SIGKILL")),
    ] {
        let printed = parse(&format!("system/x = {{\n\t{line}\n}}\n")).unwrap();
        let exit = printed.exit.unwrap();
        assert_eq!((exit.code, exit.signal.as_deref()), (code, signal), "{line}");
    }
}

#[test]
fn what_is_no_print_of_a_service_is_refused() {
    for text in [
        "",
        "}",
        "Bad request.\n",
        "system/x = {\n",
        "x\n}\n",
        "service: ok\nno print\n",
        "{\n\"Label\" = \"x\";\n};\n",
    ] {
        assert_eq!(parse(text), None, "{text:?}");
    }
}

#[test]
fn a_service_in_the_penalty_box_is_not_throttled() {
    let text = "gui/1/x = {\n\tstate = spawn scheduled\n\tproperties = runatload | penalty box\n}";
    assert!(parse(text).unwrap().penalty_box && !parse(text).unwrap().is_throttled());
    assert!(parse("gui/1/x = {\n\tstate = spawn scheduled\n}").unwrap().is_throttled());
}

#[test]
fn both_forms_of_print_disabled_are_read() {
    let new = "\tdisabled services = {\n\t\t\"a.b\" => disabled\n\t\t\"a\" => enabled\n\t}\n";
    let old = "disabled services = {\n\t\"a.b\" => true\n\t\"a\" => false\n}\nlogin item associations = {\n}\n";
    for text in [new, old] {
        assert!(is_disabled(text, "a.b"));
        assert!(!is_disabled(text, "a") && !is_disabled(text, "b") && !is_disabled(text, "c"));
    }
}

/// What a transcript may become: one edit at a place.
#[derive(Clone, Debug)]
enum Edit {
    Remove,
    Insert(char),
    Replace(char),
    Cut,
}

fn edit() -> impl Strategy<Value = (usize, Edit)> {
    let tricky = prop_oneof![
        Just('\t'),
        Just('\n'),
        Just('{'),
        Just('}'),
        Just('='),
        Just('\0'),
        any::<char>()
    ];
    let edit = prop_oneof![
        4 => Just(Edit::Remove),
        4 => tricky.clone().prop_map(Edit::Insert),
        4 => tricky.prop_map(Edit::Replace),
        1 => Just(Edit::Cut),
    ];
    (any::<usize>(), edit)
}

/// A daemon that launchd waits with, as macOS 27 shows it.
const THROTTLED: &str = "system/com.example.web = {
\tactive count = 0
\tpath = /Library/LaunchDaemons/com.example.web.plist
\ttype = LaunchDaemon
\tstate = spawn scheduled

\tprogram = /usr/local/bin/web
\targuments = {
\t\t/usr/local/bin/web
\t}

\tworking directory = /srv/web

\tLWCR = {
\t\tvalue = 1
\t}

\tdomain = system
\tusername = web
\tgroup = staff

\tminimum runtime = 80
\tbase minimum runtime = 10
\texit timeout = 5
\truns = 105
\tsuccessive crashes = 98
\tlast terminating signal = Bus error: 10

\tsemaphores = {
\t\tsuccessful exit => 0
\t}

\tjob state = exited
\tsanitizer flags = 0x0

\tproperties = runatload | penalty box | managed LWCR | has LWCR
}
";

/// The list of what is switched off, as `print-disabled` shows it.
const DISABLED: &str = "
\tdisabled services = {
\t\t\"com.example.web\" => disabled
\t\t\"com.example.other\" => enabled
\t}
\tlogin item associations = {
\t}
";

#[test]
fn a_daemon_that_is_throttled_is_read() {
    let printed = parse(THROTTLED).unwrap();
    assert_eq!((printed.pid, printed.runs, printed.minimum_runtime), (None, Some(105), Some(80)));
    assert_eq!(printed.exit.unwrap().signal.as_deref(), Some("SIGBUS"));
    assert!(printed.penalty_box && printed.state == "spawn scheduled");
}

fn mutilated(base: &str, edits: Vec<(usize, Edit)>) -> String {
    let mut text: Vec<char> = base.chars().collect();
    for (at, edit) in edits {
        let at = at % text.len().max(1);
        match edit {
            Edit::Remove if !text.is_empty() => drop(text.remove(at)),
            Edit::Insert(c) => text.insert(at, c),
            Edit::Replace(c) if !text.is_empty() => text[at] = c,
            Edit::Cut => text.truncate(at),
            Edit::Remove | Edit::Replace(_) => {}
        }
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_mutilated_print_makes_the_reader_panic_or_invent_a_process(
        base in prop::sample::select(vec![RUNNING, THROTTLED, DISABLED]),
        edits in prop::collection::vec(edit(), 0..30),
    ) {
        let text = mutilated(base, edits);
        let pid = parse(&text).and_then(|printed| printed.pid);
        let shown = |line: &str| line.strip_prefix("\tpid = ").and_then(|pid| pid.parse().ok());
        prop_assert!(pid.is_none() || text.lines().any(|line| shown(line) == pid), "{text}");
        let _found = is_disabled(&text, "com.example.web");
    }

    #[test]
    fn no_text_at_all_makes_the_readers_panic(text in "\\PC*", label in "[a-z.]{0,8}") {
        let _printed = parse(&text);
        let _found = is_disabled(&text, &label);
    }
}
