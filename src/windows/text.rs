//! Text as Windows wants it: UTF-16 with a zero at the end.

use std::ffi::OsStr;
use std::os::windows::ffi::OsStrExt;

/// With a zero at the end.
#[must_use]
pub fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// A list: each with its zero, and one more at the end. An empty one is two zeros, as the manager wants it.
#[must_use]
pub fn wide_list(list: &[String]) -> Vec<u16> {
    let mut wide: Vec<u16> = list.iter().flat_map(|text| text.encode_utf16().chain([0])).collect();
    wide.extend(if list.is_empty() { [0].as_slice() } else { [].as_slice() });
    wide.push(0);
    wide
}

/// Reads a text up to its zero; nothing where there is no text.
///
/// # Safety
/// `text` is null, or points to units of which one is zero, all of them readable.
#[must_use]
pub unsafe fn narrow(text: *const u16) -> String {
    if text.is_null() {
        return String::new();
    }
    let mut units = Vec::new();
    let mut next = text;
    loop {
        // SAFETY: no zero was found before `next`, so that the caller's promise covers it.
        let unit = unsafe { next.read() };
        if unit == 0 {
            return String::from_utf16_lossy(&units);
        }
        units.push(unit);
        // SAFETY: the unit was no zero, so that at least one more follows.
        next = unsafe { next.add(1) };
    }
}

/// Reads a list up to its empty text; nothing where there is no list.
///
/// # Safety
/// `list` is null, or points to texts of which one is empty, all of them readable.
#[must_use]
pub unsafe fn narrow_list(list: *const u16) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next = list;
    while !next.is_null() {
        // SAFETY: as for the list, from here on.
        let text = unsafe { narrow(next) };
        if text.is_empty() {
            break;
        }
        // SAFETY: behind a text and its zero there is another text, the empty one at last.
        next = unsafe { next.add(text.encode_utf16().count() + 1) };
        texts.push(text);
    }
    texts
}

/// The units up to the first zero.
#[must_use]
pub fn up_to_zero(units: &[u16]) -> String {
    String::from_utf16_lossy(units.split(|unit| *unit == 0).next().unwrap_or_default())
}
