//! The manager's functions in advapi32.

mod grant;
mod handle;
mod info;
mod status;

use std::io;
use std::ptr;

use windows_sys::Win32::Security::DACL_SECURITY_INFORMATION;
use windows_sys::Win32::System::Services::{
    ChangeServiceConfig2W, ChangeServiceConfigW, ControlService, CreateServiceW, DeleteService,
    QUERY_SERVICE_CONFIGW, QueryServiceConfig2W, QueryServiceConfigW, SC_MANAGER_CONNECT,
    SC_MANAGER_CREATE_SERVICE, SERVICE_ALL_ACCESS, SERVICE_CHANGE_CONFIG, SERVICE_ERROR_NORMAL,
    SERVICE_NO_CHANGE, SERVICE_QUERY_CONFIG, SERVICE_QUERY_STATUS, SERVICE_START, SERVICE_STATUS,
    SERVICE_STOP, SERVICE_USER_DEFINED_CONTROL, SERVICE_WIN32_OWN_PROCESS,
    SetServiceObjectSecurity, StartServiceW,
};

use crate::backend::scm::Usage;
use crate::backend::scm::api::{self, Api, Code, Config, Info, Level, Status};
use crate::backend::scm::messages;
use crate::host;
use crate::windows::event::Event;
use crate::windows::process;
use crate::windows::registry::Key;
use crate::windows::security::Descriptor;
use crate::windows::text::{narrow, narrow_list, wide, wide_list};
use handle::{check, filled, manager, service};

pub use grant::grant;

/// The manager of this machine. Every call opens the service that it needs and closes it again: while one is held open, it cannot be
/// removed.
pub struct Native;

/// Whether the manager is here.
pub fn detect() -> (bool, String) {
    match manager(SC_MANAGER_CONNECT) {
        Ok(_) => (true, "runs this machine's services".to_owned()),
        Err(code) => (false, crate::backend::scm::errors::words(code)),
    }
}

/// What a process uses.
pub fn usage(pid: u32) -> Option<Usage> {
    let process = process::open(pid).ok()?;
    let (_, cpu) = process::times(&process).ok()?;
    Some(Usage { memory: process::memory(&process).ok()?, cpu: cpu * 100 })
}

/// The service's key of the registry.
fn key(name: &str) -> String {
    format!(r"SYSTEM\CurrentControlSet\Services\{name}")
}

/// The key of its source of events.
fn event_source(name: &str) -> String {
    format!(r"{}\{}", messages::SOURCES, messages::source(name))
}

fn code(error: &io::Error) -> Code {
    // ERROR_GEN_FAILURE where there is no code.
    Code(error.raw_os_error().map_or(31, i32::cast_unsigned))
}

/// A null pointer for what is not given.
fn optional(text: Option<&Vec<u16>>) -> *const u16 {
    text.map_or(ptr::null(), Vec::as_ptr)
}

/// The texts that both making and changing a service take.
struct Texts {
    image_path: Vec<u16>,
    dependencies: Vec<u16>,
    account: Vec<u16>,
    password: Option<Vec<u16>>,
    display_name: Vec<u16>,
}

impl Texts {
    fn new(config: &Config) -> Self {
        Self {
            image_path: wide(&config.image_path),
            dependencies: wide_list(&config.dependencies),
            account: wide(&config.account),
            password: config.password.as_ref().map(|password| wide(&password.0)),
            display_name: wide(&config.display_name),
        }
    }
}

impl Api for Native {
    fn list(&self) -> Result<Vec<Status>, Code> {
        status::list()
    }

    fn status(&self, name: &str) -> Result<Status, Code> {
        status::of(&service(name, SERVICE_QUERY_STATUS)?, name)
    }

    fn query(&self, name: &str) -> Result<Config, Code> {
        let service = service(name, SERVICE_QUERY_CONFIG)?;
        let buffer = filled(|to, bytes, needed| {
            // SAFETY: the service is open, and the buffer has as many bytes as is told.
            unsafe { QueryServiceConfigW(service.raw(), to.cast(), bytes, needed) }
        })?;
        // SAFETY: the call has filled the buffer with this structure, which is aligned to 8.
        let found = unsafe { buffer.as_ptr().cast::<QUERY_SERVICE_CONFIGW>().read() };
        // SAFETY: the texts are in the buffer, and each ends with a zero; the list with an empty text.
        let (display_name, image_path, account, listed) = unsafe {
            (
                narrow(found.lpDisplayName),
                narrow(found.lpBinaryPathName),
                narrow(found.lpServiceStartName),
                narrow_list(found.lpDependencies),
            )
        };
        let dependencies = if listed.is_empty() { registered_dependencies(name)? } else { listed };
        let start = found.dwStartType;
        Ok(Config { display_name, image_path, start, dependencies, account, password: None })
    }

    fn query2(&self, name: &str, level: Level) -> Result<Info, Code> {
        let service = service(name, SERVICE_QUERY_CONFIG)?;
        let buffer = filled(|to, bytes, needed| {
            // SAFETY: the service is open, and the buffer has as many bytes as is told.
            unsafe { QueryServiceConfig2W(service.raw(), level as u32, to, bytes, needed) }
        })?;
        Ok(info::read(level, &buffer))
    }

