//! Start, stop, restart, reload of one service whose script starts a host.
//!
//! | verb | ended | starting or restarting | running | only the mark is left |
//! |---|---|---|---|---|
//! | start | script | waits | nothing | script's stop, script |
//! | stop | nothing | SIGTERM to the host, waits until host and mark are gone | the same | script's stop |
//! | reload | an error | an error | SIGHUP to the host | an error |
//!
//! A stop goes to the host and not through the script: the host has its supervisor end as well, and can be waited for with a deadline,
//! while a script that is killed at one leaves the manager's marks behind. A service that svcctl did not make has its script run.

use std::time::{Duration, SystemTime};

use super::turn;
use crate::backend::{Action, Context, Deadline, Outcome, hosted};
use crate::error::{Error, ErrorKind, Result};
use crate::host;
use crate::host::state::Snapshot;
use crate::spec::{ServiceName, Spec};
use crate::state::{ServiceState, State};

/// What the manager holds a service for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing, or stopped.
    Down,
    /// Its script is being run.
    Changing,
    /// Started.
    Up,
    /// Its script failed.
    Failed,
}

/// A manager of scripts.
pub trait Init: Sync {
    /// Whether there is such a script.
    fn knows(&self, name: &ServiceName) -> bool;

    /// What it holds the service for.
    fn mark(&self, name: &ServiceName) -> Mark;

    /// Has the script started, stopped or reloaded. `alone`: without what it depends on, of which svcctl has taken care.
    ///
    /// # Errors
    /// What the script said.
    fn call(&self, name: &ServiceName, verb: Action, alone: bool) -> Result<()>;
}

/// How long a host may take to say its first word.
const BEGINNING: Duration = Duration::from_secs(30);
/// How long a supervisor may take to end after its host, or to start another one.
const SUPERVISOR: Duration = Duration::from_secs(3);
/// What a host needs beyond the service's own time.
const MARGIN: Duration = Duration::from_secs(5);
/// Between two looks.
const POLL: Duration = Duration::from_millis(10);

/// What was done, if it succeeded.
#[derive(Debug, Default)]
struct Done {
    changed: bool,
    warnings: Vec<String>,
}

impl Done {
    const fn changed() -> Self {
        Self { changed: true, warnings: Vec::new() }
    }
}

/// Does it to one service.
pub fn run(
    name: &ServiceName,
    action: Action,
    deadline: Deadline,
    init: &dyn Init,
    context: &Context<'_>,
) -> Outcome {
    let spec = super::hosted(name, context).map(|hosted| hosted.spec);
    let done = match &spec {
        Some(spec) => {
            let service = Service { name, spec, deadline, init, context };
            match action {
                Action::Start => service.start(),
                Action::Stop => service.stop(deadline),
                Action::Restart => service.restart(),
                Action::Reload => service.reload(),
            }
        }
        None => foreign(name, action, init),
    };
    match done {
        Ok(Done { changed, warnings }) => {
            Outcome { name: name.clone(), changed, warnings, error: None }
        }
        Err(error) => hosted::failed(name, error),
    }
}

/// What svcctl did not make is the manager's own affair.
fn foreign(name: &ServiceName, action: Action, init: &dyn Init) -> Result<Done> {
    if !init.knows(name) {
        return Err(Error::new(ErrorKind::NoService, format!("there is no service '{name}'"))
            .hint("`svcctl list --all` shows what there is"));
    }
    match (action, init.mark(name)) {
        (Action::Start, Mark::Up) | (Action::Stop, Mark::Down | Mark::Failed) => {
            Ok(Done::default())
        }
        (Action::Restart, Mark::Up | Mark::Changing) => {
            init.call(name, Action::Stop, false)?;
            init.call(name, Action::Start, false).map(|()| Done::changed())
        }
        (Action::Restart, Mark::Down | Mark::Failed) => {
            init.call(name, Action::Start, false).map(|()| Done::changed())
        }
        (Action::Start | Action::Stop | Action::Reload, _) => {
            init.call(name, action, false).map(|()| Done::changed())
        }
    }
}

