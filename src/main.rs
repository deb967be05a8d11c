//! Parses the command line, runs the verb, prints one error, exits.

fn main() {}
