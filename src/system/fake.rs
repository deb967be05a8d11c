//! A world in memory that records what is done to it, for tests.
//!
//! It can die: from then on nothing is possible any more, and a [`FakeSystem::reborn`] world finds what the dead one left.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::system::{Entry, Identity, Invocation, Output, System};
use crate::target::Account;

/// What is at a path of the fake world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A file.
    File {
        /// Permission bits.
        mode: u32,
        /// Owner.
        uid: u32,
        /// Group.
        gid: u32,
        /// Bytes.
        contents: Vec<u8>,
    },
    /// A folder.
    Dir {
        /// Permission bits.
        mode: u32,
        /// Owner.
        uid: u32,
        /// Group.
        gid: u32,
    },
    /// A link.
    Link(PathBuf),
}

/// Everything in it, by path.
pub type Nodes = BTreeMap<PathBuf, Node>;

/// Answers an invocation.
pub type Runner = Box<dyn Fn(&Invocation) -> io::Result<Output> + Send>;

#[derive(Default)]
struct World {
    nodes: Nodes,
    log: Vec<String>,
    fault: Option<(usize, Fault)>,
    dead: bool,
    clock: Duration,
    env: BTreeMap<OsString, OsString>,
    accounts: Vec<Account>,
    security: BTreeMap<PathBuf, String>,
    runner: Option<Runner>,
}

/// What happens at a chosen operation that would change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The world dies before it.
    Die,
    /// It fails, once.
    Fail,
}

/// A world in memory.
pub struct FakeSystem {
    world: Mutex<World>,
    locks: Arc<Mutex<BTreeSet<PathBuf>>>,
    identity: Identity,
}

impl Default for FakeSystem {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeSystem {
    /// An empty world with a root folder, seen by root.
    #[must_use]
    pub fn new() -> Self {
        let account = Account { name: "root".to_owned(), uid: 0, gid: 0, home: "/root".to_owned() };
        let identity = Identity { account, privileged: true, sudo: None };
        let fake = Self { world: Mutex::default(), locks: Arc::default(), identity };
        fake.world().nodes.insert(PathBuf::from("/"), Node::Dir { mode: 0o755, uid: 0, gid: 0 });
        fake
    }

    /// The same, seen by somebody else.
    #[must_use]
    pub fn seen_by(self, identity: Identity) -> Self {
        Self { identity, ..self }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The operation with this number, counted from 0 over all that change something, has a fault.
    pub fn set_fault(&self, operation: usize, fault: Fault) {
        self.world().fault = Some((operation, fault));
    }

    /// Whether it has died.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.world().dead
    }

    /// Everything as the dead world left it; its locks are free.
    #[must_use]
    pub fn reborn(&self) -> Self {
        let fake = Self::new().seen_by(self.identity.clone());
        fake.world().nodes = self.nodes();
        fake
    }

    /// Everything that is there.
    #[must_use]
    pub fn nodes(&self) -> Nodes {
        self.world().nodes.clone()
    }

    /// What was done, one line for each operation that changes something.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.world().log.clone()
    }

    /// Sets a variable.
    pub fn set_env(&self, name: &str, value: &str) {
        self.world().env.insert(name.into(), value.into());
    }

    /// Adds an account.
    pub fn add_account(&self, account: Account) {
        self.world().accounts.push(account);
    }

    /// Answers every program that is run; without it each ends with 0 and says nothing.
    pub fn set_runner(&self, runner: Runner) {
        self.world().runner = Some(runner);
    }

    /// Puts a file there with its folders, without a trace in the log.
    pub fn put(&self, path: &str, mode: u32, contents: &[u8]) {
        self.put_dir(Path::new(path).parent().unwrap_or(Path::new("/")));
        let node = Node::File { mode, uid: 0, gid: 0, contents: contents.to_vec() };
        self.world().nodes.insert(path.into(), node);
    }

    /// Puts a folder there with those above it, without a trace in the log.
    pub fn put_dir(&self, path: impl AsRef<Path>) {
        for folder in path.as_ref().ancestors() {
            let made = Node::Dir { mode: 0o755, uid: 0, gid: 0 };
            self.world().nodes.entry(folder.to_owned()).or_insert(made);
        }
    }

    /// Puts a link there with its folders, without a trace in the log.
    pub fn put_link(&self, path: &str, target: &str) {
        self.put_dir(Path::new(path).parent().unwrap_or(Path::new("/")));
        self.world().nodes.insert(path.into(), Node::Link(target.into()));
    }

    /// Gives it a security descriptor, as on Windows.
    pub fn put_security(&self, path: &str, sddl: &str) {
        self.world().security.insert(path.into(), sddl.into());
    }

    /// Takes whatever is there away, without a trace in the log.
    pub fn take(&self, path: &str) {
        self.world().nodes.remove(Path::new(path));
    }

    fn alive(&self) -> io::Result<MutexGuard<'_, World>> {
        let world = self.world();
        if world.dead { Err(io::Error::other("this world is dead")) } else { Ok(world) }
    }

    /// Counts an operation that changes something.
    fn change(&self, what: String) -> io::Result<MutexGuard<'_, World>> {
        let mut world = self.alive()?;
        let number = world.log.len();
        world.log.push(what);
        match world.fault {
            Some((at, Fault::Die)) if at == number => {
                world.dead = true;
                Err(io::Error::other("this world has died"))
            }
            Some((at, Fault::Fail)) if at == number => Err(io::Error::from_raw_os_error(5)),
            _ => Ok(world),
        }
    }
}

