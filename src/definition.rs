//! The TOML file as typed: parsed with its places, overlaid, checked, and turned into a [`Spec`](crate::spec::Spec).
//!
//! Nothing in here does I/O but [`Source::read`](source::Source::read). Every problem is reported, not the first one only.

pub mod diagnostic;
