//! Log lines: where they lie, how they are written and read, and how they are shown.

pub mod record;
pub mod segment;
