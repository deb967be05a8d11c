//! The host on Windows: its event loop, its children in job objects, and the manager's protocol.

pub mod child;
pub mod console;
pub mod environment;
pub mod events;
pub mod job;
pub mod output;
pub mod run;
pub mod runner;
pub mod service;
