//! When to take input at once, and when to let some of it gather. Pure.
//!
//! A service that writes line by line as fast as it can would wake the host for each of them, and the host would then be the
//! slower the faster it is. Under such a load the capture pauses for a fraction of a millisecond between two readings.

use std::time::{Duration, Instant};

/// Readings in quick succession after which the capture pauses between them.
const STREAK: u32 = 16;
/// What still counts as quick succession.
const QUICK: Duration = Duration::from_millis(4);
/// After this long without input, what was taken for a load is given back.
const QUIET: Duration = Duration::from_millis(500);

/// The rhythm of one service.
#[derive(Debug)]
pub struct Pace {
    last: Option<Instant>,
    streak: u32,
    until: Option<Instant>,
    busy: bool,
}

impl Pace {
    /// A silent service.
    pub const fn new() -> Self {
        Self { last: None, streak: 0, until: None, busy: false }
    }

    /// A reading has taken `bytes` through pipes of `capacity`.
    pub fn taken(&mut self, bytes: usize, capacity: usize, now: Instant) {
        if bytes == 0 {
            // Silence after a pause ends the load's rhythm: else each look at nothing would be followed by the next.
            (self.streak, self.until) = (0, None);
            return;
        }
        let quick = self.last.is_some_and(|last| now.saturating_duration_since(last) < QUICK);
        self.last = Some(now);
        self.streak = if quick { self.streak.saturating_add(1) } else { 0 };
        self.busy |= bytes >= capacity / 2 || self.streak >= STREAK;
        // What fills up soon leaves no time to pause: the service would wait meanwhile.
        let pause = self.streak >= STREAK && bytes < capacity / 8;
        self.until = pause.then(|| now + pause_for(capacity));
    }

    /// Whether input is left where it is for now.
    pub fn pauses(&self) -> bool {
        self.until.is_some()
    }

    /// Whether the service writes much.
    pub const fn is_busy(&self) -> bool {
        self.busy
    }

    /// When [`Self::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        let quiet = self.last.filter(|_| self.busy).map(|last| last + QUIET);
        self.until.or(quiet)
    }

    /// Ends the pause whose time has come; whether there was one.
    pub fn resume(&mut self, now: Instant) -> bool {
        let over = self.until.is_some_and(|until| until <= now);
        if over {
            self.until = None;
        }
        over
    }

    /// Whether the load is over; says so once.
    pub fn calms(&mut self, now: Instant) -> bool {
        let quiet = self.last.is_none_or(|last| now.saturating_duration_since(last) >= QUIET);
        let calms = self.busy && quiet;
        if calms {
            *self = Self::new();
        }
        calms
    }
}

/// A service that writes a gigabyte a second fills a quarter of its pipe meanwhile.
fn pause_for(capacity: usize) -> Duration {
    Duration::from_nanos(u64::try_from(capacity / 4).unwrap_or(0)).max(Duration::from_micros(50))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MICRO: Duration = Duration::from_micros(1);

    #[test]
    fn many_small_readings_make_a_pause_and_silence_ends_the_load() {
        let mut pace = Pace::new();
        let mut now = Instant::now();
        for _ in 0..=STREAK {
            pace.taken(100, 1 << 20, now);
            now += 20 * MICRO;
        }
        assert!(pace.pauses() && pace.is_busy());
        now = pace.deadline().unwrap();
        assert!(pace.resume(now) && !pace.pauses());
        assert!(!pace.calms(now));
        assert!(pace.calms(now + QUIET));
        assert_eq!(pace.deadline(), None, "an idle capture has no deadline of the pace");
    }

    #[test]
    fn a_pause_that_brings_nothing_is_the_last() {
        let mut pace = Pace::new();
        let mut now = Instant::now();
        for _ in 0..=STREAK {
            pace.taken(100, 1 << 20, now);
        }
        let load = now;
        now = pace.deadline().unwrap();
        assert!(pace.resume(now));
        pace.taken(0, 1 << 20, now);
        assert_eq!(pace.deadline(), Some(load + QUIET), "it waits for the end of the load alone");
    }

    #[test]
    fn now_and_then_a_line_is_no_load() {
        let mut pace = Pace::new();
        let start = Instant::now();
        for second in 0..100 {
            pace.taken(100, 1 << 16, start + Duration::from_millis(10) * second);
        }
        assert!(!pace.is_busy() && pace.deadline().is_none());
    }

    #[test]
    fn a_full_pipe_is_emptied_without_a_pause() {
        let mut pace = Pace::new();
        let now = Instant::now();
        for _ in 0..100 {
            pace.taken(1 << 16, 1 << 16, now);
        }
        assert!(pace.is_busy() && !pace.pauses());
    }
}
