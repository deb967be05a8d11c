//! Other supervisors, where they are installed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::memory;

fn spawn(command: &mut Command) -> Option<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

fn run(command: &mut Command) -> bool {
    spawn(command).and_then(|mut child| child.wait().ok()).is_some_and(|status| status.success())
}

fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a script can be executed");
}

/// A scanner of service folders that ends with its services.
struct Scanner {
    child: Child,
    /// Both end their services on these signals.
    signal: &'static str,
}

impl Scanner {
    fn start(program: &str, folder: &Path) -> Option<Self> {
        let child = spawn(Command::new(program).arg(folder))?;
        Some(Self { child, signal: if program == "runsvdir" { "-HUP" } else { "-TERM" } })
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        run(Command::new("/bin/kill").args([self.signal, &self.child.id().to_string()]));
        let _ = self.child.wait();
    }
}

/// Where systemd finds units that are gone after a boot; it is there if systemd has booted this machine.
const UNITS: &str = "/run/systemd/system";

fn systemd_has_booted() -> bool {
    Path::new(UNITS).exists()
}

fn systemctl(words: &[&str]) -> Command {
    let mut command = Command::new("systemctl");
    command.args(words);
    command
}

// --- crashes --------------------------------------------------------------------------------------------------------------

/// Whether runit is here, and has had something crash until `enough` returned.
pub fn runit_crashes(work: &Path, command: &[String], enough: impl FnOnce()) -> bool {
    let folder = work.join("runit-crash");
    script(&folder.join("crash/run"), &format!("exec {}", command.join(" ")));
    let scanner = Scanner::start("runsvdir", &folder);
    if scanner.is_some() {
        enough();
    }
    scanner.is_some()
}

/// The same with pm2.
pub fn pm2_crashes(work: &Path, command: &[String], enough: impl FnOnce()) -> bool {
    let home = work.join("pm2");
    let pm2 = || {
        let mut command = Command::new("pm2");
        command.env("PM2_HOME", &home);
        command
    };
    let Some((program, rest)) = command.split_first() else { return false };
    let options = ["--name", "crash", "--interpreter", "none", "--max-restarts", "100000", "--"];
    let started = run(pm2().arg("start").arg(program).args(options).args(rest));
    if started {
        enough();
        run(pm2().arg("kill"));
    }
    started
}

/// The same with the systemd that has booted this machine.
pub fn systemd_crashes(work: &Path, command: &[String], enough: impl FnOnce()) -> bool {
    if !systemd_has_booted() {
        return false;
    }
    let unit = format!("svcctl-bench-{}.service", work.display().to_string().len());
    let properties = ["Restart=always", "RestartSec=0", "StartLimitIntervalSec=0"];
    let properties = properties.map(|property| format!("--property={property}"));
    let started =
        run(Command::new("systemd-run").args(properties).arg("--unit").arg(&unit).args(command));
    if started {
        enough();
        run(&mut systemctl(&["stop", &unit]));
    }
    started
}

// --- many services --------------------------------------------------------------------------------------------------------

/// systemd with services that are down.
pub struct Systemd {
    units: Vec<String>,
}

impl Systemd {
    /// None if it has not booted this machine.
    pub fn with_services(count: u32) -> Option<Self> {
        if !systemd_has_booted() {
            return None;
        }
        let units = (0..count).map(|number| format!("svcctl-bench-{number}.service")).collect();
        let systemd = Self { units };
        for unit in &systemd.units {
            let text = "[Service]\nExecStart=/bin/sleep 1000\n";
            fs::write(Path::new(UNITS).join(unit), text).expect("a unit");
        }
        run(&mut systemctl(&["daemon-reload"])).then_some(systemd)
    }

    /// Starts or stops all.
    pub fn all(&self, verb: &str) -> Command {
        let mut command = systemctl(&[verb]);
        command.args(&self.units);
        command
    }
}

impl Drop for Systemd {
    fn drop(&mut self) {
        run(&mut self.all("stop"));
        for unit in &self.units {
            let _ = fs::remove_file(Path::new(UNITS).join(unit));
        }
        run(&mut systemctl(&["daemon-reload"]));
    }
}

/// s6 with services that are down.
pub struct S6 {
    _scanner: Scanner,
    services: Vec<PathBuf>,
}

impl S6 {
    /// None if it is not installed.
    pub fn with_services(work: &Path, count: u32) -> Option<Self> {
        let folder = work.join("s6-many");
        let services: Vec<PathBuf> =
            (0..count).map(|number| folder.join(format!("p{number}"))).collect();
        for service in &services {
            script(&service.join("run"), "exec /bin/sleep 1000");
            fs::write(service.join("down"), "").expect("a mark");
        }
        let scanner = Scanner::start("s6-svscan", &folder)?;
        std::thread::sleep(Duration::from_secs(2));
        Some(Self { _scanner: scanner, services })
    }

