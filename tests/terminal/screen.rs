//! What svcctl draws on a terminal, and what it leaves out elsewhere.

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
        test("a list fits 80 and 140 columns", fits),
        test("status --watch is redrawn in place", redrawn),
        test("status --watch cuts what is higher than the terminal", higher),
    ]
}

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
