//! Making a process: by an explicit program and command line, born in its job, with three handles and no more.

use std::ffi::c_void;
use std::io;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::SystemInformation::GetSystemDirectoryW;
use windows_sys::Win32::System::Threading::{
    ABOVE_NORMAL_PRIORITY_CLASS, BELOW_NORMAL_PRIORITY_CLASS, CREATE_NO_WINDOW,
    CREATE_UNICODE_ENVIRONMENT, CreateProcessW, DeleteProcThreadAttributeList,
    EXTENDED_STARTUPINFO_PRESENT, GetExitCodeProcess, IDLE_PRIORITY_CLASS, INFINITE,
    InitializeProcThreadAttributeList, LPPROC_THREAD_ATTRIBUTE_LIST, NORMAL_PRIORITY_CLASS,
    PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROC_THREAD_ATTRIBUTE_JOB_LIST, PROCESS_INFORMATION,
    STARTF_USESTDHANDLES, STARTUPINFOEXW, UpdateProcThreadAttribute, WaitForSingleObject,
};

use super::job::Job;
use crate::backend::scm::quote;
use crate::spec::Priority;
use crate::windows::handle::{Handle, check, size_of_u32};
use crate::windows::text::{up_to_zero, wide};

/// What is to be executed, and what it is given.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The argv.
    pub command: &'a [String],
    /// As `CreateProcessW` takes it.
    pub environment: &'a [u16],
    /// Absolute path.
    pub directory: &'a str,
    /// Its standard input, output and error.
    pub streams: [&'a Handle; 3],
    /// The job that it is born in.
    pub job: &'a Job,
    /// Of all of its threads.
    pub priority: Priority,
    /// Whether it has a console of its own, which nobody sees; otherwise it shares the host's.
    pub own_console: bool,
}

/// A process that was made.
#[derive(Debug)]
pub struct Child {
    /// The process.
    pub process: Handle,
    /// Its number.
    pub pid: u32,
}

/// Makes it; why not, in words.
///
/// # Errors
/// Words that say which program, and what is wrong with it.
pub fn spawn(launch: &Launch<'_>) -> Result<Child, String> {
    let (program, line) = command_line(launch.command)?;
    create(launch, &program, &line).map_err(|error| not_executed(launch, &error))
}

/// The program that is executed and its command line: of a batch file, those of the command processor.
fn command_line(command: &[String]) -> Result<(String, String), String> {
    let (program, arguments) = command.split_first().ok_or("there is no command")?;
    match quote::batch_line(program, arguments) {
        Some(line) => Ok((format!(r"{}\cmd.exe", system_directory()), line?)),
        None => {
            let arguments = arguments.iter().map(String::as_str);
            Ok((program.clone(), quote::command_line(program, arguments)))
        }
    }
}

/// `C:\Windows\System32`, from the system itself: a variable could lie.
fn system_directory() -> String {
    let mut path = [0_u16; 260];
    // SAFETY: the buffer has as many units as is told.
    unsafe { GetSystemDirectoryW(path.as_mut_ptr(), 260) };
    up_to_zero(&path)
}

