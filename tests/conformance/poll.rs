//! Waiting with a deadline.

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

/// A time in seconds.
pub fn seconds(count: f64) -> Duration {
    Duration::from_secs_f64(count)
}
