//! A unit file while it is put together: every line knows which field of the definition asked for it.

use std::fmt::Write as _;

use crate::backend::systemd::quote::Unwritable;
use crate::backend::systemd::version;
use crate::error::{Error, ErrorKind, Result};

/// A section of the file, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `[Unit]`.
    Unit,
    /// `[Service]`.
    Service,
    /// `[Install]`.
    Install,
    /// `[X-Svcctl]`, which systemd passes over in silence.
    Mark,
}

impl Section {
    /// All of them, in order.
    const ALL: [Self; 4] = [Self::Unit, Self::Service, Self::Install, Self::Mark];

    /// The name in brackets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unit => "Unit",
            Self::Service => "Service",
            Self::Install => "Install",
            Self::Mark => "X-Svcctl",
        }
    }
}

/// Who asked for a line, and so whether an override may replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A field of the definition, by key: it is to be changed there.
    Field(String),
    /// A protection of the security profile, or a default of svcctl's: an override replaces it.
    Default,
    /// An override.
    Override,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    section: Section,
    key: String,
    value: String,
    origin: Origin,
}

/// The longest line that systemd reads, in bytes.
const LONGEST_LINE: usize = 1_048_575;

/// The lines so far.
#[derive(Debug)]
pub struct Unit {
    version: u32,
    entries: Vec<Entry>,
}

impl Unit {
    /// An empty file for this release.
    pub const fn new(version: u32) -> Self {
        Self { version, entries: Vec::new() }
    }

    /// The release that it is written for.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Whether the release knows this directive.
    pub fn knows(&self, key: &str) -> bool {
        self.version >= version::since(key)
    }

    /// A line that a field asked for.
    ///
    /// # Errors
    /// When the line is longer than systemd reads.
    pub fn field(
        &mut self,
        field: &str,
        section: Section,
        key: &str,
        value: impl Into<String>,
    ) -> Result<()> {
        self.push(section, key, value.into(), Origin::Field(field.to_owned()))
    }

    /// A line that a field asked for, whose value had to be quoted.
    ///
    /// # Errors
    /// When it could not be, or the line is longer than systemd reads.
    pub fn quoted(
        &mut self,
        field: &str,
        section: Section,
        key: &str,
        value: Result<String, Unwritable>,
    ) -> Result<()> {
        let value = value.map_err(|why| unwritable(field, &why))?;
        self.field(field, section, key, value)
    }

    /// A line of the service section that an override may replace; left out where the release does not know it.
    ///
    /// # Errors
    /// When the line is longer than systemd reads.
    pub fn default(&mut self, key: &str, value: impl Into<String>) -> Result<()> {
        match self.knows(key) {
            true => self.push(Section::Service, key, value.into(), Origin::Default),
            false => Ok(()),
        }
    }

    /// A line that the user wrote; it takes the place of a default.
    ///
    /// # Errors
    /// When the line is longer than systemd reads.
    pub fn overriding(&mut self, section: Section, key: &str, values: &[String]) -> Result<()> {
        self.entries.retain(|entry| {
            entry.origin != Origin::Default || entry.section != section || entry.key != key
        });
        for value in values {
            self.push(section, key, value.clone(), Origin::Override)?;
        }
        Ok(())
    }

    /// The field that wrote this key, if one did.
    pub fn written_by(&self, section: Section, key: &str) -> Option<&str> {
        self.entries.iter().find_map(|entry| match &entry.origin {
            Origin::Field(field) if entry.section == section && entry.key == key => {
                Some(field.as_str())
            }
            _ => None,
        })
    }

    fn push(&mut self, section: Section, key: &str, value: String, origin: Origin) -> Result<()> {
        let length = key.len() + 1 + value.len();
        if length > LONGEST_LINE {
            let field = match &origin {
                Origin::Field(field) => field.clone(),
                Origin::Default | Origin::Override => format!("{}.{key}", section.name()),
            };
            let why = format!(
                "takes {length} bytes in a unit file, and systemd reads lines of at most {LONGEST_LINE}"
            );
            return Err(unwritable(&field, &why));
        }
        self.entries.push(Entry { section, key: key.to_owned(), value, origin });
        Ok(())
    }

    /// The text, under this comment.
    pub fn text(&self, comment: &str) -> String {
        let mut text = format!("# {comment}\n");
        for section in Section::ALL {
            let mut lines = self.entries.iter().filter(|entry| entry.section == section).peekable();
            if lines.peek().is_some() {
                let _ = writeln!(text, "\n[{}]", section.name());
            }
            for Entry { key, value, .. } in lines {
                let _ = writeln!(text, "{key}={value}");
            }
        }
        text
    }
}

/// The error that a value which cannot be written is.
pub fn unwritable(field: &str, why: &str) -> Error {
    Error::new(ErrorKind::Definition, format!("`{field}` cannot be written for systemd: it {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_takes_the_place_of_a_default_and_not_of_a_field() {
        let mut unit = Unit::new(252);
        unit.default("ProtectHome", "yes").unwrap();
        unit.field("process.user", Section::Service, "User", "web").unwrap();
        unit.overriding(Section::Service, "ProtectHome", &["read-only".into()]).unwrap();
        assert_eq!(unit.text("x"), "# x\n\n[Service]\nUser=web\nProtectHome=read-only\n");
        assert_eq!(unit.written_by(Section::Service, "User"), Some("process.user"));
        assert_eq!(unit.written_by(Section::Service, "ProtectHome"), None);
    }

    #[test]
    fn a_default_that_the_release_does_not_know_is_left_out() {
        let mut unit = Unit::new(246);
        unit.default("ProtectProc", "invisible").unwrap();
        assert_eq!(unit.text("x"), "# x\n");
    }

    #[test]
    fn a_line_that_systemd_would_not_read_is_an_error_that_names_the_field() {
        let mut unit = Unit::new(252);
        let error = unit
            .field("process.command", Section::Service, "ExecStart", "x".repeat(LONGEST_LINE))
            .unwrap_err();
        assert!(error.message.contains("process.command"), "{error}");
    }
}
