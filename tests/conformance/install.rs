//! Install and uninstall: idempotent, all or nothing, never over what is somebody else's.

mod change;
mod fault;
mod owner;
mod remove;

use crate::case::{Case, case};

/// Cases 128 to 142.
pub const CASES: &[Case] = &[
    case(128, "twice: nothing changes", change::twice),
    case(129, "environment changed: restarted", change::environment),
    case(130, "description changed: not restarted", change::description),
    case(131, "--no-restart", change::no_restart),
    case(132, "drift seen by status and diff", owner::drift_is_seen),
    case(133, "mended by install", owner::drift_is_mended),
    case(134, "a foreign one of that name: refused", owner::foreign_is_refused),
    case(135, "--adopt", owner::adopted),
    case(136, "dry run changes nothing", change::dry_run),
    case(137, "uninstall stops first", remove::stops_first),
    case(138, "uninstall twice: 4", remove::twice),
    case(139, "nothing left", remove::nothing_left),
    case(140, "fails midway: rolled back", fault::rolled_back),
    case(141, "killed midway: recovered", fault::recovered),
    case(142, "two at once", change::two_at_once),
];
