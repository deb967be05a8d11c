//! Process: what the program is given.

mod account;
mod arguments;
mod environment;
mod surroundings;

use crate::case::{Case, case};

/// Cases 1 to 30.
pub const CASES: &[Case] = &[
    case(1, "argv plain", arguments::plain),
    case(2, "spaces", arguments::spaces),
    case(3, "empty argument", arguments::empty),
    case(4, "both quotes", arguments::quotes),
    case(5, "backslashes, trailing too", arguments::backslashes),
    case(6, "percent", arguments::percent),
    case(7, "dollar signs", arguments::dollars),
    case(8, "newline, tab", arguments::control_characters),
    case(9, "not ASCII", arguments::not_ascii),
    case(10, "leading -@!+:;#", arguments::leading),
    case(11, "an argument of 100 KiB", arguments::long),
    case(12, "1,000 arguments", arguments::many),
    case(13, "the same strings as variables", environment::same_strings),
    case(14, "empty value", environment::empty_value),
    case(15, "nothing leaks from the installer's environment", environment::no_leak),
    case(16, "PATH, HOME, USER, LOGNAME as documented", environment::documented),
    case(17, "environment files", environment::files),
    case(18, "precedence of variables", environment::precedence),
    case(19, "working directory", surroundings::working_directory),
    case(20, "its default", surroundings::default_directory),
    case(21, "it is gone: a clear failure", surroundings::missing_directory),
    case(22, "user, group, supplementary groups", account::user_and_groups),
    case(23, "no such user: refused", account::no_such_user),
    case(24, "umask", surroundings::umask),
    case(25, "priority", surroundings::priority),
    case(26, "standard input is empty", surroundings::standard_input),
    case(27, "no descriptor leaks", surroundings::descriptors),
    case(28, "signal dispositions reset", surroundings::signals),
    case(29, "a symlinked executable keeps its path", surroundings::symlink),
    case(30, "a script with #!", surroundings::script),
];
