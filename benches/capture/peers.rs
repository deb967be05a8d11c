//! The programs that are compared, each of which gets its input from this very program.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Load, size_of};

const CAPTURE: &str = env!("CARGO_BIN_EXE_svcctl-testcapture");
const ROTATE: u64 = 16 << 20;

/// One of them.
pub struct Peer {
    /// Its name and what it is told to do.
    pub name: &'static str,
    /// What has to be in `PATH`; nothing for our own.
    program: Option<&'static str>,
    /// Has it take the load into a folder; how long that took.
    pub run: fn(&Path, Load) -> Duration,
}

impl Peer {
    /// Whether it is installed.
    pub fn is_present(&self) -> bool {
        self.program.is_none_or(|program| find(program).is_some())
    }
}

/// All of them; the first is what the others are measured by.
pub const PEERS: &[Peer] = &[
    peer("cat > file, no rotation", Some("cat"), cat),
    peer("svcctl, raw", None, |folder, load| svcctl(folder, load, "raw")),
    peer("svcctl, timestamped", None, |folder, load| svcctl(folder, load, "timestamped")),
    peer("svcctl, json", None, |folder, load| svcctl(folder, load, "json")),
    peer("supervisord", Some("supervisord"), supervisord),
    peer("pm2, no rotation", Some("pm2"), pm2),
    peer("s6-log", Some("s6-log"), |folder, load| s6_log(folder, load, &[])),
    peer("s6-log, timestamps", Some("s6-log"), |folder, load| s6_log(folder, load, &["T"])),
    peer("svlogd", Some("svlogd"), |folder, load| svlogd(folder, load, &[])),
    peer("svlogd, timestamps", Some("svlogd"), |folder, load| svlogd(folder, load, &["-ttt"])),
];

const fn peer(
    name: &'static str,
    program: Option<&'static str>,
    run: fn(&Path, Load) -> Duration,
) -> Peer {
    Peer { name, program, run }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The words of a command that writes the load.
fn writer(load: Load) -> [String; 4] {
    let own = std::env::current_exe().expect("this program has a path");
    let own = own.to_str().expect("its path is text").to_owned();
    [own, "write".to_owned(), load.bytes.to_string(), load.write.to_string()]
}

/// Times a consumer that reads the load from its standard input.
fn piped(mut consumer: Command, load: Load) -> Duration {
    let [program, rest @ ..] = writer(load);
    let start = Instant::now();
    let mut source =
        Command::new(program).args(rest).stdout(Stdio::piped()).spawn().expect("the writer starts");
    let pipe = source.stdout.take().expect("it has a pipe");
    let status = consumer.stdin(pipe).status().expect("the consumer starts");
    let time = start.elapsed();
    assert!(status.success(), "{consumer:?}: {status}");
    source.wait().expect("the writer ends");
    time
}

fn cat(folder: &Path, load: Load) -> Duration {
    let mut command = Command::new("cat");
    command.stdout(fs::File::create(folder.join("file")).expect("a file"));
    piped(command, load)
}

fn svcctl(folder: &Path, load: Load, format: &str) -> Duration {
    let start = Instant::now();
    let logs = folder.to_str().expect("its path is text");
    let status = Command::new(CAPTURE)
        .args(["-", logs, format, &ROTATE.to_string()])
        .args(writer(load))
        .status();
    assert!(status.expect("the capture starts").success());
    start.elapsed()
}

fn s6_log(folder: &Path, load: Load, actions: &[&str]) -> Duration {
    let mut command = Command::new("s6-log");
    command.args(actions).args([&format!("s{ROTATE}"), "n10000"]).arg(folder);
    piped(command, load)
}

fn svlogd(folder: &Path, load: Load, options: &[&str]) -> Duration {
    fs::write(folder.join("config"), format!("s{ROTATE}\nn10000\n")).expect("its configuration");
    let mut command = Command::new("svlogd");
    command.args(options).arg(folder).stderr(Stdio::null());
    piped(command, load)
}

fn supervisord(folder: &Path, load: Load) -> Duration {
    let at = folder.display();
    let command = writer(load).join(" ");
    let configuration = format!(
        "[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\n\
         pidfile={at}/pid\n[program:w]\ncommand={command}\nautorestart=false\nstartsecs=0\n\
         stdout_logfile={at}/log\nstdout_logfile_maxbytes={ROTATE}\nstdout_logfile_backups=1000\n"
    );
    fs::write(folder.join("configuration"), configuration).expect("its configuration");
    let mut command = Command::new("supervisord");
    command.arg("-c").arg(folder.join("configuration"));
    until_all_is_there(command, folder, load)
}

fn pm2(folder: &Path, load: Load) -> Duration {
    let [program, rest @ ..] = writer(load);
    let log = folder.join("log");
    let mut command = Command::new("pm2");
    command.env("PM2_HOME", folder.join("home")).args(["start", &program, "--no-autorestart"]);
    command.args(["--no-daemon", "--interpreter", "none", "-o"]).arg(&log);
    command.arg("-e").arg("/dev/null").arg("--").args(rest);
    until_all_is_there(command, folder, load)
}

/// Times a supervisor that does not end by itself.
fn until_all_is_there(mut command: Command, folder: &Path, load: Load) -> Duration {
    let start = Instant::now();
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().expect("the supervisor starts");
    while size_of(folder) < load.bytes && start.elapsed() < Duration::from_secs(600) {
        thread::sleep(Duration::from_millis(10));
    }
    let time = start.elapsed();
    let id = child.id().to_string();
    let killed = Command::new("kill").args([OsStr::new("-TERM"), OsStr::new(&id)]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    child.wait().expect("the supervisor ends");
    time
}
