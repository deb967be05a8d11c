//! A site in a folder and requests to go with it, for the tests of what changes a machine.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::backend::fake::FakeBackend;
use crate::backend::{Backend, Deadline};
use crate::definition::source::Source;
use crate::definition::{Definition, Request};
use crate::error::Result;
use crate::operations::{InstallRequest, Site};
use crate::system::System;
use crate::target::{Account, Dirs, ManagerId, Os, Scope, Target};

/// The fake manager and its list.
static BACKENDS: [&dyn Backend; 1] = [&FakeBackend];

/// A target below `root` in the system scope of the fake manager, which belongs to `owner`.
#[must_use]
pub fn target(root: &str, owner: &Account) -> Target {
    Target {
        os: Os::here(),
        manager: ManagerId::Embedded,
        scope: Scope::System,
        version: None,
        dirs: Dirs {
            state: format!("{root}/var/lib/svcctl"),
            runtime: format!("{root}/run/svcctl"),
            logs: format!("{root}/var/log/svcctl"),
            config: format!("{root}/etc"),
            units: format!("{root}/etc/units"),
        },
        svcctl: "/usr/bin/svcctl".to_owned(),
        owner: owner.clone(),
    }
}

/// The fake manager at `target`.
#[must_use]
pub fn site<'a>(system: &'a dyn System, target: &'a Target) -> Site<'a> {
    Site {
        system,
        backend: &FakeBackend,
        target,
        backends: &BACKENDS,
        lock_timeout: Duration::from_secs(300),
        deadline: Deadline::Own,
    }
}

/// The request to install a service with these lines after its name and command; `part` is an argument of the command.
///
/// # Errors
/// When the lines are no definition.
pub fn request(name: &str, part: &str, lines: &str, target: &Target) -> Result<InstallRequest> {
    let text =
        format!("name = \"{name}\"\n{lines}\n[process]\ncommand = [\"/bin/sleep\", \"{part}\"]\n");
    let source = Source::from_text(format!("{name}.toml"), "/srv", text.as_str());
    let definition = Definition::parse(source)?;
    let request = Request { target, profile: None, sets: &[], env: &|_| None };
    Ok(InstallRequest {
        spec: definition.resolve(&request)?.spec,
        definition_path: format!("/srv/{name}.toml"),
        definition: text,
        profile: None,
        sets: Vec::new(),
        insecure_paths: Vec::new(),
        credentials: BTreeMap::new(),
    })
}
