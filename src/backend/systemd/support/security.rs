//! `[security]`.

use super::Answers;
use crate::backend::systemd::render::{capability, isolates};
use crate::backend::systemd::version;
use crate::spec::{Security, SecurityProfile};
use crate::target::Scope;

/// Every capability of Linux 6; systemd only warns about a name that it does not know.
const CAPABILITIES: &str = "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE \
    DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN \
    NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT \
    SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM";

/// `[security]`.
pub fn security(answers: &mut Answers<'_>, security: &Security) {
    let Security { profile, no_new_privileges, writable_paths, capabilities, private_tmp } =
        security;
    let blind = cannot_isolate(answers);
    match profile {
        SecurityProfile::None => answers.native("security.profile"),
        SecurityProfile::Standard if blind && *private_tmp == Some(false) => {
            answers.native("security.profile");
        }
        SecurityProfile::Standard | SecurityProfile::Strict => {
            isolation(answers, "security.profile", blind);
        }
    }
    answers.native_if("security.no-new-privileges", no_new_privileges.is_some());
    answers.native_if("security.writable-paths", !writable_paths.is_empty());
    if let Some(list) = capabilities {
        capabilities_answer(answers, list);
    }
    if private_tmp.is_some() {
        isolation(answers, "security.private-tmp", blind && isolates(security));
    }
}

fn cannot_isolate(answers: &Answers<'_>) -> bool {
    answers.target.scope == Scope::User && answers.version < version::USER_NAMESPACES
}

fn isolation(answers: &mut Answers<'_>, key: &'static str, blind: bool) {
    if blind {
        let why = format!(
            "the user manager of systemd {} cannot give a service a file system of its own, and {} is needed",
            answers.version,
            version::USER_NAMESPACES
        );
        answers.refused(
            key,
            why,
            "set security.profile = \"none\" and remove private-tmp, or install with --system",
        );
    } else {
        answers.native(key);
    }
}

fn capabilities_answer(answers: &mut Answers<'_>, list: &[String]) {
    let key = "security.capabilities";
    let unknown = list.iter().find(|name| {
        let full = capability(name);
        !CAPABILITIES.split_whitespace().any(|known| full.strip_prefix("CAP_") == Some(known))
    });
    if let Some(name) = unknown {
        answers.refused(
            key,
            format!("Linux has no capability '{name}'"),
            "see capabilities(7) for the names",
        );
    } else if answers.target.scope == Scope::User {
        answers.refused(
            key,
            "a user manager has no capabilities to give, and cannot empty the bounding set",
            "install the service with --system",
        );
    } else {
        answers.native(key);
    }
}
