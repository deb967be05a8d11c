//! Calls of `launchctl`, by absolute path and with an empty environment, and what is asked of it again and again.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::backend::launchd::code;
use crate::backend::launchd::domain::Domain;
use crate::backend::launchd::print::{self, Printed};
use crate::error::{Error, ErrorKind, Result};
use crate::system::{Invocation, System};

/// No call but `bootout` takes longer than this (29 s were seen of that one).
const PATIENCE: Duration = Duration::from_secs(60);

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Exit status, which is the error code.
    pub code: i32,
    /// Data.
    pub out: String,
    /// Messages.
    pub err: String,
}

/// What `print` knows of a service in one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// It is loaded.
    Loaded(Box<Printed>),
    /// It is not.
    NotLoaded,
    /// There is no such domain now, which says nothing of the service.
    NoDomain(Reply),
}

/// The program.
#[derive(Clone)]
pub struct Launchctl<'a> {
    system: &'a dyn System,
    program: PathBuf,
}

/// A folder in front of every path of launchd's; an emulator stands there. Only builds for tests ask for it.
#[must_use]
pub fn root(system: &dyn System) -> Option<PathBuf> {
    let named = || system.env("SVCCTL_LAUNCHD_ROOT".as_ref()).map(PathBuf::from);
    if cfg!(feature = "testing") { named() } else { None }
}

impl<'a> Launchctl<'a> {
    /// The machine's own.
    #[must_use]
    pub fn new(system: &'a dyn System) -> Self {
        let program = root(system).unwrap_or_else(|| PathBuf::from("/")).join("bin/launchctl");
        Self { system, program }
    }

    /// Where it is.
    #[must_use]
    pub fn program(&self) -> &std::path::Path {
        &self.program
    }

    /// The world.
    #[must_use]
    pub fn system(&self) -> &'a dyn System {
        self.system
    }

    /// Calls it. A code other than 0 is an answer, not an error.
    ///
    /// # Errors
    /// When it cannot be executed, or does not return.
    pub fn call(&self, args: &[&str]) -> Result<Reply> {
        let invocation = Invocation {
            program: self.program.clone(),
            args: args.iter().map(OsString::from).collect(),
            timeout: Some(PATIENCE),
            ..Invocation::default()
        };
        let output = self.system.run(&invocation).map_err(|error| self.unavailable(&error))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let Some(code) = output.code else {
            let call = args.join(" ");
            return Err(Error::new(ErrorKind::Timeout, format!("`launchctl {call}` did not return within 60s"))
                .hint("see what launchd waits for: `log show --last 5m --predicate 'process == \"launchd\"'`"));
        };
        Ok(Reply { code, out: text(&output.stdout), err: text(&output.stderr) })
    }

    fn unavailable(&self, error: &std::io::Error) -> Error {
        Error::new(
            ErrorKind::ManagerUnavailable,
            format!("{} cannot be run", self.program.display()),
        )
        .cause(error)
    }

    /// Calls it, and takes these codes for success.
    ///
    /// # Errors
    /// Any other code, in words that begin with `what`.
    pub fn expect(&self, what: &str, args: &[&str], good: &[i32]) -> Result<Reply> {
        let reply = self.call(args)?;
        if reply.code == 0 || good.contains(&reply.code) {
            Ok(reply)
        } else {
            Err(code::error(what, reply.code, &reply.err))
        }
    }

    /// What `print` says of a service.
    ///
    /// # Errors
    /// When it says something that cannot be understood: that is never taken for "not loaded".
    pub fn query(&self, domain: Domain, label: &str) -> Result<Query> {
        let target = domain.service(label);
        let reply = self.call(&["print", &target])?;
        match reply.code {
            0 => print::parse(&reply.out)
                .map(|printed| Query::Loaded(Box::new(printed)))
                .ok_or_else(|| {
                    Error::system(format!(
                        "cannot understand what `launchctl print {target}` prints"
                    ))
                    .hint("this macOS is newer than this svcctl: look for a later svcctl")
                }),
            code::NO_SERVICE => Ok(Query::NotLoaded),
            code::NO_DOMAIN | code::UNSUPPORTED => Ok(Query::NoDomain(reply)),
            other => {
                Err(code::error(&format!("cannot ask launchd for {target}"), other, &reply.err))
            }
        }
    }

    /// Whether the domain is there.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn exists(&self, domain: Domain) -> Result<bool> {
        Ok(domain == Domain::System || self.call(&["print", &domain.to_string()])?.code == 0)
    }

    /// Whether the override store says that the label is disabled.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn is_disabled(&self, domain: Domain, label: &str) -> Result<bool> {
        let reply = self.call(&["print-disabled", &domain.to_string()])?;
        Ok(reply.code == 0 && print::is_disabled(&reply.out, label))
    }
}
