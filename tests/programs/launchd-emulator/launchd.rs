//! launchd itself: domains with their jobs, the override store, and the actions of the machine carried out.

use crate::job::{Job, Millis, Phase};
use crate::keepalive::World;
use crate::machine::{self, Action, Context, Event};
use crate::outcome::Outcome;
use crate::paths::Paths;
use crate::profile::Profile;
use crate::protocol::Reply;
use crate::spawn::{self, Fate};
use crate::store::Store;
use crate::target::Domain;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

/// A job's place.
pub type Key = (Domain, String);

/// What is waiting at the emulator's only door.
pub enum Message {
    Request(crate::protocol::Request, Sender<Reply>),
    Fate(u32, Fate),
}

/// Whether the machine runs, and what follows when its last job has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    On,
    Off,
    Reboot,
}

/// The state of everything.
pub struct Launchd {
    pub profile: Profile,
    pub paths: Paths,
    pub store: Store,
    pub jobs: BTreeMap<Key, Job>,
    /// Answers that are held back until a job has gone (`bootout --wait`), or all have (`None`).
    pub waiting: Vec<(Option<Key>, Sender<Reply>)>,
    pub power: Power,
    started: Instant,
    events: Sender<Message>,
}

impl Launchd {
    /// Nothing loaded yet; see [`Launchd::boot`].
    pub fn new(profile: Profile, paths: Paths, events: Sender<Message>) -> Self {
        let store = Store::new(paths.clone());
        let (jobs, waiting) = Default::default();
        Self {
            profile,
            paths,
            store,
            jobs,
            waiting,
            power: Power::On,
            started: Instant::now(),
            events,
        }
    }

    /// Launchd's time.
    pub fn now(&self) -> Millis {
        // A few days at most: exact as a float, and in range.
        (self.started.elapsed().as_secs_f64() * self.profile.time_scale * 1000.0) as Millis
    }

    /// How long the loop may sleep.
    pub fn until_next_tick(&self) -> Duration {
        let next = self.jobs.values().filter_map(machine::deadline).min();
        let wait = next.map_or(f64::MAX, |at| {
            at.saturating_sub(self.now()) as f64 / self.profile.time_scale / 1000.0
        });
        Duration::from_secs_f64(wait.clamp(0.001, 0.2))
    }

    /// Gives every job its tick.
    pub fn tick(&mut self) {
        for key in self.jobs.keys().cloned().collect::<Vec<_>>() {
            self.feed(&key, Event::Tick);
        }
    }

    /// A process changed.
    pub fn fate(&mut self, pid: u32, fate: Fate) {
        let found = self.jobs.iter().find(|(_, job)| job.pid() == Some(pid));
        let Some(key) = found.map(|(key, _)| key.clone()) else { return };
        match fate {
            Fate::Executed => self.feed(&key, Event::Executed),
            Fate::CannotExecute(why, text) => {
                self.log(&key, &text);
                self.feed(&key, Event::CannotExecute(why));
            }
            Fate::Exited(outcome) => self.feed(&key, Event::Exited(outcome)),
        }
    }

    /// One step of one job, with all that follows from it.
    pub fn feed(&mut self, key: &Key, event: Event) {
        for action in self.step(key, event) {
            self.act(key, action);
        }
    }

    fn step(&mut self, key: &Key, event: Event) -> Vec<Action> {
        let surroundings = Surroundings(self.jobs.keys().cloned().collect());
        let disabled = self.power != Power::On || self.store.get(key.0, &key.1) == Some(true);
        let ctx = Context {
            now: self.now(),
            disabled,
            on_demand_only: self.profile.on_demand_only && matches!(key.0, Domain::Gui(_)),
            teardown: (self.profile.teardown_secs * 1000.0) as Millis,
            world: &surroundings,
        };
        self.jobs.get_mut(key).map(|job| machine::step(job, event, &ctx)).unwrap_or_default()
    }

    fn act(&mut self, key: &Key, action: Action) {
        match action {
            Action::Spawn => self.spawn(key),
            Action::Signal(pid, number) => signal(pid, number, false),
            Action::SignalGroup(pid, number) => signal(pid, number, true),
            Action::Remove => self.remove(key),
            Action::Log(line) => self.log(key, &line),
        }
    }

