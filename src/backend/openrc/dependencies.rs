//! `depend()`: what OpenRC starts before, and in which order. svcctl's own verbs keep the same order by themselves.
//!
//! Nothing is needed: OpenRC passes over a service whose need is not there any more when its turn comes, which leaves no trace. What is
//! required is wanted, and the host sees to the rest: it waits until that is ready, or fails and says why.

use crate::backend::script::services;
use crate::spec::{Dependency, Spec};

/// The lines of the function's body; empty where there is no dependency.
///
/// Which script provides what our words stand for differs from machine to machine.
#[must_use]
pub fn lines(spec: &Spec) -> Vec<String> {
    let start = &spec.start;
    let mut lines = Vec::new();
    let mut line = |verb: &str, names: Vec<&str>| {
        if !names.is_empty() {
            lines.push(format!("{verb} {}", names.join(" ")));
        }
    };
    let words = |list: &[Dependency]| list.iter().flat_map(word).copied().collect::<Vec<_>>();
    let wanted = services(&start.requires).chain(services(&start.wants));
    line("want", wanted.chain(words(&start.requires)).chain(words(&start.wants)).collect());
    let after = services(&start.requires).chain(services(&start.after));
    let after = after.chain(words(&start.after)).chain(words(&start.requires));
    line("after", after.collect());
    lines
}

/// The scripts that provide what a word of ours means, wherever there are any.
const fn word(dependency: &Dependency) -> &'static [&'static str] {
    match dependency {
        Dependency::Network => &["net"],
        Dependency::NetworkOnline => &["net", "net-online"],
        Dependency::Filesystem => &["localmount"],
        Dependency::TimeSync => &["ntp-client", "ntpd", "chronyd", "openntpd"],
        Dependency::Service(_) => &[],
    }
}