    /// Tells all of them, and waits until they are so.
    pub fn all(&mut self, tell: &str, wait: &str) -> Command {
        let script = format!("for d; do s6-svc {tell} \"$d\"; done; exec s6-svwait {wait} \"$@\"");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &script, "sh"]).args(&self.services);
        command
    }
}

/// What runit and s6 with a logger for each service, supervisord and pm2 take.
pub fn idle(work: &Path, services: u32) -> String {
    let scanners = [
        ("runit", "runsvdir", "svlogd -tt ./main", "runsv"),
        ("s6", "s6-svscan", "s6-log t ./main", "s6-"),
    ];
    let folder = |name: &str| work.join(format!("{name}-{services}"));
    let mut told: Vec<String> = scanners
        .iter()
        .filter_map(|(name, scan, log, mark)| {
            idle_peer(&folder(name), services, scan, log, mark)
                .map(|figure| format!("{name}: {figure}"))
        })
        .collect();
    told.extend(idle_supervisord(&folder("supervisord"), services));
    told.extend(idle_pm2(&folder("pm2"), services));
    told.extend(idle_pitchfork(&folder("pitchfork"), services));
    told.join("; ")
}

fn idle_pitchfork(folder: &Path, services: u32) -> Option<String> {
    fs::create_dir_all(folder).expect("a folder");
    let pitchfork = |words: &[&str]| {
        run(Command::new("pitchfork").env("HOME", folder).current_dir(folder).args(words))
    };
    let names: Vec<String> = (0..services).map(|number| format!("p{number}")).collect();
    let start = |name: &String| pitchfork(&["run", name, "-d", "0", "--", "/bin/sleep", "1000"]);
    if !names.iter().all(start) {
        return None;
    }
    std::thread::sleep(Duration::from_secs(2));
    let parts = ["pitchfork\0supervisor", "pitchfork\0log-sink"];
    let is_one = |line: &str| parts.iter().any(|part| line.contains(part));
    let figure = memory::idle(services.into(), &is_one);
    for name in &names {
        pitchfork(&["stop", name]);
    }
    pitchfork(&["supervisor", "stop"]);
    figure.map(|figure| format!("pitchfork: {figure}"))
}

fn idle_supervisord(folder: &Path, services: u32) -> Option<String> {
    fs::create_dir_all(folder).expect("a folder");
    let at = folder.display();
    let mut text = format!(
        "[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={at}/pid\n"
    );
    for number in 0..services {
        let _ = write!(
            text,
            "[program:p{number}]\ncommand=/bin/sleep 1000\nstdout_logfile={at}/p{number}.log\n"
        );
    }
    let configuration = folder.join("conf");
    fs::write(&configuration, text).expect("its configuration");
    let mut child = spawn(Command::new("supervisord").arg("-c").arg(&configuration))?;
    std::thread::sleep(Duration::from_secs(8));
    let mark = configuration.display().to_string();
    let figure = memory::idle(services.into(), &|line| line.contains(&mark));
    run(Command::new("/bin/kill").arg(child.id().to_string()));
    let _ = child.wait();
    figure.map(|figure| format!("supervisord: {figure}"))
}

fn idle_pm2(folder: &Path, services: u32) -> Option<String> {
    fs::create_dir_all(folder).expect("a folder");
    let app = |number: u32| {
        format!(
            "{{\"name\":\"p{number}\",\"script\":\"/bin/sleep\",\"args\":\"1000\",\"interpreter\":\"none\"}}"
        )
    };
    let apps: Vec<String> = (0..services).map(app).collect();
    let file = folder.join("apps.json");
    fs::write(&file, format!("{{\"apps\":[{}]}}", apps.join(","))).expect("its configuration");
    let pm2 = || {
        let mut command = Command::new("pm2");
        command.env("PM2_HOME", folder);
        command
    };
    if !run(pm2().arg("start").arg(file)) {
        return None;
    }
    std::thread::sleep(Duration::from_secs(8));
    let mark = folder.display().to_string();
    let is_its = |line: &str| line.starts_with("PM2") && line.contains(&mark);
    let figure = memory::idle(services.into(), &is_its);
    run(pm2().arg("kill"));
    figure.map(|figure| format!("pm2: {figure}"))
}

fn idle_peer(folder: &Path, services: u32, scan: &str, log: &str, mark: &str) -> Option<String> {
    for number in 0..services {
        let service = folder.join(format!("p{number}"));
        script(&service.join("run"), "exec /bin/sleep 1000");
        fs::create_dir_all(service.join("log/main")).expect("a folder for logs");
        script(&service.join("log/run"), &format!("exec {log}"));
    }
    let _scanner = Scanner::start(scan, folder)?;
    // runsvdir looks for new services every five seconds.
    std::thread::sleep(Duration::from_secs(8));
    let is_its =
        |line: &str| line.starts_with(mark) || line.starts_with("svlogd") || line.starts_with(scan);
    memory::idle(services.into(), &is_its)
}
