//! A manager in memory that writes down every call that changes something.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::backend::scm::api::{Api, Code, Config, Info, Level, Phase, Status};

/// What a service does when it is looked at: one phase after the other, the last one for good.
#[derive(Clone, Debug)]
pub struct Script {
    now: Phase,
    phases: Vec<Phase>,
    exit: Code,
    gone_after: usize,
    locked: usize,
}

impl Script {
    /// A stopped service that goes through these phases when it is started.
    pub fn new(phases: impl Into<Vec<Phase>>) -> Self {
        Self { now: Phase::Stopped, phases: phases.into(), exit: Code(0), gone_after: 0, locked: 0 }
    }

    /// A running one.
    pub fn running() -> Self {
        Self { now: Phase::Running, ..Self::new([]) }
    }

    /// One that never ends starting.
    pub fn starting() -> Self {
        Self { now: Phase::StartPending, ..Self::new([]) }
    }

    /// What it stops with.
    pub fn ending_with(self, exit: Code) -> Self {
        Self { exit, ..self }
    }

    /// How often it is still seen after its removal.
    pub fn gone_after(self, looks: usize) -> Self {
        Self { gone_after: looks, ..self }
    }

    /// How many starts are turned down because the manager is locked.
    pub fn locked_for(self, tries: usize) -> Self {
        Self { locked: tries, ..self }
    }
}

#[derive(Debug)]
struct Kept {
    script: Script,
    config: Config,
    infos: Vec<Info>,
    parameters: BTreeMap<String, String>,
    started: bool,
    deleted: bool,
}

/// The manager.
#[derive(Debug, Default)]
pub struct Fake {
    services: Mutex<BTreeMap<String, Kept>>,
    calls: Mutex<Vec<String>>,
    wine: bool,
}

/// A stopped service's status.
pub fn status(name: &str) -> Status {
    Status {
        name: name.into(),
        display_name: name.into(),
        phase: Phase::Stopped,
        exit: Code(0),
        specific_exit: 0,
        checkpoint: 0,
        wait_hint: 0,
        pid: 0,
    }
}

fn kept(config: Config, script: Script) -> Kept {
    let (infos, parameters) = Default::default();
    Kept { script, config, infos, parameters, started: false, deleted: false }
}

impl Fake {
    /// One that has this service already.
    pub fn with(name: &str, script: Script) -> Self {
        let config = Config {
            display_name: name.into(),
            image_path: "other.exe".into(),
            start: 3,
            dependencies: Vec::new(),
            account: "LocalSystem".into(),
            password: None,
        };
        let fake = Self::default();
        fake.services.lock().unwrap().insert(name.into(), kept(config, script));
        fake
    }

    /// One that stores what Wine 8 stores.
    pub fn wine() -> Self {
        Self { wine: true, ..Self::default() }
    }

    /// The password that its account was last given.
    pub fn password(&self, name: &str) -> Option<String> {
        let password = |kept: &mut Kept| kept.config.password.as_ref().map(|it| it.0.clone());
        self.with_service(name, password).unwrap()
    }

    /// What was done to it.
    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }

    fn with_service<T>(&self, name: &str, f: impl FnOnce(&mut Kept) -> T) -> Result<T, Code> {
        self.services.lock().unwrap().get_mut(name).map(f).ok_or(Code::NO_SERVICE)
    }

    fn is_stored(&self, level: Level) -> bool {
        !self.wine || matches!(level, Level::Description | Level::PreshutdownTimeout)
    }
}

fn line(verb: &str, name: &str, config: &Config) -> String {
    let password = if config.password.is_some() { " password" } else { "" };
    let Config { start, account, dependencies, .. } = config;
    format!(
        "{verb} {name} start={start} account={account} depends={}{password}",
        dependencies.join(",")
    )
}

impl Api for Fake {
    fn list(&self) -> Result<Vec<Status>, Code> {
        let names: Vec<String> = self.services.lock().unwrap().keys().cloned().collect();
        names.iter().map(|name| self.status(name)).collect()
    }

