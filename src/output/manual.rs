//! The manual pages: svcctl(1) and one a verb from the command line, svcctl.toml(5) from the field table.

use std::io;

use clap::Command;
use clap_mangen::Man;
use roff::{Inline, Roff, bold, italic, roman};

use crate::cli;
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
    let mut command = cli::whole();
    command.build();
    let mut pages = vec![main_page(&command)?];
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        pages.push(page_of(verb)?);
    }
    pages.push(definition_page()?);
    Ok(pages)
}

/// No date: the pages of one version are the same whenever they are built.
const DATE: &str = "";
const SOURCE: &str = concat!("svcctl ", env!("CARGO_PKG_VERSION"));

const EXAMPLES: [&str; 4] = [
    "svcctl init web -- /opt/web/bin/web --port 8080",
    "svcctl check --for all web.toml",
    "svcctl install web.toml --start",
    "svcctl logs -f web",
];

const ENVIRONMENT: [(&str, &str); 2] = [
    ("SVCCTL_MANAGER", "The manager to use, unless --manager names one."),
    ("NO_COLOR", "If it is set and not empty, nothing is coloured."),
];

const FILES: [(&str, &str); 4] = [
    ("/var/lib/svcctl", "What is installed in the system scope, and the journal of a change."),
    ("/run/svcctl", "State of what runs in the system scope."),
    ("/var/log/svcctl/NAME", "Logs of a service, where the manager keeps none."),
    ("~/.local/state/svcctl", "The same for the services of a user; $XDG_STATE_HOME moves it."),
];

/// svcctl(1).
fn main_page(command: &Command) -> io::Result<Page> {
    let man = Man::new(command.clone()).date(DATE).source(SOURCE).manual(TITLE);
    let mut text = beginning(&man, command)?;
    man.render_options_section(&mut text)?;
    man.render_subcommands_section(&mut text)?;
    let mut roff = Roff::new();
    list(&mut roff, "EXIT STATUS", Exit::ALL.map(|(exit, words)| (exit.code().to_string(), words)));
    list(&mut roff, "ENVIRONMENT", ENVIRONMENT.map(|(name, words)| (name.to_owned(), words)));
    list(&mut roff, "FILES", FILES.map(|(path, words)| (path.to_owned(), words)));
    examples(&mut roff, &EXAMPLES);
    see_also(&mut roff, &[("svcctl.toml", "5")]);
    roff.to_writer(&mut text)?;
    Ok(Page { name: "svcctl".to_owned(), section: 1, text })
}

/// svcctl-VERB(1).
fn page_of(verb: &Command) -> io::Result<Page> {
    let name = format!("svcctl-{}", verb.get_name());
    let shown = verb.clone().display_name(&name);
    let man = Man::new(shown).title(&name).date(DATE).source(SOURCE).manual(TITLE);
    let mut text = beginning(&man, verb)?;
    man.render_options_section(&mut text)?;
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([
        roman("0 if it is done, or the answer is yes; the others are in "),
        bold("svcctl"),
        roman("(1)."),
    ]);
    examples(&mut roff, &[cli::example(verb.get_name())]);
    see_also(&mut roff, &[("svcctl", "1"), ("svcctl.toml", "5")]);
    roff.to_writer(&mut text)?;
    Ok(Page { name, section: 1, text })
}

/// The name of the manual in a page's heading.
const TITLE: &str = "Service management";

/// Title, name, synopsis (the one of `--help`, as every flag is listed below) and description.
fn beginning(man: &Man, command: &Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    let usage = command.clone().render_usage().to_string();
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([roman(usage.trim_start_matches("Usage:").trim())]);
    roff.to_writer(&mut text)?;
    man.render_description_section(&mut text)?;
    Ok(text)
}

fn list<const N: usize>(roff: &mut Roff, title: &str, entries: [(String, &str); N]) {
    roff.control("SH", [title]);
    for (name, words) in entries {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(words)]);
    }
}

fn examples(roff: &mut Roff, lines: &[&str]) {
    roff.control("SH", ["EXAMPLES"]);
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(*line)]);
    }
    roff.control("fi", []);
}

fn see_also(roff: &mut Roff, pages: &[(&str, &str)]) {
    roff.control("SH", ["SEE ALSO"]);
    let mut words = Vec::new();
    for (at, (name, section)) in pages.iter().enumerate() {
        if at > 0 {
            words.push(roman(", "));
        }
        words.extend([bold(*name), roman(format!("({section})"))]);
    }
    roff.text(words);
}

/// svcctl.toml(5).
fn definition_page() -> io::Result<Page> {
    let mut roff = Roff::new();
    roff.control("TH", ["svcctl.toml", "5", DATE, SOURCE]);
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
    see_also(&mut roff, &[("svcctl", "1")]);
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
        for verb in cli::whole().get_subcommands().filter(|verb| !verb.is_hide_set()) {
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

    #[test]
    fn a_page_of_a_verb_has_its_example_and_leads_on() {
        let pages = pages().unwrap();
        for page in pages.iter().filter(|page| page.name.starts_with("svcctl-")) {
            let text = String::from_utf8_lossy(&page.text).replace("\\-", "-");
            let example = cli::example(&page.name["svcctl-".len()..]);
            assert!(!example.is_empty() && text.contains(example), "{text}");
            assert!(text.contains("SEE ALSO") && text.contains("GLOBAL OPTIONS"), "{text}");
        }
    }
}
