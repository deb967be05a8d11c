//! Thousands of generated argvs, environments and working directories, run by the manager and dumped by the process.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value};

use super::random::{Random, doubled};
use crate::lab::{Lab, Service};
use crate::outcome::Verdict;

/// How many services, and how many of them at a time.
const SERVICES: usize = 5000;
const BATCH: usize = 250;

/// What one service is to be given.
struct Wanted {
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    directory: String,
}

impl Wanted {
    fn random(random: &mut Random) -> Self {
        let arguments = (0..random.below(6)).map(|_| random.text(24)).collect();
        let environment = (0..random.below(4))
            .map(|index| (format!("GENERATED_{index}"), random.text(24)))
            .collect();
        Self { arguments, environment, directory: directory(random) }
    }
}

/// A folder's name. A definition with a control character in a path is refused: see [`refuses_controls_in_paths`].
fn directory(random: &mut Random) -> String {
    let name: String = random.text(12).chars().filter(|c| *c != '/' && !c.is_control()).collect();
    format!("d{}{name}", random.below(1_000_000))
}

/// The service that dumps what it is given, and ends.
fn define<'a>(lab: &'a Lab<'a>, index: usize, wanted: &Wanted) -> Service<'a> {
    let folder = lab.folder(&format!("cwd/{}", wanted.directory));
    let mut service = lab.named(&format!("g{index}"), "");
    let mut command = lab.command(&format!("dump @dump-{index} then exit 0 ignoring"));
    command.extend(wanted.arguments.iter().map(|text| doubled(text)));
    service.set("process.command", command);
    let table: Map<String, Value> = wanted
        .environment
        .iter()
        .map(|(name, text)| (name.clone(), doubled(text).into()))
        .collect();
    service.set("process.environment", table);
    service.set("process.working-directory", doubled(folder.to_str().expect("it is UTF-8")));
    service.set("start.autostart", false);
    service
}

/// Every control character in the path of a working directory is refused, naming the key, before anything is touched.
fn refuses_controls_in_paths(lab: &Lab) {
    let controls = (1..=0x9f).filter_map(char::from_u32).filter(|c| c.is_control());
    for control in controls {
        let mut service = lab.named("control", "sleep");
        service.set("process.working-directory", format!("/tmp/a{control}b"));
        service.try_install(&[]).exits(65).says("process.working-directory");
    }
}

pub fn no_byte_differs(lab: &Lab) -> Verdict {
    refuses_controls_in_paths(lab);
    let mut random = Random::new(20_240_229);
    let mut differences = Vec::new();
    for first in (0..SERVICES).step_by(BATCH) {
        let batch: Vec<Wanted> = (0..BATCH).map(|_| Wanted::random(&mut random)).collect();
        differences.extend(run_batch(lab, first, &batch));
    }
    assert!(
        differences.is_empty(),
        "{} of {SERVICES}: {:#?}",
        differences.len(),
        &differences[..differences.len().min(5)]
    );
    Ok(())
}

/// Installs a batch with one command, starts it, compares the dumps and removes it.
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
    lab.json(["install".as_ref(), folder.as_os_str(), "--start".as_ref()]).exits(0);
    let compare = |(offset, wanted)| difference(&services[offset], first + offset, wanted);
    let found = batch.iter().enumerate().filter_map(compare).collect();
    let names = services.iter().map(|service| service.name.as_str());
    lab.json(["uninstall", "--purge"].into_iter().chain(names)).exits(0);
    lab.forget();
    fs::remove_dir_all(folder).expect("the definitions can be removed");
    fs::remove_dir_all(lab.path("cwd")).expect("the folders can be removed");
    found
}

fn difference(service: &Service<'_>, index: usize, wanted: &Wanted) -> Option<String> {
    let dump = service.dump_in(&format!("dump-{index}"));
    let mut environment = dump.environment();
    environment.retain(|name, _| name.starts_with("GENERATED_"));
    let name =
        dump.cwd().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let given = (dump.arguments(), environment, name);
    let asked = (wanted.arguments.clone(), wanted.environment.clone(), wanted.directory.clone());
    (given != asked).then(|| format!("service {index}: asked for {asked:?}, given {given:?}"))
}
