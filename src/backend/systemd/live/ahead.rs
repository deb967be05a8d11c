//! What is asked before it is known to be needed: a service whose state is wanted alone mostly runs, and a round trip costs more
//! than a few properties that turn out to be of no use.

use std::collections::HashMap;
use std::fmt::Write as _;

use zbus::OwnedVariant;

use super::client::{Client, Listed, SERVICE, UNIT, Wanted};
use super::query::{ALIVE, ALWAYS};
use crate::backend::systemd::state;
use crate::error::Result;

/// Up to so many units it is worth it.
pub const FEW: usize = 4;

/// Answers that came early.
#[derive(Default)]
pub struct Ahead(HashMap<(String, &'static str), OwnedVariant>);

impl Ahead {
    /// The units, and what those that run will be asked for.
    ///
    /// # Errors
    /// When systemd does not answer.
    pub fn ask(client: &mut Client, units: &[String]) -> Result<(Vec<Listed>, Self)> {
        if units.len() > FEW {
            return Ok((client.units(units)?, Self::default()));
        }
        let paths: Vec<String> = units.iter().map(|unit| object(unit)).collect();
        let since = (UNIT, state::since_property("active"));
        let rest = [since, (SERVICE, "ControlGroup")];
        let properties = || ALWAYS.iter().chain(&ALIVE).chain(&rest);
        let wanted: Vec<Wanted<'_>> = paths
            .iter()
            .flat_map(|path| {
                properties().map(|&(interface, name)| (path.as_str(), interface, name))
            })
            .collect();
        let (list, values) = client.units_and_properties(units, &wanted)?;
        let known = wanted
            .iter()
            .zip(values)
            .filter_map(|(&(path, _, name), value)| Some(((path.to_owned(), name), value?)));
        Ok((list, Self(known.collect())))
    }

    /// The values of these properties; asks for those that did not come early.
    ///
    /// # Errors
    /// When systemd does not answer.
    pub fn properties(
        &mut self,
        client: &mut Client,
        wanted: &[Wanted<'_>],
    ) -> Result<Vec<Option<OwnedVariant>>> {
        let early = wanted.iter().map(|&(path, _, name)| self.0.remove(&(path.to_owned(), name)));
        let mut values: Vec<Option<OwnedVariant>> = early.collect();
        let missing = || (0..wanted.len()).zip(wanted);
        let open: Vec<(usize, Wanted<'_>)> = missing()
            .filter(|(index, _)| values.get(*index).is_some_and(Option::is_none))
            .map(|(index, one)| (index, *one))
            .collect();
        if open.is_empty() {
            return Ok(values);
        }
        let asked: Vec<Wanted<'_>> = open.iter().map(|(_, one)| *one).collect();
        for ((index, _), value) in open.iter().zip(client.properties(&asked)?) {
            if let Some(place) = values.get_mut(*index) {
                *place = value;
            }
        }
        Ok(values)
    }
}

/// The object of a unit: every byte but letters and digits as `_` and two hexadecimal digits (sd_bus_path_encode(3)).
fn object(unit: &str) -> String {
    let mut path = "/org/freedesktop/systemd1/unit/".to_owned();
    for (index, byte) in unit.bytes().enumerate() {
        if byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit()) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "_{byte:02x}");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_of_a_unit_is_its_name_escaped() {
        // As busctl tree org.freedesktop.systemd1 shows them.
        let cases = [
            ("dbus.service", "dbus_2eservice"),
            ("systemd-journald.service", "systemd_2djournald_2eservice"),
            ("user@1000.service", "user_401000_2eservice"),
            ("9p.service", "_39p_2eservice"),
        ];
        for (unit, expected) in cases {
            assert_eq!(object(unit), format!("/org/freedesktop/systemd1/unit/{expected}"));
        }
    }
}
