//! `svcctl managers`: which are here, and what each can do.

use super::App;
use crate::backend::{self, Backend};
use crate::error::Result;
use crate::exit::Exit;
use crate::matrix;
use crate::output::json::{ManagerRow, ManagersReport};
use crate::output::style::{FAINT, GOOD, NAME};
use crate::output::table::{Cell, Table};
use crate::target::Scope;

/// Lists the managers.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(app: &App<'_>) -> Result<Exit> {
    let scope = app.global.scope().unwrap_or(Scope::System);
    let default = backend::choose(None, app.system, scope).ok().map(Backend::id);
    let rows: Vec<_> = backend::all()
        .iter()
        .map(|backend| row(app, *backend, scope, Some(backend.id()) == default))
        .collect();
    if app.printer.is_json() {
        app.printer.object(&ManagersReport::new(rows))?;
    } else {
        app.printer.line(table(&rows, app.printer.width).trim_end_matches('\n'))?;
    }
    Ok(Exit::Done)
}

fn row(app: &App<'_>, backend: &dyn Backend, scope: Scope, default: bool) -> ManagerRow {
    let detection = backend.detect(app.system, scope);
    let rows = matrix::column(backend, scope);
    ManagerRow {
        manager: backend.id().name(),
        available: detection.available,
        default,
        version: detection.version,
        detail: detection.detail,
        native: matrix::count(&rows, "native"),
        hosted: matrix::count(&rows, "hosted"),
        refused: matrix::count(&rows, "refused"),
    }
}

fn table(rows: &[ManagerRow], width: Option<usize>) -> String {
    let mut table = Table::new(vec!["MANAGER", "HERE", "NATIVE", "HOSTED", "REFUSED", "DETAIL"]);
    for row in rows {
        let here = match (row.available, row.default) {
            (true, true) => Cell::new("yes, used", GOOD),
            (true, false) => Cell::plain("yes"),
            (false, _) => Cell::new("no", FAINT),
        };
        table.row(vec![
            Cell::new(row.manager, NAME),
            here,
            Cell::plain(row.native.to_string()),
            Cell::plain(row.hosted.to_string()),
            Cell::plain(row.refused.to_string()),
            Cell::plain(&row.detail),
        ]);
    }
    table.render(width)
}
