//! The event loop of one host: it owns time, children, signals and sockets, and does what the machine asks for.
//!
//! One thread, one `poll` without a timeout when nothing is due: an idle host wakes for nobody. Every turn of the loop takes what has
//! come, lets the machine step until nothing is left to do, and then writes the state file once.

mod act;
mod adopt;
mod answer;
mod ends;
mod probes;
mod report;

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags, poll};

use super::child::{Login, Report, Telling};
use super::link::{Link, ToHost};
use super::notify;
use super::process::{self, Exit, Handle};
use super::signals::Signals;
use crate::host::Hosted;
use crate::host::health::Checks;
use crate::host::logs::Capture;
use crate::host::machine::{Event, Machine, Moment, Phase};
use crate::host::state::Process;
use crate::state::ExitInfo;
pub use adopt::Claim;
use answer::Pending;
pub use report::milliseconds;

/// Who has to be told.
#[derive(Debug)]
pub enum Boss {
    /// The supervisor of the embedded manager.
    Supervisor(Link),
    /// A service manager that started the host, and may want to be notified.
    Manager(Option<notify::Manager>),
    /// A person at a terminal.
    Terminal,
}

/// How the host ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service is stopped, as was asked or as it wanted.
    Stopped,
    /// The service has failed and was given up.
    Failed,
    /// A successor takes over, and the service runs on.
    HandedOver,
}

/// The main process.
#[derive(Debug)]
struct Main {
    handle: Handle,
    /// Whether it is a child of this host, or of an earlier one.
    child: bool,
    /// Until it has executed.
    telling: Option<Telling>,
    /// Why it could not execute.
    failure: Option<String>,
}

/// A process beside the service: a job, a check.
#[derive(Debug)]
struct Helper {
    handle: Handle,
    child: bool,
    telling: Option<Telling>,
}

/// What the service's tree is doing while it is killed.
#[derive(Clone, Copy, Debug)]
struct Killing {
    /// When to look again.
    again: Duration,
    /// How long the last pause was.
    pause: Duration,
}

/// A host.
#[derive(Debug)]
pub struct Host {
    hosted: Hosted,
    folder: PathBuf,
    machine: Machine,
    events: VecDeque<Event>,
    output: Option<Capture>,
    signals: Signals,
    boss: Boss,
    main: Option<Main>,
    job: Option<Helper>,
    probe: Option<Helper>,
    probe_deadline: Option<Duration>,
    /// Looks for the file of `ready = { file = … }` then.
    file_due: Option<Duration>,
    listener: Option<notify::Listener>,
    checks: Option<Checks>,
    killing: Option<Killing>,
    pending: Vec<Pending>,
    /// Wishes whose arrival is still to be told.
    taken: Vec<u64>,
    /// Ends of processes that were not this host's children, as the supervisor told.
    reaped: HashMap<u32, Exit>,
    /// Whether a predecessor made the main process, so that descent does not tell the whole tree.
    adopted: bool,
    exit: Option<ExitInfo>,
    status: Option<String>,
    /// The state and when it began, milliseconds since 1970.
    since: (crate::state::State, u64),
    /// The account, looked up for the first process.
    own: OnceCell<Option<Login>>,
    record: OwnedFd,
    _claim: Claim,
    boot: String,
    changed: bool,
    handing_over: bool,
    /// Whether anybody has said anything; a host that is to be asked waits for that.
    greeted: bool,
    /// When the supervisor is looked for again.
    orphaned: Option<Duration>,
    program: super::link::Program,
    last_said: String,
    watchdog: Option<(Duration, Duration)>,
}

/// A source of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Signals,
    Boss,
    Output,
    Report,
    Main,
    Job,
    Probe,
    Listener,
}

/// Monotonic time, the same for all processes of this boot.
#[must_use]
pub fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(
        time.tv_sec.try_into().unwrap_or_default(),
        time.tv_nsec.try_into().unwrap_or_default(),
    )
}

