//! A service of a case, from its definition to its end.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Lab, Ran, Status, status};
use crate::definition::Definition;
use crate::dump::Dump;
use crate::os;
use crate::outcome::{Stop, Verdict};
use crate::poll::{SOON, until};

/// A service that a case defines.
pub struct Service<'a> {
    /// Its name.
    pub name: String,
    /// Its definition.
    pub definition: Definition,
    lab: &'a Lab<'a>,
}

impl<'a> Service<'a> {
    pub(super) fn new(lab: &'a Lab<'a>, name: String, command: Vec<String>) -> Self {
        let mut definition = Definition::new(&name, command);
        // A case that is not about restarts shall not be blurred by one.
        definition.set("restart.policy", "never");
        Self { name, definition, lab }
    }

    /// Sets a key of the definition.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    /// Sets a key whose value is a command of the test child.
    #[must_use]
    pub fn with_command(self, key: &str, script: &str) -> Self {
        let command = self.lab.command(script);
        self.with(key, command)
    }

    /// Adds a hook that runs a script of the test child.
    #[must_use]
    pub fn with_hook(self, hook: &str, script: &str) -> Self {
        let command = self.lab.command(script);
        self.with(&format!("hooks.{hook}"), json!({ "command": command }))
    }

    /// Sets a key of the definition.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.definition.set(key, value);
    }

    /// Writes the definition and tells where.
    pub fn write(&self) -> PathBuf {
        let file = self.lab.path(&format!("{}.toml", self.name));
        self.definition.write(&file);
        file
    }

    /// `install FILE WORDS…`, whatever comes of it.
    pub fn try_install(&self, words: &[&str]) -> Ran {
        let file = self.write();
        self.lab.json(
            ["install".as_ref(), file.as_os_str()]
                .into_iter()
                .chain(words.iter().map(AsRef::as_ref)),
        )
    }

    /// `install FILE WORDS…`, which works, or is refused for a field that the case has set.
    #[track_caller]
    pub fn install(&self, words: &[&str]) -> Result<Ran, Stop> {
        let ran = self.try_install(words);
        if ran.code == 65 {
            return Err(Stop::Refused(self.refusal(&ran)));
        }
        Ok(ran.exits(0))
    }

    /// Installs and starts it.
    #[track_caller]
    pub fn start(&self) -> Verdict {
        self.install(&["--start"]).map(drop)
    }

    /// The reason of a proper refusal: fields that are used, why not, and the way out; and nothing was touched.
    #[track_caller]
    fn refusal(&self, ran: &Ran) -> String {
        let error = ran.error();
        let problems = error["problems"].as_array().filter(|list| !list.is_empty());
        let problems = problems.unwrap_or_else(|| panic!("a refusal names its problems: {ran}"));
        let reasons: Vec<String> =
            problems.iter().map(|problem| self.refused_field(problem, ran)).collect();
        self.status().is("not-installed", 4);
        reasons.join("; ")
    }

    #[track_caller]
    fn refused_field(&self, problem: &Value, ran: &Ran) -> String {
        let key = problem["key"].as_str().unwrap_or_default();
        assert!(self.definition.has(key), "a refusal names a field that is used: {ran}");
        let words = |member: &str| {
            problem[member].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let message = words("message").unwrap_or_else(|| panic!("a refusal says why: {ran}"));
        assert!(words("hint").is_some(), "a refusal names the way out: {ran}");
        assert!(self.support(key) == "refused", "`check` says the same: {key}: {ran}");
        format!("{key}: {message}")
    }

    /// What `check --for` says of a field.
    fn support(&self, key: &str) -> String {
        let manager = self.lab.lane.manager.name();
        let file = self.write();
        let ran =
            self.lab.json(["check".as_ref(), file.as_os_str(), "--for".as_ref(), manager.as_ref()]);
        ran.output()["support"][manager][key].as_str().unwrap_or_default().to_owned()
    }

    /// `svcctl VERB NAME WORDS…`
    pub fn verb(&self, verb: &str, words: &[&str]) -> Ran {
        self.lab.json([verb, &self.name].into_iter().chain(words.iter().copied()))
    }

    /// Its state now.
    #[track_caller]
    pub fn status(&self) -> Status {
        self.lab.status(&self.name)
    }

    /// Waits until it is in that state.
    #[track_caller]
    pub fn becomes(&self, state: &str) -> Status {
        until(&format!("{} to be {state}", self.name), SOON, || {
            Some(self.status()).filter(|status| status.state() == state)
        })
    }

    /// The dump that its script writes to `@dump`.
    pub fn dump(&self) -> Dump {
        self.dump_in("dump")
    }

    /// The dump in another file of the case.
    pub fn dump_in(&self, file: &str) -> Dump {
        let file = self.lab.path(file);
        let text = until("the dump", SOON, || std::fs::read(&file).ok());
        Dump(serde_json::from_slice(&text).expect("a dump is JSON"))
    }

    /// Waits until `@FILE` has that many lines, and gives them.
    pub fn marks(&self, file: &str, count: usize) -> Vec<String> {
        until(&format!("{count} lines in {file}"), SOON, || {
            Some(self.lab.lines(file)).filter(|lines| lines.len() >= count)
        })
    }

    /// The pids that `count @FILE` has written.
    pub fn pids(&self, file: &str, count: usize) -> Vec<i64> {
        let first = |line: &String| {
            line.split(' ').next().and_then(|word| word.parse().ok()).expect("a pid in the line")
        };
        self.marks(file, count).iter().map(first).collect()
    }

    /// The times between the starts that `count @FILE` has written.
    pub fn gaps(&self, file: &str, count: usize) -> Vec<Duration> {
        let nanos = |line: &String| {
            line.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a time in the line")
        };
        let times: Vec<u64> = self.marks(file, count).iter().map(nanos).collect();
        times.windows(2).map(|pair| Duration::from_nanos(pair[1].saturating_sub(pair[0]))).collect()
    }

    /// All that it has logged, as JSON objects.
    pub fn log(&self, words: &[&str]) -> Vec<Value> {
        self.verb("logs", words).exits(0).objects()
    }

    /// The messages that it has logged.
    pub fn messages(&self, words: &[&str]) -> Vec<String> {
        self.log(words).iter().map(message).collect()
    }

    /// Waits until a message has been logged.
    pub fn logged(&self, text: &str) {
        until(&format!("{text:?} in the log"), SOON, || {
            self.messages(&["-n", "all"]).iter().any(|line| line.contains(text)).then_some(())
        });
    }

    /// Waits until a process is gone.
    pub fn ends(pid: i64) {
        until(&format!("the end of process {pid}"), SOON, || (!os::alive(pid)).then_some(()));
    }

    /// A time within an entry.
    pub fn time(entry: &Value) -> std::time::SystemTime {
        status::time(&entry["time"])
    }

    /// Does something while another thread works.
    pub fn meanwhile<T: Send>(work: impl FnOnce() -> T + Send, watch: impl FnOnce()) -> T {
        thread::scope(|scope| {
            let worker = scope.spawn(work);
            watch();
            worker.join().expect("the other thread's work succeeds")
        })
    }
}

/// The text of a log entry.
pub fn message(entry: &Value) -> String {
    entry["message"].as_str().unwrap_or_default().to_owned()
}
