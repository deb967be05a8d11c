//! `svcctl check`: is the definition good, and what does each manager make of it?

mod notes;

use std::collections::BTreeMap;

use self::notes::notes;
use super::{App, sources};
use crate::backend::{self, Backend};
use crate::cli::{self, For};
use crate::definition::diagnostic::{Problem, Severity};
use crate::definition::{Definition, Resolved, fields, refusal};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::json::CheckReport;
use crate::output::style::{BAD, BETWEEN, FAINT, GOOD};
use crate::output::table::{Cell, Table};
use crate::output::wrap::wrap;
use crate::preflight;
use crate::selection::{self, Place};
use crate::support::{Answer, SupportReport};
use crate::target::{ManagerId, Os, Scope};

/// Key by key the answer of each manager, worst first where several definitions ask for the same key.
type Matrix = BTreeMap<&'static str, BTreeMap<&'static str, Answer>>;

/// The code of a problem that the definition does not have on its own operating system.
const WRONG_OS: &str = "wrong-os";

/// Validates and shows the support of every field that the definitions make use of.
///
/// # Errors
/// `BadDefinition` with all problems, unless results are JSON: then they are in the object.
pub fn run(app: &App<'_>, args: &cli::Check) -> Result<Exit> {
    let files = sources::files(app, &args.files)?;
    let mut problems = Vec::new();
    let mut matrix = Matrix::new();
    for file in &files {
        match sources::parse(std::slice::from_ref(file)) {
            Ok(definitions) => {
                for definition in &definitions {
                    check(app, args, definition, &mut problems, &mut matrix)?;
                }
            }
            Err(error) => problems.extend(as_problems(error)),
        }
    }
    report(app, args, problems, matrix)
}

/// An error's problems; one without any is a problem itself.
fn as_problems(error: Error) -> Vec<Problem> {
    if error.problems.is_empty() {
        let problem = Problem::error("unreadable", error.to_string());
        return vec![Problem { hint: error.hint, ..problem }];
    }
    error.problems
}

fn check(
    app: &App<'_>,
    args: &cli::Check,
    definition: &Definition,
    problems: &mut Vec<Problem>,
    matrix: &mut Matrix,
) -> Result<()> {
    let scope = app.global.scope().or(definition.scope()?).unwrap_or(Scope::System);
    for place in places(app, args, scope)? {
        match sources::resolve(app, definition, &place.target, &args.resolve) {
            Ok(resolved) => {
                let report = place.backend.support(&resolved.spec, &place.target);
                // Of a table over all managers a refusal is a cell, not a problem.
                if args.target != Some(For::All) {
                    add_new(problems, refusal::problems(&report, &resolved.origins, &place.target));
                }
                // For a manager that was named, the definition may be meant for another machine.
                if args.target.is_none() {
                    add_new(
                        problems,
                        preflight::problems(&resolved, &place.target, &[], app.system),
                    );
                }
                add_new(problems, resolved.warnings);
                fill(matrix, place.backend, report);
            }
            // A definition for some systems is none for the others: that is a cell of the table as well.
            Err(error) if args.target == Some(For::All) && is_of_another_system(&error) => {
                fill(matrix, place.backend, elsewhere(&error.problems));
            }
            Err(error) => add_new(problems, as_problems(error)),
        }
    }
    Ok(())
}

/// Whether nothing is wrong with a definition but that it is not for this operating system.
fn is_of_another_system(error: &Error) -> bool {
    let errors = || error.problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors().next().is_some() && errors().all(|problem| problem.code == WRONG_OS)
}

fn elsewhere(problems: &[Problem]) -> SupportReport {
    let mut report = SupportReport::default();
    for problem in problems {
        let field = fields::FIELDS.iter().find(|field| problem.key.as_deref() == Some(field.key));
        if let Some(field) = field {
            let way_out = problem.hint.clone().unwrap_or_default();
            report.refused(field.key, "the definition says nothing for this system", way_out);
        }
    }
    report
}

fn places(app: &App<'_>, args: &cli::Check, scope: Scope) -> Result<Vec<Place>> {
    let ids = match args.target {
        Some(For::All) => backend::all().iter().map(|backend| backend.id()).collect(),
        Some(For::One(id)) => vec![id],
        None => vec![usual(app, scope)],
    };
    ids.into_iter().map(|id| selection::for_rendering(app.system, id, scope)).collect()
}

/// The manager that a definition is checked for unless told otherwise: the one that was named, the one that is here, or the one
/// that is usual on this system, as checking needs none.
pub fn usual(app: &App<'_>, scope: Scope) -> ManagerId {
    let here = || selection::manager(app.system, app.global, scope).ok().map(|(id, _)| id);
    let usual = match Os::here() {
        Os::Linux => ManagerId::Systemd,
        Os::Macos => ManagerId::Launchd,
        Os::Windows => ManagerId::Scm,
        Os::Freebsd => ManagerId::Rcd,
    };
    app.global.manager.or_else(here).unwrap_or(usual)
}

