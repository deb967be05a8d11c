//! The reference page of a definition, docs/definition.md, written from the field table.

use crate::definition::fields::{FIELDS, Field, SECTIONS};
use crate::definition::kind::{Kind, Word};
use crate::definition::placeholder::PLACEHOLDERS;

const HEAD: &str = "\
# The definition

One TOML file describes a service. `svcctl check FILE` reports everything that is wrong with it at once; `svcctl init`
writes one to begin with; `svcctl schema` prints a JSON Schema for editors. A key that is not on this page is an error.

```toml
name = \"web\"

[process]
command = [\"/opt/web/bin/web\", \"--port\", \"8080\"]
user = \"web\"
```

Durations are strings with a unit: `\"500ms\"`, `\"30s\"`, `\"5m\"`, `\"1h 30m\"`, `\"7d\"`. So are sizes: `\"512MiB\"`, `\"10MB\"`.
A command is a list, the program first and by absolute path; no shell reads it, and every byte of it arrives as written.
";

const OVERLAYS: &str = "\
## Overlays

What differs between systems stands under `[on.…]`, what differs between uses under `[profile.…]`:

```toml
[on.windows.process]
command = ['C:\\Program Files\\Web\\web.exe', '--port', '8080']

[profile.prod.process]
environment = { RUST_LOG = \"warn\" }
```

They are laid over the base in this order: `on.unix`, `on.linux`, `on.macos`, `on.freebsd` or `on.windows`, `on.` and the
manager (`systemd`, `launchd`, `scm`, `openrc`, `rcd`, `embedded`), then the profile that `--profile NAME` names with its own
`on.…`, then each `--set KEY=VALUE`. Tables merge; everything else, lists too, replaces what was there. `scope` has no
place in an overlay. A key under an overlay that does not apply is still checked.

The value of `--set` is TOML where that makes sense and text where the key takes text: `--set process.environment.PORT=9000`,
`--set start.autostart=false`, `--set 'restart.prevent-exit-codes=[78]'`.

A path of another system is an error: `/opt/web` in an install on Windows belongs under `[on.unix]`.
";

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = format!("{HEAD}\n## At the top\n\n");
    let top = |field: &&Field| {
        !field.key.contains('.') && !field.key.eq("credentials") && !field.key.eq("override")
    };
    page.push_str(&table(FIELDS.iter().filter(top), ""));
    for (section, about) in SECTIONS {
        let prefix = format!("{section}.");
        page.push_str(&format!("\n## `[{section}]`\n\n{about}\n\n"));
        let fields: Vec<_> = FIELDS.iter().filter(|field| field.key.starts_with(&prefix)).collect();
        page.push_str(&table(fields.iter().copied(), &prefix));
        page.push_str(&inner_tables(&fields));
    }
    for key in ["credentials", "override"] {
        page.push_str(
            &FIELDS.iter().find(|field| field.key == key).map_or_else(String::new, whole),
        );
    }
    page.push_str(&format!("\n{OVERLAYS}\n{}", placeholders()));
    page
}

fn table<'a>(fields: impl Iterator<Item = &'a Field>, prefix: &str) -> String {
    let mut table = String::from("| key | value | default | |\n|---|---|---|---|\n");
    for field in fields {
        let name = field.key.strip_prefix(prefix).unwrap_or(field.key);
        let row =
            [format!("`{name}`"), value(&field.kind), default(field.default), field.doc.to_owned()];
        table.push_str(&format!("| {} |\n", row.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
    table
}

fn default(default: &str) -> String {
    match default.strip_prefix('(').and_then(|words| words.strip_suffix(')')) {
        Some(words) => words.to_owned(),
        None if default.is_empty() => String::new(),
        None => format!("`{default}`"),
    }
}

fn value(kind: &Kind) -> String {
    match kind {
        Kind::Words(words) => words.iter().map(word).collect::<Vec<_>>().join("; "),
        Kind::Table(_) | Kind::OneOf(_) => "a table, see below".to_owned(),
        Kind::Argv => "a list: the program and its arguments".to_owned(),
        Kind::Either(plain, table) => format!("{}; or {}", value(plain), value(table)),
        Kind::List(item) => format!("a list, each {}", value(item)),
        Kind::Credentials(item) => format!("tables, each {}", value(item)),
        plain => plain.expected(),
    }
}

fn word((word, about): &Word) -> String {
    format!("`\"{word}\"`: {about}")
}

/// The tables that values of these fields are, each once, with the keys that take it.
fn inner_tables(fields: &[&Field]) -> String {
    let mut seen = Vec::<(Vec<&str>, &[Field], bool)>::new();
    for field in fields {
        let Some((inner, one_of)) = inner(&field.kind) else { continue };
        let name = field.key.rsplit('.').next().unwrap_or(field.key);
        match seen.iter_mut().find(|(_, known, _)| same_keys(known, inner)) {
            Some((names, ..)) => names.push(name),
            None => seen.push((vec![name], inner, one_of)),
        }
    }
    let one = |(names, inner, one_of): (Vec<&str>, &[Field], bool)| {
        let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let what = if one_of { "A table has exactly one of" } else { "A table has" };
        format!("\n{what} these keys ({names}):\n\n{}", table(inner.iter(), ""))
    };
    seen.into_iter().map(one).collect()
}

fn same_keys(one: &[Field], other: &[Field]) -> bool {
    one.iter().map(|field| field.key).eq(other.iter().map(|field| field.key))
}

fn inner(kind: &Kind) -> Option<(&'static [Field], bool)> {
    match kind {
        Kind::Table(fields) => Some((fields, false)),
        Kind::OneOf(fields) => Some((fields, true)),
        Kind::Either(one, other) => inner(one).or_else(|| inner(other)),
        Kind::List(item) | Kind::Credentials(item) => inner(item),
        _ => None,
    }
}

/// A key that is a section of its own.
fn whole(field: &Field) -> String {
    let samples = field.samples.join("\n");
    let inner = inner_tables(&[field]);
    format!("\n## `[{}]`\n\n{}\n{inner}\n```toml\n{samples}\n```\n", field.key, field.doc)
}

fn placeholders() -> String {
    let mut text = String::from(
        "## Placeholders\n\nEvery string may hold them. They are resolved once, at install, and what they stand for is not looked at\n\
         again. `{{` is a brace, and so is `}}`.\n\n| placeholder | stands for |\n|---|---|\n",
    );
    for (name, about) in PLACEHOLDERS {
        text.push_str(&format!("| `{{{name}}}` | {about} |\n"));
    }
    text.push_str("| `{env:NAME}` | the environment variable NAME of whoever installs; an unset one is an error |\n");
    text
}
