//! Names of accounts and groups.

use crate::definition::fault::Fault;
use crate::target::Os;

/// Accounts that Windows has built in, and the word for the virtual account of a service.
const WINDOWS: [&str; 4] = ["LocalService", "NetworkService", "LocalSystem", "virtual"];

/// Checks the name of an account. Whether the account exists is for the pre-flight to say.
///
/// # Errors
/// When no account of `os` can have that name.
pub fn check(name: &str, key: &str, os: Option<Os>) -> Result<(), Fault> {
    let expected =
        |why: &str| Fault::value(format!("expects the name of an account, found {name:?}: {why}"));
    if name.is_empty() {
        return Err(expected("it is empty"));
    }
    if name.chars().any(char::is_control) {
        return Err(expected("it holds a control character"));
    }
    match os {
        Some(os) if os.is_unix() => unix(name, key, os, &expected),
        Some(_) | None => Ok(()),
    }
}

fn unix(name: &str, key: &str, os: Os, expected: &dyn Fn(&str) -> Fault) -> Result<(), Fault> {
    if WINDOWS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        let fault =
            format!("names an account of Windows, and this is for {}: {name:?}", os.title());
        return Err(Fault::new("wrong-os", fault).hint(format!(
            "put it under [on.windows.process] and leave `{key}` out here, or name an account"
        )));
    }
    if name.contains([':', '/', ',']) || name.starts_with('-') || name.trim() != name {
        return Err(expected("no account can be called that"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_windows_belong_to_its_overlay() {
        let fault = check("LocalSystem", "process.user", Some(Os::Linux)).unwrap_err();
        assert_eq!(fault.code, "wrong-os");
        assert!(check("LocalSystem", "process.user", Some(Os::Windows)).is_ok());
        assert!(check(r"CORP\web$", "process.user", Some(Os::Windows)).is_ok());
    }

    #[test]
    fn what_no_account_can_be_called_is_refused() {
        for bad in ["", "a:b", "a/b", "-a", " a", "a\n"] {
            assert!(check(bad, "process.user", Some(Os::Linux)).is_err(), "{bad:?}");
        }
        for good in ["web", "1000", "_www", "web.front", r"CORP\web"] {
            assert!(check(good, "process.user", Some(Os::Linux)).is_ok(), "{good}");
        }
    }
}
