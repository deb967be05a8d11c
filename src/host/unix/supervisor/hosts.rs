//! Hosts: made, lost, found again, made anew.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use nix::libc;
use nix::unistd::{ForkResult, fork};

use super::Supervisor;
use crate::host::logs::Channels;
use crate::host::state::{self, Process};
use crate::host::unix::child::{exit_now, with_signals_blocked};
use crate::host::unix::link::{Link, Program, ToHost, ToSupervisor};
use crate::host::unix::process::{self, Exit};
use crate::host::unix::run::{HANDED_OVER, for_supervisor};
use crate::host::{GIVE_UP_EXIT, Hosted};
use crate::spec::ServiceName;

/// Ends of orphans that are remembered for a host that is yet to come.
const REMEMBERED: usize = 256;

/// What the supervisor knows of a host.
#[derive(Debug)]
pub(super) struct HostEntry {
    /// None while the host looks for this supervisor.
    pub link: Option<Link>,
    pub process: Process,
    /// Whether it is a child of this process.
    pub child: bool,
    /// The main process, where this supervisor will be the one to wait for it.
    pub heir_of: Option<u32>,
    /// Keep the service's output while no host does.
    #[allow(dead_code, reason = "held, never used")]
    pub holds: Vec<OwnedFd>,
}

impl Supervisor {
    /// Forks a host; it begins where an earlier one was killed, and then waits for a message.
    pub(super) fn make_host(&mut self, name: &ServiceName) -> io::Result<()> {
        let (ours, theirs) = UnixStream::pair()?;
        let reaped: HashMap<u32, Exit> = self.orphans.iter().copied().collect();
        let heir_of = self.saved_main(name);
        let pid = with_signals_blocked(|| {
            // SAFETY: the supervisor has one thread, and the child never returns from here.
            match unsafe { fork() }? {
                ForkResult::Parent { child } => Ok(child),
                ForkResult::Child => self.become_host(name, theirs, reaped),
            }
        })?;
        let process = process::identify(u32::try_from(pid.as_raw()).unwrap_or_default());
        let link = Some(Link::new(ours)?);
        let holds = Channels::hold(&self.folders.service(name)).unwrap_or_default();
        self.hosts.insert(name.clone(), HostEntry { link, process, child: true, heir_of, holds });
        Ok(())
    }

    fn become_host(&self, name: &ServiceName, stream: UnixStream, reaped: HashMap<u32, Exit>) -> ! {
        close_all_but(stream.as_raw_fd());
        crate::host::unix::signals::reset();
        let path = self.folders.hosted(name);
        let hosted = fs::read(&path).and_then(|bytes| {
            Hosted::parse(&path.display().to_string(), &bytes)
                .map_err(|error| io::Error::other(error.to_string()))
        });
        let code = Link::new(stream).map_or(1, |link| {
            show_name(name);
            for_supervisor(hosted, link, reaped)
        });
        exit_now(code)
    }

    fn saved_main(&self, name: &ServiceName) -> Option<u32> {
        let saved = state::read(&self.folders.service(name)).ok().flatten()?;
        saved.main.map(|process| process.pid)
    }

    /// Finds the hosts of an earlier supervisor: those that live come back by themselves, for the others there will be new ones.
    pub(super) fn adopt_hosts(&mut self) {
        let Ok(entries) = fs::read_dir(self.folders.runtime.join("services")) else { return };
        let names = entries
            .flatten()
            .filter_map(|entry| ServiceName::new(entry.file_name().to_str()?).ok());
        for name in names {
            let folder = self.folders.service(&name);
            let Some(saved) = state::read_saved(&folder).ok().flatten() else { continue };
            let known = saved.boot == process::boot();
            if !known || (saved.machine.is_at_rest() && !process::lives(saved.snapshot.host)) {
                continue;
            }
            let parent = process::stat(saved.snapshot.host.pid).map(|stat| stat.parent);
            let entry = HostEntry {
                link: None,
                process: saved.snapshot.host,
                child: parent == Some(std::process::id()),
                heir_of: None,
                holds: Channels::hold(&folder).unwrap_or_default(),
            };
            self.hosts.insert(name, entry);
        }
    }

    /// A host has found this supervisor.
    pub(super) fn host_is_back(
        &mut self,
        name: &ServiceName,
        process: Process,
        program: &Program,
        mut link: Link,
    ) {
        if program.file != self.program.file {
            let _ = link.send(&ToHost::HandOver);
        }
        let parent = process::stat(process.pid).map(|stat| stat.parent);
        let entry = HostEntry {
            link: Some(link),
            process,
            child: parent == Some(std::process::id()),
            heir_of: None,
            holds: Channels::hold(&self.folders.service(name)).unwrap_or_default(),
        };
        self.hosts.insert(name.clone(), entry);
        self.send_again(name);
    }

