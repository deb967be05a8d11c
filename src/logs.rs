//! Log lines: where they lie, how they are written and read, and how they are shown.

pub(crate) mod disk;
pub mod files;
pub mod filter;
pub mod merge;
pub mod purge;
pub mod record;
pub mod segment;
