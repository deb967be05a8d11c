//! Commands that write to the standard streams.

use std::io::{self, Error, Result, Write};
use std::thread;
use std::time::Duration;

use crate::script::Words;

/// `write N [out|err|both] [PACE-MS] [BYTES]`: numbered lines, padded to BYTES with their end; `both` alternates.
pub fn lines(words: &mut Words<'_>) -> Result<()> {
    let count: u64 = words.number()?;
    let to = words.optional().map_or("out", |word| word.to_str().unwrap_or_default());
    let pace = Duration::from_millis(words.number_or(0)?);
    let width = words.number_or(0_usize)?.saturating_sub(1);
    for number in 1..=count {
        let stream = if to == "both" { ["err", "out"][usize::from(number % 2 == 1)] } else { to };
        put(stream, format!("{:.<width$}\n", format!("line {number} ")).as_bytes())?;
        if !pace.is_zero() {
            thread::sleep(pace);
        }
    }
    Ok(())
}

fn put(stream: &str, bytes: &[u8]) -> Result<()> {
    match stream {
        "out" => write_now(&mut io::stdout().lock(), bytes),
        "err" => write_now(&mut io::stderr().lock(), bytes),
        other => Err(Error::other(format!("not a stream: {other}"))),
    }
}

fn write_now(out: &mut impl Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes)?;
    out.flush()
}

/// `text out|err TEXT`
pub fn text(words: &mut Words<'_>) -> Result<()> {
    let stream = words.word()?.to_str().unwrap_or_default();
    put(stream, &[words.word()?.as_encoded_bytes(), b"\n"].concat())
}

/// `binary`: every byte but the line's end, then a line's end, twice.
pub fn binary(_words: &mut Words<'_>) -> Result<()> {
    let line: Vec<u8> = (0..=u8::MAX).filter(|byte| *byte != b'\n').chain([b'\n']).collect();
    put("out", &line.repeat(2))
}

/// `long-line BYTES`: one line of that length, with a mark at both ends.
pub fn long_line(words: &mut Words<'_>) -> Result<()> {
    let length: usize = words.number()?;
    let middle = "x".repeat(length.saturating_sub("<>".len()));
    put("out", format!("<{middle}>\n").as_bytes())
}

/// `unterminated TEXT`: without a line's end.
pub fn unterminated(words: &mut Words<'_>) -> Result<()> {
    put("out", words.word()?.as_encoded_bytes())
}
