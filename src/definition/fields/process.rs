//! Rows of `[process]`: what is executed, as whom and where.

use crate::definition::fields::{Field, sub, top};
use crate::definition::kind::{Kind, Word};

const PRIORITIES: &[Word] = &[
    ("idle", "only when nothing else wants to run"),
    ("low", "after ordinary programs"),
    ("normal", "as any program"),
    ("high", "before ordinary programs"),
];

const ENVIRONMENT_FILE: &[Field] = &[
    sub("path", Kind::Path, "(required)", "A file of NAME=value lines."),
    sub("optional", Kind::Boolean, "false", "Whether it may be missing."),
];

pub(super) const ROWS: &[Field] = &[
    top(
        "process.command",
        Kind::Argv,
        "(required)",
        &["process.command = [\"{definition-dir}/web\", \"--port\", \"8080\"]"],
        "The program, by absolute path, and its arguments. No shell reads it: every byte arrives as it is written.",
    ),
    top(
        "process.working-directory",
        Kind::Path,
        "(\"/\"; the home folder in the user scope)",
        &["process.working-directory = \"{definition-dir}\""],
        "The folder that the program starts in.",
    ),
    top(
        "process.environment",
        Kind::Variables,
        "{}",
        &["process.environment = { RUST_LOG = \"info\" }"],
        "Variables for the program; they win over those of files. Not for secrets: see `credentials`.",
    ),
    top(
        "process.environment-files",
        Kind::List(&Kind::Either(&Kind::Path, &Kind::Table(ENVIRONMENT_FILE))),
        "[]",
        &[
            "process.environment-files = [\"{config-dir}/env\"]",
            "process.environment-files = [{ path = \"{config-dir}/local\", optional = true }]",
        ],
        "Files of NAME=value lines, read when it starts; later ones win.",
    ),
    top(
        "process.user",
        Kind::Account,
        "(root; on Windows \"virtual\"; in the user scope its owner)",
        &["process.user = \"daemon\""],
        "The account it runs as. On Windows also LocalService, NetworkService, LocalSystem, virtual, DOMAIN\\name or a gMSA$.",
    ),
    top(
        "process.group",
        Kind::Account,
        "(the user's primary group)",
        &["process.group = \"daemon\""],
        "The group it runs as.",
    ),
    top(
        "process.umask",
        Kind::Umask,
        "(the manager's)",
        &["process.umask = \"027\""],
        "Octal mask of the permissions that its new files do not get.",
    ),
    top(
        "process.priority",
        Kind::Words(PRIORITIES),
        "\"normal\"",
        &["process.priority = \"low\"", "process.priority = \"high\""],
        "CPU and I/O priority.",
    ),
];
