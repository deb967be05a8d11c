//! The beginning of a host: a fresh one, or one that takes over what a killed one left.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;
use rustix::fs::FlockOperation;

use super::{Boss, Helper, Host, Killing, Main, hold, now, report};
use crate::host::Hosted;
use crate::host::logs::{Capture, Channels, Config, Owner};
use crate::host::machine::{Event, Machine, Phase};
use crate::host::state::{self, Process, Saved};
use crate::host::unix::child::{Login, read_record};
use crate::host::unix::link::Program;
use crate::host::unix::notify;
use crate::host::unix::process::{self, Exit};
use crate::host::unix::signals::Signals;
use crate::spec::{LogTo, Ready};
use crate::state::State;
use crate::target::ManagerId;

/// The signals that a host takes.
const SIGNALS: [Signal; 5] =
    [Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGUSR1];

impl Host {
    /// Opens the host of a service; none if another host has it. `reaped`: ends of processes that the caller has waited for.
    ///
    /// # Errors
    /// When its folder, its log or its signals cannot be had.
    pub fn open(
        hosted: Hosted,
        boss: Boss,
        reaped: HashMap<u32, Exit>,
        program: Program,
    ) -> io::Result<Option<Self>> {
        let claim = Claim::to(Path::new(&hosted.runtime))?;
        claim.map(|claim| Self::begin(hosted, claim, boss, reaped, program)).transpose()
    }

    /// Opens the one host of a service.
    ///
    /// # Errors
    /// When its log or its signals cannot be had.
    pub fn begin(
        hosted: Hosted,
        claim: Claim,
        boss: Boss,
        reaped: HashMap<u32, Exit>,
        program: Program,
    ) -> io::Result<Self> {
        let folder = PathBuf::from(&hosted.runtime);
        process::be_subreaper(true)?;
        let signals = Signals::take(&SIGNALS)?;
        let output = output(&hosted, &boss, &folder)?;
        let record = open(&folder.join("main"))?;
        let mut host = Self {
            machine: Machine::default(),
            events: VecDeque::new(),
            output,
            signals,
            main: None,
            job: None,
            probe: None,
            probe_deadline: None,
            file_due: None,
            listener: None,
            checks: None,
            killing: None,
            pending: Vec::new(),
            taken: Vec::new(),
            reaped,
            adopted: false,
            exit: None,
            status: None,
            since: (State::Stopped, report::milliseconds()),
            own: OnceCell::new(),
            record,
            _claim: claim,
            boot: process::boot(),
            changed: false,
            handing_over: false,
            greeted: !matches!(boss, Boss::Supervisor(_)),
            orphaned: None,
            program,
            last_said: String::new(),
            watchdog: watchdog(&boss),
            hosted,
            folder,
            boss,
        };
        host.take_over();
        Ok(host)
    }

    /// Goes on from where an earlier host of this boot was.
    fn take_over(&mut self) {
        let recorded =
            fs::read_to_string(self.folder.join("main")).ok().and_then(|text| read_record(&text));
        let saved = state::read_saved(&self.folder).ok().flatten();
        let Some(saved) = saved.filter(|saved| saved.boot == self.boot) else { return };
        let known = [saved.snapshot.main, recorded];
        if matches!(self.boss, Boss::Manager(_)) && !known.into_iter().flatten().any(process::lives)
        {
            // The manager has cleared up and begins anew.
            return;
        }
        self.machine = saved.machine.clone();
        self.since = (saved.snapshot.state, saved.snapshot.since);
        self.exit = saved.snapshot.exit.clone();
        self.status = saved.snapshot.status.clone();
        self.adopted = true;
        self.changed = true;
        let unsaved = recorded.filter(|process| Some(*process) != saved.snapshot.main);
        if let Some(handle) = unsaved.and_then(hold) {
            self.main = Some(Main { handle, child: false, telling: None, failure: None });
            self.machine.found_running(&self.hosted.spec, now());
            self.events.push_back(Event::Executed);
        } else if self.machine.alive {
            self.take_over_main(saved.snapshot.main, unsaved);
        }
        self.resume(&saved);
    }

