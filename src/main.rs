//! Parses the command line, runs the verb, prints one error, exits.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use clap_complete::env::CompleteEnv;
use svcctl::cli::Cli;
use svcctl::{commands, output, system};

fn main() -> ExitCode {
    // A shell that completes a line asks by a variable; anything else goes on.
    CompleteEnv::with_factory(Cli::command).bin("svcctl").complete();
    let cli = Cli::parse();
    let system = system::Native::new();
    let exit = commands::run(&cli, &system).unwrap_or_else(|error| {
        output::error::print(&error, cli.global.output);
        error.exit()
    });
    ExitCode::from(exit.code())
}
