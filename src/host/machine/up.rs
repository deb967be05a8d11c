//! The way up: hooks, the spawn, the wait until it is ready, reloads.

use std::time::Duration;

use super::{Action, Event, Goal, Job, Machine, Phase, SETTLE, Step, words};
use crate::host::health;
use crate::host::probe::Question;
use crate::host::restart::{End, History};
use crate::spec::{Ready, Reload};

impl Machine {
    pub(super) fn start(&mut self, step: &mut Step<'_>) {
        match self.phase {
            Phase::Stopped | Phase::Failed | Phase::Backoff => self.start_by_hand(step),
            Phase::OnFailure => {
                step.actions.push(Action::KillJob);
                self.start_by_hand(step);
            }
            Phase::PreStop
            | Phase::StopCommand
            | Phase::Terminating
            | Phase::Killing
            | Phase::PostStop => {
                if self.goal == Goal::Down {
                    self.goal = Goal::Again;
                }
            }
            Phase::PreStart
            | Phase::Spawning
            | Phase::Waiting
            | Phase::PostStart
            | Phase::Running
            | Phase::Reloading => {}
        }
    }

    pub(super) fn start_by_hand(&mut self, step: &mut Step<'_>) {
        self.restarts = 0;
        self.history = History::default();
        self.trouble = None;
        self.begin(step);
    }

    pub(super) fn begin_again(&mut self, step: &mut Step<'_>) {
        self.restarts = self.restarts.saturating_add(1);
        self.begin(step);
    }

    fn begin(&mut self, step: &mut Step<'_>) {
        self.goal = Goal::Up;
        self.end = None;
        self.ran = false;
        self.killed = false;
        self.budget = None;
        self.start_deadline = step.now.at + step.spec.start.timeout;
        match Job::PreStart.hook(step.spec) {
            Some(hook) => {
                let deadline = self.start_deadline.min(step.now.at + hook.timeout);
                self.enter(step, Phase::PreStart, Some(deadline));
                step.actions.push(Action::Run(Job::PreStart));
            }
            None => self.spawn(step),
        }
    }

    fn spawn(&mut self, step: &mut Step<'_>) {
        self.enter(step, Phase::Spawning, Some(self.start_deadline));
        self.alive = true;
        self.ran = true;
        self.born = step.now.at;
        self.spawned = self.spawned.saturating_add(1);
        step.actions.push(Action::Spawn);
    }

    pub(super) fn start_hook_ended(
        &mut self,
        step: &mut Step<'_>,
        job: Job,
        failure: Option<String>,
    ) {
        let required = job.hook(step.spec).is_some_and(|hook| hook.required);
        match (failure, job) {
            (Some(why), _) if required => self.start_failed(step, format!("{}: {why}", job.key())),
            (_, Job::PreStart) => self.spawn(step),
            (_, _) => self.run(step),
        }
    }

    pub(super) fn executed(&mut self, step: &mut Step<'_>) {
        if self.phase != Phase::Spawning {
            return;
        }
        let deadline = match &step.spec.start.ready {
            Ready::Exec => step.now.at + SETTLE,
            Ready::After(time) => step.now.at + *time,
            Ready::Notify | Ready::Tcp(_) | Ready::Http(_) | Ready::File(_) => self.start_deadline,
        };
        self.enter(step, Phase::Waiting, Some(deadline));
        step.actions.push(Action::Watch);
    }

    pub(super) fn not_executed(&mut self, step: &mut Step<'_>, why: String) {
        self.alive = false;
        match self.phase {
            Phase::Spawning => {
                self.ran = false;
                self.start_failed(step, why);
            }
            _ => self.exited(step, End::Failure, why),
        }
    }

    /// The time of `Waiting` is up: for some rules that is what they wait for.
    pub(super) fn waited(&mut self, step: &mut Step<'_>) {
        match &step.spec.start.ready {
            Ready::Exec | Ready::After(_) => self.ready(step),
            rule @ (Ready::Notify | Ready::Tcp(_) | Ready::Http(_) | Ready::File(_)) => {
                let why = format!(
                    "was not ready within {}: {}",
                    words(step.spec.start.timeout),
                    expectation(rule)
                );
                self.start_failed(step, why);
            }
        }
    }

