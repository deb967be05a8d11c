//! A host from its beginning to its end, as each of its bosses has it.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::before::{self, Turn};
use super::link::{Answer, Link, Program, ToHost, ToSupervisor};
use super::notify;
use super::process::{self, Exit};
use super::release::{self, Supervised};
use super::runner::{Boss, Claim, Host, Outcome};
use super::supervisor::{Beginning, Folders, Supervisor};
use crate::error::{Error, ErrorKind, Result};
use crate::host::machine::Event;
use crate::host::{GIVE_UP_EXIT, Hosted, Supervision};
use crate::spec::RestartPolicy;
use crate::target::ManagerId;

/// What a host exits with that has left its service to a successor.
pub const HANDED_OVER: u8 = 80;

/// The program that this process runs.
#[must_use]
pub fn this_program() -> Program {
    let path = std::env::current_exe().unwrap_or_default();
    let file = std::fs::metadata("/proc/self/exe").or_else(|_| std::fs::metadata(&path));
    Program {
        // A program that was replaced under a running process has this behind its path.
        path: path.display().to_string().trim_end_matches(" (deleted)").to_owned(),
        file: file.map_or((0, 0, 0), |meta| (meta.dev(), meta.ino(), meta.mtime())),
    }
}

/// Runs a service for its manager: started now, stopped by SIGTERM; what the host exits with.
///
/// # Errors
/// When the host cannot begin.
pub fn for_manager(hosted: Hosted) -> Result<u8> {
    let name = hosted.spec.name.clone();
    // launchd starts a host again that fell, and knows one that did not fall by nothing but a clean end. The state file says more.
    let ends_clean = hosted.manager == ManagerId::Launchd;
    // Those that start it again however it ended are told to end with it.
    let supervised = Supervised::by(&hosted);
    let Some(claim) = claim(&hosted, supervised.is_some())? else {
        // A user's service may be loaded twice there, in the login session and in the background.
        let busy = Error::new(ErrorKind::Busy, format!("{name} already has a host"));
        return if ends_clean { Ok(0) } else { Err(busy) };
    };
    let waited = before::wait(&hosted);
    let mut host = begin(hosted, claim)?;
    match waited.turn() {
        Turn::Go => host.ask(Event::Start),
        Turn::Refused(why) => host.refuse(why),
        Turn::Stopped => host.call_off(),
    }
    let ended = host.run();
    // What it still had to write is written now.
    drop(host);
    if matches!(ended, Ok(Outcome::Stopped | Outcome::Failed)) {
        supervised.iter().for_each(Supervised::release);
    }
    match end(ended, name.as_str())? {
        GIVE_UP_EXIT if ends_clean => Ok(0),
        code => Ok(code),
    }
}

/// The right to be its host. A host that has lost its supervisor leaves it to its successor.
fn claim(hosted: &Hosted, supervised: bool) -> Result<Option<Claim>> {
    let folder = Path::new(&hosted.runtime);
    let claim =
        || Claim::to(folder).map_err(|error| cannot_host(hosted.spec.name.as_str(), &error));
    match claim()? {
        None if supervised && release::displace(folder) => claim(),
        claim => Ok(claim),
    }
}

fn begin(hosted: Hosted, claim: Claim) -> Result<Host> {
    let name = hosted.spec.name.clone();
    let boss = Boss::Manager(notify::Manager::from_environment());
    let host = Host::begin(hosted, claim, boss, HashMap::new(), this_program());
    host.map_err(|error| cannot_host(name.as_str(), &error))
}

fn cannot_host(name: &str, error: &io::Error) -> Error {
    Error::io(format!("cannot host {name}"), error)
}

/// Runs a service in the foreground, its output to the terminal; it is not started again.
///
/// # Errors
/// When the host cannot begin.
pub fn at_terminal(mut hosted: Hosted) -> Result<u8> {
    let folder = std::env::temp_dir().join(format!("svcctl-run-{}", std::process::id()));
    hosted.runtime = folder.display().to_string();
    // No manager has prepared anything for it.
    hosted.manager = ManagerId::Embedded;
    hosted.spec.restart.policy = RestartPolicy::Never;
    let name = hosted.spec.name.clone();
    let host = Host::open(hosted, Boss::Terminal, HashMap::new(), this_program());
    let result = host.and_then(|host| {
        let mut host = host.ok_or_else(|| io::Error::other("it already has a host"))?;
        host.ask(Event::Start);
        host.run()
    });
    let _ = std::fs::remove_dir_all(folder);
    end(result, name.as_str())
}

