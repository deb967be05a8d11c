//! The account of a service: the words of a definition, and the manager's own names.

use crate::spec::ServiceName;

/// The account as the manager writes it (`ObjectName`).
///
/// Without one it is the service's own virtual account, which has no password and no right that was not given to it.
#[must_use]
pub fn object_name(user: Option<&str>, name: &ServiceName) -> String {
    let Some(user) = user else {
        return virtual_account(name);
    };
    match user.to_ascii_lowercase().as_str() {
        "virtual" => virtual_account(name),
        "localsystem" | "system" | r"nt authority\system" => "LocalSystem".to_owned(),
        "localservice" | r"nt authority\localservice" => r"NT AUTHORITY\LocalService".to_owned(),
        "networkservice" | r"nt authority\networkservice" => {
            r"NT AUTHORITY\NetworkService".to_owned()
        }
        _ if user.contains(['\\', '@']) => user.to_owned(),
        _ => format!(r".\{user}"),
    }
}

fn virtual_account(name: &ServiceName) -> String {
    format!(r"NT SERVICE\{name}")
}

/// Whether it is one of the three that are the same on every Windows.
#[must_use]
pub fn is_built_in(account: &str) -> bool {
    let upper = account.to_ascii_uppercase();
    upper == "LOCALSYSTEM" || upper.starts_with(r"NT AUTHORITY\")
}

/// Whether Windows wants a password for it. Built-in and virtual accounts have none; a managed one (`name$`) is Windows' own affair.
#[must_use]
pub fn needs_password(account: &str) -> bool {
    let own = account.to_ascii_uppercase().starts_with(r"NT SERVICE\");
    !own && !is_built_in(account) && !account.ends_with('$')
}

/// The SID of a service, which is in the token of its processes: S-1-5-80 and the SHA-1 of its upper-case name in UTF-16.
#[must_use]
pub fn service_sid(name: &ServiceName) -> String {
    use sha1::{Digest, Sha1};

    let units = name
        .as_str()
        .to_ascii_uppercase()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<_>>();
    let digest = Sha1::digest(&units);
    let parts = digest.chunks_exact(4).map(|part| {
        let bytes: [u8; 4] = part.try_into().unwrap_or_default();
        format!("-{}", u32::from_le_bytes(bytes))
    });
    parts.fold("S-1-5-80".to_owned(), |sid, part| sid + &part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ServiceName {
        ServiceName::new(text).unwrap()
    }

    #[test]
    fn accounts_are_written_as_the_manager_writes_them() {
        let cases = [
            (None, r"NT SERVICE\web"),
            (Some("virtual"), r"NT SERVICE\web"),
            (Some("LocalSystem"), "LocalSystem"),
            (Some("localservice"), r"NT AUTHORITY\LocalService"),
            (Some("NetworkService"), r"NT AUTHORITY\NetworkService"),
            (Some(r"CORP\svc$"), r"CORP\svc$"),
            (Some("svc@corp.example"), "svc@corp.example"),
            (Some("web"), r".\web"),
        ];
        for (user, expected) in cases {
            assert_eq!(object_name(user, &name("web")), expected, "{user:?}");
        }
    }

    #[test]
    fn only_ordinary_accounts_need_a_password() {
        for account in
            [r"NT SERVICE\web", "LocalSystem", r"NT AUTHORITY\LocalService", r"CORP\svc$"]
        {
            assert!(!needs_password(account), "{account}");
        }
        for account in [r".\web", r"CORP\web", "web@corp.example"] {
            assert!(needs_password(account), "{account}");
        }
    }

    #[test]
    fn the_sid_of_a_known_service_is_the_known_one() {
        // `sc.exe showsid TrustedInstaller`, as every access list of Windows' own files has it.
        assert_eq!(
            service_sid(&name("TrustedInstaller")),
            "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
        );
    }
}
