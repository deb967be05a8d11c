//! The verbs, each with its name and its example in the help.
//!
//! The arguments of a verb are defined when the command line names it and not before: of two dozen verbs one runs, and building
//! all of them took a tenth of the time of a `status`.

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};

use super::{
    Check, Completions, Control, Diff, Enable, Host, Init, Install, List, Logs, Man, Nothing,
    Render, Run, Status, Supervise, Uninstall, Wait,
};

/// `VARIANT(ARGUMENTS) = NAME, EXAMPLE`; a verb without an example is for managers, not for people.
macro_rules! verbs {
    ($(#[doc = $about:literal] $variant:ident($args:ty) = $name:literal, $example:literal;)+) => {
        /// What to do.
        #[derive(Debug)]
        pub enum Verb {
            $(#[doc = $about] $variant($args),)+
        }

        impl Subcommand for Verb {
            fn augment_subcommands(command: Command) -> Command {
                command$(.subcommand(
                    described(Command::new($name), $about, $example).defer(|verb| {
                        described(<$args as Args>::augment_args(verb), $about, $example)
                    }),
                ))+
            }

            fn augment_subcommands_for_update(command: Command) -> Command {
                Self::augment_subcommands(command)
            }

            fn has_subcommand(name: &str) -> bool {
                matches!(name, $($name)|+)
            }
        }

        impl FromArgMatches for Verb {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
                Self::from_arg_matches_mut(&mut matches.clone())
            }

            fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
                let Some((name, mut matches)) = matches.remove_subcommand() else {
                    return Err(Error::new(ErrorKind::MissingSubcommand));
                };
                match name.as_str() {
                    $($name => FromArgMatches::from_arg_matches_mut(&mut matches).map(Self::$variant),)+
                    _ => Err(Error::new(ErrorKind::InvalidSubcommand)),
                }
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }
    };
}

verbs! {
    /// Write a commented definition
    Init(Init) = "init", "svcctl init web -- /opt/web/bin/web --port 8080";
    /// Validate definitions and show what each manager makes of them
    Check(Check) = "check", "svcctl check --for all web.toml";
    /// Print or write what a manager would be given
    Render(Render) = "render", "svcctl render web.toml --for launchd";
    /// Show what an install would change, and drift
    Diff(Diff) = "diff", "svcctl diff web.toml";
    /// Install or update services; doing it twice changes nothing
    Install(Install) = "install", "svcctl install web.toml --start";
    /// Stop and remove services
    Uninstall(Uninstall) = "uninstall", "svcctl uninstall web --purge";
    /// Start services and wait until they are ready
    Start(Control) = "start", "svcctl start web worker";
    /// Stop services and wait until they are gone
    Stop(Control) = "stop", "svcctl stop web --timeout 1m";
    /// Stop and start services
    Restart(Control) = "restart", "svcctl restart web";
    /// Have services re-read their configuration
    Reload(Control) = "reload", "svcctl reload web";
    /// Have services come up at boot or login
    Enable(Enable) = "enable", "svcctl enable web --now";
    /// Keep services from coming up at boot or login
    Disable(Enable) = "disable", "svcctl disable web --now";
    /// Show what services are doing, and why they failed
    Status(Status) = "status", "svcctl status web -o json";
    /// List services, one line each
    List(List) = "list", "svcctl list --all";
    /// Show what services wrote
    Logs(Logs) = "logs", "svcctl logs web worker --since 1h -f";
    /// Wait until services are in a state
    Wait(Wait) = "wait", "svcctl wait web --for running --timeout 1m";
    /// Run a definition in the foreground, as its service would run
    Run(Run) = "run", "svcctl run web.toml";
    /// Run all enabled services in the foreground, as in a container
    Supervise(Supervise) = "supervise", "svcctl supervise\n  svcctl supervise web worker";
    /// Run one service for the manager that starts this
    Host(Host) = "host", "";
    /// Show which managers are here
    Managers(Nothing) = "managers", "svcctl managers";
    /// Print the completions of a shell
    Completions(Completions) = "completions", "source <(svcctl completions bash)";
    /// Print the JSON Schema of a definition, for editors
    Schema(Nothing) = "schema", "svcctl schema > svcctl.schema.json";
    /// Print a manual page, or write all of them
    Man(Man) = "man", "svcctl man status | man -l -";
}

/// What the help says of a verb.
fn described(verb: Command, about: &'static str, example: &'static str) -> Command {
    let verb = verb.about(about.trim_start()).long_about(None);
    if example.is_empty() {
        verb.hide(true)
    } else {
        verb.after_help(format!("Example:\n  {example}"))
    }
}
