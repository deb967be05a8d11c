//! In which order services are started and stopped where the manager knows none, so that svcctl keeps it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::backend::Action;
use crate::spec::{Dependency, ServiceName, Spec};

/// What services say of others: name, and what it starts after, what must run, what is started too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    after: Vec<String>,
    requires: Vec<String>,
    wants: Vec<String>,
}

impl From<&Spec> for Needs {
    fn from(spec: &Spec) -> Self {
        let list = |list: &[Dependency]| list.iter().filter_map(service).collect();
        let start = &spec.start;
        Self {
            after: list(&start.after),
            requires: list(&start.requires),
            wants: list(&start.wants),
        }
    }
}

/// What has no name of a service is no other service to wait for.
fn service(dependency: &Dependency) -> Option<String> {
    match dependency {
        Dependency::Service(name) => Some(name.clone()),
        Dependency::Network
        | Dependency::NetworkOnline
        | Dependency::Filesystem
        | Dependency::TimeSync => None,
    }
}

/// One service in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Whom it is about.
    pub name: ServiceName,
    /// Whether it was asked for, and does not only follow from what was.
    pub asked: bool,
    /// What has to have succeeded before.
    pub requires: Vec<ServiceName>,
    /// What it requires and is not there.
    pub missing: Option<String>,
}

/// What is known of all services.
pub type Known = BTreeMap<ServiceName, Needs>;

/// The rounds of an action: all of a round at once, one round after another.
#[must_use]
pub fn rounds(names: &[ServiceName], action: Action, known: &Known) -> Vec<Vec<Planned>> {
    let chosen = match action {
        Action::Start | Action::Restart => upwards(names, known),
        Action::Stop | Action::Reload => names.iter().cloned().collect(),
    };
    let mut rounds: BTreeMap<usize, Vec<Planned>> = BTreeMap::new();
    for name in &chosen {
        let depth = if action == Action::Reload {
            0
        } else {
            depth(name, &chosen, known, &mut BTreeSet::new())
        };
        let planned = planned(name, names, action, known);
        rounds.entry(depth).or_default().push(planned);
    }
    let rounds = rounds.into_values();
    if action == Action::Stop { rounds.rev().collect() } else { rounds.collect() }
}

/// The services with all that they require or want, as far as it is there.
fn upwards(names: &[ServiceName], known: &Known) -> BTreeSet<ServiceName> {
    let mut chosen = BTreeSet::new();
    let mut todo = names.to_vec();
    while let Some(name) = todo.pop() {
        if let Some(needs) = known.get(&name) {
            todo.extend(
                needs
                    .requires
                    .iter()
                    .chain(&needs.wants)
                    .filter_map(|text| there(text, known))
                    .filter(|name| !chosen.contains(name)),
            );
        }
        chosen.insert(name);
    }
    chosen
}

fn there(text: &str, known: &Known) -> Option<ServiceName> {
    ServiceName::new(text).ok().filter(|name| known.contains_key(name))
}

/// How many rounds come before it. A circle counts once.
fn depth(
    name: &ServiceName,
    chosen: &BTreeSet<ServiceName>,
    known: &Known,
    above: &mut BTreeSet<ServiceName>,
) -> usize {
    let Some(needs) = known.get(name).filter(|_| above.insert(name.clone())) else { return 0 };
    let before = needs.after.iter().chain(&needs.requires).filter_map(|text| there(text, known));
    let depths: Vec<usize> = before
        .filter(|name| chosen.contains(name) && !above.contains(name))
        .map(|name| 1 + depth(&name, chosen, known, &mut above.clone()))
        .collect();
    depths.into_iter().max().unwrap_or(0)
}

fn planned(name: &ServiceName, asked: &[ServiceName], action: Action, known: &Known) -> Planned {
    let requires = match (action, known.get(name)) {
        (Action::Start | Action::Restart, Some(needs)) => needs.requires.as_slice(),
        (Action::Start | Action::Restart | Action::Stop | Action::Reload, _) => &[],
    };
    Planned {
        name: name.clone(),
        asked: asked.contains(name),
        requires: requires.iter().filter_map(|text| there(text, known)).collect(),
        missing: requires.iter().find(|text| there(text, known).is_none()).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ServiceName {
        ServiceName::new(text).unwrap()
    }

    fn known(services: &[(&str, &[&str], &[&str])]) -> Known {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        services
            .iter()
            .map(|(service, after, requires)| {
                (
                    name(service),
                    Needs { after: list(after), requires: list(requires), wants: Vec::new() },
                )
            })
            .collect()
    }

    fn order(names: &[&str], action: Action, known: &Known) -> Vec<Vec<String>> {
        let names: Vec<_> = names.iter().map(|text| name(text)).collect();
        let rounds = rounds(&names, action, known).into_iter();
        rounds.map(|round| round.into_iter().map(|one| one.name.to_string()).collect()).collect()
    }

    #[test]
    fn what_is_required_starts_first_and_stops_last() {
        let known = known(&[
            ("web", &[], &["db"]),
            ("db", &[], &["disk"]),
            ("disk", &[], &[]),
            ("other", &[], &[]),
        ]);
        assert_eq!(order(&["web"], Action::Start, &known), [["disk"], ["db"], ["web"]]);
        assert_eq!(
            order(&["disk", "web", "db"], Action::Stop, &known),
            [["web"], ["db"], ["disk"]]
        );
        assert_eq!(order(&["disk"], Action::Stop, &known), [["disk"]]);
    }

    #[test]
    fn after_only_orders() {
        let known = known(&[("web", &["db"], &[]), ("db", &[], &[])]);
        assert_eq!(order(&["web"], Action::Start, &known), [["web"]]);
        assert_eq!(order(&["web", "db"], Action::Start, &known), [["db"], ["web"]]);
    }

    #[test]
    fn a_circle_ends_and_what_is_missing_is_named() {
        let known = known(&[("a", &["b"], &["nobody"]), ("b", &["a"], &[])]);
        assert_eq!(order(&["a", "b"], Action::Start, &known).concat().len(), 2);
        let rounds = rounds(&[name("a")], Action::Start, &known);
        assert_eq!(rounds[0][0].missing.as_deref(), Some("nobody"));
    }
}
