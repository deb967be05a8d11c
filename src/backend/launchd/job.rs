//! launchd's own share of an installed service: that its label may be loaded, and, once it is uninstalled, that it no longer is.

use serde_json::{Value, json};

use crate::artifact::Artifact;
use crate::backend::Context;
use crate::backend::launchd::control;
use crate::backend::launchd::domain::Domain;
use crate::backend::launchd::installed;
use crate::backend::launchd::launchctl::Launchctl;
use crate::backend::launchd::sequence::Job;
use crate::error::Result;

/// The word for it in plans and receipts.
pub const OBJECT: &str = "job";

/// The label, with nothing in launchd's override store against it.
#[must_use]
pub fn artifact(label: &str) -> Artifact {
    Artifact::Object { object: OBJECT.into(), id: label.into(), value: value(true) }
}

fn value(loadable: bool) -> Value {
    json!({ "loadable": loadable })
}

/// What there is of it: a property list of ours, or a job that is loaded; and whether the store lets it be loaded.
///
/// # Errors
/// When launchd cannot be asked.
pub fn observe(label: &str, context: &Context<'_>) -> Result<Option<Value>> {
    let launchctl = Launchctl::new(context.system);
    let is_there = installed::place(label, context).is_some()
        || control::find(&launchctl, label, context)?.is_some();
    Ok(if is_there {
        Some(value(disabled_in(label, &launchctl, context)?.is_none()))
    } else {
        None
    })
}

/// The domain in which the store says that it is disabled. Both domains of a user share one store.
fn disabled_in(
    label: &str,
    launchctl: &Launchctl<'_>,
    context: &Context<'_>,
) -> Result<Option<Domain>> {
    for domain in Domain::of(context.target) {
        if launchctl.is_disabled(domain, label)? {
            return Ok(Some(domain));
        }
    }
    Ok(None)
}

/// Takes the label out of the list of what is switched off, if it is there.
///
/// # Errors
/// What launchd said.
pub fn put(label: &str, context: &Context<'_>) -> Result<()> {
    let launchctl = Launchctl::new(context.system);
    match disabled_in(label, &launchctl, context)? {
        Some(domain) => launchctl
            .expect(&format!("cannot enable {label}"), &["enable", &domain.service(label)], &[])
            .map(drop),
        None => Ok(()),
    }
}

/// Unloads what still is, such as a job that has failed; the next one of that label is not to be kept from loading either.
///
/// # Errors
/// When it cannot be unloaded.
pub fn remove(label: &str, context: &Context<'_>) -> Result<()> {
    for domain in Domain::of(context.target) {
        let launchctl = Launchctl::new(context.system);
        let job = Job {
            launchctl,
            name: label,
            label,
            exit_timeout: control::FOREIGN_EXIT_TIMEOUT,
            until: None,
        };
        job.unload(domain)?;
    }
    // The files are gone already: this must not bring them back.
    let _best_effort = put(label, context);
    Ok(())
}
