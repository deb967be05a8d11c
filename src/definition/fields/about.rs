//! Rows of the keys at the top: what the service is called.

use crate::definition::fields::{Field, idle, top};
use crate::definition::kind::{Kind, Word};

const SCOPES: &[Word] = &[
    ("system", "the machine's; needs root or an administrator"),
    ("user", "the calling user's own"),
];

pub(super) const ROWS: &[Field] = &[
    top(
        "name",
        Kind::Name,
        "(required)",
        &["name = \"sample\""],
        "The service's name: up to 64 letters, digits, '.', '_' and '-', the first a letter or a digit.",
    ),
    idle(
        "scope",
        Kind::Words(SCOPES),
        "(from --system or --user)",
        &["scope = \"system\""],
        "Whose service it is.",
    ),
    idle(
        "display-name",
        Kind::Line,
        "(the name)",
        &["display-name = \"Web front end\""],
        "A name for people.",
    ),
    idle(
        "description",
        Kind::Line,
        "(none)",
        &["description = \"Serves the shop\""],
        "One line for people.",
    ),
    idle(
        "documentation",
        Kind::List(&Kind::Link),
        "[]",
        &["documentation = [\"https://example.com/web\"]"],
        "Where to read about it: http, https, file, info or man addresses.",
    ),
    top(
        "label",
        Kind::Label,
        "(the name)",
        &["label = \"com.example.web\""],
        "launchd's label for it.",
    ),
];
