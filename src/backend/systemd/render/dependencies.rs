//! `[Unit]`: what comes before the service and what it needs.

use crate::backend::systemd::quote;
use crate::backend::systemd::unit::{Section, Unit};
use crate::error::Result;
use crate::spec::{Dependency, Start};
use crate::target::Scope;

/// How strong a dependency is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bond {
    After,
    Requires,
    Wants,
}

impl Bond {
    const fn field(self) -> &'static str {
        match self {
            Self::After => "start.after",
            Self::Requires => "start.requires",
            Self::Wants => "start.wants",
        }
    }
}

/// Writes `After=`, `Wants=` and `Requires=`.
pub fn write(unit: &mut Unit, start: &Start, scope: Scope) -> Result<()> {
    let bonds = [
        (Bond::After, &start.after),
        (Bond::Requires, &start.requires),
        (Bond::Wants, &start.wants),
    ];
    for (bond, list) in bonds {
        for dependency in list {
            one(unit, bond, dependency, scope)?;
        }
    }
    Ok(())
}

fn one(unit: &mut Unit, bond: Bond, dependency: &Dependency, scope: Scope) -> Result<()> {
    match dependency {
        // A user manager begins after the network is set up and everything is mounted.
        Dependency::Network | Dependency::Filesystem if scope == Scope::User => Ok(()),
        Dependency::Network => passive(unit, bond, "network.target"),
        Dependency::TimeSync => passive(unit, bond, "time-sync.target"),
        Dependency::Filesystem => active(unit, bond, "local-fs.target"),
        Dependency::NetworkOnline => active(unit, bond, "network-online.target"),
        Dependency::Service(name) => {
            let name = quote::unit_name(name)
                .map_err(|why| super::super::unit::unwritable(bond.field(), &why))?;
            service(unit, bond, &name)
        }
    }
}

/// A target that whoever provides it pulls in; a consumer only orders itself after it.
fn passive(unit: &mut Unit, bond: Bond, target: &str) -> Result<()> {
    unit.field(bond.field(), Section::Unit, "After", target)
}

/// A target that is reached only if somebody wants it; to want it and not to wait for it has no meaning.
fn active(unit: &mut Unit, bond: Bond, target: &str) -> Result<()> {
    let pull = if bond == Bond::Requires { "Requires" } else { "Wants" };
    unit.field(bond.field(), Section::Unit, pull, target)?;
    unit.field(bond.field(), Section::Unit, "After", target)
}

fn service(unit: &mut Unit, bond: Bond, name: &str) -> Result<()> {
    let field = bond.field();
    match bond {
        Bond::After => unit.field(field, Section::Unit, "After", name),
        Bond::Wants => unit.field(field, Section::Unit, "Wants", name),
        Bond::Requires => {
            unit.field(field, Section::Unit, "Requires", name)?;
            unit.field(field, Section::Unit, "After", name)
        }
    }
}
