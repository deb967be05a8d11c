//! Reading the journal through `journalctl`: it knows every file format there ever was, and who may read what.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::SystemTime;

use crate::backend::systemd::journal::{Entry, FIELDS, Joiner, Tail, Units};
use crate::backend::{Context, LogLine, LogQuery, LogStream};
use crate::error::{Error, ErrorKind, Result};
use crate::system::Entry as FileEntry;
use crate::target::Scope;

/// The lines of the query's services.
pub fn logs<'a>(query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
    let program = program(context)?;
    readable(context)?;
    flush(&program, context);
    let units = Units::new(context.target.scope, context.target.owner.uid, &query.names);
    let journal = Journal { program, units, query: query.clone() };
    match query.last {
        Some(count) => journal.tail(count),
        None => journal.all(),
    }
}

/// `journalctl`, by absolute path.
fn program(context: &Context<'_>) -> Result<PathBuf> {
    let places =
        ["/usr/bin/journalctl", "/bin/journalctl", "/run/current-system/sw/bin/journalctl"];
    let there = |path: &&&str| {
        matches!(
            context.system.entry(Path::new(**path)),
            Ok(FileEntry::File { .. } | FileEntry::Link(_))
        )
    };
    places.iter().find(there).map(PathBuf::from).ok_or_else(|| {
        Error::new(
            ErrorKind::ManagerUnavailable,
            "journalctl is not installed, and the logs are journald's",
        )
    })
}

/// Has journald write down what it has taken in. Only root may ask for it; others may miss the last moment.
fn flush(program: &Path, context: &Context<'_>) {
    if context.system.identity().account.uid == 0 {
        let _ = command(program).arg("--sync").stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// To whom the journal may not be shown, it looks empty: better an error.
fn readable(context: &Context<'_>) -> Result<()> {
    if context.system.identity().account.uid == 0 {
        return Ok(());
    }
    let uid = context.target.owner.uid;
    for root in ["/var/log/journal", "/run/log/journal"] {
        for machine in context.system.list(Path::new(root)).unwrap_or_default() {
            let dir = Path::new(root).join(machine);
            let open = |name: &str| std::fs::File::open(dir.join(name));
            if open("system.journal").is_ok() || open(&format!("user-{uid}.journal")).is_ok() {
                return Ok(());
            }
            // On disk each user has a journal, once there is anything in it.
            if context.target.scope == Scope::User && root == "/var/log/journal" {
                return Ok(());
            }
        }
    }
    Err(forbidden(context))
}

fn forbidden(context: &Context<'_>) -> Error {
    let name = &context.system.identity().account.name;
    let error = Error::new(ErrorKind::Privilege, format!("{name} may not read the journal"));
    match context.target.scope {
        Scope::System => error.hint(format!("run it with sudo, or let {name} read it: `sudo usermod -aG systemd-journal {name}`, and log in again")),
        Scope::User => error.hint("journald keeps users' logs apart only on disk: `sudo mkdir -p /var/log/journal && sudo systemctl restart systemd-journald`"),
    }
}

/// Nothing of the caller's environment reaches it.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// How to ask.
#[derive(Clone)]
struct Journal {
    program: PathBuf,
    units: Units,
    query: LogQuery,
}

impl Journal {
    fn command(&self) -> Command {
        let mut command = command(&self.program);
        command.args(["--output=json", "--all", "--no-pager", "--quiet"]);
        command.arg(format!("--output-fields={FIELDS}"));
        command.args(self.units.arguments());
        if let Some(until) = self.query.until.and_then(at) {
            command.arg(format!("--until={until}"));
        }
        command
    }

    fn since(&self, command: &mut Command) {
        if let Some(since) = self.query.since.and_then(at) {
            command.arg(format!("--since={since}"));
        }
    }

    fn matches(&self, line: &LogLine) -> bool {
        self.query.grep.as_ref().is_none_or(|regex| regex.is_match(&line.message))
    }

    /// Everything, from the oldest; then what comes, if it follows.
    fn all(self) -> Result<LogStream<'static>> {
        let began = SystemTime::now();
        let mut command = self.command();
        self.since(&mut command);
        let reader = Reader::start(command)?;
        Ok(Box::new(Lines {
            journal: self,
            reader,
            joiner: Joiner::default(),
            cursor: None,
            began,
            done: Vec::new(),
        }))
    }

    /// The last lines are read from the newest back: `-n` with `--since` means the first ones to old releases.
    fn tail(self, count: usize) -> Result<LogStream<'static>> {
        let began = SystemTime::now();
        let mut command = self.command();
        self.since(&mut command);
        command.arg("--reverse");
        let mut reader = Reader::start(command)?;
        let matches = |line: &LogLine| self.matches(line);
        let (mut tail, mut cursor) = (Tail::new(count), None);
        while count > 0 || (self.query.follow && cursor.is_none()) {
            let Some(entry) = reader.next()? else { break };
            cursor.get_or_insert_with(|| entry.cursor.clone());
            if count == 0 || tail.push(&entry, &self.units, &matches) {
                break;
            }
        }
        let lines = tail.finish(&matches).into_iter().map(Ok);
        if !self.query.follow {
            return Ok(Box::new(lines));
        }
        let rest = self.follow(cursor.as_deref(), began)?;
        Ok(Box::new(lines.chain(rest)))
    }

    /// What comes after the cursor; where there is none, after this time.
    fn follow(mut self, cursor: Option<&str>, began: SystemTime) -> Result<Lines> {
        let mut command = self.command();
        command.args(["--follow", "--no-tail"]);
        match cursor {
            Some(cursor) => {
                command.arg(format!("--after-cursor={cursor}"));
            }
            None => {
                self.query.since = Some(began.max(self.query.since.unwrap_or(began)));
                self.since(&mut command);
            }
        }
        self.query.follow = false;
        let reader = Reader::start(command)?;
        Ok(Lines {
            journal: self,
            reader,
            joiner: Joiner::default(),
            cursor: None,
            began,
            done: Vec::new(),
        })
    }
}

