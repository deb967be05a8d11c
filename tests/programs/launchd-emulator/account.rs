//! Accounts, from the password and group files of this machine.

use serde::{Deserialize, Serialize};

/// What launchd knows of a user.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    pub home: String,
    pub shell: String,
}

/// The account with that name.
pub fn by_name(name: &str) -> Option<Account> {
    accounts().into_iter().find(|account| account.name == name)
}

/// The account with that number.
pub fn by_uid(uid: u32) -> Option<Account> {
    accounts().into_iter().find(|account| account.uid == uid)
}

/// The number of a group.
pub fn group(name: &str) -> Option<u32> {
    groups().into_iter().find(|(known, ..)| known == name).map(|(_, gid, _)| gid)
}

/// All groups that list `user` as a member.
pub fn memberships(user: &str) -> Vec<u32> {
    let listed =
        groups().into_iter().filter(|(_, _, members)| members.iter().any(|member| member == user));
    listed.map(|(_, gid, _)| gid).collect()
}

fn accounts() -> Vec<Account> {
    let text = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    text.lines().filter_map(account).collect()
}

fn account(line: &str) -> Option<Account> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, shell] = fields.as_slice() else { return None };
    let [name, home, shell] = [name, home, shell].map(|text| (*text).to_owned());
    Some(Account { name, uid: uid.parse().ok()?, gid: gid.parse().ok()?, home, shell })
}

fn groups() -> Vec<(String, u32, Vec<String>)> {
    let text = std::fs::read_to_string("/etc/group").unwrap_or_default();
    text.lines().filter_map(group_line).collect()
}

fn group_line(line: &str) -> Option<(String, u32, Vec<String>)> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, gid, members] = fields.as_slice() else { return None };
    let members =
        members.split(',').filter(|member| !member.is_empty()).map(str::to_owned).collect();
    Some(((*name).to_owned(), gid.parse().ok()?, members))
}
