//! The text of `svcctl init`: a definition that is valid as it stands, with every other key as a comment beside its doc line.

use crate::definition::fields::{FIELDS, Field, SECTIONS};
use crate::definition::placeholder::escape;
use crate::target::Os;

/// What `svcctl init` knows about the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// The name; "web" where unknown.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The argv, byte for byte; an example where unknown.
    pub command: Option<Vec<String>>,
    /// The folder it starts in.
    pub working_directory: Option<String>,
    /// The account.
    pub user: Option<String>,
    /// Keys of `[security]` with their values as TOML.
    pub security: &'static [(&'static str, &'static str)],
}

/// Protections, the strongest first: no manager has all of them, and hardly any service notices the first.
pub const PROTECTIONS: [&[(&str, &str)]; 3] = [
    &[("security.profile", "\"standard\"")],
    &[("security.profile", "\"standard\""), ("security.private-tmp", "false")],
    &[("security.profile", "\"none\"")],
];

/// The text of a definition for `os`.
#[must_use]
pub fn text(values: &Values, os: Os) -> String {
    let set = settings(values, os);
    let mut text = head(values);
    text.push_str(&keys("", &set));
    for (section, about) in SECTIONS {
        text.push_str(&format!("\n# {about}\n[{section}]\n{}", keys(&format!("{section}."), &set)));
    }
    text.push_str(&tail());
    text
}

fn head(values: &Values) -> String {
    let name = values.name.as_deref().unwrap_or("web");
    format!(
        "#:schema ./svcctl.schema.json\n\
         # `svcctl schema > svcctl.schema.json` gives editors completion and checks for this file.\n\
         #\n\
         # svcctl check {name}.toml              says what is wrong with it, all at once\n\
         # svcctl install {name}.toml --start    installs and starts it\n\
         #\n\
         # A key that is commented out shows an example; its default is in brackets.\n\n"
    )
}

/// The keys that are written, with their values as TOML.
fn settings(values: &Values, os: Os) -> Vec<(&'static str, String)> {
    let program = if os.is_unix() { "{definition-dir}/web" } else { r"{definition-dir}\web.exe" };
    let command = match &values.command {
        Some(command) => command.iter().map(|argument| string(&escape(argument))).collect(),
        None => vec![string(program), string("--port"), string("8080")],
    };
    let optional = [
        ("description", &values.description),
        ("process.working-directory", &values.working_directory),
        ("process.user", &values.user),
    ];
    let given = optional
        .into_iter()
        .filter_map(|(key, value)| Some((key, string(&escape(value.as_deref()?)))));
    let fixed = [
        ("name", string(values.name.as_deref().unwrap_or("web"))),
        ("process.command", format!("[{}]", command.join(", "))),
    ];
    let security = values.security.iter().map(|(key, value)| (*key, (*value).to_owned()));
    fixed.into_iter().chain(security).chain(given).collect()
}

/// A basic string: every character that TOML gives a meaning to is escaped.
pub(crate) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The lines of one section.
fn keys(prefix: &str, set: &[(&str, String)]) -> String {
    let inside = |field: &&Field| match prefix {
        "" => !field.key.contains('.') && !matches!(field.key, "credentials" | "override"),
        prefix => field.key.starts_with(prefix),
    };
    FIELDS.iter().filter(inside).map(|field| key(field, prefix, set)).collect()
}

fn key(field: &Field, prefix: &str, set: &[(&str, String)]) -> String {
    let name = field.key.strip_prefix(prefix).unwrap_or(field.key);
    let written = set.iter().find(|(key, _)| *key == field.key);
    let doc = match (written, default(field.default)) {
        (None, Some(default)) => format!("{} ({default})", field.doc),
        _ => field.doc.to_owned(),
    };
    let line = match written {
        Some((_, value)) => format!("{name} = {value}"),
        None => format!("#{}", example(field, prefix)),
    };
    format!("{}{line}\n", comment(&doc))
}

/// The doc line, wrapped.
fn comment(doc: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::from("#"));
    for word in doc.split(' ') {
        if line.len() + word.len() > 99 {
            lines.push_str(&format!("{line}\n"));
            line = String::from("#");
        }
        line.push_str(&format!(" {word}"));
    }
    format!("{lines}{line}\n")
}

