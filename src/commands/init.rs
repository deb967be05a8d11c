//! `svcctl init`: writes a commented definition.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::{App, check};
use crate::backend::Backend;
use crate::cli;
use crate::definition::source::Source;
use crate::definition::template::{self, Values};
use crate::definition::{Definition, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::selection;
use crate::spec::ServiceName;
use crate::support::Answer;
use crate::target::{Os, Scope, Target};

/// Writes the definition, or prints it for `--file -`. What is not said is asked for on a terminal.
///
/// # Errors
/// When the file is there already, or cannot be written; `Usage` for a name that cannot be one.
pub fn run(app: &App<'_>, args: &cli::Init) -> Result<Exit> {
    let (name, values) = complete(app, args)?;
    let scope = app.global.scope().unwrap_or(Scope::System);
    let place = selection::for_rendering(app.system, check::usual(app, scope), scope)?;
    let values = protected(&values, place.backend, &place.target);
    let text = template::text(&values, Os::here());
    let file = args.file.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.toml")));
    if file == Path::new("-") {
        app.printer.answer(&text)?;
        return Ok(Exit::Done);
    }
    write(&file, &text, args.force)?;
    let shown = file.display();
    app.printer.line(format!("wrote {shown}; svcctl install {shown} --start runs it"))?;
    Ok(Exit::Done)
}

fn complete(app: &App<'_>, args: &cli::Init) -> Result<(ServiceName, Values)> {
    let asks =
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !app.global.quiet;
    let from_folder = || {
        let folder = std::env::current_dir().ok()?;
        let name = folder.file_name()?.to_str()?.to_owned();
        ServiceName::new(&name).is_ok().then_some(name)
    };
    let suggestion = from_folder().unwrap_or_else(|| "app".to_owned());
    let name = match &args.name {
        Some(name) => name.clone(),
        None if asks => ask("Name of the service", &suggestion)?,
        None => suggestion,
    };
    let name = ServiceName::new(&name).map_err(|rule| {
        Error::new(ErrorKind::Usage, format!("'{name}' is no service name: it {rule}"))
    })?;
    let command = match args.command.as_slice() {
        [] if asks => ask_command()?,
        command => command.to_vec(),
    };
    let command = if command.is_empty() { example() } else { command };
    let values = Values {
        name: Some(name.to_string()),
        description: args.description.clone(),
        command: Some(command),
        working_directory: args.working_directory.clone(),
        user: args.account.clone(),
        security: template::PROTECTIONS[0],
    };
    Ok((name, values))
}

/// With the strongest protections that the manager here has: what is written runs without an edit.
fn protected(values: &Values, backend: &dyn Backend, target: &Target) -> Values {
    let with = |security| Values { security, ..values.clone() };
    let mut all = template::PROTECTIONS.into_iter().map(with);
    all.find(|values| holds(values, backend, target)).unwrap_or_else(|| values.clone())
}

/// Whether the manager refuses no protection; what else may be wrong is for `check` to say.
fn holds(values: &Values, backend: &dyn Backend, target: &Target) -> bool {
    refused(values, backend, target).is_none_or(|keys| {
        let is_protection = |key: &&str| key.starts_with("security.");
        !keys.iter().any(is_protection)
    })
}

/// The keys that the manager refuses of what would be written; none if it is no definition.
fn refused(values: &Values, backend: &dyn Backend, target: &Target) -> Option<Vec<&'static str>> {
    let dir = if target.os.is_unix() { "/" } else { r"C:\" };
    let source = Source::from_text("", dir, template::text(values, target.os));
    let request = Request { target, profile: None, sets: &[], env: &|_| None };
    let resolved = Definition::parse(source).and_then(|it| it.resolve(&request)).ok()?;
    let answers = backend.support(&resolved.spec, target).entries.into_iter();
    let refused = answers.filter(|(_, answer)| matches!(answer, Answer::Refused { .. }));
    Some(refused.map(|(key, _)| key).collect())
}

/// A command that is on every machine, so that the definition runs as it is written.
fn example() -> Vec<String> {
    let words: &[&str] = if cfg!(windows) {
        &[r"C:\Windows\System32\ping.exe", "-t", "127.0.0.1"]
    } else {
        &["/bin/sh", "-c", "while :; do date; sleep 5; done"]
    };
    words.iter().map(ToString::to_string).collect()
}

fn ask(question: &str, suggestion: &str) -> Result<String> {
    let failed = |error| Error::io("cannot ask on the terminal", &error);
    let mut err = std::io::stderr().lock();
    let shown = if suggestion.is_empty() { String::new() } else { format!(" [{suggestion}]") };
    write!(err, "{question}{shown}: ").and_then(|()| err.flush()).map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(failed)?;
    let answer = answer.trim();
    Ok(if answer.is_empty() { suggestion.to_owned() } else { answer.to_owned() })
}

/// A line as a person types a command: words, quotes; no shell runs it. Empty means the template's own.
fn ask_command() -> Result<Vec<String>> {
    let line = ask("Command and arguments (empty for an example)", "")?;
    shlex::split(&line)
        .ok_or_else(|| Error::new(ErrorKind::Usage, "the command has a quote that is not closed"))
}

fn write(file: &Path, text: &str, force: bool) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::system(format!("{} is there already", file.display()))
                .hint("--force overwrites it")
        }
        _ => Error::io(file.display(), &error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend;

    #[test]
    fn what_is_written_is_refused_by_no_manager() {
        for backend in backend::all() {
            let target = selection::typical(backend.id(), Scope::System);
            let name = Some("web".to_owned());
            let values = protected(&Values { name, ..Values::default() }, *backend, &target);
            let refused = refused(&values, *backend, &target);
            assert_eq!(refused, Some(Vec::new()), "{}", backend.id());
        }
    }
}
