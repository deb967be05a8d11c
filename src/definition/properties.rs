//! What holds for every definition: no bytes make it panic, and a spec that is written as TOML means itself.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use crate::definition::change::path_in_spec;
use crate::definition::fields::FIELDS;
use crate::definition::fixture::{resolve, resolve_for, systemd};
use crate::definition::kind::Kind;
use crate::definition::placeholder::escape;
use crate::definition::template::string;
use crate::spec::{
    Credential, Dependency, EnvironmentFile, Health, HealthCheck, Hook, Hooks, Limits, LogFormat,
    LogTo, Logs, OnUnhealthy, Priority, Process, Ready, Reload, Restart, RestartPolicy, Security,
    SecurityProfile, ServiceName, Spec, Start, Stop,
};

/// A spec as TOML: each field of the table with the value that the spec has there.
fn toml_of(spec: &Spec) -> String {
    let json = serde_json::to_value(spec).unwrap();
    let mut text = String::new();
    for field in FIELDS.iter().filter(|field| !matches!(field.key, "scope" | "override")) {
        let path = path_in_spec(field.key);
        let value = path.split('.').try_fold(&json, |value, part| value.get(part));
        match value {
            Some(Value::Null) if field.key == "restart.attempts" => {
                text.push_str("restart.attempts = \"unlimited\"\n");
            }
            Some(Value::Null) | None => {}
            Some(value) => {
                text.push_str(&format!("{} = {}\n", field.key, toml_value(&field.kind, value)));
            }
        }
    }
    for (section, keys) in &spec.overrides {
        let section =
            if section.is_empty() { String::new() } else { format!(".{}", string(section)) };
        for (key, values) in keys {
            let values: Vec<_> = values.iter().map(|value| string(&escape(value))).collect();
            text.push_str(&format!(
                "override.systemd{section}.{} = [{}]\n",
                string(key),
                values.join(", ")
            ));
        }
    }
    text
}

