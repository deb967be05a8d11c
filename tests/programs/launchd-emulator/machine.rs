//! The life of a job, as a pure function: job × event → job and actions.
//!
//! A job is *not running* until its keys or a demand ask for it. It is then spawned at once, or *scheduled*, if its last
//! launch is less than the throttle ago. A spawned job is `xpcproxy` until it has executed, then *running*. When its process
//! ends, its intent decides: go away (`bootout`), run again (`kickstart -k`), or do what `KeepAlive` says, unless the label is
//! disabled or its domain starts on demand only. `bootout` of a live job sends SIGTERM, after `ExitTimeOut` SIGKILL, and the
//! label is known until the process has gone. A job that cannot be executed ends with 78 and waits in the penalty box.

use crate::job::{Intent, Job, Millis, PenaltyBox, Phase, Reason};
use crate::keepalive::World;
use crate::outcome::{EX_CONFIG, Outcome, signal_name, signal_words};

pub const SIGTERM: i32 = 15;
pub const SIGKILL: i32 = 9;

/// What happens to a job.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    Loaded,
    /// Carries the signal for the old process, if there is to be a new one.
    Kickstart(Option<i32>),
    Signal(i32),
    Bootout,
    Forked(u32),
    Executed,
    CannotExecute(PenaltyBox),
    Exited(Outcome),
    Tick,
}

/// What the world is to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Spawn,
    Signal(u32, i32),
    /// End what is left of the process group.
    SignalGroup(u32, i32),
    Remove,
    Log(String),
}

/// What the machine may know of the rest.
pub struct Context<'a> {
    pub now: Millis,
    pub disabled: bool,
    pub on_demand_only: bool,
    /// How long the label stays after the process.
    pub teardown: Millis,
    pub world: &'a dyn World,
}

/// One step.
pub fn step(job: &mut Job, event: Event, ctx: &Context<'_>) -> Vec<Action> {
    match event {
        Event::Loaded => loaded(job, ctx),
        Event::Kickstart(signal) => kickstart(job, signal, ctx),
        Event::Signal(number) => {
            job.pid().map(|pid| Action::Signal(pid, number)).into_iter().collect()
        }
        Event::Bootout => bootout(job, ctx),
        Event::Forked(pid) => forked(job, pid, ctx),
        Event::Executed => executed(job),
        Event::CannotExecute(why) => cannot_execute(job, why),
        Event::Exited(outcome) => exited(job, outcome, ctx),
        Event::Tick => tick(job, ctx),
    }
}

/// When the job next needs a tick, if no event comes before.
pub fn deadline(job: &Job) -> Option<Millis> {
    match job.phase {
        Phase::SpawnScheduled { at } => Some(at).filter(|at| *at != Millis::MAX),
        Phase::Sigtermed(_, kill_at) => kill_at,
        Phase::Exited(gone_at) => Some(gone_at),
        Phase::NotRunning | Phase::Xpcproxy(_) | Phase::Running(_) | Phase::Sigkilled(_) => None,
    }
}

fn loaded(job: &mut Job, ctx: &Context<'_>) -> Vec<Action> {
    let kept = job.definition.keep_alive.starts(ctx.world);
    if job.definition.run_at_load {
        undemanded(job, Reason::Speculative, ctx)
    } else if kept {
        undemanded(job, Reason::Inefficient, ctx)
    } else {
        Vec::new()
    }
}

/// A start that nobody asked for by hand.
fn undemanded(job: &mut Job, reason: Reason, ctx: &Context<'_>) -> Vec<Action> {
    if ctx.on_demand_only {
        job.pended = Some(reason);
        return vec![Action::Log("pending spawn, domain in on-demand-only mode".into())];
    }
    schedule(job, reason, ctx)
}

fn schedule(job: &mut Job, reason: Reason, ctx: &Context<'_>) -> Vec<Action> {
    job.reason = reason;
    job.pended = None;
    let earliest = job.launched_at.map_or(0, |at| at + job.minimum_runtime_secs() * 1000);
    job.phase = Phase::SpawnScheduled { at: earliest.max(ctx.now) };
    if earliest <= ctx.now {
        return vec![Action::Spawn];
    }
    let ran = (ctx.now - job.launched_at.unwrap_or(ctx.now)) / 1000;
    let wait = (earliest - ctx.now).div_ceil(1000);
    vec![Action::Log(format!(
        "Service only ran for {ran} seconds. Pushing respawn out by {wait} seconds."
    ))]
}

fn kickstart(job: &mut Job, signal: Option<i32>, ctx: &Context<'_>) -> Vec<Action> {
    job.demanded = true;
    match (job.phase, signal) {
        (Phase::Xpcproxy(pid) | Phase::Running(pid), Some(SIGTERM)) => {
            job.intent = Intent::Restart;
            terminate(job, pid, ctx)
        }
        (Phase::Xpcproxy(pid) | Phase::Running(pid), Some(number)) => {
            job.intent = Intent::Restart;
            job.phase = Phase::Sigkilled(pid);
            vec![Action::Signal(pid, number)]
        }
        (Phase::NotRunning, _) => schedule(job, Reason::NonIpcDemand, ctx),
        (Phase::SpawnScheduled { .. }, _) if job.penalty_box.is_some() => {
            schedule(job, Reason::NonIpcDemand, ctx)
        }
        (_, _) => Vec::new(),
    }
}

fn terminate(job: &mut Job, pid: u32, ctx: &Context<'_>) -> Vec<Action> {
    let kill_at = job.definition.exit_timeout_secs.map(|secs| ctx.now + secs * 1000);
    job.phase = Phase::Sigtermed(pid, kill_at);
    let mut actions = vec![
        Action::Signal(pid, SIGTERM),
        Action::Log(format!("signaled service: {}", signal_words(SIGTERM))),
    ];
    if let Some(secs) = job.definition.exit_timeout_secs {
        actions.push(Action::Log(format!(
            "scheduling cleanup in {secs} sec after sending {}",
            signal_words(SIGTERM)
        )));
    }
    actions
}

