//! The same work for many items, on two threads: what svcctl reads of fifty services is read in half the time.

use std::panic::resume_unwind;
use std::thread;

/// From here on a second thread pays: to start one takes as long as to look at a few services.
const MANY: usize = 16;

/// Does the work for each item; the results in the order of the items.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let all = |items: &[T]| items.iter().map(&work).collect::<Vec<R>>();
    if items.len() < MANY {
        return all(items);
    }
    let (here, there) = items.split_at(items.len() / 2);
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || all(there));
        let mut results = all(here);
        results.extend(match other {
            Ok(other) => other.join().unwrap_or_else(|panic| resume_unwind(panic)),
            // Where no thread can be had there is time.
            Err(_) => all(there),
        });
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_and_in_order() {
        for count in [0, 1, MANY - 1, MANY, MANY + 1, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(each(&items, |item| item * 2), doubled);
        }
    }
}
