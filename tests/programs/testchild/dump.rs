//! `dump FILE`: everything that a process is given, as JSON; bytes in hexadecimal, so that nothing is lost.

#[cfg_attr(target_os = "linux", path = "dump/linux.rs")]
#[cfg_attr(all(unix, not(target_os = "linux")), path = "dump/unix.rs")]
#[cfg_attr(not(unix), path = "dump/windows.rs")]
mod os;

use std::env;
use std::ffi::OsStr;
use std::io::{Read, Result};
use std::process;

use serde_json::{Map, Value, json};

use crate::files;
use crate::script::Words;

/// Writes the dump; the file appears as a whole.
pub fn write(words: &mut Words<'_>) -> Result<()> {
    let file = words.word()?;
    let mut dump = common();
    os::add(&mut dump);
    files::replace(file, Value::Object(dump).to_string().as_bytes())
}

fn common() -> Map<String, Value> {
    let mut dump = Map::new();
    // Descriptors first: reading the rest may open some.
    dump.insert("descriptors".into(), os::descriptors());
    dump.insert("pid".into(), json!(process::id()));
    dump.insert("argv".into(), env::args_os().map(|argument| hex(&argument)).collect());
    let variables = env::vars_os().map(|(name, value)| json!([hex(&name), hex(&value)]));
    dump.insert("environment".into(), variables.collect());
    dump.insert("cwd".into(), path(env::current_dir()));
    dump.insert("exe".into(), path(env::current_exe()));
    dump.insert("stdin".into(), standard_input());
    dump
}

/// Bytes as hexadecimal digits (Windows: of the WTF-8 form).
pub fn hex(text: impl AsRef<OsStr>) -> Value {
    text.as_ref()
        .as_encoded_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}

fn path(path: Result<std::path::PathBuf>) -> Value {
    path.map_or_else(|error| json!({ "error": error.to_string() }), hex)
}

/// "empty" when a read gives the end at once; a service is never given more.
fn standard_input() -> Value {
    match std::io::stdin().read(&mut [0; 64]) {
        Ok(0) => "empty".into(),
        Ok(length) => json!({ "bytes": length }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}
