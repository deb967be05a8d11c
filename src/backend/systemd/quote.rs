//! Writing values so that systemd reads back the same bytes. Every directive has one of three grammars; a blanket
//! escaping is wrong for two of them.
//!
//! The values are UTF-8 without NUL. What a grammar cannot hold is an error that says which character and why.

/// Why a value cannot be written, completing "`field` …".
pub type Unwritable = String;

/// A C-escaped word in double quotes, as in `Exec*=` and `Environment=`.
#[must_use]
pub fn word(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '%' => out.push_str("%%"),
            '\u{1}'..='\u{1f}' | '\u{7f}' => escape_bytes(&mut out, c),
            _ if is_noncharacter(c) => escape_bytes(&mut out, c),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// An argument of `Exec*=` after the first: a [`word`] in which `$` is doubled, or it would be a variable.
#[must_use]
pub fn argument(value: &str) -> String {
    match value {
        // A lone `;` separates commands, even in quotes on old versions.
        ";" => "\"\\x3b\"".to_owned(),
        _ => word(value).replace('$', "$$"),
    }
}

/// The program of `Exec*=`. It allows no escape in the path, so one that needs any is started through `env(1)`, which
/// replaces itself by it and changes neither arguments nor environment.
///
/// # Errors
/// When it needs `env` and holds `=`, which `env` takes for a variable.
pub fn program(path: &str) -> Result<String, Unwritable> {
    let odd = |c: char| "\"'\\$".contains(c) || c.is_ascii_control() || is_noncharacter(c);
    if !path.contains(odd) {
        Ok(word(path))
    } else if path.contains('=') {
        Err("holds '=' beside a quote, a backslash, a dollar sign or a control character, which systemd cannot execute".into())
    } else {
        Ok(format!("/usr/bin/env {}", argument(path)))
    }
}

/// A whole command line.
///
/// # Errors
/// As [`program`].
pub fn command(argv: &[String]) -> Result<String, Unwritable> {
    let (first, rest) = argv.split_first().ok_or("is empty")?;
    let mut line = program(first)?;
    for one in rest {
        line.push(' ');
        line.push_str(&argument(one));
    }
    Ok(line)
}

/// One assignment of `Environment=`.
///
/// # Errors
/// When the name is no name, or the value holds a Unicode noncharacter.
pub fn assignment(name: &str, value: &str) -> Result<String, Unwritable> {
    variable(name, value)?;
    Ok(word(&format!("{name}={value}")))
}

/// One line of an environment file that svcctl writes: neither `%` nor `$` means anything there.
///
/// # Errors
/// As [`assignment`].
pub fn file_assignment(name: &str, value: &str) -> Result<String, Unwritable> {
    variable(name, value)?;
    Ok(format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn variable(name: &str, value: &str) -> Result<(), Unwritable> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty()
        || name.starts_with(|c: char| c.is_ascii_digit())
        || !name.chars().all(letters)
    {
        return Err(
            "is no name that systemd passes on: letters, digits and '_' only, no digit first"
                .into(),
        );
    }
    no_noncharacter(value)
}

/// The rest of the line as it is, as in `WorkingDirectory=` and `Description=`. Blanks at either end would be stripped, and
/// a backslash at the end joins the next line, so such a value is held by `%i`, which is empty in a unit without `@`.
///
/// # Errors
/// When it holds a line break or a Unicode noncharacter.
pub fn rest(value: &str) -> Result<String, Unwritable> {
    writable_raw(value)?;
    let blank = |c: char| c.is_ascii_whitespace();
    let before = if value.starts_with(blank) { "%i" } else { "" };
    let after = if value.ends_with(blank) || value.ends_with('\\') { "%i" } else { "" };
    Ok(format!("{before}{}{after}", value.replace('%', "%%")))
}

/// A path in double quotes without C escapes, as in `ReadWritePaths=`.
///
/// # Errors
/// As [`rest`].
pub fn path(value: &str) -> Result<String, Unwritable> {
    writable_raw(value)?;
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    Ok(format!("\"{escaped}\""))
}

/// An address of `Documentation=`: bare ASCII words of five schemes; the rest is percent-encoded.
///
/// # Errors
/// When the scheme is another.
pub fn address(value: &str) -> Result<String, Unwritable> {
    const SCHEMES: [&str; 5] = ["http://", "https://", "file:/", "info:", "man:"];
    if !SCHEMES.iter().any(|scheme| value.starts_with(scheme)) {
        return Err(
            "is not an address that begins with http://, https://, file:/, info: or man:".into()
        );
    }
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b'%' => out.push_str("%%"),
            b'"' | b'\'' | b'\\' | 0..=b' ' | 0x7f.. => out.push_str(&format!("%%{byte:02X}")),
            _ => out.push(char::from(byte)),
        }
    }
    Ok(out)
}

