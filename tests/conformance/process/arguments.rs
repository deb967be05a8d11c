//! Every byte of every argument reaches the program.

use crate::lab::Lab;
use crate::outcome::Verdict;

pub const PLAIN: &[&str] = &["a", "b", "--flag=x", "/path/to/it"];
pub const SPACES: &[&str] = &["a b", " leading", "trailing ", "two  blanks", " ", "   "];
pub const EMPTY: &[&str] = &["", "x", "", ""];
pub const QUOTES: &[&str] =
    &["'", "\"", "it's", "say \"hi\"", "'\"'", "\"\"", "''", "a'b\"c'd", "\"unbalanced"];
pub const BACKSLASHES: &[&str] = &[
    "\\",
    "\\\\",
    "a\\b",
    "trailing\\",
    "trailing two\\\\",
    "\\n",
    "\\x41",
    "\\\"",
    "\\ ",
    "C:\\Program Files\\",
];
pub const PERCENT: &[&str] = &["%", "%%", "%%%", "100%", "%n", "%i", "%h/x", "%PATH%", "%z"];
pub const DOLLARS: &[&str] =
    &["$", "$$", "$HOME", "${HOME}", "$(id)", "`id`", "a$b", "$1", "${", "$$HOME", "!$", "a$"];
pub const CONTROL: &[&str] = &[
    "a\nb",
    "\n",
    "\t",
    "a\tb",
    "\r",
    "a\r\nb",
    "trailing\n",
    "\u{1}\u{2}\u{7}\u{8}\u{b}\u{c}\u{1b}\u{1f}\u{7f}",
];
pub const NOT_ASCII: &[&str] =
    &["é", "日本語", "😀", "\u{feff}bom", "\u{200b}", "\u{a0}", "\u{85}", "\u{2028}", "e\u{301}"];
pub const LEADING: &[&str] = &[
    "-x", "--", "@x", "!x", "!!x", "+x", ":x", ";x", "#x", ";", "-", "@", "|x", "&", "*", "~",
    "{a}b",
];

/// Dumps the argv of a service with these arguments, which must be the very same.
fn reaches(lab: &Lab, arguments: &[&str]) -> Verdict {
    let mut service = lab.service("dump @dump then sleep ignoring");
    let mut command = lab.command("dump @dump then sleep ignoring");
    command.extend(arguments.iter().map(|argument| braces(argument)));
    service.set("process.command", command);
    service.start()?;
    assert_eq!(service.dump().arguments(), arguments);
    Ok(())
}

/// A brace is a placeholder's beginning unless it is doubled.
pub fn braces(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

pub fn plain(lab: &Lab) -> Verdict {
    reaches(lab, PLAIN)
}

pub fn spaces(lab: &Lab) -> Verdict {
    reaches(lab, SPACES)
}

pub fn empty(lab: &Lab) -> Verdict {
    reaches(lab, EMPTY)
}

pub fn quotes(lab: &Lab) -> Verdict {
    reaches(lab, QUOTES)
}

pub fn backslashes(lab: &Lab) -> Verdict {
    reaches(lab, BACKSLASHES)
}

pub fn percent(lab: &Lab) -> Verdict {
    reaches(lab, PERCENT)
}

pub fn dollars(lab: &Lab) -> Verdict {
    reaches(lab, DOLLARS)
}

pub fn control_characters(lab: &Lab) -> Verdict {
    reaches(lab, CONTROL)
}

pub fn not_ascii(lab: &Lab) -> Verdict {
    reaches(lab, NOT_ASCII)
}

pub fn leading(lab: &Lab) -> Verdict {
    reaches(lab, LEADING)
}

pub fn long(lab: &Lab) -> Verdict {
    let argument = "0123456789abcde ".repeat(100 * 1024 / 16);
    reaches(lab, &[&argument, "after it"])
}

pub fn many(lab: &Lab) -> Verdict {
    let arguments: Vec<String> = (0..1000).map(|number| format!("argument {number}")).collect();
    reaches(lab, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}
