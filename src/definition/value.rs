//! The grammars of single values: durations, sizes, signals, addresses. Pure, one function each.

use std::time::Duration;

use crate::definition::fault::Fault;

/// A hundred years: longer is a slip, and every manager can still count it in microseconds.
const MAX_DURATION: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Units of sizes and their bytes.
const UNITS: [(&str, u64); 10] = [
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Signals by name, without SIG: those of POSIX and of Linux that a service manager has a use for.
const SIGNALS: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
    "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS", "INFO",
];

/// "30s", "5m", "1h 30m".
///
/// # Errors
/// What is wrong with it.
pub fn duration(text: &str) -> Result<Duration, Fault> {
    let parsed = humantime::parse_duration(text).map_err(|_| not_a_duration(text))?;
    if parsed.subsec_nanos() % 1_000_000 != 0 {
        return Err(Fault::value(format!("is finer than a millisecond: \"{text}\"")));
    }
    if parsed > MAX_DURATION {
        return Err(Fault::value(format!("is longer than 100 years: \"{text}\"")));
    }
    Ok(parsed)
}

fn not_a_duration(text: &str) -> Fault {
    let fault = Fault::value(format!(
        "expects a duration such as \"30s\", \"5m\" or \"1h 30m\", found {text:?}"
    ));
    match text.trim().parse::<u64>() {
        Ok(number) => fault.hint(format!("write the unit: \"{number}s\"")),
        Err(_) => fault.hint("units are ms, s, m, h, d and w"),
    }
}

/// "512MiB", "10MB", "1.5GiB" is none: whole numbers only.
///
/// # Errors
/// What is wrong with it.
pub fn size(text: &str) -> Result<u64, Fault> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = UNITS.iter().find(|(known, _)| *known == unit.trim_start());
    match (number.parse::<u64>(), factor) {
        (Ok(0), Some(_)) => Err(Fault::value("must be more than nothing")),
        (Ok(number), Some((_, factor))) => number
            .checked_mul(*factor)
            .filter(|bytes| i64::try_from(*bytes).is_ok())
            .ok_or_else(|| Fault::value(format!("is larger than any machine: {text:?}"))),
        _ => Err(not_a_size(number, unit.trim_start(), text)),
    }
}

fn not_a_size(number: &str, unit: &str, text: &str) -> Fault {
    let fault =
        Fault::value(format!("expects a size such as \"512MiB\" or \"10MB\", found {text:?}"));
    let meant = match unit.to_ascii_lowercase().as_str() {
        "k" | "kb" | "kib" => "KiB",
        "m" | "mb" | "mib" => "MiB",
        "g" | "gb" | "gib" => "GiB",
        "t" | "tb" | "tib" => "TiB",
        _ => {
            return fault
                .hint("a whole number and its unit: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB");
        }
    };
    fault.hint(format!("write \"{number}{meant}\""))
}

/// "150%": per cent of one CPU.
///
/// # Errors
/// What is wrong with it.
pub fn percent(text: &str) -> Result<u32, Fault> {
    let number = text.strip_suffix('%').and_then(|number| digits(number.trim_end()));
    match number {
        Some(percent @ 1..=100_000) => Ok(percent),
        Some(_) => Err(Fault::value("must be between \"1%\" and \"100000%\"")
            .hint("\"100%\" is one CPU, \"200%\" two")),
        None => Err(Fault::value(format!("expects a share such as \"150%\", found {text:?}"))
            .hint("\"100%\" is one CPU, \"200%\" two")),
    }
}

