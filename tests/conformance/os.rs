//! What the suite asks of the operating system.

#[cfg_attr(unix, path = "os/unix.rs")]
#[cfg_attr(not(unix), path = "os/windows.rs")]
mod here;

pub use here::{PRIORITIES, ROOT, alive, inherit, is_root, kill, link, lower, open_to_all};
