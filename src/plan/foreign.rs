//! Whether what is at an artifact's path may be overwritten or removed.

use crate::artifact::Artifact;
use crate::backend::Backend;
use crate::error::{Error, ErrorKind};
use crate::plan::machine::{Machine, Thing};
use crate::receipt::Receipt;
use crate::spec::ServiceName;

/// What an install finds where it wants to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be written; what the user should know about it.
    Free(Option<String>),
    /// Somebody else's, which `--adopt` overwrites.
    Foreign(String),
    /// Nothing that can be overwritten.
    Obstacle(String),
}

/// What stands where `artifact` is to be written.
#[must_use]
pub fn standing(
    artifact: &Artifact,
    name: &ServiceName,
    old: Option<&Receipt>,
    machine: &Machine,
    backend: &dyn Backend,
) -> Standing {
    let known = old.and_then(|old| old.artifacts.iter().find(|one| one.id() == artifact.id()));
    let thing = match artifact {
        Artifact::File(file) => machine.at(&file.path),
        Artifact::Link { path, .. } => machine.at(path),
        // What the manager keeps under this name was asked for through `namesakes`.
        Artifact::Object { .. } => return Standing::Free(None),
    };
    match (artifact, thing) {
        (_, Thing::Missing) => Standing::Free(None),
        (_, Thing::Dir { .. } | Thing::Other) => Standing::Obstacle(thing.words()),
        (Artifact::File(file), Thing::File { contents, .. }) => {
            file_standing(contents, file.contents.as_bytes(), name, known, backend)
        }
        (Artifact::Link { target, .. }, Thing::Link { target: now }) if target == now => {
            Standing::Free(None)
        }
        (Artifact::Link { .. }, Thing::Link { target }) if known.is_some() => {
            let message = format!("{} led to {target}; it is set right", artifact.id());
            Standing::Free(Some(message))
        }
        _ => Standing::Foreign(thing.words()),
    }
}

fn file_standing(
    now: &[u8],
    wanted: &[u8],
    name: &ServiceName,
    known: Option<&Artifact>,
    backend: &dyn Backend,
) -> Standing {
    match known {
        _ if now == wanted => Standing::Free(None),
        Some(Artifact::File(file)) if file.contents.as_bytes() == now => Standing::Free(None),
        Some(artifact) => Standing::Free(Some(format!(
            "{} had been changed since it was installed; it is written anew",
            artifact.id()
        ))),
        None if backend.marks(now, name) => Standing::Free(Some(
            "it was installed by svcctl, but its receipt is gone; it is taken over".to_owned(),
        )),
        None => Standing::Foreign("not made by svcctl".to_owned()),
    }
}

/// The refusal, or what `--adopt` makes of it.
///
/// # Errors
/// `Foreign` without `adopt`; an obstacle is always an error.
pub fn judge(
    standing: Standing,
    artifact: &Artifact,
    name: &ServiceName,
    adopt: bool,
) -> Result<Option<String>, Error> {
    let place = artifact.id();
    match standing {
        Standing::Free(note) => Ok(note),
        Standing::Foreign(what) if adopt => Ok(Some(format!("{place} was {what}; adopted"))),
        Standing::Foreign(what) => {
            Err(Error::new(ErrorKind::Foreign, format!("cannot install {name}: {place} is {what}"))
                .hint("--adopt overwrites it"))
        }
        Standing::Obstacle(what) => {
            Err(Error::new(ErrorKind::Foreign, format!("cannot install {name}: {place} is {what}"))
                .hint(format!("move {place} away")))
        }
    }
}
