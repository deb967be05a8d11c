//! From a service's name to its job: the label, the property list, and what svcctl knows of it.

use std::path::{Path, PathBuf};

use ::plist::Dictionary;

use crate::backend::Context;
use crate::backend::launchd::plist;
use crate::backend::launchd::render;
use crate::backend::launchd::support;
use crate::operations::installed::{Record, read_record};
use crate::receipt::Receipt;
use crate::spec::{ServiceName, Spec};
use crate::system::Entry;

/// One service on this machine.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its name; the label, if svcctl did not make it.
    pub name: ServiceName,
    /// launchd's word for it.
    pub label: String,
    /// Its property list, and whether it lies where launchd looks at a boot or login.
    pub plist: Option<(PathBuf, bool)>,
    /// What it means, if svcctl made it and the caller may read that.
    pub spec: Option<Spec>,
    /// A host runs it.
    pub hosted: bool,
    /// The file that launchd writes its output to.
    pub standard_out: Option<PathBuf>,
}

impl Installed {
    /// Looks for the service: by its receipt, by the file of its name, by its mark.
    #[must_use]
    pub fn find(name: &ServiceName, context: &Context<'_>) -> Self {
        let spec = receipt(name, context).map(|receipt| receipt.spec);
        let label = spec.as_ref().map(|spec| spec.label().to_owned());
        let label =
            label.or_else(|| marked_label(name, context)).unwrap_or_else(|| name.to_string());
        let plist = place(&label, context);
        let keys =
            plist.as_ref().and_then(|(path, _)| plist::read(&context.system.read(path).ok()?));
        let hosted = match &spec {
            Some(spec) => support::report(spec, context.target).needs_host(),
            None => keys.as_ref().is_some_and(names_host),
        };
        let standard_out = keys
            .as_ref()
            .and_then(|keys| Some(PathBuf::from(keys.get("StandardOutPath")?.as_string()?)));
        Self { name: name.clone(), label, plist, spec, hosted, standard_out }
    }

    /// Whether there is anything to start.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.plist.is_some() || self.spec.is_some()
    }
}

fn receipt(name: &ServiceName, context: &Context<'_>) -> Option<Receipt> {
    match read_record(&context.target.dirs, name, context.system) {
        Ok(Some(Record::Open(receipt))) => Some(*receipt),
        _ => None,
    }
}

/// The folder that is read at a boot or login, and the one that is not.
fn folders(context: &Context<'_>) -> [(PathBuf, bool); 2] {
    [
        (context.target.dirs.units.clone().into(), true),
        (render::idle_folder(context.target).into(), false),
    ]
}

/// The property list of that label, and whether it lies where launchd looks at a boot or login.
#[must_use]
pub fn place(label: &str, context: &Context<'_>) -> Option<(PathBuf, bool)> {
    let paths =
        folders(context).map(|(folder, enabled)| (folder.join(format!("{label}.plist")), enabled));
    paths
        .into_iter()
        .find(|(path, _)| !matches!(context.system.entry(path), Ok(Entry::Missing) | Err(_)))
}

/// The label of the property list with our mark for this name; receipts of the machine are closed to other users.
fn marked_label(name: &ServiceName, context: &Context<'_>) -> Option<String> {
    let plists = plists(context).into_iter();
    plists.filter(|found| found.mark.as_ref() == Some(name)).map(|found| found.label).next()
}

fn names_host(keys: &Dictionary) -> bool {
    let second = || keys.get("ProgramArguments")?.as_array()?.get(1)?.as_string();
    second() == Some("host") && plist::marked(keys).is_some()
}

/// A property list in one of the folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its `Label`.
    pub label: String,
    /// The service whose mark it carries.
    pub mark: Option<ServiceName>,
}

/// All property lists in the folders of the scope; what cannot be read is passed over.
#[must_use]
pub fn plists(context: &Context<'_>) -> Vec<Found> {
    let files = folders(context).into_iter().flat_map(|(folder, _)| {
        let names = context.system.list(&folder).unwrap_or_default();
        names.into_iter().map(move |name| folder.join(name))
    });
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "plist"))
        .filter_map(|path| found(&path, context))
        .collect()
}

fn found(path: &Path, context: &Context<'_>) -> Option<Found> {
    let keys = plist::read(&context.system.read(path).ok()?)?;
    Some(Found { label: keys.get("Label")?.as_string()?.to_owned(), mark: plist::marked(&keys) })
}
