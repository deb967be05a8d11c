//! Where a host's events go: the event log of the machine. A failure there never stops the service.

use std::ptr;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, RegisterEventSourceW, ReportEventW,
};

use crate::backend::scm::messages::{self, Event};
use crate::host::Hosted;
use crate::windows::resource;
use crate::windows::text::wide;

/// Takes the events of one service.
pub trait Sink: std::fmt::Debug {
    /// Takes one. Whether it is kept is nobody's business here.
    fn write(&mut self, event: &Event);
}

/// Where the events of this service go.
#[must_use]
pub fn sink(hosted: &Hosted) -> Box<dyn Sink> {
    resource::keep();
    let name = hosted.spec.name.to_string();
    #[cfg(feature = "testing")]
    if let Some(record) = record::Record::of(hosted) {
        return Box::new(record);
    }
    EventLog::open(name).map_or_else(|| Box::new(Nowhere) as Box<dyn Sink>, |log| Box::new(log))
}

/// There is no event log.
#[derive(Debug)]
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, _event: &Event) {}
}

/// The application log, with the service's own source.
#[derive(Debug)]
struct EventLog {
    service: String,
    source: HANDLE,
}

impl EventLog {
    fn open(service: String) -> Option<Self> {
        let name = wide(messages::source(&service));
        // SAFETY: no server is named, and the name ends with a zero.
        let source = unsafe { RegisterEventSourceW(ptr::null(), name.as_ptr()) };
        (!source.is_null()).then_some(Self { service, source })
    }
}

impl Sink for EventLog {
    fn write(&mut self, event: &Event) {
        let inserts: Vec<Vec<u16>> = event.inserts(&self.service).iter().map(wide).collect();
        let texts: Vec<*const u16> = inserts.iter().map(Vec::as_ptr).collect();
        let count = u16::try_from(texts.len()).unwrap_or_default();
        // SAFETY: the source is open; there are so many texts, each of which ends with a zero and outlives the call.
        unsafe {
            ReportEventW(
                self.source,
                event.kind() as u16,
                0,
                event.id(),
                ptr::null_mut(),
                count,
                0,
                texts.as_ptr(),
                ptr::null(),
            )
        };
    }
}

impl Drop for EventLog {
    fn drop(&mut self) {
        // SAFETY: the source is open and ours, and used no more.
        unsafe { DeregisterEventSource(self.source) };
    }
}

/// A file instead, for Windowses whose event log keeps nothing.
#[cfg(feature = "testing")]
mod record {
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::path::PathBuf;

    use super::{Event, Hosted, Sink};

    /// A file in the service's runtime folder that somebody has put there.
    #[derive(Debug)]
    pub(super) struct Record(PathBuf, String);

    impl Record {
        pub(super) fn of(hosted: &Hosted) -> Option<Self> {
            let file = PathBuf::from(&hosted.runtime).join("events");
            file.exists().then(|| Self(file, hosted.spec.name.to_string()))
        }
    }

    impl Sink for Record {
        fn write(&mut self, event: &Event) {
            let line = format!("{}\t{}\n", event.id(), event.inserts(&self.1).join("\t"));
            let file = OpenOptions::new().append(true).open(&self.0);
            let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
        }
    }
}
