//! The supervisors that are compared, and one kill of one of their processes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::logs::{self, Outcome};
use super::processes::{eventually, find, signal};

/// From a kill to the count. runsvdir(8) looks every five seconds whether a runsv is missing.
const AFTERWARDS: Duration = Duration::from_secs(6);

/// One of them.
pub struct Peer {
    /// Its name.
    pub name: &'static str,
    /// What has to be in `PATH`; nothing for our own.
    program: Option<&'static str>,
    /// What is killed: how the command lines of these processes begin.
    pub victims: &'static [&'static str],
    /// Has it run the service, in a folder, and leaves the logs below `logs` there.
    start: fn(&World) -> Option<Child>,
    /// What an init system would do after a kill.
    again: bool,
}

/// All of them.
pub const PEERS: &[Peer] = &[
    Peer {
        name: "svcctl",
        program: None,
        victims: &["svcctl:w", "svcctl"],
        start: svcctl,
        again: false,
    },
    Peer {
        name: "runit",
        program: Some("runsvdir"),
        victims: &["runsv", "svlogd"],
        start: runit,
        again: false,
    },
    Peer {
        name: "s6",
        program: Some("s6-svscan"),
        victims: &["s6-supervise", "s6-log"],
        start: s6,
        again: false,
    },
    Peer {
        name: "supervisord",
        program: Some("supervisord"),
        victims: &["supervisord"],
        start: supervisord,
        again: true,
    },
    Peer { name: "pm2", program: Some("pm2"), victims: &["PM2"], start: pm2, again: true },
    Peer {
        name: "pitchfork",
        program: Some("pitchfork"),
        victims: &["pitchfork supervisor", "pitchfork log-sink"],
        start: pitchfork,
        again: true,
    },
];

/// A folder of its own, and the service's command.
pub struct World {
    folder: PathBuf,
    command: Vec<String>,
}

impl World {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// The writers that live.
    fn writers(&self) -> Vec<u32> {
        let mark = self.command.join(" ");
        find(|_, line| line.starts_with(&mark))
    }
}

impl Peer {
    /// Whether it is installed.
    pub fn is_present(&self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_there = |program| std::env::split_paths(&path).any(|at| at.join(program).is_file());
        self.program.is_none_or(is_there)
    }
}

/// One kill, in a folder of its own.
pub fn kill_one(peer: &Peer, victim: &str, pace: u64) -> Outcome {
    let folder = std::env::temp_dir().join(format!("svcctl-bench-kill-{}", std::process::id()));
    for name in ["counts", "logs", "run"] {
        fs::create_dir_all(folder.join(name)).expect("a folder to work in");
    }
    let own = std::env::current_exe().expect("this program").display().to_string();
    let counts = folder.join("counts").display().to_string();
    let world = World { command: vec![own, "write".to_owned(), counts, pace.to_string()], folder };
    let mut children: Vec<Child> = (peer.start)(&world).into_iter().collect();
    assert!(eventually(|| !world.writers().is_empty()), "{} starts nothing", peer.name);
    std::thread::sleep(Duration::from_secs(1));
    let victims = find(|name, line| is_victim(name, line, victim, &world));
    assert!(!victims.is_empty(), "{}: nothing is called '{victim}'", peer.name);
    signal(&victims, Signal::KILL);
    if peer.again {
        std::thread::sleep(Duration::from_millis(200));
        children.extend((peer.start)(&world));
    }
    std::thread::sleep(AFTERWARDS);
    let instances = world.writers().len();
    end(peer, &world);
    let outcome = logs::compare(&world.path("logs"), &world.path("counts"), instances);
    for mut child in children {
        let _ = child.kill();
        let _ = child.wait();
    }
    clean(&world);
    outcome
}

/// Whether it is one to be killed. Those whose names are no rarity must have this benchmark's folder in their command line.
fn is_victim(name: &str, line: &str, victim: &str, world: &World) -> bool {
    let is_ours = line.contains(&world.folder.display().to_string());
    match victim {
        "runsv" | "s6-supervise" => name == victim && line.ends_with(" w "),
        "supervisord" | "PM2" => line.contains(victim) && is_ours,
        "pitchfork supervisor" | "pitchfork log-sink" => {
            name == "pitchfork" && line.contains(victim)
        }
        _ => name == victim && is_ours,
    }
}

/// Ends the supervisor, and then what is left of the service; waits until the logs do not grow any more.
fn end(peer: &Peer, world: &World) {
    stop(peer, world);
    signal(&world.writers(), Signal::KILL);
    let mut before = u64::MAX;
    eventually(|| {
        let now = size(&world.path("logs"));
        let is_quiet = now == before;
        before = now;
        std::thread::sleep(Duration::from_millis(300));
        is_quiet
    });
}

