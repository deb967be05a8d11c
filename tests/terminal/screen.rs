//! What svcctl draws on a terminal, and what it leaves out elsewhere.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::home::Home;
use crate::terminal::Terminal;

const ESCAPE: char = '\x1b';

/// The tests.
pub fn trials() -> Vec<Trial> {
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    vec![
        test("a terminal is given colours, unless it says NO_COLOR", colours),
        test("what is no terminal is given no colours, unless they are asked for", no_colours),
        test("the help of every verb fits a screen and holds an example", help),
        test("a list fits 80 and 140 columns", fits),
        test("a list that is piped from a terminal is whole", piped),
        test("sentences break between words", sentences),
        test("a change that takes long has a spinner, which is gone when it is done", spinner),
        test("status --watch is redrawn in place", redrawn),
        test("status --watch cuts what is higher than the terminal", higher),
    ]
}

/// Rows of the smallest terminal, but for that of the prompt.
const SCREEN: usize = 23;

/// What a command writes to a terminal.
fn written(home: &Home, words: &[&str], variables: &[(&str, &str)], columns: u16) -> String {
    let mut command = home.command(words);
    for (name, value) in variables {
        command.env(name, value);
    }
    Terminal::open(command, columns).ends().1
}

fn colours() {
    let home = Home::with(&["web"]);
    let definition = home.path().join("web.toml");
    let definition = definition.to_str().expect("it is UTF-8");
    for words in [
        ["list", "--user"].as_slice(),
        &["status", "--user", "web"],
        &["check", "--for", "all", definition],
        &["diff", "--user", "web"],
    ] {
        assert!(written(&home, words, &[], 80).contains(ESCAPE), "{words:?}");
        let plain = written(&home, words, &[("NO_COLOR", "1")], 80);
        assert!(!plain.contains(ESCAPE), "{words:?}: {plain}");
        let never = [words, &["--color", "never"]].concat();
        assert!(!written(&home, &never, &[], 80).contains(ESCAPE), "{never:?}");
        assert!(!written(&home, words, &[("TERM", "dumb")], 80).contains(ESCAPE), "{words:?}");
    }
}

fn help() {
    let home = Home::with(&[]);
    let shown = |words: &[&str]| written(&home, words, &[("NO_COLOR", "1")], 80);
    let main = shown(&["--help"]);
    let verbs = svcctl::cli::VERBS.iter().filter(|(_, words)| !words.is_empty());
    let verbs: Vec<_> = verbs.map(|(verb, _)| *verb).collect();
    assert!(verbs.iter().all(|verb| main.contains(&format!("  {verb} "))), "{main}");
    let of_verbs = verbs.iter().map(|verb| shown(&[verb, "--help"]));
    for text in of_verbs.chain([main.clone()]) {
        assert!(text.contains("\nExample"), "no example:\n{text}");
        assert!(text.lines().count() <= SCREEN, "{} lines:\n{text}", text.lines().count());
        assert!(text.lines().all(|line| line.trim_end().chars().count() <= 80), "{text}");
    }
}

fn no_colours() {
    let home = Home::with(&["web"]);
    let piped = |words: &[&str]| String::from_utf8_lossy(&home.svcctl(words).stdout).into_owned();
    let plain = piped(&["list", "--user"]);
    assert!(plain.contains("web") && !plain.contains(ESCAPE), "{plain:?}");
    assert!(piped(&["list", "--user", "--color", "always"]).contains(ESCAPE));
    let whole = "longer than any terminal of eighty columns is wide";
    assert!(plain.contains(whole), "nothing is cut where there is no terminal: {plain}");
}

fn fits() {
    let home = Home::with(&["web", "a-service-with-quite-a-long-name-that-nobody-would-type"]);
    for columns in [80_u16, 140] {
        let text = written(&home, &["list", "--user"], &[("NO_COLOR", "1")], columns);
        let longest = text.lines().map(|line| line.trim_end().chars().count()).max();
        assert!(longest <= Some(usize::from(columns)), "{columns}:\n{text}");
        assert!(text.contains("STATE") && text.contains("stopped"), "{text}");
    }
}

/// Standard error is still the terminal.
fn piped() {
    let home = Home::with(&["web"]);
    let mut shell = home.program("/bin/sh");
    shell.args(["-c", "svcctl list --user | cat > list"]);
    Terminal::open(shell, 40).ends();
    let list = std::fs::read_to_string(home.path().join("list")).expect("it is there");
    assert!(list.contains("longer than any terminal of eighty columns is wide"), "{list}");
    assert!(!list.contains(ESCAPE), "{list:?}");
}

fn sentences() {
    let home = Home::with(&["web"]);
    let definition = home.path().join("web.toml");
    let check = ["check", "--for", "all", definition.to_str().expect("it is UTF-8")];
    for words in [&["status", "--user", "web"], check.as_slice()] {
        let text = written(&home, words, &[("NO_COLOR", "1")], 80);
        let longest = text.lines().map(|line| line.trim_end().chars().count()).max();
        assert!(longest <= Some(80), "{text}");
    }
}

/// What takes no longer has no spinner.
const SPINNER: Duration = Duration::from_millis(300);

fn spinner() {
    let home = Home::with(&["web"]);
    // Ready after three seconds.
    for (words, doing) in [
        (["start", "--user", "web"].as_slice(), "starting web"),
        (&["restart", "--user", "web"], "restarting web"),
    ] {
        let terminal = Terminal::open(home.command(words), 80);
        terminal.shows(doing, |screen| screen.contains(doing));
        let left = terminal.shows("the result", |screen| screen.contains("web: "));
        assert!(!left.contains(doing), "{left}");
    }
    let begun = Instant::now();
    let quick = written(&home, &["stop", "--user", "web"], &[], 80);
    assert!(!quick.contains("stopping") || begun.elapsed() >= SPINNER, "{quick}");
    let quiet = written(&home, &["start", "--user", "web", "-q"], &[], 80);
    assert!(!quiet.contains("starting"), "{quiet}");
}

fn redrawn() {
    let home = Home::with(&["web", "worker"]);
    let mut terminal = Terminal::open(home.command(&["status", "--user", "--watch"]), 80);
    let first = terminal.shows("a table", |screen| screen.contains("worker"));
    let heading = |screen: &str| screen.lines().next().unwrap_or_default().to_owned();
    let later = terminal.shows("a later look", |screen| {
        heading(screen) != heading(&first) && screen.contains("worker")
    });
    assert_eq!(
        later.lines().skip(1).collect::<Vec<_>>(),
        first.lines().skip(1).collect::<Vec<_>>(),
        "all but the time is where it was"
    );
    assert_eq!(terminal.raw().matches("\x1b[2J").count(), 1, "it is blank once, at the beginning");
    terminal.types("\x03");
    assert_ne!(terminal.ends().0, 0, "Ctrl-C ends it");
}

fn higher() {
    let names: Vec<String> = (0..30).map(|number| format!("web-{number:02}")).collect();
    let home = Home::with(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let terminal = Terminal::open(home.command(&["status", "--user", "--watch"]), 80);
    let screen = terminal.shows("a table", |screen| screen.contains("more lines"));
    assert!(screen.lines().next().is_some_and(|line| line.contains("Ctrl-C")), "{screen}");
}