    pub(super) fn ready(&mut self, step: &mut Step<'_>) {
        if self.phase != Phase::Waiting {
            return;
        }
        match Job::PostStart.hook(step.spec) {
            Some(hook) => {
                let deadline = step.now.at + hook.timeout;
                self.enter(step, Phase::PostStart, Some(deadline));
                step.actions.push(Action::Run(Job::PostStart));
            }
            None => self.run(step),
        }
    }

    fn run(&mut self, step: &mut Step<'_>) {
        self.enter(step, Phase::Running, None);
        self.trouble = None;
        step.actions.push(Action::BeginChecks);
    }

    pub(super) fn reload(&mut self, step: &mut Step<'_>) {
        if self.phase != Phase::Running {
            return;
        }
        match &step.spec.reload {
            None => {}
            Some(Reload::Signal(_)) => step.actions.push(Action::SignalReload),
            Some(Reload::Command(_)) => {
                self.trouble = None;
                let deadline = step.now.at + step.spec.start.timeout;
                self.enter(step, Phase::Reloading, Some(deadline));
                step.actions.push(Action::Run(Job::Reload));
            }
        }
    }

    pub(super) fn reloaded(&mut self, step: &mut Step<'_>, failure: Option<String>) {
        self.enter(step, Phase::Running, None);
        self.trouble = failure.map(|why| format!("reload.command: {why}"));
    }

    /// The start has failed: what there is of it is taken down, and the policy judges.
    pub(super) fn start_failed(&mut self, step: &mut Step<'_>, why: String) {
        self.end = Some(End::Failure);
        step.actions.push(Action::Tell(why.clone()));
        self.trouble = Some(why);
        step.actions.push(Action::EndChecks);
        if self.alive { self.terminate(step) } else { self.kill(step) }
    }

    pub(super) fn unhealthy(&mut self, step: &mut Step<'_>) {
        if self.phase == Phase::Running {
            self.end = Some(End::Unhealthy);
            let fault = step.spec.health.as_ref().map(|health| health::fault(&health.check));
            let why = format!("its health checks failed: {}", fault.unwrap_or_default());
            step.actions.push(Action::Tell(format!("{why}; it is restarted")));
            self.trouble = Some(why);
            self.go_down(step);
        }
    }
}

fn expectation(rule: &Ready) -> String {
    match (rule, Question::of_ready(rule)) {
        (_, Some(question)) => question.fault(),
        (Ready::Notify, None) => "no READY=1 came".into(),
        (Ready::File(path), None) => format!("{path} does not exist"),
        _ => "it did not live long enough".into(),
    }
}

/// The time at which a job of the way down has to have ended.
pub(super) fn within(now: Duration, timeout: Duration, budget: Option<Duration>) -> Duration {
    let own = now + timeout;
    budget.map_or(own, |budget| own.min(budget))
}

/// Whether an event asks for something, rather than tells it.
impl Event {
    /// Whether somebody asked for it.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self, Self::Start | Self::Stop | Self::Restart | Self::Reload)
    }
}

impl Machine {
    /// A main process was found that nobody had the time to save: the host that made it was killed.
    pub fn found_running(&mut self, spec: &crate::spec::Spec, now: Duration) {
        if !self.is_at_rest() {
            self.restarts = self.restarts.saturating_add(1);
        }
        self.goal = Goal::Up;
        self.phase = Phase::Spawning;
        self.since = now;
        self.born = now;
        self.ran = true;
        self.alive = true;
        self.end = None;
        self.budget = None;
        self.killed = false;
        self.spawned = self.spawned.saturating_add(1);
        self.start_deadline = now + spec.start.timeout;
        self.deadline = Some(self.start_deadline);
    }
}
