//! `kickstart [-k] [-p]`: starts what is loaded, from the definition in memory, and not before its throttle.

use super::{Answer, Call, usage};
use crate::code;
use crate::launchd::Key;
use crate::machine::{Event, SIGKILL, SIGTERM};
use crate::profile::KickSignal;
use crate::protocol::Reply;

const USAGE: &str = "kickstart [-k] [-p] [-s] <service-target>";

/// What the flags ask for.
#[derive(Default)]
struct Options {
    kill: bool,
    print: bool,
}

pub fn run(call: &mut Call<'_>) -> Answer {
    kickstart(call).unwrap_or_else(|refusal| refusal).into()
}

fn kickstart(call: &mut Call<'_>) -> Result<Reply, Reply> {
    let Some((target, flags)) = call.args.split_last() else { return Err(usage(USAGE)) };
    let options = options(flags)?;
    let key = call.service("kickstart", target, true, USAGE)?;
    let Some(job) = call.launchd.jobs.get(&key) else { return Err(call.not_found(&key)) };
    if job.is_leaving() {
        return Err(Reply { code: code::ALREADY, ..Reply::silent() });
    }
    let running = job.pid().is_some();
    if running && !options.kill {
        return Err(Reply { code: code::ALREADY, ..pid(call, &key, &options) });
    }
    let signal = match call.launchd.profile.kickstart_signal {
        KickSignal::Sigterm => SIGTERM,
        KickSignal::Sigkill => SIGKILL,
    };
    call.launchd.feed(&key, Event::Kickstart(running.then_some(signal)));
    Ok(if running { Reply::silent() } else { pid(call, &key, &options) })
}

fn options(flags: &[String]) -> Result<Options, Reply> {
    let mut options = Options::default();
    for flag in flags {
        match flag.as_str() {
            "-k" => options.kill = true,
            "-p" => options.print = true,
            "-kp" | "-pk" => options = Options { kill: true, print: true },
            _ => return Err(super::unrecognized(USAGE)),
        }
    }
    Ok(options)
}

/// The bare pid on a pipe, a sentence on a terminal, nothing while the throttle holds the start back.
fn pid(call: &Call<'_>, key: &Key, options: &Options) -> Reply {
    let pid = call.launchd.jobs.get(key).and_then(crate::job::Job::pid).filter(|_| options.print);
    match pid {
        Some(pid) if call.request.tty => Reply::data(format!("service spawned with pid: {pid}\n")),
        Some(pid) => Reply::data(format!("{pid}\n")),
        None => Reply::silent(),
    }
}
