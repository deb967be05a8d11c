//! `install`: idempotent; it installs, updates in place, mends drift, or does nothing.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::operations::Site;
use crate::operations::report::ChangeReport;
use crate::spec::Spec;

/// One definition that is to be installed, resolved for the site's target.
#[derive(Clone, Debug)]
pub struct InstallRequest {
    /// What it means.
    pub spec: Spec,
    /// Absolute path of the definition.
    pub definition_path: String,
    /// The definition as typed.
    pub definition: String,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--set`.
    pub sets: Vec<String>,
    /// `--allow-insecure-path`.
    pub insecure_paths: Vec<String>,
    /// The values of credentials that are prompted for or printed by a command, by credential. One that is missing here keeps
    /// the value that is stored already; it is an error if there is none.
    pub credentials: BTreeMap<String, Vec<u8>>,
}

/// How it is to be installed.
#[derive(Clone, Debug)]
pub struct InstallOptions {
    /// `--start`: start what is not running.
    pub start: bool,
    /// False with `--no-enable`: a new service does not come up at boot; an installed one stays as it is.
    pub enable: bool,
    /// False with `--no-restart`: a running service goes on with what it was started with.
    pub restart: bool,
    /// `--adopt`: what is not ours and has the name is overwritten.
    pub adopt: bool,
    /// `--dry-run`.
    pub dry_run: bool,
}

impl Default for InstallOptions {
    fn default() -> Self {
        Self { start: false, enable: true, restart: true, adopt: false, dry_run: false }
    }
}

/// Installs all of them, or none.
///
/// # Errors
/// `Definition` with every field that the manager refuses, `Foreign`, `Privilege`, `Busy`, or what the system or the manager said;
/// the machine is then as it was. What goes wrong after the change was made, in a start, is in the report.
pub fn install(
    requests: &[InstallRequest],
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<ChangeReport> {
    site.check_privilege("install")?;
    let _ = (requests, options);
    Err(Error::system("cannot install: nothing applies a plan yet"))
}