fn default(default: &str) -> Option<&str> {
    match default.strip_prefix('(').and_then(|words| words.strip_suffix(')')) {
        Some("required" | "none") => None,
        None if matches!(default, "[]" | "{}") => None,
        Some(words) => Some(words),
        None => (!default.is_empty()).then_some(default),
    }
}

/// The line of the first sample that is about the key itself, without the section.
fn example(field: &Field, prefix: &str) -> &'static str {
    let mut lines = field.samples.first().map_or("", |sample| sample).lines();
    let own = lines.rfind(|line| line.starts_with(field.key)).unwrap_or_default();
    own.strip_prefix(prefix).unwrap_or(own)
}

fn tail() -> String {
    let doc =
        |key: &str| FIELDS.iter().find(|field| field.key == key).map_or("", |field| field.doc);
    format!(
        "\n{}#[credentials]\n#token = {{ file = \"{{config-dir}}/token\" }}\n\
         \n{}#[override.systemd.Service]\n#IOWeight = 50\n\
         \n# What differs on one system, or in one use (--profile prod).\n\
         #[on.windows.process]\n#command = ['C:\\Program Files\\Web\\web.exe', '--port', '8080']\n\
         #[profile.prod.process]\n#environment = {{ RUST_LOG = \"warn\" }}\n",
        comment(doc("credentials")),
        comment(doc("override")),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::definition::fixture::{resolve_for, target};
    use crate::target::{ManagerId, Target};

    fn targets() -> [Target; 6] {
        ManagerId::ALL.map(|manager| target(manager, manager.os()))
    }

    #[test]
    fn the_text_is_valid_as_it_stands_on_every_manager() {
        for target in targets() {
            let text = text(&Values::default(), target.os);
            let resolved = resolve_for(&text, &target, None, &[]);
            assert!(
                resolved.is_ok(),
                "{}: {:#?}",
                target.manager,
                resolved.err().map(|e| e.problems)
            );
        }
    }

    #[test]
    fn every_line_that_is_commented_out_is_valid_when_it_is_not() {
        let target = target(ManagerId::Systemd, Os::Linux);
        let lines: Vec<String> =
            text(&Values::default(), Os::Linux).lines().map(str::to_owned).collect();
        for (index, line) in lines.iter().enumerate() {
            let commented =
                line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', ':', '[']));
            let Some(key) = commented.filter(|rest| !rest.is_empty()) else { continue };
            let mut edited = lines.clone();
            edited[index] = key.to_owned();
            // The header of a table that is commented out as a whole.
            let header = (0..index).rev().find(|above| edited[*above].starts_with("#["));
            if let Some(header) = header.filter(|header| index - header < 2) {
                edited[header] = edited[header][1..].to_owned();
            }
            let sets: &[&str] = if HEALTH.iter().any(|health| key.starts_with(health))
                && in_health(&lines, index)
            {
                &["health.tcp=h:1"]
            } else {
                &[]
            };
            let resolved = resolve_for(&edited.join("\n"), &target, None, sets);
            assert!(resolved.is_ok(), "{key}: {:#?}", resolved.err().map(|error| error.problems));
        }
    }

    const HEALTH: [&str; 5] = ["interval", "timeout", "retries", "start-period", "on-failure"];

    /// Whether the section of that line is `[health]`.
    fn in_health(lines: &[String], index: usize) -> bool {
        lines[..index]
            .iter()
            .rfind(|line| line.starts_with('['))
            .is_some_and(|line| line == "[health]")
    }

    proptest! {
        #[test]
        fn a_command_arrives_byte_for_byte(
            arguments in proptest::collection::vec("[^\0]{0,12}", 0..6),
            description in proptest::option::of("[ -~{}é]{0,30}"),
        ) {
            let command: Vec<_> = std::iter::once("/opt/x {y}".to_owned()).chain(arguments).collect();
            let values = Values {
                name: Some("sample".to_owned()),
                command: Some(command.clone()),
                description: description.clone(),
                working_directory: Some("/a b".to_owned()),
                user: Some("daemon".to_owned()),
                security: PROTECTIONS[0],
            };
            let target = target(ManagerId::Systemd, Os::Linux);
            let resolved = resolve_for(&text(&values, Os::Linux), &target, None, &[]);
            let spec = resolved.map_err(|error| TestCaseError::fail(format!("{:?}", error.problems)))?.spec;
            prop_assert_eq!(spec.process.command, command);
            prop_assert_eq!(spec.description, description);
        }
    }
}
