//! The folders that a plan has to make, and those that it leaves empty.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::plan::machine::{Machine, Thing};
use crate::plan::{Planned, Step};
use crate::spec::ServiceName;
use crate::target::{Scope, Target};

/// Keeps account of which folders are made already.
pub(crate) struct Folders<'a> {
    target: &'a Target,
    machine: &'a Machine,
    made: BTreeSet<PathBuf>,
}

impl<'a> Folders<'a> {
    pub(crate) fn new(target: &'a Target, machine: &'a Machine) -> Self {
        Self { target, machine, made: BTreeSet::new() }
    }

    /// Steps that make the folders which these steps write to, outermost first.
    pub(crate) fn needed<'s>(
        &mut self,
        name: &ServiceName,
        steps: impl Iterator<Item = &'s Planned>,
    ) -> Vec<Planned> {
        let mut all = Vec::new();
        for path in steps.filter_map(|planned| written(&planned.step)) {
            let above: Vec<&Path> = path.ancestors().skip(1).collect();
            for folder in above.into_iter().rev() {
                if self.is_missing(folder) && self.made.insert(folder.to_owned()) {
                    all.push(self.make(folder, name));
                }
            }
        }
        all
    }

    fn is_missing(&self, folder: &Path) -> bool {
        // What was not observed lies above a folder that is there; the state folder is made for the lock.
        self.machine.things.get(text(folder).as_str()) == Some(&Thing::Missing)
            && !Path::new(&self.target.dirs.state).starts_with(folder)
    }

    fn make(&self, folder: &Path, name: &ServiceName) -> Planned {
        let step = Step::CreateDir { path: text(folder), mode: mode(folder, self.target) };
        Planned { service: Some(name.clone()), step, before: Thing::Missing }
    }

    /// Steps that remove the folders in which nothing is left, innermost first.
    pub(crate) fn emptied(&self, steps: &[Planned]) -> Vec<Planned> {
        let mut gone: BTreeSet<PathBuf> = steps.iter().filter_map(removed).collect();
        let written: Vec<&Path> = steps.iter().filter_map(|one| written(&one.step)).collect();
        let parents = gone.iter().flat_map(|path| path.ancestors().skip(1)).map(Path::to_owned);
        let candidates: BTreeSet<PathBuf> =
            parents.filter(|folder| is_ours(folder, self.target)).collect();
        // The reverse order of the paths has what is inside before what is around it.
        let mut all = Vec::new();
        for folder in candidates.into_iter().rev() {
            let before = self.machine.at(&text(&folder));
            let Thing::Dir { entries, .. } = before else { continue };
            let stays = written.iter().any(|path| path.starts_with(&folder));
            if !stays && entries.iter().all(|entry| gone.contains(&folder.join(entry))) {
                let step = Step::RemoveDir { path: text(&folder) };
                all.push(Planned { service: None, step, before: before.clone() });
                gone.insert(folder);
            }
        }
        all
    }
}

fn written(step: &Step) -> Option<&Path> {
    match step {
        Step::WriteFile(_) | Step::WriteSecret(_) | Step::Link { .. } => step.path().map(Path::new),
        Step::CreateDir { .. }
        | Step::Remove { .. }
        | Step::RemoveDir { .. }
        | Step::Manager(_) => None,
    }
}

fn removed(planned: &Planned) -> Option<PathBuf> {
    match &planned.step {
        Step::Remove { path } => Some(PathBuf::from(path)),
        Step::CreateDir { .. }
        | Step::WriteFile(_)
        | Step::WriteSecret(_)
        | Step::Link { .. }
        | Step::RemoveDir { .. }
        | Step::Manager(_) => None,
    }
}

/// Whether the folder may go when it is empty: one of svcctl's own, or one that only enabled services need, such as
/// `multi-user.target.wants`, which `systemctl disable` removes likewise. In the user scope everything below the home folder.
pub(crate) fn is_ours(folder: &Path, target: &Target) -> bool {
    let dirs = &target.dirs;
    let below = |around: &str| {
        !around.is_empty() && folder != Path::new(around) && folder.starts_with(around)
    };
    let within = |around: &str| !around.is_empty() && folder.starts_with(around);
    match target.scope {
        Scope::System => {
            below(&dirs.units) || within(&dirs.state) || within(&dirs.runtime) || within(&dirs.logs)
        }
        Scope::User => below(&target.owner.home) || within(&dirs.state) || below(&dirs.units),
    }
}

/// The mode of a folder that is made: secrets and a user's own things are closed to others.
fn mode(folder: &Path, target: &Target) -> u32 {
    let state = Path::new(&target.dirs.state);
    let private = folder.starts_with(state.join("credentials"))
        || (target.scope == Scope::User && folder.starts_with(state));
    if private { 0o700 } else { 0o755 }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
