//! The TOML file as typed: parsed with its places, overlaid, checked, and turned into a [`Spec`].
//!
//! ```text
//! Source ─ parse ─▶ Definition ─ overlays, --set, placeholders ─▶ effective table ─ checks, rules ─▶ Spec
//! ```
//!
//! Nothing in here does I/O but [`Source::read`](source::Source::read). Every problem is reported, not the first one only.

pub mod account;
pub mod advice;
pub mod argv;
pub mod build;
pub mod capability;
pub mod change;
pub mod check;
pub mod diagnostic;
pub mod expand;
pub mod fault;
pub mod fields;
#[cfg(test)]
pub(crate) mod fixture;
pub mod kind;
pub mod origins;
pub mod overlay;
pub mod path;
pub mod placeholder;
#[cfg(test)]
mod properties;
pub mod raw;
pub mod reference;
pub mod refusal;
pub mod render;
pub mod report;
pub mod rules;
pub mod sample;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod template;
pub mod text;
pub mod tree;
pub mod value;
pub mod warnings;

use std::sync::Arc;

use crate::definition::check::Checker;
use crate::definition::diagnostic::Problem;
use crate::definition::fault::Fault;
use crate::definition::origins::Origins;
use crate::definition::report::Report;
use crate::definition::source::Source;
use crate::definition::tree::{At, Node, Table};
use crate::error::{Error, Result};
use crate::spec::{ServiceName, Spec};
use crate::target::{Scope, Target};

/// A definition as typed.
#[derive(Clone, Debug)]
pub struct Definition {
    source: Arc<Source>,
    document: Table,
    /// What is wrong with it whatever the target; reported with the rest by [`Definition::resolve`].
    report: Report,
}

/// What a definition is to be resolved for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Decides which overlays apply, and what placeholders stand for.
    pub target: &'a Target,
    /// The profile, if one is wanted.
    pub profile: Option<&'a str>,
    /// The arguments of `--set`, in their order.
    pub sets: &'a [String],
    /// Looks a variable up, for `{env:NAME}`.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

/// A definition without problems, for one target.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What it means.
    pub spec: Spec,
    /// Where its keys were written.
    pub origins: Origins,
    /// What stands in no way, and may not be what was meant.
    pub warnings: Vec<Problem>,
}

impl Definition {
    /// Parses a definition. Unknown keys and values of the wrong type are kept, to be reported with everything else by
    /// [`Definition::resolve`].
    ///
    /// # Errors
    /// When it is not TOML, with every place where it is not.
    pub fn parse(source: Source) -> Result<Self> {
        let source = Arc::new(source);
        let mut report = Report::new(Arc::clone(&source));
        let (document, errors) = Table::parse(&source.text);
        let readable = errors.iter().all(syntax::is_duplicate);
        for error in errors {
            report.add(
                &At::File(error.span().unwrap_or(0..0)),
                syntax::problem(&error, &source.text),
            );
        }
        if !readable {
            return Err(Error::definition(&source.path, report.finish()));
        }
        overlay::check(&document, &mut report);
        Ok(Self { source, document, report })
    }