/// The name of a user or a group.
///
/// # Errors
/// When it holds what systemd refuses in one.
pub fn account(value: &str) -> Result<String, Unwritable> {
    match value.chars().find(|&c| ":\\/ ".contains(c) || c.is_control()) {
        Some(c) => Err(format!("holds {c:?}, which no account of systemd may")),
        None => rest(value),
    }
}

/// A unit's name; a service's may lack the `.service`.
///
/// # Errors
/// When it holds what no unit's name may.
pub fn unit_name(value: &str) -> Result<String, Unwritable> {
    const SUFFIXES: [&str; 11] = [
        ".service",
        ".socket",
        ".device",
        ".mount",
        ".automount",
        ".swap",
        ".target",
        ".path",
        ".timer",
        ".slice",
        ".scope",
    ];
    let full = match SUFFIXES.iter().any(|suffix| value.ends_with(suffix)) {
        true => value.to_owned(),
        false => format!("{value}.service"),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || ":_.\\@-".contains(c);
    if value.is_empty() || full.len() > 255 || !full.chars().all(fits) {
        return Err(format!("holds '{value}', which is no name of a unit"));
    }
    Ok(full)
}

fn writable_raw(value: &str) -> Result<(), Unwritable> {
    match value.chars().find(|c| matches!(c, '\n' | '\r')) {
        Some(c) => Err(format!(
            "holds {c:?}, which ends a line of a unit file and cannot be escaped there"
        )),
        None => no_noncharacter(value),
    }
}

fn no_noncharacter(value: &str) -> Result<(), Unwritable> {
    match value.chars().find(|&c| is_noncharacter(c)) {
        Some(c) => Err(format!(
            "holds the Unicode noncharacter U+{:04X}, which systemd rejects",
            u32::from(c)
        )),
        None => Ok(()),
    }
}

/// Unicode's 66 noncharacters; systemd drops a line that holds one.
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe
}

