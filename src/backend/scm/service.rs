//! A service as the Service Control Manager keeps it: all of its settings, in the words of `sc.exe` and of the registry.

use serde::{Deserialize, Serialize};

/// All settings of a service. This is the value of its artifact; what is read from the manager is compared with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// Name for people.
    pub display_name: String,
    /// Text for people; empty where there is none.
    pub description: String,
    /// The command line of the host: ImagePath.
    pub image_path: String,
    /// When it is started.
    pub start: StartType,
    /// Services that are started before it.
    pub depend_on_service: Vec<String>,
    /// Groups of which one service at least must run.
    pub depend_on_group: Vec<String>,
    /// The account, as the manager writes it: ObjectName.
    pub account: String,
    /// File that holds the account's password, read when the service is made or changed; never the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<String>,
    /// Whether its token holds the service's own SID.
    pub sid_type: SidType,
    /// All that its token keeps; empty: all that the account has.
    pub required_privileges: Vec<String>,
    /// What the manager does when the host dies.
    pub failure_actions: FailureActions,
    /// Whether a stop with an error counts as a failure too.
    pub failure_actions_on_non_crash_failures: bool,
    /// How long the system waits for it at shutdown, milliseconds.
    pub preshutdown_timeout: u32,
    /// Who may do what with it, as SDDL; the manager's default where unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_descriptor: Option<String>,
}

impl Service {
    /// The program of its command line, which is always in quotes.
    #[must_use]
    pub fn program(&self) -> &str {
        self.image_path.trim_start_matches('"').split('"').next().unwrap_or_default()
    }
}

/// When a service is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartType {
    /// At boot.
    Automatic,
    /// Some two minutes after the boot.
    AutomaticDelayed,
    /// When it is asked for.
    Demand,
    /// Never: somebody has disabled it.
    Disabled,
}

impl StartType {
    /// `SERVICE_AUTO_START`, `SERVICE_DEMAND_START`, `SERVICE_DISABLED`.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Automatic | Self::AutomaticDelayed => 2,
            Self::Demand => 3,
            Self::Disabled => 4,
        }
    }

    /// The start type of a number and of the flag for a delayed start.
    #[must_use]
    pub const fn from_number(number: u32, delayed: bool) -> Self {
        match number {
            0..=2 if delayed => Self::AutomaticDelayed,
            0..=2 => Self::Automatic,
            3 => Self::Demand,
            _ => Self::Disabled,
        }
    }

    /// Whether it comes up at boot.
    #[must_use]
    pub const fn is_enabled(self) -> bool {
        matches!(self, Self::Automatic | Self::AutomaticDelayed)
    }

    /// Whether it is started a while after the boot.
    #[must_use]
    pub const fn is_delayed(self) -> bool {
        matches!(self, Self::AutomaticDelayed)
    }
}

/// Whether the service's own SID (`NT SERVICE\name`) is in its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SidType {
    /// It is not.
    None,
    /// It is, so that files can be given to this service alone.
    Unrestricted,
    /// It is, and the service may write only to what is given to it.
    Restricted,
}

impl SidType {
    /// `SERVICE_SID_TYPE_NONE`, `_UNRESTRICTED`, `_RESTRICTED`.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Unrestricted => 1,
            Self::Restricted => 3,
        }
    }

    /// The SID type of a number; none for one that is not known.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            1 => Some(Self::Unrestricted),
            3 => Some(Self::Restricted),
            _ => None,
        }
    }
}

/// What the manager does when the service fails, one action a failure; the last one again for each further failure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FailureActions {
    /// Having run this long without a failure, it begins again at the first action; seconds.
    pub reset_period: u32,
    /// In order.
    pub actions: Vec<FailureAction>,
    /// What `run-command` runs; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
}

/// One action of the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FailureAction {
    /// What it does.
    pub kind: ActionKind,
    /// After how long, milliseconds.
    pub delay: u32,
}

/// What the manager can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// Nothing.
    None,
    /// Start it again.
    Restart,
    /// Restart the machine.
    Reboot,
    /// Run a command.
    RunCommand,
}

impl ActionKind {
    /// All of them by their number (`SC_ACTION_TYPE`) and the word of `sc.exe failure`.
    pub const ALL: [(Self, i32, &'static str); 4] = [
        (Self::None, 0, "none"),
        (Self::Restart, 1, "restart"),
        (Self::Reboot, 2, "reboot"),
        (Self::RunCommand, 3, "run"),
    ];

    /// `SC_ACTION_TYPE`.
    #[must_use]
    pub fn number(self) -> i32 {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or(0, |(_, number, _)| *number)
    }

    /// The action of a number; an unknown one does nothing that svcctl could name.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == number);
        found.map_or(Self::None, |(kind, ..)| *kind)
    }
}

impl FailureActions {
    /// The value `FailureActions` of the registry: five words (period, two unused pointers, count, offset), then two words an
    /// action, all little-endian.
    #[must_use]
    pub fn binary(&self) -> Vec<u8> {
        let count = u32::try_from(self.actions.len()).unwrap_or_default();
        let head = [self.reset_period, 0, 0, count, 20];
        let actions = self
            .actions
            .iter()
            .flat_map(|action| [action.kind.number().cast_unsigned(), action.delay]);
        head.into_iter().chain(actions).flat_map(u32::to_le_bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_actions_are_the_structure_that_services_msc_writes() {
        let actions = FailureActions {
            reset_period: 86400,
            actions: vec![
                FailureAction { kind: ActionKind::Restart, delay: 60000 },
                FailureAction { kind: ActionKind::None, delay: 0 },
            ],
            command: String::new(),
        };
        let expected = [
            0x80, 0x51, 0x01, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0x14, 0, 0, 0, // head
            1, 0, 0, 0, 0x60, 0xea, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        assert_eq!(actions.binary(), expected);
    }
}
