//! Which manager and which scope a call is about, and the folders and the account that go with them.

use crate::backend::{self, Backend, Deadline, Detection};
use crate::cli::Global;
use crate::error::{Error, ErrorKind, Result};
use crate::operations::installed::{Found, Record, find};
use crate::operations::{Site, load_receipts};
use crate::receipt::Summary;
use crate::spec::ServiceName;
use crate::system::System;
use crate::system::dirs::{self, Bases};
use crate::target::{Account, Dirs, ManagerId, Os, Scope, Target};

/// One scope of one manager on this machine, ready to be worked on.
pub struct Place {
    /// The manager.
    pub backend: &'static dyn Backend,
    /// The scope with its folders and its owner.
    pub target: Target,
}

impl Place {
    /// What operations and backends take.
    #[must_use]
    pub fn site<'a>(&'a self, system: &'a dyn System, global: &Global) -> Site<'a> {
        Site {
            system,
            backend: self.backend,
            target: &self.target,
            backends: backend::all(),
            lock_timeout: global.timeout.unwrap_or(Site::LOCK_TIMEOUT),
            deadline: global.timeout.map_or(Deadline::Own, Deadline::Within),
        }
    }
}

/// The manager that is used unless a service says otherwise: `--manager` or `SVCCTL_MANAGER`, else the first that is here.
///
/// # Errors
/// Of kind `ManagerUnavailable`, saying why, when the one that was asked for is not here.
pub fn manager(
    system: &dyn System,
    global: &Global,
    scope: Scope,
) -> Result<(ManagerId, Detection)> {
    let backend = backend::choose(global.manager, system, scope)?;
    let detection = backend.detect(system, scope);
    let id = backend.id();
    if detection.available { Ok((id, detection)) } else { Err(unavailable(id, &detection)) }
}

/// The backend of a manager.
///
/// # Errors
/// Of kind `ManagerUnavailable`, if this svcctl has none.
pub fn backend_of(id: ManagerId) -> Result<&'static dyn Backend> {
    backend::by_id(id).ok_or_else(|| {
        Error::new(ErrorKind::ManagerUnavailable, format!("this svcctl has no backend for {id}"))
    })
}

fn unavailable(id: ManagerId, detection: &Detection) -> Error {
    Error::new(
        ErrorKind::ManagerUnavailable,
        format!("{id} is not available: {}", detection.detail),
    )
    .hint("svcctl managers shows which managers are here")
}

/// The place of this manager and scope on this machine.
///
/// # Errors
/// When the folders of the scope cannot be told.
pub fn place(
    system: &dyn System,
    id: ManagerId,
    scope: Scope,
    version: Option<u32>,
) -> Result<Place> {
    let (dirs, owner) = dirs::of_scope(scope, id, system)?;
    let exe = system.current_exe().map_err(|error| Error::io("svcctl's own path", &error))?;
    let svcctl = exe.display().to_string();
    let target = Target { os: Os::here(), manager: id, scope, version, dirs, svcctl, owner };
    Ok(Place { backend: backend_of(id)?, target })
}

/// Where a change goes: the scope that was asked for, else the definition's, else the machine's; the manager that is here.
///
/// # Errors
/// As [`manager`] and [`place`].
pub fn for_change(system: &dyn System, global: &Global, wish: Option<Scope>) -> Result<Place> {
    let scope = global.scope().or(wish).unwrap_or(Scope::System);
    let (id, detection) = manager(system, global, scope)?;
    place(system, id, scope, detection.version)
}

/// The target that a definition is resolved for when it is only rendered or checked: this machine's where the manager is here,
/// a typical one where it is not.
///
/// # Errors
/// As [`place`].
pub fn for_rendering(system: &dyn System, id: ManagerId, scope: Scope) -> Result<Place> {
    if id.os() == Os::here() {
        let version = backend_of(id)?.detect(system, scope).version;
        return place(system, id, scope, version);
    }
    Ok(Place { backend: backend_of(id)?, target: typical(id, scope) })
}

