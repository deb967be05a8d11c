//! The account that a service runs as.

use std::ffi::CString;

use nix::unistd::{Group, Uid, User, geteuid};

use crate::host::Hosted;

/// An account, looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Its home folder.
    pub home: String,
    /// Its shell.
    pub shell: String,
    /// Whether the process has to become it.
    pub switch: bool,
}

impl Login {
    /// The account that the definition asks for, or else the scope's own.
    ///
    /// # Errors
    /// Why it cannot be used, in words.
    pub fn of(hosted: &Hosted) -> Result<Self, String> {
        let here = geteuid();
        if hosted.is_prepared() {
            let login = User::from_uid(here).ok().flatten().map(Self::from);
            return Ok(Self {
                switch: false,
                ..login.unwrap_or_else(|| Self::owner(hosted, here))
            });
        }
        let user = match &hosted.spec.process.user {
            Some(name) => Some(find_user(name)?),
            None => User::from_uid(here)
                .map_err(|error| format!("the account database cannot be read: {error}"))?,
        };
        let mut login = user.map_or_else(|| Self::owner(hosted, here), Self::from);
        if let Some(group) = &hosted.spec.process.group {
            login.gid = find_group(group)?;
        }
        login.switch = here.as_raw() != login.uid || nix::unistd::getegid().as_raw() != login.gid;
        if login.switch && !here.is_root() {
            return Err(format!(
                "only root can run a service as another account ('{}')",
                login.name
            ));
        }
        login.switch |= here.is_root() && hosted.spec.process.user.is_some();
        Ok(login)
    }

    /// The scope's own account, if the definition asks for no other; none too if it cannot be looked up.
    #[must_use]
    pub fn own(hosted: &Hosted) -> Option<Self> {
        let process = &hosted.spec.process;
        let asks = process.user.is_some() || process.group.is_some();
        if asks { None } else { Self::of(hosted).ok() }
    }

    /// An account that the database does not know, as in containers with a number for a user.
    fn owner(hosted: &Hosted, here: Uid) -> Self {
        Self {
            name: hosted.owner.name.clone(),
            uid: here.as_raw(),
            gid: nix::unistd::getegid().as_raw(),
            home: hosted.owner.home.clone(),
            shell: "/bin/sh".to_owned(),
            switch: false,
        }
    }

    /// Becomes the account with all of its groups.
    ///
    /// # Errors
    /// What the kernel said.
    pub fn enter(&self) -> nix::Result<()> {
        use nix::unistd::{setgid, setuid};
        if !self.switch {
            return Ok(());
        }
        let name = CString::new(self.name.as_str()).map_err(|_| nix::errno::Errno::EINVAL)?;
        initgroups(&name, self.gid)?;
        setgid(self.gid.into())?;
        setuid(self.uid.into())
    }
}

#[cfg(not(target_vendor = "apple"))]
fn initgroups(name: &std::ffi::CStr, gid: u32) -> nix::Result<()> {
    nix::unistd::initgroups(name, gid.into())
}

#[cfg(target_vendor = "apple")]
fn initgroups(name: &std::ffi::CStr, gid: u32) -> nix::Result<()> {
    let gid = i32::try_from(gid).map_err(|_| nix::errno::Errno::EINVAL)?;
    // SAFETY: the name ends with a NUL and is only read.
    nix::errno::Errno::result(unsafe { libc::initgroups(name.as_ptr(), gid) }).map(drop)
}

impl From<User> for Login {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            home: user.dir.display().to_string(),
            shell: user.shell.display().to_string(),
            switch: false,
        }
    }
}

fn find_user(name: &str) -> Result<User, String> {
    let by_number =
        || name.parse().ok().and_then(|uid| User::from_uid(Uid::from_raw(uid)).ok().flatten());
    match User::from_name(name) {
        Ok(Some(user)) => Ok(user),
        Ok(None) => by_number().ok_or_else(|| format!("there is no account '{name}'")),
        Err(error) => Err(format!("the account '{name}' cannot be looked up: {error}")),
    }
}

fn find_group(name: &str) -> Result<u32, String> {
    match Group::from_name(name) {
        Ok(Some(group)) => Ok(group.gid.as_raw()),
        Ok(None) => name.parse().map_err(|_| format!("there is no group '{name}'")),
        Err(error) => Err(format!("the group '{name}' cannot be looked up: {error}")),
    }
}
