//! `svcctl install`.

use std::collections::BTreeMap;
use std::path::Path;

use super::{App, change, check, secrets, sources};
use crate::backend::MANAGER_VARIABLE;
use crate::cli;
use crate::definition::{Definition, Resolved};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::operations::{InstallOptions, InstallRequest, install};
use crate::output::Progress;
use crate::selection::{self, Place};
use crate::target::Scope;

/// Installs or updates all the definitions, or none.
///
/// # Errors
/// With all the problems of all the definitions, or what stopped the install.
pub fn run(app: &App<'_>, args: &cli::Install) -> Result<Exit> {
    let files = sources::files(app, &args.files)?;
    let definitions = sources::parse(&files)?;
    let place = selection::for_change(app.system, app.global, wished_scope(&definitions)?)?;
    announce(app, &place);
    let requests = requests(app, args, &definitions, &place)?;
    let options = InstallOptions {
        start: args.start,
        enable: !args.no_enable,
        restart: !args.no_restart,
        adopt: args.adopt,
        dry_run: args.dry_run,
    };
    let names: Vec<_> = requests.iter().map(|request| request.spec.name.clone()).collect();
    let progress = Progress::start(&app.printer, "installing", &names);
    let report = install(&requests, &options, &place.site(app.system, app.global))?;
    progress.end();
    change::print(app, report, "installed")
}

/// The scope that the definitions ask for; they must agree.
///
/// # Errors
/// Of kind `Usage` when they do not.
pub fn wished_scope(definitions: &[Definition]) -> Result<Option<Scope>> {
    let mut wish = None;
    for definition in definitions {
        match (wish, definition.scope()?) {
            (Some(first), Some(other)) if first != other => {
                return Err(Error::new(
                    ErrorKind::Usage,
                    "the definitions ask for both scopes, and one install works in one",
                )
                .hint("install them in two calls, or say --system or --user"));
            }
            (_, Some(scope)) => wish = Some(scope),
            (_, None) => {}
        }
    }
    Ok(wish)
}

/// Says that it is the embedded manager, where nobody asked for it by name.
fn announce(app: &App<'_>, place: &Place) {
    use crate::target::ManagerId;
    let asked = app.global.manager.is_some()
        || app.system.env(MANAGER_VARIABLE.as_ref()).is_some_and(|value| !value.is_empty());
    if place.backend.id() == ManagerId::Embedded && !asked {
        let none = match place.target.scope {
            Scope::System => "no service manager runs here",
            Scope::User => "no service manager here runs services of users",
        };
        app.printer.warning(format!("{none}: the services run under svcctl's own supervisor"));
    }
}

/// The requests of an install of these definitions.
///
/// # Errors
/// With all the problems of all the definitions.
fn requests(
    app: &App<'_>,
    args: &cli::Install,
    definitions: &[Definition],
    place: &Place,
) -> Result<Vec<InstallRequest>> {
    let insecure = &args.allow_insecure_path;
    let resolved = sources::gather(definitions.iter().map(|definition| {
        let resolved = sources::resolve(app, definition, &place.target, &args.resolve)?;
        check::refuse_unfit(app, &resolved, place, insecure)?;
        Ok(resolved)
    }))?;
    definitions
        .iter()
        .zip(resolved)
        .map(|(definition, resolved)| {
            for warning in &resolved.warnings {
                app.printer.warning(format!("{}: {}", resolved.spec.name, warning.message));
            }
            let credentials = match args.dry_run {
                true => BTreeMap::new(),
                false => secrets::collect(app, &resolved.spec)?,
            };
            let request = request(definition, resolved, &args.resolve);
            Ok(InstallRequest { insecure_paths: insecure.clone(), credentials, ..request })
        })
        .collect()
}

/// The request of one definition, without secrets.
#[must_use]
pub fn request(definition: &Definition, resolved: Resolved, how: &cli::Resolve) -> InstallRequest {
    let source = definition.source();
    InstallRequest {
        spec: resolved.spec,
        definition_path: absolute(&source.dir, &source.path),
        definition: source.text.clone(),
        profile: how.profile.clone(),
        sets: how.sets.clone(),
        insecure_paths: Vec::new(),
        credentials: BTreeMap::new(),
    }
}

fn absolute(dir: &str, path: &str) -> String {
    let file = Path::new(path).file_name().unwrap_or_default();
    Path::new(dir).join(file).display().to_string()
}
