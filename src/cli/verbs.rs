//! The verbs, each with its name and its example in the help.
//!
//! The arguments of a verb are defined when the command line names it and not before: of two dozen verbs one runs, and building
//! all of them took a tenth of the time of a `status`.

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};

use super::help;
use super::{
    Check, Completions, Control, Diff, Enable, Host, Init, Install, List, Logs, Man, Nothing,
    Render, Run, Status, Supervise, Uninstall, Wait,
};

/// `VARIANT(ARGUMENTS) = NAME, IN A FEW WORDS, EXAMPLE`; a verb without an example is for managers, not for people.
macro_rules! verbs {
    ($(#[doc = $about:literal] $variant:ident($args:ty) = $name:literal, $words:literal, $example:literal;)+) => {
        /// What to do.
        #[derive(Debug)]
        pub enum Verb {
            $(#[doc = $about] $variant($args),)+
        }

        /// Every verb, in a few words if it is for people.
        pub const VERBS: &[(&str, &str)] = &[$(($name, $words)),+];

        /// How a verb is used; empty for what is no verb, or not for people.
        #[must_use]
        pub fn example(verb: &str) -> &'static str {
            match verb {
                $($name => $example,)+
                _ => "",
            }
        }

        impl Verb {
            /// How a verb is read; none if there is none of that name.
            #[must_use]
            pub fn command(name: &str) -> Option<Command> {
                match name {
                    $($name => Some(
                        described(Command::new($name), $about).hide($example.is_empty()).defer(|verb| {
                            described(<$args as Args>::augment_args(verb), $about)
                                .after_help(help::of_verb($example))
                        }),
                    ),)+
                    _ => None,
                }
            }
        }

        impl Subcommand for Verb {
            fn augment_subcommands(command: Command) -> Command {
                command.subcommands(VERBS.iter().filter_map(|(name, _)| Self::command(name)))
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
    Init(Init) = "init", "write a definition", "svcctl init web -- /opt/web/bin/web --port 8080";
    /// Validate definitions and show what each manager makes of them
    Check(Check) = "check", "validate definitions", "svcctl check --for all web.toml";
    /// Print or write what a manager would be given
    Render(Render) = "render", "what a manager is given", "svcctl render web.toml --for launchd";
    /// Show what an install would change, and drift
    Diff(Diff) = "diff", "what an install changes", "svcctl diff web.toml";
    /// Run a definition in the foreground, as its service would run
    Run(Run) = "run", "one in the foreground", "svcctl run web.toml";
    /// Install or update services; doing it twice changes nothing
    Install(Install) = "install", "install or update", "svcctl install web.toml --start";
    /// Stop and remove services
    Uninstall(Uninstall) = "uninstall", "stop and remove", "svcctl uninstall web --purge";
    /// Start services and wait until they are ready
    Start(Control) = "start", "wait until ready", "svcctl start web worker";
    /// Stop services and wait until they are gone
    Stop(Control) = "stop", "wait until gone", "svcctl stop web --timeout 1m";
    /// Stop and start services
    Restart(Control) = "restart", "stop and start", "svcctl restart web";
    /// Have services re-read their configuration
    Reload(Control) = "reload", "re-read configuration", "svcctl reload web";
    /// Have services come up at boot or login
    Enable(Enable) = "enable", "come up at boot, login", "svcctl enable web --now";
    /// Keep services from coming up at boot or login
    Disable(Enable) = "disable", "stay down at boot, login", "svcctl disable web --now";
    /// Show what services are doing, and why they failed
    Status(Status) = "status", "state, and why it failed", "svcctl status web -o json";
    /// List services, one line each
    List(List) = "list", "services, one line each", "svcctl list --all";
    /// Show what services wrote
    Logs(Logs) = "logs", "what services wrote", "svcctl logs web worker --since 1h -f";
    /// Wait until services are in a state
    Wait(Wait) = "wait", "running, stopped, healthy", "svcctl wait web --for running --timeout 1m";
    /// Run all enabled services in the foreground, as in a container
    Supervise(Supervise) = "supervise", "all in the foreground", "svcctl supervise web worker";
    /// Run one service for the manager that starts this
    Host(Host) = "host", "", "";
    /// Show which managers are here
    Managers(Nothing) = "managers", "which are here", "svcctl managers";
    /// Print the completions of a shell
    Completions(Completions) = "completions", "for a shell", "source <(svcctl completions bash)";
    /// Print the JSON Schema of a definition, for editors
    Schema(Nothing) = "schema", "for an editor", "svcctl schema > svcctl.schema.json";
    /// Print a manual page, or write all of them
    Man(Man) = "man", "manual pages", "svcctl man status";
}

/// What a verb does. Its arguments have a sentence of their own, about them.
fn described(verb: Command, about: &'static str) -> Command {
    verb.about(about.trim_start()).long_about(None)
}
