//! The contract of a backend, our code for one manager, and the list of them.

pub mod awaiting;
pub mod embedded;
#[cfg(any(test, feature = "testing"))]
pub mod fake;
pub mod hosted;
pub mod launchd;
pub mod openrc;
mod order;
mod ordered;
pub mod rcd;
pub mod scm;
mod script;
pub mod systemd;

use std::time::{Duration, SystemTime};

use crate::artifact::Artifact;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::ServiceState;
use crate::support::SupportReport;
use crate::system::System;
use crate::target::{ManagerId, Os, Scope, Target};

/// Every backend, in the order in which a machine is asked for its manager: what booted it first, svcctl's own last.
static ALL: &[&dyn Backend] = &[
    &systemd::Systemd,
    &launchd::Launchd,
    &scm::Scm,
    &openrc::Openrc,
    &rcd::Rcd,
    &embedded::Embedded,
];

/// The variable that names the manager where `--manager` does not.
pub const MANAGER_VARIABLE: &str = "SVCCTL_MANAGER";

/// Every backend.
#[must_use]
pub fn all() -> &'static [&'static dyn Backend] {
    ALL
}

/// The backend of this manager.
#[must_use]
pub fn by_id(id: ManagerId) -> Option<&'static dyn Backend> {
    ALL.iter().copied().find(|backend| backend.id() == id)
}

/// The backend to use: the one that was asked for, else the one of `SVCCTL_MANAGER`, else that of the manager which runs here.
///
/// # Errors
/// When the variable names none, or no manager is here.
pub fn choose(
    asked: Option<ManagerId>,
    system: &dyn System,
    scope: Scope,
) -> Result<&'static dyn Backend> {
    match asked.map_or_else(|| from_environment(system), |id| Ok(Some(id)))? {
        Some(id) => by_id(id).ok_or_else(|| {
            let message = format!("this svcctl has no backend for {id}");
            Error::new(ErrorKind::ManagerUnavailable, message)
        }),
        None => detect(system, scope),
    }
}

fn from_environment(system: &dyn System) -> Result<Option<ManagerId>> {
    let Some(value) = system.env(MANAGER_VARIABLE.as_ref()).filter(|value| !value.is_empty())
    else {
        return Ok(None);
    };
    value.to_string_lossy().parse().map(Some).map_err(|why: String| {
        let names = ManagerId::ALL.map(ManagerId::name).join(", ");
        Error::new(ErrorKind::Usage, format!("{MANAGER_VARIABLE}: {why}"))
            .hint(format!("it is one of {names}"))
    })
}

fn detect(system: &dyn System, scope: Scope) -> Result<&'static dyn Backend> {
    let here = |backend: &&&dyn Backend| {
        backend.id().os() == Os::here() && backend.detect(system, scope).available
    };
    ALL.iter().find(here).copied().ok_or_else(|| {
        Error::new(ErrorKind::ManagerUnavailable, "no service manager runs here")
            .hint("`svcctl managers` says what was looked for")
    })
}

/// Whether a manager is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// Whether it runs this machine, or can.
    pub available: bool,
    /// Its major version.
    pub version: Option<u32>,
    /// Its version in its own words, or why it is not available.
    pub detail: String,
}

/// Everything that a backend may use while it talks to its manager.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The world.
    pub system: &'a dyn System,
    /// Where the services are.
    pub target: &'a Target,
}

/// What is to be done to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start it, unless it runs.
    Start,
    /// Stop it, unless it is stopped.
    Stop,
    /// Stop and start it; one that is stopped is started.
    Restart,
    /// Have it re-read its configuration.
    Reload,
}

impl Action {
    /// The verb.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Reload => "reload",
        }
    }
}

/// Until when a verb waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// It only asks, and does not wait.
    NoWait,
    /// It waits as long as the service's own timeouts say.
    Own,
    /// It waits this long.
    Within(Duration),
}

/// What came of an action on one service.
#[derive(Debug)]
pub struct Outcome {
    /// The service.
    pub name: ServiceName,
    /// Whether anything was done at all.
    pub changed: bool,
    /// What the user should know although it succeeded ("had to be killed after 30s").
    pub warnings: Vec<String>,
    /// Why it failed.
    pub error: Option<Error>,
}

/// Which lines are wanted.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// The services; lines of several are interleaved by time.
    pub names: Vec<ServiceName>,
    /// Only the last so many of what matches; none means all.
    pub last: Option<usize>,
    /// Not before.
    pub since: Option<SystemTime>,
    /// Not after.
    pub until: Option<SystemTime>,
    /// Only lines that match.
    pub grep: Option<regex::bytes::Regex>,
    /// Goes on with what comes.
    pub follow: bool,
}

/// Where a line was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The manager or the host, about the service.
    Manager,
}

