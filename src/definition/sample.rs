//! The samples of the field table as whole definitions: what the support matrix asks every backend about.

use crate::definition::path::join;
use crate::definition::source::Source;
use crate::target::Os;

/// A definition of `snippet`, one of a field's samples, and no more than it needs besides.
#[must_use]
pub fn source(snippet: &str, os: Os) -> Source {
    let (program, folder) = if os.is_unix() {
        ("/bin/true", "/srv")
    } else {
        (r"C:\Windows\System32\where.exe", r"C:\srv")
    };
    let needed = [
        ("name", "name = \"sample\"".to_owned()),
        ("process.command", format!("process.command = ['{program}']")),
    ];
    let needed =
        needed.into_iter().filter(|(key, _)| !snippet.starts_with(key)).map(|(_, line)| line);
    let lines: Vec<_> = needed.chain([snippet.to_owned(), String::new()]).collect();
    Source::from_text(join(folder, "sample.toml", os), folder, lines.join("\n"))
}
