//! A home folder, a program, and what happens in them.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for anything; the machine may be busy.
pub const SOON: Duration = Duration::from_secs(20);

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Kills a process for good.
pub fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    // It may have ended by itself.
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
}

/// The processes of a service, as its state file has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processes {
    pub main: u32,
    pub host: u32,
}

/// Somebody who follows a log; gone with the test, however that ends.
pub struct Reader(pub Child);

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One test's world.
pub struct Lab {
    home: TempDir,
}

impl Lab {
    pub fn new() -> Self {
        let home = TempDir::new().unwrap();
        fs::create_dir(home.path().join("run")).unwrap();
        let lab = Self { home };
        fs::copy(env!("CARGO_BIN_EXE_svcctl"), lab.program()).unwrap();
        // What was forked meanwhile may hold it open, and then it cannot be executed yet.
        lab.svcctl(&["--version"]);
        lab
    }

    pub fn dir(&self) -> &Path {
        self.home.path()
    }

    pub fn program(&self) -> PathBuf {
        self.dir().join("svcctl")
    }

    /// Puts another file in the place of the program, as an upgrade does.
    pub fn replace_program(&self) {
        let fresh = self.dir().join("svcctl.new");
        fs::copy(env!("CARGO_BIN_EXE_svcctl"), &fresh).unwrap();
        fs::rename(fresh, self.program()).unwrap();
    }

    pub fn command(&self, words: &[&str]) -> Command {
        self.with_home(Command::new(self.program()), words)
    }

    /// A command of svcctl that another program executes.
    pub fn wrapped(&self, wrapper: &[&str], words: &[&str]) -> Command {
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(self.program());
        self.with_home(command, words)
    }

    fn with_home(&self, mut command: Command, words: &[&str]) -> Command {
        command.env_clear().env("HOME", self.dir()).env("XDG_RUNTIME_DIR", self.dir().join("run"));
        command.args(["--user", "--manager", "embedded"]).args(words);
        command
    }

    /// Somebody who follows the log of a service from its beginning.
    pub fn follow(&self, name: &str, stdout: Stdio) -> Reader {
        let mut command = self.command(&["logs", name, "-f", "-n", "all"]);
        Reader(command.stdout(stdout).stderr(Stdio::null()).spawn().unwrap())
    }

    pub fn try_svcctl(&self, words: &[&str]) -> Output {
        loop {
            match self.command(words).output() {
                // Another test forked while the copy of the program was being written, and has yet to execute.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {}
                output => return output.unwrap(),
            }
        }
    }

    pub fn svcctl(&self, words: &[&str]) -> String {
        let output = self.try_svcctl(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "svcctl {words:?}: {errors}\n{}", self.states());
        String::from_utf8(output.stdout).unwrap()
    }

    /// Installs a service that runs a script of the shell and is always started again at once.
    pub fn install(&self, name: &str, script: &str) {
        self.install_command(name, &["/bin/sh", "-c", script], "20s");
    }

    /// Installs a service that has so much time to stop.
    pub fn install_command(&self, name: &str, command: &[&str], stop: &str) {
        let process = format!("command = {command:?}\nenvironment = {{ DIR = {:?} }}", self.dir());
        self.install_text(
            name,
            &format!(
                "name = {name:?}\n[process]\n{process}\n\
                 [restart]\ndelay = \"0s\"\nattempts = \"unlimited\"\n[stop]\ntimeout = {stop:?}\n"
            ),
        );
    }

    /// Installs a script of the shell that starts after another service.
    pub fn install_after(&self, name: &str, script: &str, after: Option<&str>) {
        let after = after.map(|other| format!("[start]\nafter = [{other:?}]\n"));
        let process = format!(
            "command = [\"/bin/sh\", \"-c\", {script:?}]\nenvironment = {{ DIR = {:?} }}",
            self.dir()
        );
        let text = format!("name = {name:?}\n[process]\n{process}\n{}", after.unwrap_or_default());
        self.install_text(name, &text);
    }

    /// Installs a definition.
    pub fn install_text(&self, name: &str, text: &str) {
        let path = self.dir().join(format!("{name}.toml"));
        fs::write(&path, text).unwrap();
        self.svcctl(&["install", &path.display().to_string()]);
    }

    pub fn status(&self, name: &str) -> Value {
        let output = self.try_svcctl(&["status", name, "-o", "json"]);
        let status: Value = serde_json::from_slice(&output.stdout).unwrap();
        status["services"][0].clone()
    }

