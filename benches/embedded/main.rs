//! The embedded manager: `cargo bench --bench embedded`. Prints a table; judges nothing.

// A benchmark that cannot prepare what it measures has nothing to say.
#![allow(clippy::expect_used)]

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
#[path = "../support/mod.rs"]
mod support;

fn main() {
    #[cfg(target_os = "linux")]
    linux::run();
    #[cfg(not(target_os = "linux"))]
    println!("not measured: memory and crashes are read from Linux's /proc");
}
