//! Completion, as it is met: a prefix is typed, TAB is pressed, and the line is read off the terminal.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed, Trial};
use portable_pty::CommandBuilder;

use crate::home::Home;
use crate::terminal::Terminal;

/// A shell: its program, the words that start it without a configuration of its own, and the lines that make it look for
/// completions in the project's folder, as it looks for them in a package's.
struct Shell {
    program: &'static str,
    words: &'static [&'static str],
    prepare: fn(&Path) -> Vec<String>,
}

const SHELLS: [Shell; 4] = [
    Shell {
        program: "bash",
        words: &["--noprofile", "--norc", "-i"],
        prepare: |folder| vec![format!("source {}/svcctl.bash", folder.display())],
    },
    Shell {
        program: "zsh",
        words: &["-f", "-i"],
        prepare: |folder| {
            vec![
                format!("fpath=({} $fpath)", folder.display()),
                "autoload -Uz compinit".to_owned(),
                "compinit -u -D".to_owned(),
            ]
        },
    },
    Shell {
        program: "fish",
        words: &["-i"],
        prepare: |folder| {
            vec![
                "function fish_prompt; printf 'ready> '; end".to_owned(),
                format!("set -p fish_complete_path {}", folder.display()),
            ]
        },
    },
    Shell {
        program: "elvish",
        words: &["-norc"],
        prepare: |folder| {
            vec![
                "set edit:prompt = { put 'ready> ' }; set edit:rprompt = { put '' }".to_owned(),
                format!("eval (slurp < {}/svcctl.elv)", folder.display()),
            ]
        },
    },
];

/// One test for each shell, and how long an answer takes.
pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<_> = SHELLS
        .iter()
        .map(|shell| {
            let name = format!("{} completes a service's name on TAB", shell.program);
            Trial::ignorable_test(name, || completes(shell))
        })
        .collect();
    trials.extend(OTHERS.map(|(shell, word)| {
        let name = format!("what the script of {shell} asks is answered with what is there");
        Trial::test(name, move || {
            asked(word);
            Ok(())
        })
    }));
    trials.push(Trial::test("the names of 200 services are offered within 20 ms", || {
        names_are_offered_at_once();
        Ok(())
    }));
    trials
}

fn completes(shell: &Shell) -> Result<Completion, Failed> {
    if !installed(shell.program) {
        let reason = format!("{} is not installed", shell.program);
        return match std::env::var_os("CI") {
            Some(_) => Err(Failed::from(reason)),
            None => Ok(Completion::ignored_with(reason)),
        };
    }
    let home = Home::with(&["orders-front", "orders-worker", "billing"]);
    let mut terminal = ready(shell, &home);
    for (typed, completed) in [
        ("svcctl status orders-w", "svcctl status orders-worker"),
        ("svcctl logs bil", "svcctl logs billing"),
        ("svcctl uninst", "svcctl uninstall"),
        ("svcctl list --manager emb", "svcctl list --manager embedded"),
        (
            "svcctl check billing.toml --profile prod",
            "svcctl check billing.toml --profile production",
        ),
    ] {
        terminal.types(&format!("{typed}\t"));
        terminal.shows(completed, |screen| {
            screen
                .lines()
                .last()
                .is_some_and(|line| line.trim_start_matches("ready> ") == completed)
        });
        // An empty line again.
        terminal.types("\x15");
        terminal.shows("an empty line", |screen| screen.lines().last() == Some("ready>"));
    }
    Ok(Completion::Completed)
}

/// The shell at its prompt, on an empty screen.
fn ready(shell: &Shell, home: &Home) -> Terminal {
    let mut command: CommandBuilder = home.program(shell.program);
    command.args(shell.words);
    let mut terminal = Terminal::open(command, 80);
    for line in (shell.prepare)(&completions()) {
        terminal.types(&format!("{line}\n"));
    }
    terminal.types("clear; echo prepa''red\n");
    terminal.shows("the shell", |screen| {
        let mut lines = screen.lines().skip_while(|line| !line.starts_with("prepared"));
        lines.next().is_some() && lines.next() == Some("ready>")
    });
    terminal
}

fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

fn completions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions")
}

/// Shells that not every machine has, and the word by which their scripts ask.
const OTHERS: [(&str, &str); 2] = [("PowerShell", "powershell"), ("nushell", "fish")];

/// What the committed script asks is answered; what the shell makes of that only the shell shows.
fn asked(word: &str) {
    let home = Home::with(&["orders-front", "orders-worker", "billing"]);
    let offered = |words: &[&str]| -> Vec<String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svcctl"));
        command.env_clear().env("HOME", home.path()).env("COMPLETE", word);
        command.env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string()).env("_CLAP_IFS", "\n");
        command.current_dir(home.path());
        let output = command.arg("--").args(words).output().expect("svcctl can be run");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(offered(&["svcctl", "status", "ord"]), ["orders-front", "orders-worker"]);
    assert_eq!(offered(&["svcctl", "diff", "billing"]), ["billing", "billing.toml"]);
    let managers = offered(&["svcctl", "--manager", ""]);
    assert!(
        ["systemd", "launchd", "scm", "embedded"]
            .iter()
            .all(|it| managers.iter().any(|manager| manager == it)),
        "{managers:?}"
    );
}

/// Longest wait for names after TAB.
const BOUND: Duration = Duration::from_millis(20);

/// The fastest answer of those of a few seconds, each a process of its own as in a shell: what a busy machine adds is not svcctl's.
/// Medians of the optimised program are printed by `cargo bench --bench completion`.
fn names_are_offered_at_once() {
    let home = Home::with(&["orders-1"]);
    let services = home.path().join(".local/state/svcctl/services");
    let receipt = std::fs::read(services.join("orders-1.json")).expect("the receipt is there");
    for number in 2..=200 {
        let copy = services.join(format!("orders-{number}.json"));
        std::fs::write(copy, &receipt).expect("a receipt can be written");
    }
    let (mut fastest, deadline) = (answer(&home), Instant::now() + Duration::from_secs(15));
    while fastest >= BOUND && Instant::now() < deadline {
        fastest = fastest.min(answer(&home));
    }
    assert!(fastest < BOUND, "the fastest answer took {fastest:?}");
}

fn answer(home: &Home) -> Duration {
    let begin = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_svcctl"));
    command.env_clear().env("HOME", home.path()).env("COMPLETE", "bash");
    command.env("_CLAP_COMPLETE_INDEX", "2").env("_CLAP_IFS", "\n");
    let words = ["--", "svcctl", "status", "orders-"].map(OsStr::new);
    let output = command.args(words).output().expect("svcctl can be run");
    let took = begin.elapsed();
    let names = String::from_utf8_lossy(&output.stdout).lines().count();
    assert_eq!(names, 200, "{}", String::from_utf8_lossy(&output.stderr));
    took
}
