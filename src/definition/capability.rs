//! Linux capabilities and Windows privileges by name.

use crate::definition::fault::Fault;
use crate::target::Os;

/// The capabilities of Linux 6.x, capabilities(7), without CAP_.
const CAPABILITIES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

/// Checks the name of a capability or, on Windows, of a privilege.
///
/// # Errors
/// When `os` knows none of that name.
pub fn check(name: &str, os: Option<Os>) -> Result<(), Fault> {
    let capability = name.strip_prefix("CAP_").is_some_and(|bare| CAPABILITIES.contains(&bare));
    match os {
        Some(Os::Windows) if is_privilege(name) => Ok(()),
        Some(Os::Windows) => Err(Fault::value(format!(
            "expects a privilege of Windows such as \"SeBackupPrivilege\", found {name:?}"
        ))
        .hint("put Linux capabilities under [on.linux.security]")),
        Some(_) | None if capability => Ok(()),
        None if is_privilege(name) => Ok(()),
        Some(_) | None => Err(unknown(name)),
    }
}

/// `SeBackupPrivilege` and its like; Windows itself says which exist.
fn is_privilege(name: &str) -> bool {
    name.starts_with("Se")
        && name.ends_with("Privilege")
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn unknown(name: &str) -> Fault {
    let fault = Fault::value(format!(
        "expects a capability such as \"CAP_NET_BIND_SERVICE\", found {name:?}"
    ));
    if is_privilege(name) {
        return fault.hint("put privileges of Windows under [on.windows.security]");
    }
    let upper = name.to_ascii_uppercase();
    fault.meant(upper.strip_prefix("CAP_").unwrap_or(&upper), &CAPABILITIES, "CAP_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_its_own_names() {
        assert!(check("CAP_NET_BIND_SERVICE", Some(Os::Linux)).is_ok());
        assert!(check("SeBackupPrivilege", Some(Os::Windows)).is_ok());
        assert!(check("SeBackupPrivilege", Some(Os::Linux)).is_err());
        assert!(check("CAP_NET_BIND_SERVICE", Some(Os::Windows)).is_err());
        assert!(check("CAP_NET_RAW", None).is_ok() && check("SeBackupPrivilege", None).is_ok());
    }

    #[test]
    fn a_slip_is_told_what_was_meant() {
        for slip in ["NET_BIND_SERVICE", "cap_net_bind_service", "CAP_NET_BIND"] {
            let hint = check(slip, Some(Os::Linux)).unwrap_err().hint;
            assert_eq!(hint.as_deref(), Some("did you mean \"CAP_NET_BIND_SERVICE\"?"), "{slip}");
        }
    }
}