    fn create(&self, name: &str, config: &Config) -> Result<(), Code> {
        let manager = manager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE)?;
        let texts = Texts::new(config);
        // SAFETY: all texts end with a zero, the list with an empty text, and all outlive the call.
        let service = unsafe {
            CreateServiceW(
                manager.raw(),
                wide(name).as_ptr(),
                texts.display_name.as_ptr(),
                SERVICE_ALL_ACCESS,
                SERVICE_WIN32_OWN_PROCESS,
                config.start,
                SERVICE_ERROR_NORMAL,
                texts.image_path.as_ptr(),
                ptr::null(),
                ptr::null_mut(),
                texts.dependencies.as_ptr(),
                texts.account.as_ptr(),
                optional(texts.password.as_ref()),
            )
        };
        handle::owned(service).map(drop)
    }

    fn change(&self, name: &str, config: &Config) -> Result<(), Code> {
        let service = service(name, SERVICE_CHANGE_CONFIG)?;
        let texts = Texts::new(config);
        // SAFETY: all texts end with a zero, the list with an empty text, and all outlive the call.
        check(unsafe {
            ChangeServiceConfigW(
                service.raw(),
                SERVICE_NO_CHANGE,
                config.start,
                SERVICE_NO_CHANGE,
                texts.image_path.as_ptr(),
                ptr::null(),
                ptr::null_mut(),
                texts.dependencies.as_ptr(),
                texts.account.as_ptr(),
                optional(texts.password.as_ref()),
                texts.display_name.as_ptr(),
            )
        })
    }

    fn change2(&self, name: &str, info: &Info) -> Result<(), Code> {
        // Starting a service again is a right that whoever has the manager do it must have.
        let service = service(name, SERVICE_CHANGE_CONFIG | SERVICE_START)?;
        info::with_payload(info, |payload| {
            // SAFETY: the service is open, and the payload is the structure of this level.
            check(unsafe { ChangeServiceConfig2W(service.raw(), info.level() as u32, payload) })
        })
    }

    fn set_security(&self, name: &str, descriptor: &str) -> Result<(), Code> {
        /// `WRITE_DAC`.
        const WRITE_DAC: u32 = 0x0004_0000;
        let descriptor = Descriptor::new(descriptor).map_err(|error| code(&error))?;
        let service = service(name, WRITE_DAC)?;
        // SAFETY: the service is open, and the descriptor is a whole one.
        check(unsafe {
            SetServiceObjectSecurity(service.raw(), DACL_SECURITY_INFORMATION, descriptor.raw())
        })
    }

    fn delete(&self, name: &str) -> Result<(), Code> {
        /// `DELETE`.
        const DELETE: u32 = 0x0001_0000;
        let service = service(name, DELETE)?;
        // SAFETY: the service is open.
        check(unsafe { DeleteService(service.raw()) })
    }

    fn start(&self, name: &str) -> Result<(), Code> {
        let service = service(name, SERVICE_START)?;
        // SAFETY: the service is open, and there are no arguments.
        check(unsafe { StartServiceW(service.raw(), 0, ptr::null()) })
    }

    fn control(&self, name: &str, control: u32) -> Result<(), Code> {
        let right = if control == api::STOP { SERVICE_STOP } else { SERVICE_USER_DEFINED_CONTROL };
        let service = service(name, right)?;
        let mut status = SERVICE_STATUS::default();
        // SAFETY: the service is open, and the structure is ours.
        check(unsafe { ControlService(service.raw(), control, &raw mut status) })
    }

    fn parameter(&self, name: &str, value: &str) -> Result<Option<String>, Code> {
        let key = Key::open(&format!(r"{}\Parameters", key(name))).map_err(|error| code(&error))?;
        let text = key.map(|key| key.text(value)).transpose();
        text.map(Option::flatten).map_err(|error| code(&error))
    }

    fn set_parameter(&self, name: &str, value: &str, text: Option<&str>) -> Result<(), Code> {
        let path = format!(r"{}\Parameters", key(name));
        let set = Key::create(&path).and_then(|key| match text {
            Some(text) => key.set_text(value, text),
            None => key.remove_value(value),
        });
        set.map_err(|error| code(&error))
    }

    fn set_event_source(&self, name: &str, program: &str) -> Result<(), Code> {
        let set = Key::create(&event_source(name)).and_then(|key| {
            key.set_expandable("EventMessageFile", program)?;
            key.set_number("TypesSupported", messages::KINDS)
        });
        set.map_err(|error| code(&error))
    }

    fn remove_event_source(&self, name: &str) -> Result<(), Code> {
        Key::remove(&event_source(name)).map_err(|error| code(&error))
    }

    fn interrupt(&self, name: &str) -> Result<(), Code> {
        Event::set_named(&host::stop_event(name)).map_err(|error| code(&error))
    }

    fn is_alive(&self, pid: u32) -> bool {
        pid != 0 && process::is_alive(pid)
    }
}

/// Wine 8 stores the dependencies, and does not tell them.
fn registered_dependencies(name: &str) -> Result<Vec<String>, Code> {
    let lists = || -> io::Result<Vec<String>> {
        let Some(key) = Key::open(&key(name))? else {
            return Ok(Vec::new());
        };
        let groups = key
            .list("DependOnGroup")?
            .into_iter()
            .map(|group| if group.starts_with('+') { group } else { format!("+{group}") });
        Ok(key.list("DependOnService")?.into_iter().chain(groups).collect())
    };
    lists().map_err(|error| code(&error))
}
