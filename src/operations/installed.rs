//! What is installed: the receipts of a scope, and the one of a name over both scopes.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::apply::is_pending;
use crate::error::{Error, ErrorKind, Result};
use crate::operations::Site;
use crate::receipt::{Kept, Receipt, Summary};
use crate::spec::ServiceName;
use crate::state::State;
use crate::system::System;
use crate::target::{Dirs, Scope};

/// A service that svcctl installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record<R = Receipt> {
    /// What its receipt says.
    Open(Box<R>),
    /// Its receipt is closed to the caller: another user looks at the system scope.
    Sealed(ServiceName),
}

/// A service that was found by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub scope: Scope,
    /// What is known.
    pub record: Record<Summary>,
}

impl<R: Kept> Record<R> {
    /// The service.
    #[must_use]
    pub fn name(&self) -> &ServiceName {
        match self {
            Self::Open(receipt) => receipt.name(),
            Self::Sealed(name) => name,
        }
    }

    /// The receipt, if the caller may read it.
    #[must_use]
    pub fn receipt(&self) -> Option<&R> {
        match self {
            Self::Open(receipt) => Some(receipt),
            Self::Sealed(_) => None,
        }
    }
}

/// The folder of a scope's receipts.
#[must_use]
pub fn receipts_dir(dirs: &Dirs) -> PathBuf {
    Path::new(&dirs.state).join("services")
}

/// Where the receipt of a service is, or would be.
#[must_use]
pub fn receipt_path(dirs: &Dirs, name: &ServiceName) -> PathBuf {
    receipts_dir(dirs).join(format!("{name}.json"))
}

/// Everything that is installed in a scope, by name; nothing where svcctl has never installed anything.
///
/// # Errors
/// When the folder cannot be listed or a receipt is damaged.
pub fn load_receipts<R: Kept>(dirs: &Dirs, system: &dyn System) -> Result<Vec<Record<R>>> {
    let folder = receipts_dir(dirs);
    let files = match system.list(&folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(folder.display(), &error)),
    };
    let names = files.iter().filter_map(|file| {
        let stem = file.to_str()?.strip_suffix(".json")?;
        ServiceName::new(stem).ok()
    });
    names.filter_map(|name| read_record(dirs, &name, system).transpose()).collect()
}

/// The record of `name` in one scope.
///
/// # Errors
/// When the receipt is damaged or cannot be read for another reason than its mode.
pub fn read_record<R: Kept>(
    dirs: &Dirs,
    name: &ServiceName,
    system: &dyn System,
) -> Result<Option<Record<R>>> {
    let path = receipt_path(dirs, name);
    match system.read(&path) {
        Ok(bytes) => parse(&path, &bytes).map(|receipt| Some(Record::Open(Box::new(receipt)))),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => Ok(None),
            io::ErrorKind::PermissionDenied => Ok(Some(Record::Sealed(name.clone()))),
            _ => Err(Error::io(path.display(), &error)),
        },
    }
}

/// The names in their order, each once.
#[must_use]
pub fn unique(names: &[ServiceName]) -> Vec<ServiceName> {
    let mut seen = BTreeSet::new();
    names.iter().filter(|name| seen.insert(*name)).cloned().collect()
}

/// The receipts of services that are to be changed.
///
/// # Errors
/// `NoService` with all that are not installed, or `Foreign` if the manager has one that svcctl did not make.
pub fn receipts(names: &[ServiceName], site: &Site<'_>) -> Result<Vec<Receipt>> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match read_record(&site.target.dirs, name, site.system)? {
            Some(Record::Open(receipt)) => found.push(*receipt),
            Some(Record::Sealed(_)) => {
                let message = format!("the receipt of '{name}' may not be read");
                return Err(Error::new(ErrorKind::Privilege, message).hint("run it with sudo"));
            }
            None => missing.push(name.clone()),
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(not_ours(&missing, site)) }
}

/// Refuses names that are not installed without making a folder for the lock; while a change is pending only the lock tells.
///
/// # Errors
/// As [`receipts`].
pub(super) fn check_installed(names: &[ServiceName], site: &Site<'_>) -> Result<()> {
    if is_pending(&site.target.dirs, site.system) {
        return Ok(());
    }
    receipts(names, site).map(|_| ())
}

fn not_ours(missing: &[ServiceName], site: &Site<'_>) -> Error {
    let states = site.backend.states(missing, &site.context()).unwrap_or_default();
    let foreign = states.iter().find(|state| state.state != State::NotInstalled);
    let manager = site.backend.id();
    if let Some(one) = foreign {
        let message =
            format!("'{}' is a service of {manager} that svcctl did not install", one.name);
        return Error::new(ErrorKind::Foreign, message)
            .hint("install a definition of that name with --adopt to take it over");
    }
    let names: Vec<_> = missing.iter().map(|name| format!("'{name}'")).collect();
    let scope = site.target.scope;
    Error::new(
        ErrorKind::NoService,
        format!("not installed in the {scope} scope: {}", names.join(", ")),
    )
    .hint("svcctl list shows what is")
}

fn parse<R: Kept>(path: &Path, bytes: &[u8]) -> Result<R> {
    R::read(bytes).map_err(|error| {
        Error::system(format!("the receipt {} is damaged", path.display()))
            .cause(&error)
            .hint("install the definition again with --adopt after moving the receipt away")
    })
}

/// The service of that name, looked for in these scopes.
///
/// # Errors
/// Of kind `Usage` if more than one scope has it.
pub fn find(
    name: &ServiceName,
    scopes: &[(Scope, &Dirs)],
    system: &dyn System,
) -> Result<Option<Found>> {
    let mut found = Vec::new();
    for (scope, dirs) in scopes {
        if let Some(record) = read_record(dirs, name, system)? {
            found.push(Found { scope: *scope, record });
        }
    }
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => Err(ambiguous(name, &found)),
    }
}

fn ambiguous(name: &ServiceName, found: &[Found]) -> Error {
    let places: Vec<_> = found
        .iter()
        .map(|one| match one.record.receipt() {
            Some(receipt) => format!("{} ({})", one.scope, receipt.definition_path),
            None => one.scope.to_string(),
        })
        .collect();
    Error::new(ErrorKind::Usage, format!("'{name}' is in both scopes: {}", places.join(" and ")))
        .hint("say --system or --user")
}
