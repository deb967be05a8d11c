//! `enable` and `disable`: whether a service comes up at boot or login, apart from whether it runs now.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::operations::install::running;
use crate::operations::installed::{check_installed, receipts, unique};
use crate::operations::job::{Job, Verb, Wish};
use crate::operations::prepare::ids;
use crate::operations::report::ChangeReport;
use crate::operations::{Site, prepare};
use crate::plan::Follow;
use crate::plan::planner::ServiceChange;
use crate::receipt::Receipt;
use crate::spec::ServiceName;

/// How it is to be enabled or disabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnableOptions {
    /// `--now`: start what is enabled, stop what is disabled.
    pub now: bool,
    /// `--dry-run`.
    pub dry_run: bool,
}

/// Enables or disables all of them, or none.
///
/// # Errors
/// `NoService`, `Foreign`, and as [`install`](super::install).
pub fn set_enabled(
    names: &[ServiceName],
    enabled: bool,
    options: &EnableOptions,
    site: &Site<'_>,
) -> Result<ChangeReport> {
    let word = if enabled { "enable" } else { "disable" };
    site.check_privilege(word)?;
    let names = &unique(names);
    check_installed(names, site)?;
    let verb = Verb { word, names, dry_run: options.dry_run };
    verb.carry_out(site, || job(names, enabled, options, site))
}

fn job(
    names: &[ServiceName],
    enabled: bool,
    options: &EnableOptions,
    site: &Site<'_>,
) -> Result<Job> {
    let mut services = Vec::new();
    for old in receipts(names, site)? {
        services.push(ServiceChange {
            name: old.name.clone(),
            new: Some(switched(&old, enabled, site)?),
            old: Some(old),
            secrets: Vec::new(),
            stale_secrets: Vec::new(),
            restart: Vec::new(),
            warnings: Vec::new(),
        });
    }
    let scope_steps = prepare::linger(&mut services, site)?;
    let wish = Wish { services, scope_steps, adopt: false, stop: Vec::new() };
    wish.into_job(site, |_| if options.now { follow(names, enabled, site) } else { Ok(Vec::new()) })
}

fn follow(names: &[ServiceName], enabled: bool, site: &Site<'_>) -> Result<Vec<Follow>> {
    let running = running(names, site)?;
    let names = names.iter().filter(|name| running.contains(name) != enabled).cloned();
    Ok(names.map(if enabled { Follow::Start } else { Follow::Stop }).collect())
}

/// The receipt with only that changed which being enabled makes a difference to; what has drifted otherwise is left as it is.
fn switched(old: &Receipt, enabled: bool, site: &Site<'_>) -> Result<Receipt> {
    let with = site.backend.render(&old.spec, site.target, enabled)?;
    let without = site.backend.render(&old.spec, site.target, !enabled)?;
    let (with_ids, without_ids) = (ids(&with), ids(&without));
    let mut artifacts = Vec::new();
    for artifact in &old.artifacts {
        let id = artifact.id();
        let wanted = with.iter().find(|one| one.id() == id);
        let unwanted = without.iter().find(|one| one.id() == id);
        match (wanted, unwanted) {
            (None, Some(_)) => {}
            (Some(wanted), Some(unwanted)) if wanted != unwanted => artifacts.push(wanted.clone()),
            _ => artifacts.push(artifact.clone()),
        }
    }
    let had: BTreeSet<String> = old.artifacts.iter().map(|one| one.id().to_owned()).collect();
    artifacts.extend(
        with.iter()
            .filter(|one| !had.contains(one.id()))
            .filter(|one| with_ids.contains(one.id()) && !without_ids.contains(one.id()))
            .cloned(),
    );
    Ok(Receipt { enabled, artifacts, ..old.clone() })
}