fn bootout(job: &mut Job, ctx: &Context<'_>) -> Vec<Action> {
    job.intent = Intent::Remove;
    match job.phase {
        Phase::Xpcproxy(pid) | Phase::Running(pid) => terminate(job, pid, ctx),
        Phase::NotRunning | Phase::SpawnScheduled { .. } => vec![Action::Remove],
        Phase::Sigtermed(..) | Phase::Sigkilled(_) | Phase::Exited(_) => Vec::new(),
    }
}

fn forked(job: &mut Job, pid: u32, ctx: &Context<'_>) -> Vec<Action> {
    job.phase = Phase::Xpcproxy(pid);
    job.runs += 1;
    job.launched_at = Some(ctx.now);
    job.penalty_box = None;
    Vec::new()
}

fn executed(job: &mut Job) -> Vec<Action> {
    if let Phase::Xpcproxy(pid) = job.phase {
        job.phase = Phase::Running(pid);
    }
    Vec::new()
}

/// The exit of the proxy follows; until then the job only remembers why.
fn cannot_execute(job: &mut Job, why: PenaltyBox) -> Vec<Action> {
    job.penalty_box = Some(why);
    vec![Action::Log("Service could not initialize: xpcproxy exited due to EX_CONFIG".into())]
}

fn exited(job: &mut Job, outcome: Outcome, ctx: &Context<'_>) -> Vec<Action> {
    let mut actions = obituary(job, outcome, ctx);
    job.outcome = Some(outcome);
    job.successive_crashes = if outcome.is_crash() { job.successive_crashes + 1 } else { 0 };
    actions.extend(after_exit(job, outcome, ctx));
    actions
}

fn obituary(job: &Job, outcome: Outcome, ctx: &Context<'_>) -> Vec<Action> {
    let ran = ctx.now.saturating_sub(job.launched_at.unwrap_or(ctx.now));
    let how = match outcome {
        Outcome::Code(code) => format!("exited with exit code: {code}, ran for {ran}ms"),
        Outcome::Signal(number) => {
            format!("exited due to {}, ran for {ran}ms", signal_name(number))
        }
    };
    let group = job.pid().filter(|_| !job.definition.abandon_process_group);
    let mut actions = vec![Action::Log(how)];
    actions.extend(group.map(|pid| Action::SignalGroup(pid, SIGTERM)));
    actions
}

fn after_exit(job: &mut Job, outcome: Outcome, ctx: &Context<'_>) -> Vec<Action> {
    match job.intent {
        Intent::Remove => remove(job, ctx),
        Intent::Restart => {
            job.intent = Intent::Keep;
            schedule(job, Reason::NonIpcDemand, ctx)
        }
        Intent::Keep if outcome == Outcome::Code(EX_CONFIG) && job.penalty_box.is_some() => {
            job.phase = Phase::SpawnScheduled { at: Millis::MAX };
            Vec::new()
        }
        Intent::Keep if respawns(job, outcome, ctx) => {
            job.phase = Phase::NotRunning;
            undemanded(job, Reason::Inefficient, ctx)
        }
        Intent::Keep => {
            job.phase = Phase::NotRunning;
            Vec::new()
        }
    }
}

fn remove(job: &mut Job, ctx: &Context<'_>) -> Vec<Action> {
    if ctx.teardown == 0 {
        return vec![Action::Remove];
    }
    job.phase = Phase::Exited(ctx.now + ctx.teardown);
    Vec::new()
}

fn respawns(job: &Job, outcome: Outcome, ctx: &Context<'_>) -> bool {
    let keep = &job.definition.keep_alive;
    let demanded = job.demanded || !keep.waits_for_demand();
    !ctx.disabled
        && !job.definition.launch_only_once
        && demanded
        && keep.respawns(outcome, ctx.world)
}

fn tick(job: &mut Job, ctx: &Context<'_>) -> Vec<Action> {
    match job.phase {
        Phase::SpawnScheduled { at: Millis::MAX } => leave_penalty_box(job, ctx),
        Phase::SpawnScheduled { at } if at <= ctx.now => vec![Action::Spawn],
        Phase::Sigtermed(pid, Some(at)) if at <= ctx.now => {
            job.phase = Phase::Sigkilled(pid);
            vec![
                Action::Signal(pid, SIGKILL),
                Action::Log(format!("signaled service: {}", signal_words(SIGKILL))),
            ]
        }
        Phase::Exited(at) if at <= ctx.now => vec![Action::Remove],
        Phase::NotRunning if wanted(job, ctx) => undemanded(job, Reason::Semaphore, ctx),
        Phase::NotRunning
        | Phase::SpawnScheduled { .. }
        | Phase::Xpcproxy(_)
        | Phase::Running(_)
        | Phase::Sigtermed(..)
        | Phase::Sigkilled(_)
        | Phase::Exited(_) => Vec::new(),
    }
}

fn wanted(job: &Job, ctx: &Context<'_>) -> bool {
    !ctx.disabled && job.pended.is_none() && job.definition.keep_alive.wanted_now(ctx.world)
}

fn leave_penalty_box(job: &mut Job, ctx: &Context<'_>) -> Vec<Action> {
    if job.penalty_box == Some(PenaltyBox::NoProgram)
        && ctx.world.path_exists(job.definition.executable())
    {
        return undemanded(job, Reason::NonIpcDemand, ctx);
    }
    Vec::new()
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
