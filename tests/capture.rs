//! The capture of a service's output: nothing lost, doubled, torn or reordered, however it is cut, rotated or killed.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "capture/support.rs"]
mod support;

#[path = "capture/full.rs"]
#[cfg(target_os = "linux")]
mod full;
#[path = "capture/kills.rs"]
#[cfg(all(target_os = "linux", feature = "testing"))]
mod kills;
#[path = "capture/pieces.rs"]
mod pieces;
#[path = "capture/reading.rs"]
mod reading;
