//! `depend()`: what OpenRC keeps in order at a boot. svcctl's own verbs keep the same order by themselves.

use crate::backend::script::services;
use crate::spec::{Dependency, Spec};

/// The lines of the function's body; empty where there is no dependency.
///
/// Words of ours are only wanted, never needed: which script provides them differs from machine to machine, and a need that nobody
/// provides keeps a service down for good.
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
    line("need", services(&start.requires).collect());
    let wanted = services(&start.wants);
    line("want", wanted.chain(words(&start.requires)).chain(words(&start.wants)).collect());
    let after = services(&start.after);
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
