//! State: the eight of them, what goes with them, and the exit codes.

mod codes;
mod details;
mod eight;
mod lists;

use crate::case::{Case, case, case_alone};

/// Cases 106 to 122.
pub const CASES: &[Case] = &[
    case(106, "not-installed", eight::not_installed),
    case(107, "stopped", eight::stopped),
    case(108, "starting", eight::starting),
    case(109, "running", eight::running),
    case(110, "reloading", eight::reloading),
    case(111, "stopping", eight::stopping),
    case(112, "restarting", eight::restarting),
    case(113, "failed", eight::failed),
    case(114, "pid is the service's", details::pid),
    case(115, "since", details::since),
    case(116, "exit in words", details::exit_in_words),
    case_alone(117, "memory and CPU", details::usage),
    case(118, "many at once", lists::many),
    case(119, "list", lists::list),
    case(120, "foreign services shown", lists::foreign),
    case(121, "every exit code", codes::all),
    case(122, "wait: running, stopped, healthy, timeout 75", codes::wait),
];
