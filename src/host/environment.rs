//! The environment of a service: what it is made of, and the grammar of environment files. Pure.
//!
//! The grammar is the one that systemd reads from `EnvironmentFile=`: `NAME=value` lines; lines that begin with `#` or `;` are
//! comments; a value may be quoted with `'` (everything literal) or `"` (a backslash escapes `"`, `\`, `` ` `` and `$`), may be
//! continued after a backslash at the line's end, and is not expanded. Blanks around an unquoted value are dropped.

use std::collections::BTreeMap;

use crate::target::Os;

/// `PATH` of every service.
#[must_use]
pub const fn default_path(os: Os) -> &'static str {
    match os {
        Os::Linux => "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        Os::Macos => "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        Os::Freebsd => "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin",
        Os::Windows => "",
    }
}

/// Reads the contents of an environment file.
///
/// # Errors
/// A quote that is never closed, with the line that it is on.
pub fn parse(contents: &str) -> Result<Vec<(String, String)>, String> {
    let mut reader = Reader { rest: contents.chars().peekable(), line: 1 };
    let mut variables = Vec::new();
    while let Some(variable) = reader.variable()? {
        let (name, value) = variable;
        if is_name(&name) {
            variables.push((name, value));
        }
    }
    Ok(variables)
}

/// Whether it can be the name of a variable.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        if next == Some('\n') {
            self.line += 1;
        }
        next
    }

    /// The next line that is an assignment.
    fn variable(&mut self) -> Result<Option<(String, String)>, String> {
        loop {
            match self.rest.peek() {
                None => return Ok(None),
                Some(c) if c.is_whitespace() => {
                    self.next();
                }
                Some('#' | ';') => self.skip_comment(),
                Some(_) => {
                    if let Some(name) = self.name() {
                        return self.value().map(|value| Some((name, value)));
                    }
                }
            }
        }
    }

    /// A comment goes on after a backslash at the line's end.
    fn skip_comment(&mut self) {
        while let Some(c) = self.next() {
            match c {
                '\n' => return,
                '\\' => drop(self.next()),
                _ => {}
            }
        }
    }

    /// The name before `=`; none when the line ends without one.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while let Some(c) = self.next() {
            match c {
                '=' => return Some(name.trim_end().to_owned()),
                '\n' => return None,
                _ => name.push(c),
            }
        }
        None
    }

    fn value(&mut self) -> Result<String, String> {
        let mut value = String::new();
        loop {
            match self.rest.peek() {
                None | Some('\n') => return Ok(value),
                Some('\'') => self.quoted(&mut value, '\'')?,
                Some('"') => self.quoted(&mut value, '"')?,
                Some(c) if c.is_whitespace() => drop(self.next()),
                Some(_) => {
                    self.unquoted(&mut value);
                    return Ok(value);
                }
            }
        }
    }

    fn quoted(&mut self, value: &mut String, quote: char) -> Result<(), String> {
        let begun = self.line;
        self.next();
        while let Some(c) = self.next() {
            match c {
                c if c == quote => return Ok(()),
                '\\' if quote == '"' => self.escaped(value),
                c => value.push(c),
            }
        }
        Err(format!("line {begun}: the quote {quote} is never closed"))
    }

    fn escaped(&mut self, value: &mut String) {
        match self.next() {
            Some(c @ ('"' | '\\' | '`' | '$')) => value.push(c),
            Some('\n') | None => {}
            Some(c) => value.extend(['\\', c]),
        }
    }

    /// The rest of the line, without the blanks at its end that no backslash protects.
    fn unquoted(&mut self, value: &mut String) {
        let mut kept = value.len();
        while let Some(c) = self.next() {
            match c {
                '\n' => break,
                '\\' => {
                    value.extend(self.next().filter(|c| *c != '\n'));
                    kept = value.len();
                }
                c => {
                    value.push(c);
                    kept = if c.is_whitespace() { kept } else { value.len() };
                }
            }
        }
        value.truncate(kept);
    }
}

/// Lays variables over others; later ones win.
pub fn lay_over(
    environment: &mut BTreeMap<String, String>,
    variables: impl IntoIterator<Item = (String, String)>,
) {
    environment.extend(variables);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> String {
        let variables = parse(&format!("X={line}\nY=1\n")).unwrap();
        assert_eq!(variables.last().unwrap(), &("Y".to_owned(), "1".to_owned()), "{line:?}");
        variables[0].1.clone()
    }

    #[test]
    fn values_are_read_as_systemd_reads_them() {
        for (line, value) in [
            ("a b", "a b"),
            ("  a  ", "a"),
            ("", ""),
            ("'a b' ", "a b"),
            ("\"a \\\"b\\\\ \\n\"", "a \"b\\ \\n"),
            ("'a'\"b\"c", "abc"),
            ("a\\ ", "a "),
            ("a\\\nb", "ab"),
            ("'a\nb'", "a\nb"),
            ("$HOME # no", "$HOME # no"),
            ("a'b", "a'b"),
            ("a\\'b", "a'b"),
            ("=x", "=x"),
        ] {
            assert_eq!(one(line), value, "{line:?}");
        }
    }

    #[test]
    fn comments_blank_lines_and_lines_without_a_value_are_skipped() {
        let text = "# A=1\n; B=2\n\n  C = 3\nnonsense\n4X=5\n# go\\\nD=on\nE=6";
        let expected = [("C", "3"), ("E", "6")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn an_open_quote_names_its_line() {
        assert_eq!(parse("A=1\nB=\"x\n").unwrap_err(), "line 2: the quote \" is never closed");
    }
}
