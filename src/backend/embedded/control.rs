//! Verbs, as the supervisor is asked for them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

use crate::backend::hosted::failed;
use crate::backend::{Action, Context, Deadline, Outcome};
use crate::error::{Error, ErrorKind};
use crate::host;
use crate::host::unix::link::{Answer, Link, ToSupervisor, ToVerb};
use crate::host::unix::process;
use crate::host::unix::run::this_program;
use crate::host::unix::supervisor::{Folders, connect, start};
use crate::spec::ServiceName;
use crate::system::Entry;

/// How often a supervisor that makes way for another is asked again.
const ATTEMPTS: u32 = 5;
/// How long another supervisor may take to be there before this call starts one.
const MAKE_WAY: Duration = Duration::from_millis(300);

/// Does it to all of them.
pub fn control(
    names: &[ServiceName],
    action: Action,
    deadline: Deadline,
    context: &Context<'_>,
) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut known: Vec<ServiceName> = Vec::new();
    for name in names {
        match installed(name, context) {
            Ok(()) => known.push(name.clone()),
            Err(error) => outcomes.push(failed(name, error)),
        }
    }
    let answers = ask(&known, action, deadline, context);
    outcomes.extend(known.iter().map(|name| match &answers {
        Ok(answers) => outcome(name, action, answers.get(name), deadline),
        Err(error) => failed(name, unreachable_supervisor(error)),
    }));
    outcomes
}

fn installed(name: &ServiceName, context: &Context<'_>) -> Result<(), Error> {
    let path = host::path(context.target, name);
    match context.system.entry(Path::new(&path)) {
        Ok(Entry::Missing) => Err(Error::new(
            ErrorKind::NoService,
            format!("the embedded manager knows no service '{name}'"),
        )),
        Ok(_) => Ok(()),
        Err(error) => Err(Error::io(path, &error)),
    }
}

fn unreachable_supervisor(error: &io::Error) -> Error {
    Error::io("the supervisor of the embedded manager cannot be reached", error)
}

fn outcome(
    name: &ServiceName,
    action: Action,
    answer: Option<&Answer>,
    deadline: Deadline,
) -> Outcome {
    let Some(answer) = answer else {
        return failed(name, late(name, action, deadline));
    };
    let error = answer.error.as_ref().map(|why| {
        let kind = if answer.timed_out { ErrorKind::Timeout } else { ErrorKind::System };
        Error::new(kind, format!("cannot {} {name}: {why}", action.word()))
            .hint(format!("svcctl logs {name}"))
    });
    Outcome {
        name: name.clone(),
        changed: answer.changed,
        warnings: answer.warnings.clone(),
        error,
    }
}

fn late(name: &ServiceName, action: Action, deadline: Deadline) -> Error {
    let within = match deadline {
        Deadline::Within(time) => format!(" within {}", humantime::format_duration(time)),
        Deadline::NoWait | Deadline::Own => String::new(),
    };
    Error::new(ErrorKind::Timeout, format!("no result of {} {name}{within}", action.word()))
        .hint(format!("it goes on; see svcctl status {name}"))
}

type Answers = BTreeMap<ServiceName, Answer>;

fn ask(
    names: &[ServiceName],
    action: Action,
    deadline: Deadline,
    context: &Context<'_>,
) -> io::Result<Answers> {
    let dirs = &context.target.dirs;
    let folders =
        Folders { state: PathBuf::from(&dirs.state), runtime: PathBuf::from(&dirs.runtime) };
    let mut answers = Answers::new();
    if names.is_empty() {
        return Ok(answers);
    }
    if !needs_supervisor(names, action, &folders) {
        return Ok(names.iter().map(|name| (name.clone(), without_supervisor(action))).collect());
    }
    let until = match deadline {
        Deadline::Within(time) => Some(Instant::now() + time),
        Deadline::NoWait | Deadline::Own => None,
    };
    for _ in 0..ATTEMPTS {
        let mut link = reach(&folders, Path::new(&context.target.svcctl))?;
        let open: Vec<ServiceName> =
            names.iter().filter(|name| !answers.contains_key(*name)).cloned().collect();
        let wait = deadline != Deadline::NoWait;
        let _ = link.send(&ToSupervisor::Verb {
            wish: action.into(),
            names: open,
            wait,
            program: this_program(),
        });
        if collect(&mut link, until, &mut answers) {
            return Ok(answers);
        }
        wait_for_another(&folders);
    }
    Err(io::Error::other("it ended again and again before it had answered"))
}

/// Stopping and reloading what nobody runs needs no supervisor.
fn needs_supervisor(names: &[ServiceName], action: Action, folders: &Folders) -> bool {
    if matches!(action, Action::Start | Action::Restart) || connect(&folders.runtime).is_ok() {
        return true;
    }
    names.iter().any(|name| {
        let snapshot = host::state::read(&folders.service(name)).ok().flatten();
        snapshot.is_some_and(|one| process::lives(one.host) || one.main.is_some_and(process::lives))
    })
}

fn without_supervisor(action: Action) -> Answer {
    match action {
        Action::Stop => Answer::default(),
        _ => Answer::failed("it does not run, so that there is nothing to reload"),
    }
}

/// A connection to the supervisor; it is started if it is not there.
fn reach(folders: &Folders, program: &Path) -> io::Result<Link> {
    match connect(&folders.runtime) {
        Ok(stream) => Link::new(stream),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
        Err(_) => {
            start(folders, program)?;
            Link::new(connect(&folders.runtime)?)
        }
    }
}

/// Takes answers until the last; whether all were given, or the time is up.
fn collect(link: &mut Link, until: Option<Instant>, answers: &mut Answers) -> bool {
    loop {
        for message in link.receive::<ToVerb>() {
            match message {
                ToVerb::Done(name, answer) => drop(answers.insert(name, answer)),
                ToVerb::End => return true,
                ToVerb::Again => return false,
            }
        }
        if link.is_closed() {
            return false;
        }
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return true;
        }
        let timeout = left.and_then(|left| rustix::event::Timespec::try_from(left).ok());
        let _ = poll(&mut [PollFd::new(link, PollFlags::IN)], timeout.as_ref());
    }
}

/// The supervisor makes way for a newer program, or was killed: its hosts start another, or else the next attempt does.
fn wait_for_another(folders: &Folders) {
    let deadline = Instant::now() + MAKE_WAY;
    while connect(&folders.runtime).is_err() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
}
