//! What a host writes into the event log: numbers that never change their meaning, and texts that are in the program itself.
//!
//! The table stands once. Here it is the numbers and what is put into the texts; on Windows it is also the program's message
//! table, out of which the Event Viewer takes the texts (`windows::resource`).

/// Calls a macro with the table: number, kind, text. The numbers are 1, 2, 3 and so on, as the resource holds them as one block.
/// `%1` is the service; plain ASCII, no braces.
macro_rules! message_table {
    ($with:ident) => {
        $with! {
            1 Information "The service %1 runs as process %2.";
            2 Information "The service %1 has stopped.";
            3 Warning "The program of the service %1 has ended: %2.";
            4 Error "The service %1 was given up: %2.";
            5 Warning "The log of the service %1 could not be rotated: %2.";
        }
    };
}
#[cfg(windows)]
pub(crate) use message_table;

/// How grave it is, as the event log sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Kind {
    /// `EVENTLOG_ERROR_TYPE`.
    Error = 1,
    /// `EVENTLOG_WARNING_TYPE`.
    Warning = 2,
    /// `EVENTLOG_INFORMATION_TYPE`.
    Information = 4,
}

/// The kinds that a source says it writes (`TypesSupported`).
pub const KINDS: u32 = 7;

/// One text of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number in the event log.
    pub id: u32,
    /// How grave it is.
    pub kind: Kind,
    /// The text, with `%1` and `%2` for what is put into it.
    pub text: &'static str,
}

macro_rules! as_messages {
    ($($id:literal $kind:ident $text:literal;)*) => {
        /// The table.
        pub const MESSAGES: &[Message] =
            &[$(Message { id: $id, kind: Kind::$kind, text: $text }),*];
    };
}
message_table!(as_messages);

/// Something that an administrator may look for in the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The service runs, and is ready.
    Running {
        /// The service's process.
        pid: u32,
    },
    /// It has stopped: it was asked to, or its program is done.
    Stopped,
    /// Its program ended although nobody asked it to: how, in words.
    Ended(String),
    /// It is not started again: why.
    GivenUp(String),
    /// A new log file could not be begun: why.
    NotRotated(String),
}

impl Event {
    /// Its number in the table.
    #[must_use]
    pub const fn id(&self) -> u32 {
        match self {
            Self::Running { .. } => 1,
            Self::Stopped => 2,
            Self::Ended(_) => 3,
            Self::GivenUp(_) => 4,
            Self::NotRotated(_) => 5,
        }
    }

    /// How grave it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        let found = MESSAGES.iter().find(|message| message.id == self.id());
        found.map_or(Kind::Error, |message| message.kind)
    }

    /// What stands for `%1` and `%2`.
    #[must_use]
    pub fn inserts(&self, service: &str) -> Vec<String> {
        let second = match self {
            Self::Running { pid } => Some(pid.to_string()),
            Self::Stopped => None,
            Self::Ended(why) | Self::GivenUp(why) | Self::NotRotated(why) => Some(why.clone()),
        };
        std::iter::once(service.to_owned()).chain(second).collect()
    }
}

/// The name of a service's source: not the service's own, which its program may use.
#[must_use]
pub fn source(service: &str) -> String {
    format!("svcctl-{service}")
}

/// Where sources of the application log are registered, below `HKEY_LOCAL_MACHINE`.
pub const SOURCES: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Application";

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [Event; 5] {
        [
            Event::Running { pid: 7 },
            Event::Stopped,
            Event::Ended("exited with code 3".into()),
            Event::GivenUp("5 attempts in 10m".into()),
            Event::NotRotated("access is denied".into()),
        ]
    }

    #[test]
    fn the_numbers_are_one_block_from_1() {
        let numbers: Vec<u32> = MESSAGES.iter().map(|message| message.id).collect();
        assert_eq!(numbers, (1..=5).collect::<Vec<_>>());
        assert_eq!(all().map(|event| event.id()).as_slice(), numbers);
    }

    #[test]
    fn every_event_fills_all_of_its_text_and_nothing_more() {
        for event in all() {
            let text = MESSAGES[event.id() as usize - 1].text;
            let inserts = event.inserts("web").len();
            assert!(text.contains(&format!("%{inserts}")), "{text}");
            assert!(!text.contains(&format!("%{}", inserts + 1)), "{text}");
        }
    }

    #[test]
    fn the_texts_can_stand_in_the_assembler() {
        for Message { text, .. } in MESSAGES {
            assert!(text.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{text}");
            assert!(!text.contains(['{', '}', '"', '\\']), "{text}");
        }
    }

    #[test]
    fn what_needs_somebody_is_no_information() {
        assert_eq!(Event::GivenUp(String::new()).kind(), Kind::Error);
        assert_eq!(Event::Ended(String::new()).kind(), Kind::Warning);
        assert_eq!(Event::Stopped.kind(), Kind::Information);
    }
}
