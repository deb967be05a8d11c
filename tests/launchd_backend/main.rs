//! The launchd backend against the emulator: which calls each state and verb ask for, and what comes of faults.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../launchd_emulator/harness.rs"]
#[allow(dead_code, reason = "shared with the emulator's own tests")]
mod harness;

mod domains;
mod faults;
mod golden;
mod install;
mod recorder;
mod sequences;
