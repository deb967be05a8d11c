//! What a host waits for before it starts its service, where the manager does not wait for a service to be ready: launchd starts all jobs
//! of a boot or login at once, and to OpenRC and rc.d a script that has returned has started.
//!
//! What is required is started if nobody else does, and must run; what is only named in `after` is waited for if it comes up as well. A
//! start by svcctl has the others running already, so that nothing is waited for. A host that waits can be ended like any other, and
//! keeps nobody else of the boot waiting.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::backend::order::{Known, Needs};
use crate::backend::{Action, Backend, Context, Deadline, by_id, hosted, ordered, script};
use crate::host::{Hosted, state};
use crate::selection;
use crate::spec::ServiceName;
use crate::state::{ServiceState, State};
use crate::system::System;
use crate::target::ManagerId;

/// How long launchd may take at a boot to have begun with every job. The others begin with what comes before.
const BOOT: Duration = Duration::from_secs(5);
/// Between two looks.
const POLL: Duration = Duration::from_millis(100);

/// Whether there is anything to wait for. A service that lives on is taken over, whatever has become of the others.
#[must_use]
pub fn waits(service: &Hosted) -> bool {
    let start = &service.spec.start;
    let named = [&start.requires, &start.after, &start.wants];
    let managers = [ManagerId::Launchd, ManagerId::Openrc, ManagerId::Rcd];
    let main = || state::read(Path::new(&service.runtime)).ok().flatten()?.main;
    managers.contains(&service.manager)
        && named.iter().any(|list| script::services(list).next().is_some())
        && !main().is_some_and(hosted::lives)
}

/// Waits for what the service depends on. Why it cannot be started, if something that it requires does not run.
#[must_use]
pub fn obstacle(service: &Hosted, system: &dyn System) -> Option<String> {
    let spec = &service.spec;
    let names = |list| script::services(list).filter_map(|name| ServiceName::new(name).ok());
    let requires: Vec<_> = names(&spec.start.requires).collect();
    let after: Vec<_> = names(&spec.start.after).filter(|name| !requires.contains(name)).collect();
    let wants: Vec<_> = names(&spec.start.wants).collect();
    let mut target = selection::place(system, service.manager, service.scope, None).ok()?.target;
    // The environment of a host is not that of the install, which said where everything of this boot is.
    let runtime = Path::new(&service.runtime).ancestors().nth(2)?;
    target.dirs.runtime = runtime.display().to_string();
    let context = Context { system, target: &target };
    let known = ordered::known(&context);
    let begun = system.now();
    let end = begun + spec.start.timeout;
    let waiting = Waiting { backend: by_id(service.manager)?, known: &known, begun, end, context };
    waiting.start(&wants);
    let mut free = |name: &&ServiceName| !waiting.comes_before(&spec.name, name);
    let obstacle = requires.iter().filter(&mut free).find_map(|name| waiting.requires(name));
    if obstacle.is_none() {
        after.iter().filter(&mut free).for_each(|name| waiting.follows(name));
    }
    obstacle
}

/// What all the waiting has in common.
struct Waiting<'a> {
    backend: &'a dyn Backend,
    known: &'a Known,
    begun: SystemTime,
    end: SystemTime,
    context: Context<'a>,
}

