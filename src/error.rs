//! The one error type: a kind that decides the exit code, a message, its causes, and the way out.

use std::fmt;

use crate::definition::diagnostic::Problem;
use crate::exit::Exit;

/// What went wrong, in the coarse terms that a script can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The command line asks for something that cannot be meant.
    Usage,
    /// The definition is bad, or a manager cannot do what it asks.
    Definition,
    /// No service of that name.
    NoService,
    /// The manager is not here or does not answer.
    ManagerUnavailable,
    /// The caller lacks a privilege.
    Privilege,
    /// The deadline passed.
    Timeout,
    /// The thing exists and is not ours.
    Foreign,
    /// Another svcctl is at work on the same scope.
    Busy,
    /// The operating system or the manager refused.
    System,
}

impl ErrorKind {
    /// The exit code of an error of this kind.
    #[must_use]
    pub const fn exit(self) -> Exit {
        match self {
            Self::Usage => Exit::Usage,
            Self::Definition => Exit::BadDefinition,
            Self::NoService => Exit::NoService,
            Self::ManagerUnavailable => Exit::ManagerUnavailable,
            Self::Privilege => Exit::NeedsPrivilege,
            Self::Timeout => Exit::TimedOut,
            Self::Foreign | Self::Busy | Self::System => Exit::Failed,
        }
    }

    /// The word that stands for the kind in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Definition => "definition",
            Self::NoService => "no-service",
            Self::ManagerUnavailable => "manager-unavailable",
            Self::Privilege => "privilege",
            Self::Timeout => "timeout",
            Self::Foreign => "foreign",
            Self::Busy => "busy",
            Self::System => "system",
        }
    }
}

/// An error as the user sees it.
#[derive(Debug)]
pub struct Error {
    /// Decides the exit code.
    pub kind: ErrorKind,
    /// One sentence, naming the thing that it is about.
    pub message: String,
    /// The way out, as something to do or to run.
    pub hint: Option<String>,
    /// Why, from the outermost to the innermost.
    pub causes: Vec<String>,
    /// What is wrong with the definition, each with its place.
    pub problems: Vec<Problem>,
}

/// What most of svcctl returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with neither cause nor hint.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, causes: Vec::new(), problems: Vec::new() }
    }

    /// An error of the operating system or the manager.
    pub fn system(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::System, message)
    }

    /// The error that an I/O error on `subject` is; a lack of permission keeps its own exit code.
    pub fn io(subject: impl fmt::Display, error: &std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::PermissionDenied => ErrorKind::Privilege,
            _ => ErrorKind::System,
        };
        Self::new(kind, subject.to_string()).cause(error)
    }

    /// A definition with problems; the message counts them.
    #[must_use]
    pub fn definition(what: impl fmt::Display, problems: Vec<Problem>) -> Self {
        let count = problems.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        Self { problems, ..Self::new(ErrorKind::Definition, format!("{what}: {count} {noun}")) }
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the innermost cause so far, with the causes below it.
    #[must_use]
    pub fn cause(mut self, cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(cause);
        while let Some(error) = next {
            self.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// The same error, seen from one level further out.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let inner = std::mem::replace(&mut self.message, message.into());
        self.causes.insert(0, inner);
        self
    }

    /// The exit code.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.kind.exit()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_goes_outside_and_causes_stay_in_order() {
        let io = std::io::Error::new(std::io::ErrorKind::PermissionDenied, "denied");
        let error = Error::io("/etc/x", &io).context("cannot install web");
        assert_eq!(error.to_string(), "cannot install web: /etc/x: denied");
        assert_eq!(error.exit(), Exit::NeedsPrivilege);
    }
}
