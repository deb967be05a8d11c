//! Job objects: a tree of processes that ends as one, and whose limits hold for all of it.

use std::io;
use std::ptr;

use windows_sys::Win32::System::JobObjects::{
    CreateJobObjectW, JOB_OBJECT_CPU_RATE_CONTROL_ENABLE, JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP,
    JOB_OBJECT_LIMIT_ACTIVE_PROCESS, JOB_OBJECT_LIMIT_JOB_MEMORY,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_BASIC_ACCOUNTING_INFORMATION,
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectBasicProcessIdList,
    JobObjectCpuRateControlInformation, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};

use crate::spec::Limits;
use crate::windows::handle::{Handle, check, size_of_u32};

/// What processes end with that are ended from outside: `STATUS_CONTROL_C_EXIT` is what Windows itself uses for a polite end,
/// this is what `taskkill /F` leaves.
const KILLED: u32 = 1;

/// A job. When its last handle is closed, and so when the host ends however it does, all of its processes are ended.
#[derive(Debug)]
pub struct Job(Handle);

impl Job {
    /// An empty one with these limits.
    ///
    /// # Errors
    /// When the limits cannot be set.
    pub fn new(limits: &Limits) -> io::Result<Self> {
        // SAFETY: neither attributes nor a name are given.
        let job = Self(Handle::new(unsafe { CreateJobObjectW(ptr::null(), ptr::null()) })?);
        let mut all = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        all.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        if let Some(bytes) = limits.memory {
            all.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
            all.JobMemoryLimit = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        if let Some(most) = limits.processes {
            all.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
            all.BasicLimitInformation.ActiveProcessLimit = u32::try_from(most).unwrap_or(u32::MAX);
        }
        // SAFETY: the job is open; the structure is the one of this class, and its size is what is told.
        check(unsafe {
            SetInformationJobObject(
                job.0.raw(),
                JobObjectExtendedLimitInformation,
                (&raw const all).cast(),
                size_of_u32::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>(),
            )
        })?;
        if let Some(percent) = limits.cpu {
            job.limit_cpu(percent)?;
        }
        Ok(job)
    }

    /// Per cent of one CPU, which Windows counts in hundredths of a per cent of all of them.
    fn limit_cpu(&self, percent: u32) -> io::Result<()> {
        let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let rate = u64::from(percent) * 100 / u64::try_from(cpus).unwrap_or(1);
        let mut control = JOBOBJECT_CPU_RATE_CONTROL_INFORMATION {
            ControlFlags: JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP,
            ..Default::default()
        };
        control.Anonymous.CpuRate = u32::try_from(rate.clamp(1, 10_000)).unwrap_or(10_000);
        // SAFETY: the job is open; the structure is the one of this class, and its size is what is told.
        check(unsafe {
            SetInformationJobObject(
                self.0.raw(),
                JobObjectCpuRateControlInformation,
                (&raw const control).cast(),
                size_of_u32::<JOBOBJECT_CPU_RATE_CONTROL_INFORMATION>(),
            )
        })
    }

    /// The handle, for a child that is to be born in it.
    #[must_use]
    pub const fn handle(&self) -> &Handle {
        &self.0
    }

    /// Ends all processes in it.
    pub fn terminate(&self) {
        // SAFETY: the job is open.
        unsafe { TerminateJobObject(self.0.raw(), KILLED) };
    }

    /// How many processes are in it.
    #[must_use]
    pub fn active(&self) -> u32 {
        let mut found = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        // SAFETY: the job is open; the structure is the one of this class, and its size is what is told.
        let done = unsafe {
            QueryInformationJobObject(
                self.0.raw(),
                JobObjectBasicAccountingInformation,
                (&raw mut found).cast(),
                size_of_u32::<JOBOBJECT_BASIC_ACCOUNTING_INFORMATION>(),
                ptr::null_mut(),
            )
        };
        if done == 0 { 0 } else { found.ActiveProcesses }
    }

    /// The processes in it, the first of them where there are very many.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        /// `JOBOBJECT_BASIC_PROCESS_ID_LIST`: two counts, then the numbers.
        #[repr(C)]
        struct List {
            assigned: u32,
            listed: u32,
            numbers: [usize; 256],
        }
        let mut list = List { assigned: 0, listed: 0, numbers: [0; 256] };
        // SAFETY: the job is open; the structure is the one of this class, and its size is what is told.
        unsafe {
            QueryInformationJobObject(
                self.0.raw(),
                JobObjectBasicProcessIdList,
                (&raw mut list).cast(),
                size_of_u32::<List>(),
                ptr::null_mut(),
            )
        };
        let count = usize::try_from(list.listed).unwrap_or_default();
        list.numbers.iter().take(count).filter_map(|pid| u32::try_from(*pid).ok()).collect()
    }
}
