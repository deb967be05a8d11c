//! Units of a service's name that are elsewhere: a vendor's, a generated one, a mask, drop-ins that would change ours.

use zbus::{OwnedVariant, Variant};

use super::client::{Client, UNIT};
use super::{query, text};
use crate::backend::{Context, Namesake};
use crate::error::Result;
use crate::spec::ServiceName;

/// What has one of these names.
pub fn namesakes(names: &[ServiceName], context: &Context<'_>) -> Result<Vec<Namesake>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut client = Client::connect(context)?;
    let units: Vec<String> = names.iter().map(query::unit_of).collect();
    let listed = client.units(&units)?;
    let wanted: Vec<_> = listed
        .iter()
        .flat_map(|one| {
            ["FragmentPath", "SourcePath", "DropInPaths"]
                .map(|name| (one.path.as_str(), UNIT, name))
        })
        .collect();
    let values = client.properties(&wanted)?;
    let mut found = Vec::new();
    for (one, values) in listed.iter().zip(values.chunks(3)) {
        let Some(name) = names.iter().find(|name| query::unit_of(name) == one.name) else {
            continue;
        };
        let told = |message: Option<String>, harmless| {
            message.map(|message| Namesake { name: name.clone(), message, harmless })
        };
        let [file, source, drop_ins] = values else { continue };
        found.extend(told(elsewhere(file.as_ref(), source.as_ref(), &one.load, context), true));
        found.extend(told(changed_by(drop_ins.as_ref()), true));
    }
    Ok(found)
}

/// The unit, if it is not where ours will be; ours wins.
fn elsewhere(
    file: Option<&OwnedVariant>,
    source: Option<&OwnedVariant>,
    load: &str,
    context: &Context<'_>,
) -> Option<String> {
    let string = |value: Option<&OwnedVariant>| {
        value.and_then(|value| text(value)).filter(|text| !text.is_empty())
    };
    let own = &context.target.dirs.units;
    if let Some(source) = string(source) {
        return Some(format!(
            "systemd makes a unit of this name out of {source}; the one of svcctl hides it"
        ));
    }
    let file = string(file)?;
    if file.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('/')) {
        return None;
    }
    match load {
        "masked" => {
            Some(format!("{file} masks this name, and hides the unit of svcctl until it is gone"))
        }
        _ => Some(format!("{file} has this name; the unit of svcctl hides it")),
    }
}

/// Drop-ins of this unit, not those of every service.
fn changed_by(drop_ins: Option<&OwnedVariant>) -> Option<String> {
    let value: &Variant<'_> = drop_ins?;
    let Variant::Array(paths) = value else { return None };
    let own = |path: &String| !path.contains("/service.d/");
    let paths: Vec<String> = paths.iter().filter_map(text).filter(own).collect();
    (!paths.is_empty()).then(|| format!("{} will change the unit of svcctl", paths.join(", ")))
}
