//! All or nothing, on real files and real processes: killed at every point, two at once, fifty at once.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod at_once;
mod bench;
mod killed;
mod random;
