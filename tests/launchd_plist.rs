//! Property lists of ours before readers that are not ours: Python's plistlib and libplist's plistutil must read back every byte of
//! every argument and variable. A value that a property list cannot hold must have gone to the host instead.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use plist::Value;
use svcctl::artifact::Artifact;
use svcctl::backend::Backend;
use svcctl::backend::launchd::Launchd;
use svcctl::definition::source::Source;
use svcctl::definition::{Definition, Request};
use svcctl::spec::Spec;
use svcctl::target::{Account, Dirs, ManagerId, Os, Scope, Target};

/// How many services are written.
const SERVICES: u64 = 5000;
/// How many of them plistutil reads as the files that they are, a process for each; and all of them in one document.
const FEW: usize = 20;

struct Case {
    spec: Spec,
    plist: String,
}

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn text(&mut self) -> String {
        const PIECES: &[&str] = &[
            "",
            "a",
            " ",
            "  ",
            "\t",
            "\"",
            "'",
            "\\",
            "\\\\",
            "%",
            "%%",
            "$",
            "${X}",
            "<",
            ">",
            "&",
            "&amp;",
            "&#10;",
            "]]>",
            "<![CDATA[",
            "<!--",
            "-->",
            "<?",
            "é",
            "\u{301}",
            "日本",
            "😀",
            "\u{10ffff}",
            "\u{a0}",
            "\u{200b}",
            "\u{feff}",
            "-",
            "@",
            "+",
            "!",
            ":",
            "#",
            "~",
            "*",
            "`",
            ";",
            "|",
            "=",
            "{",
            "}",
            "</string>",
            "\u{fffd}",
            "\u{e000}",
        ];
        (0..self.below(8)).map(|_| self.piece(PIECES)).collect()
    }

    fn piece(&mut self, pieces: &[&str]) -> String {
        match self.below(60) {
            // Some of these a property list cannot hold.
            0 => char::from_u32(u32::try_from(self.below(0x300)).unwrap())
                .filter(|c| *c != '\0')
                .unwrap_or('x')
                .to_string(),
            _ => pieces[usize::try_from(self.below(u64::try_from(pieces.len()).unwrap())).unwrap()]
                .to_owned(),
        }
    }
}

/// A service that launchd runs without a host, as long as its texts let it.
const BASE: &str = r#"
name = "web"
process = { command = ["/opt/web/bin/web"], user = "web" }
restart = { policy = "never" }
override = { launchd = { Job = { StandardOutPath = "/var/log/web.log" } } }
"#;

static TEMPLATE: LazyLock<Spec> = LazyLock::new(|| {
    let target = target();
    let definition = Definition::parse(Source::from_text("web.toml", "/", BASE)).unwrap();
    let request = Request { target: &target, profile: None, sets: &[], env: &|_| None };
    definition.resolve(&request).unwrap().spec
});

fn spec(dice: &mut Dice) -> Spec {
    let mut spec = TEMPLATE.clone();
    spec.process.command.extend((0..dice.below(6)).map(|_| dice.text()));
    spec.process.environment =
        (0..dice.below(5)).map(|at| (format!("V{at}"), dice.text())).collect();
    spec
}

fn target() -> Target {
    let dirs = Dirs {
        state: "/Library/Application Support/svcctl".into(),
        runtime: "/var/run/svcctl".into(),
        logs: "/Library/Logs/svcctl".into(),
        config: "/Library/Application Support".into(),
        units: "/Library/LaunchDaemons".into(),
    };
    let owner = Account { name: "root".into(), uid: 0, gid: 0, home: "/var/root".into() };
    let (os, manager, scope) = (Os::Macos, ManagerId::Launchd, Scope::System);
    Target {
        os,
        manager,
        scope,
        version: None,
        dirs,
        svcctl: "/usr/local/bin/svcctl".into(),
        owner,
    }
}

/// What is written for the services that launchd runs by itself; those that went to the host are checked here.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let (mut dice, target) = (Dice(7), target());
    let mut cases = Vec::new();
    for _ in 0..SERVICES {
        let spec = spec(&mut dice);
        let artifacts = Launchd.render(&spec, &target, true).unwrap();
        let [Artifact::File(file), Artifact::Object { .. }] = artifacts.as_slice() else {
            assert_hosted(&spec, &artifacts);
            continue;
        };
        cases.push(Case { spec, plist: file.contents.clone() });
    }
    let written = u64::try_from(cases.len()).unwrap();
    assert!(written * 10 > SERVICES * 8, "only {written} of {SERVICES} went without a host");
    cases
});

