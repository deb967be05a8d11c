//! The registry entries of a service as a `.reg` file, version 5, which `reg.exe import` and the Registry Editor read.
//!
//! Text that is not plain ASCII is written as its bytes (`hex(1):`), so that the file means the same in any encoding.

use std::fmt::Write as _;

use crate::backend::scm::messages;
use crate::backend::scm::service::Service;

/// Where the manager keeps its services.
pub const SERVICES: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services";

/// Columns after which a long value is continued on the next line, as the Registry Editor does.
const WIDTH: usize = 80;

/// The whole file.
#[must_use]
pub fn file(name: &str, service: &Service, mark: &str) -> String {
    let mut file = "Windows Registry Editor Version 5.00\r\n".to_owned();
    if service.security_descriptor.is_some() {
        file.push_str("\r\n; The security descriptor is no text: `svcctl install` sets it.\r\n");
    }
    section(&mut file, &format!(r"{SERVICES}\{name}"), &values(service));
    let mark = [("Svcctl", Value::Text(mark.to_owned()))];
    section(&mut file, &format!(r"{SERVICES}\{name}\Parameters"), &mark);
    section(&mut file, &event_source(name), &event_values(service));
    file
}

/// The key of its source of events.
fn event_source(name: &str) -> String {
    format!(r"HKEY_LOCAL_MACHINE\{}\{}", messages::SOURCES, messages::source(name))
}

fn event_values(service: &Service) -> [(&'static str, Value); 2] {
    [
        ("EventMessageFile", Value::Expandable(service.program().to_owned())),
        ("TypesSupported", Value::Number(messages::KINDS)),
    ]
}

/// A value of the registry.
enum Value {
    /// REG_SZ.
    Text(String),
    /// REG_EXPAND_SZ.
    Expandable(String),
    /// REG_MULTI_SZ.
    List(Vec<String>),
    /// REG_DWORD.
    Number(u32),
    /// REG_BINARY.
    Bytes(Vec<u8>),
}

fn values(service: &Service) -> Vec<(&'static str, Value)> {
    let Service {
        display_name,
        description,
        image_path,
        start,
        depend_on_service,
        depend_on_group,
        account,
        password_file: _,
        sid_type,
        required_privileges,
        failure_actions,
        failure_actions_on_non_crash_failures,
        preshutdown_timeout,
        security_descriptor: _,
    } = service;
    let mut values = vec![
        // SERVICE_WIN32_OWN_PROCESS, SERVICE_ERROR_NORMAL.
        ("Type", Value::Number(0x10)),
        ("Start", Value::Number(start.number())),
        ("ErrorControl", Value::Number(1)),
        ("ImagePath", Value::Expandable(image_path.clone())),
        ("DisplayName", Value::Text(display_name.clone())),
        ("Description", Value::Text(description.clone())),
        ("ObjectName", Value::Text(account.clone())),
        ("DelayedAutostart", Value::Number(u32::from(start.is_delayed()))),
        ("DependOnService", Value::List(depend_on_service.clone())),
        ("DependOnGroup", Value::List(depend_on_group.clone())),
        ("ServiceSidType", Value::Number(sid_type.number())),
        ("RequiredPrivileges", Value::List(required_privileges.clone())),
        ("FailureActions", Value::Bytes(failure_actions.binary())),
        ("FailureCommand", Value::Text(failure_actions.command.clone())),
        (
            "FailureActionsOnNonCrashFailures",
            Value::Number(u32::from(*failure_actions_on_non_crash_failures)),
        ),
        ("PreshutdownTimeout", Value::Number(*preshutdown_timeout)),
    ];
    values.retain(|(name, value)| !is_empty(value) || *name == "Description");
    values
}

/// A list or a text without anything is not there at all.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Expandable(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Number(_) | Value::Bytes(_) => false,
    }
}

fn section(file: &mut String, key: &str, values: &[(&str, Value)]) {
    let _ = write!(file, "\r\n[{key}]\r\n");
    for (name, value) in values {
        let _ = write!(file, "\"{name}\"=");
        put(file, name.len() + 3, value);
        file.push_str("\r\n");
    }
}

fn put(file: &mut String, column: usize, value: &Value) {
    match value {
        Value::Number(number) => {
            let _ = write!(file, "dword:{number:08x}");
        }
        Value::Text(text) if is_plain(text) => {
            let escaped = text.replace('\\', r"\\").replace('"', "\\\"");
            let _ = write!(file, "\"{escaped}\"");
        }
        Value::Text(text) => hex(file, column, "hex(1):", &utf16(text)),
        Value::Expandable(text) => hex(file, column, "hex(2):", &utf16(text)),
        Value::List(list) => {
            let bytes: Vec<u8> = list.iter().flat_map(|text| utf16(text)).chain([0, 0]).collect();
            hex(file, column, "hex(7):", &bytes);
        }
        Value::Bytes(bytes) => hex(file, column, "hex:", bytes),
    }
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
}

/// UTF-16, little-endian, with the final zero.
fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn hex(file: &mut String, column: usize, kind: &str, bytes: &[u8]) {
    file.push_str(kind);
    let mut column = column + kind.len();
    for (index, byte) in bytes.iter().enumerate() {
        let comma = if index + 1 == bytes.len() { "" } else { "," };
        let _ = write!(file, "{byte:02x}{comma}");
        column += 3;
        if column > WIDTH - 4 && !comma.is_empty() {
            file.push_str("\\\r\n  ");
            column = 2;
        }
    }
}