    fn take_over_main(&mut self, known: Option<Process>, unsaved: Option<Process>) {
        match known.and_then(hold) {
            Some(handle) => {
                self.main = Some(Main { handle, child: false, telling: None, failure: None });
            }
            None => {
                let pid = unsaved.or(known).map_or(0, |process| process.pid);
                let exit = self.reaped.remove(&pid).unwrap_or(Exit::Unknown);
                self.main_is_gone(exit);
            }
        }
    }

    /// Takes up again what the phase needs: a job, questions, the kill.
    fn resume(&mut self, saved: &Saved) {
        let ready = &self.hosted.spec.start.ready;
        if self.main.is_some() && *ready == Ready::Notify {
            let uid =
                Login::of(&self.hosted).ok().filter(|login| login.switch).map(|login| login.uid);
            self.listener = notify::Listener::bind(&self.folder, uid).ok();
        }
        match self.machine.phase {
            Phase::Spawning if self.main.is_some() => self.events.push_back(Event::Executed),
            Phase::Waiting => self.watch(),
            Phase::Running => self.begin_checks(),
            Phase::Killing => {
                self.killing = Some(Killing { again: now(), pause: Duration::from_millis(1) });
            }
            _ if self.machine.job().is_some() => self.resume_job(saved.job),
            _ => {}
        }
    }

    fn resume_job(&mut self, job: Option<Process>) {
        match job.and_then(hold) {
            Some(handle) => self.job = Some(Helper { handle, child: false, telling: None }),
            None => {
                let pid = job.map_or(0, |process| process.pid);
                let exit = self.reaped.remove(&pid).unwrap_or(Exit::Unknown);
                let failure = (exit != Exit::Code(0)).then(|| super::ends::judge(exit).1);
                self.events.push_back(Event::JobEnded(failure));
            }
        }
    }
}

/// Where the output goes: files, unless the manager has a log of its own, or there is a terminal.
fn output(hosted: &Hosted, boss: &Boss, folder: &Path) -> io::Result<Option<Capture>> {
    let logs = &hosted.spec.logs;
    let manager_has_one = hosted.manager == ManagerId::Systemd && logs.to == LogTo::Manager;
    if manager_has_one || matches!(boss, Boss::Terminal) {
        return Ok(None);
    }
    let owner = match &hosted.spec.process.user {
        Some(_) => Login::of(hosted).ok().map(|login| Owner { uid: login.uid, gid: login.gid }),
        None => None,
    };
    let config = Config::new(&hosted.spec.name, logs, Path::new(&hosted.logs));
    let channels = Channels::named(folder, config.has_two(), owner)?;
    Capture::open(config, channels).map(Some).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("the log in {} cannot be opened: {error}", hosted.logs),
        )
    })
}

/// The right to be a service's host. The lock is the process's own: no child inherits it, and it ends with the process.
#[derive(Debug)]
pub struct Claim {
    _lock: OwnedFd,
}

impl Claim {
    /// Claims the service of this runtime folder; none if another process has it.
    ///
    /// # Errors
    /// When the folder or the lock's file cannot be had.
    pub fn to(folder: &Path) -> io::Result<Option<Self>> {
        make_folder(folder)?;
        let file = open(&folder.join("lock"))?;
        match rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self { _lock: file })),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whoever uninstalls another service may take away a folder above it, empty as yet, at this very moment.
fn make_folder(folder: &Path) -> io::Result<()> {
    let make = || fs::DirBuilder::new().recursive(true).mode(0o755).create(folder);
    let taken = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let made = make().or_else(|error| if taken(&error) { make() } else { Err(error) });
    made.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("the folder {} cannot be made: {error}", folder.display()),
        )
    })
}

fn open(path: &Path) -> io::Result<OwnedFd> {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    Ok(file.into())
}

/// When systemd wants to hear of the host, and how often.
fn watchdog(boss: &Boss) -> Option<(Duration, Duration)> {
    let Boss::Manager(Some(_)) = boss else { return None };
    let interval =
        std::env::var("WATCHDOG_USEC").ok()?.parse().ok().map(Duration::from_micros)? / 2;
    Some((now() + interval, interval))
}