/// A time as every release reads it.
fn at(time: SystemTime) -> Option<String> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(format!("@{}.{:06}", since.as_secs(), since.subsec_micros()))
}

/// Lines as they come.
struct Lines {
    journal: Journal,
    reader: Reader,
    joiner: Joiner,
    cursor: Option<String>,
    /// When it was first read: what comes then has not been read.
    began: SystemTime,
    /// What is left when the entries are at their end, from the newest.
    done: Vec<LogLine>,
}

impl Lines {
    fn step(&mut self) -> Result<Option<LogLine>> {
        loop {
            let Some(entry) = self.reader.next()? else { return self.end() };
            let line = self.joiner.push(&entry, &self.journal.units);
            self.cursor = Some(entry.cursor);
            if let Some(line) = line.filter(|line| self.journal.matches(line)) {
                return Ok(Some(line));
            }
        }
    }

    /// The entries are at their end: those to come, or the lines that have none.
    fn end(&mut self) -> Result<Option<LogLine>> {
        if std::mem::take(&mut self.journal.query.follow) {
            let joiner = std::mem::take(&mut self.joiner);
            let journal = self.journal.clone();
            let next = journal.follow(self.cursor.as_deref(), self.began)?;
            *self = Self { joiner, ..next };
            return self.step();
        }
        self.done.extend(self.joiner.rest());
        let left = (!self.done.is_empty()).then(|| self.done.remove(0));
        Ok(left.filter(|line| self.journal.matches(line)))
    }
}

impl Iterator for Lines {
    type Item = Result<LogLine>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// A `journalctl` at work, which ends with its reader.
struct Reader {
    child: Child,
    output: BufReader<ChildStdout>,
    line: Vec<u8>,
}

impl Reader {
    fn start(mut command: Command) -> Result<Self> {
        let cannot = |error: &std::io::Error| Error::io("cannot run journalctl", error);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| cannot(&error))?;
        let output =
            child.stdout.take().ok_or_else(|| Error::system("journalctl has no output"))?;
        Ok(Self { child, output: BufReader::with_capacity(1 << 16, output), line: Vec::new() })
    }

    /// The next entry; none at the end.
    fn next(&mut self) -> Result<Option<Entry>> {
        self.line.clear();
        let read = self.output.read_until(b'\n', &mut self.line);
        match read.map_err(|error| Error::io("cannot read from journalctl", &error))? {
            0 => self.ended(),
            _ => serde_json::from_slice(&self.line).map(Some).map_err(|error| {
                Error::system("journalctl's answer is not understood").cause(&error)
            }),
        }
    }

    fn ended(&mut self) -> Result<Option<Entry>> {
        let mut said = String::new();
        if let Some(stderr) = self.child.stderr.as_mut() {
            let _ = stderr.take(4096).read_to_string(&mut said);
        }
        match self.child.wait() {
            Ok(status) if !status.success() && !said.trim().is_empty() => {
                Err(Error::system(format!("cannot read the journal: {}", said.trim())))
            }
            _ => Ok(None),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_written_as_seconds_of_the_epoch() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_042);
        assert_eq!(at(time).as_deref(), Some("@1700000000.000042"));
    }
}
