//! What is looked at on this machine before an install: programs, folders and accounts that the definition names, and whether
//! somebody with fewer rights could change what the service trusts.
//!
//! Nothing is executed and nothing is opened: what is found may change before the service starts, and then the start says so.

mod access;
mod path;
mod sddl;
mod trust;

use std::path::Path;

use crate::definition::Resolved;
use crate::definition::diagnostic::Problem;
use crate::spec::{HealthCheck, Reload, Spec};
use crate::system::{Entry, System};
use crate::target::{Os, Scope, Target};

use path::resolve;

/// The problems of this definition on this machine, each at its key; none for another machine's target.
///
/// `insecure`: paths that the user accepts although others can write them.
#[must_use]
pub fn problems(
    resolved: &Resolved,
    target: &Target,
    insecure: &[String],
    system: &dyn System,
) -> Vec<Problem> {
    if target.os != Os::here() {
        return Vec::new();
    }
    let spec = &resolved.spec;
    let insecure = &accepted(insecure, system);
    let mut found = Vec::new();
    for (key, program) in programs(spec) {
        found.extend(program_problem(key, program, system));
    }
    found.extend(folder_problem(spec, system));
    if target.os.is_unix() {
        found.extend(account_problem(spec, system));
        if target.scope == Scope::System {
            found.extend(trust::problems(spec, &programs(spec), insecure, system));
        }
    } else {
        let definition = resolved.origins.file();
        let ours = [("", definition.as_str()), ("", target.dirs.state.as_str())];
        let files: Vec<_> = programs(spec).into_iter().chain(ours).collect();
        found.extend(access::problems(spec, &files, insecure, system));
    }
    let place = |problem: Problem| match problem.key.clone() {
        Some(key) => resolved.origins.place(problem, &key),
        None => problem,
    };
    found.into_iter().map(place).collect()
}

/// What the user accepts; a switch of test builds accepts the folders of the tests.
fn accepted(insecure: &[String], system: &dyn System) -> Vec<String> {
    let mut accepted = insecure.to_vec();
    if cfg!(feature = "testing")
        && let Some(paths) = system.env("SVCCTL_TEST_INSECURE_PATHS".as_ref())
    {
        accepted.extend(std::env::split_paths(&paths).map(|path| path.display().to_string()));
    }
    accepted
}

/// Every program that the service executes, by its key.
fn programs(spec: &Spec) -> Vec<(&'static str, &str)> {
    let hooks = &spec.hooks;
    let mut programs = vec![("process.command", program(&spec.process.command))];
    let named = [
        ("hooks.pre-start", &hooks.pre_start),
        ("hooks.post-start", &hooks.post_start),
        ("hooks.pre-stop", &hooks.pre_stop),
        ("hooks.post-stop", &hooks.post_stop),
        ("hooks.on-failure", &hooks.on_failure),
    ];
    for (key, hook) in named {
        programs.extend(hook.as_ref().map(|hook| (key, program(&hook.command))));
    }
    programs.extend(spec.stop.command.as_deref().map(|it| ("stop.command", program(it))));
    if let Some(Reload::Command(command)) = &spec.reload {
        programs.push(("reload.command", program(command)));
    }
    if let Some(HealthCheck::Command(command)) = spec.health.as_ref().map(|health| &health.check) {
        programs.push(("health.command", program(command)));
    }
    programs
}

fn program(command: &[String]) -> &str {
    command.first().map(String::as_str).unwrap_or_default()
}

fn program_problem(key: &'static str, program: &str, system: &dyn System) -> Option<Problem> {
    let (what, hint) = match resolve(Path::new(program), system) {
        // What may not be looked at is left to the start.
        Err(_) => return None,
        Ok((_, Entry::File { mode, .. })) if mode & 0o111 != 0 || cfg!(windows) => return None,
        Ok((_, Entry::File { .. })) => ("is not executable", format!("chmod +x {program}")),
        Ok((_, Entry::Dir { .. })) => ("is a folder", "name the program in it".to_owned()),
        Ok((_, Entry::Missing | Entry::Link(_))) => {
            ("is not there", "install the program first, or mend the path".to_owned())
        }
        Ok((_, Entry::Other)) => ("is no regular file", "name a program".to_owned()),
    };
    let message = format!("`{key}`: {program} {what}");
    Some(Problem::error("no-program", message).key(key).hint(hint))
}

