//! One loaded job: what `print` shows of it.

use crate::definition::Definition;
use crate::outcome::Outcome;

/// Milliseconds of launchd's time since the emulator started.
pub type Millis = u64;

/// Where the job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    NotRunning,
    /// A start is due at `at`. [`Millis::MAX`]: not before the missing program appears.
    SpawnScheduled {
        at: Millis,
    },
    /// Forked, not yet executed.
    Xpcproxy(u32),
    Running(u32),
    /// Was sent SIGTERM, and gets SIGKILL at the time given, if ever.
    Sigtermed(u32, Option<Millis>),
    Sigkilled(u32),
    /// The process has ended, and the label goes at the time given.
    Exited(Millis),
}

/// What follows when the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// As `KeepAlive` says.
    Keep,
    /// `kickstart -k`: once more.
    Restart,
    /// `bootout`: the job goes.
    Remove,
}

/// Why a process was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `RunAtLoad`.
    Speculative,
    /// `KeepAlive`.
    Inefficient,
    /// `kickstart`.
    NonIpcDemand,
    /// A condition of `KeepAlive`.
    Semaphore,
}

impl Reason {
    /// The word in `print` and `blame`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Speculative => "speculative",
            Self::Inefficient => "inefficient",
            Self::NonIpcDemand => "non-ipc demand",
            Self::Semaphore => "semaphore",
        }
    }
}

/// Why a process could not be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PenaltyBox {
    /// It waits for the program to appear.
    NoProgram,
    /// A log file, a folder, an account: nothing brings it back but a demand.
    Other,
}

/// A job in a domain.
#[derive(Clone, Debug)]
pub struct Job {
    pub definition: Definition,
    pub phase: Phase,
    pub intent: Intent,
    pub runs: u32,
    pub outcome: Option<Outcome>,
    pub launched_at: Option<Millis>,
    pub reason: Reason,
    /// A start that on-demand-only mode holds back.
    pub pended: Option<Reason>,
    pub successive_crashes: u32,
    pub penalty_box: Option<PenaltyBox>,
    /// Somebody asked for it once; see `AfterInitialDemand`.
    pub demanded: bool,
}

/// The cap of the throttle, in seconds.
const THROTTLE_CAP_SECS: u64 = 1200;
/// After so many crashes in a row the throttle doubles. Chosen to give the one case that is known: 98 crashes, 80 seconds.
const CRASHES_PER_DOUBLING: u32 = 32;

impl Job {
    /// A job that has just been registered.
    pub fn new(definition: Definition) -> Self {
        Self {
            definition,
            phase: Phase::NotRunning,
            intent: Intent::Keep,
            runs: 0,
            outcome: None,
            launched_at: None,
            reason: Reason::Speculative,
            pended: None,
            successive_crashes: 0,
            penalty_box: None,
            demanded: false,
        }
    }

    /// The process, if there is one.
    pub fn pid(&self) -> Option<u32> {
        match self.phase {
            Phase::Xpcproxy(pid)
            | Phase::Running(pid)
            | Phase::Sigtermed(pid, _)
            | Phase::Sigkilled(pid) => Some(pid),
            Phase::NotRunning | Phase::SpawnScheduled { .. } | Phase::Exited(_) => None,
        }
    }

    /// `minimum runtime`: the throttle with its growth after crashes.
    pub fn minimum_runtime_secs(&self) -> u64 {
        let doublings = (self.successive_crashes / CRASHES_PER_DOUBLING).min(16);
        let base = self.definition.throttle_secs;
        (base << doublings).min(THROTTLE_CAP_SECS.max(base))
    }

    /// Whether the job is on its way out.
    pub fn is_leaving(&self) -> bool {
        self.intent == Intent::Remove
    }
}
