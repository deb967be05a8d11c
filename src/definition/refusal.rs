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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::fixture::{minimal, resolve, systemd};

    #[test]
    fn a_refusal_names_field_manager_line_and_way_out() {
        let origins = resolve(&minimal("[logs]\nmax-size = \"1MiB\"")).unwrap().origins;
        let mut support = SupportReport::default();
        support.native("process.command");
        support.refused("logs.max-size", "journald has its own retention", "write to = \"file\"");
        support.refused("logs.format", "journald has its own", "leave it out");
        let target = Target { version: Some(252), ..systemd() };
        let found = problems(&support, &origins, &target);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].code, "refused");
        assert_eq!(
            found[0].message,
            "`logs.max-size` is refused on systemd 252: journald has its own retention"
        );
        assert_eq!((found[0].line, found[0].column), (Some(4), Some(12)));
        assert_eq!(found[0].hint.as_deref(), Some("write to = \"file\""));
        // What is not written is shown at the table that it would be in.
        assert_eq!(found[1].line, Some(3));
    }
}