/// One line of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was read from the service; none in a raw file.
    pub time: Option<SystemTime>,
    /// The service.
    pub service: String,
    /// Where it was written to; none where the manager does not tell.
    pub stream: Option<Stream>,
    /// The bytes, without the line's end.
    pub message: Vec<u8>,
}

/// Lines as they come; it ends unless the query follows.
pub type LogStream<'a> = Box<dyn Iterator<Item = Result<LogLine>> + 'a>;

/// Something of a service's name that svcctl did not make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    /// The service.
    pub name: ServiceName,
    /// What and where it is, as a sentence ("/usr/lib/systemd/system/web.service is hidden by the unit in /etc").
    pub message: String,
    /// Whether an install goes ahead with a warning; otherwise it is refused without `--adopt`.
    pub harmless: bool,
}

/// Our code for one manager.
///
/// `support`, `render` and the steps are pure and compile on every OS; the rest talks to the manager.
pub trait Backend: Send + Sync {
    /// Which manager.
    fn id(&self) -> ManagerId;

    /// Whether it is here, and if not, why.
    fn detect(&self, system: &dyn System, scope: Scope) -> Detection;

    /// The answer for every field that the spec makes use of.
    fn support(&self, spec: &Spec, target: &Target) -> SupportReport;

    /// Everything that the installed service consists of. Pure. `enabled`: whether it comes up at boot or login.
    ///
    /// # Errors
    /// When a value cannot be written in the manager's grammar; the message names the field.
    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>>;

    /// The manager's own steps after files have changed for these services: once, however many they are. Pure.
    fn settle(&self, names: &[ServiceName], target: &Target) -> Vec<ManagerStep>;

    /// Performs one step of the manager's own; doing it twice is the same as once.
    ///
    /// # Errors
    /// What the manager said.
    fn perform(&self, step: &ManagerStep, context: &Context<'_>) -> Result<()>;

    /// Whether an artifact that is no file is there and as it should be; none if it is not there.
    ///
    /// # Errors
    /// What the manager said.
    fn observe_object(
        &self,
        object: &str,
        id: &str,
        context: &Context<'_>,
    ) -> Result<Option<serde_json::Value>>;

    /// Whether the contents of a file carry svcctl's mark for this service. Pure. A file that is in no receipt and not marked is
    /// never overwritten without `--adopt`.
    fn marks(&self, contents: &[u8], name: &ServiceName) -> bool {
        let text = String::from_utf8_lossy(contents);
        let named = format!("Name={name}");
        text.lines().skip_while(|line| *line != "[X-Svcctl]").any(|line| line == named)
    }

    /// What has one of these names and is not at the path of any artifact: a vendor's unit, a service in the manager's own
    /// database. What svcctl itself installed is not meant. Asked before an install, once for all names.
    ///
    /// # Errors
    /// When the manager does not answer.
    fn namesakes(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<Namesake>> {
        let _ = (names, context);
        Ok(Vec::new())
    }

    /// What lets the scope's services come up without a login and outlive it, with what takes it back; none where nothing is
    /// needed. Pure. It is done with the first enabled service, if [`Backend::lingers`] says that it is not so yet, and taken
    /// back with the last one only if svcctl did it.
    fn linger(&self, target: &Target) -> Option<ManagerStep> {
        let _ = target;
        None
    }

    /// Whether what [`Backend::linger`] does is so already.
    ///
    /// # Errors
    /// When the manager does not answer.
    fn lingers(&self, context: &Context<'_>) -> Result<bool> {
        let _ = context;
        Ok(true)
    }

    /// What this machine's manager did not keep of the installed service, in words; asked after an install.
    fn lacking(&self, name: &ServiceName, context: &Context<'_>) -> Vec<String> {
        let _ = (name, context);
        Vec::new()
    }

    /// Removes what an uninstall leaves behind and `--purge` takes too: the log files of the service, unless the manager keeps
    /// more than those. Says what it removed.
    ///
    /// # Errors
    /// What could not be removed.
    fn purge(&self, spec: &Spec, context: &Context<'_>) -> Result<Vec<String>> {
        crate::logs::purge::files(spec, context)
    }

    /// The state of many services in as few round trips as the manager allows; one that is unknown is `not-installed`.
    ///
    /// # Errors
    /// When the manager does not answer.
    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>>;

    /// The names of all services that the manager knows, ours or not.
    ///
    /// # Errors
    /// When the manager does not answer.
    fn names(&self, context: &Context<'_>) -> Result<Vec<ServiceName>>;

    /// Does it to all of them, each with an outcome of its own.
    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome>;

    /// The lines of the query's services.
    ///
    /// # Errors
    /// When the manager's log cannot be read.
    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>>;
}
