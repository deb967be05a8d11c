//! What has to happen to which services, and what has to wait for what. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::host::unix::link::Wish;
use crate::spec::{Dependency, ServiceName, Start};

/// What a service says of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// It starts after these, if they start.
    pub after: Vec<String>,
    /// These must run, and it starts after them.
    pub requires: Vec<String>,
    /// These are started too.
    pub wants: Vec<String>,
}

impl From<&Start> for Needs {
    fn from(start: &Start) -> Self {
        Self {
            after: services(&start.after),
            requires: services(&start.requires),
            wants: services(&start.wants),
        }
    }
}

/// The services among dependencies. The network, the file systems and the clock are there before the embedded manager is.
fn services(dependencies: &[Dependency]) -> Vec<String> {
    let name = |dependency: &Dependency| match dependency {
        Dependency::Service(name) => Some(name.clone()),
        Dependency::Network
        | Dependency::NetworkOnline
        | Dependency::Filesystem
        | Dependency::TimeSync => None,
    };
    dependencies.iter().filter_map(name).collect()
}

/// One wish of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Whom it is about.
    pub name: ServiceName,
    /// What is to be done.
    pub wish: Wish,
    /// Whether it was asked for, and not only follows from what was.
    pub asked: bool,
    /// Has to be over first, whatever comes of it.
    pub after: BTreeSet<ServiceName>,
    /// Of these, those that have to have succeeded.
    pub requires: BTreeSet<ServiceName>,
    /// What it requires and nobody has installed.
    pub missing: Option<String>,
}

/// Plans a wish for services, in order, with all that it entails. `running` are those that have a host.
#[must_use]
pub fn plan(
    wish: Wish,
    asked: &[ServiceName],
    installed: &BTreeMap<ServiceName, Needs>,
    running: &BTreeSet<ServiceName>,
) -> Vec<Planned> {
    let wishes = match wish {
        Wish::Start | Wish::Restart => upwards(wish, asked, installed, running),
        Wish::Stop => downwards(asked, installed, running),
        Wish::Reload => asked.iter().map(|name| (name.clone(), wish)).collect(),
    };
    let mut plan: Vec<Planned> =
        wishes.iter().map(|(name, wish)| planned(name, *wish, asked, installed, &wishes)).collect();
    break_cycles(&mut plan);
    plan
}

type Wishes = BTreeMap<ServiceName, Wish>;

fn find<'a>(name: &str, installed: &'a BTreeMap<ServiceName, Needs>) -> Option<&'a ServiceName> {
    installed.keys().find(|known| known.as_str() == name)
}

/// What is asked for, and everything that it requires or wants and that does not run.
fn upwards(
    wish: Wish,
    asked: &[ServiceName],
    installed: &BTreeMap<ServiceName, Needs>,
    running: &BTreeSet<ServiceName>,
) -> Wishes {
    let mut wishes: Wishes = asked.iter().map(|name| (name.clone(), wish)).collect();
    let mut next: Vec<ServiceName> = asked.to_vec();
    while let Some(needs) = next.pop().and_then(|name| installed.get(&name)) {
        for other in
            needs.requires.iter().chain(&needs.wants).filter_map(|name| find(name, installed))
        {
            if !wishes.contains_key(other) && !running.contains(other) {
                wishes.insert(other.clone(), Wish::Start);
                next.push(other.clone());
            }
        }
    }
    wishes
}

