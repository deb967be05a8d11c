//! From install requests to what is to become of each service: refusals, receipts, credentials, what has the name already.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::artifact::Artifact;
use crate::backend::Namesake;
use crate::definition::diagnostic::Problem;
use crate::error::{Error, ErrorKind, Result};
use crate::operations::install::{InstallOptions, InstallRequest};
use crate::operations::installed::read_record;
use crate::operations::job::Wish;
use crate::operations::{Record, Site, load_receipts};
use crate::plan::planner::ServiceChange;
use crate::plan::{Secret, restart};
use crate::receipt::Receipt;
use crate::spec::{Credential, ServiceName, Spec};
use crate::support::Answer;
use crate::target::Scope;

/// Refuses what is wrong with the requests whatever the machine is like.
pub(super) fn check(requests: &[InstallRequest], site: &Site<'_>) -> Result<()> {
    let mut problems = twice(requests);
    for request in requests {
        problems.extend(refusals(request, site));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::definition("cannot install", problems)) }
}

fn twice(requests: &[InstallRequest]) -> Vec<Problem> {
    let mut seen: BTreeMap<&ServiceName, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for request in requests {
        let name = &request.spec.name;
        if let Some(first) = seen.insert(name, &request.definition_path) {
            let message = format!("two services are named '{name}': the other one is in {first}");
            problems.push(in_file(Problem::error("duplicate-name", message).key("name"), request));
        }
    }
    problems
}

fn refusals(request: &InstallRequest, site: &Site<'_>) -> Vec<Problem> {
    let manager = site.target.manager;
    let report = site.backend.support(&request.spec, site.target);
    let refused = report.entries.into_iter().filter_map(|(key, answer)| match answer {
        Answer::Refused { reason, way_out } => {
            let message = format!("`{key}` is refused on {manager}: {reason}");
            Some(in_file(Problem::error("refused", message).key(key).hint(way_out), request))
        }
        Answer::Native | Answer::Hosted(_) => None,
    });
    refused.collect()
}

fn in_file(problem: Problem, request: &InstallRequest) -> Problem {
    Problem { file: Some(request.definition_path.clone()), ..problem }
}