/// The same problem on every manager is one problem.
fn add_new(problems: &mut Vec<Problem>, more: Vec<Problem>) {
    for problem in more {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

fn fill(matrix: &mut Matrix, backend: &dyn Backend, report: SupportReport) {
    let answers = matrix.entry(backend.id().name()).or_default();
    for (key, answer) in report.entries {
        let worse = answers.get(key).is_none_or(|known| rank(&answer) > rank(known));
        if worse {
            answers.insert(key, answer);
        }
    }
}

const fn rank(answer: &Answer) -> u8 {
    match answer {
        Answer::Native => 0,
        Answer::Hosted(_) => 1,
        Answer::Refused { .. } => 2,
    }
}

fn report(
    app: &App<'_>,
    args: &cli::Check,
    problems: Vec<Problem>,
    matrix: Matrix,
) -> Result<Exit> {
    let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    let exit = if failed { Exit::BadDefinition } else { Exit::Done };
    if app.printer.is_json() {
        app.printer.object(&CheckReport::new(problems, matrix))?;
        return Ok(exit);
    }
    if (args.target.is_some() || app.global.verbose) && !matrix.is_empty() {
        app.printer.line(table(&matrix, app.printer.width).trim_end_matches('\n'))?;
        app.printer.line(notes(&matrix, app.printer.width).trim_end_matches('\n'))?;
    }
    if failed {
        return Err(Error::definition("the definition cannot be used", problems));
    }
    if !problems.is_empty() {
        app.printer.answer(&crate::output::error::problems(&problems))?;
    }
    app.printer.line(match args.target {
        Some(For::All) => good_on(&matrix, app.printer.width),
        Some(For::One(_)) | None => format!("{GOOD}good{GOOD:#}"),
    })?;
    Ok(exit)
}

/// Which managers can run the definitions, and which refuse them.
fn good_on(matrix: &Matrix, width: Option<usize>) -> String {
    let refuses = |answers: &BTreeMap<_, _>| answers.values().any(|answer| rank(answer) == 2);
    let (refused, good): (Vec<_>, Vec<_>) = ManagerId::ALL
        .into_iter()
        .filter_map(|id| Some((id.name(), matrix.get(id.name())?)))
        .partition(|(_, answers)| refuses(answers));
    let names = |of: &[(&'static str, _)]| of.iter().map(|it| it.0).collect::<Vec<_>>().join(", ");
    let line = |words: String, used| wrap(&words, width, used, 2);
    let good = (!good.is_empty())
        .then(|| format!("{GOOD}good{GOOD:#} {}", line(format!("on {}", names(&good)), 5)));
    let refused = (!refused.is_empty())
        .then(|| format!("{BAD}refused{BAD:#} {}", line(format!("on {}", names(&refused)), 8)));
    [good, refused].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Field × manager.
fn table(matrix: &Matrix, width: Option<usize>) -> String {
    let managers: Vec<_> = ManagerId::ALL
        .iter()
        .map(|id| id.name())
        .filter(|name| matrix.contains_key(name))
        .collect();
    let mut header = vec!["FIELD"];
    header.extend(&managers);
    let mut table = Table::new(header);
    for field in fields::FIELDS {
        let answers: Vec<_> = managers.iter().map(|name| matrix[name].get(field.key)).collect();
        if answers.iter().any(Option::is_some) {
            let mut row = vec![Cell::plain(field.key)];
            row.extend(answers.into_iter().map(cell));
            table.row(row);
        }
    }
    table.render(width)
}

fn cell(answer: Option<&Answer>) -> Cell {
    match answer {
        None => Cell::new("-", FAINT),
        Some(Answer::Native) => Cell::new("native", GOOD),
        Some(Answer::Hosted(_)) => Cell::new("hosted", BETWEEN),
        Some(Answer::Refused { .. }) => Cell::new("refused", BAD),
    }
}

/// Refuses a definition of which the manager can do less than it asks, or for which something is missing on this machine.
/// `insecure`: see [`preflight::problems`].
///
/// # Errors
/// With everything that is in the way, at its place, and the way out.
pub fn refuse_unfit(
    app: &App<'_>,
    resolved: &Resolved,
    place: &Place,
    insecure: &[String],
) -> Result<()> {
    let mut problems = preflight::problems(resolved, &place.target, insecure, app.system);
    problems.extend(refused(resolved, place));
    refuse(resolved, place, problems)
}

/// Refuses a definition of which the manager can do less than it asks.
///
/// # Errors
/// With every field that is refused, at its place, and the way out.
pub fn refuse_unsupported(resolved: &Resolved, place: &Place) -> Result<()> {
    refuse(resolved, place, refused(resolved, place))
}

fn refused(resolved: &Resolved, place: &Place) -> Vec<Problem> {
    let report = place.backend.support(&resolved.spec, &place.target);
    refusal::problems(&report, &resolved.origins, &place.target)
}

fn refuse(resolved: &Resolved, place: &Place, problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let what = format!("{} cannot run on {}", resolved.spec.name, place.backend.id());
    Err(Error::definition(what, problems))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::golden::{WIDTHS, assert_golden};

    fn matrix() -> Matrix {
        let why = "it runs every service by svcctl's host".to_owned();
        let hosted = Answer::Hosted(why);
        let refused = Answer::Refused {
            reason: "only a control group holds a whole process tree to it".to_owned(),
            way_out: "leave it out, or put it under [on.systemd.limits]".to_owned(),
        };
        let keys = ["name", "process.command", "process.user", "start.ready", "stop.timeout"];
        let all = |answer: &Answer| keys.map(|key| (key, answer.clone())).into_iter();
        let limit = std::iter::once(("limits.memory", refused));
        let native = all(&Answer::Native).chain([("limits.memory", Answer::Native)]);
        Matrix::from([
            ("systemd", native.collect()),
            ("embedded", all(&hosted).chain(limit).collect()),
        ])
    }

    #[test]
    fn the_table_of_fields_gives_each_reason_once() {
        for width in WIDTHS {
            let text = table(&matrix(), Some(width)) + &notes(&matrix(), Some(width));
            assert_golden(&format!("check-{width}.ansi"), &text);
        }
    }
}
