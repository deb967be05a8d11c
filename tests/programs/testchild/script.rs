//! The language of the arguments: a table of commands, and the reader of a script.

use std::ffi::{OsStr, OsString};
use std::io::{Error, Result};
use std::str::FromStr;
use std::time::Duration;

use crate::{children, dump, files, net, output, signals, work};

/// One command: its word, the words it takes, and what it does.
struct Command {
    word: &'static str,
    usage: &'static str,
    run: fn(&mut Words<'_>) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    // What it was given.
    command("dump", "FILE", dump::write),
    command("copy", "FROM TO", files::copy),
    command("copy-credential", "NAME TO", files::copy_credential),
    command("try-write", "PATH RESULT", files::try_write),
    command("append-env", "FILE NAME…", files::append_environment),
    // Marks for the suite.
    command("count", "FILE", files::count),
    command("append", "FILE TEXT", files::append),
    command("touch", "FILE", files::touch),
    command("remove", "FILE", files::remove),
    // Ends.
    command("exit", "CODE", work::exit),
    command("exit-if", "FILE CODE", files::exit_if),
    command("exit-unless", "FILE CODE", files::exit_unless),
    command("fail-first", "N FILE CODE", files::fail_first),
    command("crash", "SIGNAL", signals::crash),
    // Time.
    command("sleep", "[MS]", work::sleep),
    command("await", "FILE", work::wait_for),
    command("burn", "MS", work::burn),
    command("alloc", "MIB", work::allocate),
    command("grow", "MIB", work::grow),
    // Signals: `on` does the command of its own line, whose commands are separated by `and`.
    command("ignore", "SIGNAL", signals::ignore),
    command("on", "SIGNAL COMMAND… [and COMMAND…]", signals::on),
    // Children.
    command("spawn", "N FILE", children::spawn),
    command("fork-twice", "FILE", children::fork_twice),
    command("fork", "N", children::fork),
    command("orphans", "N MS", children::orphans),
    command("setsid-child", "FILE", children::own_session),
    command("setsid", "", children::become_session_leader),
    command("open-files", "N FILE", files::open_many),
    // The network.
    command("listen", "PORT", net::listen),
    command("http", "PORT [FAIL-FILE]", net::http),
    command("notify-ready", "[MS]", net::notify_ready),
    // Output.
    command("write", "N [out|err|both] [PACE-MS] [BYTES]", output::lines),
    command("text", "out|err TEXT", output::text),
    command("binary", "", output::binary),
    command("long-line", "BYTES", output::long_line),
    command("unterminated", "TEXT", output::unterminated),
];

const fn command(
    word: &'static str,
    usage: &'static str,
    run: fn(&mut Words<'_>) -> Result<()>,
) -> Command {
    Command { word, usage, run }
}

/// Does the commands of a script, separated by `then`. What follows the word `ignoring` is no part of it.
pub fn run(arguments: &[OsString]) -> Result<()> {
    let script = arguments.split(|word| word == "ignoring").next();
    run_separated(script.unwrap_or_default(), "then")
}

/// Does commands that are separated by `separator`.
pub fn run_separated(arguments: &[OsString], separator: &str) -> Result<()> {
    arguments.split(|word| word == separator).try_for_each(run_one)
}

fn run_one(line: &[OsString]) -> Result<()> {
    let Some((word, rest)) = line.split_first() else {
        return Ok(());
    };
    let Some(command) = COMMANDS.iter().find(|command| word == command.word) else {
        return Err(Error::other(format!("no such command: {}\n{}", word.display(), usage())));
    };
    let mut words = Words { command, rest };
    (command.run)(&mut words)?;
    words.end()
}

fn usage() -> String {
    COMMANDS.iter().map(|command| format!("  {} {}\n", command.word, command.usage)).collect()
}

/// The words of one command that are not read yet.
pub struct Words<'a> {
    command: &'a Command,
    rest: &'a [OsString],
}

impl<'a> Words<'a> {
    /// The next word, if there is one.
    pub fn optional(&mut self) -> Option<&'a OsStr> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// The next word, which must be there.
    pub fn word(&mut self) -> Result<&'a OsStr> {
        self.optional().ok_or_else(|| self.wrong())
    }

    /// The next word as a number.
    pub fn number<T: FromStr>(&mut self) -> Result<T> {
        let word = self.word()?;
        self.parse(word)
    }

    /// The next word as a number, or `default`.
    pub fn number_or<T: FromStr>(&mut self, default: T) -> Result<T> {
        self.optional().map_or(Ok(default), |word| self.parse(word))
    }

    /// The next word as milliseconds, if there is one.
    pub fn optional_duration(&mut self) -> Result<Option<Duration>> {
        self.optional().map(|word| self.parse(word).map(Duration::from_millis)).transpose()
    }

    /// All words that are left.
    pub fn rest(&mut self) -> &'a [OsString] {
        std::mem::take(&mut self.rest)
    }

    fn parse<T: FromStr>(&self, word: &OsStr) -> Result<T> {
        word.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| self.wrong())
    }

    fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.wrong()) }
    }

    fn wrong(&self) -> Error {
        Error::other(format!("usage: {} {}", self.command.word, self.command.usage))
    }
}
