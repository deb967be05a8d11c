//! One command line out of an argv, and back: Windows hands a process a single string, which it splits itself.
//!
//! The rules are those of `CommandLineToArgvW` and of the C runtime. The first word is the program: it ends at the next quote
//! when it begins with one, and a backslash means nothing in it. In the other words `2n` backslashes before a quote are `n`
//! backslashes and an end of quoting, `2n+1` are `n` backslashes and a quote; elsewhere a backslash is itself.

/// The longest command line, in UTF-16 units without the final zero (`CreateProcessW`).
pub const MAX: usize = 32_766;

/// The command line that a process reads as `argv`. The program must hold no quote, which no path can.
#[must_use]
pub fn command_line<'a>(program: &str, arguments: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = format!("\"{program}\"");
    for argument in arguments {
        line.push(' ');
        push(&mut line, argument);
    }
    line
}

/// The command line of `cmd.exe` that runs a batch file; none if the program is no batch file.
///
/// Every word is in quotes, in which `cmd.exe` leaves all characters alone but those that are refused here.
///
/// # Errors
/// The argument that would not arrive as it is written.
#[must_use]
pub fn batch_line(program: &str, arguments: &[String]) -> Option<Result<String, String>> {
    let lower = program.to_ascii_lowercase();
    let is_batch = [".bat", ".cmd"].iter().any(|ending| lower.ends_with(ending));
    is_batch.then(|| {
        let mut line = format!("cmd.exe /d /v:off /s /c \"\"{program}\"");
        for word in std::iter::once(program).chain(arguments.iter().map(String::as_str)) {
            if let Some(bad) = word.chars().find(|c| matches!(c, '%' | '"' | '\r' | '\n')) {
                return Err(format!(
                    "cmd.exe would change the {bad:?} in {word:?}, an argument of a batch file"
                ));
            }
        }
        for argument in arguments {
            line.push_str(&format!(" \"{argument}\""));
        }
        line.push('"');
        Ok(line)
    })
}

/// Its length as Windows counts it.
#[must_use]
pub fn length(line: &str) -> usize {
    line.encode_utf16().count()
}

fn push(line: &mut String, argument: &str) {
    let plain = |c: char| !c.is_whitespace() && c != '"';
    if !argument.is_empty() && argument.chars().all(plain) {
        line.push_str(argument);
        return;
    }
    line.push('"');
    let mut backslashes = 0;
    for c in argument.chars() {
        match c {
            '\\' => backslashes += 1,
            '"' => line.extend(std::iter::repeat_n('\\', backslashes + 1)),
            _ => {}
        }
        backslashes = if c == '\\' { backslashes } else { 0 };
        line.push(c);
    }
    line.extend(std::iter::repeat_n('\\', backslashes));
    line.push('"');
}

/// What a process makes of a command line.
#[must_use]
pub fn split(line: &str) -> Vec<String> {
    let mut rest = line.chars().peekable();
    let mut words = vec![program(&mut rest)];
    loop {
        while rest.next_if(|c| is_blank(*c)).is_some() {}
        if rest.peek().is_none() {
            return words;
        }
        words.push(word(&mut rest));
    }
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

const fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

fn program(rest: &mut Rest<'_>) -> String {
    let quoted = rest.next_if_eq(&'"').is_some();
    let end = |c: &char| if quoted { *c == '"' } else { is_blank(*c) };
    let mut program = String::new();
    for c in rest.by_ref() {
        if end(&c) {
            break;
        }
        program.push(c);
    }
    program
}

fn word(rest: &mut Rest<'_>) -> String {
    let (mut word, mut quoted) = (String::new(), false);
    while let Some(c) = rest.next_if(|c| quoted || !is_blank(*c)) {
        match c {
            '\\' => backslashes(rest, &mut word),
            // Two quotes within quotes are one quote.
            '"' if quoted && rest.next_if_eq(&'"').is_some() => word.push('"'),
            '"' => quoted = !quoted,
            c => word.push(c),
        }
    }
    word
}

/// A run of backslashes, of which the first is read already, and the quote that it protects.
fn backslashes(rest: &mut Rest<'_>, word: &mut String) {
    let mut count = 1;
    while rest.next_if_eq(&'\\').is_some() {
        count += 1;
    }
    if rest.peek() != Some(&'"') {
        word.extend(std::iter::repeat_n('\\', count));
        return;
    }
    word.extend(std::iter::repeat_n('\\', count / 2));
    if count % 2 == 1 {
        word.extend(rest.next());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_microsoft_are_read_as_they_say() {
        let examples: [(&str, &[&str]); 6] = [
            (r#"p "abc" d e"#, &["abc", "d", "e"]),
            (r#"p a\\b d"e f"g h"#, &[r"a\\b", "de fg", "h"]),
            (r#"p a\\\"b c d"#, &[r#"a\"b"#, "c", "d"]),
            (r#"p a\\\\"b c" d e"#, &[r"a\\b c", "d", "e"]),
            (r#"p a"b"" c d"#, &[r#"ab" c d"#]),
            (r#""C:\a b\p.exe" "" x"#, &["", "x"]),
        ];
        for (line, arguments) in examples {
            assert_eq!(split(line)[1..], *arguments, "{line}");
        }
    }

    #[test]
    fn the_program_is_always_quoted_and_a_backslash_means_nothing_in_it() {
        let line = command_line(r"C:\Program Files\svcctl\", ["host"]);
        assert_eq!(line, r#""C:\Program Files\svcctl\" host"#);
        assert_eq!(split(&line), [r"C:\Program Files\svcctl\", "host"]);
    }

    #[test]
    fn a_batch_file_goes_through_cmd_and_what_cmd_would_change_is_refused() {
        let arguments = ["a b".to_owned(), "x&y|z^".to_owned()];
        let line = batch_line(r"C:\t\run.CMD", &arguments).unwrap().unwrap();
        assert_eq!(line, r#"cmd.exe /d /v:off /s /c ""C:\t\run.CMD" "a b" "x&y|z^"""#);
        for bad in ["100%", "say \"hi\"", "two\nlines"] {
            assert!(batch_line(r"C:\run.bat", &[bad.to_owned()]).unwrap().is_err(), "{bad}");
        }
        assert_eq!(batch_line(r"C:\run.exe", &[]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn every_argv_is_read_as_it_was_written(
            program in r"[a-z \\:.é]{1,20}",
            arguments in prop::collection::vec(r#"[ \t"\\a%$'\n&^é😀-]{0,12}"#, 0..6),
        ) {
            let line = command_line(&program, arguments.iter().map(String::as_str));
            let mut argv = vec![program];
            argv.extend(arguments);
            prop_assert_eq!(split(&line), argv);
        }
    }
}
