//! Rows of what it may use and do, where its output goes, and what it is given: logs, limits, security, credentials, override.

use crate::definition::fields::{Field, sub, top};
use crate::definition::kind::{Kind, Word};

const LOG_TARGETS: &[Word] =
    &[("manager", "the manager's log: journald on systemd, files elsewhere"), ("file", "files")];
const FORMATS: &[Word] = &[
    ("timestamped", "time and stream before each line"),
    ("raw", "the bytes as they came"),
    ("json", "one JSON object a line"),
];
const PROFILES: &[Word] = &[
    ("none", "nothing but what is named below"),
    ("standard", "what hardly any service notices"),
    ("strict", "what an ordinary network service can live with"),
];

const CREDENTIAL: &[Field] = &[
    sub("file", Kind::Path, "", "A file, read whenever the service starts."),
    sub(
        "prompt",
        Kind::True,
        "",
        "Asked for at install, and kept in a file that only root can read.",
    ),
    sub("command", Kind::Argv, "", "A program that prints it at install; kept likewise."),
];

pub(super) const ROWS: &[Field] = &[
    top(
        "logs.to",
        Kind::Words(LOG_TARGETS),
        "\"manager\"",
        &["logs.to = \"manager\"", "logs.to = \"file\""],
        "The manager's own log, or files of the service.",
    ),
    top(
        "logs.directory",
        Kind::Path,
        "(\"{log-dir}\")",
        &["logs.to = \"file\"\nlogs.directory = \"{log-dir}\""],
        "The folder of the files.",
    ),
    top(
        "logs.max-size",
        Kind::Size,
        "\"10MiB\"",
        &["logs.to = \"file\"\nlogs.max-size = \"10MiB\""],
        "A file is rotated at this size, at the end of a line.",
    ),
    top(
        "logs.max-files",
        Kind::Integer(0, 10_000),
        "7",
        &["logs.to = \"file\"\nlogs.max-files = 7"],
        "Rotated files that are kept.",
    ),
    top(
        "logs.max-total",
        Kind::Size,
        "\"200MiB\"",
        &["logs.to = \"file\"\nlogs.max-total = \"200MiB\""],
        "All files together; the oldest go first.",
    ),
    top(
        "logs.max-age",
        Kind::Pause,
        "\"30d\"",
        &["logs.to = \"file\"\nlogs.max-age = \"30d\""],
        "Rotated files older than this are removed.",
    ),
    top(
        "logs.compress",
        Kind::Boolean,
        "true",
        &["logs.to = \"file\"\nlogs.compress = true"],
        "Whether rotated files are compressed with gzip.",
    ),
    top(
        "logs.format",
        Kind::Words(FORMATS),
        "\"timestamped\"",
        &[
            "logs.to = \"file\"\nlogs.format = \"raw\"",
            "logs.to = \"file\"\nlogs.format = \"json\"",
        ],
        "What a line of a file looks like.",
    ),
    top(
        "limits.memory",
        Kind::Size,
        "(no limit)",
        &["limits.memory = \"512MiB\""],
        "Memory of the whole process tree.",
    ),
    top(
        "limits.cpu",
        Kind::Percent,
        "(no limit)",
        &["limits.cpu = \"150%\""],
        "Share of CPU time of the whole process tree; \"100%\" is one CPU.",
    ),
    top(
        "limits.processes",
        Kind::Integer(1, 4_194_304),
        "(the manager's)",
        &["limits.processes = 256"],
        "Processes and threads of the whole process tree.",
    ),
    top(
        "limits.open-files",
        Kind::Integer(1, 1_073_741_816),
        "(the manager's)",
        &["limits.open-files = 65536"],
        "Open files and sockets of one process.",
    ),
    top(
        "limits.core-dumps",
        Kind::Boolean,
        "(the system's)",
        &["limits.core-dumps = false", "limits.core-dumps = true"],
        "Whether a crash may leave a core dump.",
    ),
    top(
        "security.profile",
        Kind::Words(PROFILES),
        "\"none\"",
        &["security.profile = \"standard\"", "security.profile = \"strict\""],
        "A bundle of the manager's protections.",
    ),
    top(
        "security.no-new-privileges",
        Kind::Boolean,
        "(the profile decides)",
        &["security.no-new-privileges = true"],
        "No process of it may gain a privilege, as by a set-user-ID program.",
    ),
    top(
        "security.writable-paths",
        Kind::List(&Kind::Path),
        "[]",
        &["security.profile = \"strict\"\nsecurity.writable-paths = [\"{data-dir}\"]"],
        "Folders that stay writable under a profile that makes the rest read-only.",
    ),
    top(
        "security.capabilities",
        Kind::List(&Kind::Capability),
        "(the profile decides)",
        &["security.capabilities = []"],
        "All the capabilities that it keeps, such as \"CAP_NET_BIND_SERVICE\"; on Windows the privileges that it needs.",
    ),
    top(
        "security.private-tmp",
        Kind::Boolean,
        "(the profile decides)",
        &["security.private-tmp = true"],
        "A folder for temporary files of its own.",
    ),
    top(
        "credentials",
        Kind::Credentials(&Kind::OneOf(CREDENTIAL)),
        "{}",
        &[
            "credentials.token = { file = \"{config-dir}/token\" }",
            "credentials.token = { prompt = true }",
            "credentials.token = { command = [\"{definition-dir}/print-token\"] }",
        ],
        "Secrets by name: the service finds each in the file $CREDENTIALS_DIRECTORY/NAME, never in its argv or environment.",
    ),
    top(
        "override",
        Kind::Raw,
        "{}",
        &["override.systemd.Service.IOWeight = 50", "override.launchd.LowPriorityIO = true"],
        "Raw keys of one manager, as the last word; each manager checks what it can.",
    ),
];