impl Host {
    /// Runs until the service is at rest and everybody has an answer.
    ///
    /// # Errors
    /// When the kernel does not let it wait.
    pub fn run(&mut self) -> io::Result<Outcome> {
        loop {
            self.settle();
            if self.handing_over {
                self.save();
                return Ok(Outcome::HandedOver);
            }
            let idle = self.pending.is_empty() && self.events.is_empty() && self.greeted;
            if idle && self.machine.is_at_rest() {
                return Ok(self.retire());
            }
            let ready = self.wait()?;
            for source in ready {
                self.take(source);
            }
            self.take_time();
        }
    }

    /// Asks for something, as a signal or a message does.
    pub fn ask(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Takes back that the service is about to start, which was said before there was a host.
    pub fn call_off(&mut self) {
        self.changed = true;
    }

    /// Gives the service up before it was started.
    pub fn refuse(&mut self, why: String) {
        self.tell(&why);
        self.machine.refuse(why);
        self.changed = true;
    }

    /// Lets the machine step until nothing is left to do, and tells the world.
    fn settle(&mut self) {
        while let Some(event) = self.events.pop_front() {
            let moment = Moment { at: now(), chance: super::chance() };
            let before = self.machine.phase;
            for action in self.machine.step(&self.hosted.spec, moment, event) {
                self.perform(action);
            }
            self.changed |= before != self.machine.phase;
            if self.events.is_empty() {
                self.look_at_the_tree();
            }
        }
        if std::mem::take(&mut self.changed) {
            self.save();
            self.report();
        }
        self.acknowledge();
        self.answer();
    }

    fn sources(&self) -> Vec<(Source, BorrowedFd<'_>)> {
        let mut sources = vec![(Source::Signals, self.signals.fd().as_fd())];
        if let Boss::Supervisor(link) = &self.boss
            && !link.is_closed()
        {
            sources.push((Source::Boss, link.as_fd()));
        }
        if let Some(output) = &self.output {
            sources.extend(output.fds().map(|fd| (Source::Output, fd)));
        }
        if let Some(main) = &self.main {
            let telling = main.telling.as_ref().and_then(Telling::fd);
            sources.extend(telling.map(|fd| (Source::Report, fd)));
            sources
                .extend(main.handle.poll_fd().filter(|_| !main.child).map(|fd| (Source::Main, fd)));
        }
        for (source, helper) in [(Source::Job, &self.job), (Source::Probe, &self.probe)] {
            let adopted = helper.as_ref().filter(|helper| !helper.child);
            sources
                .extend(adopted.and_then(|helper| helper.handle.poll_fd()).map(|fd| (source, fd)));
        }
        sources.extend(self.listener.iter().map(|listener| (Source::Listener, listener.as_fd())));
        sources
    }

    fn wait(&self) -> io::Result<Vec<Source>> {
        let sources = self.sources();
        let mut fds: Vec<_> =
            sources.iter().map(|(_, fd)| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
        let timeout = self.timeout().and_then(|time| rustix::event::Timespec::try_from(time).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = sources.iter().zip(&fds).filter(|(_, fd)| !fd.revents().is_empty());
        Ok(ready.map(|((source, _), _)| *source).collect())
    }

    /// How long nothing is due.
    fn timeout(&self) -> Option<Duration> {
        let now = now();
        let own = [
            self.machine.deadline(),
            self.checks.as_ref().and_then(|checks| checks.due),
            self.probe_deadline,
            self.file_due,
            self.killing.map(|killing| killing.again),
            self.orphaned,
            self.watchdog.map(|(due, _)| due),
        ];
        let own = own.into_iter().flatten().map(|due| due.saturating_sub(now));
        let output = self.output.as_ref().and_then(Capture::deadline);
        own.chain(output.map(|due| due.saturating_duration_since(Instant::now()))).min()
    }

    fn take(&mut self, source: Source) {
        match source {
            Source::Signals => self.take_signals(),
            Source::Boss => self.take_messages(),
            Source::Output => self.output.iter_mut().for_each(Capture::on_readable),
            Source::Report => self.take_report(),
            Source::Main => self.adopted_main_ended(),
            Source::Job => self.adopted_job_ended(),
            Source::Probe => self.probe = None,
            Source::Listener => self.listen(),
        }
    }

    fn take_signals(&mut self) {
        for signal in self.signals.read() {
            match signal {
                Signal::SIGCHLD => self.reap(),
                Signal::SIGHUP => self.ask(Event::Reload),
                Signal::SIGUSR1 => self.rotate(),
                _ => self.ask(Event::Stop),
            }
        }
    }

    fn take_messages(&mut self) {
        let Boss::Supervisor(link) = &mut self.boss else { return };
        let messages = link.receive::<ToHost>();
        let link_is_closed = link.is_closed();
        if link_is_closed {
            self.orphaned = Some(now());
        }
        self.greeted |= !messages.is_empty() || link_is_closed;
        for message in messages {
            match message {
                ToHost::Wish(id, wish) => self.wish(id, wish),
                ToHost::Reaped(pid, status) => {
                    self.reaped.insert(pid, Exit::from_raw(status));
                }
                ToHost::Go => {}
                ToHost::Rotate => self.rotate(),
                ToHost::HandOver => self.handing_over = true,
            }
        }
    }

    fn rotate(&mut self) {
        if let Some(Err(error)) = self.output.as_mut().map(Capture::rotate) {
            self.tell(&format!("the log cannot be rotated: {error}"));
        }
    }

    fn listen(&mut self) {
        let said: Vec<_> = self.listener.iter().flat_map(notify::Listener::read).collect();
        for said in said {
            if said.ready {
                self.ask(Event::Ready);
            }
            if said.status.is_some() {
                self.status = said.status;
                self.changed = true;
            }
        }
    }

    /// Does what has become due.
    fn take_time(&mut self) {
        let now = now();
        if self.machine.deadline().is_some_and(|due| due <= now) {
            self.ask(Event::Tick);
        }
        if self.output.as_ref().and_then(Capture::deadline).is_some_and(|due| due <= Instant::now())
        {
            self.output.iter_mut().for_each(Capture::on_timer);
        }
        if self.killing.is_some_and(|killing| killing.again <= now) {
            self.look_at_the_tree();
        }
        if self.orphaned.is_some_and(|due| due <= now) {
            self.find_a_supervisor(now);
        }
        self.feed_the_watchdog(now);
        self.ask_the_service(now);
    }

    fn take_report(&mut self) {
        let Some(main) = &mut self.main else { return };
        let said = main.telling.as_ref().map_or(Report::Pending, Telling::read);
        match said {
            Report::Pending => return,
            Report::Executed => self.events.push_back(Event::Executed),
            Report::Failed(why) => main.failure = Some(why),
        }
        main.telling = None;
    }

    fn tell(&mut self, words: &str) {
        match &mut self.output {
            Some(output) => output.note(words),
            None => eprintln!("{}: {words}", self.hosted.spec.name),
        }
    }

    /// The service is at rest: what is left of it in the runtime folder goes, but for its state.
    fn retire(&mut self) -> Outcome {
        super::credentials::withdraw(&self.hosted);
        let _ = std::fs::remove_dir_all(self.folder.join("tmp"));
        for name in ["notify", "out", "err", "out.held", "err.held", "main"] {
            let _ = std::fs::remove_file(self.folder.join(name));
        }
        match self.machine.phase {
            Phase::Failed => Outcome::Failed,
            _ => Outcome::Stopped,
        }
    }

    /// The main process, as others may know it.
    fn main_process(&self) -> Option<Process> {
        self.main.as_ref().map(|main| main.handle.process())
    }

    /// Processes of the host's own.
    fn own_processes(&self) -> Vec<u32> {
        [&self.job, &self.probe]
            .into_iter()
            .flatten()
            .map(|helper| helper.handle.process().pid)
            .collect()
    }

    /// The variable that marks all processes of this service.
    fn mark(&self) -> String {
        format!("{}={}", super::MARK, self.folder.display())
    }
}

/// Whether a process of that identity is still there.
fn hold(process: Process) -> Option<Handle> {
    Handle::open(process).filter(|_| process::lives(process))
}