/// What is asked for, and everything that runs and requires it.
fn downwards(
    asked: &[ServiceName],
    installed: &BTreeMap<ServiceName, Needs>,
    running: &BTreeSet<ServiceName>,
) -> Wishes {
    let mut wishes: Wishes = asked.iter().map(|name| (name.clone(), Wish::Stop)).collect();
    loop {
        let requires_one = |needs: &Needs| {
            needs.requires.iter().any(|name| wishes.keys().any(|known| known.as_str() == name))
        };
        let more: Vec<ServiceName> = installed
            .iter()
            .filter(|(name, needs)| {
                running.contains(*name) && !wishes.contains_key(*name) && requires_one(needs)
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return wishes;
        }
        wishes.extend(more.into_iter().map(|name| (name, Wish::Stop)));
    }
}

fn planned(
    name: &ServiceName,
    wish: Wish,
    asked: &[ServiceName],
    installed: &BTreeMap<ServiceName, Needs>,
    wishes: &Wishes,
) -> Planned {
    let none = Needs::default();
    let needs = installed.get(name).unwrap_or(&none);
    let in_plan = |name: &String| wishes.keys().find(|known| known.as_str() == name).cloned();
    let requires: BTreeSet<_> = needs.requires.iter().filter_map(in_plan).collect();
    let missing = needs.requires.iter().find(|name| find(name, installed).is_none()).cloned();
    let (after, requires, missing) = match wish {
        Wish::Start | Wish::Restart => {
            let after =
                needs.after.iter().filter_map(in_plan).chain(requires.iter().cloned()).collect();
            (after, requires, missing)
        }
        Wish::Stop => (comes_after(name, installed, wishes), BTreeSet::new(), None),
        Wish::Reload => (BTreeSet::new(), BTreeSet::new(), None),
    };
    Planned { name: name.clone(), wish, asked: asked.contains(name), after, requires, missing }
}

/// Those of the plan that start after this one, and so stop before it.
fn comes_after(
    name: &ServiceName,
    installed: &BTreeMap<ServiceName, Needs>,
    wishes: &Wishes,
) -> BTreeSet<ServiceName> {
    let later = |other: &&ServiceName| {
        installed.get(*other).is_some_and(|needs| {
            needs.after.iter().chain(&needs.requires).any(|known| known == name.as_str())
        })
    };
    wishes.keys().filter(later).cloned().collect()
}

/// Services that wait for each other in a circle would wait for ever: those that are found to close one do not wait.
fn break_cycles(plan: &mut [Planned]) {
    let mut done: BTreeSet<ServiceName> = BTreeSet::new();
    while done.len() < plan.len() {
        let free = plan.iter().position(|one| {
            !done.contains(&one.name) && one.after.iter().all(|name| done.contains(name))
        });
        let index = free.or_else(|| plan.iter().position(|one| !done.contains(&one.name)));
        let Some(one) = index.and_then(|index| plan.get_mut(index)) else { return };
        one.after.retain(|name| done.contains(name));
        one.requires.retain(|name| done.contains(name));
        done.insert(one.name.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ServiceName {
        ServiceName::new(text).unwrap()
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    fn installed() -> BTreeMap<ServiceName, Needs> {
        BTreeMap::from([
            (name("db"), Needs::default()),
            (name("cache"), Needs { after: texts(&["db"]), ..Needs::default() }),
            (
                name("web"),
                Needs { requires: texts(&["db"]), wants: texts(&["cache"]), ..Needs::default() },
            ),
            (name("odd"), Needs { requires: texts(&["gone"]), ..Needs::default() }),
            (name("x"), Needs { requires: texts(&["y"]), ..Needs::default() }),
            (name("y"), Needs { requires: texts(&["x"]), ..Needs::default() }),
        ])
    }

    fn of(wish: Wish, asked: &[&str], running: &[&str]) -> BTreeMap<String, Planned> {
        let asked: Vec<_> = asked.iter().map(|text| name(text)).collect();
        let running = running.iter().map(|text| name(text)).collect();
        plan(wish, &asked, &installed(), &running)
            .into_iter()
            .map(|one| (one.name.to_string(), one))
            .collect()
    }

    #[test]
    fn a_start_brings_what_is_required_first_and_what_is_wanted_too() {
        let plan = of(Wish::Start, &["web"], &[]);
        assert_eq!(plan.keys().collect::<Vec<_>>(), ["cache", "db", "web"]);
        assert_eq!(plan["web"].requires, BTreeSet::from([name("db")]));
        assert_eq!(plan["cache"].after, BTreeSet::from([name("db")]));
        assert!(plan["web"].asked && !plan["db"].asked);
    }

    #[test]
    fn what_runs_is_not_started_again() {
        assert_eq!(of(Wish::Start, &["web"], &["db", "cache"]).len(), 1);
    }

    #[test]
    fn a_stop_takes_along_what_requires_it_and_that_goes_first() {
        let plan = of(Wish::Stop, &["db"], &["db", "web", "cache"]);
        assert_eq!(plan.keys().collect::<Vec<_>>(), ["db", "web"]);
        assert_eq!(plan["db"].after, BTreeSet::from([name("web")]));
    }

    #[test]
    fn several_stop_in_the_reverse_order_of_their_start() {
        let plan = of(Wish::Stop, &["db", "cache"], &["db", "cache"]);
        assert_eq!(plan["db"].after, BTreeSet::from([name("cache")]));
        assert!(plan["cache"].after.is_empty());
    }

    #[test]
    fn a_requirement_that_is_not_installed_is_named() {
        assert_eq!(of(Wish::Start, &["odd"], &[])["odd"].missing.as_deref(), Some("gone"));
    }

    #[test]
    fn a_circle_is_broken_and_not_waited_for() {
        let plan = of(Wish::Start, &["x"], &[]);
        assert_eq!(plan["x"].after.len() + plan["y"].after.len(), 1);
    }
}