fn folder_problem(spec: &Spec, system: &dyn System) -> Option<Problem> {
    let folder = spec.process.working_directory.as_deref()?;
    let what = match resolve(Path::new(folder), system) {
        Err(_) | Ok((_, Entry::Dir { .. })) => return None,
        Ok((_, Entry::Missing | Entry::Link(_))) => "is not there",
        Ok((_, Entry::File { .. } | Entry::Other)) => "is no folder",
    };
    let key = "process.working-directory";
    let message = format!("`{key}`: {folder} {what}");
    Some(Problem::error("no-folder", message).key(key).hint(format!("mkdir -p {folder}")))
}

fn account_problem(spec: &Spec, system: &dyn System) -> Option<Problem> {
    let name = spec.process.user.as_deref()?;
    // On Windows the manager itself looks the account up, and knows words that are no accounts.
    if cfg!(windows) || name.parse::<u32>().is_ok() || !matches!(system.account(name), Ok(None)) {
        return None;
    }
    let message = format!("`process.user`: there is no account '{name}'");
    let hint = format!("useradd --system {name} makes one");
    Some(Problem::error("no-account", message).key("process.user").hint(hint))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::source::Source;
    use crate::definition::{Definition, Request};
    use crate::system::fake::FakeSystem;
    use crate::target::ManagerId;

    fn codes(world: &FakeSystem, process: &str) -> Vec<&'static str> {
        let target = crate::selection::typical(ManagerId::Embedded, Scope::System);
        let text = format!("name = \"web\"\n[process]\n{process}\n");
        let definition = Definition::parse(Source::from_text("web.toml", "/", text)).unwrap();
        let request = Request { target: &target, profile: None, sets: &[], env: &|_| None };
        let resolved = definition.resolve(&request).unwrap();
        let found = problems(&resolved, &target, &[], world);
        assert!(found.iter().all(|problem| problem.line.is_some()), "{found:?}");
        found.into_iter().map(|problem| problem.code).collect()
    }

    fn world() -> FakeSystem {
        let world = FakeSystem::new();
        world.put_dir("/opt");
        world.put("/opt/web", 0o755, b"");
        world.put("/opt/plain", 0o644, b"");
        world.put_link("/opt/current", "web");
        world
    }

    #[test]
    fn a_program_must_be_there_and_executable() {
        let world = world();
        let code = |program: &str| codes(&world, &format!("command = [\"{program}\"]"));
        assert_eq!(code("/opt/web"), [""; 0]);
        assert_eq!(code("/opt/current"), [""; 0]);
        for bad in ["/opt/none", "/opt/plain", "/opt"] {
            assert_eq!(code(bad), ["no-program"], "{bad}");
        }
    }

    #[test]
    fn folders_and_accounts_must_be_there() {
        let world = world();
        let code = |rest: &str| codes(&world, &format!("command = [\"/opt/web\"]\n{rest}"));
        assert_eq!(code("working-directory = \"/opt\""), [""; 0]);
        assert_eq!(code("working-directory = \"/opt/none\""), ["no-folder"]);
        assert_eq!(code("user = \"nobody-at-all\""), ["no-account"]);
        assert_eq!(code("user = \"12345\""), [""; 0]);
    }

    #[test]
    fn what_others_can_write_is_not_trusted() {
        let world = world();
        world.put("/opt/open", 0o777, b"");
        assert_eq!(codes(&world, "command = [\"/opt/open\"]"), ["insecure-path"]);
    }
}
