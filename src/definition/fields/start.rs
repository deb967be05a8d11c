//! Rows of `[start]`, `[stop]` and `[reload]`.

use crate::definition::fields::{Field, idle, live, sub};
use crate::definition::kind::{Kind, Word};

const READY: &[Word] = &[
    ("exec", "the program has been executed"),
    ("notify", "the program says READY=1, as by sd_notify(3)"),
];

const READY_CHECKS: &[Field] = &[
    sub("tcp", Kind::Address, "", "A TCP connection to HOST:PORT is accepted."),
    sub("http", Kind::Http, "", "A GET of the address is answered with 2xx or 3xx."),
    sub("file", Kind::Path, "", "The file exists."),
    sub("after", Kind::Duration, "", "It has lived this long."),
];

pub(super) const ROWS: &[Field] = &[
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
        "What is started before it, if it is started at all.",
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
];
