//! Parses the command line, runs the verb, prints one error, exits.

use std::process::ExitCode;

use clap_complete::env::CompleteEnv;
use svcctl::cli::{self, Cli};
use svcctl::error::{Error, ErrorKind};
use svcctl::target::Account;
use svcctl::{commands, output, system};

fn main() -> ExitCode {
    // A shell that completes a line asks by a variable; anything else goes on.
    CompleteEnv::with_factory(cli::whole).bin("svcctl").complete();
    let cli = cli::parse();
    let system = system::Native::new();
    let done = match owner(&cli, &system) {
        Some(owner) => Err(cannot_become(owner, &system.become_owner(owner))),
        None => commands::run(&cli, &system),
    };
    let exit = done.unwrap_or_else(|error| {
        output::error::print(&error, cli.global.output);
        error.exit()
    });
    ExitCode::from(exit.code())
}

/// Whose command it is, if it is not the caller's: `sudo svcctl --user` is about the services of whoever called `sudo`.
fn owner<'a>(cli: &Cli, system: &'a system::Native) -> Option<&'a Account> {
    system::dirs::acts_for_another(cli.global.scope()?, system)
}

fn cannot_become(owner: &Account, why: &std::io::Error) -> Error {
    let message = format!("cannot go on as {}, who called sudo", owner.name);
    Error::new(ErrorKind::Privilege, message)
        .cause(why)
        .hint(format!("run it as {}, without sudo", owner.name))
}
