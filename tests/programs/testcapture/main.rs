//! A host that does nothing but capture: for the tests that kill it, and for the benchmark.
//!
//! `svcctl-testcapture FOLDER LOGS FORMAT MAX-SIZE [COMMAND…]`: runs COMMAND with the channels in FOLDER as its standard output
//! and error, and captures into LOGS until it ends; without a COMMAND it captures until it is killed, or until the file `stop` is
//! in FOLDER. `-` as FOLDER makes channels without a name.

#![allow(clippy::print_stderr)]

#[cfg(unix)]
mod unix;

#[cfg(unix)]
fn main() {
    if let Err(error) = unix::run() {
        eprintln!("svcctl-testcapture: {error}");
        std::process::exit(1);
    }
}

#[cfg(not(unix))]
fn main() {}
