//! A text that is redrawn in place on a terminal, and written again elsewhere.

use std::io::{self, IsTerminal as _, Write as _};

use crate::error::{Error, Result};

/// What `--watch` draws on.
#[derive(Debug)]
pub struct Screen {
    terminal: bool,
    drawn: bool,
}

impl Screen {
    /// The terminal that standard output is, if it is one.
    #[must_use]
    pub fn new() -> Self {
        Self { terminal: io::stdout().is_terminal(), drawn: false }
    }

    /// Draws a heading and a text where the last ones were; false when nobody reads any more.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn show(&mut self, heading: &str, text: &str) -> Result<bool> {
        let frame = if self.terminal {
            let rows = terminal_size::terminal_size().map(|(_, height)| usize::from(height.0));
            in_place(heading, text, !self.drawn, rows)
        } else {
            text.to_owned()
        };
        self.drawn = true;
        let mut out = anstream::stdout().lock();
        match out.write_all(frame.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Error::io("standard output", &error)),
        }
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

/// Home, each line with the rest of its old self erased, then everything below: no frame is ever blank, so nothing flickers.
/// What is wider or higher than the terminal is cut: a line that wrapped or scrolled would move all others.
fn in_place(heading: &str, text: &str, first: bool, rows: Option<usize>) -> String {
    let clear = if first { "\x1b[2J" } else { "" };
    let all: Vec<_> = [heading, ""].into_iter().chain(text.lines()).collect();
    // The cursor rests on a line of its own.
    let room = rows.map_or(usize::MAX, |rows| rows.saturating_sub(1)).max(2);
    let shown = if all.len() > room { room - 1 } else { all.len() };
    let mut lines: Vec<_> = all[..shown].iter().map(|line| format!("{line}\x1b[K\r\n")).collect();
    if shown < all.len() {
        lines.push(format!("… {} more lines\x1b[K\r\n", all.len() - shown));
    }
    format!("{clear}\x1b[?7l\x1b[H{}\x1b[J\x1b[?7h", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_erases_what_it_does_not_cover_and_never_blanks_the_screen_again() {
        let frame = in_place("now", "a\nb\n", false, None);
        assert_eq!(
            frame,
            "\x1b[?7l\x1b[Hnow\x1b[K\r\n\x1b[K\r\na\x1b[K\r\nb\x1b[K\r\n\x1b[J\x1b[?7h"
        );
        assert!(in_place("now", "", true, None).starts_with("\x1b[2J"));
    }

    #[test]
    fn what_is_higher_than_the_terminal_is_cut_and_says_so() {
        let frame = in_place("now", "a\nb\nc\n", false, Some(5));
        assert!(frame.contains("a\x1b[K\r\n… 2 more lines"), "{frame:?}");
        assert!(!in_place("now", "a\nb\n", false, Some(5)).contains("more"));
    }
}
