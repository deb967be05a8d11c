//! Parses the command line, runs the verb, prints one error, exits.

use std::process::ExitCode;

use clap::Parser as _;
use svcctl::cli::Cli;
use svcctl::{commands, output, system};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let system = system::Native::new();
    let exit = commands::run(&cli, &system).unwrap_or_else(|error| {
        output::error::print(&error, cli.global.output);
        error.exit()
    });
    ExitCode::from(exit.code())
}
