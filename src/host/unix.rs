//! The host on Unix: its event loop, its children, and the supervisor of the embedded manager.

pub mod before;
pub mod child;
pub mod credentials;
pub mod link;
pub mod notify;

pub mod process;
pub mod release;
pub mod run;
pub mod runner;
pub mod signals;
pub mod supervisor;
pub mod tree;

/// The variable that every process of a hosted service is given: its service's own runtime folder.
pub const MARK: &str = "SVCCTL_RUNTIME";

/// Any number: what spreads restarts need not be hard to guess.
#[must_use]
pub fn chance() -> u32 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let mixed = u64::try_from(time.tv_nsec).unwrap_or_default() ^ u64::from(std::process::id());
    u32::try_from(mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33).unwrap_or_default()
}