fn create(launch: &Launch<'_>, program: &str, line: &str) -> io::Result<Child> {
    let mut handles: Vec<HANDLE> = launch.streams.iter().map(|handle| handle.raw()).collect();
    let [stdin, stdout, stderr] = launch.streams.map(Handle::raw);
    for handle in &handles {
        // SAFETY: the handles are open.
        check(unsafe { SetHandleInformation(*handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) })?;
    }
    // The list must not name a handle twice.
    handles.sort_unstable();
    handles.dedup();
    let jobs = [launch.job.handle().raw()];
    let mut attributes = Attributes::new(2)?;
    attributes.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &handles)?;
    attributes.set(PROC_THREAD_ATTRIBUTE_JOB_LIST, &jobs)?;
    let mut startup = STARTUPINFOEXW::default();
    startup.StartupInfo.cb = size_of_u32::<STARTUPINFOEXW>();
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = stdin;
    startup.StartupInfo.hStdOutput = stdout;
    startup.StartupInfo.hStdError = stderr;
    startup.lpAttributeList = attributes.list();
    let mut made = PROCESS_INFORMATION::default();
    let (program, mut line, directory) = (wide(program), wide(line), wide(launch.directory));
    // SAFETY: all texts and the block end with zeros; the attribute list, the handles and the job outlive the call.
    check(unsafe {
        CreateProcessW(
            program.as_ptr(),
            line.as_mut_ptr(),
            ptr::null(),
            ptr::null(),
            1,
            flags(launch),
            launch.environment.as_ptr().cast(),
            directory.as_ptr(),
            (&raw const startup).cast(),
            &raw mut made,
        )
    })?;
    drop(Handle::new(made.hThread)?);
    Ok(Child { process: Handle::new(made.hProcess)?, pid: made.dwProcessId })
}

const fn flags(launch: &Launch<'_>) -> u32 {
    let priority = match launch.priority {
        Priority::Idle => IDLE_PRIORITY_CLASS,
        Priority::Low => BELOW_NORMAL_PRIORITY_CLASS,
        Priority::Normal => NORMAL_PRIORITY_CLASS,
        Priority::High => ABOVE_NORMAL_PRIORITY_CLASS,
    };
    let console = if launch.own_console { CREATE_NO_WINDOW } else { 0 };
    CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT | priority | console
}

/// A list of attributes for a new process.
struct Attributes(Vec<u64>);

impl Attributes {
    fn new(count: u32) -> io::Result<Self> {
        let mut bytes = 0;
        // SAFETY: without a list it only says how many bytes one takes.
        unsafe { InitializeProcThreadAttributeList(ptr::null_mut(), count, 0, &raw mut bytes) };
        let mut list = vec![0_u64; bytes / 8 + 1];
        // SAFETY: the list has at least as many bytes as is told.
        check(unsafe {
            InitializeProcThreadAttributeList(list.as_mut_ptr().cast(), count, 0, &raw mut bytes)
        })?;
        Ok(Self(list))
    }

    fn list(&mut self) -> LPPROC_THREAD_ATTRIBUTE_LIST {
        self.0.as_mut_ptr().cast()
    }

    /// The handles must outlive the list.
    fn set(&mut self, attribute: u32, handles: &[HANDLE]) -> io::Result<()> {
        // SAFETY: the list is initialized, and the handles have as many bytes as is told.
        check(unsafe {
            UpdateProcThreadAttribute(
                self.list(),
                0,
                attribute as usize,
                handles.as_ptr().cast::<c_void>(),
                size_of_val(handles),
                ptr::null_mut(),
                ptr::null(),
            )
        })
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: the list is initialized, and used no more.
        unsafe { DeleteProcThreadAttributeList(self.list()) };
    }
}

/// Why a program cannot be executed: the system's words do not say which of the paths is meant.
fn not_executed(launch: &Launch<'_>, error: &io::Error) -> String {
    let program = launch.command.first().map_or("", String::as_str);
    if !Path::new(launch.directory).is_dir() {
        return format!("the working directory {} does not exist", launch.directory);
    }
    match error.raw_os_error() {
        Some(2 | 3) => format!("{program} could not be executed: it does not exist"),
        Some(5) => format!("{program} could not be executed: access is denied"),
        Some(193 | 216) => {
            format!("{program} could not be executed: it is no program for this machine")
        }
        Some(740) => format!("{program} could not be executed: it asks for elevation"),
        _ => format!("{program} could not be executed: {error}"),
    }
}

/// Waits until a process has ended; its exit code.
#[must_use]
pub fn wait(process: &Handle) -> u32 {
    let mut code = 0;
    // SAFETY: the handle is open, and the place is ours.
    unsafe {
        WaitForSingleObject(process.raw(), INFINITE);
        GetExitCodeProcess(process.raw(), &raw mut code);
    }
    code
}