    fn spawn(&mut self, key: &Key) {
        let Some(job) = self.jobs.get(key) else { return };
        let order = spawn::order(&job.definition, key.0, &self.profile);
        let events = self.events.clone();
        match spawn::spawn(&order, move |pid, fate| drop(events.send(Message::Fate(pid, fate)))) {
            Ok(pid) => self.feed(key, Event::Forked(pid)),
            Err(e) => {
                self.log(key, &format!("cannot fork: {e}"));
                self.feed(key, Event::Exited(Outcome::Code(71)));
            }
        }
    }

    fn remove(&mut self, key: &Key) {
        self.log(key, &format!("removing service: {}", key.1));
        self.jobs.remove(key);
        for (_, reply) in self.waiting.extract_if(.., |(awaited, _)| awaited.as_ref() == Some(key))
        {
            drop(reply.send(Reply::silent()));
        }
    }

    /// Adds a line to the log that a Mac keeps in /var/log/com.apple.xpc.launchd.
    pub fn log(&self, key: &Key, line: &str) {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(self.paths.log());
        if let Ok(mut file) = file {
            drop(writeln!(file, "{:>10} ({}/{}) <Notice>: {line}", self.now(), key.0, key.1));
        }
    }

    /// Loads all that is in the folders of the machine and of the users who are logged in, but what is disabled.
    pub fn boot(&mut self) {
        self.power = Power::On;
        self.store.reload();
        self.load_folder(&self.paths.daemons(), Domain::System);
        for session in self.profile.sessions.clone() {
            let domains =
                [Some(Domain::User(session.uid)), session.gui.then_some(Domain::Gui(session.uid))];
            let account = crate::account::by_uid(session.uid);
            let home = session.home.or(account.map(|account| account.home.into()));
            for domain in domains.into_iter().flatten() {
                self.load_folder(&self.paths.agents(), domain);
                if let Some(home) = &home {
                    self.load_folder(&home.join("Library/LaunchAgents"), domain);
                }
            }
        }
    }

    fn load_folder(&mut self, folder: &std::path::Path, domain: Domain) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "plist"))
            .collect();
        files.sort();
        for file in files {
            // Links are ignored at a login from 14 on, though `bootstrap` takes them.
            if self.profile.os >= 14 && file.is_symlink() {
                continue;
            }
            if let Ok(definition) = crate::load::load(&file, domain) {
                let disabled =
                    self.store.get(domain, &definition.label).unwrap_or(definition.disabled);
                if !disabled && !self.jobs.contains_key(&(domain, definition.label.clone())) {
                    self.register(domain, definition);
                }
            }
        }
    }

    /// Makes a job of a definition, and starts it if its keys say so.
    pub fn register(&mut self, domain: Domain, definition: crate::definition::Definition) {
        let key = (domain, definition.label.clone());
        self.jobs.insert(key.clone(), Job::new(definition));
        self.feed(&key, Event::Loaded);
    }

    /// Ends every job, as a shutdown does.
    pub fn shut_down(&mut self, power: Power) {
        self.power = power;
        for key in self.jobs.keys().cloned().collect::<Vec<_>>() {
            self.feed(&key, Event::Bootout);
        }
    }

    /// Whether a job's process may still be there.
    pub fn is_alive(&self, key: &Key) -> bool {
        self.jobs.get(key).is_some_and(|job| {
            !matches!(job.phase, Phase::NotRunning | Phase::SpawnScheduled { .. })
        })
    }
}

/// What conditions may ask: the disk, and which labels are loaded.
struct Surroundings(Vec<Key>);

impl World for Surroundings {
    fn path_exists(&self, path: &str) -> bool {
        std::fs::exists(path).unwrap_or(false)
    }

    fn is_loaded(&self, label: &str) -> bool {
        self.0.iter().any(|(_, loaded)| loaded == label)
    }
}

/// A process that is gone needs no signal, so a failure says nothing.
fn signal(pid: u32, number: i32, group: bool) {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let signal = rustix::process::Signal::from_named_raw(number);
    if let (Some(pid), Some(signal)) = (pid, signal) {
        let send =
            if group { rustix::process::kill_process_group } else { rustix::process::kill_process };
        let _gone = send(pid, signal);
    }
}
