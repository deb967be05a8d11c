//! OpenRC itself: its files in `/run/openrc`, its runlevels, and calls of `rc-service`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::backend::script::control::{Init, Mark};
use crate::backend::script::gate::Gate;
use crate::backend::script::turn;
use crate::backend::{Action, Context, Detection, hosted};
use crate::error::{Error, ErrorKind, Result};
use crate::host;
use crate::spec::{ServiceName, Spec};
use crate::state::{ExitInfo, ServiceState, State};
use crate::support::SupportReport;
use crate::system::{Entry, Invocation, System};
use crate::target::{Scope, Target};

/// What OpenRC keeps of this boot: a folder for each state, and in it a link for each service that is in it.
pub const RUN: &str = "/run/openrc";
/// The scripts.
const SCRIPTS: &str = "/etc/init.d";
/// The runlevels, and in each a link for each service that comes up with it.
pub const RUNLEVELS: &str = "/etc/runlevels";
/// Folders that programs of OpenRC are in, the usual one first.
const PROGRAMS: [&str; 4] = ["/sbin", "/usr/sbin", "/bin", "/usr/bin"];
/// The states of a service, those first that pass.
const STATES: [&str; 6] = ["stopping", "starting", "inactive", "started", "failed", "scheduled"];
/// What else OpenRC keeps by a service's name.
const LEFT_BEHIND: [&str; 5] = ["daemons", "exclusive", "hotplugged", "options", "wasinactive"];
/// Endings of names that OpenRC passes over in a folder of scripts (`rc_scriptdir` in librc).
const PASSED_OVER: [&str; 1] = [".sh"];
/// A script may wait for what it depends on.
const PATIENCE: Duration = Duration::from_secs(300);

/// Whether OpenRC booted this machine.
pub fn detect(system: &dyn System, scope: Scope) -> Detection {
    let missing = |detail: String| Detection { available: false, version: None, detail };
    let booted = format!("{RUN}/softlevel");
    if matches!(system.entry(Path::new(&booted)), Ok(Entry::Missing) | Err(_)) {
        return missing(format!("{booted} is not there: OpenRC did not boot this machine"));
    }
    let version = version(system);
    if scope == Scope::User {
        return missing(format!(
            "{version} runs services of the machine only; --manager embedded runs those of a user"
        ));
    }
    Detection { available: true, version: None, detail: version }
}

/// In OpenRC's own words; every version so far is 0.something.
fn version(system: &dyn System) -> String {
    let files = ["/lib/rc/version", "/usr/lib/rc/version", "/usr/libexec/rc/version"];
    let found = files.iter().find_map(|file| system.read(Path::new(file)).ok());
    let found = found.map(|text| String::from_utf8_lossy(&text).trim().to_owned());
    found.map_or_else(|| "OpenRC".to_owned(), |version| format!("OpenRC {version}"))
}

/// What OpenRC cannot have at all.
pub fn refuse(report: &mut SupportReport, spec: &Spec, target: &Target) {
    let mut refuse = |key: &'static str, reason: &str, way_out: &str| {
        report.entries.retain(|(known, _)| *known != key);
        report.refused(key, reason, way_out);
    };
    if target.scope == Scope::User {
        refuse(
            "scope",
            "OpenRC runs services of the machine only",
            "install it with --system and `process.user`, or run it with --manager embedded",
        );
    }
    let name = spec.name.as_str();
    if PASSED_OVER.iter().any(|ending| name.ends_with(ending)) {
        refuse(
            "name",
            "OpenRC passes over scripts of such a name",
            "choose a name without the ending .sh",
        );
    }
}

/// OpenRC on this machine.
pub struct OpenRc<'a> {
    system: &'a dyn System,
    gate: Gate,
}

impl<'a> OpenRc<'a> {
    /// The machine's own.
    pub fn new(system: &'a dyn System) -> Self {
        Self { system, gate: Gate::new() }
    }