    pub(super) fn take_from_host(&mut self, name: &ServiceName) {
        let Some(link) = self.hosts.get_mut(name).and_then(|host| host.link.as_mut()) else {
            return;
        };
        let messages = link.receive::<ToSupervisor>();
        let closed = link.is_closed();
        for message in messages {
            match message {
                ToSupervisor::Answer(id, answer) => self.answered(id, answer),
                ToSupervisor::Host(..) | ToSupervisor::Verb { .. } => {}
            }
        }
        if let Some(host) = self.hosts.get_mut(name) {
            if host.holds.is_empty() {
                host.holds = Channels::hold(&self.folders.service(name)).unwrap_or_default();
            }
            if closed {
                host.link = None;
            }
        }
    }

    /// Waits for all children that have ended.
    pub(super) fn reap(&mut self) {
        let ended: Vec<_> = process::reap().collect();
        // What a dead host leaves has to be known before its successor is made.
        for (pid, exit) in &ended {
            if !self.hosts.values().any(|host| host.child && host.process.pid == *pid) {
                self.remember(*pid, *exit);
            }
        }
        for (pid, exit) in ended {
            let host = self.hosts.iter().find(|(_, host)| host.child && host.process.pid == pid);
            if let Some(name) = host.map(|(name, _)| name.clone()) {
                self.host_ended(&name, exit);
            }
        }
    }

    fn remember(&mut self, pid: u32, exit: Exit) {
        let heir = self.hosts.values_mut().find(|host| host.heir_of == Some(pid));
        if let Some(link) = heir.and_then(|host| host.link.as_mut()) {
            let _ = link.send(&ToHost::Reaped(pid, exit.to_raw()));
            return;
        }
        if self.orphans.len() >= REMEMBERED {
            self.orphans.pop_front();
        }
        self.orphans.push_back((pid, exit));
    }

    /// Hosts without a link that are no children of this process.
    pub(super) fn look_after_lost_hosts(&mut self) {
        let lost: Vec<ServiceName> = self
            .hosts
            .iter()
            .filter(|(_, host)| host.link.is_none() && !process::lives(host.process))
            .map(|(name, _)| name.clone())
            .collect();
        for name in lost {
            let child = self.hosts.get(&name).is_some_and(|host| host.child);
            if !child || process::stat(self.hosts[&name].process.pid).is_none() {
                self.host_ended(&name, Exit::Unknown);
            }
        }
    }

    fn host_ended(&mut self, name: &ServiceName, exit: Exit) {
        self.take_from_host(name);
        let Some(entry) = self.hosts.remove(name) else { return };
        let at_rest = match exit {
            Exit::Code(0 | 1) => true,
            Exit::Code(code) => code == i32::from(GIVE_UP_EXIT),
            Exit::Signal(_) | Exit::Unknown => false,
        };
        if at_rest {
            self.host_is_gone(name, exit == Exit::Code(1));
            return;
        }
        debug_assert!(exit != Exit::Code(i32::from(HANDED_OVER)) || entry.process.pid > 0);
        // The holds of the old entry live until the new host has the pipes open.
        if self.make_host(name).is_ok() {
            self.greet(name);
            self.send_again(name);
        } else {
            self.host_is_gone(name, true);
        }
        drop(entry);
    }

    /// A host does nothing before it has heard something.
    pub(super) fn greet(&mut self, name: &ServiceName) {
        if let Some(link) = self.hosts.get_mut(name).and_then(|host| host.link.as_mut()) {
            let _ = link.send(&ToHost::Go);
        }
    }
}

/// Closes everything that the supervisor has open, so that a host keeps nothing of it.
fn close_all_but(kept: i32) {
    let kept = u32::try_from(kept).unwrap_or_default();
    for (first, last) in [(3, kept.saturating_sub(1)), (kept.saturating_add(1), u32::MAX)] {
        if first <= last {
            close_range(first, last);
        }
    }
}

#[cfg(target_os = "linux")]
fn close_range(first: u32, last: u32) {
    // SAFETY: this process is a fresh fork that never returns to whoever owned the descriptors.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
}

#[cfg(not(target_os = "linux"))]
fn close_range(first: u32, last: u32) {
    for number in first..=last.min(1024) {
        // SAFETY: as above.
        unsafe { libc::close(i32::try_from(number).unwrap_or(-1)) };
    }
}

/// Shows the service in `ps`.
#[cfg(target_os = "linux")]
fn show_name(name: &ServiceName) {
    if let Ok(text) = std::ffi::CString::new(format!("svcctl:{name}")) {
        let _ = nix::sys::prctl::set_name(&text);
    }
}

#[cfg(not(target_os = "linux"))]
const fn show_name(_name: &ServiceName) {}
