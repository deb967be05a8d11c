//! What is done to one job: load it, unload it, watch it. Each call has its reason, and each wait its deadline.
//!
//! Loading is `enable`, `bootstrap`, and `kickstart` if nothing else starts the job. The first, because a record of the override store
//! survives every uninstall and makes `bootstrap` fail with the catch-all 5. The last, because a domain in on-demand-only mode
//! suppresses every other start; not always, because a job that has ended already would run a second time.
//! Unloading is `bootout`, which returns while the process may still live, and `print` until the label is gone: a `bootstrap` before
//! that fails. A stop by signal would not do: launchd starts what it keeps alive again.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::backend::launchd::code;
use crate::backend::launchd::diagnosis;
use crate::backend::launchd::domain::Domain;
use crate::backend::launchd::launchctl::{Launchctl, Query, Reply};
use crate::backend::launchd::print::Printed;
use crate::error::{Error, ErrorKind, Result};

/// Between two tries of `bootstrap`.
const RETRY: Duration = Duration::from_millis(250);
/// The longest pause between two looks.
const POLL: Duration = Duration::from_millis(200);
/// How long launchd may take to spawn a job that starts when it is loaded.
const FIRST_SPAWN: Duration = Duration::from_secs(2);
/// Between two looks at a job that was just loaded.
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// How long launchd may take to tidy up after the process has gone: 0.5 to 5 s were measured.
const TEARDOWN: Duration = Duration::from_secs(5);
/// How long `bootstrap` is tried after the last moment at which an old copy can live.
const SETTLING: Duration = Duration::from_secs(10);

/// One job of ours, and what its calls need.
#[derive(Clone)]
pub struct Job<'a> {
    /// The program that is called.
    pub launchctl: Launchctl<'a>,
    /// The service, for messages.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// `ExitTimeOut`: from SIGTERM to SIGKILL.
    pub exit_timeout: Duration,
    /// No wait goes on after this.
    pub until: Option<SystemTime>,
}

/// How an unloading went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unloaded {
    /// It was loaded.
    pub changed: bool,
    /// Its time ran out: this much of it.
    pub killed: Option<Duration>,
}

