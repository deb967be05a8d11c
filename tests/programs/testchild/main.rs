//! The program that the conformance suite runs as a service: it does what its arguments say, and tells what it found.
//!
//! The arguments are a script: commands separated by the word `then`, done in order; when they are done, it exits with
//! 0. `svcctl-testchild count /tmp/starts then listen 8080 then sleep` leaves a line per start, opens a port and stays.
//! What follows the word `ignoring` is there to be dumped only. `script.rs` holds the table of commands.
//!
//! On Unix it has no Rust start-up code (`no_main`): that would ignore SIGPIPE, handle SIGSEGV and open missing standard
//! streams, and the dump would show the runtime's doing instead of the manager's.

#![cfg_attr(unix, no_main)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod children;
mod dump;
mod files;
mod net;
mod output;
mod script;
mod signals;
mod work;

use std::ffi::OsString;

/// Runs the script in the arguments; the exit code.
fn run() -> i32 {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match script::run(&arguments) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("svcctl-testchild: {error}");
            64
        }
    }
}

/// What the C library calls.
#[cfg(unix)]
#[unsafe(no_mangle)]
pub extern "C" fn main(_argc: i32, _argv: *const *const u8) -> i32 {
    run()
}

#[cfg(not(unix))]
fn main() {
    std::process::exit(run());
}
