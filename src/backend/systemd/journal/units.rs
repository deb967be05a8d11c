//! Whose an entry of the journal is: what `journalctl` is asked for, and which of its answers are meant.

use super::Entry;
use crate::backend::Stream;
use crate::spec::ServiceName;
use crate::target::Scope;

/// The units whose entries are wanted.
#[derive(Debug, Clone)]
pub struct Units {
    scope: Scope,
    /// Whose user manager it is.
    uid: u32,
    services: Vec<String>,
}

/// The fields of a scope that name a unit.
struct Fields {
    /// The one that spoke.
    by: &'static str,
    /// The one that the manager, or a program that may, speaks of.
    about: [&'static str; 3],
}

const SYSTEM: Fields =
    Fields { by: "_SYSTEMD_UNIT", about: ["UNIT", "OBJECT_SYSTEMD_UNIT", "COREDUMP_UNIT"] };

const USER: Fields = Fields {
    by: "_SYSTEMD_USER_UNIT",
    about: ["USER_UNIT", "OBJECT_SYSTEMD_USER_UNIT", "COREDUMP_USER_UNIT"],
};

impl Units {
    /// Those of the services.
    #[must_use]
    pub fn new(scope: Scope, uid: u32, names: &[ServiceName]) -> Self {
        Self { scope, uid, services: names.iter().map(ToString::to_string).collect() }
    }

    /// How `journalctl` is asked for them.
    ///
    /// A user's not by `--user-unit`: journald looks in a process for the unit of its user, and of one that has ended
    /// before its first line was read it learns nothing. Of 400 lives that said a word and ended, 114 had no entry with
    /// the name of their unit (measured on 252). The system manager tells journald the unit; there it does not happen.
    /// So a user's are asked for by the name that the service's output bears as well.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        match self.scope {
            Scope::System => {
                self.services.iter().map(|name| format!("--unit={name}.service")).collect()
            }
            Scope::User => {
                let sets: Vec<_> =
                    self.services.iter().flat_map(|name| self.matches(name)).collect();
                sets.join(&["+".to_owned()][..])
            }
        }
    }

    /// The sets of matches for a user's unit, as `--user-unit` has them, and for the output that nobody could place.
    fn matches(&self, name: &str) -> Vec<Vec<String>> {
        let user = format!("_UID={}", self.uid);
        let [manager, object, coredump] = USER.about;
        let of = |field: &str| format!("{field}={name}.service");
        let root = || "_UID=0".to_owned();
        vec![
            vec![of(USER.by), user.clone()],
            vec![of(manager), user.clone()],
            vec![of(object), user.clone(), root()],
            vec![of(coredump), user.clone(), root()],
            vec![format!("SYSLOG_IDENTIFIER={name}"), user, "_TRANSPORT=stdout".to_owned()],
        ]
    }

    /// The service that an entry is of, and the stream: none for its own words. What comes by a pipe may be either of its
    /// streams; the two share one, so that their order is kept.
    #[must_use]
    pub fn service_of(&self, entry: &Entry) -> Option<(&str, Option<Stream>)> {
        let fields = match self.scope {
            Scope::System => SYSTEM,
            Scope::User => USER,
        };
        let unit = |field| self.known(entry.field(field)?.strip_suffix(".service")?);
        let by = unit(fields.by).or_else(|| self.unplaced(entry));
        let about = || fields.about.into_iter().find_map(unit);
        by.map(|name| (name, None)).or_else(|| Some((about()?, Some(Stream::Manager))))
    }

    /// A name alone is not enough: any program may bear it.
    fn unplaced(&self, entry: &Entry) -> Option<&str> {
        let placed = [SYSTEM.by, USER.by].into_iter().any(|field| entry.field(field).is_some());
        let lost = self.scope == Scope::User && !placed;
        self.known(entry.field("SYSLOG_IDENTIFIER").filter(|_| lost)?)
    }

    fn known(&self, name: &str) -> Option<&str> {
        self.services.iter().map(String::as_str).find(|service| *service == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(scope: Scope) -> Units {
        Units::new(scope, 1001, &["web", "db"].map(|name| ServiceName::new(name).unwrap()))
    }

    /// The service and the stream of an entry's line.
    fn service(scope: Scope, json: &str) -> Option<(String, Option<Stream>)> {
        let entry: Entry = serde_json::from_str(json).unwrap();
        entry.line(&units(scope)).map(|line| (line.service, line.stream))
    }

    fn web(stream: Option<Stream>) -> Option<(String, Option<Stream>)> {
        Some(("web".to_owned(), stream))
    }

    #[test]
    fn what_the_manager_says_of_a_service_is_the_manager_s() {
        let system = r#"{"_SYSTEMD_UNIT":"init.scope","UNIT":"web.service"}"#;
        assert_eq!(service(Scope::System, system), web(Some(Stream::Manager)));
        let user = r#"{"_SYSTEMD_UNIT":"user@1.service","_SYSTEMD_USER_UNIT":"init.scope","USER_UNIT":"web.service"}"#;
        assert_eq!(service(Scope::User, user), web(Some(Stream::Manager)));
    }

    #[test]
    fn what_a_service_says_is_its_own() {
        let system = r#"{"_SYSTEMD_UNIT":"web.service","SYSLOG_IDENTIFIER":"x"}"#;
        assert_eq!(service(Scope::System, system), web(None));
        let user = r#"{"_SYSTEMD_UNIT":"user@1.service","_SYSTEMD_USER_UNIT":"web.service"}"#;
        assert_eq!(service(Scope::User, user), web(None));
    }

    #[test]
    fn output_that_nobody_could_place_is_the_service_s_whose_name_it_bears() {
        let lost = r#"{"SYSLOG_IDENTIFIER":"web"}"#;
        assert_eq!(service(Scope::User, lost), web(None));
        assert_eq!(service(Scope::System, lost), None);
        assert_eq!(service(Scope::User, r#"{"SYSLOG_IDENTIFIER":"other"}"#), None);
    }

    #[test]
    fn a_name_that_another_bears_does_not_count() {
        let session = r#"{"SYSLOG_IDENTIFIER":"web","_SYSTEMD_UNIT":"session-3.scope"}"#;
        let other = r#"{"SYSLOG_IDENTIFIER":"web","_SYSTEMD_UNIT":"user@1.service","_SYSTEMD_USER_UNIT":"other.service"}"#;
        let of_the_system = r#"{"SYSLOG_IDENTIFIER":"web","_SYSTEMD_UNIT":"web.service"}"#;
        for entry in [session, other, of_the_system] {
            assert_eq!(service(Scope::User, entry), None, "{entry}");
        }
    }

    #[test]
    fn a_user_s_units_are_asked_for_by_sets_of_matches() {
        let arguments = units(Scope::User).arguments();
        let sets: Vec<&[String]> = arguments.split(|argument| argument == "+").collect();
        assert_eq!(sets.len(), 10, "{arguments:?}");
        for set in sets {
            assert!(set.contains(&"_UID=1001".to_owned()), "{set:?}");
        }
        let unplaced = ["SYSLOG_IDENTIFIER=db", "_UID=1001", "_TRANSPORT=stdout"];
        assert!(arguments.ends_with(&unplaced.map(str::to_owned)), "{arguments:?}");
        assert_eq!(units(Scope::System).arguments(), ["--unit=web.service", "--unit=db.service"]);
    }
}
