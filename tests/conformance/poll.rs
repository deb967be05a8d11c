//! Waiting with a deadline.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for anything that happens at once, on a busy machine.
pub const SOON: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(20);

/// Probes until there is an answer; `what` completes "waited for".
pub fn until<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = probe() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} for {what}");
        thread::sleep(PAUSE);
    }
}

/// Probes for a whole time; it must be true each time.
pub fn always(what: &str, time: Duration, mut probe: impl FnMut() -> bool) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        assert!(probe(), "no longer true: {what}");
        thread::sleep(PAUSE);
    }
}

/// How often a time is measured, at most, that is too long.
const ATTEMPTS: usize = 3;

/// Measures until it is in time: a machine that is busy elsewhere may be late, but not each time. `measure` is told which
/// attempt it is, from 1.
#[track_caller]
pub fn in_time<T: Debug>(is_in_time: impl Fn(&T) -> bool, mut measure: impl FnMut(usize) -> T) {
    let mut late = Vec::new();
    for attempt in 1..=ATTEMPTS {
        let measured = measure(attempt);
        if is_in_time(&measured) {
            return;
        }
        late.push(measured);
    }
    panic!("late each time: {late:?}");
}

/// A time in seconds.
pub fn seconds(count: f64) -> Duration {
    Duration::from_secs_f64(count)
}
