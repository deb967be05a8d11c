//! `managername`, `manageruid`, `managerpid`, `error`, `help`: who and where the caller is, and words.

use super::{Answer, Call};
use crate::code;
use crate::protocol::Reply;
use crate::target::Domain;

pub const HELP: &str = "Usage: launchctl <subcommand> ... | help [subcommand]\n";

/// The domain that the caller's shell sits in.
pub fn domain(call: &Call<'_>) -> Domain {
    let profile = &call.launchd.profile;
    match call.uid {
        0 => Domain::System,
        uid if profile.session(uid).is_some_and(|session| session.gui) && !profile.ssh => {
            Domain::Gui(uid)
        }
        uid => Domain::User(uid),
    }
}

pub fn name(call: &mut Call<'_>) -> Answer {
    let name = match domain(call) {
        Domain::System => "System",
        Domain::User(_) => "Background",
        Domain::Gui(_) => "Aqua",
    };
    Reply::data(format!("{name}\n")).into()
}

pub fn uid(call: &mut Call<'_>) -> Answer {
    Reply::data(format!("{}\n", call.uid)).into()
}

pub fn pid(_: &mut Call<'_>) -> Answer {
    Reply::data("1\n").into()
}

pub fn error(call: &mut Call<'_>) -> Answer {
    match call.args.last().and_then(|text| text.parse::<u8>().ok()) {
        Some(number) => Reply::data(format!("{number}: {}\n", code::text(number))).into(),
        None => super::usage("error [posix|mach|bootstrap] <code>").into(),
    }
}

pub fn help(call: &mut Call<'_>) -> Answer {
    let wait = if call.launchd.profile.os >= 26 { "[--wait] " } else { "" };
    match call.args.first().map(String::as_str) {
        Some("bootout") => Reply::data(format!(
            "Usage: launchctl bootout {wait}<domain-target> [service-path1, service-path2, ...] | <service-target>\n"
        )),
        _ => Reply::data(HELP),
    }
    .into()
}