fn end(outcome: io::Result<Outcome>, name: &str) -> Result<u8> {
    match outcome {
        Ok(Outcome::Stopped) => Ok(0),
        Ok(Outcome::Failed) => Ok(GIVE_UP_EXIT),
        Ok(Outcome::HandedOver) => Ok(HANDED_OVER),
        Err(error) => Err(Error::io(format!("the host of {name}"), &error)),
    }
}

/// Runs a service for the supervisor, in a process that it has just forked; what the process exits with.
#[must_use]
pub fn for_supervisor(
    hosted: io::Result<Hosted>,
    mut link: Link,
    reaped: HashMap<u32, Exit>,
) -> i32 {
    let program = this_program();
    let hosted = match hosted {
        Ok(hosted) => hosted,
        Err(error) => return refuse(link, &error.to_string()),
    };
    let _ =
        link.send(&ToSupervisor::Host(hosted.spec.name.clone(), process::this(), program.clone()));
    let spare = link.stream().try_clone().and_then(Link::new);
    match Host::open(hosted, Boss::Supervisor(link), reaped, program) {
        Ok(Some(mut host)) => match host.run() {
            Ok(Outcome::Stopped) => 0,
            Ok(Outcome::Failed) => i32::from(GIVE_UP_EXIT),
            Ok(Outcome::HandedOver) => i32::from(HANDED_OVER),
            Err(_) => 1,
        },
        Ok(None) => spare.map_or(1, |link| refuse(link, "it already has a host")),
        Err(error) => spare.map_or(1, |link| refuse(link, &error.to_string())),
    }
}

/// Answers everything that is asked with the reason why there is no host.
fn refuse(mut link: Link, why: &str) -> i32 {
    while !link.is_closed() {
        let mut fds = [rustix::event::PollFd::new(&link, rustix::event::PollFlags::IN)];
        let second = rustix::event::Timespec { tv_sec: 1, tv_nsec: 0 };
        if !rustix::event::poll(&mut fds, Some(&second)).is_ok_and(|ready| ready > 0) {
            return 1;
        }
        for message in link.receive::<ToHost>() {
            if let ToHost::Wish(id, _) = message {
                let _ = link.send(&ToSupervisor::Answer(id, Answer::failed(why)));
                return 1;
            }
        }
    }
    1
}

/// Runs the supervisor of the embedded manager: in the foreground until it is told to end, or in the background.
///
/// # Errors
/// When another supervises this scope already, or the folders cannot be had.
pub fn supervise(supervision: &Supervision) -> Result<()> {
    let Supervision { state, runtime, names, detached, inherited_lock } = supervision.clone();
    let folders = Folders { state, runtime };
    let names = match (detached, names.is_empty()) {
        (false, true) => folders.enabled(),
        _ => names,
    };
    let place = folders.runtime.display().to_string();
    let supervisor = Supervisor::open(folders, Beginning { detached, inherited_lock });
    let supervisor =
        supervisor.map_err(|error| Error::io(format!("cannot supervise in {place}"), &error))?;
    let Some(supervisor) = supervisor else {
        // Whoever started this one only wants one to be there.
        return if detached { Ok(()) } else { Err(already(&place)) };
    };
    if detached && inherited_lock.is_none() {
        go_to_the_background().map_err(|error| Error::io("cannot go to the background", &error))?;
    }
    supervisor
        .serve(&names)
        .map_err(|error| Error::io(format!("the supervisor in {place}"), &error))
}

fn already(place: &str) -> Error {
    Error::new(ErrorKind::Busy, format!("another supervisor serves {place}"))
        .hint("its services can be started and stopped by name; svcctl status shows them")
}

/// The parent ends, which tells whoever started it that the supervisor can be reached.
fn go_to_the_background() -> io::Result<()> {
    // SAFETY: this process has one thread.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Parent { .. } => super::child::exit_now(0),
        nix::unistd::ForkResult::Child => {}
    }
    rustix::process::setsid()?;
    let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    Ok(rustix::stdio::dup2_stderr(&null)?)
}
