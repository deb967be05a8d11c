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
use crate::host::Hosted;
use crate::selection;
use crate::spec::ServiceName;
use crate::state::{ServiceState, State};
use crate::system::System;
use crate::target::ManagerId;

/// How long launchd may take at a boot to have begun with every job. The others begin with what comes before.
const BOOT: Duration = Duration::from_secs(5);
/// Between two looks at what a host says, and at what a manager has to be asked for.
const POLL: Duration = Duration::from_millis(50);
const SLOW_POLL: Duration = Duration::from_millis(250);

/// Whether there is anything to wait for.
#[must_use]
pub fn waits(service: &Hosted) -> bool {
    let start = &service.spec.start;
    let named = [&start.requires, &start.after, &start.wants];
    let managers = [ManagerId::Launchd, ManagerId::Openrc, ManagerId::Rcd];
    managers.contains(&service.manager)
        && named.iter().any(|list| script::services(list).next().is_some())
}

/// Waits for what the service depends on. Why it cannot be started, if something that it requires does not run. `tell`: takes in words
/// what is waited for.
#[must_use]
pub fn obstacle(service: &Hosted, system: &dyn System, tell: &dyn Fn(&str)) -> Option<String> {
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
    let backend = by_id(service.manager)?;
    let waiting = Waiting { backend, known: &known, begun, end, context, tell };
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
    tell: &'a dyn Fn(&str),
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
        loop {
            let Some(state) = self.state(name) else {
                return Some(format!("requires {name}, of which nothing can be learnt"));
            };
            let why = match state.state {
                State::Running | State::Reloading => return None,
                State::Stopped if state.exit.is_some() => return None,
                State::Stopped if self.has_begun(name) => "was stopped",
                State::Stopped => match self.start_and_wait(name) {
                    Ok(()) => return None,
                    Err(why) => return Some(format!("requires {name}, which does not run: {why}")),
                },
                State::Starting | State::Stopping | State::Restarting if self.left().is_some() => {
                    self.wait_for(&state);
                    continue;
                }
                State::Starting | State::Stopping | State::Restarting => "does not get ready",
                State::Failed => "has failed",
                State::NotInstalled => "is not installed",
            };
            return Some(format!("requires {name}, which {why}"));
        }
    }

    /// Starts it as `svcctl start` does, which returns once it runs or has done its work.
    fn start_and_wait(&self, name: &ServiceName) -> Result<(), String> {
        (self.tell)(&format!("starts {name}, which it requires"));
        let deadline = Deadline::Within(self.left().unwrap_or_default());
        let names = std::slice::from_ref(name);
        let outcomes = self.backend.control(names, Action::Start, deadline, &self.context);
        let error = outcomes.into_iter().find_map(|outcome| outcome.error);
        error.map_or(Ok(()), |error| Err(error.message))
    }

    /// Waits until it runs or has ended, if it comes up at all.
    fn follows(&self, name: &ServiceName) {
        let coming = || self.state(name).filter(|state| self.may_come(name, state));
        while self.left().is_some()
            && let Some(state) = coming()
        {
            self.wait_for(&state);
        }
    }

    /// A little while. A state that only the manager tells costs processes.
    fn wait_for(&self, state: &ServiceState) {
        (self.tell)(&format!("waits for {}, which is {}", state.name, state.state.word()));
        let cheap = state.native.contains_key(hosted::HOST);
        self.context.system.sleep(if cheap { POLL } else { SLOW_POLL });
    }

    /// Whether it is on its way; what comes up at a boot may not have begun yet.
    fn may_come(&self, name: &ServiceName, state: &ServiceState) -> bool {
        match state.state {
            State::Starting | State::Stopping | State::Restarting => true,
            State::Stopped => {
                let launchd = self.backend.id() == ManagerId::Launchd;
                let early = launchd && self.context.system.now() < self.begun + BOOT;
                state.enabled && early && state.exit.is_none() && !self.has_begun(name)
            }
            State::NotInstalled | State::Running | State::Reloading | State::Failed => false,
        }
    }

    /// Whether a host of it has begun since the boot.
    fn has_begun(&self, name: &ServiceName) -> bool {
        hosted::snapshot(name, &self.context).is_some()
    }

    fn is_down(&self, name: &ServiceName) -> bool {
        let state = self.state(name).filter(|state| state.state == State::Stopped);
        state.is_some_and(|state| state.exit.is_none() && !self.has_begun(name))
    }

    /// What its host says, while that lives; the manager's word otherwise.
    fn state(&self, name: &ServiceName) -> Option<ServiceState> {
        let told = hosted::snapshot(name, &self.context);
        if told.as_ref().is_some_and(|told| hosted::lives(told.host)) {
            return hosted::state(name, &self.context).ok();
        }
        let told_is_old = told.is_some();
        let mut state =
            self.backend.states(std::slice::from_ref(name), &self.context).ok()?.pop()?;
        // OpenRC has started it once more, and its new host has not said anything yet.
        let marked = state.native.get("openrc").is_some_and(|mark| mark == "started");
        if marked && told_is_old && matches!(state.state, State::Stopped | State::Failed) {
            state.state = State::Starting;
        }
        Some(state)
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
        let waiting = Waiting { backend, known: &known, begun, end, context, tell: &|_| () };
        let before = |first: &str, second: &str| {
            let [first, second] = [first, second].map(|name| ServiceName::new(name).unwrap());
            waiting.comes_before(&first, &second)
        };
        assert!(before("a", "b") && before("b", "a"), "they are on one circle");
        assert!(before("d", "a") && !before("a", "d"));
        assert!(before("a", "e") && !before("e", "a"));
    }
}
