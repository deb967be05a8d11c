//! Where the manager of a scope listens.
//!
//! Its private socket comes first, but for a short look: it lets in root and the manager's owner, works while the message bus is
//! down, and saves a hop.

use std::path::{Path, PathBuf};

use crate::backend::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::target::{Account, Scope};

/// A socket, and whether a message bus is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The socket.
    pub path: PathBuf,
    /// A bus, which passes messages on; otherwise the manager itself.
    pub bus: bool,
}

/// The sockets to try, in order.
pub fn of(context: &Context<'_>) -> Vec<Endpoint> {
    match context.target.scope {
        Scope::System => system(context),
        Scope::User => user(context),
    }
}

fn system(context: &Context<'_>) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    if context.system.identity().account.uid == 0 {
        endpoints.push(direct("/run/systemd/private"));
    }
    endpoints.push(system_bus(context));
    endpoints
}

/// The system's message bus.
pub fn system_bus(context: &Context<'_>) -> Endpoint {
    let path = address(context, "DBUS_SYSTEM_BUS_ADDRESS");
    Endpoint { path: path.unwrap_or_else(|| "/run/dbus/system_bus_socket".into()), bus: true }
}

fn user(context: &Context<'_>) -> Vec<Endpoint> {
    let runtime = runtime_dir(context);
    let bus = address(context, "DBUS_SESSION_BUS_ADDRESS").filter(|_| is_owner(context));
    vec![
        direct(runtime.join("systemd/private")),
        Endpoint { path: bus.unwrap_or_else(|| runtime.join("bus")), bus: true },
    ]
}

/// `$XDG_RUNTIME_DIR` is believed only if it is the owner's: under `su` and `sudo -E` it is somebody else's, and under cron it is
/// unset.
pub fn runtime_dir(context: &Context<'_>) -> PathBuf {
    let owner = &context.target.owner;
    let standard = PathBuf::from(format!("/run/user/{}", owner.uid));
    match context.system.env("XDG_RUNTIME_DIR".as_ref()) {
        Some(dir) if is_owner(context) && belongs_to(context, Path::new(&dir), owner) => dir.into(),
        _ => standard,
    }
}

fn is_owner(context: &Context<'_>) -> bool {
    context.system.identity().account.uid == context.target.owner.uid
}

fn belongs_to(context: &Context<'_>, dir: &Path, owner: &Account) -> bool {
    use crate::system::Entry;
    matches!(context.system.entry(dir), Ok(Entry::Dir { uid, .. }) if uid == owner.uid)
}

/// The path in the first address of a variable that is one of a path: `unix:path=/run/user/1000/bus,guid=…`.
fn address(context: &Context<'_>, variable: &str) -> Option<PathBuf> {
    let value = context.system.env(variable.as_ref())?;
    path_of(value.to_str()?)
}

fn path_of(addresses: &str) -> Option<PathBuf> {
    let options = addresses.split(';').find_map(|address| address.strip_prefix("unix:"))?;
    let path = options.split(',').find_map(|option| option.strip_prefix("path="))?;
    (!path.contains('%')).then(|| path.into())
}

fn direct(path: impl Into<PathBuf>) -> Endpoint {
    Endpoint { path: path.into(), bus: false }
}

/// No socket answered: why, and what to do about it.
pub fn absent(context: &Context<'_>, tried: &[(Endpoint, std::io::Error)]) -> Error {
    let denied =
        tried.iter().any(|(_, error)| error.kind() == std::io::ErrorKind::PermissionDenied);
    let kind = if denied { ErrorKind::Privilege } else { ErrorKind::ManagerUnavailable };
    let (message, hint) = match context.target.scope {
        Scope::System => (
            "systemd does not answer".to_owned(),
            "if something else booted this machine, choose with --manager; `svcctl managers` lists what is here".to_owned(),
        ),
        Scope::User => {
            let name = &context.target.owner.name;
            (
                format!("{name} has no user manager that runs"),
                format!("run `loginctl enable-linger {name}`, which starts one now and at every boot, or log in as {name}"),
            )
        }
    };
    let causes =
        tried.iter().map(|(endpoint, error)| format!("{}: {error}", endpoint.path.display()));
    Error { causes: causes.collect(), ..Error::new(kind, message).hint(hint) }
}

/// Like [`absent`], unless systemd is not there at all.
pub fn unavailable<T>(context: &Context<'_>, tried: &[(Endpoint, std::io::Error)]) -> Result<T> {
    match context.system.entry(Path::new(super::super::BOOTED)) {
        Ok(crate::system::Entry::Dir { .. }) => Err(absent(context, tried)),
        _ => Err(Error::new(ErrorKind::ManagerUnavailable, "systemd did not boot this machine")
            .hint("use `--manager embedded`, svcctl's own; `svcctl managers` lists what is here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_path_or_nothing() {
        assert_eq!(path_of("unix:path=/run/user/1/bus"), Some("/run/user/1/bus".into()));
        assert_eq!(path_of("tcp:host=x;unix:guid=1,path=/b"), Some("/b".into()));
        assert_eq!(path_of("unix:abstract=/tmp/x"), None);
        assert_eq!(path_of("unix:path=/a%20b"), None);
    }
}
