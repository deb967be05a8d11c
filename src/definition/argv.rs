//! A command line that was written as one string, and the argv that was probably meant.

use crate::definition::fault::Fault;

/// Characters that only a shell gives a meaning to.
const SHELL: [char; 12] = ['|', '>', '<', '&', ';', '$', '`', '*', '?', '(', ')', '\n'];

/// The fault of a command that is a string; its hint shows the list.
#[must_use]
pub fn shell_line(key: &str, line: &str) -> Fault {
    let last = key.rsplit('.').next().unwrap_or(key);
    let fault = Fault::new(
        "shell-line",
        "expects the program and its arguments as a list, found one string: no shell reads it",
    );
    match words(line) {
        _ if line.contains(SHELL) => {
            fault.hint(format!("if a shell is wanted: {last} = [\"/bin/sh\", \"-c\", {line:?}]"))
        }
        Some(words) if !words.is_empty() => fault.hint(format!("write {last} = {words:?}")),
        Some(_) | None => {
            fault.hint(format!("write {last} = [\"/path/to/program\", \"argument\"]"))
        }
    }
}

/// The words of a line as a shell would split it; none if a quote is open.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            (Some(_) | None, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_is_shown_as_the_list_that_it_means() {
        let hint = |line| shell_line("process.command", line).hint.unwrap();
        assert_eq!(hint("/opt/web --port 80"), r#"write command = ["/opt/web", "--port", "80"]"#);
        assert_eq!(hint("/opt/web 'a b' \"\""), r#"write command = ["/opt/web", "a b", ""]"#);
    }

    #[test]
    fn a_line_for_a_shell_is_shown_with_a_shell() {
        let hint = shell_line("process.command", "cd /x && ./web > log").hint.unwrap();
        assert_eq!(
            hint,
            r#"if a shell is wanted: command = ["/bin/sh", "-c", "cd /x && ./web > log"]"#
        );
    }

    #[test]
    fn a_line_that_cannot_be_split_still_gets_an_example() {
        for line in ["", "  ", "/opt/web 'open"] {
            assert!(
                shell_line("process.command", line).hint.unwrap().contains("[\"/path/to/program\"")
            );
        }
    }
}
