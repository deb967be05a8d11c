//! Targets and shortcuts for the tests of this module.

use crate::definition::diagnostic::Problem;
use crate::definition::source::Source;
use crate::definition::{Definition, Request, Resolved};
use crate::error::Error;
use crate::target::{Account, Dirs, ManagerId, Os, Scope, Target};

/// A target of the system scope, as on a stock machine.
pub fn target(manager: ManagerId, os: Os) -> Target {
    let dir =
        |unix: &str, windows: &str| if os.is_unix() { unix.to_owned() } else { windows.to_owned() };
    Target {
        os,
        manager,
        scope: Scope::System,
        version: None,
        dirs: Dirs {
            state: dir("/var/lib/svcctl", r"C:\ProgramData\svcctl"),
            runtime: dir("/run/svcctl", r"C:\ProgramData\svcctl\run"),
            logs: dir("/var/log/svcctl", r"C:\ProgramData\svcctl\logs"),
            config: dir("/etc", r"C:\ProgramData"),
            units: dir("/etc/systemd/system", ""),
        },
        svcctl: dir("/usr/bin/svcctl", r"C:\Program Files\svcctl\svcctl.exe"),
        owner: Account {
            name: dir("root", "SYSTEM"),
            home: dir("/root", r"C:\"),
            ..Account::default()
        },
    }
}

/// systemd on Linux.
pub fn systemd() -> Target {
    target(ManagerId::Systemd, Os::Linux)
}

/// The definition `text`, as if it were /srv/app.toml, for one target.
pub fn resolve_for(
    text: &str,
    target: &Target,
    profile: Option<&str>,
    sets: &[&str],
) -> Result<Resolved, Error> {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let dir = if target.os.is_unix() { "/srv" } else { r"C:\srv" };
    let definition = Definition::parse(Source::from_text("app.toml", dir, text))?;
    let env = |name: &str| (name == "HOME").then(|| "/home/{name}".to_owned());
    definition.resolve(&Request { target, profile, sets: &sets, env: &env })
}

/// The same for systemd, without profile.
pub fn resolve(text: &str) -> Result<Resolved, Error> {
    resolve_for(text, &systemd(), None, &[])
}

/// The problems of a definition that has some.
pub fn problems(text: &str) -> Vec<Problem> {
    match resolve(text) {
        Ok(resolved) => panic!("no problem found; it means {:#?}", resolved.spec),
        Err(error) => error.problems,
    }
}

/// The definition `rest`, completed with a name and a command.
pub fn minimal(rest: &str) -> String {
    format!("name = \"web\"\nprocess.command = [\"/opt/web\"]\n{rest}\n")
}
