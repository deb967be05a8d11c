//! Whether and when a service that ended by itself is started again. Pure.
//!
//! The pause begins at `delay` and doubles with each restart up to `max-delay`; having run for `reset-after`, it begins again at
//! `delay`. A pause that grows is lengthened by up to a tenth, so that services that fell together do not come back together.
//! `attempts` counts the automatic restarts of the last `window`; one more, and the service is given up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::spec::{Restart, RestartPolicy};

/// How a service came to its end, as far as the policy cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// An exit code, not yet judged.
    Code(i32),
    /// A signal that svcctl did not send, a start that failed, or an end that nobody saw.
    Failure,
    /// Its health checks failed, and the definition wants a restart then, whatever the policy.
    Unhealthy,
}

/// What becomes of a service that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is started again after this pause.
    Again(Duration),
    /// It did what it was for.
    Stopped,
    /// It failed and is not started again.
    Failed,
    /// It failed too often.
    GivenUp,
}

/// What the policy remembers of earlier restarts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// When it was restarted, oldest first; none older than the window.
    restarts: Vec<Duration>,
    /// How often the pause has doubled.
    doublings: u32,
}

impl History {
    /// How many restarts the window holds.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.restarts.len()
    }

    /// Judges an end at the monotonic time `now` after the process ran for `ran`; `chance` is any number.
    pub fn judge(
        &mut self,
        rules: &Restart,
        end: End,
        ran: Duration,
        now: Duration,
        chance: u32,
    ) -> Verdict {
        if let Some(verdict) = final_verdict(rules, end) {
            return verdict;
        }
        if ran >= rules.reset_after {
            self.doublings = 0;
        }
        self.restarts.retain(|at| now.saturating_sub(*at) < rules.window);
        if rules
            .attempts
            .is_some_and(|most| self.restarts.len() >= usize::try_from(most).unwrap_or(usize::MAX))
        {
            return Verdict::GivenUp;
        }
        if rules.attempts.is_some() {
            self.restarts.push(now);
        }
        let pause = pause(rules, self.doublings, chance);
        self.doublings = self.doublings.saturating_add(1);
        Verdict::Again(pause)
    }
}

/// Whether an exit code is no failure.
#[must_use]
pub fn is_success(rules: &Restart, end: End) -> bool {
    matches!(end, End::Code(code) if rules.success_exit_codes.contains(&code))
}

fn final_verdict(rules: &Restart, end: End) -> Option<Verdict> {
    let success = is_success(rules, end);
    let prevented = matches!(end, End::Code(code) if rules.prevent_exit_codes.contains(&code));
    let again = match rules.policy {
        _ if end == End::Unhealthy => true,
        _ if prevented => false,
        RestartPolicy::Never => false,
        RestartPolicy::OnFailure => !success,
        RestartPolicy::Always => true,
    };
    match (again, success) {
        (true, _) => None,
        (false, true) => Some(Verdict::Stopped),
        (false, false) => Some(Verdict::Failed),
    }
}

fn pause(rules: &Restart, doublings: u32, chance: u32) -> Duration {
    let most = rules.max_delay.max(rules.delay);
    let factor = 1_u32.checked_shl(doublings.min(31)).unwrap_or(u32::MAX);
    let grown = rules.delay.checked_mul(factor).unwrap_or(most).min(most);
    if rules.max_delay <= rules.delay {
        return grown;
    }
    let jitter = grown.mul_f64(f64::from(chance % 1000) / 10_000.0);
    (grown + jitter).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn rules(policy: RestartPolicy) -> Restart {
        Restart {
            policy,
            delay: SECOND,
            max_delay: 60 * SECOND,
            reset_after: 600 * SECOND,
            attempts: None,
            window: 600 * SECOND,
            success_exit_codes: vec![0, 7],
            prevent_exit_codes: vec![78],
        }
    }

    fn verdict(policy: RestartPolicy, end: End) -> Verdict {
        History::default().judge(&rules(policy), end, SECOND, SECOND, 0)
    }

    #[test]
    fn the_policy_decides_by_how_it_ended() {
        use RestartPolicy::{Always, Never, OnFailure};
        let again = Verdict::Again(SECOND);
        for (policy, end, expected) in [
            (Never, End::Code(0), Verdict::Stopped),
            (Never, End::Code(1), Verdict::Failed),
            (Never, End::Failure, Verdict::Failed),
            (Never, End::Unhealthy, again),
            (OnFailure, End::Code(0), Verdict::Stopped),
            (OnFailure, End::Code(7), Verdict::Stopped),
            (OnFailure, End::Code(1), again),
            (OnFailure, End::Code(78), Verdict::Failed),
            (OnFailure, End::Failure, again),
            (Always, End::Code(0), again),
            (Always, End::Code(78), Verdict::Failed),
        ] {
            assert_eq!(verdict(policy, end), expected, "{policy:?} {end:?}");
        }
    }

    #[test]
    fn the_pause_doubles_up_to_the_maximum_and_begins_again_after_a_long_run() {
        let rules = rules(RestartPolicy::Always);
        let mut history = History::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            pauses.push(history.judge(&rules, End::Failure, SECOND, SECOND, 0));
        }
        let seconds = [1, 2, 4, 8, 16, 32, 60, 60];
        assert_eq!(pauses, seconds.map(|s| Verdict::Again(s * SECOND)));
        assert_eq!(
            history.judge(&rules, End::Failure, 600 * SECOND, SECOND, 0),
            Verdict::Again(SECOND)
        );
    }

    #[test]
    fn jitter_lengthens_by_a_tenth_at_most_and_only_a_pause_that_grows() {
        let mut rules = rules(RestartPolicy::Always);
        assert_eq!(pause(&rules, 0, 999), SECOND.mul_f64(1.0999));
        rules.max_delay = rules.delay;
        assert_eq!(pause(&rules, 5, 999), SECOND);
    }

    #[test]
    fn the_attempts_of_a_window_are_counted_and_old_ones_forgotten() {
        let mut rules = rules(RestartPolicy::OnFailure);
        rules.attempts = Some(3);
        rules.window = 10 * SECOND;
        let mut history = History::default();
        for at in 1..=3 {
            assert!(matches!(
                history.judge(&rules, End::Failure, SECOND, at * SECOND, 0),
                Verdict::Again(_)
            ));
        }
        assert_eq!(history.judge(&rules, End::Failure, SECOND, 4 * SECOND, 0), Verdict::GivenUp);
        assert!(matches!(
            history.judge(&rules, End::Failure, SECOND, 11 * SECOND, 0),
            Verdict::Again(_)
        ));
    }
}