impl Waiting<'_> {
    /// Whether `first` has to be there before `second`: two services that wait for each other would wait for ever.
    fn comes_before(&self, first: &ServiceName, second: &ServiceName) -> bool {
        let mut seen = BTreeSet::new();
        let mut todo = vec![second.clone()];
        while let Some(name) = todo.pop() {
            let before = self.known.get(&name).map(Needs::before).unwrap_or_default();
            if before.contains(first) {
                return true;
            }
            todo.extend(before.into_iter().filter(|name| seen.insert(name.clone())));
        }
        false
    }

    fn start(&self, names: &[ServiceName]) {
        let down: Vec<_> = names.iter().filter(|name| self.is_down(name)).cloned().collect();
        // What is only wanted may fail.
        drop(self.backend.control(&down, Action::Start, Deadline::NoWait, &self.context));
    }

    /// Waits until it runs, or has done its work. Why not, if it does not come to that.
    fn requires(&self, name: &ServiceName) -> Option<String> {
        let mut started = false;
        loop {
            let state = self.state(name);
            let has_run = started || state.as_ref().is_some_and(|state| self.has_run(name, state));
            let why = match state.map_or(State::NotInstalled, |state| state.state) {
                State::Running | State::Reloading => return None,
                State::Stopped if has_run => return None,
                State::Stopped => {
                    started = true;
                    self.start_and_wait(name);
                    continue;
                }
                State::Starting | State::Stopping | State::Restarting if self.left().is_some() => {
                    self.context.system.sleep(POLL);
                    continue;
                }
                State::Starting | State::Stopping | State::Restarting => "does not get ready",
                State::Failed => "has failed",
                State::NotInstalled => "is not installed",
            };
            return Some(format!("requires {name}, which {why}"));
        }
    }

    /// What comes of it is seen by its state.
    fn start_and_wait(&self, name: &ServiceName) {
        let deadline = Deadline::Within(self.left().unwrap_or_default());
        let names = std::slice::from_ref(name);
        drop(self.backend.control(names, Action::Start, deadline, &self.context));
    }

    /// Waits until it runs or has ended, if it comes up at all.
    fn follows(&self, name: &ServiceName) {
        while self.left().is_some()
            && self.state(name).is_some_and(|state| self.may_come(name, &state))
        {
            self.context.system.sleep(POLL);
        }
    }

    /// Whether it is on its way; what comes up at a boot may not have begun yet.
    fn may_come(&self, name: &ServiceName, state: &ServiceState) -> bool {
        match state.state {
            State::Starting | State::Stopping | State::Restarting => true,
            State::Stopped => {
                let launchd = self.backend.id() == ManagerId::Launchd;
                let early = launchd && self.context.system.now() < self.begun + BOOT;
                state.enabled && early && !self.has_run(name, state)
            }
            State::NotInstalled | State::Running | State::Reloading | State::Failed => false,
        }
    }

    /// Whether it has been started since the boot; what is stopped then has done its work, or was told to stop.
    fn has_run(&self, name: &ServiceName, state: &ServiceState) -> bool {
        state.exit.is_some() || hosted::snapshot(name, &self.context).is_some()
    }

    fn is_down(&self, name: &ServiceName) -> bool {
        let down =
            |state: ServiceState| state.state == State::Stopped && !self.has_run(name, &state);
        self.state(name).is_some_and(down)
    }

    fn state(&self, name: &ServiceName) -> Option<ServiceState> {
        self.backend.states(std::slice::from_ref(name), &self.context).ok()?.pop()
    }

    fn left(&self) -> Option<Duration> {
        self.end.duration_since(self.context.system.now()).ok().filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::fixture::{minimal, resolve};
    use crate::selection::typical;
    use crate::spec::Dependency;
    use crate::system::fake::FakeSystem;
    use crate::target::Scope;

    fn known(services: &[(&str, &[&str])]) -> Known {
        let needs = |after: &[&str]| {
            let mut spec = resolve(&minimal("")).unwrap().spec;
            spec.start.after =
                after.iter().map(|name| Dependency::Service((*name).to_owned())).collect();
            Needs::from(&spec)
        };
        let name = |text: &str| ServiceName::new(text).unwrap();
        services.iter().map(|(service, after)| (name(service), needs(after))).collect()
    }

    #[test]
    fn two_services_that_name_each_other_do_not_wait_for_each_other() {
        let known =
            known(&[("a", &["b"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &[]), ("e", &["a"])]);
        let system = FakeSystem::new();
        let target = typical(ManagerId::Launchd, Scope::System);
        let context = Context { system: &system, target: &target };
        let (begun, end) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH);
        let backend = by_id(ManagerId::Launchd).unwrap();
        let waiting = Waiting { backend, known: &known, begun, end, context };
        let before = |first: &str, second: &str| {
            let [first, second] = [first, second].map(|name| ServiceName::new(name).unwrap());
            waiting.comes_before(&first, &second)
        };
        assert!(before("a", "b") && before("b", "a"), "they are on one circle");
        assert!(before("d", "a") && !before("a", "d"));
        assert!(before("a", "e") && !before("e", "a"));
    }
}