    /// The states that OpenRC has the service in; none means stopped.
    pub fn marks(&self, name: &ServiceName) -> Vec<&'static str> {
        let is_in = |state: &&str| self.is_there(&format!("{RUN}/{state}/{name}"));
        STATES.into_iter().filter(is_in).collect()
    }

    /// The names of all scripts.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn names(&self) -> Result<Vec<ServiceName>> {
        let files = self.list(SCRIPTS).map_err(|error| Error::io(SCRIPTS, &error))?;
        let known = |name: &String| !PASSED_OVER.iter().any(|ending| name.ends_with(ending));
        Ok(files
            .into_iter()
            .filter(known)
            .filter_map(|name| ServiceName::new(&name).ok())
            .collect())
    }

    /// The services that come up with some runlevel.
    pub fn enabled(&self) -> BTreeSet<String> {
        let levels = self.list(RUNLEVELS).unwrap_or_default();
        let of = |level: String| self.list(&format!("{RUNLEVELS}/{level}")).unwrap_or_default();
        levels.into_iter().flat_map(of).collect()
    }

    /// The number of the process that a script of somebody else has started: below supervise-daemon, or in its pid file.
    pub fn daemon(&self, name: &ServiceName) -> Option<u32> {
        let number = |path: &str| self.text(path)?.trim().parse().ok();
        let kept = |word: &str| format!("{RUN}/options/{name}/{word}");
        let file = self.text(&kept("pidfile"));
        number(&kept("child_pid")).or_else(|| number(file?.trim()))
    }

    fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.system.read(Path::new(path)).ok()?).ok()
    }

    fn list(&self, folder: &str) -> std::io::Result<Vec<String>> {
        let names = self.system.list(Path::new(folder))?;
        Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
    }

    fn is_there(&self, path: &str) -> bool {
        !matches!(self.system.entry(Path::new(path)), Ok(Entry::Missing) | Err(_))
    }

    fn program(&self, name: &str) -> Result<PathBuf> {
        let paths = PROGRAMS.iter().map(|folder| format!("{folder}/{name}"));
        paths.map(PathBuf::from).find(|path| self.is_there(&path.to_string_lossy())).ok_or_else(
            || {
                let message = format!("OpenRC's {name} is in none of {}", PROGRAMS.join(", "));
                Error::new(ErrorKind::ManagerUnavailable, message)
            },
        )
    }
}

impl Init for OpenRc<'_> {
    fn knows(&self, name: &ServiceName) -> bool {
        self.is_there(&format!("{SCRIPTS}/{name}"))
    }

    fn mark(&self, name: &ServiceName) -> Mark {
        match self.marks(name).first() {
            Some(&("stopping" | "starting")) => Mark::Changing,
            Some(&("started" | "inactive")) => Mark::Up,
            Some(&"failed") => Mark::Failed,
            Some(_) | None => Mark::Down,
        }
    }

    fn call(&self, name: &ServiceName, verb: Action, alone: bool) -> Result<()> {
        let what = format!("cannot {} {name}", verb.word());
        let alone = alone.then_some("--nodeps");
        let words = ["--nocolor"].into_iter().chain(alone).chain([name.as_str(), verb.word()]);
        let invocation = Invocation {
            program: self.program("rc-service")?,
            args: words.map(OsString::from).collect(),
            env: vec![(
                "PATH".into(),
                host::environment::default_path(crate::target::Os::Linux).into(),
            )],
            timeout: Some(PATIENCE),
            ..Invocation::default()
        };
        let output = self
            .gate
            .within(|| self.system.run(&invocation))
            .map_err(|error| Error::io(&what, &error))?;
        let said = said(&output.stdout, &output.stderr);
        match output.code {
            Some(0) => Ok(()),
            Some(_) => Err(Error::system(format!("{what}: {said}"))
                .hint(format!("`rc-service {name} {}` by hand says the same", verb.word()))),
            None => {
                let time = humantime::format_duration(PATIENCE);
                Err(Error::new(
                    ErrorKind::Timeout,
                    format!("{what}: rc-service did not return within {time}"),
                ))
            }
        }
    }
}

