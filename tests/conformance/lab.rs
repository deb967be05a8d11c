//! What a case works with: a folder of its own, services that are gone when it ends, and `svcctl`.

mod ran;
mod service;
mod status;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use ran::Ran;
pub use service::Service;
pub use status::Status;

use crate::lane::{Boot, Lane};

/// The bench of one case.
pub struct Lab<'a> {
    /// Where the suite runs.
    pub lane: &'a Lane,
    number: u16,
    dir: PathBuf,
    names: Mutex<Vec<String>>,
    foreign: Mutex<Vec<String>>,
    keep: AtomicBool,
}

impl<'a> Lab<'a> {
    /// The bench of a case. After a boot it is as it was left.
    pub fn new(lane: &'a Lane, number: u16) -> Self {
        let dir = lane.dir.join(format!("{number:03}-{}", lane.scope.word()));
        if lane.boot != Boot::After {
            let _ = fs::remove_dir_all(&dir);
        }
        fs::create_dir_all(&dir).expect("the case's folder can be made");
        Self {
            lane,
            number,
            dir,
            names: Mutex::default(),
            foreign: Mutex::default(),
            keep: AtomicBool::new(false),
        }
    }

    /// A file in the case's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The same as text, for definitions.
    pub fn file(&self, name: &str) -> String {
        self.path(name).to_str().expect("the case's folder is UTF-8").to_owned()
    }

    /// A folder in the case's folder.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    }

    /// The lines of a file in the case's folder; none if it is not there.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// A script for the test child: words, of which those that begin with `@` are files of the case.
    pub fn script(&self, words: &str) -> Vec<String> {
        let word = |word: &str| {
            word.strip_prefix('@').map_or_else(|| word.to_owned(), |name| self.file(name))
        };
        words.split_whitespace().map(word).collect()
    }

    /// The command that runs a script in the test child.
    pub fn command(&self, words: &str) -> Vec<String> {
        let child = self.lane.child().to_str().expect("the programs' folder is UTF-8").to_owned();
        [child].into_iter().chain(self.script(words)).collect()
    }

    /// A name that no other case has. It is the same after a boot.
    pub fn name(&self, word: &str) -> String {
        let name = format!("sc{:03}-{word}", self.number);
        let mut names = lock(&self.names);
        if !names.contains(&name) {
            names.push(name.clone());
        }
        name
    }

    /// Takes a service of any name for the case's own: it is gone when the case ends.
    pub fn own(&self, name: &str) {
        lock(&self.names).push(name.to_owned());
    }

    /// Forgets the case's services, which are gone already.
    pub fn forget(&self) {
        lock(&self.names).clear();
    }

    /// A definition of a service that runs a script.
    pub fn service(&self, words: &str) -> Service<'_> {
        self.named("main", words)
    }

    /// The same, for cases that need several.
    pub fn named(&self, word: &str, words: &str) -> Service<'_> {
        Service::new(self, self.name(word), self.command(words))
    }

    /// A service that svcctl knows nothing of.
    pub fn foreign(&self, words: &str) -> String {
        let name = self.name("foreign");
        self.lane.manager.add_foreign(&name, &self.command(words));
        lock(&self.foreign).push(name.clone());
        name
    }

    /// Runs `svcctl`.
    pub fn svcctl<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Ran {
        Ran::run(self.lane.svcctl().args(words))
    }

    /// Runs `svcctl` with `-o json`.
    pub fn json<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Ran {
        Ran::run(self.lane.svcctl().args(["-o", "json"]).args(words))
    }

    /// The state of a service.
    pub fn status(&self, name: &str) -> Status {
        Status::from(self.json(["status", name]))
    }

    /// A port that nobody listens on, and no other case is given.
    pub fn port(&self) -> u16 {
        static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
        loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
            let port = listener.local_addr().expect("it has an address").port();
            if lock(&GIVEN).insert(port) {
                return port;
            }
        }
    }

    /// Leaves the case's services where they are when it ends.
    pub fn keep(&self) {
        self.keep.store(true, Ordering::Relaxed);
    }

    /// The reason of a failure, with what the services were doing.
    pub fn explain(&self, reason: &str) -> String {
        let states = lock(&self.names)
            .iter()
            .map(|name| self.svcctl(["status", name]).to_string())
            .collect::<String>();
        format!("{reason}\n{states}")
    }
}

impl Drop for Lab<'_> {
    fn drop(&mut self) {
        if self.keep.load(Ordering::Relaxed) {
            return;
        }
        for name in lock(&self.foreign).iter() {
            self.lane.manager.remove_foreign(name);
        }
        let names = lock(&self.names);
        if !names.is_empty() {
            let uninstall = |names: &[String]| {
                let mut command = self.lane.svcctl();
                command.args(["uninstall", "--purge"]).args(names).stdin(Stdio::null());
                command.output().is_ok_and(|output| output.status.success())
            };
            // One that was refused is not there, and stands in the way of the others.
            if !uninstall(&names) && names.len() > 1 {
                for name in names.iter() {
                    uninstall(std::slice::from_ref(name));
                }
            }
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Runs another program of the machine, which must succeed; what it prints.
pub fn tool(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// This process's number, as the other side sees it.
pub fn own_pid() -> u32 {
    process::id()
}

/// Whether anything below `folder` has `name` in its path.
pub fn named_below(folder: &Path, name: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let visit = |entry: fs::DirEntry| {
        let path = entry.path();
        if entry.file_name().to_string_lossy().contains(name) {
            return vec![path];
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder { named_below(&path, name) } else { Vec::new() }
    };
    entries.flatten().flat_map(visit).collect()
}

/// The list, also after a case has failed while it held it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
