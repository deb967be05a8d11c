//! The launchd emulator against the facts it is built from: the cases, one by one, and the texts of `print`.
//!
//! What these tests show is that the emulator does what is known of launchd. Nothing here says anything of a real Mac.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod domains;
mod environment;
mod harness;
mod life;
mod loading;
mod misbehaviour;
mod transcripts;
