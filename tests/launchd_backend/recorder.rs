//! The real system with another `launchctl`, which writes down every call of it; and the backend on top.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use svcctl::backend::launchd::Launchd;
use svcctl::backend::{Action, Backend, Context, Deadline, Outcome};
use svcctl::definition::source::Source;
use svcctl::definition::{Definition, Request};
use svcctl::operations::{ChangeReport, InstallOptions, InstallRequest, Site};
use svcctl::spec::ServiceName;
use svcctl::state::ServiceState;
use svcctl::system::{Entry, Identity, Invocation, Native, Output, System};
use svcctl::target::{Account, Dirs, ManagerId, Os, Scope, Target};

use crate::harness::{Mac, profile_with};

/// The service of these tests, and its label.
pub const WEB: &str = "com.example.web";

/// How much faster time passes, for launchd and for svcctl.
pub const SPEED: u32 = 4;

/// An emulated Mac with svcctl on it.
pub struct Machine {
    pub mac: Mac,
    pub target: Target,
    system: Recorder,
}

impl Machine {
    /// The system scope, as root.
    pub fn system(fields: &Value) -> Self {
        let mut fields = fields.clone();
        fields["caller"] = 0.into();
        Self::new(Scope::System, &fields)
    }

    /// The user scope of 501.
    pub fn user(fields: &Value) -> Self {
        Self::new(Scope::User, fields)
    }

    fn new(scope: Scope, fields: &Value) -> Self {
        let mut profile = profile_with(fields);
        profile["time_scale"] = SPEED.into();
        let mac = Mac::with(&profile);
        let at = |name: &str| mac.root.join(name).display().to_string();
        let (units, uid) = match scope {
            Scope::System => (at("Library/LaunchDaemons"), 0),
            Scope::User => (at("home/Library/LaunchAgents"), 501),
        };
        let dirs = Dirs {
            state: at("state"),
            runtime: at("run"),
            logs: at("logs"),
            config: at("config"),
            units,
        };
        let owner = Account { name: "me".into(), uid, gid: 20, home: at("home") };
        let svcctl = "/usr/local/bin/svcctl".into();
        let target = Target {
            os: Os::Macos,
            manager: ManagerId::Launchd,
            scope,
            version: None,
            dirs,
            svcctl,
            owner,
        };
        let identity = Identity { account: target.owner.clone(), privileged: uid == 0, sudo: None };
        let system = Recorder {
            native: Native::new(),
            root: mac.root.clone(),
            calls: Mutex::default(),
            epoch: SystemTime::now(),
            begun: Instant::now(),
            identity,
        };
        std::fs::create_dir_all(&target.dirs.units).unwrap();
        Self { mac, target, system }
    }

    /// Writes a property list of somebody's; see [`Mac::plist_at`].
    pub fn plist(&self, script: &str, keys: &str) -> String {
        let path = Path::new(&self.target.dirs.units).join(format!("{WEB}.plist"));
        self.mac.plist_at(&path, WEB, script, keys)
    }

