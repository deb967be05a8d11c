//! What a service's own checks say of it, and when it is asked again. Pure.
//!
//! The first check is due one interval after the service is ready. `retries` failures in a row make it unhealthy; failures during
//! the start period do not count until a check has passed once. One success makes it healthy again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::host::probe::Question;
use crate::spec::{Health, HealthCheck};
use crate::state::HealthState;

/// What is wrong with a service whose check fails.
#[must_use]
pub fn fault(check: &HealthCheck) -> String {
    match (check, Question::of_health(check)) {
        (_, Some(question)) => question.fault(),
        (HealthCheck::Command(command), None) => {
            format!("{} does not exit with 0", command.first().map_or("", String::as_str))
        }
        (HealthCheck::Http(_) | HealthCheck::Tcp(_), None) => String::new(),
    }
}

/// The checks of a service that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// What is said of it now.
    pub state: HealthState,
    /// When it is asked next; none while a check is on its way.
    pub due: Option<Duration>,
    ready_at: Duration,
    failures: u32,
}

impl Checks {
    /// The checks of a service that has been ready since `now`.
    #[must_use]
    pub fn new(rules: &Health, now: Duration) -> Self {
        Self {
            state: HealthState::Starting,
            due: Some(now + rules.interval),
            ready_at: now,
            failures: 0,
        }
    }

    /// Whether a check is to be started now; the next one is due when its result is in.
    pub fn take_due(&mut self, now: Duration) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if due {
            self.due = None;
        }
        due
    }

    /// Takes a result; whether the service has just become unhealthy.
    pub fn result(&mut self, rules: &Health, passed: bool, now: Duration) -> bool {
        self.due = Some(now + rules.interval);
        if passed {
            self.failures = 0;
            self.state = HealthState::Healthy;
            return false;
        }
        let starting = self.state == HealthState::Starting;
        if starting && now.saturating_sub(self.ready_at) < rules.start_period {
            return false;
        }
        self.failures = self.failures.saturating_add(1);
        let turned = self.failures >= rules.retries.max(1) && self.state != HealthState::Unhealthy;
        if turned {
            self.state = HealthState::Unhealthy;
        }
        turned
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::OnUnhealthy;

    const SECOND: Duration = Duration::from_secs(1);

    fn rules() -> Health {
        Health {
            check: HealthCheck::Tcp("127.0.0.1:1".into()),
            interval: 10 * SECOND,
            timeout: SECOND,
            retries: 2,
            start_period: 30 * SECOND,
            on_failure: OnUnhealthy::Restart,
        }
    }

    #[test]
    fn what_is_wrong_names_what_was_asked() {
        let says = |check: &HealthCheck, words| assert_eq!(fault(check), words);
        says(&HealthCheck::Tcp("db:1".into()), "nothing accepts connections at db:1");
        says(&HealthCheck::Http("http://a/".into()), "no 2xx or 3xx from http://a/");
        says(&HealthCheck::Command(vec!["/x".into(), "y".into()]), "/x does not exit with 0");
    }

    #[test]
    fn failures_count_only_after_the_start_period() {
        let mut checks = Checks::new(&rules(), Duration::ZERO);
        assert!(!checks.result(&rules(), false, 10 * SECOND));
        assert!(!checks.result(&rules(), false, 20 * SECOND));
        assert_eq!(checks.state, HealthState::Starting);
        assert!(!checks.result(&rules(), false, 30 * SECOND));
        assert!(checks.result(&rules(), false, 40 * SECOND));
        assert_eq!(checks.state, HealthState::Unhealthy);
    }

    #[test]
    fn a_success_ends_the_start_period_and_forgets_failures() {
        let mut checks = Checks::new(&rules(), Duration::ZERO);
        checks.result(&rules(), true, SECOND);
        assert_eq!(checks.state, HealthState::Healthy);
        assert!(!checks.result(&rules(), false, 2 * SECOND));
        checks.result(&rules(), true, 3 * SECOND);
        assert!(!checks.result(&rules(), false, 4 * SECOND));
        assert!(checks.result(&rules(), false, 5 * SECOND));
    }

    #[test]
    fn one_check_is_on_its_way_at_a_time() {
        let mut checks = Checks::new(&rules(), Duration::ZERO);
        assert!(!checks.take_due(9 * SECOND));
        assert!(checks.take_due(10 * SECOND));
        assert!(!checks.take_due(100 * SECOND));
        checks.result(&rules(), true, 100 * SECOND);
        assert_eq!(checks.due, Some(110 * SECOND));
    }
}
