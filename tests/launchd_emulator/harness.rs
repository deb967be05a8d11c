//! One emulated Mac for each test: its folder, its daemon, its `launchctl`.

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub const EMULATOR: &str = env!("CARGO_BIN_EXE_svcctl-launchd-emulator");
pub const LABEL: &str = "com.example.web";
pub const T: &str = "gui/501/com.example.web";
pub const D: &str = "gui/501";
/// Longer than anything here takes; a poll that reaches it has failed.
const DEADLINE: Duration = Duration::from_secs(20);

/// The Mac of the cases: 15, uid 501, at the screen.
pub fn profile() -> Value {
    json!({"os": 15, "caller": 501, "sessions": [{"uid": 501, "gui": true, "name": "me"}]})
}

/// That Mac with other fields.
pub fn profile_with(fields: &Value) -> Value {
    let mut profile = profile();
    profile.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    profile
}

/// What one call printed and returned.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn silent(code: i32) -> Seen {
    Seen { code, out: String::new(), err: String::new() }
}

pub fn said(code: i32, err: &str) -> Seen {
    Seen { code, out: String::new(), err: format!("{err}\n") }
}

pub const IO_ERROR: &str = "Bootstrap failed: 5: Input/output error\nTry re-running the command as root for richer errors.";

/// A running emulator, ended when dropped.
pub struct Mac {
    pub root: PathBuf,
    daemon: Child,
}

impl Mac {
    pub fn new() -> Self {
        Self::with(&profile())
    }

    pub fn with(profile: &Value) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("launchd-{}-{number}", std::process::id()));
        std::fs::create_dir_all(root.join("home/Library/LaunchAgents")).unwrap();
        let daemon = start(&root, profile);
        Self { root, daemon }
    }

    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// Ends the daemon with its jobs, and starts another on the same disk.
    pub fn reboot(&mut self, profile: &Value) {
        self.control(&["shutdown"]);
        assert!(self.daemon.wait().unwrap().success());
        self.daemon = start(&self.root, profile);
    }

    pub fn control(&self, words: &[&str]) {
        let status =
            Command::new(EMULATOR).args(["control", "--root"]).arg(&self.root).args(words).status();
        assert!(status.unwrap().success(), "control {words:?}");
    }

    pub fn run(&self, args: &[&str]) -> Seen {
        let output =
            Command::new(self.root.join("bin/launchctl")).args(args).env_clear().output().unwrap();
        Seen {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Calls that must be silent and exit 0.
    pub fn ok(&self, args: &[&str]) {
        assert_eq!(self.run(args), silent(0), "{args:?}");
    }

    /// Writes the plist of the cases: a shell script as the program, and further keys as XML.
    pub fn plist(&self, script: &str, keys: &str) -> String {
        self.plist_at(&self.root.join("web.plist"), LABEL, script, keys)
    }

    pub fn plist_at(&self, path: &Path, label: &str, script: &str, keys: &str) -> String {
        let escaped = script.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>",
        );
        write!(xml, "<key>Label</key><string>{label}</string><key>ProgramArguments</key><array>")
            .unwrap();
        write!(xml, "<string>/bin/sh</string><string>-c</string><string>{escaped}</string></array>{keys}</dict></plist>")
            .unwrap();
        std::fs::write(path, xml).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        path.display().to_string()
    }

    /// Loads the plist of the cases, and waits until it runs.
    pub fn running(&self, script: &str, keys: &str) -> u32 {
        let plist = self.plist(script, &format!("<key>RunAtLoad</key><true/>{keys}"));
        self.ok(&["bootstrap", D, &plist]);
        self.until_running()
    }

    pub fn until_running(&self) -> u32 {
        self.until("running", || {
            (self.field("state")? == "running").then(|| self.field("pid")?.parse().ok())?
        })
    }

    pub fn until_state(&self, state: &str) {
        self.until(state, || (self.field("state")? == state).then_some(()));
    }

    pub fn until_gone(&self) {
        self.until("gone", || (self.run(&["print", T]).code == 113).then_some(()));
    }

    /// A key line of `print T`: exactly one tab.
    pub fn field(&self, key: &str) -> Option<String> {
        let text = self.run(&["print", T]).out;
        text.lines().find_map(|line| {
            Some(line.strip_prefix('\t')?.strip_prefix(key)?.strip_prefix(" = ")?.to_owned())
        })
    }

    /// Polls, and fails with the last print when the time is up.
    pub fn until<V>(&self, what: &str, probe: impl Fn() -> Option<V>) -> V {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = probe() {
                return found;
            }
            assert!(Instant::now() < end, "never: {what}\n{}", self.run(&["print", T]).out);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root.join(name)).unwrap_or_default()
    }
}

fn start(root: &Path, profile: &Value) -> Child {
    let file = root.join("profile.json");
    let mut profile = profile.clone();
    for session in profile["sessions"].as_array_mut().into_iter().flatten() {
        session["home"] = json!(root.join("home"));
    }
    std::fs::write(&file, profile.to_string()).unwrap();
    let mut daemon = Command::new(EMULATOR);
    daemon.args(["daemon", "--root"]).arg(root).arg("--profile").arg(file).stdout(Stdio::piped());
    let mut daemon = daemon.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    daemon
}

impl Drop for Mac {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
        drop(std::fs::remove_dir_all(&self.root));
    }
}