/// What a script had to complain of, in one line; OpenRC puts a star before every line.
fn said(stdout: &[u8], stderr: &[u8]) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let lines = |text: String| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim_start_matches([' ', '*']).trim().to_owned());
        lines.filter(|line| !line.is_empty() && !line.starts_with("scandir: ")).collect()
    };
    let errors = lines(text(stderr));
    let words = if errors.is_empty() { lines(text(stdout)) } else { errors };
    if words.is_empty() { "its script failed without a word".to_owned() } else { words.join("; ") }
}

/// The state of a service that has a host, or should have. `begun`: its host has said something since the boot.
pub fn ours(mut seen: ServiceState, begun: bool, marks: &[&str]) -> ServiceState {
    match marks.first() {
        // Nobody else writes of a beginning.
        Some(&("starting" | "started")) if !begun => seen.state = State::Starting,
        Some(&"failed") if !begun => {
            seen.state = State::Failed;
            let reason = "its script failed".to_owned();
            seen.exit = Some(ExitInfo { reason: Some(reason), ..ExitInfo::default() });
        }
        Some(_) | None => {}
    }
    seen
}

/// The state of a service of somebody else: a script tells that it has run, and where the number of its daemon is, if it has one.
pub fn foreign(
    name: &ServiceName,
    openrc: &OpenRc<'_>,
    marks: &[&str],
    context: &Context<'_>,
) -> ServiceState {
    let target = context.target;
    let unknown = ServiceState::not_installed(name, target.scope, target.manager);
    if !openrc.knows(name) {
        return unknown;
    }
    let state = match marks.first() {
        Some(&"stopping") => State::Stopping,
        Some(&"starting") => State::Starting,
        Some(&("started" | "inactive")) => return started(openrc.daemon(name), unknown),
        Some(&"failed") => State::Failed,
        Some(_) | None => State::Stopped,
    };
    ServiceState { state, ..unknown }
}

/// A service that its script has started: OpenRC does not notice when its daemon ends.
fn started(daemon: Option<u32>, unknown: ServiceState) -> ServiceState {
    let Some(pid) = daemon else { return ServiceState { state: State::Running, ..unknown } };
    let Some(process) = hosted::find(pid) else {
        let reason = format!("its process {pid} is gone; OpenRC calls it crashed");
        let exit = Some(ExitInfo { reason: Some(reason), ..ExitInfo::default() });
        return ServiceState { state: State::Failed, exit, ..unknown };
    };
    let (memory_bytes, cpu_ns) = hosted::usage(process);
    ServiceState { state: State::Running, pid: Some(pid), memory_bytes, cpu_ns, ..unknown }
}

/// Removes what a service that is not installed any more has left in runtime folders.
///
/// # Errors
/// What could not be removed.
pub fn tidy(name: &ServiceName, context: &Context<'_>) -> Result<()> {
    let file = host::path(context.target, name);
    if hosted::is_there(context, &file)? {
        return Ok(());
    }
    hosted::tidy(&host::runtime_dir(context.target, name), &file, context)?;
    let marks = STATES.iter().chain(&LEFT_BEHIND).map(|folder| format!("{RUN}/{folder}/{name}"));
    let others = [
        format!("{RUN}/supervise-{name}.ctl"),
        pid_file(name),
        turn::file(name, context).display().to_string(),
    ];
    for path in marks.chain(others) {
        remove(Path::new(&path)).map_err(|error| Error::io(&path, &error))?;
    }
    Ok(())
}

/// supervise-daemon's.
pub fn pid_file(name: &ServiceName) -> String {
    format!("/run/supervise-{name}.pid")
}

fn remove(path: &Path) -> std::io::Result<()> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_said_is_one_line_without_ornaments() {
        let stderr = b" * web: cannot start\n *   as db would not start\nscandir: No such file\n";
        assert_eq!(said(b"", stderr), "web: cannot start; as db would not start");
        assert_eq!(said(b" * Starting web ...\n", b""), "Starting web ...");
        assert_eq!(said(b"", b""), "its script failed without a word");
    }
}
