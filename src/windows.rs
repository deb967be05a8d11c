//! Small safe wrappers of what several parts need of Windows: handles that close themselves, text, the registry, processes.

pub mod event;
pub mod handle;
pub mod patience;
pub mod process;
pub mod registry;
pub mod resource;
pub mod security;
pub mod text;
