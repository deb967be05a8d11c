//! Following the log.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::numbered;
use crate::lab::{Lab, Service};
use crate::outcome::Verdict;
use crate::poll::SOON;

/// A running `logs -f`.
struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    fn start(lab: &Lab, name: &str, words: &[&str]) -> Self {
        let mut command = lab.lane.svcctl();
        command.args(["-o", "json", "logs", name, "-f"]).args(words);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("svcctl can be run");
        let out = BufReader::new(child.stdout.take().expect("it has an output"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// The next numbered lines, up to `count` of them.
    fn numbered(&self, count: usize, limit: Duration) -> Vec<String> {
        let deadline = Instant::now() + limit;
        let mut seen = Vec::new();
        while seen.len() < count {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else { break };
            let entry: Value = serde_json::from_str(&line).expect("an object a line");
            let message = entry["message"].as_str().unwrap_or_default();
            seen.extend(
                message
                    .starts_with("line ")
                    .then(|| message.trim_end_matches(['.', ' ']).to_owned()),
            );
        }
        seen
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A service that writes once `@go` is there.
fn waiting<'a>(lab: &'a Lab<'a>, write: &str) -> Service<'a> {
    lab.service(&format!("exit-unless @go 1 then {write} then sleep"))
}

pub fn live(lab: &Lab) -> Verdict {
    let service = lab.service("write 60 out 50 then sleep");
    service.start()?;
    let follower = Follower::start(lab, &service.name, &["-n", "all"]);
    assert_eq!(follower.numbered(60, SOON), numbered(60));
    service.verb("restart", &[]).exits(0);
    assert_eq!(follower.numbered(3, SOON), numbered(3), "it follows over a restart");
    Ok(())
}

pub fn across_a_rotation(lab: &Lab) -> Verdict {
    let service = waiting(lab, "write 2000 out 1 100")
        .with("logs.to", "file")
        .with("logs.directory", lab.folder("logs").to_str().expect("it is UTF-8"))
        .with("logs.max-size", "16KiB")
        // More than it writes: what retention takes nobody can follow.
        .with("logs.max-files", 100);
    service.install(&[])?;
    std::fs::write(lab.path("go"), "").expect("a file can be made");
    let follower = Follower::start(lab, &service.name, &["-n", "all"]);
    service.verb("start", &[]).exits(0);
    assert_eq!(follower.numbered(2000, SOON * 3), numbered(2000));
    let rotated = std::fs::read_dir(lab.path("logs")).expect("the folder is there").count();
    assert!(rotated > 2, "there was no rotation");
    Ok(())
}
