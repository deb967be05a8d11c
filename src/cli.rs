//! The command line, as clap reads it: verbs, flags, and the text of their help.

mod global;
mod help;
mod parse;
mod values;
mod verbs;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Command, CommandFactory as _, Parser, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use crate::completion;
use crate::target::ManagerId;
pub use global::{Color, Format, Global};
pub use parse::parse;
pub use values::{For, Lines};
use values::{for_parser, lines, manager_parser, moment};
pub use verbs::{VERBS, Verb, example};

/// One TOML file describes a service; svcctl runs it on any service manager.
#[derive(Debug, Parser)]
#[command(
    name = "svcctl",
    version,
    about,
    help_template = help::main(VERBS),
    max_term_width = 100,
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true
)]
pub struct Cli {
    /// What every verb takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The command line with every flag of every verb, which its help only sums up: for manual pages and completions.
#[must_use]
pub fn whole() -> Command {
    Cli::command().mut_args(|flag| flag.hide(false))
}

/// The arguments of a verb that takes none.
#[derive(Debug, Args)]
pub struct Nothing {}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Name of the service
    pub name: Option<String>,
    /// The file [default: NAME.toml]; '-' prints it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// One line for people
    #[arg(short, long, value_name = "TEXT")]
    pub description: Option<String>,
    /// The folder that it starts in
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub working_directory: Option<String>,
    /// The account that it runs as
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// How a definition is resolved.
#[derive(Debug, Clone, Default, Args)]
pub struct Resolve {
    /// Apply [profile.NAME] of the definition
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::profiles))]
    pub profile: Option<String>,
    /// Set a key: process.environment.PORT=9000
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The definition
    #[arg(value_hint = ValueHint::FilePath, add = ArgValueCompleter::new(completion::definitions))]
    pub file: PathBuf,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// `supervise`.
#[derive(Debug, Args)]
pub struct Supervise {
    /// Services to start [default: all that are enabled]
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(completion::names))]
    pub names: Vec<String>,
    /// In the background, as the first `start` does it.
    #[arg(long, hide = true)]
    pub detached: bool,
    /// Instead of the scope's own.
    #[arg(long, hide = true, requires = "runtime_dir")]
    pub state_dir: Option<PathBuf>,
    /// Instead of the scope's own.
    #[arg(long, hide = true, requires = "state_dir")]
    pub runtime_dir: Option<PathBuf>,
    /// Left open by an older program in this process.
    #[arg(long, hide = true)]
    pub inherited_lock: Option<i32>,
}

/// `host`.
#[derive(Debug, Args)]
pub struct Host {
    /// The hosted file of the service
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub definition: PathBuf,
    /// Started by the Service Control Manager of Windows
    #[arg(long, hide = true)]
    pub scm: bool,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Definitions, or folders of them
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath, add = ArgValueCompleter::new(completion::definitions))]
    pub files: Vec<PathBuf>,
    /// The manager to check for, or 'all' [default: the one that is here]
    #[arg(long = "for", value_name = "MANAGER", value_parser = for_parser())]
    pub target: Option<For>,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// `render`.
#[derive(Debug, Args)]
pub struct Render {
    /// The definition
    #[arg(value_hint = ValueHint::FilePath, add = ArgValueCompleter::new(completion::definitions))]
    pub file: PathBuf,
    /// The manager [default: the one that is here]
    #[arg(long = "for", value_name = "MANAGER", value_parser = manager_parser())]
    pub target: Option<ManagerId>,
    /// Write the artifacts below this folder instead of printing them
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output_dir: Option<PathBuf>,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// Definitions, or names of installed services
    #[arg(required = true, value_name = "FILE|NAME", add = ArgValueCompleter::new(completion::names_and_definitions))]
    pub subjects: Vec<String>,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// `install`.
#[derive(Debug, Args)]
pub struct Install {
    /// Definitions, or folders of them
    #[arg(required = true, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath, add = ArgValueCompleter::new(completion::definitions))]
    pub files: Vec<PathBuf>,
    /// Start what is not running
    #[arg(long)]
    pub start: bool,
    /// Do not have it come up at boot or login
    #[arg(long)]
    pub no_enable: bool,
    /// Do not restart what is running
    #[arg(long)]
    pub no_restart: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take over what svcctl did not install
    #[arg(long)]
    pub adopt: bool,
    /// Read this credential from standard input
    #[arg(long, value_name = "CREDENTIAL")]
    pub credential_stdin: Option<String>,
    /// Accept a path that others can write
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub allow_insecure_path: Vec<String>,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// `uninstall`.
#[derive(Debug, Args)]
pub struct Uninstall {
    /// Services
    #[arg(required = true, value_name = "NAME", add = ArgValueCompleter::new(completion::names))]
    pub names: Vec<String>,
    /// Remove its logs, secrets and data too
    #[arg(long)]
    pub purge: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `start`, `stop`, `restart`, `reload`.
#[derive(Debug, Args)]
pub struct Control {
    /// Services
    #[arg(required = true, value_name = "NAME", add = ArgValueCompleter::new(completion::names))]
    pub names: Vec<String>,
    /// Only ask for it
    #[arg(long)]
    pub no_wait: bool,
}

/// `enable`, `disable`.
#[derive(Debug, Args)]
pub struct Enable {
    /// Services
    #[arg(required = true, value_name = "NAME", add = ArgValueCompleter::new(completion::names))]
    pub names: Vec<String>,
    /// Start or stop it as well
    #[arg(long)]
    pub now: bool,
}

/// `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Services [default: all that svcctl installed]
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(completion::names))]
    pub names: Vec<String>,
    /// Go on showing it
    #[arg(short, long)]
    pub watch: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Also those that svcctl did not install
    #[arg(short, long)]
    pub all: bool,
}

/// `logs`.
#[derive(Debug, Args)]
pub struct Logs {
    /// Services; several are interleaved by time
    #[arg(required = true, value_name = "NAME", add = ArgValueCompleter::new(completion::names))]
    pub names: Vec<String>,
    /// Go on showing what comes
    #[arg(short, long)]
    pub follow: bool,
    /// How many lines, or 'all' [default: 100; all with --since]
    #[arg(short = 'n', long, value_name = "N", value_parser = lines)]
    pub lines: Option<Lines>,
    /// Not before ("10m", "2026-11-20 14:00", RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<SystemTime>,
    /// Not after
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<SystemTime>,
    /// Only lines that match this regular expression
    #[arg(long, value_name = "RE", value_parser = regex::bytes::Regex::new)]
    pub grep: Option<regex::bytes::Regex>,
}

/// `wait`.
#[derive(Debug, Args)]
pub struct Wait {
    /// Services
    #[arg(required = true, value_name = "NAME", add = ArgValueCompleter::new(completion::names))]
    pub names: Vec<String>,
    /// running, stopped or healthy
    #[arg(long = "for", value_name = "STATE", value_enum, hide_possible_values = true)]
    pub state: Awaited,
}

/// What `wait` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Awaited {
    /// It runs.
    Running,
    /// It does not.
    Stopped,
    /// It runs and its checks pass.
    Healthy,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// bash, zsh, fish, powershell, elvish or nushell
    #[arg(value_enum, hide_possible_values = true)]
    pub shell: completion::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// A verb, or 'svcctl.toml' for the definition [default: svcctl itself]
    #[arg(value_name = "PAGE", add = ArgValueCompleter::new(completion::pages))]
    pub page: Option<String>,
    /// Write every page into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "page")]
    pub output_dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
