//! The event loop of one host: it owns time and children, and does what the machine asks for.
//!
//! Everything that can happen is a message of one channel: a control of the manager, the end of a process, the answer to a check. A
//! host with nothing to do waits for the next message and for nothing else.

mod act;
mod probes;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::events::{self, Sink};
use super::job::Job;
use super::output::{Output, Readers};
use super::service::{self, Report};
use crate::backend::scm::messages;
use crate::host::health::Checks;
use crate::host::logs::Config;
use crate::host::machine::{Event, Goal, Machine, Moment, Phase};
use crate::host::restart::End;
use crate::host::state::{self, Process, Snapshot};
use crate::host::{GIVE_UP_EXIT, Hosted};
use crate::state::{ExitInfo, State};
use crate::windows::patience::{CHANGE, patiently};

/// Pause between two reports of progress to the manager.
const PROGRESS: Duration = Duration::from_secs(1);

/// First pause before the tree is looked at again while it is killed, and the longest.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// What wakes the host.
#[derive(Debug)]
pub enum Wake {
    /// Somebody wants it to stop.
    Stop,
    /// Somebody wants a new log file.
    Rotate,
    /// Somebody wants it to re-read its configuration.
    Reload,
    /// A process of ours has ended with this code.
    Ended(u32, u32),
    /// The answer to the question of this number.
    Answer(u64, bool),
    /// A line without end is held back.
    Output,
}

/// A process of the service: the main one, a hook, a check.
#[derive(Debug)]
struct Running {
    pid: u32,
    started: u64,
    job: Job,
    readers: Option<Readers>,
}

/// What the tree is doing while it is killed.
#[derive(Clone, Copy, Debug)]
struct Killing {
    again: Instant,
    pause: Duration,
}

/// A host.
#[derive(Debug)]
pub struct Host {
    hosted: Hosted,
    folder: PathBuf,
    machine: Machine,
    events: VecDeque<Event>,
    wake: Sender<Wake>,
    wakes: Receiver<Wake>,
    output: Output,
    log: Box<dyn Sink>,
    begun: Instant,
    /// The main process and its job; kept until its tree is gone.
    main: Option<Running>,
    /// Whether the main process itself has not ended.
    lives: bool,
    job: Option<Running>,
    check: Option<Running>,
    /// The number of the question that is on its way, and by when its answer counts.
    question: u64,
    check_deadline: Option<Duration>,
    file_due: Option<Duration>,
    checks: Option<Checks>,
    killing: Option<Killing>,
    exit: Option<ExitInfo>,
    since: (State, u64),
    /// Whether the manager was told that it runs.
    ran: bool,
    progress: Instant,
    changed: bool,
}

impl Host {
    /// A host whose service is to be started.
    ///
    /// # Errors
    /// When its folder or its log cannot be had.
    pub fn open(hosted: Hosted, wake: Sender<Wake>, wakes: Receiver<Wake>) -> io::Result<Self> {
        let folder = PathBuf::from(&hosted.runtime);
        std::fs::create_dir_all(&folder)?;
        let spec = &hosted.spec;
        let config = Config::new(&spec.name, &spec.logs, hosted.logs.as_ref());
        Ok(Self {
            output: Output::open(config)?,
            log: events::sink(&hosted),
            hosted,
            folder,
            machine: Machine::default(),
            events: VecDeque::from([Event::Start]),
            wake,
            wakes,
            begun: Instant::now(),
            main: None,
            lives: false,
            job: None,
            check: None,
            question: 0,
            check_deadline: None,
            file_due: None,
            checks: None,
            killing: None,
            exit: None,
            since: (State::Stopped, milliseconds()),
            ran: false,
            progress: Instant::now(),
            changed: true,
        })
    }

