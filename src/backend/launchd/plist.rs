//! Property lists: built as values, written as XML by a library, never as text.

use plist::{Dictionary, Value, XmlWriteOptions};

use crate::error::{Error, Result};
use crate::spec::ServiceName;

/// The key by which svcctl knows what it made. launchd passes over keys that it does not know.
pub const MARK: &str = "SvcctlService";

/// The document, with a line end.
///
/// # Errors
/// When the library cannot write it, which no value of ours makes it do.
pub fn to_xml(keys: Dictionary) -> Result<String> {
    let mut bytes = Vec::new();
    Value::Dictionary(keys)
        .to_writer_xml_with_options(&mut bytes, &XmlWriteOptions::default())
        .map_err(|error| Error::system("cannot write a property list").cause(&error))?;
    bytes.push(b'\n');
    String::from_utf8(bytes)
        .map_err(|error| Error::system("cannot write a property list").cause(&error))
}

/// An array of strings.
pub fn strings<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Array(items.into_iter().map(Value::from).collect())
}

/// The keys of a document, in any of the formats; none if it is something else.
#[must_use]
pub fn read(contents: &[u8]) -> Option<Dictionary> {
    Value::from_reader(std::io::Cursor::new(contents)).ok()?.into_dictionary()
}

/// The service whose mark the keys carry.
#[must_use]
pub fn marked(keys: &Dictionary) -> Option<ServiceName> {
    ServiceName::new(keys.get(MARK)?.as_string()?).ok()
}

/// The first character that XML 1.0 cannot hold, or that a reader may change: a carriage return is read as a line feed.
#[must_use]
pub fn unwritable(text: &str) -> Option<char> {
    text.chars().find(|c| match c {
        '\t' | '\n' => false,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{fffe}'
        | '\u{ffff}'
        | '\u{2028}'
        | '\u{2029}' => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut keys = Dictionary::new();
        keys.insert("Label".into(), "a<b>&\"c'".into());
        keys.insert("ProgramArguments".into(), strings(["", " a ", "\t\n", "é😀", "]]>", "&amp;"]));
        assert_eq!(read(to_xml(keys.clone()).unwrap().as_bytes()), Some(keys));
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_found() {
        assert_eq!(unwritable("a\tb\né😀]]>&"), None);
        for bad in ['\0', '\u{7}', '\r', '\u{85}', '\u{fffe}', '\u{2028}'] {
            assert_eq!(unwritable(&format!("a{bad}")), Some(bad));
        }
    }
}
