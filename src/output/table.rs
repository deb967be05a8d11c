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
    yielding: &'static [&'static str],
}

/// Between two columns.
const GAP: usize = 2;

/// Below that the last column is not worth showing.
const LAST: usize = 16;

impl Table {
    /// A table with these column titles.
    #[must_use]
    pub const fn new(header: Vec<&'static str>) -> Self {
        Self { header, rows: Vec::new(), yielding: &[] }
    }

    /// On a terminal that is too narrow these columns are left out, the first of them first.
    #[must_use]
    pub const fn yielding(mut self, titles: &'static [&'static str]) -> Self {
        self.yielding = titles;
        self
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

    /// The text; columns that yield are left out and the last one is cut, so that it fits `width` columns of the terminal.
    #[must_use]
    pub fn render(&self, width: Option<usize>) -> String {
        let header =
            self.header.iter().map(|title| Cell::new(*title, super::style::FAINT)).collect();
        let widths = self.widths();
        let shown = self.shown(&widths, width);
        let mut text = String::new();
        for row in std::iter::once(&header).chain(&self.rows) {
            let cells: Vec<_> =
                shown.iter().filter_map(|it| Some((row.get(*it)?, *widths.get(*it)?))).collect();
            render_row(&mut text, &cells, width);
        }
        text
    }

    /// The columns for which there is room.
    fn shown(&self, widths: &[usize], limit: Option<usize>) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..self.header.len()).collect();
        let needed = |shown: &[usize]| {
            let Some((last, rest)) = shown.split_last() else { return 0 };
            rest.iter().map(|it| widths[*it] + GAP).sum::<usize>() + widths[*last].min(LAST)
        };
        for title in self.yielding {
            if limit.is_some_and(|limit| needed(&shown) > limit) {
                shown.retain(|it| self.header[*it] != *title);
            }
        }
        shown
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

fn render_row(text: &mut String, cells: &[(&Cell, usize)], limit: Option<usize>) {
    let mut used = 0;
    for (column, (cell, width)) in cells.iter().enumerate() {
        let last = column + 1 == cells.len();
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
    fn columns_that_yield_are_left_out_one_by_one_until_the_rest_fits() {
        let mut table =
            Table::new(vec!["NAME", "PID", "MEMORY", "ABOUT"]).yielding(&["MEMORY", "PID"]);
        table.row(["web", "4711", "1.5 MiB", "Shop"].map(Cell::plain).to_vec());
        let titles = |width| plain(&table, Some(width)).lines().next().map(str::to_owned);
        assert_eq!(titles(26).as_deref(), Some("NAME  PID   MEMORY   ABOUT"));
        assert_eq!(titles(25).as_deref(), Some("NAME  PID   ABOUT"));
        assert_eq!(titles(16).as_deref(), Some("NAME  ABOUT"));
    }

    #[test]
    fn control_characters_reach_no_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    }
}