/// The target on a machine of which nothing is known: the usual folders, an account called "user".
#[must_use]
pub fn typical(id: ManagerId, scope: Scope) -> Target {
    let os = id.os();
    let (home, svcctl) = match os {
        Os::Linux => ("/home/user", "/usr/bin/svcctl"),
        Os::Macos => ("/Users/user", "/usr/local/bin/svcctl"),
        Os::Freebsd => ("/home/user", "/usr/local/bin/svcctl"),
        Os::Windows => (r"C:\Users\user", r"C:\Program Files\svcctl\svcctl.exe"),
    };
    let user = Account { name: "user".to_owned(), uid: 1000, gid: 1000, home: home.to_owned() };
    let (dirs, owner) = match scope {
        Scope::System => (dirs::of_system(os, id, None), dirs::superuser(os)),
        Scope::User => {
            let dirs = Bases::of_home(os, home).map(|bases| dirs::of_user(id, &bases));
            // Another system's home is no path here: no manager there has a user scope that needs one.
            (dirs.unwrap_or_else(|| dirs::of_system(os, id, None)), user)
        }
    };
    Target { os, manager: id, scope, version: None, dirs, svcctl: svcctl.to_owned(), owner }
}

/// The scopes that a verb that only reads looks at.
#[must_use]
pub fn scopes(global: &Global) -> &'static [Scope] {
    match global.scope() {
        Some(Scope::System) => &[Scope::System],
        Some(Scope::User) => &[Scope::User],
        None => &[Scope::System, Scope::User],
    }
}

/// Services of one place, with what svcctl knows of them.
pub struct Group {
    /// Where they are.
    pub place: Place,
    /// Name and record; none where svcctl did not install it.
    pub services: Vec<(ServiceName, Option<Record<Summary>>)>,
}

/// Finds services by name, for a verb that reads; what svcctl did not install is looked for at the manager of each scope.
///
/// # Errors
/// When a name is in both scopes, when a receipt is damaged, or when no manager can be asked.
pub fn locate(system: &dyn System, global: &Global, names: &[ServiceName]) -> Result<Vec<Group>> {
    let mut groups = Groups::new(system, global);
    let mut dirs = Vec::new();
    for scope in scopes(global) {
        dirs.push((*scope, folders(system, *scope)?));
    }
    let folders: Vec<_> = dirs.iter().map(|(scope, dirs)| (*scope, dirs)).collect();
    for name in names {
        match find(name, &folders, system)? {
            Some(Found { scope, record }) => groups.add(scope, name.clone(), Some(record))?,
            None => groups.add(foreign_scope(system, global, name), name.clone(), None)?,
        }
    }
    Ok(groups.groups)
}

/// Everything that svcctl installed in the scopes that the call is about, for the manager that was asked for.
///
/// # Errors
/// When a receipt is damaged, or the manager that was asked for is not here.
pub fn installed(system: &dyn System, global: &Global) -> Result<Vec<Group>> {
    asked_for_is_here(system, global)?;
    let mut groups = Groups::new(system, global);
    for scope in scopes(global) {
        for record in load_receipts(&folders(system, *scope)?, system)? {
            let runs_it = record.receipt().map(|receipt: &Summary| receipt.manager);
            if global.manager.is_none_or(|asked| runs_it.is_none_or(|id| id == asked)) {
                groups.add(*scope, record.name().clone(), Some(record))?;
            }
        }
    }
    Ok(groups.groups)
}

/// A manager that was asked for by name has to be here in one of the scopes.
fn asked_for_is_here(system: &dyn System, global: &Global) -> Result<()> {
    let here = |scope: &Scope| manager(system, global, *scope).map(drop);
    match global.manager {
        Some(_) if !scopes(global).iter().any(|scope| here(scope).is_ok()) => {
            scopes(global).first().map_or(Ok(()), here)
        }
        Some(_) | None => Ok(()),
    }
}