impl Job<'_> {
    /// Registers the plist in the domain and starts the job.
    ///
    /// # Errors
    /// What launchd said, with its cause if that can be found, once the retries are used up.
    pub fn load(&self, domain: Domain, plist: &Path) -> Result<()> {
        let target = domain.service(self.label);
        let what = format!("cannot start {}", self.name);
        self.launchctl.expect(&what, &["enable", &target], &[])?;
        self.bootstrap(domain, plist, &what)?;
        if self.starts_by_itself(domain)? {
            return Ok(());
        }
        self.launchctl.expect(&what, &["kickstart", "-p", &target], &[code::ALREADY]).map(drop)
    }

    /// Whether launchd has spawned it, or is about to: the first spawn comes a moment after the `bootstrap`.
    fn starts_by_itself(&self, domain: Domain) -> Result<bool> {
        let system = self.launchctl.system();
        let end = self.end(FIRST_SPAWN);
        loop {
            let Query::Loaded(printed) = self.launchctl.query(domain, self.label)? else {
                return Ok(false);
            };
            if printed.pid.is_some() || printed.runs.is_none_or(|runs| runs > 0) {
                return Ok(true);
            }
            if !printed.starts_at_load || printed.pended.is_some() || system.now() >= end {
                return Ok(false);
            }
            system.sleep(FIRST_LOOK);
        }
    }

    fn bootstrap(&self, domain: Domain, plist: &Path, what: &str) -> Result<()> {
        let path = plist.to_string_lossy();
        let end = self.end(self.exit_timeout + SETTLING);
        let mut enabled_again = false;
        loop {
            let reply = self.launchctl.call(&["bootstrap", &domain.to_string(), &path])?;
            match reply.code {
                0 => return Ok(()),
                code::IO | code::EXISTS | code::IN_PROGRESS | code::ALREADY => {
                    if self.is_loaded_already(domain, plist, &reply)? {
                        return Ok(());
                    }
                }
                code::DISABLED if !enabled_again => {
                    enabled_again = true;
                    self.launchctl.expect(what, &["enable", &domain.service(self.label)], &[])?;
                    continue;
                }
                other => return Err(code::error(what, other, &reply.err)),
            }
            if self.launchctl.system().now() >= end {
                return Err(self.gave_up(what, &reply));
            }
            self.launchctl.system().sleep(RETRY);
        }
    }

    /// A `bootstrap` that failed because the very job is there already has done its work. One that fails for a reason that will not
    /// pass is not tried again.
    fn is_loaded_already(&self, domain: Domain, plist: &Path, reply: &Reply) -> Result<bool> {
        match self.launchctl.query(domain, self.label)? {
            Query::Loaded(printed) if printed.is_dying() => Ok(false),
            Query::Loaded(printed) if printed.path.as_deref() == plist.to_str() => Ok(true),
            Query::Loaded(printed) => Err(self.foreign(&printed)),
            Query::NotLoaded => {
                diagnosis::lasting(self, domain, plist, reply).map_or(Ok(false), Err)
            }
            Query::NoDomain(reply) => {
                Err(code::error(&format!("cannot start {}", self.name), reply.code, &reply.err))
            }
        }
    }

    fn foreign(&self, printed: &Printed) -> Error {
        let from = printed.path.as_deref().unwrap_or("another property list");
        let message =
            format!("cannot start {}: launchd has {} loaded from {from}", self.name, self.label);
        Error::new(ErrorKind::Foreign, message)
            .hint("give the definition a `label` of its own, or unload that one first")
    }

    fn gave_up(&self, what: &str, reply: &Reply) -> Error {
        code::error(what, reply.code, &reply.err)
            .context(format!("{what}: launchd refused it until the time was up"))
    }

    /// Tells launchd to remove the job from the domain, and does not wait. Whether it was loaded.
    ///
    /// # Errors
    /// What launchd said.
    pub fn begin_to_unload(&self, domain: Domain) -> Result<bool> {
        let loaded = matches!(self.launchctl.query(domain, self.label)?, Query::Loaded(_));
        if loaded {
            self.bootout(domain)?;
        }
        Ok(loaded)
    }

    fn bootout(&self, domain: Domain) -> Result<()> {
        let fine = [code::NO_SUCH_PROCESS, code::IN_PROGRESS, code::NO_SERVICE];
        let what = format!("cannot stop {}", self.name);
        self.launchctl.expect(&what, &["bootout", &domain.service(self.label)], &fine).map(drop)
    }

    /// Removes the job from the domain, and waits until it is gone.
    ///
    /// # Errors
    /// `Timeout` if it is still there when it must have been killed, or what launchd said.
    pub fn unload(&self, domain: Domain) -> Result<Unloaded> {
        let Query::Loaded(before) = self.launchctl.query(domain, self.label)? else {
            return Ok(Unloaded::default());
        };
        let target = domain.service(self.label);
        let what = format!("cannot stop {}", self.name);
        let begun = self.launchctl.system().now();
        self.bootout(domain)?;
        let patience = before.exit_timeout.map_or(self.exit_timeout, Duration::from_secs);
        if self.until_gone(domain, patience + TEARDOWN)? {
            // The state "SIGKILLed" lasts too short a time to be seen; that the time ran out does not.
            let took = self.launchctl.system().now().duration_since(begun).unwrap_or_default();
            let killed = before.pid.is_some() && took >= patience;
            return Ok(Unloaded { changed: true, killed: killed.then_some(patience) });
        }
        let fine = [code::NO_SUCH_PROCESS, code::NO_SERVICE];
        self.launchctl.expect(&what, &["kill", "SIGKILL", &target], &fine)?;
        if self.until_gone(domain, TEARDOWN)? {
            return Ok(Unloaded { changed: true, killed: Some(patience) });
        }
        Err(Error::new(ErrorKind::Timeout, format!("{what}: launchd still has {target}")).hint(format!(
            "see `launchctl print {target}`; a process that cannot be killed waits for a device or a disk"
        )))
    }

    fn until_gone(&self, domain: Domain, patience: Duration) -> Result<bool> {
        let system = self.launchctl.system();
        let end = self.end(patience);
        let mut pause = Duration::from_millis(5);
        loop {
            if !matches!(self.launchctl.query(domain, self.label)?, Query::Loaded(_)) {
                return Ok(true);
            }
            if system.now() >= end {
                return Ok(false);
            }
            system.sleep(pause);
            pause = (pause * 2).min(POLL);
        }
    }

    /// The earlier of the caller's deadline and this much from now.
    #[must_use]
    pub fn end(&self, patience: Duration) -> SystemTime {
        let own = self.launchctl.system().now() + patience;
        self.until.map_or(own, |until| until.min(own))
    }
}
