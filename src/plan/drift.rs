//! What of an installed service is no longer as it was installed.

use crate::artifact::{Artifact, Sum, Trace};
use crate::plan::machine::{Machine, Thing};

/// One sentence for each artifact that is not as the receipt says. `owner`: the number of the account that owns the scope.
#[must_use]
pub fn drift(artifacts: &[Trace], machine: &Machine, owner: u32) -> Vec<String> {
    artifacts.iter().filter_map(|artifact| of_artifact(artifact, machine, owner)).collect()
}

fn of_artifact(artifact: &Trace, machine: &Machine, owner: u32) -> Option<String> {
    let place = artifact.id();
    let what = match artifact {
        Artifact::File(file) => {
            of_file(machine.at(place), &file.contents, machine.mode(file.mode), owner)?
        }
        Artifact::Link { target, .. } => of_link(machine.at(place), target)?,
        Artifact::Object { object, value, .. } => match machine.object(object, place) {
            Some(now) if now == value => return None,
            Some(_) => "has been changed".to_owned(),
            None => "is gone".to_owned(),
        },
    };
    Some(format!("{place} {what}"))
}

fn of_file(thing: &Thing, sum: &Sum, mode: u32, owner: u32) -> Option<String> {
    match thing {
        Thing::Missing => Some("is gone".to_owned()),
        Thing::File { contents, .. } if Sum::of(contents) != *sum => {
            Some("has been changed".to_owned())
        }
        Thing::File { mode: now, .. } if *now != mode => {
            Some(format!("has mode {now:04o} instead of {mode:04o}"))
        }
        Thing::File { uid, .. } if *uid != owner => {
            Some(format!("belongs to account {uid} instead of {owner}"))
        }
        Thing::File { .. } => None,
        Thing::Dir { .. } | Thing::Link { .. } | Thing::Other => {
            Some(format!("is {}", thing.words()))
        }
    }
}

fn of_link(thing: &Thing, wanted: &str) -> Option<String> {
    match thing {
        Thing::Missing => Some("is gone".to_owned()),
        Thing::Link { target } if target == wanted => None,
        Thing::Link { target } => Some(format!("leads to {target} instead of {wanted}")),
        Thing::File { .. } | Thing::Dir { .. } | Thing::Other => {
            Some(format!("is {}", thing.words()))
        }
    }
}
