//! Fifty services: started, stopped, asked for, and idle.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{install, memory, ms, peers, row, svcctl};
use crate::support::{median, time};

const MANY: u32 = 50;

/// svcctl beside s6, and beside others where memory is measured.
pub fn measure(work: &Path, wanted: &dyn Fn(&str) -> bool) {
    let names: Vec<String> = (0..MANY).map(|number| format!("s{number}")).collect();
    names.iter().for_each(|name| install(work, name, &["/bin/sleep", "1000"]));
    let all = |verb: &str| -> Command {
        let words: Vec<&str> =
            std::iter::once(verb).chain(names.iter().map(String::as_str)).collect();
        svcctl(work, &words)
    };
    if wanted("start") {
        started_and_stopped(work, &all);
    }
    if wanted("idle") {
        time(&mut svcctl(work, &["start", "s1"]));
        row("idle, one service", &idle(work, 1), &peers::idle(work, 1));
    }
    time(&mut all("start"));
    if wanted("status") {
        asked(work);
    }
    if wanted("idle") {
        row("idle, fifty services", &idle(work, MANY), &peers::idle(work, MANY));
    }
    time(&mut all("stop"));
}

fn started_and_stopped(work: &Path, all: &dyn Fn(&str) -> Command) {
    let mut s6 = peers::S6::with_services(work, MANY);
    let systemd = peers::Systemd::with_services(MANY);
    let mut starts: [Vec<Duration>; 3] = Default::default();
    let mut stops = starts.clone();
    for _ in 0..7 {
        starts[0].push(time(&mut all("start")));
        stops[0].push(time(&mut all("stop")));
        if let Some(s6) = &mut s6 {
            starts[1].push(time(&mut s6.all("-u", "-u")));
            stops[1].push(time(&mut s6.all("-d", "-D")));
        }
        if let Some(systemd) = &systemd {
            starts[2].push(time(&mut systemd.all("start")));
            stops[2].push(time(&mut systemd.all("stop")));
        }
    }
    for (what, [ours, s6, systemd]) in [("started", &starts), ("stopped", &stops)] {
        let beside: Vec<String> = [("s6", s6), ("systemd", systemd)]
            .into_iter()
            .filter(|(_, times)| !times.is_empty())
            .map(|(peer, times)| format!("{peer}: {}", ms(median(times))))
            .collect();
        row(&format!("fifty {what} in one command"), &ms(median(ours)), &beside.join("; "));
    }
}

fn asked(work: &Path) {
    let (mut empty, mut one, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..100 {
        empty.push(time(&mut Command::new("/bin/true")));
        one.push(time(&mut svcctl(work, &["status", "s1", "-o", "json"])));
        many.push(time(&mut svcctl(work, &["status", "-o", "json"])));
    }
    let beside = format!("an empty program: {}", ms(median(&empty)));
    row("status of one", &ms(median(&one)), &beside);
    row("status of fifty", &ms(median(&many)), &beside);
}

/// After two seconds, in which all have settled.
fn idle(work: &Path, services: u32) -> String {
    std::thread::sleep(Duration::from_secs(2));
    let mark = work.display().to_string();
    let is_its = |line: &str| line.contains(&mark) && line.contains("supervise");
    memory::idle(services.into(), &is_its).expect("the supervisor runs")
}
