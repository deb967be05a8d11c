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
