//! The way down: the stop and its budget, an end by itself, and what comes after it.

use std::time::Duration;

use super::up::within;
use super::{Action, Goal, Job, Machine, Phase, Step, words};
use crate::host::restart::{self, End, Verdict};

/// The least that a post-stop hook gets, even when the budget is spent.
const LAST_WORDS: Duration = Duration::from_millis(500);

impl Machine {
    pub(super) fn stop(&mut self, step: &mut Step<'_>) {
        match self.phase {
            Phase::Stopped | Phase::Failed => {}
            Phase::Backoff => {
                self.goal = Goal::Down;
                self.enter(step, Phase::Stopped, None);
            }
            Phase::OnFailure => {
                self.goal = Goal::Down;
                step.actions.push(Action::KillJob);
                self.enter(step, Phase::Stopped, None);
            }
            Phase::PreStop
            | Phase::StopCommand
            | Phase::Terminating
            | Phase::Killing
            | Phase::PostStop => {
                self.goal = Goal::Down;
            }
            Phase::PreStart
            | Phase::Spawning
            | Phase::Waiting
            | Phase::PostStart
            | Phase::Running
            | Phase::Reloading => {
                self.goal = Goal::Down;
                self.go_down(step);
            }
        }
    }

    pub(super) fn restart(&mut self, step: &mut Step<'_>) {
        match self.phase {
            Phase::Stopped | Phase::Failed | Phase::Backoff | Phase::OnFailure => self.start(step),
            Phase::PreStop
            | Phase::StopCommand
            | Phase::Terminating
            | Phase::Killing
            | Phase::PostStop => {
                self.goal = Goal::Again;
            }
            Phase::PreStart
            | Phase::Spawning
            | Phase::Waiting
            | Phase::PostStart
            | Phase::Running
            | Phase::Reloading => {
                self.goal = Goal::Again;
                self.go_down(step);
            }
        }
    }

    /// Begins the way down from a phase of the way up.
    pub(super) fn go_down(&mut self, step: &mut Step<'_>) {
        let was_ready = matches!(self.phase, Phase::Running | Phase::Reloading | Phase::PostStart);
        if matches!(self.phase, Phase::PreStart | Phase::PostStart | Phase::Reloading) {
            step.actions.push(Action::KillJob);
        }
        step.actions.push(Action::EndChecks);
        let budget = step.now.at + step.spec.stop.timeout;
        self.budget = Some(budget);
        match Job::PreStop.hook(step.spec) {
            Some(hook) if was_ready && self.alive => {
                self.enter(
                    step,
                    Phase::PreStop,
                    Some(within(step.now.at, hook.timeout, self.budget)),
                );
                step.actions.push(Action::Run(Job::PreStop));
            }
            _ => self.after_pre_stop(step),
        }
    }

    pub(super) fn after_pre_stop(&mut self, step: &mut Step<'_>) {
        if !self.alive {
            return self.kill(step);
        }
        let left = self.budget.unwrap_or(step.now.at).saturating_sub(step.now.at);
        if step.spec.stop.command.is_none() || left.is_zero() {
            return self.terminate(step);
        }
        self.enter(step, Phase::StopCommand, self.budget);
        step.actions.push(Action::Run(Job::Stop));
    }

    pub(super) fn after_stop_command(&mut self, step: &mut Step<'_>) {
        let spent = self.budget.is_some_and(|budget| budget <= step.now.at);
        match (self.alive, spent) {
            (true, true) => self.kill_at_the_budget(step),
            (true, false) => self.terminate(step),
            (false, _) => self.kill(step),
        }
    }

    /// Sends the signal to the main process, which is alive.
    pub(super) fn terminate(&mut self, step: &mut Step<'_>) {
        let budget = *self.budget.get_or_insert(step.now.at + step.spec.stop.timeout);
        self.enter(step, Phase::Terminating, Some(budget));
        step.actions.push(Action::Signal);
    }

    pub(super) fn kill_at_the_budget(&mut self, step: &mut Step<'_>) {
        self.killed = true;
        step.actions.push(Action::Tell(format!(
            "had to be killed after {}",
            words(step.spec.stop.timeout)
        )));
        self.kill(step);
    }

