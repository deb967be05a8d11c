//! Generated argvs, environments and working directories through the manager, the host and CreateProcess.
//!
//! A start takes a while here: each service shows eight argvs, those of its command, its hooks, its stop, its reload and its health check.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};

use crate::dump::Dump;
use crate::lab::{Lab, Service};
use crate::manager::random::{Random, doubled};
use crate::outcome::Verdict;

/// How many services, of eight argvs each, unless `SVCCTL_LANE_GENERATED` says how many (250 are 2,000 argvs); and how many at a time.
const SERVICES: usize = 20;
const BATCH: usize = 20;

/// The keys with an argv, and what else there is in their tables.
const KEYS: [(&str, &str); 7] = [
    ("hooks.pre-start", "hook"),
    ("hooks.post-start", "hook"),
    ("health.command", "argv"),
    ("reload.command", "argv"),
    ("hooks.pre-stop", "hook"),
    ("stop.command", "argv"),
    ("hooks.post-stop", "hook"),
];

/// What one service is to be given: the arguments of each of its programs, its variables and its folder.
struct Wanted {
    arguments: BTreeMap<&'static str, Vec<String>>,
    environment: BTreeMap<String, String>,
    directory: String,
}

impl Wanted {
    fn random(random: &mut Random) -> Self {
        let keys = KEYS.iter().map(|(key, _)| *key).chain(["process.command"]);
        let arguments = keys.map(|key| (key, arguments(random))).collect();
        let environment = (0..random.below(4))
            .map(|index| (format!("GENERATED_{index}"), random.text(24)))
            .collect();
        Self { arguments, environment, directory: directory(random) }
    }
}

fn arguments(random: &mut Random) -> Vec<String> {
    (0..random.below(6)).map(|_| random.text(24)).collect()
}

/// A folder's name of what Windows allows in one.
fn directory(random: &mut Random) -> String {
    let allowed = |c: &char| !c.is_control() && !r#"<>:"/\|?*"#.contains(*c);
    let name: String = random.text(12).chars().filter(allowed).collect();
    format!("d{}{name}e", random.below(1_000_000))
}

/// The file that the program of a key dumps to.
fn dump_file(index: usize, key: &str) -> String {
    format!("dump-{index}-{key}")
}

fn argv(lab: &Lab, index: usize, key: &'static str, end: &str, wanted: &Wanted) -> Vec<String> {
    let mut command = lab.command(&format!("dump @{} {end} ignoring", dump_file(index, key)));
    command.extend(wanted.arguments[key].iter().map(|text| doubled(text)));
    command
}

fn define<'a>(lab: &'a Lab<'a>, index: usize, wanted: &Wanted) -> Service<'a> {
    let folder = lab.folder(&format!("cwd/{}", wanted.directory));
    let mut service = lab.named(&format!("g{index}"), "");
    service.set("process.command", argv(lab, index, "process.command", "then sleep", wanted));
    for (key, kind) in KEYS {
        let command = argv(lab, index, key, "", wanted);
        let value = if kind == "hook" { json!({ "command": command }) } else { json!(command) };
        service.set(key, value);
    }
    // A check of each service once a second would keep the machine from starting the others.
    service.set("health.interval", "5s");
    let pairs = wanted.environment.iter();
    let table: Map<String, Value> =
        pairs.map(|(name, text)| (name.clone(), doubled(text).into())).collect();
    service.set("process.environment", table);
    service.set("process.working-directory", doubled(folder.to_str().expect("it is UTF-8")));
    service.set("start.autostart", false);
    service
}

pub fn no_unit_differs(lab: &Lab) -> Verdict {
    let asked = std::env::var("SVCCTL_LANE_GENERATED").ok().and_then(|text| text.parse().ok());
    let services = asked.unwrap_or(SERVICES);
    let mut random = Random::new(20_260_229);
    let mut differences = Vec::new();
    for first in (0..services).step_by(BATCH) {
        let batch: Vec<Wanted> = (0..BATCH).map(|_| Wanted::random(&mut random)).collect();
        differences.extend(run_batch(lab, first, &batch));
    }
    let shown = &differences[..differences.len().min(5)];
    assert!(differences.is_empty(), "{} of {}: {shown:#?}", differences.len(), services * 8);
    Ok(())
}

/// Installs a batch with one command, starts it, reloads it, removes it, and compares the dumps.
fn run_batch(lab: &Lab, first: usize, batch: &[Wanted]) -> Vec<String> {
    let folder = lab.folder("definitions");
    let services: Vec<Service<'_>> = batch
        .iter()
        .enumerate()
        .map(|(offset, wanted)| define(lab, first + offset, wanted))
        .collect();
    for service in &services {
        service.definition.write(&folder.join(format!("{}.toml", service.name)));
    }
    let names: Vec<&str> = services.iter().map(|service| service.name.as_str()).collect();
    lab.json(["install".as_ref(), folder.as_os_str(), "--start".as_ref()]).exits(0);
    lab.json(["reload"].iter().chain(&names)).exits(0);
    for (offset, service) in services.iter().enumerate() {
        service.dump_in(&dump_file(first + offset, "health.command"));
    }
    lab.json(["uninstall", "--purge"].iter().chain(&names)).exits(0);
    lab.forget();
    let compare =
        |(offset, wanted): (usize, &Wanted)| differences(&services[offset], first + offset, wanted);
    let found = batch.iter().enumerate().flat_map(compare).collect();
    fs::remove_dir_all(folder).expect("the definitions can be removed");
    fs::remove_dir_all(lab.path("cwd")).expect("the folders can be removed");
    found
}

fn differences(service: &Service<'_>, index: usize, wanted: &Wanted) -> Vec<String> {
    let difference = |(key, arguments): (&&'static str, &Vec<String>)| {
        let dump = service.dump_in(&dump_file(index, key));
        let given = given(&dump);
        let asked = (
            arguments.clone(),
            arguments.clone(),
            wanted.environment.clone(),
            wanted.directory.clone(),
        );
        (given != asked)
            .then(|| format!("service {index}, {key}: asked {asked:?}, given {given:?}"))
    };
    wanted.arguments.iter().filter_map(difference).collect()
}

/// The arguments as the C runtime and as the shell split them, the variables and the folder.
fn given(dump: &Dump) -> (Vec<String>, Vec<String>, BTreeMap<String, String>, String) {
    let mut environment = dump.environment();
    environment.retain(|name, _| name.starts_with("GENERATED_"));
    let folder = dump.cwd().file_name().map(|name| name.to_string_lossy().into_owned());
    (dump.arguments(), dump.arguments_of_the_shell(), environment, folder.unwrap_or_default())
}
