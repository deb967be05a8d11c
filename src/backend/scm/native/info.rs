//! The structures of `ChangeServiceConfig2W` and `QueryServiceConfig2W`.

use std::ffi::c_void;
use std::ptr;

use windows_sys::Win32::System::Services::{
    SC_ACTION, SERVICE_DELAYED_AUTO_START_INFO, SERVICE_DESCRIPTIONW, SERVICE_FAILURE_ACTIONS_FLAG,
    SERVICE_FAILURE_ACTIONSW, SERVICE_PRESHUTDOWN_INFO, SERVICE_REQUIRED_PRIVILEGES_INFOW,
    SERVICE_SID_INFO,
};

use crate::backend::scm::api::{Info, Level};
use crate::backend::scm::service::{ActionKind, FailureAction, FailureActions, SidType};
use crate::windows::text::{narrow, narrow_list, wide, wide_list};

/// Calls `with` with the structure of the payload, which lives as long as the call.
pub(super) fn with_payload<T>(info: &Info, with: impl FnOnce(*const c_void) -> T) -> T {
    match info {
        Info::Description(text) => {
            let mut text = wide(text);
            let payload = SERVICE_DESCRIPTIONW { lpDescription: text.as_mut_ptr() };
            with((&raw const payload).cast())
        }
        Info::FailureActions(actions) => with_actions(actions, with),
        Info::DelayedAutoStart(delayed) => {
            let payload =
                SERVICE_DELAYED_AUTO_START_INFO { fDelayedAutostart: i32::from(*delayed) };
            with((&raw const payload).cast())
        }
        Info::FailureActionsFlag(flag) => {
            let payload = SERVICE_FAILURE_ACTIONS_FLAG {
                fFailureActionsOnNonCrashFailures: i32::from(*flag),
            };
            with((&raw const payload).cast())
        }
        Info::SidType(sid_type) => {
            let payload = SERVICE_SID_INFO { dwServiceSidType: sid_type.number() };
            with((&raw const payload).cast())
        }
        Info::RequiredPrivileges(names) => {
            let mut names = wide_list(names);
            let payload =
                SERVICE_REQUIRED_PRIVILEGES_INFOW { pmszRequiredPrivileges: names.as_mut_ptr() };
            with((&raw const payload).cast())
        }
        Info::PreshutdownTimeout(time) => {
            let payload = SERVICE_PRESHUTDOWN_INFO { dwPreshutdownTimeout: *time };
            with((&raw const payload).cast())
        }
    }
}

/// No actions with a list that is not null removes those that were there.
fn with_actions<T>(actions: &FailureActions, with: impl FnOnce(*const c_void) -> T) -> T {
    let FailureActions { reset_period, actions, command } = actions;
    let mut command = wide(command);
    let action =
        |action: &FailureAction| SC_ACTION { Type: action.kind.number(), Delay: action.delay };
    let mut list: Vec<SC_ACTION> = actions.iter().map(action).collect();
    list.reserve(1);
    let payload = SERVICE_FAILURE_ACTIONSW {
        dwResetPeriod: *reset_period,
        lpRebootMsg: ptr::null_mut(),
        lpCommand: command.as_mut_ptr(),
        cActions: u32::try_from(list.len()).unwrap_or_default(),
        lpsaActions: list.as_mut_ptr(),
    };
    with((&raw const payload).cast())
}

/// Reads the structure that a query has filled the buffer with.
pub(super) fn read(level: Level, buffer: &[u64]) -> Info {
    // SAFETY: (of every arm) the query has filled the buffer with the structure of its level, which is aligned to 8; its texts and
    // lists are behind it in the buffer, with their zeros.
    unsafe {
        match level {
            Level::Description => {
                Info::Description(narrow(first::<SERVICE_DESCRIPTIONW>(buffer).lpDescription))
            }
            Level::FailureActions => Info::FailureActions(read_actions(buffer)),
            Level::DelayedAutoStart => {
                let found: SERVICE_DELAYED_AUTO_START_INFO = first(buffer);
                Info::DelayedAutoStart(found.fDelayedAutostart != 0)
            }
            Level::FailureActionsFlag => {
                let found: SERVICE_FAILURE_ACTIONS_FLAG = first(buffer);
                Info::FailureActionsFlag(found.fFailureActionsOnNonCrashFailures != 0)
            }
            Level::SidType => {
                let found: SERVICE_SID_INFO = first(buffer);
                Info::SidType(SidType::from_number(found.dwServiceSidType).unwrap_or(SidType::None))
            }
            Level::RequiredPrivileges => {
                let found: SERVICE_REQUIRED_PRIVILEGES_INFOW = first(buffer);
                Info::RequiredPrivileges(narrow_list(found.pmszRequiredPrivileges))
            }
            Level::PreshutdownTimeout => {
                let found: SERVICE_PRESHUTDOWN_INFO = first(buffer);
                Info::PreshutdownTimeout(found.dwPreshutdownTimeout)
            }
        }
    }
}

/// # Safety
/// The buffer begins with a `T`.
unsafe fn first<T>(buffer: &[u64]) -> T {
    // SAFETY: the caller's promise; the buffer is aligned to 8, which is enough for all of them.
    unsafe { buffer.as_ptr().cast::<T>().read() }
}

/// # Safety
/// The buffer holds the failure actions of a query.
unsafe fn read_actions(buffer: &[u64]) -> FailureActions {
    // SAFETY: the caller's promise.
    let found: SERVICE_FAILURE_ACTIONSW = unsafe { first(buffer) };
    let count = usize::try_from(found.cActions).unwrap_or_default();
    let list: &[SC_ACTION] = if found.lpsaActions.is_null() {
        &[]
    } else {
        // SAFETY: so many of them are in the buffer.
        unsafe { std::slice::from_raw_parts(found.lpsaActions, count) }
    };
    let action = |action: &SC_ACTION| FailureAction {
        kind: ActionKind::from_number(action.Type),
        delay: action.Delay,
    };
    FailureActions {
        reset_period: found.dwResetPeriod,
        actions: list.iter().map(action).collect(),
        // SAFETY: the text is in the buffer, with its zero.
        command: unsafe { narrow(found.lpCommand) },
    }
}
