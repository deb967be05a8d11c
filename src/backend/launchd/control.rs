//! Start, stop, restart, reload: which calls each state of a job asks for.
//!
//! | verb | not loaded | running | ended or throttled | disabled in launchd's store |
//! |---|---|---|---|---|
//! | start | load | nothing | unload, load: a `kickstart` waits out the throttle and knows only the old property list | load, which enables |
//! | stop | nothing | unload: a signal would not keep down what is kept alive | unload | unload |
//! | restart | load | unload, load | unload, load | unload, load, which enables |
//! | reload | an error | `kill` | an error | `kill` |

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::backend::launchd::code;
use crate::backend::launchd::domain::Domain;
use crate::backend::launchd::installed::Installed;
use crate::backend::launchd::launchctl::{Launchctl, Query};
use crate::backend::launchd::print::Printed;
use crate::backend::launchd::render;
use crate::backend::launchd::sequence::Job;
use crate::backend::launchd::watch;
use crate::backend::{Action, Context, Deadline, Outcome, hosted};
use crate::error::{Error, ErrorKind, Result};
use crate::host;
use crate::spec::{Reload, ServiceName};
use crate::state::State;

/// What was done, if it succeeded.
#[derive(Debug, Default)]
pub struct Done {
    /// Whether anything was.
    pub changed: bool,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// The `ExitTimeOut` that launchd assumes for what svcctl did not make.
pub const FOREIGN_EXIT_TIMEOUT: Duration = Duration::from_secs(20);

/// Does it to one service.
#[must_use]
pub fn run(
    name: &ServiceName,
    action: Action,
    deadline: Deadline,
    context: &Context<'_>,
) -> Outcome {
    let installed = Installed::find(name, context);
    let service = Service {
        launchctl: Launchctl::new(context.system),
        installed: &installed,
        context,
        deadline,
    };
    let done = match action {
        Action::Start => service.start(),
        Action::Stop => service.stop(),
        Action::Restart => service.restart(),
        Action::Reload => service.reload(),
    };
    let (done, error) = match done {
        Ok(done) => (done, None),
        Err(error) => (Done::default(), Some(error)),
    };
    Outcome { name: name.clone(), changed: done.changed, warnings: done.warnings, error }
}

/// A service with all that its calls need.
pub struct Service<'a> {
    /// The program that is called.
    pub launchctl: Launchctl<'a>,
    /// What is on the disk.
    pub installed: &'a Installed,
    /// The world and the target.
    pub context: &'a Context<'a>,
    /// How long the caller waits.
    pub deadline: Deadline,
}

