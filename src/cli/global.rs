//! The flags of every verb. Help sums them up in [`super::help`]; manual pages and completions have each.

use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use super::values::{duration, manager_parser};
use crate::target::{ManagerId, Scope};

/// Where manual pages put them.
const HEADING: &str = "Global options";

/// Flags of every verb.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The calling user's services
    #[arg(long, global = true, conflicts_with = "system", help_heading = HEADING, hide = true)]
    pub user: bool,
    /// The machine's services (the default for a change)
    #[arg(long, global = true, help_heading = HEADING, hide = true)]
    pub system: bool,
    /// Use this manager instead of the one that is found
    #[arg(long, global = true, value_name = "MANAGER",
        value_parser = manager_parser(), help_heading = HEADING, hide = true, hide_possible_values = true)]
    pub manager: Option<ManagerId>,
    /// How results are printed: text or json
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = HEADING, hide = true,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub output: Format,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = HEADING, hide = true)]
    pub quiet: bool,
    /// Print what is done and why
    #[arg(short, long, global = true, help_heading = HEADING, hide = true)]
    pub verbose: bool,
    /// Colour: auto, always or never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = HEADING, hide = true,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Color,
    /// Wait at most this long for a result ("30s")
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, help_heading = HEADING, hide = true)]
    pub timeout: Option<Duration>,
    /// Print help
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = HEADING, hide = true)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = HEADING, hide = true)]
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
