//! Commands that leave a mark in a file, or look at one.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Result, Write};
use std::path::Path;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::script::Words;

/// One write per line: lines of several processes do not mix.
fn append_line(file: &OsStr, line: &[u8]) -> Result<()> {
    let mut out = OpenOptions::new().create(true).append(true).open(file)?;
    out.write_all(&[line, b"\n"].concat())
}

/// Nanoseconds since 1970.
pub fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}

/// `count FILE`: a line with pid and time.
pub fn count(words: &mut Words<'_>) -> Result<()> {
    append_line(words.word()?, format!("{} {}", process::id(), now()).as_bytes())
}

/// `append FILE TEXT`
pub fn append(words: &mut Words<'_>) -> Result<()> {
    append_line(words.word()?, words.word()?.as_encoded_bytes())
}

/// `append-env FILE NAME…`: a line of `NAME=value` for those that are set, separated by blanks.
pub fn append_environment(words: &mut Words<'_>) -> Result<()> {
    let file = words.word()?;
    let set: Vec<String> = words
        .rest()
        .iter()
        .filter_map(|name| Some(format!("{}={}", name.display(), env::var_os(name)?.display())))
        .collect();
    append_line(file, set.join(" ").as_bytes())
}

/// `touch FILE`
pub fn touch(words: &mut Words<'_>) -> Result<()> {
    OpenOptions::new().create(true).append(true).open(words.word()?).map(drop)
}

/// `remove FILE`, which may be gone already.
pub fn remove(words: &mut Words<'_>) -> Result<()> {
    let file = words.word()?;
    if Path::new(file).exists() { fs::remove_file(file) } else { Ok(()) }
}

/// `copy FROM TO`: an unreadable file becomes a line that says so.
pub fn copy(words: &mut Words<'_>) -> Result<()> {
    copy_file(Path::new(words.word()?), words.word()?)
}

/// `copy-credential NAME TO`
pub fn copy_credential(words: &mut Words<'_>) -> Result<()> {
    let directory = env::var_os("CREDENTIALS_DIRECTORY").unwrap_or_default();
    copy_file(&Path::new(&directory).join(words.word()?), words.word()?)
}

fn copy_file(from: &Path, to: &OsStr) -> Result<()> {
    let contents =
        fs::read(from).unwrap_or_else(|error| format!("unreadable: {error}").into_bytes());
    replace(to, &contents)
}

/// Writes a file as a whole: who waits for it never sees a part.
pub fn replace(file: &OsStr, contents: &[u8]) -> Result<()> {
    let mut new = file.to_owned();
    new.push(format!(".{}", process::id()));
    fs::write(&new, contents)?;
    fs::rename(&new, file)
}

/// `try-write PATH RESULT`: appends "PATH written" or "PATH refused" to the result file.
pub fn try_write(words: &mut Words<'_>) -> Result<()> {
    let path = words.word()?;
    let outcome = if fs::write(path, "x").is_ok() { "written" } else { "refused" };
    append_line(words.word()?, format!("{} {outcome}", path.display()).as_bytes())
}

/// `exit-if FILE CODE`
pub fn exit_if(words: &mut Words<'_>) -> Result<()> {
    let exists = Path::new(words.word()?).exists();
    exit_when(exists, words)
}

/// `exit-unless FILE CODE`
pub fn exit_unless(words: &mut Words<'_>) -> Result<()> {
    let exists = Path::new(words.word()?).exists();
    exit_when(!exists, words)
}

/// `fail-first N FILE CODE`: exits while the file of `count` has no more than N lines.
pub fn fail_first(words: &mut Words<'_>) -> Result<()> {
    let failures: usize = words.number()?;
    let starts = fs::read(words.word()?)?.iter().filter(|byte| **byte == b'\n').count();
    exit_when(starts <= failures, words)
}

fn exit_when(condition: bool, words: &mut Words<'_>) -> Result<()> {
    let code = words.number()?;
    if condition { process::exit(code) } else { Ok(()) }
}

/// `open-files N FILE`: tries to hold N files open, and appends how many it got.
pub fn open_many(words: &mut Words<'_>) -> Result<()> {
    let wanted: usize = words.number()?;
    let own = env::current_exe()?;
    let held: Vec<File> = (0..wanted).map_while(|_| File::open(&own).ok()).collect();
    let got = held.len();
    drop(held);
    append_line(words.word()?, got.to_string().as_bytes())
}
