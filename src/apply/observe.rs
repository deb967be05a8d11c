//! Looks at everything that a plan may depend on.

use std::collections::btree_map::Entry as Slot;
use std::path::Path;

use crate::artifact::{Artifact, Trace};
use crate::error::{Error, Result};
use crate::operations::Site;
use crate::operations::installed::receipts_dir;
use crate::plan::folders::is_ours;
use crate::plan::machine::{Machine, Thing};
use crate::plan::planner::ServiceChange;
use crate::system::{Entry, System};

/// A larger file is nobody's unit, and is not read.
const LARGEST: u64 = 16 << 20;

/// Looks at what these changes may touch, and at the folders above it.
///
/// # Errors
/// What cannot be read.
pub fn observe(services: &[ServiceChange], site: &Site<'_>) -> Result<Machine> {
    let mut machine = empty(site);
    for service in services {
        for path in service.paths(site.target) {
            folders(Path::new(&path), &mut machine, site)?;
            let thing = see(&path, site)?;
            machine.things.insert(path, thing);
        }
        for (object, id) in service.objects() {
            see_object(object, id, &mut machine, site)?;
        }
    }
    Ok(machine)
}

/// Looks at these artifacts of receipts. What cannot be read counts as something else than a file.
///
/// # Errors
/// When the manager does not answer.
pub fn observe_artifacts(installed: &[&[Trace]], site: &Site<'_>) -> Result<Machine> {
    let mut machine = empty(site);
    for artifact in installed.iter().copied().flatten() {
        if let Artifact::Object { object, id, .. } = artifact {
            see_object(object, id, &mut machine, site)?;
        } else {
            machine.things.insert(artifact.id().to_owned(), expected(artifact, site.system));
        }
    }
    Ok(machine)
}

/// What is where the artifact is to be; a link is read without a look whether it is one.
fn expected(artifact: &Trace, system: &dyn System) -> Thing {
    let path = Path::new(artifact.id());
    if let Artifact::Link { .. } = artifact
        && let Ok(target) = system.link(path)
    {
        return link_to(&target);
    }
    thing(path, system).unwrap_or(Thing::Other)
}

fn link_to(target: &Path) -> Thing {
    Thing::Link { target: target.to_string_lossy().into_owned() }
}

fn empty(site: &Site<'_>) -> Machine {
    Machine { modes: site.target.os.is_unix(), ..Machine::default() }
}

fn see(path: &str, site: &Site<'_>) -> Result<Thing> {
    match thing(Path::new(path), site.system) {
        Ok(thing) => Ok(thing),
        // Who may not read a receipt may still ask what an install would change.
        Err(error)
            if error.kind() == std::io::ErrorKind::PermissionDenied
                && Path::new(path).starts_with(receipts_dir(&site.target.dirs)) =>
        {
            Ok(Thing::Other)
        }
        Err(error) => Err(Error::io(path, &error)),
    }
}

/// What is at `path`.
pub(super) fn thing(path: &Path, system: &dyn System) -> std::io::Result<Thing> {
    Ok(match system.look(path, LARGEST)? {
        (Entry::Missing, _) => Thing::Missing,
        (Entry::File { mode, uid, gid, .. }, Some(contents)) => {
            Thing::File { mode, uid, gid, contents }
        }
        (Entry::Dir { mode, uid, gid }, _) => Thing::Dir { mode, uid, gid, entries: Vec::new() },
        (Entry::Link(target), _) => link_to(&target),
        (Entry::File { .. } | Entry::Other, _) => Thing::Other,
    })
}

/// The folders above `path`, up to the first that is there and would stay.
fn folders(path: &Path, machine: &mut Machine, site: &Site<'_>) -> Result<()> {
    for folder in path.ancestors().skip(1) {
        let Slot::Vacant(slot) = machine.things.entry(folder.to_string_lossy().into_owned()) else {
            return Ok(());
        };
        let ours = is_ours(folder, site.target);
        let found = with_entries(folder, ours, site.system);
        let found = slot.insert(found.map_err(|error| Error::io(folder.display(), &error))?);
        if *found != Thing::Missing && !ours {
            return Ok(());
        }
    }
    Ok(())
}

fn with_entries(folder: &Path, list: bool, system: &dyn System) -> std::io::Result<Thing> {
    match thing(folder, system)? {
        Thing::Dir { mode, uid, gid, .. } if list => {
            let names = system.list(folder)?.into_iter();
            let entries = names.map(|name| name.to_string_lossy().into_owned()).collect();
            Ok(Thing::Dir { mode, uid, gid, entries })
        }
        other => Ok(other),
    }
}

fn see_object(object: &str, id: &str, machine: &mut Machine, site: &Site<'_>) -> Result<()> {
    if let Some(value) = site.backend.observe_object(object, id, &site.context())? {
        machine.objects.insert((object.to_owned(), id.to_owned()), value);
    }
    Ok(())
}
