//! Which rotated files have to go. Pure.

use std::time::{Duration, SystemTime};

use super::Config;
use crate::logs::segment::Rotated;

/// The files to remove, of `rotated`, which is sorted oldest first; `active` are the bytes of the file that is written to.
///
/// Kept are the newest ones, as many as count, total and age allow. The file that is written to counts as full, so that the total
/// holds between two looks as well.
pub fn expired(config: &Config, rotated: &[Rotated], active: u64, now: SystemTime) -> Vec<Rotated> {
    let mut total = active.max(config.max_size);
    let mut kept = 0;
    let mut number = None;
    let mut gone = Vec::new();
    for file in rotated.iter().rev() {
        // While a file is being compressed it is there twice, and counts once.
        let twin = number.replace(file.segment.number) == Some(file.segment.number);
        total = total.saturating_add(file.size);
        kept += u32::from(!twin);
        if kept > config.max_files || total > config.max_total || age(file, now) > config.max_age {
            gone.push(*file);
        }
    }
    gone
}

/// When the next file will have to go for its age, counted from `now`.
pub fn next(config: &Config, rotated: &[Rotated], now: SystemTime) -> Option<Duration> {
    rotated.iter().map(|file| config.max_age.saturating_sub(age(file, now))).min()
}

fn age(file: &Rotated, now: SystemTime) -> Duration {
    now.duration_since(file.modified).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::logs::segment::Segment;
    use crate::spec::LogFormat;

    const DAY: Duration = Duration::from_secs(86_400);

    fn config() -> Config {
        Config {
            directory: PathBuf::new(),
            service: "web".to_owned(),
            format: LogFormat::Raw,
            max_size: 100,
            max_files: 3,
            max_total: 1000,
            max_age: 10 * DAY,
            compress: true,
            together: false,
            owner: None,
        }
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 100 * DAY
    }

    fn file(number: u64, size: u64, days: u32) -> Rotated {
        let segment = Segment { number, compressed: false };
        Rotated { segment, size, modified: now() - days * DAY }
    }

    fn gone(config: &Config, rotated: &[Rotated], active: u64) -> Vec<u64> {
        expired(config, rotated, active, now()).iter().map(|file| file.segment.number).collect()
    }

    #[test]
    fn count_keeps_the_newest() {
        let files: Vec<_> = (1..=5).map(|number| file(number, 1, 0)).collect();
        assert_eq!(gone(&config(), &files, 0), [2, 1]);
        assert_eq!(gone(&Config { max_files: 0, ..config() }, &files, 0), [5, 4, 3, 2, 1]);
    }

    #[test]
    fn total_counts_the_active_file_too() {
        let files = [file(1, 400, 0), file(2, 400, 0)];
        assert_eq!(gone(&config(), &files, 100), [0_u64; 0]);
        assert_eq!(gone(&config(), &files, 201), [1]);
    }

    #[test]
    fn total_leaves_room_for_the_active_file_to_fill_up() {
        assert_eq!(gone(&config(), &[file(1, 450, 0), file(2, 450, 0)], 0), [0_u64; 0]);
        assert_eq!(gone(&config(), &[file(1, 451, 0), file(2, 450, 0)], 0), [1]);
    }

    #[test]
    fn age_is_that_of_the_last_line() {
        let files = [file(1, 1, 11), file(2, 1, 9)];
        assert_eq!(gone(&config(), &files, 0), [1]);
        assert_eq!(next(&config(), &files[1..], now()), Some(DAY));
    }

    #[test]
    fn a_file_in_compression_counts_once() {
        let compressed = Segment { number: 3, compressed: true };
        let twin = Rotated { segment: compressed, size: 1, modified: now() };
        let files = [file(1, 1, 0), file(2, 1, 0), file(3, 1, 0), twin];
        assert_eq!(gone(&config(), &files, 0), [0_u64; 0]);
    }
}