/// The folders of a scope, whatever manager runs its services.
fn folders(system: &dyn System, scope: Scope) -> Result<Dirs> {
    dirs::of_scope(scope, ManagerId::Embedded, system).map(|(dirs, _)| dirs)
}

/// Where services of these names are changed: the scope that was asked for, else the machine's, under the manager that the
/// receipts name. Services of two managers are two calls.
///
/// # Errors
/// As [`for_change`]; `NoService` with the way out if one is in the other scope only.
pub fn for_names(system: &dyn System, global: &Global, names: &[ServiceName]) -> Result<Place> {
    let scope = global.scope().unwrap_or(Scope::System);
    let here = folders(system, scope)?;
    let mut managers = Vec::new();
    for name in names {
        match find(name, &[(scope, &here)], system)? {
            Some(found) => managers.extend(found.record.receipt().map(|receipt| receipt.manager)),
            None => elsewhere(system, global, name)?,
        }
    }
    managers.dedup();
    match managers.as_slice() {
        [] => for_change(system, global, None),
        [id] => place(system, *id, scope, backend_of(*id)?.detect(system, scope).version),
        [first, second, ..] => Err(Error::new(
            ErrorKind::Usage,
            format!("some of these services run under {first} and some under {second}"),
        )
        .hint("name them in two calls")),
    }
}

/// An error if the service is in the user's scope and nobody said `--user`.
fn elsewhere(system: &dyn System, global: &Global, name: &ServiceName) -> Result<()> {
    if global.scope().is_some() {
        return Ok(());
    }
    let Ok(user) = folders(system, Scope::User) else { return Ok(()) };
    match find(name, &[(Scope::User, &user)], system)? {
        Some(_) => Err(Error::new(
            ErrorKind::NoService,
            format!("there is no service '{name}' in the system scope, but there is one in yours"),
        )
        .hint("add --user")),
        None => Ok(()),
    }
}

/// Where a service that svcctl did not install is: in the user's scope if the user's manager knows it, else in the machine's.
fn foreign_scope(system: &dyn System, global: &Global, name: &ServiceName) -> Scope {
    let knows = |scope| {
        let (id, _) = manager(system, global, scope).ok()?;
        let place = place(system, id, scope, None).ok()?;
        let site = place.site(system, global);
        let states = place.backend.states(std::slice::from_ref(name), &site.context()).ok()?;
        Some(states.first()?.state != crate::state::State::NotInstalled)
    };
    let candidates = scopes(global);
    let first = candidates.first().copied().unwrap_or(Scope::System);
    candidates.iter().copied().find(|scope| knows(*scope).unwrap_or(false)).unwrap_or(first)
}

/// Services gathered by manager and scope, in the order in which they come.
struct Groups<'a> {
    system: &'a dyn System,
    global: &'a Global,
    groups: Vec<Group>,
}

impl<'a> Groups<'a> {
    const fn new(system: &'a dyn System, global: &'a Global) -> Self {
        Self { system, global, groups: Vec::new() }
    }

    fn add(
        &mut self,
        scope: Scope,
        name: ServiceName,
        record: Option<Record<Summary>>,
    ) -> Result<()> {
        let known = record.as_ref().and_then(Record::receipt).map(|receipt| receipt.manager);
        let id = match known {
            Some(id) => id,
            None => manager(self.system, self.global, scope)?.0,
        };
        let same = |group: &&mut Group| {
            group.place.backend.id() == id && group.place.target.scope == scope
        };
        if let Some(group) = self.groups.iter_mut().find(same) {
            group.services.push((name, record));
            return Ok(());
        }
        let place = place(self.system, id, scope, None)?;
        self.groups.push(Group { place, services: vec![(name, record)] });
        Ok(())
    }
}
