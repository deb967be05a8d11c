//! The causes behind the catch-all code 5 that will not pass by waiting: what `bootstrap` does not say can be seen.

use std::path::Path;

use ::plist::Value;

use crate::backend::launchd::code;
use crate::backend::launchd::domain::Domain;
use crate::backend::launchd::launchctl::Reply;
use crate::backend::launchd::plist;
use crate::backend::launchd::sequence::Job;
use crate::error::{Error, ErrorKind};
use crate::system::Entry;

/// Why this `bootstrap` will fail again, if that can be told.
#[must_use]
pub fn lasting(job: &Job<'_>, domain: Domain, path: &Path, reply: &Reply) -> Option<Error> {
    let what = format!("cannot start {}", job.name);
    let found = file_fault(job, domain, path)
        .or_else(|| not_root(job, domain))
        .or_else(|| wrong_session(job, domain, path))
        .or_else(|| switched_off(job, domain))?;
    let (kind, cause, way_out) = found;
    let mut error = Error::new(kind, format!("{what}: {cause}")).hint(way_out);
    error.causes = code::error(&what, reply.code, &reply.err).causes;
    Some(error)
}

type Fault = (ErrorKind, String, String);

fn file_fault(job: &Job<'_>, domain: Domain, file: &Path) -> Option<Fault> {
    let path = file.display();
    let fault = |cause: String, way_out: String| Some((ErrorKind::System, cause, way_out));
    let again = || "install the definition again".to_owned();
    match job.launchctl.system().entry(file).ok()? {
        Entry::Missing => fault(format!("{path} is not there"), again()),
        Entry::File { mode, .. } if mode & 0o022 != 0 => fault(
            format!("others may write {path} (mode {mode:04o})"),
            format!("chmod 644 '{path}'"),
        ),
        Entry::File { uid, .. } if !may_own(domain, uid) => fault(
            format!("{path} belongs to the account {uid}"),
            format!("sudo chown {} '{path}'", owner(domain)),
        ),
        Entry::File { .. } => None,
        Entry::Dir { .. } | Entry::Link(_) | Entry::Other => {
            fault(format!("{path} is not a regular file"), again())
        }
    }
}

/// Root's own always; a user's own in that user's domains.
fn may_own(domain: Domain, uid: u32) -> bool {
    match domain {
        Domain::System => uid == 0,
        Domain::Gui(own) | Domain::User(own) => uid == own || uid == 0,
    }
}

fn owner(domain: Domain) -> String {
    match domain {
        Domain::System => "root:wheel".into(),
        Domain::Gui(uid) | Domain::User(uid) => uid.to_string(),
    }
}

fn not_root(job: &Job<'_>, domain: Domain) -> Option<Fault> {
    let system = domain == Domain::System && !job.launchctl.system().identity().privileged;
    system.then(|| {
        (
            ErrorKind::Privilege,
            "only root may start a service of the machine".into(),
            "run it with sudo".into(),
        )
    })
}

/// An agent that says nothing of sessions is for the login at the screen only (launchd.plist(5)).
fn wrong_session(job: &Job<'_>, domain: Domain, path: &Path) -> Option<Fault> {
    let Domain::User(_) = domain else { return None };
    let keys = plist::read(&job.launchctl.system().read(path).ok()?)?;
    let fits = match keys.get("LimitLoadToSessionType") {
        Some(Value::Array(words)) => words.iter().any(is_background),
        Some(word) => is_background(word),
        None => false,
    };
    let cause =
        "it runs in the login session at the screen only, and the user is not logged in there"
            .to_owned();
    let way_out = "log in at the screen, or install with --system".to_owned();
    (!fits).then_some((ErrorKind::ManagerUnavailable, cause, way_out))
}

fn is_background(word: &Value) -> bool {
    word.as_string() == Some("Background")
}

/// `enable` came before, so somebody else keeps it off: a profile, or the user in Login Items.
fn switched_off(job: &Job<'_>, domain: Domain) -> Option<Fault> {
    let off = job.launchctl.is_disabled(domain, job.label).ok()?;
    let cause = || "launchd's store says again that it is switched off".to_owned();
    let way_out =
        || "switch it on in System Settings > General > Login Items & Extensions".to_owned();
    off.then(|| (ErrorKind::System, cause(), way_out()))
}
