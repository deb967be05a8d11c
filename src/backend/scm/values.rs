//! What of a spec Windows cannot hold: refused before anything is touched, each with its reason.

use std::collections::BTreeMap;

use crate::backend::scm::{account, quote, render};
use crate::definition::diagnostic::Problem;
use crate::spec::{HealthCheck, Hook, Reload, Spec};

/// The longest value of a variable, in UTF-16 units (`SetEnvironmentVariableW`).
const MAX_VARIABLE: usize = 32_766;

/// The longest name for people (`CreateServiceW`).
const MAX_DISPLAY_NAME: usize = 256;

/// Everything that is wrong for Windows.
#[must_use]
pub fn problems(spec: &Spec) -> Vec<Problem> {
    let commands = commands(spec).into_iter();
    let mut problems: Vec<Problem> = commands
        .filter_map(|(key, command)| Some(command_problem(key, command?)?.key(key)))
        .collect();
    problems.extend(variable_problems(&spec.process.environment));
    problems.extend(display_name_problem(spec));
    problems.extend(password_problem(spec));
    problems
}

/// Every argv of the spec, by its key.
fn commands(spec: &Spec) -> [(&'static str, Option<&Vec<String>>); 9] {
    let hooks = &spec.hooks;
    let reload = match &spec.reload {
        Some(Reload::Command(command)) => Some(command),
        Some(Reload::Signal(_)) | None => None,
    };
    let health = match spec.health.as_ref().map(|health| &health.check) {
        Some(HealthCheck::Command(command)) => Some(command),
        Some(HealthCheck::Http(_) | HealthCheck::Tcp(_)) | None => None,
    };
    [
        ("process.command", Some(&spec.process.command)),
        ("stop.command", spec.stop.command.as_ref()),
        ("reload.command", reload),
        ("hooks.pre-start", argv(hooks.pre_start.as_ref())),
        ("hooks.post-start", argv(hooks.post_start.as_ref())),
        ("hooks.pre-stop", argv(hooks.pre_stop.as_ref())),
        ("hooks.post-stop", argv(hooks.post_stop.as_ref())),
        ("hooks.on-failure", argv(hooks.on_failure.as_ref())),
        ("health.command", health),
    ]
}

fn argv(hook: Option<&Hook>) -> Option<&Vec<String>> {
    hook.map(|hook| &hook.command)
}

fn command_problem(key: &str, command: &[String]) -> Option<Problem> {
    let (program, arguments) = command.split_first()?;
    if program.contains('"') {
        return Some(problem(format!("`{key}`: no path on Windows holds a quote: {program}")));
    }
    let line = match quote::batch_line(program, arguments) {
        Some(Ok(line)) => line,
        Some(Err(why)) => {
            let hint = "call an .exe instead of the batch file, or pass the value as a variable";
            return Some(problem(format!("`{key}`: {why}")).hint(hint));
        }
        None => quote::command_line(program, arguments.iter().map(String::as_str)),
    };
    let length = quote::length(&line);
    (length > quote::MAX).then(|| {
        let most = quote::MAX;
        problem(format!(
            "`{key}`: Windows takes command lines of {most} units, and this has {length}"
        ))
        .hint("pass the long values in a file")
    })
}

/// Windows tells variables apart without regard to case.
fn variable_problems(environment: &BTreeMap<String, String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for (name, value) in environment {
        let key = format!("process.environment.{name}");
        if let Some(other) = known.insert(name.to_uppercase(), name) {
            let message = format!("`{other}` and `{name}` are the same variable on Windows");
            problems.push(problem(message).key(&key));
        }
        if quote::length(value) > MAX_VARIABLE {
            let message =
                format!("Windows takes values of {MAX_VARIABLE} units: `{name}` is longer");
            problems.push(problem(message).key(&key));
        }
    }
    problems
}

fn display_name_problem(spec: &Spec) -> Option<Problem> {
    let name = spec.display_name.as_ref()?;
    (quote::length(name) > MAX_DISPLAY_NAME).then(|| {
        problem(format!("Windows takes display names of {MAX_DISPLAY_NAME} units"))
            .key("display-name")
    })
}

/// An account with a password needs it at the install; it is never written into the definition.
fn password_problem(spec: &Spec) -> Option<Problem> {
    let account = account::object_name(spec.process.user.as_deref(), &spec.name);
    let missing =
        account::needs_password(&account) && !spec.credentials.contains_key(render::LOGON);
    missing.then(|| {
        let logon = render::LOGON;
        problem(format!(
            "the account {account} has a password, and Windows asks for it at the install"
        ))
        .key("process.user")
        .hint(format!(
            "add `{logon} = {{ prompt = true }}` (or --credential-stdin {logon}) or `{{ file = … }}` under [credentials], or use a \
                 virtual account (user = \"virtual\") or a managed one (user = 'DOMAIN\\name$')"
        ))
    })
}

fn problem(message: String) -> Problem {
    Problem::error("unrepresentable", message)
}
