//! `kill SIGNAL TARGET`: to the process only; `KeepAlive` decides what follows.

use super::{Answer, Call, usage};
use crate::code;
use crate::machine::Event;
use crate::outcome;
use crate::protocol::Reply;

const USAGE: &str = "kill <signal-number|signal-name> <service-target>";

pub fn run(call: &mut Call<'_>) -> Answer {
    kill(call).unwrap_or_else(|refusal| refusal).into()
}

fn kill(call: &mut Call<'_>) -> Result<Reply, Reply> {
    let [signal, target] = call.args else { return Err(usage(USAGE)) };
    let invalid = || Reply::fail(code::USAGE, format!("Invalid signal.\nUsage: launchctl {USAGE}"));
    let number = outcome::parse_signal(signal).ok_or_else(invalid)?;
    let key = call.service("kill", target, true, USAGE)?;
    let Some(job) = call.launchd.jobs.get(&key) else { return Err(call.not_found(&key)) };
    if job.pid().is_none() {
        return Err(Reply::fail(code::NO_SUCH_PROCESS, "No process to signal."));
    }
    call.launchd.feed(&key, Event::Signal(number));
    Ok(Reply::silent())
}