/// Has the writers killed while the loggers live, so that they can write down what is in the pipes.
fn stop(peer: &Peer, world: &World) {
    let (mut command, words) = match peer.name {
        "svcctl" => (svcctl_command(world), vec!["stop".to_owned(), "w".to_owned()]),
        "runit" => (Command::new("sv"), vec!["down".to_owned(), world.text("services/w")]),
        "s6" => (Command::new("s6-svc"), vec!["-d".to_owned(), world.text("services/w")]),
        "supervisord" => {
            let words = ["-c", &world.text("conf"), "stop", "w"].map(str::to_owned);
            (Command::new("supervisorctl"), words.to_vec())
        }
        "pitchfork" => (pitchfork_command(world), vec!["stop".to_owned(), "w".to_owned()]),
        _ => (pm2_command(world), vec!["stop".to_owned(), "w".to_owned()]),
    };
    run(command.args(words));
    signal(&world.writers(), Signal::TERM);
    eventually(|| world.writers().is_empty());
    if peer.name == "pitchfork" {
        take_out_of_its_database(world);
    }
}

fn run(command: &mut Command) {
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}

fn clean(world: &World) {
    run(svcctl_command(world).args(["uninstall", "w"]));
    let mark = world.folder.display().to_string();
    signal(
        &find(|name, line| {
            let is_peers = name == "s6-supervise" || name == "runsv";
            line.contains(&mark) || is_peers && line.ends_with(" w ")
        }),
        Signal::KILL,
    );
    signal(&world.writers(), Signal::KILL);
    eventually(|| fs::remove_dir_all(&world.folder).is_ok());
}

fn spawn(command: &mut Command) -> Option<Child> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Some(quiet.spawn().expect("the supervisor starts"))
}

// --- how each of them is told -------------------------------------------------------------------------------------------

fn svcctl_command(world: &World) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svcctl"));
    command.env_clear().env("HOME", &world.folder).env("XDG_RUNTIME_DIR", world.path("run"));
    command.args(["--user", "--manager", "embedded", "-q"]);
    command
}

fn svcctl(world: &World) -> Option<Child> {
    let (command, logs) = (&world.command, world.text("logs"));
    let file = world.path("w.toml");
    let text = format!(
        "name = \"w\"\n[process]\ncommand = {command:?}\n[restart]\ndelay = \"0s\"\n\
         [logs]\nto = \"file\"\ndirectory = {logs:?}\nformat = \"raw\"\nmax-size = \"8GiB\"\nmax-total = \"64GiB\"\n"
    );
    fs::write(&file, text).expect("a definition");
    let status = svcctl_command(world).arg("install").arg(file).arg("--start").status();
    assert!(status.expect("svcctl can be executed").success());
    None
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a script can be executed");
}

fn runit(world: &World) -> Option<Child> {
    script(&world.path("services/w/run"), &format!("exec {}", world.command.join(" ")));
    let logs = world.text("logs");
    fs::write(world.path("logs/config"), "s999999999\nn100\n").expect("its configuration");
    script(&world.path("services/w/log/run"), &format!("exec svlogd {logs}"));
    spawn(Command::new("runsvdir").arg(world.path("services")))
}

fn s6(world: &World) -> Option<Child> {
    script(&world.path("services/w/run"), &format!("exec {}", world.command.join(" ")));
    let logs = world.text("logs");
    script(&world.path("services/w/log/run"), &format!("exec s6-log s268435455 n100 {logs}"));
    spawn(Command::new("s6-svscan").arg(world.path("services")))
}

fn supervisord(world: &World) -> Option<Child> {
    let (at, logs) = (world.folder.display(), world.text("logs"));
    let command = world.command.join(" ");
    let configuration = format!(
        "[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={at}/pid\n\
         [unix_http_server]\nfile={at}/sock\n[supervisorctl]\nserverurl=unix://{at}/sock\n\
         [rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n\
         [program:w]\ncommand={command}\nstartsecs=0\nstdout_logfile={logs}/log\nstdout_logfile_maxbytes=0\n"
    );
    fs::write(world.path("conf"), configuration).expect("its configuration");
    spawn(Command::new("supervisord").arg("-c").arg(world.path("conf")))
}

fn pm2_command(world: &World) -> Command {
    let mut command = Command::new("pm2");
    command.env("PM2_HOME", world.path("pm2"));
    command
}

fn pm2(world: &World) -> Option<Child> {
    let mut command = pm2_command(world);
    command.args(["start", &world.command[0], "--name", "w", "--interpreter", "none", "-o"]);
    command.arg(world.path("logs/log")).args(["-e", "/dev/null", "--"]).args(&world.command[1..]);
    run(&mut command);
    None
}

fn pitchfork_command(world: &World) -> Command {
    let mut command = Command::new("pitchfork");
    command.env("HOME", &world.folder).env_remove("XDG_STATE_HOME").current_dir(&world.folder);
    command
}

fn pitchfork(world: &World) -> Option<Child> {
    let words = ["run", "w", "-d", "0", "--retry", "99", "--"];
    run(pitchfork_command(world).args(words).args(&world.command));
    None
}

/// Its logs are in SQLite.
fn take_out_of_its_database(world: &World) {
    let lines = fs::File::create(world.path("logs/log")).expect("a file for its lines");
    let mut command = pitchfork_command(world);
    let _ = command.args(["logs", "w", "--raw"]).stdin(Stdio::null()).stdout(lines).status();
    run(pitchfork_command(world).args(["supervisor", "stop"]));
}
