//! Sentences broken between words, where the terminal would break them within.

use unicode_width::UnicodeWidthStr as _;

/// Breaks `text` so that no line is wider than `width`: the first one begins in column `used`, the others are indented by `indent`.
/// A word that is wider than a line stays whole, and so does every line where there is no terminal.
#[must_use]
pub fn wrap(text: &str, width: Option<usize>, used: usize, indent: usize) -> String {
    let Some(width) = width else { return text.to_owned() };
    let mut wrapped = String::new();
    let mut column = used;
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 && column + 1 + word.width() > width {
            wrapped += &format!("\n{:indent$}", "");
            column = indent;
        } else if at > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped += word;
        column += word.width();
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_are_indented() {
        assert_eq!(wrap("one two three", Some(9), 2, 2), "one two\n  three");
        assert_eq!(wrap("one two three", None, 2, 2), "one two three");
    }

    #[test]
    fn a_word_that_is_too_wide_stays_whole() {
        assert_eq!(
            wrap("/a/very/long/path is there", Some(8), 0, 1),
            "/a/very/long/path\n is\n there"
        );
    }

    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!(wrap("日本 日本", Some(8), 0, 0), "日本\n日本");
        assert_eq!(wrap("日本 日本", Some(9), 0, 0), "日本 日本");
    }
}