    fn runtime(&self) -> PathBuf {
        self.dir().join("run/svcctl")
    }

    pub fn processes(&self, name: &str) -> Processes {
        let path = self.runtime().join("services").join(name).join("state.json");
        let state: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let pid = |key: &str| u32::try_from(state[key]["pid"].as_u64().unwrap_or(0)).unwrap();
        Processes { main: pid("main"), host: pid("host") }
    }

    fn states(&self) -> String {
        let entries = fs::read_dir(self.runtime().join("services")).into_iter().flatten().flatten();
        let read = |path: PathBuf| fs::read_to_string(path.join("state.json")).unwrap_or_default();
        entries.map(|entry| read(entry.path()) + "\n").collect()
    }

    /// The supervisor: the process of this program that holds the lock.
    pub fn try_supervisor(&self) -> Option<u32> {
        let lock = self.runtime().join("supervisor.lock");
        let holds = |pid: &u32| {
            let fds = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
            fds.filter_map(|fd| fs::read_link(fd.path()).ok()).any(|target| target == lock)
        };
        pids().find(holds)
    }

    pub fn supervisor(&self) -> u32 {
        self.try_supervisor().expect("there is a supervisor")
    }

    /// Processes of services of this lab that live.
    pub fn survivors(&self) -> Vec<u32> {
        let mark = format!("SVCCTL_RUNTIME={}", self.runtime().display());
        pids()
            .filter(|pid| environment(*pid).iter().any(|variable| variable.starts_with(&mark)))
            .collect()
    }

    pub fn assert_nothing_left(&self) {
        let survivors = self.survivors();
        assert!(
            survivors.is_empty(),
            "processes {survivors:?} were left behind\n{}",
            self.states()
        );
    }

    /// Main processes of one service: those that lead a session, which what the script forks does not.
    pub fn instances(&self, name: &str) -> Vec<u32> {
        let mark =
            format!("SVCCTL_RUNTIME={}", self.runtime().join("services").join(name).display());
        pids().filter(|pid| environment(*pid).contains(&mark) && leads_a_session(*pid)).collect()
    }

    /// Every line that a writer wrote is in the log, once and in order.
    pub fn check_lines(&self, name: &str) -> usize {
        let text = self.svcctl(&["logs", name, "-n", "all", "-o", "json"]);
        let mut seen: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for line in text.lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            let message = entry["message"].as_str().unwrap_or_default();
            // What the host has to tell is among the lines.
            let is_its = entry["stream"] != "manager";
            if is_its && let Some((instance, number)) = message.split_once(' ') {
                let number = number.parse().unwrap_or_else(|_| panic!("{name} wrote {message:?}"));
                seen.entry(instance.to_owned()).or_default().push(number);
            }
        }
        assert!(!seen.is_empty(), "{name} has written nothing");
        for (instance, numbers) in &seen {
            let expected: Vec<u64> = (0..numbers.len() as u64).collect();
            assert!(*numbers == expected, "{name}, instance {instance}: {}", first_fault(numbers));
            let last =
                fs::read_to_string(self.dir().join(format!("last.{instance}"))).unwrap_or_default();
            if let Ok(last) = last.trim().parse::<u64>() {
                assert!(
                    numbers.len() as u64 > last,
                    "{name}, instance {instance}: {last} was written, {} are logged",
                    numbers.len()
                );
            }
        }
        seen.values().map(Vec::len).sum()
    }
}

impl Drop for Lab {
    /// Whatever came of the test, nothing is left of it.
    fn drop(&mut self) {
        let names = fs::read_dir(self.runtime().join("services")).into_iter().flatten().flatten();
        let names: Vec<String> =
            names.map(|entry| entry.file_name().display().to_string()).collect();
        let words: Vec<&str> =
            std::iter::once("stop").chain(names.iter().map(String::as_str)).collect();
        let _ = self.try_svcctl(&words);
        self.try_supervisor().into_iter().for_each(kill);
        self.survivors().into_iter().for_each(kill);
    }
}

fn first_fault(numbers: &[u64]) -> String {
    let fault = numbers.iter().zip(0..).find(|(number, expected)| **number != *expected);
    fault.map_or_else(String::new, |(number, expected)| {
        format!("{number} where {expected} should be")
    })
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn leads_a_session(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let session = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(3));
    session == Some(pid.to_string().as_str())
}

fn environment(pid: u32) -> Vec<String> {
    let bytes = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    bytes.split(|byte| *byte == 0).map(|one| String::from_utf8_lossy(one).into_owned()).collect()
}