/// A service of ours.
struct Service<'a> {
    name: &'a ServiceName,
    spec: &'a Spec,
    deadline: Deadline,
    init: &'a dyn Init,
    context: &'a Context<'a>,
}

impl Service<'_> {
    fn start(&self) -> Result<Done> {
        let turn = self.turn(self.patience_for_start())?;
        let changed = match self.life() {
            Life::Up(State::Running | State::Reloading) => return Ok(Done::default()),
            Life::Up(State::Starting | State::Restarting) => false,
            Life::Up(_) | Life::Ending | Life::Down => {
                self.until_down(self.spec.stop.timeout + MARGIN)?;
                self.begin()?;
                true
            }
        };
        drop(turn);
        if self.deadline != Deadline::NoWait {
            self.until_started()?;
        }
        Ok(Done { changed, warnings: Vec::new() })
    }

    fn stop(&self, deadline: Deadline) -> Result<Done> {
        let patience = match deadline {
            Deadline::Within(time) => time,
            Deadline::Own | Deadline::NoWait => self.spec.stop.timeout + MARGIN,
        };
        let _turn = self.turn(patience + BEGINNING)?;
        match self.life() {
            Life::Down if self.init.mark(self.name) != Mark::Up => return Ok(Done::default()),
            Life::Ending => {
                self.until_down(patience)?;
                return Ok(Done::default());
            }
            Life::Down | Life::Up(_) => {}
        }
        if !self.tell_host_to_stop()? {
            self.init.call(self.name, Action::Stop, true)?;
        }
        if deadline == Deadline::NoWait {
            return Ok(Done::changed());
        }
        self.until_down(patience)?;
        Ok(Done { changed: true, warnings: self.killed().into_iter().collect() })
    }

    fn restart(&self) -> Result<Done> {
        let wait = if self.deadline == Deadline::NoWait { Deadline::Own } else { self.deadline };
        let stopped = self.stop(wait)?;
        let started = self.start()?;
        Ok(Done { changed: true, warnings: [stopped.warnings, started.warnings].concat() })
    }

    fn reload(&self) -> Result<Done> {
        let name = self.name;
        if self.spec.reload.is_none() {
            return Err(Error::system(format!("{name} has no [reload] in its definition"))
                .hint("restart it, or add `reload.signal` and install it again"));
        }
        let running = self.snapshot().filter(|snapshot| snapshot.state == State::Running);
        let Some(snapshot) = running.filter(|snapshot| hosted::lives(snapshot.host)) else {
            return Err(Error::system(format!("cannot reload {name}: it is not running"))
                .hint(format!("svcctl start {name}")));
        };
        // A host takes SIGHUP for "reload", and does what the definition says.
        let sent = hosted::signal(snapshot.host, "SIGHUP");
        sent.map_err(|error| Error::io(format!("cannot reload {name}"), &error))?;
        Ok(Done::changed())
    }

    /// Runs the script, and waits for the host's first word, so that whoever asks next gets a true answer.
    fn begin(&self) -> Result<()> {
        let before = self.snapshot().map(|snapshot| snapshot.host);
        self.init.call(self.name, Action::Start, true)?;
        let said = || {
            let now = self.snapshot().map(|snapshot| snapshot.host);
            (now.is_some() && now != before).then_some(())
        };
        self.within(BEGINNING, said).ok_or_else(|| {
            let hosted = host::path(self.context.target, self.name);
            let message = format!("{} was started, but its host does not begin", self.name);
            Error::system(message)
                .hint(format!("`svcctl host --definition {hosted}` by hand says why"))
        })
    }

    /// Whether there was a host to tell; one that its supervisor is about to start again is waited for. Where the service has outlived
    /// both, a new host takes it over, so that it is stopped as its definition says.
    fn tell_host_to_stop(&self) -> Result<bool> {
        let host = || self.snapshot().map(|one| one.host).filter(|host| hosted::lives(*host));
        if self.within(SUPERVISOR, host).is_none() {
            if self.life() == Life::Down {
                return Ok(false);
            }
            self.init.call(self.name, Action::Stop, true)?;
            self.begin()?;
        }
        let Some(host) = host() else { return Ok(false) };
        let sent = hosted::signal(host, "SIGTERM");
        sent.map_err(|error| Error::io(format!("cannot stop {}", self.name), &error))?;
        Ok(true)
    }

    /// Waits until service, host and mark are gone. A mark that is left has its script run.
    fn until_down(&self, patience: Duration) -> Result<()> {
        let down = || (self.life() == Life::Down).then_some(());
        self.within(patience, down).ok_or_else(|| self.late("stopped", patience))?;
        let unmarked =
            || matches!(self.init.mark(self.name), Mark::Down | Mark::Failed).then_some(());
        match self.within(SUPERVISOR, unmarked) {
            Some(()) => Ok(()),
            None => self.init.call(self.name, Action::Stop, true),
        }
    }

    fn until_started(&self) -> Result<()> {
        let patience = self.patience_for_start();
        let end = self.context.system.now() + patience;
        loop {
            let state = hosted::state(self.name, self.context)?;
            match state.state {
                State::Running | State::Reloading => return Ok(()),
                // It ended with success before anybody could look.
                State::Stopped => return Ok(()),
                State::Failed => return Err(self.failed(&state)),
                State::Starting | State::Stopping | State::Restarting | State::NotInstalled => {}
            }
            if self.context.system.now() >= end {
                return Err(self.late("running", patience));
            }
            self.context.system.sleep(POLL);
        }
    }

    fn failed(&self, state: &ServiceState) -> Error {
        let reason = state.exit.as_ref().and_then(|exit| exit.reason.clone());
        let reason = reason.unwrap_or_else(|| "it ended without a word".into());
        Error::system(format!("{} failed: {reason}", self.name))
            .hint(format!("svcctl logs {}", self.name))
    }

    fn late(&self, word: &str, patience: Duration) -> Error {
        let time = humantime::format_duration(patience);
        let message = format!("{} was not {word} within {time}", self.name);
        Error::new(ErrorKind::Timeout, message).hint(format!("svcctl status {}", self.name))
    }

    fn killed(&self) -> Option<String> {
        let runtime = host::runtime_dir(self.context.target, self.name);
        let saved = host::state::read_saved(std::path::Path::new(&runtime)).ok().flatten()?;
        let time = humantime::format_duration(self.spec.stop.timeout);
        saved.machine.killed.then(|| format!("had to be killed after {time}"))
    }

    fn patience_for_start(&self) -> Duration {
        match self.deadline {
            Deadline::Within(time) => time,
            Deadline::Own | Deadline::NoWait => self.spec.start.timeout + MARGIN,
        }
    }

    fn turn(&self, patience: Duration) -> Result<Box<dyn Send>> {
        turn::take(self.name, self.context.system.now() + patience, self.context)
    }

    fn snapshot(&self) -> Option<Snapshot> {
        hosted::snapshot(self.name, self.context)
    }

    fn life(&self) -> Life {
        let Some(snapshot) = self.snapshot() else { return Life::Down };
        let main = snapshot.main.is_some_and(hosted::lives);
        match (main || hosted::lives(snapshot.host), snapshot.state) {
            (false, _) => Life::Down,
            (true, State::Stopped | State::Failed | State::NotInstalled) => Life::Ending,
            (true, state) => Life::Up(state),
        }
    }

    /// What `look` finds, if it finds something in this time.
    fn within<T>(&self, time: Duration, look: impl Fn() -> Option<T>) -> Option<T> {
        let system = self.context.system;
        let end: SystemTime = system.now() + time;
        loop {
            let found = look();
            if found.is_some() || system.now() >= end {
                return found;
            }
            system.sleep(POLL);
        }
    }
}

/// What a service's processes say, whatever the manager thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    /// Neither it nor its host lives.
    Down,
    /// It has ended, and its host is about to.
    Ending,
    /// It lives, or its host does and has more to do.
    Up(State),
}
