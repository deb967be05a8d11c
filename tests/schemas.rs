//! Definitions and outputs, held to the committed JSON Schemas by a validator that is not ours.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, with the place and the values"
)]

#[path = "support/schemas.rs"]
mod schemas;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use jsonschema::Validator;
use serde_json::Value;
use tempfile::TempDir;

use schemas::{assert_output, faults};

fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn of_definitions() -> Validator {
    schemas::validator(&fs::read_to_string(project("docs/svcctl.schema.json")).unwrap())
}

fn json(definition: &str) -> Value {
    toml::from_str(definition).unwrap_or_else(|error| panic!("{error}\n{definition}"))
}

/// Every definition that the project shows: name and text.
fn definitions() -> Vec<(String, String)> {
    let files = fs::read_dir(project("examples")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.chain([project("src/definition/testdata/everything.toml")]);
    let files = files.filter(|file| file.extension().is_some_and(|it| it == "toml"));
    let named = files.map(|file| (file.display().to_string(), fs::read_to_string(&file).unwrap()));
    named.chain(of_pages()).chain([("init".to_owned(), initial())]).collect()
}

/// The blocks of TOML in the README and the guides that are whole definitions.
fn of_pages() -> Vec<(String, String)> {
    let pages = ["README.md", "docs/logs.md", "docs/environment.md"];
    let blocks = pages.iter().flat_map(|page| {
        let text = fs::read_to_string(project(page)).unwrap();
        let blocks: Vec<_> = text.split("```toml\n").skip(1).map(str::to_owned).collect();
        blocks.into_iter().map(|block| {
            ((*page).to_owned(), block.split("```").next().unwrap_or_default().to_owned())
        })
    });
    blocks.filter(|(_, text)| text.lines().any(|line| line.starts_with("name = "))).collect()
}

fn initial() -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svcctl"));
    let output =
        command.args(["init", "web", "--file", "-"]).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_definition_that_is_shown_is_valid() {
    let validator = of_definitions();
    let definitions = definitions();
    assert!(definitions.len() >= 7, "{definitions:?}");
    for (name, text) in definitions {
        let faults = faults(&validator, &json(&text));
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

#[test]
fn a_wrong_key_is_flagged_where_it_stands() {
    let validator = of_definitions();
    for (name, text) in definitions() {
        for place in places(&json(&text)) {
            let mut wrong = json(&text);
            let table = wrong.pointer_mut(&place).and_then(Value::as_object_mut).unwrap();
            table.insert("no-such-key".to_owned(), Value::from("x"));
            let faults = faults(&validator, &wrong);
            assert_eq!(faults.len(), 1, "{name} at '{place}': {faults:#?}");
            assert_eq!(faults[0].0, place, "{name}: {faults:#?}");
            assert!(faults[0].1.contains("no-such-key"), "{name}: {faults:#?}");
        }
    }
}

/// The tables of a definition whose keys are ours: the top, its sections, and the sections of its overlays.
fn places(definition: &Value) -> Vec<String> {
    const FREE: [&str; 3] = ["override", "credentials", "profile"];
    let tables = |value: &Value, above: &str| -> Vec<String> {
        let members = value.as_object().into_iter().flatten();
        let tables =
            members.filter(|(key, value)| value.is_object() && !FREE.contains(&key.as_str()));
        tables.map(|(key, _)| format!("{above}/{key}")).collect()
    };
    let mut places = vec![String::new()];
    places.extend(tables(definition, ""));
    let overlays = definition.get("on").map(|on| tables(on, "/on")).unwrap_or_default();
    for overlay in overlays {
        places.extend(tables(definition.pointer(&overlay).unwrap(), &overlay));
        places.push(overlay);
    }
    places
}

#[test]
fn a_value_of_the_wrong_kind_is_flagged_where_it_stands() {
    let validator = of_definitions();
    for (wrong, place) in [
        ("name = 3", "/name"),
        ("name = 'a'\n[process]\ncommand = 'a b'", "/process/command"),
        ("name = 'a'\n[start]\nready = 'soon'", "/start/ready"),
        ("name = 'a'\n[stop]\ntimeout = 30", "/stop/timeout"),
        ("name = 'a'\n[on.windows.restart]\npolicy = 'maybe'", "/on/windows/restart/policy"),
    ] {
        let faults = faults(&validator, &json(wrong));
        assert!(faults.iter().any(|(at, _)| at == place), "{wrong}: {faults:#?}");
    }
}

/// A home folder whose services run on the embedded manager.
#[cfg(target_os = "linux")]
struct Home(TempDir);

#[cfg(target_os = "linux")]
impl Home {
    fn new() -> Self {
        let home = TempDir::new().unwrap();
        fs::create_dir(home.path().join("run")).unwrap();
        let text = "name = \"web\"\n[process]\ncommand = [\"/bin/sh\", \"-c\", \"echo started; exec sleep 1000\"]\n";
        fs::write(home.path().join("web.toml"), text).unwrap();
        fs::write(home.path().join("bad.toml"), "name = \"bad\"\n[process]\ncomand = []\n")
            .unwrap();
        Self(home)
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svcctl"));
        command.env_clear().env("HOME", self.0.path()).env("PATH", "/usr/bin:/bin");
        command.env("XDG_RUNTIME_DIR", self.0.path().join("run")).current_dir(self.0.path());
        command.args(["--user", "--manager", "embedded", "-o", "json"]).args(words.split(' '));
        command.stdin(Stdio::null());
        command
    }

    /// Waits for the first line of the log, which may be on its way to it.
    #[cfg(target_os = "linux")]
    fn has_logged(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.prints("logs web -n all", 0).is_empty() {
            assert!(Instant::now() < deadline, "there is nothing in the log");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs `svcctl … -o json`, which must exit with `code`, and holds every object that it prints to its schema.
    fn prints(&self, words: &str, code: i32) -> Vec<Value> {
        let output = self.command(words).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{words}: {stdout}{stderr}");
        let objects: Vec<Value> = stdout
            .lines()
            .chain(stderr.lines())
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{words}: {e}: {line}"))
            })
            .collect();
        objects.iter().for_each(assert_output);
        objects
    }
}

#[cfg(target_os = "linux")]
impl Drop for Home {
    fn drop(&mut self) {
        // Nothing must outlive a test that failed, either.
        let _ = self.command("uninstall --purge web").output();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn every_object_that_a_verb_prints_is_what_its_schema_says() {
    let home = Home::new();
    let seen: Vec<Value> = [
        ("check web.toml", 0),
        ("check --for all web.toml", 0),
        ("check bad.toml", 65),
        ("render web.toml --for systemd", 0),
        ("diff web.toml", 3),
        ("install web.toml --dry-run", 0),
        ("install bad.toml", 65),
        ("status web", 4),
        ("install web.toml", 0),
        ("diff web", 0),
        ("status web", 3),
        ("start web", 0),
        ("status", 0),
        ("list", 0),
        ("list --all", 0),
        ("logs web -n all", 0),
        ("wait web --for running", 0),
        ("wait web --for stopped --timeout 50ms", 75),
        ("disable web", 0),
        ("enable web", 0),
        ("restart web", 0),
        ("stop web", 0),
        ("uninstall --purge web", 0),
        ("start none", 4),
        ("managers", 0),
    ]
    .iter()
    .flat_map(|(words, code)| {
        if words.starts_with("logs ") {
            home.has_logged();
        }
        home.prints(words, *code)
    })
    .collect();
    for (id, _) in schemas::OUTPUTS {
        let is_it = |object: &&Value| {
            object.get("schema").map_or("svcctl.log.v1", |it| it.as_str().unwrap_or_default())
                == *id
        };
        assert!(seen.iter().any(|object| is_it(&object)), "no {id} among what was printed");
    }
}