    /// Runs until the service is at rest; the code that it failed with, if it has.
    ///
    /// # Errors
    /// None at present: what goes wrong is in the log.
    pub fn run(&mut self) -> io::Result<Option<u32>> {
        loop {
            self.settle();
            if self.machine.is_at_rest() && self.events.is_empty() {
                return Ok(self.retire());
            }
            if let Some(wake) = self.next() {
                self.take(&wake);
            }
            self.take_time();
        }
    }

    fn next(&self) -> Option<Wake> {
        let Some(due) = self.due() else { return self.wakes.recv().ok() };
        self.wakes.recv_timeout(due.saturating_duration_since(Instant::now())).ok()
    }

    /// When something is to be done even if nothing happens.
    fn due(&self) -> Option<Instant> {
        let machine = [
            self.machine.deadline(),
            self.checks.as_ref().and_then(|checks| checks.due),
            self.check_deadline,
            self.file_due,
        ];
        let machine = machine.into_iter().flatten().map(|due| self.begun + due);
        let killing = self.killing.map(|killing| killing.again);
        let progress = self.is_pending().then(|| self.progress + PROGRESS);
        let output = Some(self.output.sink().deadline());
        machine.chain(killing).chain(progress).chain(output).min()
    }

    /// Whether the manager waits for progress.
    fn is_pending(&self) -> bool {
        !self.ran || self.machine.goal == Goal::Down
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Lets the machine step until nothing is left to do, and tells the world.
    fn settle(&mut self) {
        while let Some(event) = self.events.pop_front() {
            let moment = Moment { at: self.now(), chance: chance() };
            let before = self.machine.phase;
            for action in self.machine.step(&self.hosted.spec, moment, event) {
                self.perform(action);
            }
            if before != self.machine.phase {
                self.changed = true;
                self.log_phase(before);
            }
            if self.events.is_empty() {
                self.look_at_the_tree();
            }
        }
        if std::mem::take(&mut self.changed) {
            self.save();
            self.report();
        }
    }

    fn take(&mut self, wake: &Wake) {
        match *wake {
            Wake::Stop => self.events.push_back(Event::Stop),
            Wake::Reload => self.events.push_back(Event::Reload),
            Wake::Rotate => {
                let rotated = self.output.sink().rotate();
                if let Err(error) = rotated {
                    self.tell(&format!("the log cannot be rotated: {error}"));
                    self.log.write(&messages::Event::NotRotated(error.to_string()));
                }
            }
            Wake::Ended(pid, code) => self.ended(pid, code),
            Wake::Answer(number, yes) if number == self.question => self.answered(yes),
            Wake::Answer(..) | Wake::Output => {}
        }
    }

    /// Does what has become due.
    fn take_time(&mut self) {
        let (now, instant) = (self.now(), Instant::now());
        if self.machine.deadline().is_some_and(|due| due <= now) {
            self.events.push_back(Event::Tick);
        }
        if self.killing.is_some_and(|killing| killing.again <= instant) {
            self.look_at_the_tree();
        }
        if self.is_pending() && self.progress + PROGRESS <= instant {
            self.report();
        }
        let mut sink = self.output.sink();
        if sink.deadline() <= instant {
            sink.tick(instant);
        }
        drop(sink);
        self.ask_the_service(now);
    }

    fn ended(&mut self, pid: u32, code: u32) {
        let is = |running: &Option<Running>| running.as_ref().is_some_and(|one| one.pid == pid);
        if is(&self.main) && self.lives {
            self.lives = false;
            self.changed = true;
            let code = code.cast_signed();
            let words = end_in_words(code);
            if self.machine.goal == Goal::Up {
                self.log.write(&messages::Event::Ended(words.clone()));
            }
            self.exit =
                Some(ExitInfo { code: Some(code), signal: None, reason: Some(words.clone()) });
            self.events.push_back(Event::Exited(End::Code(code), words));
        } else if is(&self.job) {
            self.end_job();
            let failure = (code != 0).then(|| end_in_words(code.cast_signed()));
            self.events.push_back(Event::JobEnded(failure));
        } else if is(&self.check) {
            self.check = None;
            self.checked(code == 0);
        }
    }

    /// Tells the event log what an administrator may look for there.
    fn log_phase(&mut self, before: Phase) {
        let event = match self.machine.phase {
            Phase::Running if before != Phase::Reloading => messages::Event::Running {
                pid: self.main_process().map_or(0, |process| process.pid),
            },
            Phase::Stopped => messages::Event::Stopped,
            Phase::Failed => {
                messages::Event::GivenUp(self.machine.trouble.clone().unwrap_or_default())
            }
            _ => return,
        };
        self.log.write(&event);
    }

    fn tell(&self, words: &str) {
        self.output.sink().note(words);
    }

    /// The main process, as others may know it.
    fn main_process(&self) -> Option<Process> {
        let main = self.main.as_ref().filter(|_| self.lives)?;
        Some(Process { pid: main.pid, started: main.started })
    }

    /// Replaces the state file.
    fn save(&mut self) {
        let state = self.machine.state();
        if self.since.0 != state {
            self.since = (state, milliseconds());
        }
        let snapshot = Snapshot {
            schema: Snapshot::SCHEMA.to_owned(),
            state,
            main: self.main_process(),
            host: Process { pid: std::process::id(), started: 0 },
            since: self.since.1,
            restarts: self.machine.restarts,
            exit: self.exit.clone(),
            trouble: self.machine.trouble.clone(),
            health: self.checks.as_ref().map(|checks| checks.state),
            status: None,
        };
        let path = state::file(&self.folder);
        let fresh = path.with_extension("new");
        let bytes = serde_json::to_vec(&snapshot).unwrap_or_default();
        // A reader that has it open just now is gone in a moment.
        let replace = || patiently(CHANGE, || std::fs::rename(&fresh, &path));
        let written = std::fs::write(&fresh, bytes).and_then(|()| replace());
        if let Err(error) = written {
            self.tell(&format!("{} cannot be written: {error}", path.display()));
        }
    }

    /// Tells the manager. A service that has run is running to it until it is stopped or given up: a restart is the host's affair.
    fn report(&mut self) {
        self.progress = Instant::now();
        let down = self.machine.goal == Goal::Down;
        let up = matches!(self.machine.state(), State::Running | State::Reloading);
        self.ran |= up;
        service::report(match (down, self.ran) {
            (true, _) => Report::Stopping,
            (false, true) => Report::Running,
            (false, false) => Report::Starting,
        });
    }

    /// The service is at rest.
    fn retire(&mut self) -> Option<u32> {
        let _ = std::fs::remove_dir_all(self.folder.join("tmp"));
        if self.machine.phase != Phase::Failed {
            return None;
        }
        let code = self.exit.as_ref().and_then(|exit| exit.code).filter(|code| *code != 0);
        Some(code.map_or(u32::from(GIVE_UP_EXIT), i32::cast_unsigned))
    }
}

/// An exit code in words; those of crashes are better known in hexadecimal.
fn end_in_words(code: i32) -> String {
    let known = match code.cast_unsigned() {
        0xC000_0005 => " (access violation)",
        0xC000_001D => " (illegal instruction)",
        0xC000_0094 => " (division by zero)",
        0xC000_00FD => " (stack overflow)",
        0xC000_0135 => " (a DLL was not found)",
        0xC000_013A => " (ended by Ctrl-C)",
        0xC000_0142 => " (a DLL could not be initialized)",
        0xC000_0374 => " (heap corruption)",
        0xC000_0409 => " (fatal error: stack buffer overrun or abort)",
        _ => "",
    };
    if code < 0 {
        format!("exited with code {:#010x}{known}", code.cast_unsigned())
    } else {
        format!("exited with code {code}")
    }
}

/// Any number: what spreads restarts need not be hard to guess.
fn chance() -> u32 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    time.subsec_nanos().wrapping_mul(0x9E37_79B9) ^ std::process::id()
}

/// Now, in milliseconds since 1970.
fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