fn toml_value(kind: &Kind, value: &Value) -> String {
    match (kind, value) {
        (Kind::Size, Value::Number(bytes)) => format!("\"{bytes}B\""),
        (Kind::Percent, Value::Number(percent)) => format!("\"{percent}%\""),
        (Kind::Umask, Value::Number(mask)) => format!("\"{:03o}\"", mask.as_u64().unwrap()),
        (Kind::Credentials(_), Value::Object(_)) => inline(
            &serde_json::from_str(&value.to_string().replace(":\"prompt\"", ":{\"prompt\":true}"))
                .unwrap(),
        ),
        _ => inline(value),
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => string(&escape(text)),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(table) => {
            let entry =
                |(key, value): (&String, &Value)| format!("{} = {}", string(key), inline(value));
            format!("{{ {} }}", table.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

fn line() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{0,20}"
}

fn bytes() -> impl Strategy<Value = String> {
    "[^\\x00]{0,20}"
}

fn path() -> impl Strategy<Value = String> {
    "/[^\\p{Cc}]{0,20}"
}

fn argv() -> impl Strategy<Value = Vec<String>> {
    (path(), vec(bytes(), 0..4))
        .prop_map(|(program, rest)| std::iter::once(program).chain(rest).collect())
}

fn duration() -> impl Strategy<Value = Duration> {
    (1_u64..100_000_000).prop_map(Duration::from_millis)
}

fn signal() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("SIGTERM".to_owned()),
        Just("SIGINT".to_owned()),
        Just("SIGRTMIN+3".to_owned())
    ]
}

fn distinct<T: std::fmt::Debug + Ord>(
    item: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<T>> {
    btree_set(item, 0..3).prop_map(|set| set.into_iter().collect())
}

fn address() -> impl Strategy<Value = String> {
    ("[a-z]{1,9}", 1_u16..).prop_map(|(host, port)| format!("{host}:{port}"))
}

fn http() -> impl Strategy<Value = String> {
    (address(), "[a-z/%?=]{0,9}").prop_map(|(host, path)| format!("http://{host}/{path}"))
}

fn process() -> impl Strategy<Value = Process> {
    let file =
        (path(), any::<bool>()).prop_map(|(path, optional)| EnvironmentFile { path, optional });
    let files = vec(file, 0..3).prop_map(|mut files| {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files.dedup_by(|one, other| one.path == other.path);
        files
    });
    let account = || option::of("[a-z_][a-z0-9_-]{0,9}");
    let priority = prop_oneof![
        Just(Priority::Idle),
        Just(Priority::Low),
        Just(Priority::Normal),
        Just(Priority::High)
    ];
    let environment = btree_map("[A-Z_][A-Z0-9_]{0,5}", bytes(), 0..4);
    (
        argv(),
        option::of(path()),
        environment,
        files,
        account(),
        account(),
        option::of(0_u32..=0o777),
        priority,
    )
        .prop_map(
            |(
                command,
                working_directory,
                environment,
                environment_files,
                user,
                group,
                umask,
                priority,
            )| Process {
                command,
                working_directory,
                environment,
                environment_files,
                user,
                group,
                umask,
                priority,
            },
        )
}

fn start() -> impl Strategy<Value = Start> {
    let ready = prop_oneof![
        Just(Ready::Exec),
        Just(Ready::Notify),
        address().prop_map(Ready::Tcp),
        http().prop_map(Ready::Http),
        path().prop_map(Ready::File),
        (0_u64..1000).prop_map(|millis| Ready::After(Duration::from_millis(millis))),
    ];
    let dependency = || {
        distinct(prop_oneof![
            Just(Dependency::Network),
            Just(Dependency::NetworkOnline),
            Just(Dependency::Filesystem),
            Just(Dependency::TimeSync),
            "x[a-z@.]{0,9}".prop_map(Dependency::Service),
        ])
    };
    let timeout = duration().prop_map(|timeout| timeout + Duration::from_secs(1));
    (any::<bool>(), ready, timeout, dependency(), dependency(), dependency()).prop_map(
        |(autostart, ready, timeout, after, requires, wants)| Start {
            autostart,
            ready,
            timeout,
            after,
            requires,
            wants,
        },
    )
}

fn restart() -> impl Strategy<Value = Restart> {
    let policy = prop_oneof![
        Just(RestartPolicy::Never),
        Just(RestartPolicy::OnFailure),
        Just(RestartPolicy::Always)
    ];
    let codes = || distinct(0_i32..=255);
    (
        policy,
        duration(),
        duration(),
        duration(),
        option::of(1_u32..1000),
        duration(),
        codes(),
        codes(),
    )
        .prop_map(
            |(
                policy,
                delay,
                more,
                reset_after,
                attempts,
                window,
                success_exit_codes,
                prevent_exit_codes,
            )| Restart {
                policy,
                delay,
                max_delay: delay + more,
                reset_after,
                attempts,
                window,
                success_exit_codes,
                prevent_exit_codes,
            },
        )
}

fn hooks() -> impl Strategy<Value = Hooks> {
    let hook = || {
        option::of(
            (argv(), duration(), any::<bool>()).prop_map(|(command, timeout, required)| Hook {
                command,
                timeout,
                required,
            }),
        )
    };
    (hook(), hook(), hook(), hook(), hook()).prop_map(
        |(pre_start, post_start, pre_stop, post_stop, on_failure)| Hooks {
            pre_start,
            post_start,
            pre_stop,
            post_stop,
            on_failure,
        },
    )
}

fn health() -> impl Strategy<Value = Health> {
    let check = prop_oneof![
        http().prop_map(HealthCheck::Http),
        address().prop_map(HealthCheck::Tcp),
        argv().prop_map(HealthCheck::Command),
    ];
    let on_failure = prop_oneof![Just(OnUnhealthy::Restart), Just(OnUnhealthy::Report)];
    (check, duration(), duration(), 1_u32..1000, duration(), on_failure).prop_map(
        |(check, interval, timeout, retries, start_period, on_failure)| Health {
            check,
            interval,
            timeout,
            retries,
            start_period,
            on_failure,
        },
    )
}

fn logs() -> impl Strategy<Value = Logs> {
    let to = prop_oneof![Just(LogTo::Manager), Just(LogTo::File)];
    let format =
        prop_oneof![Just(LogFormat::Timestamped), Just(LogFormat::Raw), Just(LogFormat::Json)];
    let sizes = (option::of(1_u64..1 << 40), option::of(1_u64 << 40..1 << 50));
    let rest = (option::of(duration()), option::of(any::<bool>()), option::of(format));
    (to, option::of(path()), sizes, option::of(0_u32..10_000), rest).prop_map(
        |(to, directory, (max_size, max_total), max_files, (max_age, compress, format))| Logs {
            to,
            directory,
            max_size,
            max_files,
            max_total,
            max_age,
            compress,
            format,
        },
    )
}

fn bounds() -> impl Strategy<Value = (Limits, Security)> {
    let limits = (
        option::of(1_u64..1 << 50),
        option::of(1_u32..=100_000),
        option::of(1_u64..4_194_304),
        option::of(1_u64..1_000_000),
        option::of(any::<bool>()),
    );
    let profile = prop_oneof![
        Just(SecurityProfile::None),
        Just(SecurityProfile::Standard),
        Just(SecurityProfile::Strict)
    ];
    let capability = prop_oneof![Just("CAP_CHOWN".to_owned()), Just("CAP_NET_RAW".to_owned())];
    let security = (
        profile,
        option::of(any::<bool>()),
        distinct(path()),
        option::of(distinct(capability)),
        option::of(any::<bool>()),
    );
    (limits, security).prop_map(|(limits, security)| {
        let (memory, cpu, processes, open_files, core_dumps) = limits;
        let (profile, no_new_privileges, writable_paths, capabilities, private_tmp) = security;
        (
            Limits { memory, cpu, processes, open_files, core_dumps },
            Security { profile, no_new_privileges, writable_paths, capabilities, private_tmp },
        )
    })
}

fn credential() -> impl Strategy<Value = Credential> {
    prop_oneof![
        path().prop_map(Credential::File),
        Just(Credential::Prompt),
        argv().prop_map(Credential::Command),
    ]
}

type Overrides = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn overrides() -> impl Strategy<Value = Overrides> {
    btree_map("S[a-z ]{0,5}", btree_map("K[A-Za-z]{0,5}", vec(bytes(), 0..3), 1..3), 0..3)
}

fn reload() -> impl Strategy<Value = Reload> {
    prop_oneof![signal().prop_map(Reload::Signal), argv().prop_map(Reload::Command)]
}

fn spec() -> impl Strategy<Value = Spec> {
    let name =
        "w[A-Za-z0-9._-]{0,20}".prop_filter_map("reserved", |name| ServiceName::new(&name).ok());
    let link = "https://[a-z/.]{1,9}";
    let about = (
        name,
        option::of(line()),
        option::of(line()),
        distinct(link),
        option::of("[A-Za-z0-9._-]{1,9}"),
    );
    let stop = (signal(), duration(), option::of(argv()))
        .prop_map(|(signal, timeout, command)| Stop { signal, timeout, command });
    let life = (start(), stop, option::of(reload()), restart(), hooks(), option::of(health()));
    let given = (btree_map("[a-z][a-z0-9.-]{0,9}", credential(), 0..3), overrides());
    (about, process(), life, logs(), bounds(), given).prop_map(
        |(about, process, life, logs, (limits, security), (credentials, overrides))| {
            let (name, display_name, description, documentation, label) = about;
            let (start, stop, reload, restart, hooks, health) = life;
            Spec {
                name,
                display_name,
                description,
                documentation,
                label,
                process,
                start,
                stop,
                reload,
                restart,
                hooks,
                health,
                logs,
                limits,
                security,
                credentials,
                overrides,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_spec_written_as_toml_means_itself(spec in spec()) {
        let text = toml_of(&spec);
        match resolve(&text) {
            Ok(resolved) => prop_assert_eq!(resolved.spec, spec),
            Err(error) => prop_assert!(false, "{:#?}\n{}", error.problems, text),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = resolve(&text);
    }

    #[test]
    fn no_line_of_toml_makes_it_panic(lines in vec(fragment(), 0..12), set in fragment()) {
        let _ = resolve_for(&lines.join("\n"), &systemd(), Some("p"), &[&set]);
    }
}

/// Lines that are nearly right: a key of the table, or a header, with a value of any type.
fn fragment() -> impl Strategy<Value = String> {
    let keys: Vec<&str> = FIELDS.iter().map(|field| field.key).collect();
    let prefix = prop_oneof![
        Just(""),
        Just("on.linux."),
        Just("profile.p."),
        Just("profile.p.on.unix."),
        Just("on.x.")
    ];
    let value = prop_oneof![
        "[ -~]{0,12}",
        "\"[ !#-\\[\\]-~\\u{e9}]{0,12}\"",
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("1e999".to_owned()),
        Just("[[\"\\u0000\", { a = [1979-05-27] }]]".to_owned()),
        Just("{ tcp = \":\", command = [\"\", 1] }".to_owned()),
        Just("\"{env:\"".to_owned()),
    ];
    (prefix, proptest::sample::select(keys), value)
        .prop_map(|(prefix, key, value)| format!("{prefix}{key} = {value}"))
}
