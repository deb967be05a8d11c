//! What a person sees: shells, and svcctl itself, each in a real pseudo-terminal.
//!
//! A shell that is not installed is skipped, saying so; in continuous integration (`CI`) it is a failure.

#![cfg_attr(not(unix), allow(unused, reason = "there is no pseudo-terminal to open here"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, with what the terminal shows"
)]

#[cfg(unix)]
mod completion;
#[cfg(unix)]
mod home;
#[cfg(unix)]
mod screen;
#[cfg(unix)]
mod terminal;

use std::process::ExitCode;

use libtest_mimic::Arguments;

#[cfg(unix)]
fn main() -> ExitCode {
    let trials = completion::trials().into_iter().chain(screen::trials()).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), Vec::new()).exit_code()
}
