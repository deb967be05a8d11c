//! Columns that line up, whatever the words in them, and that fit the terminal.

use std::fmt::Write as _;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A word with its style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A word in a style; control characters are shown, not obeyed.
    #[must_use]
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: printable(&text.into()), style }
    }

    /// A word.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Style::new())
    }
}

/// What a terminal may be given of a text that somebody else wrote.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Rows below a header.
#[derive(Clone, Debug)]
pub struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

/// Between two columns.
const GAP: usize = 2;

impl Table {
    /// A table with these column titles.
    #[must_use]
    pub const fn new(header: Vec<&'static str>) -> Self {
        Self { header, rows: Vec::new() }
    }

    /// Adds a row of as many cells as there are titles.
    pub fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.header.len());
        self.rows.push(cells);
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text; the last column is cut to `width` columns of the terminal.
    #[must_use]
    pub fn render(&self, width: Option<usize>) -> String {
        let header =
            self.header.iter().map(|title| Cell::new(*title, super::style::FAINT)).collect();
        let widths = self.widths();
        let mut text = String::new();
        for row in std::iter::once(&header).chain(&self.rows) {
            render_row(&mut text, row, &widths, width);
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let cell = |column: usize| self.rows.iter().filter_map(move |row| row.get(column));
        self.header
            .iter()
            .enumerate()
            .map(|(column, title)| {
                cell(column).map(|cell| cell.text.width()).max().unwrap_or(0).max(title.width())
            })
            .collect()
    }
}

fn render_row(text: &mut String, row: &[Cell], widths: &[usize], limit: Option<usize>) {
    let mut used = 0;
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        let last = column + 1 == row.len();
        let shown = match limit {
            Some(limit) if last => cut(&cell.text, limit.saturating_sub(used)),
            _ => cell.text.clone(),
        };
        let pad = if last { 0 } else { (width + GAP).saturating_sub(shown.width()) };
        used += shown.width() + pad;
        let style = cell.style;
        // Writing to a String cannot fail.
        let _ = write!(text, "{style}{shown}{style:#}{:pad$}", "");
    }
    let end = text.trim_end_matches(' ').len();
    text.truncate(end);
    text.push('\n');
}

/// `text` in at most `width` columns, with an ellipsis where something is missing.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if width > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(table: &Table, width: Option<usize>) -> String {
        anstream::adapter::strip_str(&table.render(width)).to_string()
    }

    #[test]
    fn columns_line_up_by_what_a_terminal_shows() {
        let mut table = Table::new(vec!["NAME", "STATE"]);
        table.row(vec![Cell::plain("é"), Cell::plain("running")]);
        table.row(vec![Cell::plain("日本"), Cell::plain("failed")]);
        assert_eq!(plain(&table, None), "NAME  STATE\né     running\n日本  failed\n");
    }

    #[test]
    fn the_last_column_is_cut_to_the_terminal() {
        let mut table = Table::new(vec!["A", "B"]);
        table.row(vec![Cell::plain("x"), Cell::plain("0123456789")]);
        assert_eq!(plain(&table, Some(8)), "A  B\nx  0123…\n");
    }

    #[test]
    fn control_characters_reach_no_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    }
}
