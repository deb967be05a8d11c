//! One behaviour, and how it is run.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, RwLock};

use libtest_mimic::{Completion, Failed, Trial};

use crate::lab::Lab;
use crate::lane::Lane;
use crate::outcome::{Outcome, Stop, Verdict};

/// One behaviour that every manager must show, or refuse in so many words.
pub struct Case {
    /// Its number in the suite.
    pub number: u16,
    /// What it is about.
    pub title: &'static str,
    /// Shows it; panics if it is not so.
    pub run: fn(&Lab) -> Verdict,
    /// Whether it goes on after a boot of the machine.
    pub over_a_boot: bool,
    /// Whether no other case may run meanwhile.
    pub alone: bool,
}

/// A case for a table of them.
pub const fn case(number: u16, title: &'static str, run: fn(&Lab) -> Verdict) -> Case {
    Case { number, title, run, over_a_boot: false, alone: false }
}

/// A case that measures times, or that is disturbed by installs of other services: systemd, for one, forgets how often
/// it has restarted a service whenever it reads its units again.
pub const fn case_alone(number: u16, title: &'static str, run: fn(&Lab) -> Verdict) -> Case {
    Case { alone: true, ..case(number, title, run) }
}

/// A case that is run before a boot and again after it.
pub const fn case_over_a_boot(number: u16, title: &'static str, run: fn(&Lab) -> Verdict) -> Case {
    Case { over_a_boot: true, ..case(number, title, run) }
}

/// Held by every case while it runs: together, or alone.
static TURN: RwLock<()> = RwLock::new(());

impl Case {
    /// The case as a test.
    pub fn trial(&'static self, lane: &Arc<Lane>) -> Trial {
        let lane = Arc::clone(lane);
        let name = format!("{:03} {}", self.number, self.title);
        Trial::ignorable_test(name, move || {
            let outcome = self.outcome(&lane);
            if !lane.extras {
                outcome.record(self, &lane);
            }
            match outcome {
                Outcome::Passed => Ok(Completion::Completed),
                Outcome::Refused(_) => Ok(Completion::Completed),
                Outcome::Unseen(reason) => Ok(Completion::ignored_with(reason)),
                Outcome::Failed(reason) => Err(Failed::from(reason)),
            }
        })
    }

    fn outcome(&self, lane: &Lane) -> Outcome {
        let poisoned = "no case panics while it holds the turn";
        let (_alone, _together) = if self.alone {
            (Some(TURN.write().expect(poisoned)), None)
        } else {
            (None, Some(TURN.read().expect(poisoned)))
        };
        let lab = Lab::new(lane, self.number);
        let verdict = catch_unwind(AssertUnwindSafe(|| (self.run)(&lab)));
        match verdict {
            Ok(Ok(())) => Outcome::Passed,
            Ok(Err(Stop::Refused(reason))) => Outcome::Refused(reason),
            Ok(Err(Stop::Unseen(reason))) => Outcome::Unseen(reason),
            Err(panic) => Outcome::Failed(lab.explain(&message(panic.as_ref()))),
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}
