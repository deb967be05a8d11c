//! The event loop.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use svcctl::backend::Stream;
use svcctl::host::logs::{Capture, Channels, Config};
use svcctl::spec::LogFormat;

pub fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, directory, format, max_size, command @ ..] = arguments.as_slice() else {
        return Err(Error::other("usage: FOLDER LOGS FORMAT MAX-SIZE [COMMAND…]"));
    };
    let config = config(directory, format, max_size)?;
    let channels = match folder.as_str() {
        "-" => Channels::anonymous(config.has_two())?,
        folder => Channels::named(Path::new(folder), config.has_two(), None)?,
    };
    let mut capture = Capture::open(config, channels)?;
    match command.split_first() {
        Some((program, rest)) => follow(&mut capture, program, rest),
        None => follow_file(&mut capture, &Path::new(folder).join("stop")),
    }
}

fn config(directory: &str, format: &str, max_size: &str) -> Result<Config> {
    Ok(Config {
        directory: PathBuf::from(directory),
        service: "test".to_owned(),
        format: match format {
            "raw" => LogFormat::Raw,
            "json" => LogFormat::Json,
            _ => LogFormat::Timestamped,
        },
        max_size: max_size.parse().map_err(Error::other)?,
        max_files: u32::MAX,
        max_total: u64::MAX,
        max_age: Duration::from_secs(3600),
        compress: std::env::var_os("COMPRESS").is_some(),
        together: false,
        owner: None,
    })
}

fn follow(capture: &mut Capture, program: &str, rest: &[String]) -> Result<()> {
    let mut child = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .stdout(capture.writer(Stream::Stdout)?)
        .stderr(capture.writer(Stream::Stderr)?)
        .spawn()?;
    while child.try_wait()?.is_none() {
        turn(capture, Duration::from_millis(20))?;
    }
    capture.finish(Duration::from_secs(60));
    Ok(())
}

fn follow_file(capture: &mut Capture, stop: &Path) -> Result<()> {
    while !stop.exists() {
        turn(capture, Duration::from_millis(20))?;
    }
    capture.finish(Duration::from_secs(60));
    Ok(())
}

/// One round of the event loop; it takes `longest` at most.
fn turn(capture: &mut Capture, longest: Duration) -> Result<()> {
    let now = Instant::now();
    let until =
        capture.deadline().map_or(longest, |at| at.saturating_duration_since(now).min(longest));
    let ready = {
        let mut fds: Vec<_> =
            capture.fds().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(until.subsec_nanos()) };
        rustix::event::poll(&mut fds, Some(&timeout))? > 0
    };
    if ready {
        capture.on_readable();
    }
    if capture.deadline().is_some_and(|at| at <= Instant::now()) {
        capture.on_timer();
    }
    Ok(())
}
