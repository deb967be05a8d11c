//! The host on Unix.