    fn status(&self, name: &str) -> Result<Status, Code> {
        let seen = self.with_service(name, |kept| {
            let script = &mut kept.script;
            if kept.deleted {
                script.gone_after = script.gone_after.checked_sub(1)?;
            }
            if kept.started && !script.phases.is_empty() {
                script.now = script.phases.remove(0);
            }
            let pid = u32::from(script.now != Phase::Stopped);
            Some(Status { phase: script.now, exit: script.exit, pid, ..status(name) })
        })?;
        if seen.is_none() {
            self.services.lock().unwrap().remove(name);
        }
        seen.ok_or(Code::NO_SERVICE)
    }

    fn query(&self, name: &str) -> Result<Config, Code> {
        self.with_service(name, |kept| Config { password: None, ..kept.config.clone() })
    }

    fn query2(&self, name: &str, level: Level) -> Result<Info, Code> {
        if !self.is_stored(level) {
            return Err(Code(124));
        }
        let found = |kept: &mut Kept| kept.infos.iter().find(|info| info.level() == level).cloned();
        self.with_service(name, found)?.ok_or(Code(1))
    }

    fn create(&self, name: &str, config: &Config) -> Result<(), Code> {
        self.note(line("create", name, config));
        self.services.lock().unwrap().insert(name.into(), kept(config.clone(), Script::new([])));
        Ok(())
    }

    fn change(&self, name: &str, config: &Config) -> Result<(), Code> {
        self.note(line("change", name, config));
        self.with_service(name, |kept| kept.config = config.clone())
    }

    fn change2(&self, name: &str, info: &Info) -> Result<(), Code> {
        self.note(format!("change2 {name} {} {info:?}", info.level() as u32));
        match info.level() {
            Level::FailureActions if self.wine => return Ok(()),
            level if !self.is_stored(level) => return Err(Code(124)),
            _ => {}
        }
        self.with_service(name, |kept| {
            kept.infos.retain(|known| known.level() != info.level());
            kept.infos.push(info.clone());
        })
    }

    fn set_security(&self, name: &str, descriptor: &str) -> Result<(), Code> {
        self.note(format!("security {name} {descriptor}"));
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), Code> {
        self.note(format!("delete {name}"));
        self.with_service(name, |kept| kept.deleted = true)
    }

    fn start(&self, name: &str) -> Result<(), Code> {
        self.note(format!("start {name}"));
        self.with_service(name, |kept| match kept.script.locked.checked_sub(1) {
            Some(left) => {
                kept.script.locked = left;
                Err(Code::LOCKED)
            }
            None => {
                kept.started = true;
                Ok(())
            }
        })?
    }

    fn control(&self, name: &str, control: u32) -> Result<(), Code> {
        self.note(format!("control {name} {control}"));
        self.with_service(name, |kept| match kept.script.now {
            Phase::StartPending => Err(Code::CANNOT_ACCEPT),
            _ => {
                kept.script.now = Phase::Stopped;
                Ok(())
            }
        })?
    }

    fn parameter(&self, name: &str, value: &str) -> Result<Option<String>, Code> {
        self.with_service(name, |kept| kept.parameters.get(value).cloned())
    }

    fn set_parameter(&self, name: &str, value: &str, text: Option<&str>) -> Result<(), Code> {
        self.with_service(name, |kept| match text {
            Some(text) => drop(kept.parameters.insert(value.into(), text.into())),
            None => drop(kept.parameters.remove(value)),
        })
    }

    fn set_event_source(&self, name: &str, program: &str) -> Result<(), Code> {
        self.note(format!("event source {name} {program}"));
        Ok(())
    }

    fn remove_event_source(&self, name: &str) -> Result<(), Code> {
        self.note(format!("no event source {name}"));
        Ok(())
    }

    fn interrupt(&self, name: &str) -> Result<(), Code> {
        self.note(format!("interrupt {name}"));
        self.with_service(name, |kept| kept.script.now = Phase::Stopped)
    }

    fn is_alive(&self, pid: u32) -> bool {
        pid != 0
    }
}