    /// The file.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What is wrong with it whatever the target: unknown keys, wrong types, values that no target could take.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.report.clone().finish()
    }

    /// The names of its profiles.
    #[must_use]
    pub fn profiles(&self) -> Vec<String> {
        overlay::profiles(&self.document)
    }

    /// The name at the top, as typed; a profile may have another.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.document.get("name")?.text()
    }

    /// The scope that it asks for, if it does.
    ///
    /// # Errors
    /// When it asks for something that is no scope.
    pub fn scope(&self) -> Result<Option<Scope>> {
        match self.document.get("scope").map(Node::text) {
            None => Ok(None),
            Some(Some("system")) => Ok(Some(Scope::System)),
            Some(Some("user")) => Ok(Some(Scope::User)),
            Some(_) => Err(Error::definition(&self.source.path, self.problems())),
        }
    }

    /// What the definition means for one target.
    ///
    /// # Errors
    /// When it has problems: all of them, of every part that applies, and those of [`Definition::problems`].
    pub fn resolve(&self, request: &Request<'_>) -> Result<Resolved> {
        let mut report = self.report.clone();
        let mut table =
            overlay::apply(&self.document, request.target, request.profile, &mut report);
        for argument in request.sets {
            overlay::set(&mut table, argument, &mut report);
        }
        expand::table(&mut table, request, &self.source.dir, &mut report);
        Checker { os: Some(request.target.os), report: &mut report }.section(&table, "");
        let origins = Origins::new(Arc::clone(&self.source), &table);
        let spec = self.build(&table, &origins, request, &mut report);
        let errors = report.has_errors();
        let problems = report.finish();
        match spec {
            Some(spec) if !errors => Ok(Resolved { spec, origins, warnings: problems }),
            _ => Err(Error::definition(&self.source.path, problems)),
        }
    }

    /// The spec, with what is wrong replaced; every problem of it is in the report.
    fn build(
        &self,
        table: &Table,
        origins: &Origins,
        request: &Request<'_>,
        report: &mut Report,
    ) -> Option<Spec> {
        self.require(table, "name", "name = \"web\"", report);
        self.require(
            table,
            "process.command",
            "command = [\"/path/to/program\", \"argument\"] under [process]",
            report,
        );
        let name = table.get("name").and_then(Node::text).unwrap_or_default();
        let name = ServiceName::new(name).or_else(|_| ServiceName::new("unnamed")).ok()?;
        let spec = build::spec(table, name, request.target.manager);
        for broken in rules::check(&spec, origins) {
            let (first, _) = broken.keys.split_first()?;
            if !broken.keys.iter().any(|key| report.concerns(key)) {
                report.extend([origins.place(broken.fault.into_problem(first), first)]);
            }
        }
        if !report.has_errors() {
            report.extend(warnings::check(&spec, request.target, origins));
        }
        Some(spec)
    }

    fn require(&self, table: &Table, key: &str, example: &str, report: &mut Report) {
        if table.get(key).is_none() && !report.concerns(key) {
            let problem = Fault::new("missing", "is missing").hint(format!("write {example}"));
            report.add_nowhere(problem.into_problem(key));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::fixture::{minimal, problems, resolve, resolve_for, systemd, target};
    use crate::spec::{Dependency, HealthCheck, Ready, Reload};
    use crate::target::{ManagerId, Os};
    use std::time::Duration;

    /// Every key of the design's own example.
    const EVERYTHING: &str = include_str!("definition/testdata/everything.toml");

    #[test]
    fn the_example_of_the_design_resolves_on_systemd_and_scm() {
        let spec = resolve(EVERYTHING).unwrap_or_else(|error| panic!("{:#?}", error.problems)).spec;
        assert_eq!(spec.name.as_str(), "web");
        assert_eq!(spec.process.command, ["/opt/web/bin/web", "--port", "8080"]);
        assert_eq!(spec.process.umask, Some(0o27));
        assert_eq!(
            spec.start.after,
            [Dependency::NetworkOnline, Dependency::Service("postgresql".into())]
        );
        assert_eq!(spec.start.ready, Ready::Exec);
        assert_eq!(spec.reload, Some(Reload::Signal("SIGHUP".into())));
        assert_eq!(spec.restart.max_delay, Duration::from_secs(60));
        assert_eq!(spec.limits.memory, Some(512 << 20));
        assert_eq!(spec.limits.cpu, Some(150));
        assert_eq!(
            spec.health.map(|health| health.check),
            Some(HealthCheck::Http("http://127.0.0.1:8080/healthz".into()))
        );
        assert_eq!(spec.overrides["Service"]["IOWeight"], ["50"]);
        let spec =
            resolve_for(EVERYTHING, &target(ManagerId::Launchd, Os::Macos), Some("prod"), &[])
                .unwrap()
                .spec;
        assert!(spec.overrides.is_empty());
        assert_eq!(spec.process.environment["RUST_LOG"], "warn");
    }

    #[test]
    fn all_problems_are_reported_at_once_with_line_and_column() {
        let found = problems(
            "nmae = \"web\"\n[process]\ncommand = \"web --port 8080\"\n[stop]\ntimeout = 30\n[on.windows.stop]\ntimeout = \"5 parsecs\"\n",
        );
        let found: Vec<_> = found.iter().map(|p| (p.code, p.line, p.column)).collect();
        assert_eq!(
            found,
            [
                ("unknown-key", Some(1), Some(1)),
                ("shell-line", Some(3), Some(11)),
                ("wrong-type", Some(5), Some(11)),
                ("bad-value", Some(7), Some(11)),
                ("missing", None, None),
            ]
        );
    }

    #[test]
    fn set_wins_over_profiles_and_takes_text_where_text_is_wanted() {
        let sets = [
            "process.environment.PORT=9000",
            "stop.timeout=5m",
            "start.autostart=false",
            "process.command=[\"/bin/x\"]",
        ];
        let spec = resolve_for(EVERYTHING, &systemd(), Some("prod"), &sets).unwrap().spec;
        assert_eq!(spec.process.environment["PORT"], "9000");
        assert_eq!(spec.stop.timeout, Duration::from_secs(300));
        assert!(!spec.start.autostart);
        assert_eq!(spec.process.command, ["/bin/x"]);
    }

    #[test]
    fn a_minimal_definition_has_the_documented_defaults() {
        let spec = resolve(&minimal("")).unwrap().spec;
        assert_eq!(spec.start.timeout, Duration::from_secs(90));
        assert_eq!(spec.stop.timeout, Duration::from_secs(30));
        assert_eq!(spec.restart.delay, Duration::from_secs(1));
        assert_eq!(spec.restart.max_delay, Duration::from_secs(1));
        assert_eq!(spec.restart.attempts, Some(5));
        assert_eq!(spec.restart.success_exit_codes, [0]);
    }
}
