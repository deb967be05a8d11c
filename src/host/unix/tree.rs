//! The whole tree of a service: all processes that came from it, wherever they went.
//!
//! The host is a subreaper, so that what the service's processes leave behind becomes a child of the host: its descendants are the
//! tree. After another host has taken over, some may have become children of the supervisor or of init; those are found by
//! the variable that every process of a service is given. A process is signalled only while it is held, and after it was checked again.

use nix::libc;

use super::process::{self, Handle};

/// Whom a tree consists of.
#[derive(Debug)]
pub struct Tree<'a> {
    /// Processes of the host's own, which are no part of it.
    pub spared: &'a [u32],
    /// The variable that marks its processes, where descent alone does not tell.
    pub mark: Option<&'a str>,
}

impl Tree<'_> {
    /// Kills all that is left; whether anything was.
    #[must_use]
    pub fn kill(&self) -> bool {
        let host = std::process::id();
        let mut family = self.members(host);
        family.retain(|pid| !self.spared.contains(pid));
        let mut left = false;
        for pid in &family {
            left |= kill_member(*pid, |parent| parent == host || family.contains(&parent));
        }
        if let Some(mark) = self.mark {
            for pid in marked(mark).filter(|pid| !family.contains(pid)) {
                left |= kill_if(pid, |_| process::carries(pid, mark));
            }
        }
        left
    }

    /// The host's descendants, without those of the processes that are spared.
    fn members(&self, host: u32) -> Vec<u32> {
        let mut found: Vec<u32> = process::children(host);
        found.retain(|pid| !self.spared.contains(pid));
        let mut next = 0;
        while let Some(pid) = found.get(next).copied() {
            found.extend(process::children(pid));
            next += 1;
        }
        found
    }
}

/// Processes that carry a mark, without this one.
fn marked(mark: &str) -> impl Iterator<Item = u32> {
    let this = std::process::id();
    process::all().into_iter().filter(move |pid| *pid != this && process::carries(*pid, mark))
}

fn kill_member(pid: u32, is_family: impl Fn(u32) -> bool) -> bool {
    kill_if(pid, |stat| is_family(stat.parent))
}

/// Kills a process that is still what it was found to be; whether it lived.
fn kill_if(pid: u32, still: impl Fn(&process::Stat) -> bool) -> bool {
    let Some(stat) = process::stat(pid).filter(|stat| !stat.zombie) else { return false };
    let held = Handle::open(crate::host::state::Process { pid, started: stat.started });
    let Some(handle) = held.filter(|_| still(&stat)) else { return false };
    handle.signal(libc::SIGKILL).is_ok()
}

/// Kills a process of the host's own with all of its descendants.
pub fn kill_with_descendants(handle: &Handle) {
    let root = handle.process().pid;
    let family = process::descendants(root);
    for pid in &family {
        kill_member(*pid, |parent| parent == root || family.contains(&parent));
    }
    let _ = handle.signal(libc::SIGKILL);
}
