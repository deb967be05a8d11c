//! Restart and reload.

mod by_hand;
mod policy;
mod timing;

use crate::case::{Case, case, case_alone};

/// Cases 64 to 81.
pub const CASES: &[Case] = &[
    case(64, "on-failure after 1", policy::on_failure_after_1),
    case(65, "on-failure not after 0", policy::on_failure_not_after_0),
    case(66, "on-failure after a signal", policy::on_failure_after_a_signal),
    case(67, "always after 0", policy::always_after_0),
    case(68, "never", policy::never),
    case(69, "success codes", policy::success_codes),
    case(70, "prevented codes", policy::prevented_codes),
    case_alone(71, "delay", timing::delay),
    case_alone(72, "doubling up to the maximum", timing::doubling),
    case_alone(73, "reset after", timing::reset_after),
    case_alone(74, "attempts in a window, then failed", timing::attempts),
    // A daemon-reload while a restart is due can have systemd 252 count it twice (3 times of 40 in a loop of reloads).
    case_alone(75, "the count in status", policy::count),
    case(76, "restart gives a new pid", by_hand::new_pid),
    case(77, "restart of a stopped one starts it", by_hand::of_a_stopped_one),
    case(78, "reload by signal", by_hand::reload_by_signal),
    case(79, "reload by command", by_hand::reload_by_command),
    case(80, "reload of a stopped one is an error", by_hand::reload_of_a_stopped_one),
    case_alone(81, "on-failure hook at the giving up", timing::giving_up),
];
