//! What `status -o json` says of one service.

use std::time::SystemTime;

use serde_json::Value;

use super::Ran;

/// One service's entry, and the exit code that came with it.
#[derive(Debug)]
pub struct Status {
    /// What `status` exited with.
    pub code: i32,
    /// The entry.
    pub entry: Value,
}

impl From<Ran> for Status {
    #[track_caller]
    fn from(ran: Ran) -> Self {
        let output = ran.output();
        assert_eq!(output["schema"], "svcctl.status.v1", "{ran}");
        let entry = output["services"][0].clone();
        assert!(entry.is_object(), "an entry for the service: {ran}");
        Self { code: ran.code, entry }
    }
}

impl Status {
    /// The state's word.
    pub fn state(&self) -> &str {
        self.entry["state"].as_str().unwrap_or_default()
    }

    /// It must be in that state, with the exit code that goes with it.
    #[track_caller]
    pub fn is(&self, state: &str, code: i32) {
        assert_eq!((self.state(), self.code), (state, code), "{}", self.entry);
    }

    /// The process of a service that has one.
    #[track_caller]
    pub fn pid(&self) -> i64 {
        self.entry["pid"].as_i64().unwrap_or_else(|| panic!("a pid: {}", self.entry))
    }

    /// Automatic restarts.
    #[track_caller]
    pub fn restarts(&self) -> i64 {
        self.entry["restarts"].as_i64().unwrap_or_else(|| panic!("restarts: {}", self.entry))
    }

    /// Since when it is in its state.
    #[track_caller]
    pub fn since(&self) -> SystemTime {
        time(&self.entry["since"])
    }

    /// Why it ended, in words.
    pub fn reason(&self) -> &str {
        self.entry["exit"]["reason"].as_str().unwrap_or_default()
    }

    /// What its own checks say.
    pub fn health(&self) -> &str {
        self.entry["health"].as_str().unwrap_or_default()
    }

    /// A flag.
    #[track_caller]
    pub fn flag(&self, key: &str) -> bool {
        self.entry[key].as_bool().unwrap_or_else(|| panic!("{key}: {}", self.entry))
    }

    /// A number.
    #[track_caller]
    pub fn number(&self, key: &str) -> u64 {
        self.entry[key].as_u64().unwrap_or_else(|| panic!("{key}: {}", self.entry))
    }
}

/// An RFC 3339 time.
#[track_caller]
pub fn time(value: &Value) -> SystemTime {
    let text = value.as_str().unwrap_or_else(|| panic!("a time: {value}"));
    humantime::parse_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
