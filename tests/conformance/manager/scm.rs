//! The Service Control Manager, with its services as keys of the registry.

mod generated;
mod protocol;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{Feature, Limit, Manager};
use crate::case::{Case, case};
use crate::lane::program;
use crate::poll::{SOON, until};

/// The manager has services of the machine only.
pub struct Scm;

/// Where svcctl keeps everything.
const STATE: &str = r"C:\ProgramData\svcctl";

fn tool(name: &str, words: &[&str]) -> Output {
    let path = format!(r"C:\Windows\System32\{name}.exe");
    Command::new(path).args(words).output().unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn key(name: &str) -> String {
    format!(r"HKLM\SYSTEM\CurrentControlSet\Services\{name}")
}

fn exists(name: &str) -> bool {
    tool("reg", &["query", &key(name)]).status.success()
}

/// Whether this is Wine's manager: it keeps to the protocol, and takes some settings without acting on them.
pub fn is_wine() -> bool {
    Path::new(r"C:\Windows\System32\wineboot.exe").exists()
}

impl Scm {
    /// Where the definition of a foreign service is, of which svcctl has no receipt.
    fn foreign_folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("foreign-{name}"))
    }
}

impl Manager for Scm {
    fn name(&self) -> &'static str {
        "scm"
    }

    fn always(&self) -> &'static [&'static str] {
        &["PATH", "SYSTEMROOT", "USERNAME", "USERPROFILE"]
    }

    fn own_variables(&self) -> Vec<String> {
        let wine = if is_wine() { OF_WINE } else { &[] };
        let own = OF_WINDOWS.iter().chain(wine).filter(|name| !self.always().contains(name));
        own.map(ToString::to_string).collect()
    }

    fn roots(&self) -> Vec<PathBuf> {
        vec![STATE.into()]
    }

    /// A service that speaks the manager's protocol: a host that `sc.exe` was told of.
    fn add_foreign(&self, name: &str, command: &[String]) {
        let folder = Self::foreign_folder(name);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let definition = folder.join("foreign.toml");
        let text =
            format!("name = {name:?}\n[process]\ncommand = {command:?}\nuser = \"LocalSystem\"\n");
        fs::write(&definition, text).expect("a definition can be written");
        let output = folder.join("out");
        let render = Command::new(program("svcctl"))
            .args(["render", "--for", "scm"])
            .arg(&definition)
            .arg("--output-dir")
            .arg(&output)
            .output()
            .expect("svcctl can be run");
        assert!(render.status.success(), "a definition can be rendered: {render:?}");
        let rendered = crate::lab::named_below(&output, &format!("{name}.json"));
        let hosted =
            rendered.iter().find(|path| path.components().any(|part| part.as_os_str() == "hosted"));
        let hosted = hosted.expect("the host's file was rendered");
        let line = format!(
            "\"{}\" host --scm --definition \"{}\"",
            program("svcctl").display(),
            hosted.display()
        );
        let made = tool("sc", &["create", name, "binPath=", &line]);
        assert!(made.status.success(), "a service can be made: {made:?}");
    }

    fn remove_foreign(&self, name: &str) {
        if exists(name) {
            tool("sc", &["stop", name]);
            tool("sc", &["delete", name]);
            until("the foreign service to be gone", SOON, || (!exists(name)).then_some(()));
        }
        let _ = fs::remove_dir_all(Self::foreign_folder(name));
    }

    fn foreign_definition(&self, name: &str) -> String {
        String::from_utf8_lossy(&tool("reg", &["query", &key(name)]).stdout).into_owned()
    }

    fn tamper(&self, name: &str) {
        let done = tool("sc", &["description", name, "changed by somebody else"]);
        assert!(done.status.success(), "a description can be changed: {done:?}");
    }

    fn cannot_limit(&self, limit: Limit) -> Option<String> {
        let what = match limit {
            Limit::Memory => "memory",
            Limit::Processes => "processes",
        };
        is_wine()
            .then(|| format!("only real Windows can show it: Wine's job objects take a limit of {what} and do not keep to it"))
    }

    fn cannot_show(&self, feature: Feature) -> Option<&'static str> {
        let reason = match feature {
            Feature::Account => {
                "only real Windows can show it: Wine runs every account's services as one Unix user"
            }
            Feature::CpuTime => {
                "only real Windows can show it: Wine tells the CPU time of the asking process only"
            }
            Feature::Link => "only real Windows can show it: Wine 8 makes no symbolic links",
            Feature::Priority => {
                "only real Windows can show it: Wine's CreateProcess leaves the priority class out"
            }
        };
        is_wine().then_some(reason)
    }

    fn extras(&self) -> &'static [Case] {
        EXTRAS
    }

    fn absent(&self) -> &'static str {
        "systemd"
    }
}

/// What is seen of this manager alone.
const EXTRAS: &[Case] = &[
    case(1001, "generated argvs and environments: no unit differs", generated::no_unit_differs),
    case(1002, "a control begins a new log file", protocol::rotate),
    case(1003, "the event log is told what happens", protocol::events),
    case(1004, "the texts of the event log are in the program", protocol::texts),
    case(1005, "a removal waits for those who hold the service open", protocol::held_open),
];

/// What Windows gives to every process of an account.
const OF_WINDOWS: &[&str] = &[
    "ALLUSERSPROFILE",
    "APPDATA",
    "COMMONPROGRAMFILES",
    "COMMONPROGRAMFILES(X86)",
    "COMMONPROGRAMW6432",
    "COMPUTERNAME",
    "COMSPEC",
    "DRIVERDATA",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROCESSOR_IDENTIFIER",
    "PROCESSOR_LEVEL",
    "PROCESSOR_REVISION",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "PSMODULEPATH",
    "PUBLIC",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
    "WINDIR",
];

/// What Wine's loader gives to every process on top.
const OF_WINE: &[&str] = &[
    "WINECONFIGDIR",
    "WINEDATADIR",
    "WINEDEBUG",
    "WINEDLLDIR0",
    "WINEDLLOVERRIDES",
    "WINEHOMEDIR",
    "WINELOADER",
    "WINEUSERLOCALE",
    "WINEUSERNAME",
];
