//! The table of every key of a definition.
//!
//! It drives the check for unknown keys, the type check, the defaults, the JSON Schema, the reference page, the text of
//! `svcctl init`, the support matrix and the decision whether a change needs a restart.

use crate::definition::kind::{Kind, Word};

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// With dots, as in `process.command`.
    pub key: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// What it is when it is not written, as TOML; or in words, in brackets.
    pub default: &'static str,
    /// What it does, in one or two sentences.
    pub doc: &'static str,
    /// Definitions of it that every operating system can read, for the support matrix; the first is the usual one.
    pub samples: &'static [&'static str],
    /// What an installed service needs when it changes.
    pub change: Change,
}

/// What an installed, running service needs when a key changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It must be started anew.
    Restart,
    /// Nothing where the manager does it; a start anew where `svcctl host` does it.
    IfHosted,
    /// Nothing.
    Nothing,
}

impl Field {
    /// Whether a running service must be started anew for a change of this key to take effect.
    #[must_use]
    pub const fn needs_restart(&self, hosted: bool) -> bool {
        match self.change {
            Change::Restart => true,
            Change::IfHosted => hosted,
            Change::Nothing => false,
        }
    }
}

/// The row of `key`.
#[must_use]
pub fn find(key: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.key == key)
}

/// Whether `key` is a table that keys of the table live in, as `process` is.
#[must_use]
pub fn is_section(key: &str) -> bool {
    FIELDS.iter().any(|field| field.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

/// What a section is about, for the schema and the reference page.
pub const SECTIONS: &[(&str, &str)] = &[
    ("process", "What is executed, as whom and where."),
    ("start", "When the service is started, and when it counts as started."),
    ("stop", "How it is stopped."),
    ("reload", "How it re-reads its configuration. A service without it cannot be reloaded."),
    ("restart", "What happens when it ends by itself."),
    ("hooks", "Commands around its life, run as the service's user with its environment."),
    ("health", "How it is asked whether it is well: exactly one of `http`, `tcp` and `command`."),
    ("logs", "Where its standard output and standard error go."),
    ("limits", "What it may use."),
    ("security", "What it may do."),
];

const SCOPES: &[Word] = &[
    ("system", "the machine's; needs root or an administrator"),
    ("user", "the calling user's own"),
];
const PRIORITIES: &[Word] = &[
    ("idle", "only when nothing else wants to run"),
    ("low", "after ordinary programs"),
    ("normal", "as any program"),
    ("high", "before ordinary programs"),
];
const READY: &[Word] = &[
    ("exec", "the program has been executed"),
    ("notify", "the program says READY=1, as by sd_notify(3)"),
];
const POLICIES: &[Word] = &[
    ("never", "not at all"),
    ("on-failure", "after a failing exit code, or a signal that svcctl did not send"),
    ("always", "after every end but a stop"),
];
const UNHEALTHY: &[Word] = &[("restart", "it is restarted"), ("report", "`status` says so")];
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
const UNLIMITED: &[Word] = &[("unlimited", "no limit")];

const fn sub(key: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Field {
    Field { key, kind, default, doc, samples: &[], change: Change::Restart }
}

const READY_CHECKS: &[Field] = &[
    sub("tcp", Kind::Address, "", "A TCP connection to HOST:PORT is accepted."),
    sub("http", Kind::Http, "", "A GET of the address is answered with 2xx or 3xx."),
    sub("file", Kind::Path, "", "The file exists."),
    sub("after", Kind::Duration, "", "It has lived this long."),
];
const ENVIRONMENT_FILE: &[Field] = &[
    sub("path", Kind::Path, "(required)", "A file of NAME=value lines."),
    sub("optional", Kind::Boolean, "false", "Whether it may be missing."),
];
/// The keys of a hook.
pub const HOOK: &[Field] = &[
    sub("command", Kind::Argv, "(required)", "The program and its arguments."),
    sub("timeout", Kind::Pause, "\"10s\"", "How long it may take before it is killed."),
    sub("required", Kind::Boolean, "true", "Whether its failure is the service's."),
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

const fn top(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    samples: &'static [&'static str],
    doc: &'static str,
) -> Field {
    Field { key, kind, default, doc, samples, change: Change::Restart }
}

/// The same, for a key that the manager takes up while the service runs.
const fn live(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    samples: &'static [&'static str],
    doc: &'static str,
) -> Field {
    Field { key, kind, default, doc, samples, change: Change::IfHosted }
}

/// The same, for a key that means nothing to a service that runs.
const fn idle(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    samples: &'static [&'static str],
    doc: &'static str,
) -> Field {
    Field { key, kind, default, doc, samples, change: Change::Nothing }
}

/// Every key, in the order of the reference page.
pub static FIELDS: &[Field] = &[
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
    idle(
        "start.autostart",
        Kind::Boolean,
        "true",
        &["start.autostart = true", "start.autostart = false"],
        "Whether it starts at boot, or at login in the user scope.",
    ),
    live(
        "start.ready",
        Kind::Either(&Kind::Words(READY), &Kind::OneOf(READY_CHECKS)),
        "\"exec\"",
        &[
            "start.ready = \"exec\"",
            "start.ready = \"notify\"",
            "start.ready = { tcp = \"127.0.0.1:8080\" }",
            "start.ready = { http = \"http://127.0.0.1:8080/healthz\" }",
            "start.ready = { file = \"{runtime-dir}/ready\" }",
            "start.ready = { after = \"2s\" }",
        ],
        "What makes a started service `running`.",
    ),
    live(
        "start.timeout",
        Kind::Pause,
        "\"90s\"",
        &["start.timeout = \"90s\""],
        "How long it may take from the first hook until it is ready.",
    ),
    idle(
        "start.after",
        Kind::List(&Kind::Dependency),
        "[]",
        &["start.after = [\"network-online\"]", "start.after = [\"postgresql\"]"],
        "What is started before it, if it is started at all: network, network-online, filesystem, time-sync, or a service.",
    ),
    idle(
        "start.requires",
        Kind::List(&Kind::Dependency),
        "[]",
        &["start.requires = [\"postgresql\"]"],
        "What is started before it and must run.",
    ),
    idle(
        "start.wants",
        Kind::List(&Kind::Dependency),
        "[]",
        &["start.wants = [\"redis\"]"],
        "What is started too, if it can be.",
    ),
    live(
        "stop.signal",
        Kind::Signal,
        "\"SIGTERM\"",
        &["stop.signal = \"SIGTERM\"", "stop.signal = \"SIGINT\""],
        "The signal that asks it to end. On Windows it gets Ctrl-C, then WM_CLOSE.",
    ),
    live(
        "stop.timeout",
        Kind::Pause,
        "\"30s\"",
        &["stop.timeout = \"30s\""],
        "How long stopping may take, hooks and all, before the whole process tree is killed.",
    ),
    live(
        "stop.command",
        Kind::Argv,
        "(none)",
        &["stop.command = [\"{definition-dir}/web\", \"drain\"]"],
        "Run before the signal, which then goes to what is left. It finds the process in SVCCTL_PID.",
    ),
    live(
        "reload.signal",
        Kind::Signal,
        "(none)",
        &["reload.signal = \"SIGHUP\""],
        "The signal that has it re-read its configuration.",
    ),
    live(
        "reload.command",
        Kind::Argv,
        "(none)",
        &["reload.command = [\"{definition-dir}/web\", \"reload\"]"],
        "The command that has it re-read its configuration, instead of a signal.",
    ),
    live(
        "restart.policy",
        Kind::Words(POLICIES),
        "\"on-failure\"",
        &[
            "restart.policy = \"never\"",
            "restart.policy = \"on-failure\"",
            "restart.policy = \"always\"",
        ],
        "Whether it is started again when it ends by itself.",
    ),
    live(
        "restart.delay",
        Kind::Duration,
        "\"1s\"",
        &["restart.delay = \"1s\""],
        "Pause before it is started again.",
    ),
    live(
        "restart.max-delay",
        Kind::Duration,
        "(`delay`: it does not grow)",
        &["restart.max-delay = \"1m\""],
        "The pause doubles up to this, with jitter.",
    ),
    live(
        "restart.reset-after",
        Kind::Duration,
        "\"10m\"",
        &["restart.max-delay = \"1m\"\nrestart.reset-after = \"10m\""],
        "Having run this long, it begins again at `delay`.",
    ),
    live(
        "restart.attempts",
        Kind::Either(&Kind::Integer(1, 1_000_000), &Kind::Words(UNLIMITED)),
        "5",
        &["restart.attempts = 5", "restart.attempts = \"unlimited\""],
        "Automatic restarts within `window` before it is given up as failed.",
    ),
    live(
        "restart.window",
        Kind::Pause,
        "\"10m\"",
        &["restart.window = \"10m\""],
        "The time in which `attempts` are counted.",
    ),
    live(
        "restart.success-exit-codes",
        Kind::List(&Kind::Integer(0, 255)),
        "[0]",
        &["restart.success-exit-codes = [0, 3]"],
        "Exit codes that are no failure.",
    ),
    live(
        "restart.prevent-exit-codes",
        Kind::List(&Kind::Integer(0, 255)),
        "[]",
        &["restart.prevent-exit-codes = [78]"],
        "Exit codes after which it is never started again by itself.",
    ),
    live(
        "hooks.pre-start",
        Kind::Table(HOOK),
        "(none)",
        &[
            "hooks.pre-start = { command = [\"{definition-dir}/web\", \"migrate\"] }",
            "hooks.pre-start = { command = [\"{definition-dir}/web\"], timeout = \"1m\", required = false }",
        ],
        "Run before the command; if it fails and is required, the service is not started.",
    ),
    live(
        "hooks.post-start",
        Kind::Table(HOOK),
        "(none)",
        &["hooks.post-start = { command = [\"{definition-dir}/web\", \"announce\"] }"],
        "Run when it is ready.",
    ),
    live(
        "hooks.pre-stop",
        Kind::Table(HOOK),
        "(none)",
        &["hooks.pre-stop = { command = [\"{definition-dir}/web\", \"leave\"] }"],
        "Run before it is asked to end.",
    ),
    live(
        "hooks.post-stop",
        Kind::Table(HOOK),
        "(none)",
        &["hooks.post-stop = { command = [\"{definition-dir}/web\", \"clean\"] }"],
        "Run when it has ended, however it did.",
    ),
    live(
        "hooks.on-failure",
        Kind::Table(HOOK),
        "(none)",
        &["hooks.on-failure = { command = [\"{definition-dir}/web\", \"alert\"] }"],
        "Run when it has been given up.",
    ),
    live(
        "health.http",
        Kind::Http,
        "(none)",
        &["health.http = \"http://127.0.0.1:8080/healthz\""],
        "Healthy if a GET of the address is answered with 2xx or 3xx.",
    ),
    live(
        "health.tcp",
        Kind::Address,
        "(none)",
        &["health.tcp = \"127.0.0.1:8080\""],
        "Healthy if a TCP connection to HOST:PORT is accepted.",
    ),
    live(
        "health.command",
        Kind::Argv,
        "(none)",
        &["health.command = [\"{definition-dir}/web\", \"ping\"]"],
        "Healthy if the command exits with 0.",
    ),
    live(
        "health.interval",
        Kind::Pause,
        "\"10s\"",
        &["health.tcp = \"127.0.0.1:8080\"\nhealth.interval = \"10s\""],
        "Pause between two checks.",
    ),
    live(
        "health.timeout",
        Kind::Pause,
        "\"2s\"",
        &["health.tcp = \"127.0.0.1:8080\"\nhealth.timeout = \"2s\""],
        "How long one check may take.",
    ),
    live(
        "health.retries",
        Kind::Integer(1, 1_000),
        "3",
        &["health.tcp = \"127.0.0.1:8080\"\nhealth.retries = 3"],
        "Failures in a row that make it unhealthy.",
    ),
    live(
        "health.start-period",
        Kind::Duration,
        "\"30s\"",
        &["health.tcp = \"127.0.0.1:8080\"\nhealth.start-period = \"30s\""],
        "Failures in this time after the start do not count.",
    ),
    live(
        "health.on-failure",
        Kind::Words(UNHEALTHY),
        "\"restart\"",
        &["health.tcp = \"127.0.0.1:8080\"\nhealth.on-failure = \"report\""],
        "What an unhealthy service gets.",
    ),
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
        "Raw keys of one manager, as the last word: [override.systemd.Service], [override.launchd].",
    ),
];
