//! Accounts, by the system's own lookup.

use std::io;
use std::path::Path;

use nix::unistd::{Uid, User};

use crate::system::Identity;
use crate::target::Account;

/// The account of that name; a number stands for itself.
pub(super) fn by_name(name: &str) -> io::Result<Option<Account>> {
    if let Ok(uid) = name.parse() {
        return by_uid(uid);
    }
    Ok(User::from_name(name)?.map(account))
}

fn by_uid(uid: u32) -> io::Result<Option<Account>> {
    Ok(User::from_uid(Uid::from_raw(uid))?.map(account))
}

fn account(user: User) -> Account {
    let home = user.dir.into_os_string().into_string().unwrap_or_default();
    Account { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), home }
}

/// Who is calling, and who called `sudo`. An account without an entry is known by its number.
pub(super) fn identity() -> Identity {
    let uid = rustix::process::geteuid();
    let privileged = uid.is_root();
    let sudo = if privileged { sudo_caller() } else { None };
    let found = by_uid(uid.as_raw()).ok().flatten();
    let account = found.unwrap_or_else(|| nameless(uid.as_raw()));
    Identity { account, privileged, sudo }
}

fn nameless(uid: u32) -> Account {
    let gid = rustix::process::getegid().as_raw();
    let home = std::env::var("HOME").ok().filter(|home| Path::new(home).is_absolute());
    Account { name: uid.to_string(), uid, gid, home: home.unwrap_or_else(|| "/".to_owned()) }
}

/// `sudo` and `doas` both say who called; root through `sudo` from root is nobody else.
fn sudo_caller() -> Option<Account> {
    let by_sudo = std::env::var("SUDO_UID").ok().and_then(|uid| by_uid(uid.parse().ok()?).ok()?);
    let by_doas = || by_name(&std::env::var("DOAS_USER").ok()?).ok()?;
    by_sudo.or_else(by_doas).filter(|account| account.uid != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_found_by_name_and_number_and_nobody_is_made_up() {
        let root = by_name("root").unwrap().unwrap();
        assert_eq!((root.uid, root.gid), (0, 0));
        assert_eq!(by_name("0").unwrap().unwrap(), root);
        assert_eq!(by_name("no-such-account-here").unwrap(), None);
    }
}