impl Service<'_> {
    fn start(&self) -> Result<Done> {
        let (domain, warnings) = self.domain()?;
        match self.find()? {
            Some((_, printed)) if self.is_up(&printed) => Ok(Done::default()),
            Some(_) => {
                self.unload_everywhere()?;
                self.load(domain, warnings)
            }
            None => self.load(domain, warnings),
        }
    }

    fn is_up(&self, printed: &Printed) -> bool {
        printed.pid.is_some() && !printed.is_dying() && !self.has_given_up(printed)
    }

    /// A host that has given its service up is a process for a moment still.
    fn has_given_up(&self, host: &Printed) -> bool {
        let told = hosted::snapshot(&self.installed.name, self.context);
        let told = told.filter(|told| self.installed.hosted && host.pid == Some(told.host.pid));
        told.is_some_and(|told| matches!(told.state, State::Stopped | State::Failed))
    }

    fn stop(&self) -> Result<Done> {
        let changed = self.find()?.is_some();
        if !changed && !self.installed.exists() {
            return Err(self.unknown());
        }
        if self.deadline == Deadline::NoWait {
            return self.begin_to_stop();
        }
        let killed = self.unload_everywhere()?;
        let killed = self.killed_by_host().or(killed);
        let words = |time| format!("had to be killed after {}", humantime::format_duration(time));
        let warnings = killed.filter(|_| changed).map(words).into_iter().collect();
        Ok(Done { changed, warnings })
    }

    fn begin_to_stop(&self) -> Result<Done> {
        let mut changed = false;
        for domain in Domain::of(self.context.target) {
            changed |= self.job().begin_to_unload(domain)?;
        }
        Ok(Done { changed, warnings: Vec::new() })
    }

    /// The time after which its host had to kill the service, if it had to: launchd only saw the host, which ended in time.
    fn killed_by_host(&self) -> Option<Duration> {
        let runtime = host::runtime_dir(self.context.target, &self.installed.name);
        let saved = host::state::read_saved(Path::new(&runtime)).ok().flatten()?;
        let spec = self
            .installed
            .spec
            .as_ref()
            .filter(|_| self.installed.hosted && saved.machine.killed)?;
        Some(spec.stop.timeout)
    }

    fn restart(&self) -> Result<Done> {
        let (domain, mut warnings) = self.domain()?;
        self.plist()?;
        if self.find()?.is_some() {
            let waits = Service {
                deadline: self.stop_deadline(),
                launchctl: self.launchctl.clone(),
                ..*self
            };
            warnings.extend(waits.stop()?.warnings);
        }
        self.load(domain, warnings)
    }

    /// A restart that does not wait for the start still waits for the stop.
    fn stop_deadline(&self) -> Deadline {
        if self.deadline == Deadline::NoWait { Deadline::Own } else { self.deadline }
    }

    fn reload(&self) -> Result<Done> {
        let name = &self.installed.name;
        let reload = self.installed.spec.as_ref().and_then(|spec| spec.reload.as_ref());
        let Some(reload) = reload else {
            return Err(Error::system(format!("{name} has no [reload] in its definition"))
                .hint("restart it, or add `reload.signal` and install it again"));
        };
        let running = self.find()?.filter(|(_, printed)| printed.pid.is_some());
        let Some((domain, _)) = running else {
            return Err(Error::system(format!("cannot reload {name}: it is not running"))
                .hint(format!("svcctl start {name}")));
        };
        // A host takes SIGHUP for "reload", and does what the definition says.
        let signal = match reload {
            Reload::Signal(signal) if !self.installed.hosted => signal.as_str(),
            Reload::Signal(_) | Reload::Command(_) => "SIGHUP",
        };
        let target = domain.service(&self.installed.label);
        self.launchctl.expect(&format!("cannot reload {name}"), &["kill", signal, &target], &[])?;
        Ok(Done { changed: true, warnings: Vec::new() })
    }

    fn load(&self, domain: Domain, warnings: Vec<String>) -> Result<Done> {
        let plist = self.plist()?;
        self.job().load(domain, &plist)?;
        match self.deadline {
            Deadline::NoWait => watch::until_begun(self, domain)?,
            Deadline::Own | Deadline::Within(_) => watch::until_started(self, domain)?,
        }
        Ok(Done { changed: true, warnings })
    }

    /// Removes it from every domain that has it. Returns after what time it had to be killed, if it had to.
    fn unload_everywhere(&self) -> Result<Option<Duration>> {
        let mut killed = None;
        for domain in Domain::of(self.context.target) {
            killed = self.job().unload(domain)?.killed.or(killed);
        }
        Ok(killed)
    }

    /// Where it is loaded.
    pub fn find(&self) -> Result<Option<(Domain, Printed)>> {
        find(&self.launchctl, &self.installed.label, self.context)
    }

    /// Where it is to be loaded: a user's login session, else the user's background session.
    fn domain(&self) -> Result<(Domain, Vec<String>)> {
        let domains = Domain::of(self.context.target);
        for (at, domain) in domains.iter().enumerate() {
            if self.launchctl.exists(*domain)? {
                let warning = format!(
                    "{} is not logged in at the screen; the service runs in {domain}",
                    self.context.target.owner.name
                );
                return Ok((*domain, (at > 0).then_some(warning).into_iter().collect()));
            }
        }
        if domains.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "launchd has no user services of root")
                .hint("say --system, or run svcctl as the user whose service it is"));
        }
        let names = domains.iter().map(ToString::to_string).collect::<Vec<_>>().join(" nor ");
        Err(code::error(&format!("launchd has neither {names}"), code::NO_DOMAIN, ""))
    }

    fn plist(&self) -> Result<PathBuf> {
        let loaded_from = || Some(PathBuf::from(self.find().ok()??.1.path?));
        let own = self.installed.plist.as_ref().map(|(path, _)| path.clone());
        own.or_else(loaded_from).ok_or_else(|| self.unknown())
    }

    fn unknown(&self) -> Error {
        Error::new(
            ErrorKind::NoService,
            format!("no service '{}' is installed", self.installed.name),
        )
        .hint("`svcctl list --all` shows what there is")
    }

    fn exit_timeout(&self) -> Duration {
        let own = |spec| Duration::from_secs(render::exit_timeout(spec, self.installed.hosted));
        self.installed.spec.as_ref().map_or(FOREIGN_EXIT_TIMEOUT, own)
    }

    fn job(&self) -> Job<'_> {
        Job {
            launchctl: self.launchctl.clone(),
            name: self.installed.name.as_str(),
            label: &self.installed.label,
            exit_timeout: self.exit_timeout(),
            until: match self.deadline {
                Deadline::Within(time) => Some(self.context.system.now() + time),
                Deadline::NoWait | Deadline::Own => None,
            },
        }
    }
}

/// The domain in which a label is loaded; one with a process before one without.
///
/// # Errors
/// When launchd cannot be asked.
pub fn find(
    launchctl: &Launchctl<'_>,
    label: &str,
    context: &Context<'_>,
) -> Result<Option<(Domain, Printed)>> {
    let mut found: Option<(Domain, Printed)> = None;
    for domain in Domain::of(context.target) {
        if let Query::Loaded(printed) = launchctl.query(domain, label)?
            && found
                .as_ref()
                .is_none_or(|(_, before)| before.pid.is_none() && printed.pid.is_some())
        {
            found = Some((domain, *printed));
        }
    }
    Ok(found)
}