/// "027": an octal mask.
///
/// # Errors
/// What is wrong with it.
pub fn umask(text: &str) -> Result<u32, Fault> {
    let digits = (3..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    match u32::from_str_radix(text, 8) {
        Ok(mask @ 0..=0o777) if digits => Ok(mask),
        _ => Err(Fault::value(format!(
            "expects an octal mask of three digits such as \"027\", found {text:?}"
        ))),
    }
}

/// "SIGTERM" or "TERM", as "SIGTERM".
///
/// # Errors
/// What is wrong with it.
pub fn signal(text: &str) -> Result<String, Fault> {
    let upper = text.to_ascii_uppercase();
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    if SIGNALS.contains(&bare) || is_realtime(bare) {
        return Ok(format!("SIG{bare}"));
    }
    let fault = Fault::value(format!("expects a signal such as \"SIGTERM\", found {text:?}"));
    Err(match number_of_signal(text) {
        Some(name) => fault.hint(format!("signals go by name here: write \"SIG{name}\"")),
        None => fault.meant(bare, &SIGNALS, "SIG"),
    })
}

/// A number of nothing but digits; `parse` alone would take a sign.
fn digits(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_realtime(bare: &str) -> bool {
    let offset = bare.strip_prefix("RTMIN+").or_else(|| bare.strip_prefix("RTMAX-"));
    offset.and_then(digits).is_some_and(|n| n <= 30) || matches!(bare, "RTMIN" | "RTMAX")
}

/// The names behind the numbers that are the same on every Unix.
fn number_of_signal(text: &str) -> Option<&'static str> {
    Some(match text {
        "1" => "HUP",
        "2" => "INT",
        "3" => "QUIT",
        "6" => "ABRT",
        "9" => "KILL",
        "14" => "ALRM",
        "15" => "TERM",
        _ => return None,
    })
}

/// "127.0.0.1:8080", "localhost:80", "[::1]:80".
///
/// # Errors
/// What is wrong with it.
pub fn address(text: &str) -> Result<(), Fault> {
    let expected =
        || Fault::value(format!("expects HOST:PORT such as \"127.0.0.1:8080\", found {text:?}"));
    let Some((host, port)) = text.rsplit_once(':') else {
        let port_only = text.parse::<u16>().is_ok();
        let meant = if port_only { format!("127.0.0.1:{text}") } else { format!("{text}:8080") };
        return Err(expected().hint(format!("write \"{meant}\"")));
    };
    if !port.bytes().all(|b| b.is_ascii_digit()) || !port.parse::<u16>().is_ok_and(|p| p > 0) {
        return Err(expected().hint("a port is a number from 1 to 65535"));
    }
    if host.is_empty() {
        return Err(expected().hint(format!("write \"127.0.0.1:{port}\"")));
    }
    host_name(host).map_err(|hint| expected().hint(hint))
}

fn host_name(host: &str) -> Result<(), String> {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner
            .parse::<std::net::Ipv6Addr>()
            .map(drop)
            .map_err(|_| format!("\"{inner}\" is no IPv6 address"));
    }
    if host.contains(':') {
        return Err(format!("an IPv6 address stands in brackets: \"[{host}]\""));
    }
    let fine = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if host.is_empty() || host.len() > 253 || !host.chars().all(fine) {
        return Err(format!("{host:?} is no host name"));
    }
    Ok(())
}

/// "http://127.0.0.1:8080/healthz".
///
/// # Errors
/// What is wrong with it.
pub fn http(text: &str) -> Result<(), Fault> {
    let expected = || {
        Fault::value(format!(
            "expects an address such as \"http://127.0.0.1:8080/healthz\", found {text:?}"
        ))
    };
    if text.starts_with("https://") {
        return Err(expected().hint(
            "it is asked over plain HTTP; for HTTPS use a command, such as [\"/usr/bin/curl\", \"-fsS\", \"https://…\"]",
        ));
    }
    let Some(rest) = text.strip_prefix("http://") else {
        return Err(expected().hint("begin with \"http://\""));
    };
    if text.chars().any(|c| c.is_control() || c == ' ') || !text.is_ascii() {
        return Err(expected().hint("write spaces and letters beyond ASCII as %20 and so on"));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(expected().hint("user names and passwords have no place in an address"));
    }
    authority_of(authority).map_err(|hint| expected().hint(hint))
}

fn authority_of(authority: &str) -> Result<(), String> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            address(authority).map_err(|_| match port.parse::<u16>() {
                Ok(1..) => host_name(host).err().unwrap_or_default(),
                _ => "a port is a number from 1 to 65535".to_owned(),
            })
        }
        _ => host_name(authority),
    }
}

/// A link to documentation: http, https, file, info or man, which is what systemd takes.
///
/// # Errors
/// What is wrong with it.
pub fn link(text: &str) -> Result<(), Fault> {
    let schemes = ["http://", "https://", "file:/", "info:", "man:"];
    let known = schemes.iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    if known && !text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Ok(());
    }
    Err(Fault::value(format!(
        "expects an address that begins with http://, https://, file:/, info: or man:, found {text:?}"
    )))
}

/// A name of an environment variable.
///
/// # Errors
/// What is wrong with it.
pub fn variable(name: &str) -> Result<(), Fault> {
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    Err(Fault::value(format!("holds {name:?}, which is no name of a variable"))
        .hint("letters, digits and '_', and no digit first"))
}

