//! Plays launchd and `launchctl` for the tests, from facts about macOS 11 to 27, with real plists and real processes.
//!
//! It runs on Linux: `svcctl-launchd-emulator daemon --root DIR --profile FILE` is launchd, and the same program under the
//! name `launchctl` (a link at `DIR/bin/launchctl`, which the daemon makes) is the client. What it cannot show is what only
//! a Mac can: security policy, code signing, Mach services.

#[cfg(target_os = "linux")]
mod account;
#[cfg(target_os = "linux")]
mod client;
#[cfg(target_os = "linux")]
mod code;
#[cfg(target_os = "linux")]
mod daemon;
#[cfg(target_os = "linux")]
mod definition;
#[cfg(target_os = "linux")]
mod job;
#[cfg(target_os = "linux")]
mod keepalive;
#[cfg(target_os = "linux")]
mod launchd;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod outcome;
#[cfg(target_os = "linux")]
mod paths;
#[cfg(target_os = "linux")]
mod print;
#[cfg(target_os = "linux")]
mod profile;
#[cfg(target_os = "linux")]
mod protocol;
#[cfg(target_os = "linux")]
mod spawn;
#[cfg(target_os = "linux")]
mod store;
#[cfg(target_os = "linux")]
mod target;
#[cfg(target_os = "linux")]
mod verbs;
#[cfg(target_os = "linux")]
mod xpcproxy;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    client::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("the launchd emulator runs on Linux only");
    std::process::ExitCode::FAILURE
}
