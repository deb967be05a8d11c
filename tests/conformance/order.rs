//! Order, limits, secrets.

mod dependencies;
mod limits;
mod secrets;

use crate::case::{Case, case};

/// Cases 143 to 150.
pub const CASES: &[Case] = &[
    case(143, "requires starts the other first", dependencies::requires),
    case(144, "after only orders", dependencies::after),
    case(145, "a missing dependency is said", dependencies::missing),
    case(146, "stop in reverse", dependencies::stop_in_reverse),
    case(147, "memory limit: the kill is named", limits::memory),
    case(148, "open files, processes", limits::files_and_processes),
    case(149, "security", limits::security),
    case(150, "credentials", secrets::credentials),
];