/// A name of a credential, which becomes a file name.
///
/// # Errors
/// What is wrong with it.
pub fn credential(name: &str) -> Result<(), Fault> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.chars().all(fine) {
        return Ok(());
    }
    Err(Fault::value(format!("holds {name:?}, which is no name of a credential"))
        .hint("letters, digits, '-', '_' and '.', and no '.' first: it becomes a file name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_are_whole_milliseconds() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        for bad in ["", "30", "s", "-1s", "5 parsecs", "1us", "200years", "99999999999999999999s"] {
            assert!(duration(bad).is_err(), "{bad:?}");
        }
        assert_eq!(duration("30").unwrap_err().hint.as_deref(), Some("write the unit: \"30s\""));
    }

    #[test]
    fn sizes_tell_powers_of_two_from_powers_of_ten() {
        assert_eq!(size("512MiB"), Ok(512 << 20));
        assert_eq!(size("10MB"), Ok(10_000_000));
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        assert_eq!(size("1B"), Ok(1));
        for bad in
            ["", "512", "512m", "0MiB", "1.5GiB", "-1MiB", "99999999999TiB", "9999999TiB", "MiB"]
        {
            assert!(size(bad).is_err(), "{bad:?}");
        }
        assert_eq!(size("512m").unwrap_err().hint.as_deref(), Some("write \"512MiB\""));
    }

    #[test]
    fn shares_are_per_cent_of_one_cpu() {
        assert_eq!(percent("150%"), Ok(150));
        for bad in ["", "150", "1.5%", "0%", "-5%", "+5%", "%", "100001%"] {
            assert!(percent(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn masks_are_three_octal_digits() {
        assert_eq!(umask("027"), Ok(0o27));
        assert_eq!(umask("0027"), Ok(0o27));
        for bad in ["", "27", "088", "1777", "00027", "+27", "u=rwx"] {
            assert!(umask(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn signals_go_by_name_with_or_without_sig() {
        for good in ["SIGTERM", "TERM", "term", "sigterm"] {
            assert_eq!(signal(good).as_deref(), Ok("SIGTERM"));
        }
        assert_eq!(signal("RTMIN+3").as_deref(), Ok("SIGRTMIN+3"));
        for bad in ["", "15", "SIG", "SIGNAL", "RTMIN+", "RTMIN+99", "RTMIN++1"] {
            assert!(signal(bad).is_err(), "{bad:?}");
        }
        assert!(signal("15").unwrap_err().hint.is_some_and(|hint| hint.contains("SIGTERM")));
        assert!(
            signal("SIGTREM").unwrap_err().hint.is_some_and(|hint| hint.contains("\"SIGTERM\""))
        );
    }

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for good in ["127.0.0.1:8080", "localhost:1", "[::1]:65535", "db.example.com:5432"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "8080",
            ":8080",
            "localhost",
            "localhost:0",
            "localhost:65536",
            "::1:80",
            "a b:1",
            "[x]:1",
            "h:+1",
        ] {
            assert!(address(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_to_ask_are_plain_http() {
        for good in [
            "http://127.0.0.1:8080/healthz",
            "http://localhost",
            "http://[::1]:80/?a=b",
            "http://[::1]/",
        ] {
            assert!(http(good).is_ok(), "{good}: {:?}", http(good));
        }
        for bad in [
            "",
            "https://x/",
            "127.0.0.1/x",
            "http://",
            "http://a b/",
            "http://h:0/",
            "http://u:p@h/",
            "http://h/\n",
            "ftp://h/",
        ] {
            assert!(http(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn links_have_a_scheme_that_every_manager_shows() {
        for good in ["https://example.com/x", "man:web(8)", "file:/usr/share/doc/web", "info:web"] {
            assert!(link(good).is_ok(), "{good}");
        }
        for bad in ["", "example.com", "man:", "javascript:x", "https://a b"] {
            assert!(link(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_of_variables_are_those_of_posix() {
        assert!(variable("RUST_LOG").is_ok() && variable("_x9").is_ok());
        for bad in ["", "9A", "A-B", "A B", "A=B", "\u{e9}"] {
            assert!(variable(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_of_credentials_are_file_names() {
        assert!(credential("db-password").is_ok());
        for bad in ["", "../x", "a/b", ".hidden", "a b", &"x".repeat(129)] {
            assert!(credential(bad).is_err(), "{bad:?}");
        }
    }
}
