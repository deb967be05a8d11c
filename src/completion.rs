//! What a shell offers while one types: services, and the profiles of the definition on the line.
//!
//! It asks no manager: names are those of receipts, read as a list of one folder, so that TAB answers at once.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap_complete::CompletionCandidate;
use clap_complete::engine::{ArgValueCompleter, PathCompleter, ValueCompleter as _};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use crate::cli;
use crate::definition::Definition;
use crate::definition::source::Source;
use crate::operations::installed::receipts_dir;
use crate::spec::ServiceName;
use crate::system::{Native, System, dirs};
use crate::target::{ManagerId, Scope};

/// A shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// `PowerShell`.
    #[value(name = "powershell")]
    PowerShell,
    /// elvish.
    Elvish,
    /// nushell.
    Nushell,
}

/// zsh loads a file of its `fpath` at the first TAB, which has to be answered then and there.
const ZSH_FIRST_TAB: &[u8] =
    b"[[ ${funcstack[1]-} != _svcctl ]] || _clap_dynamic_completer_svcctl \"$@\"\n";

impl Shell {
    /// The file of this shell's completions, by the name under which it looks for them.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Bash => "svcctl.bash",
            Self::Zsh => "_svcctl",
            Self::Fish => "svcctl.fish",
            Self::PowerShell => "_svcctl.ps1",
            Self::Elvish => "svcctl.elv",
            Self::Nushell => "svcctl.nu",
        }
    }

    /// The script. It asks the `svcctl` that is on the path, while one types.
    ///
    /// # Errors
    /// When the script cannot be written into memory, which does not happen.
    pub fn script(self, command: &mut clap::Command) -> io::Result<Vec<u8>> {
        let mut script = Vec::new();
        let completer: &dyn EnvCompleter = match self {
            Self::Bash => &Bash,
            Self::Zsh => &Zsh,
            Self::Fish => &Fish,
            Self::PowerShell => &Powershell,
            Self::Elvish => &Elvish,
            Self::Nushell => return Ok(nushell(command)),
        };
        completer.write_registration("COMPLETE", "svcctl", "svcctl", "svcctl", &mut script)?;
        if self == Self::Zsh {
            script.extend_from_slice(ZSH_FIRST_TAB);
        }
        Ok(script)
    }
}

/// Asks as fish does: the words of the line, the last one being typed; it answers with a value a line, and help after a tab.
const NUSHELL_ASKS: &str = r#"module completions {

  def "nu-complete svcctl asked" [line: string] {
    let words = $line | split row --regex '\s+'
    with-env { COMPLETE: fish } { ^svcctl -- ...$words } | lines | each { |it| $it | split row "\t" | first }
  }
"#;

/// nushell's own generator knows verbs, flags and fixed values. What only svcctl knows is asked of it.
fn nushell(command: &mut clap::Command) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(clap_complete_nushell::Nushell, command, "svcctl", &mut script);
    let script = String::from_utf8_lossy(&script);
    let mut asking = String::from(NUSHELL_ASKS);
    for verb in
        script.split_inclusive("  ]\n").map(|text| text.replacen("module completions {\n", "", 1))
    {
        asking += &asked_in(command, &verb);
    }
    asking.into_bytes()
}

/// One verb's part of the script, its values that svcctl knows marked as such.
fn asked_in(command: &clap::Command, part: &str) -> String {
    let named =
        |verb: &&clap::Command| part.contains(&format!("extern \"svcctl {}\"", verb.get_name()));
    let Some(verb) = command.get_subcommands().find(named) else { return part.to_owned() };
    let asked = verb.get_arguments().filter(|arg| arg.get::<ArgValueCompleter>().is_some());
    asked.flat_map(declared).fold(part.to_owned(), |part, name| {
        let plain = format!("{name}: string");
        part.replace(&plain, &format!("{plain}@\"nu-complete svcctl asked\""))
    })
}

/// How the script may declare an argument.
fn declared(arg: &clap::Arg) -> Vec<String> {
    let id = arg.get_id();
    match arg.get_long() {
        Some(long) => vec![format!(" --{long}")],
        None => vec![format!(" {id}"), format!(" {id}?"), format!(" ...{id}")],
    }
}

/// Services that svcctl installed, of both scopes, that begin with what is typed.
#[must_use]
pub fn names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let system = Native::new();
    let mut names = BTreeSet::new();
    for scope in [Scope::System, Scope::User] {
        names.extend(names_of(&system, scope));
    }
    let typed = typed.to_string_lossy();
    names
        .into_iter()
        .filter(|name| name.as_str().starts_with(&*typed))
        .map(|name| CompletionCandidate::new(name.to_string()))
        .collect()
}

/// Nothing where a scope cannot be read: a completion is no place for errors.
fn names_of(system: &dyn System, scope: Scope) -> Vec<ServiceName> {
    let Ok((dirs, _)) = dirs::of_scope(scope, ManagerId::Embedded, system) else {
        return Vec::new();
    };
    let files = system.list(&receipts_dir(&dirs)).unwrap_or_default();
    files
        .iter()
        .filter_map(|file| ServiceName::new(file.to_str()?.strip_suffix(".json")?).ok())
        .collect()
}

/// The profiles of the definitions that are on the command line already.
#[must_use]
pub fn profiles(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let files = std::env::args_os()
        .filter(|word| Path::new(word).extension().is_some_and(|extension| extension == "toml"));
    let profiles: BTreeSet<String> = files
        .filter_map(|file| Definition::parse(Source::read(&at_home(Path::new(&file))).ok()?).ok())
        .flat_map(|definition| definition.profiles())
        .collect();
    profiles
        .into_iter()
        .filter(|profile| profile.starts_with(&*typed))
        .map(CompletionCandidate::new)
        .collect()
}

/// A path as it is typed: the shell has not replaced its `~` yet.
fn at_home(path: &Path) -> PathBuf {
    let home = || Some(std::env::home_dir()?.join(path.strip_prefix("~").ok()?));
    home().unwrap_or_else(|| path.to_owned())
}

/// Definitions, and folders that lead to them.
#[must_use]
pub fn definitions(typed: &OsStr) -> Vec<CompletionCandidate> {
    let is_definition = |path: &Path| path.extension().is_some_and(|extension| extension == "toml");
    PathCompleter::file().filter(is_definition).complete(typed)
}

/// What `diff` takes: services, and definitions.
#[must_use]
pub fn names_and_definitions(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed).into_iter().chain(definitions(typed)).collect()
}

/// What `man` takes: verbs, and the file.
#[must_use]
pub fn pages(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let verbs = cli::VERBS.iter().filter(|(_, words)| !words.is_empty());
    let pages =
        verbs.map(|(verb, words)| CompletionCandidate::new(verb).help(Some((*words).into())));
    pages
        .chain([CompletionCandidate::new("svcctl.toml").help(Some("the definition".into()))])
        .filter(|page| page.get_value().to_string_lossy().starts_with(&*typed))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// `UPDATE=1 cargo test` writes them anew.
    #[test]
    fn the_committed_completions_are_those_of_the_command_line() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        for shell in Shell::value_variants() {
            let script = shell.script(&mut cli::whole()).unwrap();
            let file = folder.join(shell.file_name());
            if std::env::var_os("UPDATE").is_some() {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&file, &script).unwrap();
            }
            let committed = fs::read(&file).unwrap_or_default();
            assert!(committed == script, "{} is out of date: UPDATE=1 cargo test", file.display());
        }
    }
}
