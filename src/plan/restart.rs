//! Which changes of a definition a running service has to be restarted for.

use crate::definition::change::changed_keys;
use crate::spec::Spec;

/// The keys that changed and take effect only with a restart. `hosted`: whether `svcctl host` runs the service, before or after.
#[must_use]
pub fn reasons(old: &Spec, new: &Spec, hosted: bool) -> Vec<String> {
    let needed = changed_keys(old, new).into_iter().filter(|field| field.needs_restart(hosted));
    needed.map(|field| field.key.to_owned()).collect()
}
