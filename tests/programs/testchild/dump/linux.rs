//! What Linux tells about a process, mostly in /proc.

use std::fs;

use rustix::fs::Mode;
use rustix::process;
use serde_json::{Map, Value, json};

use super::hex;

/// Adds the identity, limits and signals of this process.
pub fn add(dump: &mut Map<String, Value>) {
    dump.insert("uid".into(), json!(process::getuid().as_raw()));
    dump.insert("gid".into(), json!(process::getgid().as_raw()));
    let groups = process::getgroups().unwrap_or_default();
    dump.insert("groups".into(), groups.iter().map(|group| json!(group.as_raw())).collect());
    dump.insert("umask".into(), json!(umask()));
    dump.insert("priority".into(), json!(process::getpriority_process(None).ok()));
    dump.insert("limits".into(), lines("/proc/self/limits", limit));
    dump.insert("status".into(), lines("/proc/self/status", status));
}

/// The mask, which can only be read by setting it.
fn umask() -> u32 {
    let mask = process::umask(Mode::empty());
    process::umask(mask);
    mask.bits()
}

/// Open descriptors but the one that reads the list: number, target and flags.
pub fn descriptors() -> Value {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return Value::Null;
    };
    let open = entries.flatten().filter_map(|entry| {
        let target = fs::read_link(entry.path()).ok()?;
        let listing = target.to_string_lossy().ends_with("/fd");
        (!listing)
            .then(|| json!({ "fd": entry.file_name().to_string_lossy(), "target": hex(&target) }))
    });
    open.collect()
}

fn lines(file: &str, parse: fn(&str) -> Option<(String, Value)>) -> Value {
    let text = fs::read_to_string(file).unwrap_or_default();
    Value::Object(text.lines().filter_map(parse).collect())
}

/// "Max open files   1024   4096   files" as soft and hard limit.
fn limit(line: &str) -> Option<(String, Value)> {
    let columns: Vec<&str> =
        line.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
    let [name, soft, hard, ..] = columns.as_slice() else {
        return None;
    };
    Some(((*name).to_owned(), json!([soft, hard])))
}

/// "SigIgn:\t0000000000001000" and the like.
fn status(line: &str) -> Option<(String, Value)> {
    let (name, value) = line.split_once(':')?;
    let wanted = name.starts_with("Sig")
        || name.starts_with("Cap")
        || name == "NoNewPrivs"
        || name == "Seccomp";
    wanted.then(|| (name.to_owned(), value.trim().into()))
}
