//! What a service may use and do, and its secrets.

use std::collections::BTreeMap;

use super::{hosted_if, native_if};
use crate::spec::{Credential, Limits, Security, SecurityProfile};
use crate::support::SupportReport;

/// Limits of the whole tree are those of its job object.
pub(super) fn limits(report: &mut SupportReport, limits: &Limits) {
    let Limits { memory, cpu, processes, open_files, core_dumps } = limits;
    let why = "the manager has no limits";
    hosted_if(report, "limits.memory", memory.is_some(), why);
    hosted_if(report, "limits.cpu", cpu.is_some(), why);
    hosted_if(report, "limits.processes", processes.is_some(), why);
    if open_files.is_some() {
        let why = "Windows has no limit of open files that could be set";
        report.refused("limits.open-files", why, "put limits.open-files under [on.unix.limits]");
    }
    match core_dumps {
        None => {}
        Some(false) => report.hosted("limits.core-dumps", why),
        Some(true) => report.refused(
            "limits.core-dumps",
            "Windows writes dumps as the machine's administrator has set it (LocalDumps)",
            "put limits.core-dumps under [on.unix.limits]",
        ),
    }
}

pub(super) fn security(report: &mut SupportReport, security: &Security) {
    let Security { profile, no_new_privileges, writable_paths, capabilities, private_tmp } =
        security;
    // SID type and required privileges; a folder of its own for temporary files is the host's.
    native_if(report, "security.profile", *profile != SecurityProfile::None);
    // No program of Windows gains a privilege by being executed.
    native_if(report, "security.no-new-privileges", no_new_privileges.is_some());
    if !writable_paths.is_empty() {
        report.refused(
            "security.writable-paths",
            "svcctl does not change access lists of folders that are not its own",
            "let the account write there: icacls FOLDER /grant \"NT SERVICE\\NAME:(OI)(CI)M\"",
        );
    }
    native_if(report, "security.capabilities", capabilities.is_some());
    hosted_if(
        report,
        "security.private-tmp",
        private_tmp.is_some(),
        "the manager has no private folders",
    );
}

/// The host runs as the service's account, which may read what was stored for it at the install, and nothing that only
/// administrators may read.
pub(super) fn credentials(
    report: &mut SupportReport,
    credentials: &BTreeMap<String, Credential>,
    logon: &str,
) {
    let mut handed_over = credentials.iter().filter(|(name, _)| *name != logon).peekable();
    if handed_over.peek().is_none() {
        native_if(report, "credentials", !credentials.is_empty());
        return;
    }
    if handed_over.any(|(_, credential)| matches!(credential, Credential::File(_))) {
        report.refused(
            "credentials",
            "the host runs as the service's account and cannot read a file that is the administrators' alone",
            "use { prompt = true } or { command = […] }: both are stored at the install for this service alone",
        );
    } else {
        report.hosted("credentials", "the manager has no credentials");
    }
}
