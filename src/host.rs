//! `svcctl host`: runs one service's command where the manager cannot do all that its definition asks for.

pub mod logs;
