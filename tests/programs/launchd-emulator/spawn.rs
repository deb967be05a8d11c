//! The parent's side of starting a job: hands the order to the proxy, and reports what becomes of it.
//!
//! A thread for each job reads the proxy's status pipe (end of file: executed; else why not), and then waits for the end.

use crate::account::{self, Account};
use crate::definition::Definition;
use crate::job::PenaltyBox;
use crate::outcome::Outcome;
use crate::profile::Profile;
use crate::target::Domain;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

/// Everything that the proxy does before it executes the program.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub program: String,
    pub arguments: Vec<String>,
    pub environment: BTreeMap<String, String>,
    pub working_directory: String,
    pub umask: u32,
    pub nice: Option<i32>,
    pub soft_limits: BTreeMap<String, u64>,
    pub hard_limits: BTreeMap<String, u64>,
    pub standard_in: Option<String>,
    pub standard_out: Option<String>,
    pub standard_error: Option<String>,
    /// The ids to take on, if any.
    pub identity: Option<Identity>,
}

/// Who the job runs as.
#[derive(Serialize, Deserialize)]
pub struct Identity {
    pub uid: u32,
    pub gid: u32,
    pub groups: Vec<u32>,
}

/// What becomes of a proxy, by its pid.
pub enum Fate {
    Executed,
    CannotExecute(PenaltyBox, String),
    Exited(Outcome),
}

/// The path of every job.
const STDPATH: &str = "/usr/bin:/bin:/usr/sbin:/sbin";

/// Makes the order for a job of `domain`.
pub fn order(definition: &Definition, domain: Domain, profile: &Profile) -> Order {
    let account = run_as(definition, domain, profile);
    Order {
        program: resolve(definition.executable()),
        arguments: if definition.arguments.is_empty() {
            vec![definition.executable().to_owned()]
        } else {
            definition.arguments.clone()
        },
        environment: environment(definition, domain, account.as_ref(), profile),
        working_directory: definition.working_directory.clone().unwrap_or_else(|| "/".into()),
        umask: definition.umask.unwrap_or(0o022),
        nice: definition.nice,
        soft_limits: definition.soft_limits.clone(),
        hard_limits: definition.hard_limits.clone(),
        standard_in: definition.standard_in.clone(),
        standard_out: definition.standard_out.clone(),
        standard_error: definition.standard_error.clone(),
        identity: identity(definition, domain, account.as_ref(), profile),
    }
}

/// The account of the job: the domain's user, or `UserName` of a daemon.
fn run_as(definition: &Definition, domain: Domain, profile: &Profile) -> Option<Account> {
    let Some(uid) = domain.uid() else {
        return definition.user.as_deref().and_then(account::by_name);
    };
    let session = profile.session(uid);
    let mut account = account::by_uid(uid).unwrap_or_else(|| Account {
        name: format!("user{uid}"),
        uid,
        gid: 20,
        home: "/var/empty".into(),
        shell: "/bin/zsh".into(),
    });
    if let Some(name) = session.and_then(|session| session.name.clone()) {
        account.name = name;
    }
    if let Some(home) = session.and_then(|session| session.home.as_ref()) {
        account.home = home.display().to_string();
    }
    Some(account)
}

fn identity(
    definition: &Definition,
    domain: Domain,
    account: Option<&Account>,
    profile: &Profile,
) -> Option<Identity> {
    let pretended = profile.caller.is_some() && domain != Domain::System;
    if pretended || !rustix::process::geteuid().is_root() {
        return None;
    }
    let group = (domain == Domain::System)
        .then_some(())
        .and(definition.group.as_deref())
        .and_then(account::group);
    let gid = group.or(account.map(|account| account.gid)).unwrap_or(0);
    let mut groups = vec![gid];
    if let Some(account) = account.filter(|_| definition.init_groups) {
        groups.extend(account::memberships(&account.name));
    }
    Some(Identity { uid: account.map_or(0, |account| account.uid), gid, groups })
}

/// What a job has in its environment: no shell profile, and for a daemon of root not even a home.
pub fn environment(
    definition: &Definition,
    domain: Domain,
    account: Option<&Account>,
    profile: &Profile,
) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::from([
        ("PATH".into(), STDPATH.into()),
        ("XPC_SERVICE_NAME".into(), definition.label.clone()),
    ]);
    if profile.os < 14 {
        variables.insert("OSLogRateLimit".into(), "64".into());
    }
    if let Some(account) = account {
        for (name, value) in [
            ("USER", &account.name),
            ("LOGNAME", &account.name),
            ("HOME", &account.home),
            ("SHELL", &account.shell),
        ] {
            variables.insert(name.into(), value.clone());
        }
        variables.insert("TMPDIR".into(), "/tmp/".into());
    }
    if matches!(domain, Domain::Gui(_)) {
        variables
            .insert("SSH_AUTH_SOCK".into(), "/var/run/com.apple.launchd.emulated/Listeners".into());
    }
    variables.extend(definition.environment.clone());
    variables
}

/// A program without a slash is looked for on the standard path.
fn resolve(program: &str) -> String {
    if program.contains('/') {
        return program.to_owned();
    }
    let found = STDPATH
        .split(':')
        .map(|folder| format!("{folder}/{program}"))
        .find(|path| std::fs::exists(path).unwrap_or(false));
    found.unwrap_or_else(|| program.to_owned())
}

/// Starts the proxy, and has `report` told of its fate from a thread of its own.
pub fn spawn(order: &Order, report: impl Fn(u32, Fate) + Send + 'static) -> std::io::Result<u32> {
    let order = serde_json::to_vec(order)?;
    let (told, tell) = std::sync::mpsc::channel();
    // The proxy dies with the thread that forked it, so the thread that waits for it must be the one.
    std::thread::spawn(move || match fork(&order) {
        Ok(child) => {
            let pid = child.id();
            if told.send(Ok(pid)).is_ok() {
                watch(child, |fate| report(pid, fate));
            }
        }
        Err(e) => drop(told.send(Err(e))),
    });
    tell.recv().map_err(std::io::Error::other)?
}

fn fork(order: &[u8]) -> std::io::Result<Child> {
    let mut proxy = Command::new(std::env::current_exe()?);
    proxy
        .arg("xpcproxy")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = proxy.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(order)?;
    }
    Ok(child)
}

fn watch(mut child: Child, report: impl Fn(Fate)) {
    let mut status = String::new();
    if let Some(mut pipe) = child.stdout.take() {
        drop(pipe.read_to_string(&mut status));
    }
    match status.split_once(' ') {
        None => report(Fate::Executed),
        Some(("program", why)) => {
            report(Fate::CannotExecute(PenaltyBox::NoProgram, why.to_owned()));
        }
        Some((_, why)) => report(Fate::CannotExecute(PenaltyBox::Other, why.to_owned())),
    }
    if let Ok(status) = child.wait() {
        report(Fate::Exited(Outcome::of(status)));
    }
}
