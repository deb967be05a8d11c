//! What has to be made ready before a process can become the service: everything that takes memory, files or the account database.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs;
use std::io;
use std::ptr;

use nix::libc;

use super::{Launch, Login};
use crate::host::environment::{default_path, parse};
use crate::host::unix::credentials;
use crate::spec::EnvironmentFile;
use crate::target::{Os, Scope};

/// All that is left to do is to enter it, which allocates nothing.
#[derive(Debug)]
pub struct Prepared {
    /// The account; none where the service manager has entered it.
    pub login: Option<Login>,
    /// The working directory; none where the service manager has set it.
    pub folder: Option<CString>,
    /// The program's path.
    pub program: CString,
    /// Its argv.
    pub arguments: Strings,
    /// Its environment.
    pub variables: Strings,
}

impl Prepared {
    /// Makes everything ready.
    ///
    /// # Errors
    /// Why the service cannot be executed, in words.
    pub fn new(launch: &Launch<'_>) -> Result<Self, String> {
        let (login, environment) = if launch.hosted.is_prepared() {
            (None, inherited(launch))
        } else {
            let login = launch.own.cloned().map_or_else(|| Login::of(launch.hosted), Ok)?;
            let environment = environment(launch, &login)?;
            (Some(login), environment)
        };
        let folder = login.as_ref().map(|login| text(working_directory(launch, login).to_owned()));
        Ok(Self {
            folder: folder.transpose()?,
            program: text(launch.command.first().cloned().unwrap_or_default())?,
            arguments: Strings::new(launch.command.iter().cloned())?,
            variables: Strings::new(
                environment.iter().map(|(name, value)| format!("{name}={value}")),
            )?,
            login,
        })
    }
}

/// Strings as `execve(2)` takes them.
#[derive(Debug)]
pub struct Strings {
    /// Each points into `_owned`, which is never changed; the last is null.
    pointers: Vec<*const libc::c_char>,
    _owned: Vec<CString>,
}

impl Strings {
    fn new(strings: impl Iterator<Item = String>) -> Result<Self, String> {
        let owned = strings.map(text).collect::<Result<Vec<_>, _>>()?;
        let pointers = owned.iter().map(|one| one.as_ptr()).chain([ptr::null()]).collect();
        Ok(Self { pointers, _owned: owned })
    }

    /// The array, which lives as long as this does.
    pub const fn as_ptr(&self) -> *const *const libc::c_char {
        self.pointers.as_ptr()
    }
}

fn text(text: String) -> Result<CString, String> {
    CString::new(text).map_err(|_| "a value holds a NUL".to_owned())
}

/// What the manager gave the host, but for what is between those two only.
fn inherited(launch: &Launch<'_>) -> BTreeMap<String, String> {
    const OURS: [&str; 6] = [
        "NOTIFY_SOCKET",
        "WATCHDOG_PID",
        "WATCHDOG_USEC",
        "MAINPID",
        "SYSTEMD_EXEC_PID",
        "FDSTORE",
    ];
    let mut all: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| !OURS.contains(&name.as_str()))
        .collect();
    all.extend(launch.variables.iter().cloned());
    all
}

fn environment(launch: &Launch<'_>, login: &Login) -> Result<BTreeMap<String, String>, String> {
    let process = &launch.hosted.spec.process;
    let mut all = BTreeMap::from(
        [
            ("PATH", default_path(Os::here())),
            ("HOME", &login.home),
            ("USER", &login.name),
            ("LOGNAME", &login.name),
            ("SHELL", &login.shell),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    for file in &process.environment_files {
        all.extend(environment_file(file)?);
    }
    all.extend(process.environment.clone());
    all.extend(launch.variables.iter().cloned());
    if !launch.hosted.spec.credentials.is_empty() {
        let folder = credentials::provide(launch.hosted, login)?;
        all.insert("CREDENTIALS_DIRECTORY".to_owned(), folder.display().to_string());
    }
    Ok(all)
}

fn environment_file(file: &EnvironmentFile) -> Result<Vec<(String, String)>, String> {
    match fs::read_to_string(&file.path) {
        Ok(text) => {
            parse(&text).map_err(|why| format!("the environment file {}: {why}", file.path))
        }
        Err(error) if file.optional && error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("the environment file {}: {error}", file.path)),
    }
}

fn working_directory<'a>(launch: &'a Launch<'_>, login: &'a Login) -> &'a str {
    let default = match launch.hosted.scope {
        Scope::System => "/",
        Scope::User => login.home.as_str(),
    };
    launch.hosted.spec.process.working_directory.as_deref().unwrap_or(default)
}
