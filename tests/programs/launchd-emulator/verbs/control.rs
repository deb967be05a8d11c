//! The emulator's own controls: shutdown, reboot, another profile.

use super::{Answer, Call};
use crate::launchd::Power;
use crate::profile::Profile;
use crate::protocol::Reply;

pub fn run(call: &mut Call<'_>) -> Answer {
    match call.args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["shutdown"] => end_all(call, Power::Off),
        ["reboot"] => end_all(call, Power::Reboot),
        ["profile", file] => match Profile::read(&call.request.cwd.join(file)) {
            Ok(profile) => {
                call.launchd.profile = profile;
                Reply::silent().into()
            }
            Err(e) => Reply::fail(2, e).into(),
        },
        _ => Reply::fail(2, "usage: control --root DIR shutdown | reboot | profile FILE").into(),
    }
}

fn end_all(call: &mut Call<'_>, power: Power) -> Answer {
    call.launchd.shut_down(power);
    Answer::WhenEmpty
}
