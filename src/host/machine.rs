//! The life of one service as a pure state machine: `step(state, event) -> (state, actions)`, with no clock and no operating system.
//!
//! # The model
//!
//! ```text
//!            Start                        Executed            ready              hook done
//!  Stopped ─────────▶ PreStart ─▶ Spawning ─────────▶ Waiting ─────▶ PostStart ───────────▶ Running ◀──▶ Reloading
//!     ▲                                                  every one of these, by a stop, an end or a failure
//!     │                                                                      │
//!     │      PostStop ◀── Killing ◀── Terminating ◀── StopCommand ◀── PreStop ◀┘   (an end goes to Killing at once)
//!     │          │
//!     ├──────────┤ what now? goal Down: Stopped · goal Again: PreStart · goal Up: the restart policy
//!     │          ▼
//!   Failed ◀── OnFailure      Backoff ──▶ PreStart
//! ```
//!
//! - **Phase** is where the service is, **goal** is what was last asked for: `Up`, `Down`, or `Again` (down, then up).
//! - At most one *main process* lives: `Spawn` is asked for in `PreStart` or before it only, and those are reached only when `alive`
//!   is false and the tree is gone.
//! - At most one *job* (a hook, a stop or reload command) runs; a phase that has one is left when it has ended or its time is up.
//! - Going down has one budget, `stop.timeout`, from the stop to the kill. A pre-stop hook and a stop command are part
//!   of it; what is left when the command has ended gets the signal, and when the budget is spent, it is killed.
//! - When the main process has ended, however it did, what is left of its tree is killed before anything else happens.
//! - A service that ends while its goal is `Up` is judged by the restart policy; a failed start or check counts as a failed end.
//!
//! Times are monotonic, since some fixed moment of this boot, so that another host can go on from a saved machine.

mod down;
mod up;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::host::restart::{End, History};
use crate::spec::{Hook, Spec};
use crate::state::State;

/// Where the service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Nothing runs, and nothing is to.
    Stopped,
    /// The pre-start hook runs.
    PreStart,
    /// The process is made, and not yet known to have executed the command.
    Spawning,
    /// The command runs, and is not ready.
    Waiting,
    /// It is ready, and the post-start hook runs.
    PostStart,
    /// It runs.
    Running,
    /// The reload command runs.
    Reloading,
    /// The pre-stop hook runs.
    PreStop,
    /// The stop command runs.
    StopCommand,
    /// The stop signal was sent.
    Terminating,
    /// The tree is being killed.
    Killing,
    /// The post-stop hook runs.
    PostStop,
    /// It is started again when the pause is over.
    Backoff,
    /// It was given up, and the on-failure hook runs.
    OnFailure,
    /// It was given up.
    Failed,
}

/// What was last asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Goal {
    /// It is to run.
    Up,
    /// It is to stop.
    Down,
    /// It is to stop and then to start.
    Again,
}

/// A command that the host runs beside the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    /// `hooks.pre-start`
    PreStart,
    /// `hooks.post-start`
    PostStart,
    /// `hooks.pre-stop`
    PreStop,
    /// `hooks.post-stop`
    PostStop,
    /// `hooks.on-failure`
    OnFailure,
    /// `stop.command`
    Stop,
    /// `reload.command`
    Reload,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody wants it to run.
    Start,
    /// Somebody wants it to stop.
    Stop,
    /// Somebody wants it to stop and start.
    Restart,
    /// Somebody wants it to re-read its configuration.
    Reload,
    /// The running job ended; why it failed, if it did.
    JobEnded(Option<String>),
    /// The command was executed.
    Executed,
    /// It could not be; why. There is no process any more.
    NotExecuted(String),
    /// The ready rule is met.
    Ready,
    /// The main process ended; in words.
    Exited(End, String),
    /// Nothing is left of its tree.
    TreeGone,
    /// The checks say that it is unwell, and it is to be restarted.
    Unhealthy,
    /// Time has passed; see [`Machine::deadline`].
    Tick,
}

/// Something to do, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run a job; its end is a [`Event::JobEnded`].
    Run(Job),
    /// Kill the running job and its tree, and forget it.
    KillJob,
    /// Make the main process.
    Spawn,
    /// Begin to ask whether it is ready.
    Watch,
    /// Send the stop signal to the main process.
    Signal,
    /// Send the reload signal to the main process.
    SignalReload,
    /// Kill all that is left of the tree, until [`Event::TreeGone`].
    KillTree,
    /// Begin the health checks.
    BeginChecks,
    /// End all asking: readiness and health.
    EndChecks,
    /// Tell whoever reads the log.
    Tell(String),
}

