//! Waiting for a change in some folders.

#[cfg_attr(target_os = "linux", path = "watch/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "watch/portable.rs")]
mod os;

pub use os::Watch;
