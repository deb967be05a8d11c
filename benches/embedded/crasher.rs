//! What crashes again and again: it writes down when it began and when it ended, in nanoseconds since 1970.
//!
//! A small static program, built by itself: what its own start takes is no supervisor's doing.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn clock() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

fn main() {
    let begin = clock();
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("the file of times");
    let life = arguments.next().and_then(|life| life.parse().ok()).expect("milliseconds");
    std::thread::sleep(Duration::from_millis(life));
    let mut file = OpenOptions::new().create(true).append(true).open(file).expect("it can be opened");
    let line = format!("{begin} {}\n", clock());
    file.write_all(line.as_bytes()).expect("the times can be written");
    std::process::exit(1);
}
