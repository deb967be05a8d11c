//! Processes that ended: the main one, jobs, checks, orphans.

use std::time::Duration;

use super::{Boss, Host, Source};
use crate::host::machine::Event;
use crate::host::restart::End;
use crate::host::unix::child::{Report, Telling};
use crate::host::unix::process::{self, Exit};
use crate::host::unix::signals;
use crate::state::ExitInfo;

/// How long an end is waited for that somebody else has to see first.
const PATIENCE: Duration = Duration::from_secs(1);

impl Host {
    /// Takes all children that have ended.
    pub(super) fn reap(&mut self) {
        let mut ended = false;
        for (pid, exit) in process::reap() {
            ended = true;
            let is = |process: Option<crate::host::state::Process>| {
                process.is_some_and(|process| process.pid == pid)
            };
            if is(self.main_process()) {
                self.main_ended(exit);
            } else if is(self.job.as_ref().map(|job| job.handle.process())) {
                self.job_ended(exit);
            } else if is(self.probe.as_ref().map(|probe| probe.handle.process())) {
                self.probe_ended(exit);
            }
        }
        if let Some(killing) = self.killing.as_mut().filter(|_| ended) {
            killing.again = Duration::ZERO;
        }
    }

    pub(super) fn main_ended(&mut self, exit: Exit) {
        self.take_report();
        let Some(main) = self.main.take() else { return };
        self.changed = true;
        let (end, words) = judge(exit);
        if let Some(why) = main.failure {
            self.exit = Some(ExitInfo { reason: Some(why.clone()), ..ExitInfo::default() });
            self.events.push_back(Event::NotExecuted(why));
        } else {
            self.exit = Some(exit_info(exit));
            self.events.push_back(Event::Exited(end, words));
        }
    }

    /// The main process of an earlier host had ended before this one began.
    pub(super) fn main_is_gone(&mut self, exit: Exit) {
        self.exit = Some(exit_info(exit));
        let (end, words) = judge(exit);
        self.events.push_back(Event::Exited(end, words));
    }

    fn job_ended(&mut self, exit: Exit) {
        let Some(job) = self.job.take() else { return };
        let failure = match (job.telling.as_ref().map(Telling::read), exit) {
            (Some(Report::Failed(why)), _) => Some(why),
            (_, Exit::Code(0)) => None,
            (_, exit) => Some(judge(exit).1),
        };
        self.events.push_back(Event::JobEnded(failure));
    }

    /// A main process of an earlier host has ended: its status comes from the kernel, or from the supervisor that waited for it.
    pub(super) fn adopted_main_ended(&mut self) {
        let Some(main) = &self.main else { return };
        let pid = main.handle.process().pid;
        let Some(exit) = main.handle.exit(PATIENCE) else { return };
        let exit = self.exit_by_hearsay(pid, exit);
        self.main_ended(exit);
    }

    pub(super) fn adopted_job_ended(&mut self) {
        let Some(job) = &self.job else { return };
        let pid = job.handle.process().pid;
        let Some(exit) = job.handle.exit(PATIENCE) else { return };
        let exit = self.exit_by_hearsay(pid, exit);
        self.job_ended(exit);
    }

    fn exit_by_hearsay(&mut self, pid: u32, exit: Exit) -> Exit {
        if exit == Exit::Unknown && matches!(self.boss, Boss::Supervisor(_)) {
            self.take(Source::Boss);
        }
        if exit == Exit::Unknown { self.reaped.remove(&pid).unwrap_or(exit) } else { exit }
    }
}

/// What an end means to the restart policy, and in words.
pub(super) fn judge(exit: Exit) -> (End, String) {
    match exit {
        Exit::Code(code) => (End::Code(code), format!("exited with code {code}")),
        Exit::Signal(number) => (End::Failure, format!("was killed by {}", signals::name(number))),
        Exit::Unknown => (End::Failure, "ended while no host was there to see how".to_owned()),
    }
}

fn exit_info(exit: Exit) -> ExitInfo {
    let reason = Some(judge(exit).1);
    match exit {
        Exit::Code(code) => ExitInfo { code: Some(code), signal: None, reason },
        Exit::Signal(number) => {
            ExitInfo { code: None, signal: Some(signals::name(number)), reason }
        }
        Exit::Unknown => ExitInfo { code: None, signal: None, reason },
    }
}
