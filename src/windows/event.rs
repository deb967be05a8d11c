//! Events: flags that threads and processes wait for.

use std::io;
use std::ptr;

use windows_sys::Win32::System::Threading::{
    CreateEventW, EVENT_MODIFY_STATE, INFINITE, OpenEventW, SetEvent, WaitForSingleObject,
};

use crate::windows::handle::{Handle, check};
use crate::windows::security::Descriptor;
use crate::windows::text::wide;

/// An event that wakes one waiter a time.
#[derive(Debug)]
pub struct Event(Handle);

impl Event {
    /// Makes one that other processes find by its name, and that only those may set whom the SDDL text lets.
    ///
    /// # Errors
    /// When there is one of another kind.
    pub fn named(name: &str, sddl: &str) -> io::Result<Self> {
        let descriptor = Descriptor::new(sddl)?;
        let attributes = descriptor.attributes();
        // SAFETY: the name ends with a zero; the attributes and the descriptor outlive the call.
        let event = unsafe { CreateEventW(&raw const attributes, 0, 0, wide(name).as_ptr()) };
        Handle::new(event).map(Self)
    }

    /// Sets the event of that name.
    ///
    /// # Errors
    /// When there is none, or the caller may not.
    pub fn set_named(name: &str) -> io::Result<()> {
        // SAFETY: the name ends with a zero.
        let event = unsafe { OpenEventW(EVENT_MODIFY_STATE, 0, wide(name).as_ptr()) };
        let event = Handle::new(event)?;
        // SAFETY: the handle is open.
        check(unsafe { SetEvent(event.raw()) })
    }

    /// Makes one of our own.
    ///
    /// # Errors
    /// When there are too many handles.
    pub fn new() -> io::Result<Self> {
        // SAFETY: neither attributes nor a name are given.
        Handle::new(unsafe { CreateEventW(ptr::null(), 0, 0, ptr::null()) }).map(Self)
    }

    /// Waits until it is set.
    pub fn wait(&self) {
        // SAFETY: the handle is open.
        unsafe { WaitForSingleObject(self.0.raw(), INFINITE) };
    }
}
