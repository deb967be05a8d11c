//! A program that does nothing: what a start costs at least.

fn main() {}
