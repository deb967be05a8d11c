//! Field × manager: native, hosted or refused. There is no fourth answer.

use serde::Serialize;

/// What becomes of one field on one manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The manager does it, with the meaning that the field has everywhere.
    Native,
    /// `svcctl host` does it; why the manager cannot.
    Hosted(String),
    /// Nobody does it here.
    Refused {
        /// Why not, completing "`field` is refused on systemd: …".
        reason: String,
        /// What to write instead.
        way_out: String,
    },
}

impl Answer {
    /// The word in JSON and tables.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Hosted(_) => "hosted",
            Self::Refused { .. } => "refused",
        }
    }
}

impl Serialize for Answer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// The answers for every field that a spec makes use of, in the order of the field table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupportReport {
    /// Key (as in `process.command`) and answer.
    pub entries: Vec<(&'static str, Answer)>,
}

impl SupportReport {
    /// The manager does it.
    pub fn native(&mut self, key: &'static str) {
        self.entries.push((key, Answer::Native));
    }

    /// The host does it.
    pub fn hosted(&mut self, key: &'static str, why: impl Into<String>) {
        self.entries.push((key, Answer::Hosted(why.into())));
    }

    /// Nobody does it.
    pub fn refused(
        &mut self,
        key: &'static str,
        reason: impl Into<String>,
        way_out: impl Into<String>,
    ) {
        let answer = Answer::Refused { reason: reason.into(), way_out: way_out.into() };
        self.entries.push((key, answer));
    }

    /// Whether any field needs the host.
    #[must_use]
    pub fn needs_host(&self) -> bool {
        self.entries.iter().any(|(_, answer)| matches!(answer, Answer::Hosted(_)))
    }

    /// The answer for `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Answer> {
        self.entries.iter().find(|(known, _)| *known == key).map(|(_, answer)| answer)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Answer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Answer".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "enum": ["native", "hosted", "refused"] })
    }
}