    /// Kills what is left of the tree, and the main process with it.
    pub(super) fn kill(&mut self, step: &mut Step<'_>) {
        self.enter(step, Phase::Killing, None);
        step.actions.push(Action::KillTree);
    }

    pub(super) fn exited(&mut self, step: &mut Step<'_>, end: End, why: String) {
        self.alive = false;
        match self.phase {
            Phase::Spawning
            | Phase::Waiting
            | Phase::PostStart
            | Phase::Running
            | Phase::Reloading => {
                self.ended_by_itself(step, end, why);
            }
            Phase::Terminating => self.kill(step),
            Phase::PreStop | Phase::StopCommand | Phase::Killing => {}
            Phase::Stopped
            | Phase::PreStart
            | Phase::PostStop
            | Phase::Backoff
            | Phase::OnFailure
            | Phase::Failed => {}
        }
    }

    fn ended_by_itself(&mut self, step: &mut Step<'_>, end: End, why: String) {
        if matches!(self.phase, Phase::PostStart | Phase::Reloading) {
            step.actions.push(Action::KillJob);
        }
        let too_soon = self.phase == Phase::Waiting && self.has_to_say_so(step);
        self.end = Some(if too_soon { End::Failure } else { end });
        let why = if too_soon { format!("{why} before it was ready") } else { why };
        if !restart::is_success(&step.spec.restart, self.end.unwrap_or(end)) {
            step.actions.push(Action::Tell(why.clone()));
        }
        self.trouble = Some(why);
        step.actions.push(Action::EndChecks);
        self.kill(step);
    }

    /// Whether the ready rule needs the process to do something, so that an end before that is no success.
    const fn has_to_say_so(&self, step: &Step<'_>) -> bool {
        use crate::spec::Ready;
        match step.spec.start.ready {
            Ready::Exec | Ready::After(_) => false,
            Ready::Notify | Ready::Tcp(_) | Ready::Http(_) | Ready::File(_) => true,
        }
    }

    pub(super) fn tree_gone(&mut self, step: &mut Step<'_>) {
        if self.phase != Phase::Killing || self.alive {
            return;
        }
        match Job::PostStop.hook(step.spec) {
            Some(hook) if self.ran => {
                let budget = self.budget.map(|budget| budget.max(step.now.at + LAST_WORDS));
                self.enter(step, Phase::PostStop, Some(within(step.now.at, hook.timeout, budget)));
                step.actions.push(Action::Run(Job::PostStop));
            }
            _ => self.what_now(step),
        }
    }

    /// Nothing runs any more: the goal decides, and where that is `Up`, the policy.
    pub(super) fn what_now(&mut self, step: &mut Step<'_>) {
        match self.goal {
            Goal::Down => self.enter(step, Phase::Stopped, None),
            Goal::Again => self.start_by_hand(step),
            Goal::Up => self.judge(step),
        }
    }

    fn judge(&mut self, step: &mut Step<'_>) {
        let end = self.end.unwrap_or(End::Failure);
        let ran = step.now.at.saturating_sub(self.born);
        let rules = &step.spec.restart;
        match self.history.judge(rules, end, ran, step.now.at, step.now.chance) {
            Verdict::Again(pause) if pause.is_zero() => self.begin_again(step),
            Verdict::Again(pause) => self.enter(step, Phase::Backoff, Some(step.now.at + pause)),
            Verdict::Stopped => {
                self.goal = Goal::Down;
                self.enter(step, Phase::Stopped, None);
            }
            Verdict::Failed => self.give_up(step),
            Verdict::GivenUp => {
                let why = self.trouble.take().unwrap_or_default();
                let times = self.history.attempts();
                let window = words(step.spec.restart.window);
                self.trouble =
                    Some(format!("{why}; given up after {times} restarts within {window}"));
                self.give_up(step);
            }
        }
    }

    fn give_up(&mut self, step: &mut Step<'_>) {
        self.goal = Goal::Down;
        step.actions.push(Action::Tell("it has failed and is not started again".into()));
        match Job::OnFailure.hook(step.spec) {
            Some(hook) => {
                self.enter(step, Phase::OnFailure, Some(step.now.at + hook.timeout));
                step.actions.push(Action::Run(Job::OnFailure));
            }
            None => self.enter(step, Phase::Failed, None),
        }
    }
}
