//! Idle memory of fifty services, the time from a crash to the next start, starting and stopping fifty, and what `status` takes. runit
//! and s6 stand beside it where they are installed.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{median, time};

const SVCCTL: &str = env!("CARGO_BIN_EXE_svcctl");
const MANY: usize = 50;
const CRASHES: usize = 200;
const LIFE: Duration = Duration::from_millis(20);

/// Measures and prints.
pub fn run() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, file] = arguments.as_slice()
        && word == "crash"
    {
        return crash(Path::new(file));
    }
    let work = std::env::temp_dir().join(format!("svcctl-bench-{}", std::process::id()));
    fs::create_dir_all(work.join("run")).expect("a folder to work in");
    println!("| what | svcctl | beside it |\n|---|---|---|");
    crashes(&work);
    fifty(&work);
    fs::remove_dir_all(&work).expect("the folder can be removed");
}

fn row(what: &str, ours: &str, beside: &str) {
    println!("| {what} | {ours} | {beside} |");
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// svcctl in a world of its own.
fn svcctl(work: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(SVCCTL);
    command.env_clear().env("HOME", work).env("XDG_RUNTIME_DIR", work.join("run"));
    command.args(["--user", "--manager", "embedded", "-q"]).args(words);
    command
}

fn install(work: &Path, name: &str, command: &[&str]) {
    let file = work.join(format!("{name}.toml"));
    let restart = "[restart]\ndelay = \"0s\"\nattempts = \"unlimited\"\n";
    fs::write(&file, format!("name = {name:?}\n[process]\ncommand = {command:?}\n{restart}"))
        .expect("a definition");
    time(&mut svcctl(work, &["install", &file.display().to_string()]));
}

// --- from a crash to the next start -------------------------------------------------------------------------------------

/// Monotonic time in nanoseconds.
fn clock() -> i128 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    i128::from(now.tv_sec) * 1_000_000_000 + i128::from(now.tv_nsec)
}

/// What is started again and again: it writes down when it began and when it ended.
fn crash(file: &Path) {
    let begin = clock();
    std::thread::sleep(LIFE);
    let mut file =
        fs::OpenOptions::new().create(true).append(true).open(file).expect("the file of times");
    writeln!(file, "{begin} {}", clock()).expect("the times can be written");
    std::process::exit(1);
}

/// From each end to the next beginning, sorted.
fn gaps(file: &Path) -> Vec<Duration> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let number = |word: &str| word.parse::<i128>().ok();
    let times: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(a, b)| number(a).zip(number(b)))
        .collect();
    let gap = |pair: &[(i128, i128)]| {
        Duration::from_nanos(u64::try_from(pair[1].0 - pair[0].1).unwrap_or_default())
    };
    let mut gaps: Vec<_> = times.windows(2).map(gap).collect();
    gaps.sort_unstable();
    gaps
}

fn told(gaps: &[Duration]) -> String {
    let p99 = gaps.get(gaps.len() * 99 / 100).copied().unwrap_or_default();
    format!("median {}, p99 {}", ms(median(gaps)), ms(p99))
}

fn crashes(work: &Path) {
    let this = std::env::current_exe().expect("this program").display().to_string();
    let (ours, bare) = (work.join("ours"), work.join("bare"));
    install(work, "crash", &[&this, "crash", &ours.display().to_string()]);
    time(&mut svcctl(work, &["start", "crash"]));
    let deadline = Instant::now() + Duration::from_secs(60);
    while gaps(&ours).len() < CRASHES && Instant::now() < deadline {
        std::thread::sleep(LIFE);
    }
    time(&mut svcctl(work, &["stop", "crash"]));
    for _ in 0..CRASHES {
        let _ = Command::new(&this).arg("crash").arg(&bare).status().expect("it can be spawned");
    }
    row(
        &format!("exit to start, {CRASHES} crashes"),
        &told(&gaps(&ours)),
        &format!("bare posix_spawn loop: {}", told(&gaps(&bare))),
    );
}

