//! What a shell offers while one types: services, and the profiles of the definition on the line.
//!
//! It asks no manager: names are those of receipts, read as a list of one folder, so that TAB answers at once.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::Path;

use clap::ValueEnum;
use clap_complete::CompletionCandidate;
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};

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

    /// The script. All but nushell's ask the `svcctl` that is on the path, while one types.
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
            Self::Nushell => {
                let shell = clap_complete_nushell::Nushell;
                clap_complete::generate(shell, command, "svcctl", &mut script);
                return Ok(script);
            }
        };
        completer.write_registration("COMPLETE", "svcctl", "svcctl", "svcctl", &mut script)?;
        if self == Self::Zsh {
            script.extend_from_slice(ZSH_FIRST_TAB);
        }
        Ok(script)
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
        .filter_map(|file| Definition::parse(Source::read(Path::new(&file)).ok()?).ok())
        .flat_map(|definition| definition.profiles())
        .collect();
    profiles
        .into_iter()
        .filter(|profile| profile.starts_with(&*typed))
        .map(CompletionCandidate::new)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::fs;

    /// `UPDATE=1 cargo test` writes them anew.
    #[test]
    fn the_committed_completions_are_those_of_the_command_line() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        for shell in Shell::value_variants() {
            let script = shell.script(&mut crate::cli::Cli::command()).unwrap();
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
