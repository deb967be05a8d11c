//! What is written down before anything is touched.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::apply::{Work, files};
use crate::artifact::file_hash;
use crate::error::{Error, Result};
use crate::operations::Site;
use crate::plan::machine::{Thing, link_fingerprint};
use crate::plan::{Follow, ManagerStep, Planned, Secret, Step};
use crate::spec::ServiceName;
use crate::system::System;
use crate::target::{Dirs, ManagerId};

/// How far it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    /// Steps are being done: it is taken back.
    Applying,
    /// All steps are done: what follows is done.
    Committed,
}

/// What one step does, as far as taking it back needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Entry {
    /// Something at a path.
    Path {
        /// Absolute.
        path: String,
        /// What was there.
        before: Thing,
        /// The fingerprint of what is there once the step is done.
        after: String,
    },
    /// Something that the manager does.
    Manager(ManagerStep),
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Journal {
    pub(super) schema: String,
    pub(super) svcctl_version: String,
    pub(super) verb: String,
    pub(super) names: Vec<ServiceName>,
    pub(super) manager: ManagerId,
    #[serde(with = "humantime_serde")]
    pub(super) began: SystemTime,
    pub(super) phase: Phase,
    pub(super) entries: Vec<Entry>,
    /// Repeated after everything is taken back.
    pub(super) settle: Vec<ManagerStep>,
    /// Services that this change stops; started again when it is taken back.
    pub(super) stopped: Vec<ServiceName>,
    pub(super) follow: Vec<Follow>,
}

impl Journal {
    const SCHEMA: &'static str = "svcctl.journal.v1";

    pub(super) fn of(work: &Work<'_>, site: &Site<'_>) -> Self {
        let modes = site.target.os.is_unix();
        Self {
            schema: Self::SCHEMA.to_owned(),
            svcctl_version: env!("CARGO_PKG_VERSION").to_owned(),
            verb: work.verb.to_owned(),
            names: work.names.to_vec(),
            manager: site.backend.id(),
            began: site.system.now(),
            phase: Phase::Applying,
            entries: work.plan.steps.iter().map(|planned| entry(planned, modes)).collect(),
            settle: work.plan.settle.clone(),
            stopped: work.stop.to_vec(),
            follow: work.follow.to_vec(),
        }
    }

    /// What is left to know once nothing is taken back any more.
    pub(super) fn without_entries(self) -> Self {
        Self { entries: Vec::new(), settle: Vec::new(), stopped: Vec::new(), ..self }
    }

    /// "the install of web", "the install of 3 services".
    pub(super) fn words(&self) -> String {
        match self.names.as_slice() {
            [only] => format!("the {} of {only}", self.verb),
            [one, two] => format!("the {} of {one} and {two}", self.verb),
            several => format!("the {} of {} services", self.verb, several.len()),
        }
    }

    /// Puts it in its place, durably.
    pub(super) fn write(&self, site: &Site<'_>) -> Result<()> {
        let path = path(&site.target.dirs);
        let json = serde_json::to_vec(self)
            .map_err(|error| Error::system("cannot write the journal").cause(&error))?;
        replace(&path, &json, site.system).map_err(|error| Error::io(path.display(), &error))
    }

    /// Makes sure that a commit which failed half-way does not count.
    pub(super) fn uncommit(&self, site: &Site<'_>) -> Result<()> {
        match Self::read(&site.target.dirs, site.system)? {
            Some(there) if there.phase == Phase::Applying => Ok(()),
            Some(_) | None => self.write(site),
        }
    }

    /// The one that is there.
    pub(super) fn read(dirs: &Dirs, system: &dyn System) -> Result<Option<Self>> {
        let path = path(dirs);
        match system.read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                Error::system(format!("the journal {} cannot be understood", path.display()))
                    .cause(&error)
                    .hint("it may be a newer svcctl's: use that one to mend what was interrupted")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(path.display(), &error)),
        }
    }
}

/// Where the journal of a scope is.
pub(super) fn path(dirs: &Dirs) -> PathBuf {
    Path::new(&dirs.state).join("journal.json")
}

fn replace(path: &Path, bytes: &[u8], system: &dyn System) -> io::Result<()> {
    let waiting = files::temporary(&path.to_string_lossy());
    files::write(&waiting, 0o600, bytes, system)?;
    system.sync(&[&waiting])?;
    system.rename(&waiting, path)?;
    path.parent().map_or(Ok(()), |folder| system.sync(&[folder]))
}

/// The change is over: there is nothing to take back or to do. One that never had a journal is over as well.
pub(super) fn remove(site: &Site<'_>) -> Result<()> {
    let path = path(&site.target.dirs);
    sweep(site)?;
    match site.system.remove_file(&path) {
        Ok(()) => files::flush_folders(&BTreeSet::from_iter(path.parent()), site),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io(path.display(), &error)),
    }
}

/// Removes a journal that was never put in its place.
pub(super) fn sweep(site: &Site<'_>) -> Result<()> {
    let waiting = files::temporary(&path(&site.target.dirs).to_string_lossy());
    match site.system.entry(&waiting) {
        Ok(crate::system::Entry::Missing) => Ok(()),
        Ok(_) => files::remove(&waiting, site.system)
            .map_err(|error| Error::io(waiting.display(), &error)),
        Err(error) => Err(Error::io(waiting.display(), &error)),
    }
}

fn entry(planned: &Planned, modes: bool) -> Entry {
    let Planned { step, before, .. } = planned;
    let path = |path: &str, after: String| Entry::Path {
        path: path.to_owned(),
        before: before.clone(),
        after,
    };
    let mode = |mode: u32| if modes { mode } else { 0 };
    match step {
        Step::CreateDir { path: at, .. } => path(at, "folder".to_owned()),
        Step::WriteFile(file) => {
            path(&file.path, file_hash(mode(file.mode), file.contents.as_bytes()))
        }
        Step::WriteSecret(secret) => {
            path(&secret.path, file_hash(mode(Secret::MODE), &secret.contents))
        }
        Step::Link { path: at, target } => path(at, link_fingerprint(target)),
        Step::Remove { path: at } | Step::RemoveDir { path: at } => {
            path(at, Thing::Missing.fingerprint())
        }
        Step::Manager(step) => Entry::Manager(step.clone()),
    }
}
