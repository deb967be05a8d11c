//! The manual pages: svcctl(1) and one a verb from the command line, svcctl.toml(5) from the field table.

use std::io;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use roff::{Inline, Roff, bold, italic, roman};

use crate::cli::Cli;
use crate::definition::fields::{FIELDS, Field, SECTIONS};
use crate::exit::Exit;

/// One page.
#[derive(Debug)]
pub struct Page {
    /// `svcctl`, `svcctl-status`, `svcctl.toml`.
    pub name: String,
    /// 1 for commands, 5 for files.
    pub section: u8,
    /// In roff.
    pub text: Vec<u8>,
}

impl Page {
    /// Its file's name, as in `svcctl-status.1`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.section)
    }
}

/// Every page, svcctl(1) first.
///
/// # Errors
/// When a page cannot be written into memory, which does not happen.
pub fn pages() -> io::Result<Vec<Page>> {
    let mut command = Cli::command().disable_help_flag(true);
    command.build();
    let mut pages = vec![main_page(command.clone())?];
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        let name = format!("svcctl-{}", verb.get_name());
        let shown =
            verb.clone().display_name(name.clone()).bin_name(format!("svcctl {}", verb.get_name()));
        let mut text = Vec::new();
        Man::new(shown).date(DATE).render(&mut text)?;
        pages.push(Page { name, section: 1, text });
    }
    pages.push(definition_page()?);
    Ok(pages)
}

/// No date: the pages of one version are the same whenever they are built.
const DATE: &str = "";

fn main_page(command: Command) -> io::Result<Page> {
    let mut text = Vec::new();
    let man = Man::new(command.after_help("")).date(DATE);
    man.render(&mut text)?;
    exit_status().to_writer(&mut text)?;
    Ok(Page { name: "svcctl".to_owned(), section: 1, text })
}

fn exit_status() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (exit, meaning) in Exit::ALL {
        roff.control("TP", []);
        roff.text([bold(exit.code().to_string())]);
        roff.text([roman(meaning)]);
    }
    roff
}

/// svcctl.toml(5).
fn definition_page() -> io::Result<Page> {
    let mut roff = Roff::new();
    roff.control("TH", ["svcctl.toml", "5", DATE, concat!("svcctl ", env!("CARGO_PKG_VERSION"))]);
    roff.control("SH", ["NAME"]);
    roff.text([roman("svcctl.toml - the definition of a service")]);
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman("One TOML file describes a service. Durations and sizes are strings with a unit (\"30s\", \"512MiB\"). \
        What differs between systems stands under [on.linux], [on.macos], [on.windows], [on.freebsd], [on.unix] or \
        [on.MANAGER], what differs between uses under [profile.NAME].")]);
    section(&mut roff, "KEYS AT THE TOP", |field| !field.key.contains('.'));
    for (name, about) in SECTIONS {
        let prefix = format!("{name}.");
        section(&mut roff, &format!("[{name}]: {about}"), |field| field.key.starts_with(&prefix));
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold("svcctl"), roman("(1)")]);
    let mut text = Vec::new();
    roff.to_writer(&mut text)?;
    Ok(Page { name: "svcctl.toml".to_owned(), section: 5, text })
}

fn section(roff: &mut Roff, title: &str, belongs: impl Fn(&Field) -> bool) {
    roff.control("SH", [title]);
    for field in FIELDS.iter().filter(|field| belongs(field)) {
        roff.control("TP", []);
        roff.text(heading(field));
        roff.text([roman(field.doc)]);
    }
}

fn heading(field: &Field) -> Vec<Inline> {
    let default = if field.default.is_empty() { "none" } else { field.default };
    vec![bold(field.key), roman("  default: "), italic(default)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_every_verb_and_one_for_the_definition() {
        let names: Vec<_> = pages().unwrap().into_iter().map(|page| page.file_name()).collect();
        for verb in Cli::command().get_subcommands().filter(|verb| !verb.is_hide_set()) {
            let file = format!("svcctl-{}.1", verb.get_name());
            assert!(names.contains(&file), "{file}");
        }
        assert!(
            names.contains(&"svcctl.1".to_owned()) && names.contains(&"svcctl.toml.5".to_owned())
        );
    }

    #[test]
    fn the_page_of_the_definition_names_every_key() {
        let pages = pages().unwrap();
        let page = String::from_utf8_lossy(&pages.last().unwrap().text).replace("\\-", "-");
        for field in FIELDS {
            assert!(page.contains(field.key), "{}", field.key);
        }
    }
}
