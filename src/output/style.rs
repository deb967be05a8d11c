//! Colours, by what they mean.

use anstyle::{AnsiColor, Style};

use crate::backend::Stream;
use crate::state::{HealthState, ServiceState, State};

/// The word "error".
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word "warning".
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The word "hint", and commands to run.
pub const HINT: Style = AnsiColor::Cyan.on_default();
/// Names of services.
pub const NAME: Style = Style::new().bold();
/// What matters less.
pub const FAINT: Style = Style::new().dimmed();
/// Yes.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// No.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Neither.
pub const BETWEEN: Style = AnsiColor::Yellow.on_default();

/// The style of a line that a service wrote, or that was written about it.
#[must_use]
pub const fn stream(stream: Option<Stream>) -> Style {
    match stream {
        Some(Stream::Manager) => FAINT,
        Some(Stream::Stderr) => BETWEEN,
        Some(Stream::Stdout) | None => Style::new(),
    }
}

/// The style of a service's state.
#[must_use]
pub const fn state(service: &ServiceState) -> Style {
    match (service.state, service.health) {
        (State::Running, Some(HealthState::Unhealthy)) | (State::Failed, _) => BAD,
        (State::Running | State::Reloading, _) => GOOD,
        (State::Starting | State::Stopping | State::Restarting, _) => BETWEEN,
        (State::Stopped | State::NotInstalled, _) => FAINT,
    }
}