/// A character that is not for property lists is the reason, and the host's file has it.
fn assert_hosted(spec: &Spec, artifacts: &[Artifact]) {
    let texts = spec.process.command.iter().chain(spec.process.environment.values());
    assert!(
        texts.flat_map(|text| text.chars()).any(|c| c.is_control() && c != '\t'),
        "{:?}",
        spec.process
    );
    let Some(Artifact::File(hosted)) = artifacts.first() else {
        panic!("a hosted service has a file for the host")
    };
    let hosted: serde_json::Value = serde_json::from_str(&hosted.contents).unwrap();
    assert_eq!(hosted["spec"]["process"], serde_json::to_value(&spec.process).unwrap());
}

fn is_required() -> bool {
    std::env::var("SVCCTL_FOREIGN_READERS").is_ok_and(|value| value == "required")
}

fn is_here(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    assert!(found || !is_required(), "{program} is not installed");
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

fn assert_same(case: &Case, arguments: &serde_json::Value, environment: &serde_json::Value) {
    assert_eq!(*arguments, serde_json::json!(case.spec.process.command), "{}", case.plist);
    let mut variables = case.spec.process.environment.clone();
    variables.insert("PATH".into(), "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin".into());
    assert_eq!(*environment, serde_json::json!(variables), "{}", case.plist);
}

#[test]
fn python_reads_back_every_argument_and_variable() {
    const SCRIPT: &str = "import json, plistlib, sys
for path in sys.stdin.read().splitlines():
    with open(path, 'rb') as file:
        keys = plistlib.load(file)
    print(json.dumps([keys['ProgramArguments'], keys.get('EnvironmentVariables')]))
";
    if !is_here("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cases = &*CASES;
    let mut paths = String::new();
    for (at, case) in cases.iter().enumerate() {
        let path = folder.path().join(format!("{at}.plist"));
        std::fs::write(&path, &case.plist).unwrap();
        paths += &format!("{}\n", path.display());
    }
    let mut python = Command::new("python3");
    python.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn().unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(paths.as_bytes()));
    let output = python.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success());
    let lines: Vec<&[u8]> =
        output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), cases.len());
    for (case, line) in cases.iter().zip(lines) {
        let read: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert_same(case, &read[0], &read[1]);
    }
}

#[test]
fn libplist_reads_back_every_argument_and_variable() {
    if !is_here("plistutil") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for case in &CASES[..FEW] {
        assert_read(case, &through_libplist(&case.plist, folder.path()));
    }
    let all = through_libplist(&in_one_document(&CASES), folder.path());
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), CASES.len());
    CASES.iter().zip(all).for_each(|(case, keys)| assert_read(case, keys));
}

/// An array of all the dictionaries, each byte for byte as it was written.
fn in_one_document(cases: &[Case]) -> String {
    let body = |case: &'_ Case| {
        let (begin, end) = (case.plist.find("<dict>"), case.plist.rfind("</plist>"));
        case.plist[begin.unwrap()..end.unwrap()].to_owned()
    };
    let bodies: String = cases.iter().map(body).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><array>{bodies}</array></plist>\n"
    )
}

fn assert_read(case: &Case, keys: &Value) {
    let dict = keys.as_dictionary().unwrap();
    let arguments = json_of(dict.get("ProgramArguments").unwrap());
    let environment = dict.get("EnvironmentVariables").map(json_of);
    assert_same(case, &arguments, &environment.unwrap_or_default());
}

/// What libplist made of the text, as its binary form has it.
fn through_libplist(text: &str, folder: &Path) -> Value {
    let (xml, binary) = (folder.join("web.plist"), folder.join("web.binary"));
    std::fs::write(&xml, text).unwrap();
    let mut plistutil = Command::new("plistutil");
    plistutil.arg("-i").arg(&xml).arg("-o").arg(&binary).args(["-f", "bin"]);
    assert!(plistutil.status().unwrap().success());
    Value::from_file(binary).unwrap()
}

/// Arrays, dictionaries and strings: all that is compared.
fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Array(items) => items.iter().map(json_of).collect(),
        Value::Dictionary(keys) => {
            keys.iter().map(|(key, value)| (key.clone(), json_of(value))).collect()
        }
        Value::String(text) => text.as_str().into(),
        other => panic!("{other:?}"),
    }
}