/// The machine: everything that is remembered of one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Where it is.
    pub phase: Phase,
    /// Since when.
    pub since: Duration,
    /// What was asked for.
    pub goal: Goal,
    /// Whether there is a main process that has not been seen to end.
    pub alive: bool,
    /// Automatic restarts since it was last started by hand.
    pub restarts: u32,
    /// How many main processes there were.
    pub spawned: u32,
    /// Why it last failed or ended, in words.
    pub trouble: Option<String>,
    /// Whether it had to be killed at the end of the budget.
    pub killed: bool,
    /// When the phase's time is up.
    deadline: Option<Duration>,
    /// When the whole start's time is up.
    start_deadline: Duration,
    /// When the whole stop's time is up.
    budget: Option<Duration>,
    /// When the main process was made.
    born: Duration,
    /// Whether this run got as far as a main process.
    ran: bool,
    /// How the run ended, if it was by itself or by a failure.
    end: Option<End>,
    history: History,
}

/// The moment of a step: monotonic time, and a random number for jitter.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Monotonic time.
    pub at: Duration,
    /// Any number.
    pub chance: u32,
}

/// How long a program with `ready = "exec"` has to live to count as running: long enough to see one that fails at once. Windows
/// takes its time to load one.
pub const SETTLE: Duration = Duration::from_millis(if cfg!(windows) { 300 } else { 10 });

impl Default for Machine {
    fn default() -> Self {
        Self {
            phase: Phase::Stopped,
            since: Duration::ZERO,
            goal: Goal::Down,
            alive: false,
            restarts: 0,
            spawned: 0,
            trouble: None,
            killed: false,
            deadline: None,
            start_deadline: Duration::ZERO,
            budget: None,
            born: Duration::ZERO,
            ran: false,
            end: None,
            history: History::default(),
        }
    }
}

/// One step under way: the rules, the moment, and the actions so far.
struct Step<'a> {
    spec: &'a Spec,
    now: Moment,
    actions: Vec<Action>,
}

impl Machine {
    /// Has failed before anything was done, for a reason that lies outside of the service.
    pub fn refuse(&mut self, why: String) {
        self.phase = Phase::Failed;
        self.trouble = Some(why);
    }

    /// Takes an event; what is to be done about it, in order.
    #[must_use]
    pub fn step(&mut self, spec: &Spec, now: Moment, event: Event) -> Vec<Action> {
        let mut step = Step { spec, now, actions: Vec::new() };
        match event {
            Event::Start => self.start(&mut step),
            Event::Stop => self.stop(&mut step),
            Event::Restart => self.restart(&mut step),
            Event::Reload => self.reload(&mut step),
            Event::JobEnded(failure) => self.job_ended(&mut step, failure),
            Event::Executed => self.executed(&mut step),
            Event::NotExecuted(why) => self.not_executed(&mut step, why),
            Event::Ready => self.ready(&mut step),
            Event::Exited(end, words) => self.exited(&mut step, end, words),
            Event::TreeGone => self.tree_gone(&mut step),
            Event::Unhealthy => self.unhealthy(&mut step),
            Event::Tick => self.tick(&mut step),
        }
        step.actions
    }

    /// When the next [`Event::Tick`] is due; none when nothing but an event from outside can change anything.
    #[must_use]
    pub const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The phase in the words of `status`.
    #[must_use]
    pub const fn state(&self) -> State {
        match self.phase {
            Phase::Stopped => State::Stopped,
            Phase::PreStart | Phase::Spawning | Phase::Waiting | Phase::PostStart => {
                State::Starting
            }
            Phase::Running => State::Running,
            Phase::Reloading => State::Reloading,
            Phase::PreStop
            | Phase::StopCommand
            | Phase::Terminating
            | Phase::Killing
            | Phase::PostStop => match self.goal {
                Goal::Up => State::Restarting,
                Goal::Down | Goal::Again => State::Stopping,
            },
            Phase::Backoff => State::Restarting,
            Phase::OnFailure | Phase::Failed => State::Failed,
        }
    }

