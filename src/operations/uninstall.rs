//! `uninstall`: stops, removes, waits until gone. Logs, data and credentials stay unless purged.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::operations::install::running;
use crate::operations::installed::{check_installed, receipts, unique};
use crate::operations::job::{Job, Verb, Wish};
use crate::operations::prepare::stored_secrets;
use crate::operations::report::ChangeReport;
use crate::operations::{Record, Site, load_receipts};
use crate::plan::planner::ServiceChange;
use crate::plan::{Follow, ManagerStep};
use crate::receipt::Receipt;
use crate::spec::ServiceName;
use crate::state::State;

/// How long a manager may take to forget a service whose files are gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Pause between two looks.
const POLL: Duration = Duration::from_millis(20);

/// How it is to be uninstalled.
#[derive(Clone, Copy, Debug, Default)]
pub struct UninstallOptions {
    /// `--purge`: logs and stored credentials too.
    pub purge: bool,
    /// `--dry-run`.
    pub dry_run: bool,
}

/// Uninstalls all of them, or none.
///
/// # Errors
/// `NoService` if one is not installed, `Foreign` if one is not ours, `Timeout` if one does not stop, and as [`install`](super::install).
pub fn uninstall(
    names: &[ServiceName],
    options: &UninstallOptions,
    site: &Site<'_>,
) -> Result<ChangeReport> {
    site.check_privilege("uninstall")?;
    let names = &unique(names);
    check_installed(names, site)?;
    let verb = Verb { word: "uninstall", names, dry_run: options.dry_run };
    let report = verb.carry_out(site, || job(names, options, site))?;
    if options.dry_run {
        return Ok(report);
    }
    wait_until_gone(names, site)?;
    Ok(report)
}

fn job(names: &[ServiceName], options: &UninstallOptions, site: &Site<'_>) -> Result<Job> {
    let receipts = receipts(names, site)?;
    let follow: Vec<Follow> = match options.purge {
        true => receipts.iter().map(|one| Follow::Purge(Box::new(one.spec.clone()))).collect(),
        false => Vec::new(),
    };
    let stop = running(names, site)?.into_iter().collect();
    let scope_steps = no_linger(&receipts, site)?;
    let services = receipts.into_iter().map(|old| ServiceChange {
        name: old.name.clone(),
        stale_secrets: if options.purge { stored_secrets(&old.spec, site) } else { Vec::new() },
        old: Some(old),
        new: None,
        secrets: Vec::new(),
        restart: Vec::new(),
        warnings: Vec::new(),
    });
    let wish = Wish { services: services.collect(), scope_steps, adopt: false, stop };
    wish.into_job(site, |_| Ok(follow))
}

/// With the last service for which svcctl turned lingering on it is turned off again.
fn no_linger(removed: &[Receipt], site: &Site<'_>) -> Result<Vec<ManagerStep>> {
    if !removed.iter().any(|receipt| receipt.lingers) {
        return Ok(Vec::new());
    }
    let records: Vec<Record> = load_receipts(&site.target.dirs, site.system)?;
    let stays = records
        .iter()
        .filter_map(Record::receipt)
        .any(|receipt| receipt.lingers && !removed.iter().any(|gone| gone.name == receipt.name));
    let step = site.backend.linger(site.target).filter(|_| !stays);
    Ok(step.and_then(|step| step.inverse()).into_iter().collect())
}

/// Removal is asynchronous with some managers: it is asked for, then seen.
fn wait_until_gone(names: &[ServiceName], site: &Site<'_>) -> Result<()> {
    let began = site.system.now();
    loop {
        let states = site.backend.states(names, &site.context())?;
        let mut left = states.into_iter().filter(|state| state.state != State::NotInstalled);
        let Some(one) = left.next() else { return Ok(()) };
        if site.system.now().duration_since(began).unwrap_or_default() >= GONE_WITHIN {
            let (name, word) = (one.name, one.state.word());
            let message =
                format!("{name} is uninstalled, but {} still has it: {word}", one.manager);
            return Err(Error::new(ErrorKind::Timeout, message));
        }
        site.system.sleep(POLL);
    }
}
