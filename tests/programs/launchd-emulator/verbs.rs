//! The subcommands of `launchctl`: dispatch, and the checks that all of them share.

mod bootout;
mod bootstrap;
mod control;
mod kickstart;
mod kill;
mod list;
mod overrides;
mod printing;
mod session;

use crate::code;
use crate::launchd::{Key, Launchd};
use crate::protocol::{Reply, Request};
use crate::target::{self, Domain, Target};

/// What the loop does with the caller.
pub enum Answer {
    Now(Reply),
    WhenGone(Key),
    WhenEmpty,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Now(reply)
    }
}

/// One call, as a verb sees it.
pub struct Call<'a> {
    pub launchd: &'a mut Launchd,
    pub args: &'a [String],
    pub request: &'a Request,
    /// The user that the caller counts as.
    pub uid: u32,
}

type Verb = fn(&mut Call<'_>) -> Answer;

const VERBS: &[(&str, Verb)] = &[
    ("bootstrap", bootstrap::run),
    ("bootout", bootout::run),
    ("kickstart", kickstart::run),
    ("kill", kill::run),
    ("enable", overrides::enable),
    ("disable", overrides::disable),
    ("print-disabled", overrides::print),
    ("print", printing::run),
    ("list", list::run),
    ("blame", printing::blame),
    ("managername", session::name),
    ("manageruid", session::uid),
    ("managerpid", session::pid),
    ("error", session::error),
    ("help", session::help),
    ("emulator", control::run),
];

/// Answers one call, faults and delays included.
pub fn run(launchd: &mut Launchd, request: &Request) -> Answer {
    let Some((name, args)) = request.args.split_first() else {
        return Reply::data(session::HELP).into();
    };
    let Some((_, verb)) = VERBS.iter().find(|(known, _)| known == name) else {
        let err = format!("Unrecognized subcommand: {name}\n");
        return Reply { code: 1, out: session::HELP.into(), err, delay_ms: 0 }.into();
    };
    let injected = launchd.profile.take_injection(name);
    let uid = launchd.profile.caller.unwrap_or(request.uid);
    let mut call = Call { launchd, args, request, uid };
    let Some(injection) = injected else { return verb(&mut call) };
    let answer = match injection.code {
        Some(failure) if injection.effective => {
            drop(verb(&mut call));
            Answer::Now(call.failure(name, failure))
        }
        Some(failure) => Answer::Now(call.failure(name, failure)),
        None => verb(&mut call),
    };
    delayed(answer, injection.delay_ms)
}

fn delayed(answer: Answer, delay_ms: u64) -> Answer {
    match answer {
        Answer::Now(reply) => Answer::Now(Reply { delay_ms, ..reply }),
        Answer::WhenGone(_) | Answer::WhenEmpty => answer,
    }
}

/// `Bootstrap failed`, `Could not enable service`: how each verb begins its message.
fn prefix(verb: &str, label: &str) -> String {
    match verb {
        "bootstrap" => "Bootstrap failed".into(),
        "bootout" => "Boot-out failed".into(),
        "kickstart" => format!("Could not kickstart service \"{label}\""),
        "enable" | "disable" => format!("Could not {verb} service"),
        "kill" => "Could not signal service".into(),
        "print-disabled" => "Could not print disabled services".into(),
        _ => "Could not print domain".into(),
    }
}

/// Only callers who are not root are told to become it.
pub const HINT: &str = "Try re-running the command as root for richer errors.";

impl Call<'_> {
    /// `PREFIX: N: text`, with the hint that the catch-all has.
    pub fn failure(&self, verb: &str, number: u8) -> Reply {
        let label = self
            .args
            .iter()
            .find_map(|arg| arg.rsplit_once('/').map(|(_, label)| label))
            .unwrap_or_default();
        let message = format!("{}: {number}: {}", prefix(verb, label), code::text(number));
        if number == code::IO && self.uid != 0 && matches!(verb, "bootstrap" | "bootout") {
            return Reply::fail(number, format!("{message}\n{HINT}"));
        }
        Reply::fail(number, message)
    }

    /// Whether `domain` is there, and this caller may change it, or at least look at it.
    pub fn enter(&self, verb: &str, domain: Domain, changes: bool) -> Result<(), Reply> {
        self.exists(verb, domain)?;
        let allowed = self.uid == 0
            || domain.uid() == Some(self.uid)
            || (domain == Domain::System && !changes);
        if allowed { Ok(()) } else { Err(self.not_permitted(verb, domain)) }
    }

    fn exists(&self, verb: &str, domain: Domain) -> Result<(), Reply> {
        let Some(uid) = domain.uid() else { return Ok(()) };
        let session = self.launchd.profile.session(uid);
        let there = match domain {
            Domain::System => true,
            Domain::User(_) => uid == 0 || session.is_some(),
            Domain::Gui(_) => session.is_some_and(|session| session.gui),
        };
        if there {
            return Ok(());
        }
        if session.is_some() || uid == 0 {
            return Err(self.failure(verb, code::UNSUPPORTED));
        }
        let which = if matches!(domain, Domain::Gui(_)) { "user gui" } else { "uid" };
        Err(Reply::fail(
            code::NO_DOMAIN,
            format!("Bad request.\nCould not find domain for {which}: {uid}"),
        ))
    }

    fn not_permitted(&self, verb: &str, domain: Domain) -> Reply {
        match (verb, domain) {
            ("bootstrap", Domain::System) => self.failure(verb, code::IO),
            ("kill", _) => Reply::fail(code::NOT_PERMITTED, "Not privileged to signal service."),
            _ => self.failure(verb, code::NOT_PERMITTED),
        }
    }

    /// The service that `text` names, in a domain that this caller may act on. `usage` is for a target that names none.
    pub fn service(
        &self,
        verb: &str,
        text: &str,
        changes: bool,
        usage: &str,
    ) -> Result<Key, Reply> {
        match target::parse(text) {
            Some(Target::Service(domain, label)) => {
                self.enter(verb, domain, changes).map(|()| (domain, label))
            }
            Some(Target::Domain(_)) | None => Err(unrecognized(usage)),
        }
    }

    /// 113, in the words of the domain.
    pub fn not_found(&self, key: &Key) -> Reply {
        let message =
            format!("Could not find service \"{}\" in domain for {}", key.1, key.0.in_words());
        Reply::fail(code::NO_SERVICE, message)
    }
}

/// 64 with the usage of the verb.
pub fn unrecognized(usage: &str) -> Reply {
    let text = format!(
        "Unrecognized target specifier.\nUsage: launchctl {usage}\n<service-target> takes a form of <domain-target>/<service-id>.\n\
         Please refer to `man launchctl` for explanation of the <domain-target> specifiers."
    );
    Reply::fail(code::USAGE, text)
}

/// 64 for what is missing.
pub fn usage(text: &str) -> Reply {
    Reply::fail(code::USAGE, format!("Usage: launchctl {text}"))
}
