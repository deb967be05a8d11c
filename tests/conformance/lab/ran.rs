//! What a run of `svcctl` came to.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::schemas::assert_output;

/// Exit code, output and time of a run.
#[derive(Debug)]
pub struct Ran {
    /// The words of the command line.
    pub words: String,
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// From start to end.
    pub took: Duration,
}

impl Ran {
    /// Runs a command to its end.
    pub fn run(command: &mut Command) -> Self {
        let begin = Instant::now();
        let output = command
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let ran = Self {
            words: format!("{command:?}"),
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            took: begin.elapsed(),
        };
        assert!(!ran.stderr.contains("panicked at"), "it panicked: {ran}");
        ran
    }

    /// It must have exited with `code`.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(self.code == code, "it should have exited with {code}: {self}");
        self
    }

    /// It must have failed, in whatever way.
    #[track_caller]
    pub fn fails(self) -> Self {
        assert!(self.code > 0, "it should have failed: {self}");
        self
    }

    /// Some output stream must hold `word`.
    #[track_caller]
    pub fn says(self, word: &str) -> Self {
        // In JSON a path of Windows has its backslashes doubled.
        let escaped = word.replace('\\', r"\\");
        let says = [&self.stderr, &self.stdout]
            .iter()
            .any(|text| text.contains(word) || text.contains(&escaped));
        assert!(says, "it should have said {word:?}: {self}");
        self
    }

    /// The JSON on standard output.
    #[track_caller]
    pub fn output(&self) -> Value {
        let object = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self}"));
        assert_output(&object);
        object
    }

    /// The JSON objects on standard output, one a line.
    #[track_caller]
    pub fn objects(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"))
        };
        let objects: Vec<Value> = self.stdout.lines().map(parse).collect();
        objects.iter().for_each(assert_output);
        objects
    }

    /// The error on standard error: its last line, as JSON.
    #[track_caller]
    pub fn error(&self) -> Value {
        let object: Option<Value> =
            self.stderr.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let whole = object.or_else(|| serde_json::from_str(&self.stderr).ok());
        let object = whole.unwrap_or_else(|| panic!("no error as JSON: {self}"));
        assert_output(&object);
        assert_eq!(object["schema"], "svcctl.error.v1", "{self}");
        assert_eq!(object["error"]["code"], self.code, "{self}");
        object["error"].clone()
    }

    /// Whether a verb says that it changed something.
    #[track_caller]
    pub fn changed(&self) -> bool {
        let output = self.output();
        assert_eq!(output["schema"], "svcctl.change.v1", "{self}");
        output["changed"].as_bool().unwrap_or_else(|| panic!("`changed` is missing: {self}"))
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n  exit {} after {:?}", self.words, self.code, self.took)?;
        write!(f, "{}{}", indent("out", &self.stdout), indent("err", &self.stderr))
    }
}

/// At most some lines, so that a failure can be read.
fn indent(stream: &str, text: &str) -> String {
    text.lines().take(40).map(|line| format!("  {stream}: {line:.400}\n")).collect()
}