    /// What the verbs that change the machine work on.
    pub fn site(&self) -> Site<'_> {
        let (lock_timeout, deadline) = (Site::LOCK_TIMEOUT, Deadline::Own);
        Site {
            system: &self.system,
            backend: &Launchd,
            target: &self.target,
            backends: &[],
            lock_timeout,
            deadline,
        }
    }

    /// Installs a definition.
    pub fn install(
        &self,
        definition: &str,
        options: &InstallOptions,
    ) -> svcctl::error::Result<ChangeReport> {
        let parsed = Definition::parse(Source::from_text("/web.toml", "/", definition))?;
        let request = Request { target: &self.target, profile: None, sets: &[], env: &|_| None };
        let request = InstallRequest {
            spec: parsed.resolve(&request)?.spec,
            definition_path: "/web.toml".into(),
            definition: definition.into(),
            profile: None,
            sets: Vec::new(),
            insecure_paths: Vec::new(),
            credentials: BTreeMap::new(),
        };
        svcctl::operations::install(&[request], options, &self.site())
    }

    /// Every file below the folders in which an install may leave something.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in ["Library", "home/Library", "state", "run", "logs", "config"] {
            collect(&self.mac.root.join(folder), &mut found);
        }
        found
    }

    pub fn context(&self) -> Context<'_> {
        Context { system: &self.system, target: &self.target }
    }

    pub fn control(&self, action: Action) -> Outcome {
        self.control_within(action, Deadline::Own)
    }

    pub fn control_within(&self, action: Action, deadline: Deadline) -> Outcome {
        let outcomes = Launchd.control(&[web()], action, deadline, &self.context());
        outcomes.into_iter().next().unwrap()
    }

    /// It must succeed; whether it changed anything.
    pub fn done(&self, action: Action) -> bool {
        let outcome = self.control(action);
        assert!(outcome.error.is_none(), "{action:?}: {:?}", outcome.error);
        outcome.changed
    }

    pub fn state(&self) -> ServiceState {
        self.try_state().unwrap()
    }

    pub fn try_state(&self) -> svcctl::error::Result<ServiceState> {
        Ok(Launchd.states(&[web()], &self.context())?.into_iter().next().unwrap())
    }

    /// The calls since the last question; looks that repeat count once, and the folder of the machine is `/`.
    pub fn calls(&self) -> Vec<String> {
        let mut calls = std::mem::take(&mut *self.system.calls.lock().unwrap());
        calls.dedup();
        let root = self.mac.root.display().to_string();
        calls.iter().map(|call| call.replace(&root, "")).collect()
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => collect(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

pub fn web() -> ServiceName {
    ServiceName::new(WEB).unwrap()
}

struct Recorder {
    native: Native,
    root: PathBuf,
    calls: Mutex<Vec<String>>,
    epoch: SystemTime,
    begun: Instant,
    /// Whom the profile makes the caller, whoever it really is.
    identity: Identity,
}

impl System for Recorder {
    fn env(&self, name: &OsStr) -> Option<OsString> {
        if name == "SVCCTL_LAUNCHD_ROOT" {
            Some(self.root.clone().into())
        } else {
            self.native.env(name)
        }
    }

    fn run(&self, invocation: &Invocation) -> io::Result<Output> {
        if invocation.program.ends_with("launchctl") {
            let words: Vec<_> = invocation.args.iter().map(|word| word.to_string_lossy()).collect();
            self.calls.lock().unwrap().push(words.join(" "));
        }
        self.native.run(invocation)
    }

    fn entry(&self, path: &Path) -> io::Result<Entry> {
        self.native.entry(path)
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.native.read(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        self.native.list(dir)
    }
    fn create(&self, path: &Path, mode: u32, contents: &[u8]) -> io::Result<()> {
        self.native.create(path, mode, contents)
    }
    fn sync(&self, paths: &[&Path]) -> io::Result<()> {
        self.native.sync(paths)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.native.rename(from, to)
    }
    fn symlink(&self, target: &Path, path: &Path) -> io::Result<()> {
        self.native.symlink(target, path)
    }
    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.native.create_dir(path, mode)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.native.remove_file(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.native.remove_dir(path)
    }
    fn chown(&self, path: &Path, uid: u32, gid: u32) -> io::Result<()> {
        self.native.chown(path, uid, gid)
    }
    fn try_lock(&self, path: &Path, note: &str) -> io::Result<Option<Box<dyn Send>>> {
        self.native.try_lock(path, note)
    }
    fn identity(&self) -> &Identity {
        &self.identity
    }
    fn account(&self, name: &str) -> io::Result<Option<Account>> {
        self.native.account(name)
    }
    fn now(&self) -> SystemTime {
        self.epoch + self.begun.elapsed() * SPEED
    }
    fn sleep(&self, time: Duration) {
        self.native.sleep(time / SPEED);
    }
    fn current_exe(&self) -> io::Result<PathBuf> {
        self.native.current_exe()
    }
}
