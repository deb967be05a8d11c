//! `svcctl diff`: what an install would change, and drift.

use std::path::PathBuf;

use super::{App, check, install, service_names, sources};
use crate::cli;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::operations::{DiffReport, InstallOptions, ServiceDiff, diff_installed, diff_requests};
use crate::output::style::{BAD, BETWEEN, FAINT, GOOD, NAME};
use crate::selection;

/// Shows differences; exits with 3 if there is one.
///
/// # Errors
/// With all the problems of the definitions; `NoService`.
pub fn run(app: &App<'_>, args: &cli::Diff) -> Result<Exit> {
    let (files, names): (Vec<_>, Vec<_>) =
        args.subjects.iter().cloned().partition(|it| is_path(it));
    if !files.is_empty() && !names.is_empty() {
        return Err(Error::new(
            ErrorKind::Usage,
            "diff takes definitions or names, not both at once",
        ));
    }
    let report =
        if names.is_empty() { of_files(app, args, &files)? } else { of_names(app, &names)? };
    if app.printer.is_json() {
        app.printer.object(&report)?;
    } else {
        for service in &report.services {
            app.printer.line(text(service).trim_end_matches('\n'))?;
        }
    }
    Ok(if report.differs { Exit::No } else { Exit::Done })
}

/// A definition is told from a name by its ending, by a separator, or by being there.
fn is_path(subject: &str) -> bool {
    subject.ends_with(".toml")
        || subject.contains(['/', '\\'])
        || std::path::Path::new(subject).is_dir()
}

fn of_files(app: &App<'_>, args: &cli::Diff, files: &[String]) -> Result<DiffReport> {
    let paths: Vec<_> = files.iter().map(PathBuf::from).collect();
    let definitions = sources::parse(&sources::files(app, &paths)?)?;
    let place =
        selection::for_change(app.system, app.global, install::wished_scope(&definitions)?)?;
    let requests = sources::gather(definitions.iter().map(|definition| {
        let resolved = sources::resolve(app, definition, &place.target, &args.resolve)?;
        check::refuse_unsupported(&resolved, &place)?;
        Ok(install::request(definition, resolved, &args.resolve))
    }))?;
    diff_requests(&requests, &InstallOptions::default(), &place.site(app.system, app.global))
}

fn of_names(app: &App<'_>, names: &[String]) -> Result<DiffReport> {
    let names = service_names(names)?;
    let mut services = Vec::new();
    for group in selection::locate(app.system, app.global, &names)? {
        let names: Vec<_> = group.services.iter().map(|(name, _)| name.clone()).collect();
        services
            .extend(diff_installed(&names, &group.place.site(app.system, app.global))?.services);
    }
    Ok(DiffReport::new(services))
}

fn text(service: &ServiceDiff) -> String {
    let mut text = format!("{NAME}{}{NAME:#}: {}\n", service.name, summary(service));
    for sentence in &service.drift {
        text += &format!("  {BETWEEN}drift{BETWEEN:#}: {sentence}\n");
    }
    if !service.restart_because.is_empty() {
        text +=
            &format!("  would be restarted because of {}\n", service.restart_because.join(", "));
    }
    for artifact in &service.artifacts {
        text += &format!("  {FAINT}{} {}{FAINT:#}\n", artifact.change, artifact.target);
        text += &artifact.text.lines().map(coloured).collect::<String>();
    }
    text
}

fn summary(service: &ServiceDiff) -> &'static str {
    match (service.differs, service.installed) {
        (false, _) => "as installed",
        (true, false) => "not installed yet",
        (true, true) => "differs",
    }
}

fn coloured(line: &str) -> String {
    match line.as_bytes().first() {
        Some(b'+') => format!("    {GOOD}{line}{GOOD:#}\n"),
        Some(b'-') => format!("    {BAD}{line}{BAD:#}\n"),
        _ => format!("    {line}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::FileDiff;
    use crate::output::golden::assert_golden;
    use crate::spec::ServiceName;

    #[test]
    fn differences_are_shown_as_a_person_reads_them() {
        let name = |name: &str| ServiceName::new(name).unwrap();
        let same = ServiceDiff {
            name: name("cache"),
            differs: false,
            installed: true,
            drift: Vec::new(),
            artifacts: Vec::new(),
            restart_because: Vec::new(),
        };
        let change = "@@ -7,3 +7,4 @@\n [Service]\n-ExecStart=/opt/web/bin/web --port 8080\n+ExecStart=/opt/web/bin/web --port 9000\n+UMask=0027\n";
        let artifact = FileDiff {
            target: "/etc/systemd/system/web.service".to_owned(),
            change: "change",
            text: change.to_owned(),
        };
        let changed = ServiceDiff {
            name: name("web"),
            differs: true,
            drift: vec!["/etc/systemd/system/web.service was changed".to_owned()],
            artifacts: vec![artifact],
            restart_because: vec!["process.command".to_owned(), "process.umask".to_owned()],
            ..same.clone()
        };
        assert_golden("diff.ansi", &(text(&same) + &text(&changed)));
    }
}
