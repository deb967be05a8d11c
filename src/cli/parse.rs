//! From the words of a command line to what it asks for.

use std::ffi::OsString;

use clap::{Args as _, Command, FromArgMatches as _, Parser as _};

use super::{Cli, Global, Verb};

/// Reads the command line. One that is wrong, or asks for help, ends the program with its answer.
#[must_use]
pub fn parse() -> Cli {
    let words: Vec<OsString> = std::env::args_os().collect();
    with_one_verb(&words).unwrap_or_else(|| Cli::parse_from(words))
}

/// With no other verb than the first that is named: each is given the flags of all verbs when the command line is built, which took
/// longer than what most of them do. A line that is not right so is the whole command line's to judge, and to help with.
fn with_one_verb(words: &[OsString]) -> Option<Cli> {
    let verb = words.iter().skip(1).filter_map(|word| word.to_str()).find_map(Verb::command)?;
    let command = Command::new("svcctl")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true);
    let command = Global::augment_args(command).subcommand(verb);
    let mut matches = command.try_get_matches_from(words).ok()?;
    Cli::from_arg_matches_mut(&mut matches).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        format!("svcctl {line}").split_ascii_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn what_is_read_with_one_verb_is_what_the_whole_command_line_reads() {
        for line in [
            "status",
            "--user status web worker -o json",
            "-q --timeout 3s --manager embedded install status --start --set process.user=start",
            "list --all --color never",
            "init stop -- /bin/sleep --system 7",
            "logs start stop -f --since 2026-01-02T03:04:05Z",
            "enable status --now",
        ] {
            let whole = Cli::try_parse_from(words(line)).unwrap();
            let one = with_one_verb(&words(line)).unwrap();
            assert_eq!(format!("{one:?}"), format!("{whole:?}"), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_or_asks_for_help_is_left_to_the_whole_command_line() {
        for line in [
            "",
            "--help",
            "--version",
            "status --help",
            "stauts status",
            "--user --system status",
            "status --no-such-flag",
            "--output status list",
            "help status",
        ] {
            assert!(Cli::try_parse_from(words(line)).is_err(), "{line}");
            assert!(with_one_verb(&words(line)).is_none(), "{line}");
        }
    }

    #[test]
    fn a_verb_that_is_a_value_of_a_flag_is_no_verb() {
        let line = words("--timeout 3s run start");
        assert!(matches!(Cli::try_parse_from(line.clone()).unwrap().verb, Verb::Run(_)));
        assert!(matches!(with_one_verb(&line).unwrap().verb, Verb::Run(_)));
        // The first word that is a verb is the value of --manager; there is no such manager, but whoever says so is the whole.
        assert!(with_one_verb(&words("--manager status list")).is_none());
    }
}
