//! svcctl: one TOML file describes a service; svcctl runs it on any service manager.
