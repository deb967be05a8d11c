//! What only Linux does for a process before it executes.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;

use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

use super::enter::nice;
use super::{NOT_EXECUTED, exit_now};
use crate::host::Hosted;
use crate::spec::Priority;

/// Whether [`share_memory`] can be had.
pub const CAN_SHARE_MEMORY: bool = true;

/// The stack of a child that shares memory, bytes: some frames, and the one buffer for a file of /proc.
const STACK: usize = 64 * 1024;

/// Runs a function in a child that has this process's memory, and comes back when that has executed a program, or ended.
///
/// # Errors
/// When there can be no more processes.
///
/// # Safety
/// This process has one thread and all its signals are blocked; the function does nothing that an end in its midst leaves half done.
pub unsafe fn share_memory(work: &mut dyn FnMut()) -> io::Result<u32> {
    extern "C" fn begin(work: *mut libc::c_void) -> libc::c_int {
        // SAFETY: it is the pointer given below, to what lives in the frame of a caller who waits.
        let work: &mut &mut dyn FnMut() = unsafe { &mut *work.cast() };
        work();
        exit_now(NOT_EXECUTED)
    }
    let mut stack: Vec<u8> = Vec::with_capacity(STACK);
    let room = stack.spare_capacity_mut().as_mut_ptr_range();
    let top = room.end.wrapping_sub(room.end.addr() % 16);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    let mut work = work;
    // SAFETY: the stack grows down from its aligned end, and is given back only when the child has left this memory.
    let pid = unsafe { libc::clone(begin, top.cast(), flags, (&raw mut work).cast()) };
    u32::try_from(pid).map_err(|_| io::Error::last_os_error())
}

/// Marks every descriptor from `first` on as closed on execution.
pub fn close_on_exec_from(first: u32) {
    // SAFETY: the call only changes flags of descriptors; those that live in this process stay open.
    unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}

/// No process of the tree may gain a privilege.
///
/// # Errors
/// As `prctl(2)`.
pub fn no_new_privileges() -> io::Result<()> {
    Ok(nix::sys::prctl::set_no_new_privs()?)
}

/// CPU and I/O priority.
///
/// # Errors
/// As `setpriority(2)`.
pub fn priority(priority: Priority) -> io::Result<()> {
    if priority == Priority::Normal {
        return Ok(());
    }
    rustix::process::setpriority_process(None, nice(priority))?;
    if priority == Priority::Idle {
        // `IOPRIO_WHO_PROCESS`, this process, `IOPRIO_CLASS_IDLE` (linux/ioprio.h).
        let idle = 3 << 13;
        // SAFETY: the call only changes this process's own I/O class.
        unsafe { libc::syscall(libc::SYS_ioprio_set, 1, 0, idle) };
    }
    Ok(())
}

/// Gives the process a /tmp and a /var/tmp of its own, if the definition asks for it.
///
/// # Errors
/// When the namespace or the mounts cannot be made.
pub fn isolate(hosted: &Hosted) -> io::Result<()> {
    if !hosted.spec.security.wants_private_tmp() {
        return Ok(());
    }
    own_mounts()?;
    let none: Option<&str> = None;
    for place in ["/tmp", "/var/tmp"] {
        let own = private_folder(hosted, place)?;
        mount(Some(&own), place, none, MsFlags::MS_BIND, none)?;
    }
    Ok(())
}

/// Whether [`isolate`] would succeed. Changes this process: for a forked one that ends thereafter.
#[must_use]
pub fn can_isolate() -> bool {
    own_mounts().is_ok()
}

/// A namespace of mounts; without privileges, in a namespace of users in which this one stays who it is.
fn own_mounts() -> io::Result<()> {
    let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
    if uid.is_root() {
        unshare(CloneFlags::CLONE_NEWNS)?;
    } else {
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))?;
        fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))?;
    }
    let none: Option<&str> = None;
    Ok(mount(none, "/", none, MsFlags::MS_SLAVE | MsFlags::MS_REC, none)?)
}

/// A folder that all processes of the service share and nobody else sees: its parent is root's alone.
fn private_folder(hosted: &Hosted, place: &str) -> io::Result<PathBuf> {
    let parent = PathBuf::from(&hosted.runtime).join("tmp");
    make(&parent, 0o700)?;
    let own = parent.join(place.trim_start_matches('/').replace('/', "-"));
    make(&own, 0o1777)?;
    Ok(own)
}

fn make(folder: &PathBuf, mode: u32) -> io::Result<()> {
    match fs::DirBuilder::new().mode(mode).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        // The mask took bits away.
        Ok(()) => fs::set_permissions(folder, fs::Permissions::from_mode(mode)),
    }
}