    /// Whether nothing runs and nothing will, unless asked.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        matches!(self.phase, Phase::Stopped | Phase::Failed)
    }

    /// Whether the service is on its way down, or down.
    #[must_use]
    pub const fn is_down(&self) -> bool {
        !matches!(
            self.phase,
            Phase::PreStart
                | Phase::Spawning
                | Phase::Waiting
                | Phase::PostStart
                | Phase::Running
                | Phase::Reloading
        )
    }

    /// Which job runs in this phase.
    #[must_use]
    pub const fn job(&self) -> Option<Job> {
        match self.phase {
            Phase::PreStart => Some(Job::PreStart),
            Phase::PostStart => Some(Job::PostStart),
            Phase::PreStop => Some(Job::PreStop),
            Phase::StopCommand => Some(Job::Stop),
            Phase::PostStop => Some(Job::PostStop),
            Phase::OnFailure => Some(Job::OnFailure),
            Phase::Reloading => Some(Job::Reload),
            Phase::Stopped
            | Phase::Spawning
            | Phase::Waiting
            | Phase::Running
            | Phase::Terminating
            | Phase::Killing
            | Phase::Backoff
            | Phase::Failed => None,
        }
    }

    fn enter(&mut self, step: &Step<'_>, phase: Phase, deadline: Option<Duration>) {
        self.phase = phase;
        self.since = step.now.at;
        self.deadline = deadline;
    }

    fn job_ended(&mut self, step: &mut Step<'_>, failure: Option<String>) {
        let Some(job) = self.job() else { return };
        if let Some(why) = &failure {
            step.actions.push(Action::Tell(format!("{}: {why}", job.key())));
        }
        match job {
            Job::PreStart | Job::PostStart => self.start_hook_ended(step, job, failure),
            Job::PreStop => self.after_pre_stop(step),
            Job::Stop => self.after_stop_command(step),
            Job::PostStop => self.what_now(step),
            Job::OnFailure => self.enter(step, Phase::Failed, None),
            Job::Reload => self.reloaded(step, failure),
        }
    }

    fn tick(&mut self, step: &mut Step<'_>) {
        if self.deadline.is_none_or(|deadline| deadline > step.now.at) {
            return;
        }
        match self.phase {
            Phase::Stopped | Phase::Failed | Phase::Running | Phase::Killing => {
                self.deadline = None;
            }
            Phase::PreStart
            | Phase::PostStart
            | Phase::PreStop
            | Phase::StopCommand
            | Phase::PostStop
            | Phase::OnFailure
            | Phase::Reloading => self.job_overdue(step),
            Phase::Spawning => {
                self.start_failed(step, "the program could not be executed in time".into());
            }
            Phase::Waiting => self.waited(step),
            Phase::Terminating => self.kill_at_the_budget(step),
            Phase::Backoff => self.begin_again(step),
        }
    }

    fn job_overdue(&mut self, step: &mut Step<'_>) {
        let took = step.now.at.saturating_sub(self.since);
        step.actions.push(Action::KillJob);
        self.job_ended(step, Some(format!("had not ended after {}, and was killed", words(took))));
    }
}

impl Job {
    /// The key of the definition.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::PreStart => "hooks.pre-start",
            Self::PostStart => "hooks.post-start",
            Self::PreStop => "hooks.pre-stop",
            Self::PostStop => "hooks.post-stop",
            Self::OnFailure => "hooks.on-failure",
            Self::Stop => "stop.command",
            Self::Reload => "reload.command",
        }
    }

    /// The hook of the definition, if the job is one and it is set.
    #[must_use]
    pub const fn hook(self, spec: &Spec) -> Option<&Hook> {
        match self {
            Self::PreStart => spec.hooks.pre_start.as_ref(),
            Self::PostStart => spec.hooks.post_start.as_ref(),
            Self::PreStop => spec.hooks.pre_stop.as_ref(),
            Self::PostStop => spec.hooks.post_stop.as_ref(),
            Self::OnFailure => spec.hooks.on_failure.as_ref(),
            Self::Stop | Self::Reload => None,
        }
    }
}

/// A duration as people read it: whole seconds once it is longer than ten.
fn words(time: Duration) -> String {
    let rounded = match time.as_millis() {
        0..10_000 => Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        _ => Duration::from_secs(time.as_secs()),
    };
    humantime::format_duration(rounded).to_string()
}

#[cfg(test)]
mod tests;
