//! A manager's refusals as problems of the definition, each where its key was written.

use crate::definition::diagnostic::Problem;
use crate::definition::origins::Origins;
use crate::support::{Answer, SupportReport};
use crate::target::Target;

/// One problem for each field that the target's manager refuses.
#[must_use]
pub fn problems(support: &SupportReport, origins: &Origins, target: &Target) -> Vec<Problem> {
    let manager = match target.version {
        Some(version) => format!("{} {version}", target.manager),
        None => target.manager.to_string(),
    };
    let problem = |(key, answer): &(&'static str, Answer)| match answer {
        Answer::Native | Answer::Hosted(_) => None,
        Answer::Refused { reason, way_out } => {
            let message = format!("`{key}` is refused on {manager}: {reason}");
            Some(origins.place(Problem::error("refused", message).key(*key).hint(way_out), key))
        }
    };
    support.entries.iter().filter_map(problem).collect()
}