impl World {
    fn insert(&mut self, path: &Path, node: Node) -> io::Result<()> {
        let parent = path.parent().unwrap_or(Path::new("/"));
        match self.nodes.get(parent) {
            Some(Node::Dir { .. }) if self.nodes.contains_key(path) => {
                Err(io::ErrorKind::AlreadyExists.into())
            }
            Some(Node::Dir { .. }) => {
                self.nodes.insert(path.to_owned(), node);
                Ok(())
            }
            Some(_) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn get(&self, path: &Path) -> io::Result<&Node> {
        self.nodes.get(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn inside(&self, dir: &Path) -> Vec<OsString> {
        let inside = self.nodes.keys().filter(|path| path.parent() == Some(dir));
        inside.filter_map(|path| path.file_name().map(OsStr::to_owned)).collect()
    }
}

/// Gives a fake lock back.
struct Guard(PathBuf, Arc<Mutex<BTreeSet<PathBuf>>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

impl System for FakeSystem {
    fn entry(&self, path: &Path) -> io::Result<Entry> {
        Ok(match self.alive()?.nodes.get(path).cloned() {
            None => Entry::Missing,
            Some(Node::File { mode, uid, gid, contents }) => {
                Entry::File { mode, uid, gid, len: contents.len() as u64 }
            }
            Some(Node::Dir { mode, uid, gid }) => Entry::Dir { mode, uid, gid },
            Some(Node::Link(target)) => Entry::Link(target),
        })
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.alive()?.get(path)? {
            Node::File { contents, .. } => Ok(contents.clone()),
            Node::Dir { .. } => Err(io::ErrorKind::IsADirectory.into()),
            Node::Link(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        let world = self.alive()?;
        match world.get(dir)? {
            Node::Dir { .. } => Ok(world.inside(dir)),
            Node::File { .. } | Node::Link(_) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn create(&self, path: &Path, mode: u32, contents: &[u8]) -> io::Result<()> {
        let mut world = self.change(format!("create {}", path.display()))?;
        let (uid, gid) = (self.identity.account.uid, self.identity.account.gid);
        world.insert(path, Node::File { mode, uid, gid, contents: contents.to_vec() })
    }

    fn sync(&self, paths: &[&Path]) -> io::Result<()> {
        let world = self.change(format!("sync {}", paths.len()))?;
        paths.iter().try_for_each(|path| world.get(path).map(|_| ()))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.change(format!("rename {}", to.display()))?;
        let node = world.get(from)?.clone();
        if matches!(world.nodes.get(to), Some(Node::Dir { .. })) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        world.nodes.remove(to);
        world.insert(to, node)?;
        world.nodes.remove(from);
        Ok(())
    }

    fn symlink(&self, target: &Path, path: &Path) -> io::Result<()> {
        let mut world = self.change(format!("symlink {}", path.display()))?;
        world.insert(path, Node::Link(target.to_owned()))
    }

    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()> {
        let mut world = self.change(format!("create-dir {}", path.display()))?;
        let (uid, gid) = (self.identity.account.uid, self.identity.account.gid);
        world.insert(path, Node::Dir { mode, uid, gid })
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut world = self.change(format!("remove {}", path.display()))?;
        match world.get(path)? {
            Node::Dir { .. } => Err(io::ErrorKind::IsADirectory.into()),
            Node::File { .. } | Node::Link(_) => {
                world.nodes.remove(path);
                Ok(())
            }
        }
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let mut world = self.change(format!("remove-dir {}", path.display()))?;
        match world.get(path)? {
            Node::Dir { .. } if world.inside(path).is_empty() => {
                world.nodes.remove(path);
                Ok(())
            }
            Node::Dir { .. } => Err(io::ErrorKind::DirectoryNotEmpty.into()),
            Node::File { .. } | Node::Link(_) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn chown(&self, path: &Path, new_uid: u32, new_gid: u32) -> io::Result<()> {
        let mut world = self.change(format!("chown {}", path.display()))?;
        match world.nodes.get_mut(path) {
            Some(Node::File { uid, gid, .. } | Node::Dir { uid, gid, .. }) => {
                (*uid, *gid) = (new_uid, new_gid);
                Ok(())
            }
            Some(Node::Link(_)) => Ok(()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn try_lock(&self, path: &Path, note: &str) -> io::Result<Option<Box<dyn Send>>> {
        if !self.locks.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned()) {
            return Ok(None);
        }
        let guard = Guard(path.to_owned(), Arc::clone(&self.locks));
        let mut world = self.change(format!("lock {}", path.display()))?;
        let contents = note.as_bytes().to_vec();
        let node = Node::File { mode: 0o600, uid: 0, gid: 0, contents };
        world.nodes.remove(path);
        world.insert(path, node)?;
        Ok(Some(Box::new(guard)))
    }

    fn run(&self, invocation: &Invocation) -> io::Result<Output> {
        let mut world = self.change(format!("run {}", invocation.program.display()))?;
        let runner = world.runner.take();
        drop(world);
        let done = match &runner {
            Some(runner) => runner(invocation),
            None => Ok(Output { code: Some(0), ..Output::default() }),
        };
        self.world().runner = runner;
        done
    }

    fn env(&self, name: &OsStr) -> Option<OsString> {
        self.world().env.get(name).cloned()
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn account(&self, name: &str) -> io::Result<Option<Account>> {
        let world = self.alive()?;
        let known = world.accounts.iter().chain([&self.identity.account]);
        Ok(known.into_iter().find(|account| account.name == name).cloned())
    }

    fn security(&self, path: &Path) -> io::Result<Option<String>> {
        Ok(self.world().security.get(path).cloned())
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + self.world().clock
    }

    fn sleep(&self, time: Duration) {
        self.world().clock += time;
    }

    fn current_exe(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::from("/usr/bin/svcctl"))
    }
}
