//! There is no Service Control Manager here.

use crate::backend::scm::Usage;
use crate::backend::scm::api::{Api, Code, Config, Info, Level, Status};
use crate::error::{Error, Result};
use crate::target::Target;

/// `ERROR_CALL_NOT_IMPLEMENTED`.
const ABSENT: Code = Code(120);

/// Answers every call with an error.
pub struct Native;

/// Whether the manager is here.
pub fn detect() -> (bool, String) {
    (false, "it is a part of Windows".to_owned())
}

/// Gives a service what svcctl keeps for it.
pub fn grant(name: &str, _target: &Target) -> Result<()> {
    Err(Error::system(format!("there is no Windows here for the service {name}")))
}

/// What a process uses.
pub const fn usage(_pid: u32) -> Option<Usage> {
    None
}

impl Api for Native {
    fn list(&self) -> Result<Vec<Status>, Code> {
        Err(ABSENT)
    }

    fn status(&self, _name: &str) -> Result<Status, Code> {
        Err(ABSENT)
    }

    fn query(&self, _name: &str) -> Result<Config, Code> {
        Err(ABSENT)
    }

    fn query2(&self, _name: &str, _level: Level) -> Result<Info, Code> {
        Err(ABSENT)
    }

    fn create(&self, _name: &str, _config: &Config) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn change(&self, _name: &str, _config: &Config) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn change2(&self, _name: &str, _info: &Info) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn set_security(&self, _name: &str, _descriptor: &str) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn delete(&self, _name: &str) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn start(&self, _name: &str) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn control(&self, _name: &str, _control: u32) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn parameter(&self, _name: &str, _value: &str) -> Result<Option<String>, Code> {
        Err(ABSENT)
    }

    fn set_parameter(&self, _name: &str, _value: &str, _text: Option<&str>) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn set_event_source(&self, _name: &str, _program: &str) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn remove_event_source(&self, _name: &str) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn interrupt(&self, _name: &str) -> Result<(), Code> {
        Err(ABSENT)
    }

    fn is_alive(&self, _pid: u32) -> bool {
        false
    }
}
