//! `svcctl list`: one line each.

use std::collections::BTreeSet;

use super::{App, status};
use crate::cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::output::json::StatusReport;
use crate::output::status as show;
use crate::selection::{self, Group};

/// Lists services.
///
/// # Errors
/// When a manager does not answer.
pub fn run(app: &App<'_>, args: &cli::List) -> Result<Exit> {
    let mut groups = selection::installed(app.system, app.global)?;
    if args.all {
        add_foreign(app, &mut groups)?;
    }
    let mut states = status::states(app, &groups)?;
    states.sort_by(|a, b| (a.scope, &a.name).cmp(&(b.scope, &b.name)));
    if app.printer.is_json() {
        app.printer.object(&StatusReport::new(&states))?;
    } else if states.is_empty() {
        app.printer.line("no service is installed; svcctl install FILE installs one")?;
    } else {
        let table = show::table(&states, app.system.now(), app.printer.width);
        app.printer.line(table.trim_end_matches('\n'))?;
    }
    Ok(Exit::Done)
}

/// Adds what the managers know and svcctl did not install. A scope whose manager is not reached is left out, saying so.
fn add_foreign(app: &App<'_>, groups: &mut Vec<Group>) -> Result<()> {
    for scope in selection::scopes(app.global) {
        let (id, _) = selection::manager(app.system, app.global, *scope)?;
        let mine = |group: &&mut Group| {
            group.place.backend.id() == id && group.place.target.scope == *scope
        };
        let place = selection::place(app.system, id, *scope, None)?;
        let site = place.site(app.system, app.global);
        let names = match place.backend.names(&site.context()) {
            Ok(names) => names,
            Err(error) => {
                app.printer.detail(format!("the {scope} scope is left out: {error}"));
                continue;
            }
        };
        let known = groups.iter_mut().find(mine);
        match known {
            Some(group) => {
                let ours: BTreeSet<_> =
                    group.services.iter().map(|(name, _)| name.clone()).collect();
                let foreign = names.into_iter().filter(|name| !ours.contains(name));
                group.services.extend(foreign.map(|name| (name, None)));
            }
            None => {
                let services = names.into_iter().map(|name| (name, None)).collect();
                groups.push(Group { place, services });
            }
        }
    }
    Ok(())
}
