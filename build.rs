//! How the program is linked.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The unwinder, which Rust's own library needs: within the program rather than in `libgcc_s.so.1`.
///
/// To load that library takes a tenth of a millisecond of every call, most of it for questions to the processor which in a virtual machine
/// the hypervisor answers; and where it is missing, as in the smallest containers, nothing would start.
const UNWINDER: &str = "libgcc_eh.a";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let gnu = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    // Another system's C compiler would have to be known by name; its program is linked as usual.
    if gnu
        && env::var_os("HOST") == env::var_os("TARGET")
        && let Some(folder) = folder_of(UNWINDER)
    {
        println!("cargo::rustc-link-search=native={}", folder.display());
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Where the C compiler has a library of its own; none if it has not.
fn folder_of(library: &str) -> Option<PathBuf> {
    let answer = Command::new("cc").arg(format!("-print-file-name={library}")).output().ok()?;
    let path = String::from_utf8(answer.stdout).ok()?;
    // What it does not know it repeats.
    let path = Path::new(path.trim_end());
    path.is_absolute().then(|| path.parent().map(Path::to_owned)).flatten()
}
