//! What the manager's own interface shows of a service: its controls, its removal; and what the event log is told.

use std::ffi::c_void;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::ptr;
use std::thread::sleep;
use std::time::Duration;

use svcctl::backend::scm::api::ROTATE;
use svcctl::backend::scm::messages::MESSAGES;
use svcctl::windows::text::wide;
use windows_sys::Win32::System::LibraryLoader::{LOAD_LIBRARY_AS_DATAFILE, LoadLibraryExW};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, ControlService, OpenSCManagerW, OpenServiceW, SC_HANDLE,
    SC_MANAGER_CONNECT, SERVICE_QUERY_STATUS, SERVICE_STATUS, SERVICE_USER_DEFINED_CONTROL,
};

use super::STATE;
use crate::lab::{Lab, Service};
use crate::lane::program;
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

/// A service, held open as the Services console does.
struct Held(SC_HANDLE);

impl Held {
    fn open(name: &str, access: u32) -> Self {
        // SAFETY: the names end with a zero; the manager's handle is closed once the service's is there.
        let service = unsafe {
            let manager = OpenSCManagerW(ptr::null(), ptr::null(), SC_MANAGER_CONNECT);
            let service = OpenServiceW(manager, wide(name).as_ptr(), access);
            CloseServiceHandle(manager);
            service
        };
        assert!(!service.is_null(), "{name} can be opened");
        Self(service)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the handle is open and ours, and used no more.
        unsafe { CloseServiceHandle(self.0) };
    }
}

fn log_files(service: &Service<'_>) -> usize {
    let folder = Path::new(STATE).join("logs").join(&service.name);
    fs::read_dir(folder).expect("it has a folder for its logs").count()
}

pub fn rotate(lab: &Lab) -> Verdict {
    let service = lab.service("write 3 out then sleep");
    service.start()?;
    service.logged("line 3");
    assert_eq!(log_files(&service), 1);
    let held = Held::open(&service.name, SERVICE_USER_DEFINED_CONTROL);
    let mut status = SERVICE_STATUS::default();
    // SAFETY: the service is open, and the structure is ours.
    assert!(unsafe { ControlService(held.0, ROTATE, &raw mut status) } != 0);
    until("a new log file", SOON, || (log_files(&service) >= 2).then_some(()));
    service.status().is("running", 0);
    service.logged("line 3");
    Ok(())
}

/// The file of a service that gets its events in test builds, as Wine's event log keeps none.
fn event_file(service: &Service<'_>) -> PathBuf {
    Path::new(STATE).join("run").join("services").join(&service.name).join("events")
}

/// The events so far: number and inserts.
fn recorded(service: &Service<'_>) -> Vec<String> {
    let text = fs::read_to_string(event_file(service)).expect("the events can be read");
    text.lines().map(|line| line.replace('\t', " ")).collect()
}

fn events_are(service: &Service<'_>, wanted: &[String]) {
    until("the events", SOON, || (recorded(service).len() >= wanted.len()).then_some(()));
    assert_eq!(recorded(service), wanted);
}

fn events_of_a_restart(lab: &Lab) -> Verdict {
    let service = lab.service("sleep").with("restart.policy", "on-failure");
    service.install(&[])?;
    File::create(event_file(&service)).expect("the file can be made");
    let name = service.name.clone();
    service.verb("start", &[]).exits(0);
    let first = service.status().pid();
    os::kill(first, "KILL");
    let second = until("another process", Duration::from_secs(20), || {
        let status = service.status();
        (status.state() == "running").then(|| status.pid()).filter(|pid| *pid != first)
    });
    service.verb("stop", &[]).exits(0);
    let wanted = [
        format!("1 {name} {first}"),
        format!("3 {name} exited with code 1"),
        format!("1 {name} {second}"),
        format!("2 {name}"),
    ];
    events_are(&service, &wanted);
    fs::remove_file(event_file(&service)).expect("the file can be removed");
    Ok(())
}

fn events_of_a_failure(lab: &Lab) -> Verdict {
    let service = lab.named("fails", "exit 5");
    service.install(&[])?;
    File::create(event_file(&service)).expect("the file can be made");
    service.verb("start", &[]);
    let name = &service.name;
    until("the events", SOON, || (recorded(&service).len() >= 2).then_some(()));
    let found = recorded(&service);
    assert!(found.contains(&format!("3 {name} exited with code 5")), "{found:?}");
    assert!(found.iter().any(|event| event.starts_with(&format!("4 {name} "))), "{found:?}");
    fs::remove_file(event_file(&service)).expect("the file can be removed");
    Ok(())
}

pub fn events(lab: &Lab) -> Verdict {
    events_of_a_restart(lab)?;
    events_of_a_failure(lab)
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn FormatMessageW(
        flags: u32,
        source: *const c_void,
        id: u32,
        language: u32,
        buffer: *mut u16,
        length: u32,
        inserts: *const *const u16,
    ) -> u32;
}

/// The text of a number with these inserts, as the Event Viewer makes it.
fn text_of(module: *const c_void, id: u32, inserts: &[&str]) -> String {
    /// `FORMAT_MESSAGE_FROM_HMODULE` and `FORMAT_MESSAGE_ARGUMENT_ARRAY`.
    const FLAGS: u32 = 0x0800 | 0x2000;
    let inserts: Vec<Vec<u16>> = inserts.iter().map(wide).collect();
    let inserts: Vec<*const u16> = inserts.iter().map(Vec::as_ptr).collect();
    let mut buffer = [0_u16; 512];
    // SAFETY: the module is loaded, the inserts end with zeros, the buffer has as many units as is told.
    let length =
        unsafe { FormatMessageW(FLAGS, module, id, 0, buffer.as_mut_ptr(), 512, inserts.as_ptr()) };
    String::from_utf16_lossy(&buffer[..length as usize])
}

pub fn texts(_lab: &Lab) -> Verdict {
    let path = wide(program("svcctl"));
    // SAFETY: the path ends with a zero; nothing of the program is executed, and it stays loaded.
    let module =
        unsafe { LoadLibraryExW(path.as_ptr(), ptr::null_mut(), LOAD_LIBRARY_AS_DATAFILE) };
    assert!(!module.is_null(), "the program can be looked into");
    for message in MESSAGES {
        let wanted = message.text.replace("%1", "web").replace("%2", "why");
        let found = text_of(module, message.id, &["web", "why"]);
        assert_eq!(found.trim_end(), wanted, "{}", message.id);
    }
    Ok(())
}

pub fn held_open(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.install(&[])?;
    let held = Held::open(&service.name, SERVICE_QUERY_STATUS);
    let mut uninstall = lab.lane.svcctl();
    uninstall.args(["uninstall", &service.name]).stdin(Stdio::null()).stdout(Stdio::null());
    let mut uninstall = uninstall.spawn().expect("svcctl can be run");
    sleep(Duration::from_secs(2));
    assert!(uninstall.try_wait().is_ok_and(|ended| ended.is_none()), "it waits");
    drop(held);
    assert!(uninstall.wait().is_ok_and(|status| status.success()), "then it is done");
    service.status().is("not-installed", 4);
    Ok(())
}
