//! rc.d itself: its folder of scripts, daemon's pid files, and calls of service(8).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::backend::rcd::render;
use crate::backend::script::control::{Init, Mark};
use crate::backend::script::turn;
use crate::backend::{Action, Context, Detection, hosted};
use crate::error::{Error, ErrorKind, Result};
use crate::host;
use crate::spec::{ServiceName, Spec};
use crate::state::{ServiceState, State};
use crate::support::SupportReport;
use crate::system::{Entry, Invocation, System};
use crate::target::{Os, Scope, Target};

/// What every script reads; nothing but a BSD has it.
const FUNCTIONS: &str = "/etc/rc.subr";
/// The program that runs scripts.
const SERVICE: &str = "/usr/sbin/service";
/// Scripts of the system itself.
const SYSTEM_SCRIPTS: &str = "/etc/rc.d";
/// Endings of names that /etc/rc passes over in a folder of scripts.
const PASSED_OVER: [&str; 6] = [".sh", ".orig", ".bak", ".OLD", ".sample", ".pkgsave"];
/// A script may wait for what it depends on.
const PATIENCE: Duration = Duration::from_secs(300);

/// Whether this is FreeBSD.
pub fn detect(system: &dyn System, scope: Scope) -> Detection {
    let missing = |detail: String| Detection { available: false, version: None, detail };
    if matches!(system.entry(Path::new(FUNCTIONS)), Ok(Entry::Missing) | Err(_)) {
        return missing(format!("{FUNCTIONS} is not there: this is not FreeBSD"));
    }
    if scope == Scope::User {
        return missing(
            "rc.d runs services of the machine only; --manager embedded runs those of a user"
                .into(),
        );
    }
    Detection { available: true, version: None, detail: "FreeBSD's rc.d".into() }
}

/// What rc.d cannot have at all.
pub fn refuse(report: &mut SupportReport, spec: &Spec, target: &Target) {
    let mut refuse = |key: &'static str, reason: &str, way_out: &str| {
        report.entries.retain(|(known, _)| *known != key);
        report.refused(key, reason, way_out);
    };
    if target.scope == Scope::User {
        refuse(
            "scope",
            "rc.d runs services of the machine only",
            "install it with --system and `process.user`, or run it with --manager embedded",
        );
    }
    let name = spec.name.as_str();
    if PASSED_OVER.iter().any(|ending| name.ends_with(ending)) {
        let way_out = "choose a name without this ending";
        refuse("name", "/etc/rc passes over scripts of such a name", way_out);
    }
}

/// rc.d on this machine.
#[derive(Clone, Copy)]
pub struct Rc<'a> {
    system: &'a dyn System,
    target: &'a Target,
}

impl<'a> Rc<'a> {
    /// The machine's own.
    pub const fn new(context: &Context<'a>) -> Self {
        Self { system: context.system, target: context.target }
    }

    /// The names of all scripts.
    ///
    /// # Errors
    /// When a folder is there and cannot be read.
    pub fn names(&self) -> Result<Vec<ServiceName>> {
        let mut names = Vec::new();
        for folder in [&self.target.dirs.units, SYSTEM_SCRIPTS] {
            match self.system.list(Path::new(folder)) {
                Ok(files) => names.extend(files),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::io(folder, &error)),
            }
        }
        let names = names.into_iter().filter_map(|name| name.into_string().ok());
        let known = |name: &String| !PASSED_OVER.iter().any(|ending| name.ends_with(ending));
        Ok(names.filter(known).filter_map(|name| ServiceName::new(&name).ok()).collect())
    }

    /// The state of a service of somebody else, as its script says.
    pub fn foreign(&self, name: &ServiceName) -> ServiceState {
        let unknown = ServiceState::not_installed(name, self.target.scope, self.target.manager);
        if !self.knows(name) {
            return unknown;
        }
        let says = |verb| self.service(name, verb).is_ok_and(|output| output.code == Some(0));
        let state = if says("onestatus") { State::Running } else { State::Stopped };
        ServiceState { state, enabled: says("enabled"), ..unknown }
    }

    fn service(&self, name: &ServiceName, verb: &str) -> std::io::Result<crate::system::Output> {
        self.system.run(&Invocation {
            program: PathBuf::from(SERVICE),
            args: [name.as_str(), verb].map(OsString::from).to_vec(),
            env: vec![("PATH".into(), host::environment::default_path(Os::Freebsd).into())],
            timeout: Some(PATIENCE),
            ..Invocation::default()
        })
    }

    fn is_there(&self, path: &str) -> bool {
        !matches!(self.system.entry(Path::new(path)), Ok(Entry::Missing) | Err(_))
    }
}

impl Init for Rc<'_> {
    fn knows(&self, name: &ServiceName) -> bool {
        let folders = [self.target.dirs.units.as_str(), SYSTEM_SCRIPTS];
        folders.iter().any(|folder| self.is_there(&format!("{folder}/{name}")))
    }

    /// daemon removes its pid file when it ends.
    fn mark(&self, name: &ServiceName) -> Mark {
        let ours = hosted::is_there(
            &Context { system: self.system, target: self.target },
            &host::path(self.target, name),
        );
        let up = match ours {
            Ok(true) => self.is_there(&render::pid_file(name)),
            Ok(false) | Err(_) => self.foreign(name).state == State::Running,
        };
        if up { Mark::Up } else { Mark::Down }
    }

    /// `one…`: also where it does not come up at a boot.
    fn call(&self, name: &ServiceName, verb: Action, _alone: bool) -> Result<()> {
        let what = format!("cannot {} {name}", verb.word());
        let output = self
            .service(name, &format!("one{}", verb.word()))
            .map_err(|error| Error::io(&what, &error))?;
        if output.code == Some(0) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        Err(Error::new(ErrorKind::System, format!("{what}: {said}"))
            .hint(format!("`service {name} one{}` by hand says the same", verb.word())))
    }
}

/// Removes what a service that is not installed any more has left in the runtime folder.
///
/// # Errors
/// What could not be removed.
pub fn tidy(name: &ServiceName, context: &Context<'_>) -> Result<()> {
    let file = host::path(context.target, name);
    if hosted::is_there(context, &file)? {
        return Ok(());
    }
    hosted::tidy(&host::runtime_dir(context.target, name), &file, context)?;
    match std::fs::remove_file(turn::file(name, context)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(turn::file(name, context).display(), &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