fn escape_bytes(out: &mut String, c: char) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        out.push_str(&format!("\\x{byte:02x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What systemd makes of a line of words: `extract_first_word` with C escapes and quotes, then specifiers, then (for
    /// arguments) variables. Bytes, since escapes are.
    fn read_words(line: &str, variables: bool) -> Vec<Vec<u8>> {
        let mut words = Vec::new();
        let mut bytes = line.bytes().peekable();
        while let Some(&first) = bytes.peek() {
            if first == b' ' {
                bytes.next();
                continue;
            }
            let quoted = first == b'"';
            if quoted {
                bytes.next();
            }
            let mut word = Vec::new();
            loop {
                match bytes.next() {
                    None => break,
                    Some(b'"') if quoted => break,
                    Some(b' ') if !quoted => break,
                    Some(b'\\') => word.push(read_escape(&mut bytes)),
                    Some(byte) => word.push(byte),
                }
            }
            let word = halve(&word, b'%');
            words.push(if variables && !words.is_empty() { halve(&word, b'$') } else { word });
        }
        words
    }

    fn read_escape(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> u8 {
        match bytes.next() {
            Some(b'x') => {
                let mut digit = || char::from(bytes.next().unwrap()).to_digit(16).unwrap();
                u8::try_from(digit() * 16 + digit()).unwrap()
            }
            Some(byte @ (b'"' | b'\\')) => byte,
            other => panic!("unexpected escape {other:?}"),
        }
    }

    /// A doubled byte is one; a single one would be expanded, so the test fails on it.
    fn halve(bytes: &[u8], doubled: u8) -> Vec<u8> {
        let mut out = Vec::new();
        let mut bytes = bytes.iter().copied();
        while let Some(byte) = bytes.next() {
            if byte == doubled {
                assert_eq!(bytes.next(), Some(doubled), "a single {}", char::from(doubled));
            }
            out.push(byte);
        }
        out
    }

    /// What systemd makes of the rest of a line: stripped, specifiers replaced.
    fn read_rest(line: &str) -> String {
        assert!(!line.contains(['\n', '\r']) && !line.ends_with('\\'), "{line:?}");
        line.trim_ascii().replace("%%", "\0").replace("%i", "").replace('\0', "%")
    }

    /// Strings in which every trap of the grammars occurs, alone and combined.
    fn samples() -> Vec<String> {
        let atoms = [
            "",
            "a",
            " ",
            "\t",
            "\n",
            "\r",
            "\"",
            "'",
            "\\",
            "\\\\",
            "%",
            "%i",
            "%%",
            "$",
            "${X}",
            "$$",
            ";",
            "#",
            "-",
            "@",
            "+:!",
            "é",
            "\u{1F680}",
            "\u{1}",
            "\u{7f}",
            "\u{fdd0}",
            "\u{1fffe}",
            "\\x41",
            "=",
        ];
        let mut all: Vec<String> = atoms.iter().map(ToString::to_string).collect();
        for first in atoms {
            for second in atoms {
                all.push(format!("{first}{second}"));
                all.push(format!("x{second}y{first}"));
            }
        }
        all
    }

    #[test]
    fn every_argument_reads_back_as_itself() {
        for sample in samples() {
            let argv = ["/bin/x".to_owned(), sample.clone(), "z".to_owned()];
            let line = command(&argv).unwrap();
            assert!(!line.contains(['\n', '\r']), "{line:?}");
            let read = read_words(&line, true);
            assert_eq!(read, argv.map(String::into_bytes), "{line}");
        }
    }

    #[test]
    fn a_thousand_random_arguments_read_back_as_themselves() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        for _ in 0..1000 {
            let len = next() % 24;
            let text: String = (0..len)
                .filter_map(|_| char::from_u32(u32::try_from(next() % 0x180).unwrap()))
                .filter(|&c| c != '\0')
                .collect();
            let line = command(&["/bin/x".to_owned(), text.clone()]).unwrap();
            assert_eq!(read_words(&line, true)[1], text.as_bytes(), "{line}");
        }
    }

    #[test]
    fn every_variable_reads_back_or_is_refused_for_a_noncharacter() {
        for sample in samples() {
            match assignment("KEY", &sample) {
                Ok(text) => {
                    assert_eq!(read_words(&text, false), [format!("KEY={sample}").into_bytes()]);
                }
                Err(_) => assert!(sample.chars().any(is_noncharacter), "{sample:?}"),
            }
        }
        for name in ["", "1A", "A-B", "A B", "Ä", "A="] {
            assert!(assignment(name, "x").is_err(), "{name}");
        }
    }

    #[test]
    fn every_rest_of_a_line_reads_back_or_is_refused() {
        for sample in samples().into_iter().filter(|sample| !sample.is_empty()) {
            match rest(&sample) {
                Ok(text) => assert_eq!(read_rest(&text), sample, "{text:?}"),
                Err(_) => {
                    assert!(sample.contains(['\n', '\r']) || sample.chars().any(is_noncharacter));
                }
            }
        }
    }

    #[test]
    fn a_path_knows_no_c_escapes() {
        assert_eq!(path("/a \"b\"\\x41\t%").unwrap(), "\"/a \\\"b\\\"\\\\x41\t%%\"");
        assert!(path("/a\nb").is_err());
    }

    #[test]
    fn an_odd_program_is_started_through_env() {
        assert_eq!(program("/opt/a b%/x").unwrap(), "\"/opt/a b%%/x\"");
        assert_eq!(program("/opt/it's").unwrap(), "/usr/bin/env \"/opt/it's\"");
        assert_eq!(program("/opt/$X").unwrap(), "/usr/bin/env \"/opt/$$X\"");
        assert!(program("/opt/a=b'c").is_err());
        assert!(program("/opt/a=b").is_ok());
    }

    #[test]
    fn addresses_are_percent_encoded_and_units_get_their_suffix() {
        assert_eq!(address("https://e.com/a b%20\"").unwrap(), "https://e.com/a%%20b%%20%%22");
        assert!(address("example.com").is_err());
        assert_eq!(unit_name("redis").unwrap(), "redis.service");
        assert_eq!(unit_name("var-lib.mount").unwrap(), "var-lib.mount");
        assert!(unit_name("a b").is_err() && unit_name("").is_err() && unit_name("a/b").is_err());
    }
}