/// What the requests come to on this machine.
pub(super) fn wish(
    requests: &[InstallRequest],
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<Wish> {
    let mut services = Vec::new();
    for request in requests {
        services.push(service(request, options, site)?);
    }
    refuse_shared_artifacts(&services)?;
    let scope_steps = linger(&mut services, site)?;
    Ok(Wish { services, scope_steps, adopt: options.adopt, stop: Vec::new() })
}

fn service(
    request: &InstallRequest,
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<ServiceChange> {
    let name = &request.spec.name;
    let old = installed(name, site)?;
    let new = receipt(request, old.as_ref(), options, site)?;
    let secrets = secrets(request, options, site)?;
    let hosted = [old.as_ref(), Some(&new)]
        .into_iter()
        .flatten()
        .any(|receipt| site.backend.support(&receipt.spec, site.target).needs_host());
    let reasons = match &old {
        Some(old) => restart::reasons(&old.spec, &new.spec, hosted),
        None => Vec::new(),
    };
    Ok(ServiceChange {
        name: name.clone(),
        stale_secrets: old
            .iter()
            .flat_map(|old| unused_secrets(&old.spec, &new.spec, site))
            .collect(),
        old,
        new: Some(new),
        secrets,
        restart: reasons,
        warnings: Vec::new(),
    })
}

/// The receipt of what is installed by this manager.
fn installed(name: &ServiceName, site: &Site<'_>) -> Result<Option<Receipt>> {
    let receipt: Receipt = match read_record(&site.target.dirs, name, site.system)? {
        Some(Record::Open(receipt)) => *receipt,
        // Only a dry run gets here without the right to read it.
        Some(Record::Sealed(_)) | None => return Ok(None),
    };
    if receipt.manager == site.backend.id() {
        return Ok(Some(receipt));
    }
    let message = format!("'{name}' is installed for {} already", receipt.manager);
    Err(Error::new(ErrorKind::Foreign, message)
        .hint(format!("svcctl uninstall {name} --manager {}", receipt.manager)))
}

/// Enabled as the definition says when it is new or says otherwise than before; else as it was left by `enable` or `disable`.
fn is_enabled(request: &InstallRequest, old: Option<&Receipt>, options: &InstallOptions) -> bool {
    let autostart = request.spec.start.autostart;
    match old {
        None => autostart && options.enable,
        Some(old) if old.spec.start.autostart == autostart => old.enabled,
        Some(old) => {
            if options.enable {
                autostart
            } else {
                old.enabled
            }
        }
    }
}

fn receipt(
    request: &InstallRequest,
    old: Option<&Receipt>,
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<Receipt> {
    let enabled = is_enabled(request, old, options);
    let spec = request.spec.clone();
    let artifacts = site
        .backend
        .render(&spec, site.target, enabled)
        .map_err(|error| error.context(format!("cannot install {}", spec.name)))?;
    Ok(Receipt {
        schema: Receipt::SCHEMA.to_owned(),
        svcctl_version: env!("CARGO_PKG_VERSION").to_owned(),
        name: spec.name.clone(),
        manager: site.backend.id(),
        scope: site.target.scope,
        enabled,
        definition_path: request.definition_path.clone(),
        definition: request.definition.clone(),
        profile: request.profile.clone(),
        sets: request.sets.clone(),
        insecure_paths: request.insecure_paths.clone(),
        spec,
        artifacts,
        lingers: old.is_some_and(|old| old.lingers),
    })
}

/// Where a stored credential is.
#[must_use]
pub fn secret_path(name: &ServiceName, credential: &str, site: &Site<'_>) -> String {
    let folder = Path::new(&site.target.dirs.state).join("credentials").join(name.as_str());
    folder.join(credential).to_string_lossy().into_owned()
}

const fn is_stored(credential: &Credential) -> bool {
    matches!(credential, Credential::Prompt | Credential::Command(_))
}

/// Every credential of the service that is stored by svcctl.
pub(super) fn stored_secrets(spec: &Spec, site: &Site<'_>) -> Vec<String> {
    let stored = spec.credentials.iter().filter(|(_, credential)| is_stored(credential));
    stored.map(|(id, _)| secret_path(&spec.name, id, site)).collect()
}

fn unused_secrets(old: &Spec, new: &Spec, site: &Site<'_>) -> Vec<String> {
    let needed: BTreeSet<String> = stored_secrets(new, site).into_iter().collect();
    let had = stored_secrets(old, site).into_iter();
    had.filter(|path| !needed.contains(path)).collect()
}

fn secrets(
    request: &InstallRequest,
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<Vec<Secret>> {
    let mut secrets = Vec::new();
    let name = &request.spec.name;
    for (id, credential) in &request.spec.credentials {
        let path = secret_path(name, id, site);
        match request.credentials.get(id) {
            Some(value) if is_stored(credential) => {
                secrets.push(Secret { path, contents: value.clone() });
            }
            None if is_stored(credential) && !options.dry_run && !is_there(&path, site) => {
                let message = format!("cannot install {name}: the credential '{id}' has no value");
                return Err(Error::new(ErrorKind::Usage, message)
                    .hint("install it on a terminal, where it can be asked for"));
            }
            Some(_) | None => {}
        }
    }
    Ok(secrets)
}

fn is_there(path: &str, site: &Site<'_>) -> bool {
    matches!(site.system.entry(path.as_ref()), Ok(crate::system::Entry::File { .. }))
}

/// Two services with one label would overwrite each other's artifacts.
fn refuse_shared_artifacts(services: &[ServiceChange]) -> Result<()> {
    let mut seen: BTreeMap<&str, &ServiceName> = BTreeMap::new();
    for service in services {
        for artifact in service.new.iter().flat_map(|new| &new.artifacts) {
            if let Some(other) = seen.insert(artifact.id(), &service.name)
                && *other != service.name
            {
                let both = format!("{other} and {}", service.name);
                let message = format!("{both} would both be installed as {}", artifact.id());
                return Err(Error::new(ErrorKind::Definition, message).hint("change one's label"));
            }
        }
    }
    Ok(())
}

/// Lets the user's services live without a login, if the scope does not do so by itself.
pub(super) fn linger(
    services: &mut [ServiceChange],
    site: &Site<'_>,
) -> Result<Vec<crate::plan::ManagerStep>> {
    let wanted = |service: &ServiceChange| service.new.as_ref().is_some_and(|new| new.enabled);
    if site.target.scope != Scope::User || !services.iter().any(wanted) {
        return Ok(Vec::new());
    }
    let Some(step) = site.backend.linger(site.target) else { return Ok(Vec::new()) };
    let by_us = load_receipts(&site.target.dirs, site.system)?
        .iter()
        .any(|record: &Record| record.receipt().is_some_and(|receipt| receipt.lingers));
    let is_so = site.backend.lingers(&site.context())?;
    if by_us || !is_so {
        for new in services.iter_mut().filter_map(|service| service.new.as_mut()) {
            new.lingers |= new.enabled;
        }
    }
    Ok(if is_so { Vec::new() } else { vec![step] })
}

/// What has one of the names already and is no artifact of ours.
pub(super) fn namesakes(wish: &mut Wish, site: &Site<'_>) -> Result<()> {
    let names: Vec<ServiceName> =
        wish.services.iter().map(|service| service.name.clone()).collect();
    for Namesake { name, message, harmless } in site.backend.namesakes(&names, &site.context())? {
        let Some(service) = wish.services.iter_mut().find(|service| service.name == name) else {
            continue;
        };
        if !harmless && !wish.adopt && service.old.is_none() {
            return Err(Error::new(
                ErrorKind::Foreign,
                format!("cannot install {name}: {message}"),
            )
            .hint("--adopt takes it over"));
        }
        service.warnings.push(message);
    }
    Ok(())
}

/// The ids of a receipt's artifacts.
pub(super) fn ids(artifacts: &[Artifact]) -> BTreeSet<&str> {
    artifacts.iter().map(Artifact::id).collect()
}
