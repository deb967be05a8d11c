//! The exit codes, all of them: what a script may rely on.

/// How `svcctl` ends. The numbers are a promise to scripts and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Done, or the answer is yes.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The answer is no: not running, differs, ended in another state.
    No = 3,
    /// There is no such service.
    NoService = 4,
    /// The service has failed or is unhealthy (`status`).
    ServiceFailed = 5,
    /// The service is in between: starting, stopping, waiting to restart (`status`).
    InBetween = 6,
    /// The definition is bad (`EX_DATAERR` of sysexits.h).
    BadDefinition = 65,
    /// The manager is not available (`EX_UNAVAILABLE`).
    ManagerUnavailable = 69,
    /// It did not happen in time (`EX_TEMPFAIL`).
    TimedOut = 75,
    /// The caller may not do this (`EX_NOPERM`).
    NeedsPrivilege = 77,
}

impl Exit {
    /// Every exit code with one line for the manual.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Done, "done, or the answer is yes"),
        (Self::Failed, "failed"),
        (Self::Usage, "the command line is wrong"),
        (
            Self::No,
            "the answer is no (status: not running; diff: differs; wait: ended in another state)",
        ),
        (Self::NoService, "no such service"),
        (Self::ServiceFailed, "the service has failed or is unhealthy (status)"),
        (Self::InBetween, "starting, stopping or waiting to restart (status)"),
        (Self::BadDefinition, "the definition is bad"),
        (Self::ManagerUnavailable, "the manager is not available"),
        (Self::TimedOut, "timed out"),
        (Self::NeedsPrivilege, "needs privilege"),
    ];

    /// The number that the process exits with.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Of several services' answers the worst: 4 over 5 over 3 over 6 over 0, and any failure of svcctl itself over all.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if self.rank() >= other.rank() { self } else { other }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::InBetween => 1,
            Self::No => 2,
            Self::ServiceFailed => 3,
            Self::NoService => 4,
            Self::TimedOut => 5,
            Self::Failed => 6,
            Self::ManagerUnavailable => 7,
            Self::NeedsPrivilege => 8,
            Self::BadDefinition => 9,
            Self::Usage => 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_services_the_worst_counts() {
        let order = [Exit::NoService, Exit::ServiceFailed, Exit::No, Exit::InBetween, Exit::Done];
        for pair in order.windows(2) {
            assert_eq!(pair[0].worst(pair[1]), pair[0]);
            assert_eq!(pair[1].worst(pair[0]), pair[0]);
        }
    }
}
