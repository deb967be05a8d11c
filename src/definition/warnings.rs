//! What stands in no way, and may not be what was meant.

use crate::definition::diagnostic::Problem;
use crate::definition::origins::Origins;
use crate::spec::Spec;
use crate::target::{Scope, Target};

/// Ends of the names of variables that hold secrets.
const SECRETS: [&str; 6] = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "PRIVATE_KEY"];

/// The warnings for this spec.
#[must_use]
pub fn check(spec: &Spec, target: &Target, origins: &Origins) -> Vec<Problem> {
    let warnings = [as_root(spec, target, origins), kill(spec, origins)];
    warnings.into_iter().flatten().chain(secrets(spec, origins)).collect()
}

/// Root is what managers take when nobody says otherwise; here it is to be said.
fn as_root(spec: &Spec, target: &Target, origins: &Origins) -> Option<Problem> {
    let root = target.scope == Scope::System && target.os.is_unix() && target.owner.uid == 0;
    if !root || spec.process.user.is_some() {
        return None;
    }
    let warning =
        Problem::warning("runs-as-root", "without `process.user` the service runs as root").hint(
            "write the account under [process]: user = \"…\"; or user = \"root\", if root is meant",
        );
    Some(origins.place(warning, "process.user"))
}

fn kill(spec: &Spec, origins: &Origins) -> Option<Problem> {
    let warning = || {
        Problem::warning(
            "kill-first",
            "`stop.signal` is SIGKILL: the service can never end in order",
        )
        .hint("what has not ended after `stop.timeout` is killed anyway")
    };
    (spec.stop.signal == "SIGKILL").then(|| origins.place(warning(), "stop.signal"))
}

fn secrets(spec: &Spec, origins: &Origins) -> Vec<Problem> {
    let secret = |name: &str| SECRETS.iter().any(|end| name.to_ascii_uppercase().ends_with(end));
    let variables = spec.process.environment.iter();
    let secrets = variables.filter(|(name, value)| secret(name) && !value.is_empty());
    secrets
        .map(|(name, _)| {
            let message = format!("the variable {name} looks like a secret, and whoever may see the process can read it");
            let warning = Problem::warning("secret-in-environment", message)
                .hint("hand it over as a file: see [credentials]");
            origins.place(warning, &format!("process.environment.{name}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::definition::fixture::{minimal, resolve, resolve_for, systemd, target};
    use crate::target::{ManagerId, Os, Scope, Target};

    fn codes(rest: &str, target: &Target) -> Vec<&'static str> {
        let resolved = resolve_for(&minimal(rest), target, None, &[]).unwrap();
        resolved.warnings.iter().map(|warning| warning.code).collect()
    }

    #[test]
    fn root_is_to_be_said() {
        assert_eq!(codes("", &systemd()), ["runs-as-root"]);
        assert!(codes("process.user = \"root\"", &systemd()).is_empty());
        assert!(codes("", &Target { scope: Scope::User, ..systemd() }).is_empty());
        let windows = target(ManagerId::Scm, Os::Windows);
        assert!(codes("on.windows.process.command = ['C:\\x.exe']", &windows).is_empty());
    }

    #[test]
    fn a_secret_in_the_environment_is_said_at_its_place() {
        let resolved = resolve(&minimal(
            "process.user = \"web\"\nprocess.environment = { DB_PASSWORD = \"x\", A = \"b\" }",
        ));
        let warnings = resolved.unwrap().warnings;
        assert_eq!(warnings.len(), 1);
        assert_eq!((warnings[0].code, warnings[0].line), ("secret-in-environment", Some(4)));
    }

    #[test]
    fn sigkill_as_the_first_signal_is_said() {
        assert_eq!(
            codes("process.user = \"web\"\nstop.signal = \"KILL\"", &systemd()),
            ["kill-first"]
        );
    }
}
