//! What an absolute path is on each operating system, wherever svcctl itself runs.

use crate::definition::fault::Fault;
use crate::target::Os;

/// Checks a path that `key` names.
///
/// # Errors
/// When it is not an absolute path of `os`, or of any system where that is not known.
pub fn check(path: &str, key: &str, os: Option<Os>) -> Result<(), Fault> {
    if path.is_empty() {
        return Err(Fault::value("expects an absolute path, found an empty string"));
    }
    if let Some(control) = path.chars().find(|c| c.is_control()) {
        let shown = control.escape_default();
        return Err(Fault::value(format!("holds the control character {shown} in a path")));
    }
    match os {
        Some(os) if is_absolute(path, os) => Ok(()),
        Some(os) if is_absolute(path, other(os)) => Err(of_another_system(path, key, os)),
        None if is_absolute(path, Os::Linux) || is_absolute(path, Os::Windows) => Ok(()),
        Some(_) | None => Err(relative(path, key)),
    }
}

/// Whether `path` is absolute on `os`.
#[must_use]
pub fn is_absolute(path: &str, os: Os) -> bool {
    if os.is_unix() {
        return path.starts_with('/');
    }
    let bytes = path.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    drive || path.starts_with(r"\\")
}

/// `folder/name`, as `os` writes it.
#[must_use]
pub fn join(folder: &str, name: &str, os: Os) -> String {
    let separator = if os.is_unix() { '/' } else { '\\' };
    format!("{}{separator}{name}", folder.trim_end_matches(separator))
}

const fn other(os: Os) -> Os {
    if os.is_unix() { Os::Windows } else { Os::Linux }
}

fn of_another_system(path: &str, key: &str, os: Os) -> Fault {
    let (theirs, overlay) =
        if os.is_unix() { ("a Windows path", "windows") } else { ("a Unix path", "unix") };
    let (section, last) = section_of(key);
    Fault::new("wrong-os", format!("is {theirs}, and this is for {}: {path:?}", os.title())).hint(
        format!(
            "put it under [on.{overlay}{section}] and write `{last}` for {} beside it",
            os.title()
        ),
    )
}

/// ".process" and "command" of `process.command[1]`.
fn section_of(key: &str) -> (String, &str) {
    let key = key.split('[').next().unwrap_or(key);
    match key.rsplit_once('.') {
        Some((section, last)) => (format!(".{section}"), last),
        None => (String::new(), key),
    }
}

fn relative(path: &str, key: &str) -> Fault {
    let fault = Fault::new("relative-path", format!("expects an absolute path, found {path:?}"));
    if path.starts_with('~') || path.starts_with('$') || path.starts_with('%') {
        return fault.hint(
            "nothing is expanded: write the whole path, or a placeholder such as {env:HOME}",
        );
    }
    let bare = !path.contains(['/', '\\']);
    if bare && key.ends_with("command") {
        return fault.hint(format!(
            "no PATH is searched: `command -v {path}` prints the whole path (on Windows `where {path}`)"
        ));
    }
    let rest = path.trim_start_matches("./").trim_start_matches(".\\");
    fault.hint(format!("for a path beside the definition write \"{{definition-dir}}/{rest}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(path: &str, os: Os) -> Fault {
        check(path, "process.command", Some(os)).unwrap_err()
    }

    #[test]
    fn each_system_knows_its_own_absolute_paths() {
        for good in ["/", "/opt/web", "/a b/%s$x"] {
            assert!(check(good, "x", Some(Os::Linux)).is_ok(), "{good}");
        }
        for good in [r"C:\x", "c:/x", r"\\server\share\x"] {
            assert!(check(good, "x", Some(Os::Windows)).is_ok(), "{good}");
        }
        assert!(check(r"C:\x", "x", None).is_ok() && check("/x", "x", None).is_ok());
    }

    #[test]
    fn a_path_of_another_system_names_the_overlay() {
        let windows = fault(r"C:\web.exe", Os::Linux);
        assert_eq!(windows.code, "wrong-os");
        assert!(windows.hint.is_some_and(|hint| hint.contains("[on.windows.process]")));
        let unix = fault("/opt/web", Os::Windows);
        assert!(unix.hint.is_some_and(|hint| hint.contains("[on.unix.process]")));
    }

    #[test]
    fn a_relative_path_is_told_the_way_out() {
        let hint = |path| fault(path, Os::Linux).hint.unwrap();
        assert!(hint("./bin/web").contains("\"{definition-dir}/bin/web\""));
        assert!(hint("python3").contains("command -v python3"));
        assert!(hint("~/web").contains("nothing is expanded"));
    }

    #[test]
    fn control_characters_have_no_place_in_a_path() {
        for bad in ["/a\nb", "/a\u{7}", "", "/x\r"] {
            assert!(check(bad, "x", Some(Os::Linux)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn paths_are_joined_as_their_system_writes_them() {
        assert_eq!(join("/var/lib", "web", Os::Linux), "/var/lib/web");
        assert_eq!(join(r"C:\x\", "web", Os::Windows), r"C:\x\web");
    }
}
