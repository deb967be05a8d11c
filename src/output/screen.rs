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
        let frame =
            if self.terminal { in_place(heading, text, !self.drawn) } else { text.to_owned() };
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
fn in_place(heading: &str, text: &str, first: bool) -> String {
    let clear = if first { "\x1b[2J" } else { "" };
    let lines: String = text.lines().map(|line| format!("{line}\x1b[K\n")).collect();
    format!("{clear}\x1b[H{heading}\x1b[K\n\x1b[K\n{lines}\x1b[J")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_erases_what_it_does_not_cover_and_never_blanks_the_screen_again() {
        let frame = in_place("now", "a\nb\n", false);
        assert_eq!(frame, "\x1b[Hnow\x1b[K\n\x1b[K\na\x1b[K\nb\x1b[K\n\x1b[J");
        assert!(in_place("now", "", true).starts_with("\x1b[2J"));
    }
}
