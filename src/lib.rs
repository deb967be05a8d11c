//! svcctl: one TOML file describes a service; svcctl runs it on any service manager.
//!
//! The way of the data:
//!
//! ```text
//! file.toml ─ definition ─▶ spec ─ backend.render ─▶ artifacts ─ plan (with receipt and machine) ─▶ apply
//! ```
//!
//! [`definition`] reads and checks, [`spec`] is what is left, [`support`] says what a manager makes of it, a [`backend`] renders,
//! [`plan`] compares, [`apply`] changes the machine through the one seam, [`system`]. The verbs
//! call [`operations`].

pub mod apply;
pub mod artifact;
pub mod backend;
pub mod cli;
pub mod commands;
pub mod completion;
pub mod definition;
pub mod error;
pub mod exit;
pub mod host;
pub mod logs;
pub mod matrix;
pub mod operations;
pub mod output;
pub mod plan;
pub mod preflight;
pub mod receipt;
pub mod selection;
pub mod spec;
pub mod state;
pub mod support;
pub mod system;
pub mod target;
#[cfg(windows)]
pub mod windows;
