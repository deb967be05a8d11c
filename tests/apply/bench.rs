//! A machine in a folder, and verbs on it that run in a process of their own.
//!
//! The test program runs itself again: the test [`child`] does one verb as its environment says, so that it can be killed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use svcctl::apply::with_lock;
use svcctl::error::Result;
use svcctl::operations::fixture::{request, site, target};
use svcctl::operations::{InstallOptions, Site, UninstallOptions, install, set_enabled, uninstall};
use svcctl::spec::ServiceName;
use svcctl::system::{Native, System};
use svcctl::target::Target;

/// Everything below a folder: mode, and bytes or the link's target.
pub type Snapshot = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// A machine in a folder.
pub struct Bench {
    root: tempfile::TempDir,
}

impl Bench {
    /// One whose manager has run before, so that its own folders are there.
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["etc/units", "var/lib", "run"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let bench = Self { root };
        bench.done("install first 1");
        bench.done("uninstall first");
        bench
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    /// Puts everything back as it was saved.
    pub fn restore(&self, saved: &Snapshot) {
        for entry in fs::read_dir(self.path()).unwrap() {
            fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
        // A folder comes before what is in it.
        for (path, (mode, contents)) in saved {
            let path = self.path().join(path);
            match mode & 0o170_000 {
                0o040_000 => fs::create_dir(&path).unwrap(),
                0o120_000 => {
                    let target = std::str::from_utf8(contents).unwrap();
                    std::os::unix::fs::symlink(target, &path).unwrap();
                    continue;
                }
                _ => fs::write(&path, contents).unwrap(),
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o7777)).unwrap();
        }
    }

    fn command(&self, verb: &str, fault: Option<&str>) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "bench::child", "--nocapture", "--test-threads=1"]);
        command.env("SVCCTL_TEST_ROOT", self.path()).env("SVCCTL_TEST_VERB", verb);
        command.env_remove("SVCCTL_FAULT");
        if let Some(fault) = fault {
            command.env("SVCCTL_FAULT", fault);
        }
        command
    }

    /// Runs a verb to its end, or until the fault.
    pub fn run(&self, verb: &str, fault: Option<&str>) -> Output {
        self.command(verb, fault).output().unwrap()
    }

    /// Begins a verb.
    pub fn spawn(&self, verb: &str) -> Child {
        let mut command = self.command(verb, None);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs a verb that has to succeed, and what it said.
    pub fn done(&self, verb: &str) -> String {
        let output = self.run(verb, None);
        let text = said(&output);
        assert!(output.status.success(), "{verb}: {text}");
        text
    }

    /// Everything that is there.
    pub fn save(&self) -> Snapshot {
        let mut all = Snapshot::new();
        walk(self.path(), self.path(), &mut all);
        all
    }

    /// Everything that is there, wherever it is; of the lock only that it is there.
    pub fn snapshot(&self) -> Snapshot {
        let here = self.path().display().to_string();
        let normal = |(path, (mode, contents)): (PathBuf, (u32, Vec<u8>))| {
            let text = String::from_utf8(contents).unwrap().replace(&here, "");
            let text = if path.ends_with("svcctl/lock") { String::new() } else { text };
            (path, (mode, text.into_bytes()))
        };
        self.save().into_iter().map(normal).collect()
    }
}

/// What a process said.
pub fn said(output: &Output) -> String {
    let parts = [&output.stdout, &output.stderr].map(|part| String::from_utf8_lossy(part));
    parts.join("\n")
}

/// Whether it was killed.
pub fn was_killed(output: &Output) -> bool {
    output.status.signal() == Some(9)
}

fn walk(root: &Path, folder: &Path, all: &mut Snapshot) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let contents = if meta.is_symlink() {
            fs::read_link(&path).unwrap().to_string_lossy().into_owned().into_bytes()
        } else if meta.is_file() {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        let relative = path.strip_prefix(root).unwrap().to_owned();
        all.insert(relative, (meta.permissions().mode(), contents));
        if meta.is_dir() {
            walk(root, &path, all);
        }
    }
}

/// Not a test of its own: what [`Bench::run`] runs.
#[test]
fn child() {
    let Some(root) = std::env::var_os("SVCCTL_TEST_ROOT") else { return };
    let verb = std::env::var("SVCCTL_TEST_VERB").unwrap();
    let native = Native::new();
    let target = target(root.to_str().unwrap(), &native.identity().account);
    match perform(&verb, &target, &site(&native, &target)) {
        Ok(notes) => println!("notes: {}", notes.join("; ")),
        Err(error) => {
            println!("error: {error}");
            std::process::exit(1);
        }
    }
}

/// `install NAME PART [start]`, `both NAME NAME PART`, `uninstall NAME`, `enable NAME`, `disable NAME`, `mend`.
fn perform(verb: &str, target: &Target, site: &Site<'_>) -> Result<Vec<String>> {
    let words: Vec<&str> = verb.split(' ').collect();
    let name = |text: &str| ServiceName::new(text).unwrap();
    let report = match words.as_slice() {
        ["install", name, part, rest @ ..] => {
            let options =
                InstallOptions { start: rest.contains(&"start"), ..InstallOptions::default() };
            install(&[request(name, part, "", target)?], &options, site)?
        }
        ["both", one, two, part] => {
            let requests = [request(one, part, "", target)?, request(two, part, "", target)?];
            install(&requests, &InstallOptions { start: true, ..InstallOptions::default() }, site)?
        }
        ["uninstall", names @ ..] => {
            let names: Vec<ServiceName> = names.iter().map(|text| name(text)).collect();
            uninstall(&names, &UninstallOptions::default(), site)?
        }
        [verb @ ("enable" | "disable"), text] => {
            set_enabled(&[name(text)], *verb == "enable", &Default::default(), site)?
        }
        _ => return with_lock(site, "mend", &[], |_, notes| Ok(notes)),
    };
    Ok(report.recovered)
}