// --- fifty services -----------------------------------------------------------------------------------------------------

fn fifty(work: &Path) {
    let names: Vec<String> = (0..MANY).map(|number| format!("s{number}")).collect();
    names.iter().for_each(|name| install(work, name, &["/bin/sleep", "1000"]));
    let all = |verb: &str| -> Command {
        let words: Vec<&str> =
            std::iter::once(verb).chain(names.iter().map(String::as_str)).collect();
        svcctl(work, &words)
    };
    let (mut starts, mut stops) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        starts.push(time(&mut all("start")));
        stops.push(time(&mut all("stop")));
    }
    row("fifty started in one command", &ms(median(&starts)), "");
    row("fifty stopped in one command", &ms(median(&stops)), "");
    time(&mut all("start"));
    let empty: Vec<_> = (0..50).map(|_| time(&mut Command::new("/bin/true"))).collect();
    let one: Vec<_> =
        (0..50).map(|_| time(&mut svcctl(work, &["status", "s1", "-o", "json"]))).collect();
    let many: Vec<_> = (0..20).map(|_| time(all("status").args(["-o", "json"]))).collect();
    row("status of one", &ms(median(&one)), &format!("an empty program: {}", ms(median(&empty))));
    row("status of fifty", &ms(median(&many)), "");
    std::thread::sleep(Duration::from_secs(2));
    let ours = memory(&|process| {
        process.contains(&work.display().to_string()) && process.contains("supervise")
    });
    row("idle memory (PSS) of fifty", &ours, &peers(work));
    time(&mut all("stop"));
}

/// The memory of all processes whose command line is so.
fn memory(is_one: &dyn Fn(&str) -> bool) -> String {
    let pids = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
    let of = |path: PathBuf| {
        let line = fs::read_to_string(path.join("cmdline")).ok()?;
        let rollup =
            is_one(&line).then(|| fs::read_to_string(path.join("smaps_rollup")).ok())??;
        rollup
            .lines()
            .find_map(|line| line.strip_prefix("Pss:"))?
            .split_whitespace()
            .next()?
            .parse::<f64>()
            .ok()
    };
    let kib: Vec<f64> = pids.filter_map(of).collect();
    let total: f64 = kib.iter().sum::<f64>() / 1024.0;
    format!("{:.2} MiB a service, {total:.1} in all, {} processes", total / 50.0, kib.len())
}

/// runit and s6 with a logger for each service, where they are installed.
fn peers(work: &Path) -> String {
    let peers = [
        ("runit", "runsvdir", "svlogd -tt ./main", "runsv"),
        ("s6", "s6-svscan", "s6-log t ./main", "s6-"),
    ];
    let told: Vec<String> = peers
        .iter()
        .filter_map(|(name, scan, log, mark)| peer(work, name, scan, log, mark))
        .collect();
    told.join("; ")
}

fn peer(work: &Path, name: &str, scan: &str, log: &str, mark: &str) -> Option<String> {
    let folder = work.join(name);
    for number in 0..MANY {
        let service = folder.join(format!("p{number}"));
        script(&service.join("run"), "exec /bin/sleep 1000");
        fs::create_dir_all(service.join("log/main")).expect("a folder for logs");
        script(&service.join("log/run"), &format!("exec {log}"));
    }
    let mut scanner =
        Command::new(scan).arg(&folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    std::thread::sleep(Duration::from_secs(8));
    let figure = memory(&|line| {
        line.starts_with(mark) || line.starts_with("svlogd") || line.starts_with(scan)
    });
    // Both end their services on these signals.
    let signal = if name == "runit" { "-HUP" } else { "-TERM" };
    let _ = Command::new("/bin/kill").args([signal, &scanner.id().to_string()]).status();
    let _ = scanner.wait();
    Some(format!("{name}: {figure}"))
}

fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a script can be executed");
}
