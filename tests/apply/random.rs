//! Random sequences of verbs in a world in memory that dies at every single operation of each of them.

use std::path::Path;

use proptest::prelude::*;
use svcctl::apply::with_lock;
use svcctl::operations::fixture::{request, site, target};
use svcctl::operations::{EnableOptions, InstallOptions, UninstallOptions};
use svcctl::operations::{install, set_enabled, uninstall};
use svcctl::spec::ServiceName;
use svcctl::system::System;
use svcctl::system::fake::{FakeSystem, Fault, Node, Nodes};

#[derive(Clone, Debug)]
enum Verb {
    Install { names: Vec<u8>, part: u8, described: bool, start: bool },
    Uninstall { names: Vec<u8>, purge: bool },
    Enable { name: u8, on: bool, now: bool },
    Edit { name: u8 },
}

fn names() -> impl Strategy<Value = Vec<u8>> {
    proptest::sample::subsequence(vec![0, 1, 2], 1..=3)
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        4 => (names(), 0..3u8, any::<bool>(), any::<bool>()).prop_map(
            |(names, part, described, start)| Verb::Install { names, part, described, start }
        ),
        2 => (names(), any::<bool>()).prop_map(|(names, purge)| Verb::Uninstall { names, purge }),
        1 => (0..3u8, any::<bool>(), any::<bool>())
            .prop_map(|(name, on, now)| Verb::Enable { name, on, now }),
        1 => (0..3u8).prop_map(|name| Verb::Edit { name }),
    ]
}

fn named(number: u8) -> ServiceName {
    ServiceName::new(&format!("s{number}")).unwrap()
}

/// Does it; whether it succeeded is not the question here.
fn perform(verb: &Verb, system: &FakeSystem) {
    let target = target("", &system.identity().account);
    let site = site(system, &target);
    match verb {
        Verb::Install { names, part, described, start } => {
            let line = if *described { "description = \"d\"" } else { "" };
            let wanted = |name: &u8| {
                request(named(*name).as_str(), &part.to_string(), line, &target).unwrap()
            };
            let requests: Vec<_> = names.iter().map(wanted).collect();
            let options = InstallOptions { start: *start, ..InstallOptions::default() };
            let _ = install(&requests, &options, &site);
        }
        Verb::Uninstall { names, purge } => {
            let names: Vec<ServiceName> = names.iter().copied().map(named).collect();
            let options = UninstallOptions { purge: *purge, dry_run: false };
            let _ = uninstall(&names, &options, &site);
        }
        Verb::Enable { name, on, now } => {
            let options = EnableOptions { now: *now, dry_run: false };
            let _ = set_enabled(&[named(*name)], *on, &options, &site);
        }
        Verb::Edit { name } => {
            let unit = format!("/etc/units/{}.unit", named(*name));
            if let Ok(contents) = system.read(Path::new(&unit)) {
                system.put(&unit, 0o664, &[&contents, b"# edited\n".as_slice()].concat());
                // As whoever edits a unit has the manager read it.
                let reload = site.backend.settle(&[named(*name)], &target);
                reload.iter().for_each(|step| {
                    let _ = site.backend.perform(step, &site.context());
                });
            }
        }
    }
}

/// What is there, but for the lock's note, the fake manager's own unfinished files, and with which unit a service was started: one
/// that is started again after an uninstall was taken back has the unit that is there by then.
fn state(system: &FakeSystem) -> Nodes {
    let mut nodes = system.nodes();
    nodes.retain(|path, _| {
        !path.ends_with("svcctl/lock") && path.extension().is_none_or(|ending| ending != "new")
    });
    for (_, node) in nodes.iter_mut().filter(|(path, _)| path.starts_with("/run/svcctl/running")) {
        if let Node::File { contents, .. } = node {
            contents.clear();
        }
    }
    nodes
}

fn mend(system: &FakeSystem) -> Vec<String> {
    let target = target("", &system.identity().account);
    with_lock(&site(system, &target), "mend", &[], |_, notes| Ok(notes)).unwrap()
}

fn begin() -> FakeSystem {
    let system = FakeSystem::new();
    for folder in ["/etc/units", "/var/lib", "/run/svcctl/running", "/run/svcctl/entries"] {
        system.put_dir(folder);
    }
    system.put("/run/svcctl/loaded", 0o600, b"");
    system
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whenever_it_dies_all_is_old_or_all_is_new(verbs in proptest::collection::vec(verb(), 1..6)) {
        let mut system = begin();
        for verb in &verbs {
            let whole = system.reborn();
            perform(verb, &whole);
            let (old, new) = (state(&system), state(&whole));
            // An edit is not svcctl's.
            let ours = !matches!(verb, Verb::Edit { .. });
            for operation in (0..).take_while(|_| ours) {
                let dying = system.reborn();
                dying.set_fault(operation, Fault::Die);
                perform(verb, &dying);
                if !dying.is_dead() {
                    break;
                }
                let mended = dying.reborn();
                let notes = mend(&mended);
                let now = state(&mended);
                prop_assert!(now == old || now == new, "{verb:?} at {operation}: {notes:?}");
            }
            system = whole;
        }
    }
}
