//! How many scripts are run at once. Each is a shell or two: hundreds at a time would keep every one of them from being done soon.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets so many in at a time.
#[derive(Debug)]
pub struct Gate {
    free: Mutex<usize>,
    left: Condvar,
}

impl Gate {
    /// Twice as many as there are processors: scripts also wait.
    #[must_use]
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { free: Mutex::new(processors * 2), left: Condvar::new() }
    }

    /// Does it when there is room.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut free = self.lock();
        while *free == 0 {
            free = self.left.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        drop(free);
        let done = work();
        *self.lock() += 1;
        self.left.notify_one();
        done
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_are_let_in_than_there_is_room_for() {
        let gate = Gate { free: Mutex::new(2), left: Condvar::new() };
        let [inside, most] = [const { AtomicUsize::new(0) }; 2];
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    gate.within(|| {
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?}");
        assert_eq!(*gate.lock(), 2);
    }
}
