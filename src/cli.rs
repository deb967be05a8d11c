//! The command line, as clap reads it: verbs, flags, and the text of their help.

mod verbs;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{ArgAction, Args, Parser, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use crate::completion;
use crate::target::{ManagerId, Scope};
pub use verbs::Verb;

/// One TOML file describes a service; svcctl runs it on any service manager.
#[derive(Debug, Parser)]
#[command(
    name = "svcctl",
    version,
    about,
    after_help = concat!(
        "Examples:\n  svcctl init web -- /opt/web/bin/web --port 8080\n",
        "  svcctl install web.toml --start\n  svcctl status web\n  svcctl logs -f web\n\n",
        "Exit codes:\n",
        "  0 done, or yes  3 the answer is no     6 in between       75 timed out\n",
        "  1 failed        4 no such service      65 bad definition  77 needs privilege\n",
        "  2 usage         5 failed or unhealthy  69 no manager here"
    ),
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

/// Flags of every verb.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The calling user's services
    #[arg(long, global = true, conflicts_with = "system", help_heading = "Global options")]
    pub user: bool,
    /// The machine's services (the default for a change)
    #[arg(long, global = true, help_heading = "Global options")]
    pub system: bool,
    /// Use this manager instead of the one that is found
    #[arg(long, global = true, value_name = "MANAGER",
        value_parser = manager_parser(), help_heading = "Global options", hide_possible_values = true)]
    pub manager: Option<ManagerId>,
    /// How results are printed: text or json
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Global options",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub output: Format,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
    /// Print what is done and why
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,
    /// Colour: auto, always or never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Color,
    /// Wait at most this long for a result ("30s")
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, help_heading = "Global options")]
    pub timeout: Option<Duration>,
    /// Print help
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = "Global options")]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = "Global options")]
    version: Option<bool>,
}

impl Global {
    /// The scope that was asked for, if one was.
    #[must_use]
    pub const fn scope(&self) -> Option<Scope> {
        match (self.user, self.system) {
            (true, _) => Some(Scope::User),
            (false, true) => Some(Scope::System),
            (false, false) => None,
        }
    }
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One object, described by a JSON Schema.
    Json,
}

/// Whether output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The arguments of a verb that takes none.
#[derive(Debug, Args)]
pub struct Nothing {}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Name of the service
    pub name: Option<String>,
    /// The file to write [default: NAME.toml]; '-' prints it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// One line for people
    #[arg(short, long)]
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
    /// Set one key, last of all ("process.environment.PORT=9000")
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The definition
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// `supervise`.
#[derive(Debug, Args)]
pub struct Supervise {
    /// Services to start [default: all that are enabled]
    #[arg(value_name = "NAME")]
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
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// The manager to check for, or 'all' [default: the one that is here]
    #[arg(long = "for", value_name = "MANAGER", value_parser = for_parser())]
    pub target: Option<For>,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// One manager or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Every manager.
    All,
    /// This one.
    One(ManagerId),
}

/// `render`.
#[derive(Debug, Args)]
pub struct Render {
    /// The definition
    #[arg(value_hint = ValueHint::FilePath)]
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
    #[arg(required = true, value_name = "FILE|NAME", value_hint = ValueHint::FilePath)]
    pub subjects: Vec<String>,
    /// How it is resolved.
    #[command(flatten)]
    pub resolve: Resolve,
}

/// `install`.
#[derive(Debug, Args)]
pub struct Install {
    /// Definitions, or folders of them
    #[arg(required = true, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// Start what is not running
    #[arg(long)]
    pub start: bool,
    /// Do not have it come up at boot or login
    #[arg(long)]
    pub no_enable: bool,
    /// Leave running services alone although they changed
    #[arg(long)]
    pub no_restart: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take over a service of that name that svcctl did not make
    #[arg(long)]
    pub adopt: bool,
    /// Read the value of this credential from standard input
    #[arg(long, value_name = "CREDENTIAL")]
    pub credential_stdin: Option<String>,
    /// Accept a file or folder that others can write
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

/// A number of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Every one.
    All,
    /// The last so many.
    Last(usize),
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
    #[arg(value_name = "PAGE")]
    pub page: Option<String>,
    /// Write every page into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "page")]
    pub output_dir: Option<PathBuf>,
}

fn manager_parser() -> clap::builder::ValueParser {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    PossibleValuesParser::new(ManagerId::ALL.map(ManagerId::name))
        .try_map(|name| name.parse::<ManagerId>())
        .into()
}

fn for_parser() -> clap::builder::ValueParser {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    let words = std::iter::once("all").chain(ManagerId::ALL.map(ManagerId::name));
    PossibleValuesParser::new(words)
        .try_map(|name| match name.as_str() {
            "all" => Ok(For::All),
            _ => name.parse().map(For::One),
        })
        .into()
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("'{text}' is no time; write it as 30s, 5m or 1h"))
}

fn lines(text: &str) -> Result<Lines, String> {
    match text {
        "all" => Ok(Lines::All),
        _ => text
            .parse()
            .map(Lines::Last)
            .map_err(|_| format!("'{text}' is neither a number nor 'all'")),
    }
}

/// A moment: "10m" ago, RFC 3339, "YYYY-MM-DD HH:MM:SS" or "YYYY-MM-DD" in UTC, `@EPOCH`, "now".
fn moment(text: &str) -> Result<SystemTime, String> {
    let now = SystemTime::now();
    let ago = |time| now.checked_sub(time);
    let epoch = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs_f64(seconds));
    let parsed = match text {
        "now" => Some(now),
        _ => match text.strip_prefix('@') {
            Some(seconds) => {
                seconds.parse().ok().filter(|s| (0.0..1e12).contains(s)).and_then(epoch)
            }
            None => humantime::parse_duration(text).ok().and_then(ago).or_else(|| date(text)),
        },
    };
    parsed.ok_or_else(|| {
        format!(
            "'{text}' is no time; write it as 10m, '2026-11-20 14:00' (UTC), RFC 3339 or @SECONDS"
        )
    })
}

fn date(text: &str) -> Option<SystemTime> {
    let text = text.trim().to_owned();
    let full = match text.len() {
        10 => format!("{text} 00:00:00"),
        16 => format!("{text}:00"),
        _ => text,
    };
    humantime::parse_rfc3339_weak(&full).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn moments_are_read_in_every_documented_form() {
        for good in [
            "now",
            "10m",
            "@1700000000.5",
            "2026-11-20",
            "2026-11-20 14:00",
            "2026-11-20T14:00:00Z",
        ] {
            assert!(moment(good).is_ok(), "{good}");
        }
        for bad in ["", "yesterday", "@x", "@-1", "2026-13-01", "@1e300"] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }
}
