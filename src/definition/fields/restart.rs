//! Rows of `[restart]`, `[hooks]` and `[health]`: what happens beyond an ordinary life.

use crate::definition::fields::{Field, live, sub};
use crate::definition::kind::{Kind, Word};

const POLICIES: &[Word] = &[
    ("never", "not at all"),
    ("on-failure", "after a failing exit code, or a signal that svcctl did not send"),
    ("always", "after every end but a stop"),
];
const UNHEALTHY: &[Word] = &[("restart", "it is restarted"), ("report", "`status` says so")];
const UNLIMITED: &[Word] = &[("unlimited", "no limit")];

/// The keys of a hook.
pub const HOOK: &[Field] = &[
    sub("command", Kind::Argv, "(required)", "The program and its arguments."),
    sub("timeout", Kind::Pause, "\"10s\"", "How long it may take before it is killed."),
    sub("required", Kind::Boolean, "true", "Whether its failure is the service's."),
];

pub(super) const ROWS: &[Field] = &[
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
        &["restart.max-delay = \"1m\"\nrestart.reset-after = \"5m\""],
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
];
