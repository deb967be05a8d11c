//! What other Unix systems tell about a process.

use rustix::fs::Mode;
use rustix::process;
use serde_json::{Map, Value, json};

/// Adds the identity of this process.
pub fn add(dump: &mut Map<String, Value>) {
    dump.insert("uid".into(), json!(process::getuid().as_raw()));
    dump.insert("gid".into(), json!(process::getgid().as_raw()));
    let mask = process::umask(Mode::empty());
    process::umask(mask);
    dump.insert("umask".into(), json!(mask.bits()));
    dump.insert("priority".into(), json!(process::getpriority_process(None).ok()));
    dump.insert("groups".into(), groups());
    dump.insert("status".into(), json!({ "SigIgn": ignored(), "SigBlk": blocked() }));
}

fn groups() -> Value {
    process::getgroups().unwrap_or_default().iter().map(|group| json!(group.as_raw())).collect()
}

/// Open descriptors.
pub fn descriptors() -> Value {
    let open = std::fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    open.map(|entry| json!({ "fd": entry.file_name().to_string_lossy() })).collect()
}

/// The ignored signals as Linux writes them: a mask in hexadecimal.
fn ignored() -> String {
    mask(|signal| {
        // SAFETY: with no new action, sigaction(2) only fills the structure that we own.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
                && action.sa_sigaction == libc::SIG_IGN
        }
    })
}

fn blocked() -> String {
    // SAFETY: with no new set, sigprocmask(2) only fills the set that we own.
    let set = unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigprocmask(libc::SIG_BLOCK, std::ptr::null(), &raw mut set);
        set
    };
    // SAFETY: the set was filled above.
    mask(|signal| unsafe { libc::sigismember(&raw const set, signal) == 1 })
}

fn mask(holds: impl Fn(i32) -> bool) -> String {
    let bits =
        (1..32).filter(|signal| holds(*signal)).map(|signal| 1_u64 << (signal - 1)).sum::<u64>();
    format!("{bits:016x}")
}
