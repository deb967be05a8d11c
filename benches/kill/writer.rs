//! The service: numbered lines, and a count of them in a file of its own.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of a line, with its end.
const LINE: usize = 100;
/// A paced writer sleeps this often.
const TICK: Duration = Duration::from_millis(1);

/// Writes until it is killed: "PID NUMBER", padded. `pace` is lines a second, 0 as many as it can. The file `PID` in the folder has the
/// number of lines that were tried.
pub fn run(folder: &Path, pace: u64) {
    let pid = std::process::id();
    let count = File::create(folder.join(pid.to_string())).expect("a file for the count");
    let mut out = std::io::stdout().lock();
    let begin = Instant::now();
    for number in 0_u64.. {
        let text = format!("{pid} {number} ");
        let line = format!("{text:x<width$}\n", width = LINE - 1);
        // Nobody may be there to read it: a server goes on then.
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
        count.write_all_at(&(number + 1).to_le_bytes(), 0).expect("the count can be written");
        if pace > 0 && number % (pace / 1000) == 0 {
            let due = Duration::from_secs_f64(
                f64::from(u32::try_from(number).unwrap_or(u32::MAX))
                    / f64::from(u32::try_from(pace).unwrap_or(1)),
            );
            std::thread::sleep(due.saturating_sub(begin.elapsed()).min(TICK * 10));
        }
    }
}

/// How many lines each instance tried to write.
pub fn counts(folder: &Path) -> Vec<(u32, u64)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let count = |entry: std::fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let bytes = std::fs::read(entry.path()).ok()?;
        Some((pid, u64::from_le_bytes(bytes.try_into().ok()?)))
    };
    entries.filter_map(count).collect()
}
