//! The effective document as a [`Spec`].
//!
//! The document has been checked: what is wrong with it is reported already, and takes its default here so that the rest can
//! still be looked at. Such a spec never leaves the module above.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::definition::fields::{HOOK, find};
use crate::definition::tree::{Node, Table, Value};
use crate::definition::{raw, value};
use crate::spec::{
    Credential, Dependency, EnvironmentFile, Health, HealthCheck, Hook, Hooks, Limits, Logs,
    OnUnhealthy, Priority, Process, Ready, Reload, Restart, RestartPolicy, Security,
    SecurityProfile, ServiceName, Spec, Start, Stop,
};
use crate::target::ManagerId;

/// Builds the spec for `manager`; `name` has been checked.
#[must_use]
pub fn spec(table: &Table, name: ServiceName, manager: ManagerId) -> Spec {
    let read = Reader { table };
    Spec {
        name,
        display_name: read.text("display-name"),
        description: read.text("description"),
        documentation: read.texts("documentation").unwrap_or_default(),
        label: read.text("label"),
        process: process(&read),
        start: start(&read),
        stop: stop(&read),
        reload: reload(&read),
        restart: restart(&read),
        hooks: hooks(&read),
        health: health(&read),
        logs: logs(&read),
        limits: limits(&read),
        security: security(&read),
        credentials: read.entries("credentials", credential),
        overrides: table
            .get("override")
            .and_then(Node::table)
            .map_or_else(BTreeMap::new, |raw| raw::build(raw, manager)),
    }
}

fn process(read: &Reader<'_>) -> Process {
    Process {
        command: read.texts("process.command").unwrap_or_default(),
        working_directory: read.text("process.working-directory"),
        environment: read.entries("process.environment", |node| node.text().map(str::to_owned)),
        environment_files: read.list("process.environment-files", environment_file),
        user: read.text("process.user"),
        group: read.text("process.group"),
        umask: read.parsed("process.umask", |text| value::umask(text).ok()),
        priority: read.word("process.priority", Priority::Normal),
    }
}

fn environment_file(node: &Node) -> Option<EnvironmentFile> {
    match node.table() {
        Some(table) => {
            let read = Reader { table };
            let optional = read.boolean("optional").unwrap_or(false);
            Some(EnvironmentFile { path: read.text("path")?, optional })
        }
        None => Some(EnvironmentFile { path: node.text()?.to_owned(), optional: false }),
    }
}

fn start(read: &Reader<'_>) -> Start {
    Start {
        autostart: read.boolean("start.autostart").unwrap_or(true),
        ready: read.table.get("start.ready").and_then(ready).unwrap_or(Ready::Exec),
        timeout: read.duration("start.timeout"),
        after: read.list("start.after", dependency),
        requires: read.list("start.requires", dependency),
        wants: read.list("start.wants", dependency),
    }
}

fn ready(node: &Node) -> Option<Ready> {
    let Some(table) = node.table() else {
        return Some(if node.text()? == "notify" { Ready::Notify } else { Ready::Exec });
    };
    let read = Reader { table };
    let after = || read.parsed("after", |text| value::duration(text).ok()).map(Ready::After);
    None.or_else(|| read.text("tcp").map(Ready::Tcp))
        .or_else(|| read.text("http").map(Ready::Http))
        .or_else(|| read.text("file").map(Ready::File))
        .or_else(after)
}

fn dependency(node: &Node) -> Option<Dependency> {
    Some(match node.text()? {
        "network" => Dependency::Network,
        "network-online" => Dependency::NetworkOnline,
        "filesystem" => Dependency::Filesystem,
        "time-sync" => Dependency::TimeSync,
        service => Dependency::Service(service.to_owned()),
    })
}

fn stop(read: &Reader<'_>) -> Stop {
    Stop {
        signal: read.signal("stop.signal").unwrap_or_else(|| "SIGTERM".to_owned()),
        timeout: read.duration("stop.timeout"),
        command: read.texts("stop.command"),
    }
}

fn reload(read: &Reader<'_>) -> Option<Reload> {
    let command = || read.texts("reload.command").map(Reload::Command);
    read.signal("reload.signal").map(Reload::Signal).or_else(command)
}

fn restart(read: &Reader<'_>) -> Restart {
    let delay = read.duration("restart.delay");
    let unlimited = read.text("restart.attempts").is_some();
    let attempts = || read.integer("restart.attempts").unwrap_or(5);
    Restart {
        policy: read.word("restart.policy", RestartPolicy::OnFailure),
        delay,
        max_delay: read
            .parsed("restart.max-delay", |text| value::duration(text).ok())
            .unwrap_or(delay),
        reset_after: read.duration("restart.reset-after"),
        attempts: (!unlimited).then(attempts),
        window: read.duration("restart.window"),
        success_exit_codes: read.codes("restart.success-exit-codes").unwrap_or_else(|| vec![0]),
        prevent_exit_codes: read.codes("restart.prevent-exit-codes").unwrap_or_default(),
    }
}

fn hooks(read: &Reader<'_>) -> Hooks {
    let hook = |key: &str| read.table.get(key).and_then(Node::table).map(hook);
    Hooks {
        pre_start: hook("hooks.pre-start"),
        post_start: hook("hooks.post-start"),
        pre_stop: hook("hooks.pre-stop"),
        post_stop: hook("hooks.post-stop"),
        on_failure: hook("hooks.on-failure"),
    }
}

fn hook(table: &Table) -> Hook {
    let read = Reader { table };
    let default =
        HOOK.iter().find(|field| field.key == "timeout").map_or("", |field| field.default);
    let timeout = read.parsed("timeout", |text| value::duration(text).ok());
    Hook {
        command: read.texts("command").unwrap_or_default(),
        timeout: timeout.unwrap_or_else(|| default_duration(default)),
        required: read.boolean("required").unwrap_or(true),
    }
}

fn health(read: &Reader<'_>) -> Option<Health> {
    let check = read.text("health.http").map(HealthCheck::Http);
    let check = check.or_else(|| read.text("health.tcp").map(HealthCheck::Tcp));
    let check = check.or_else(|| read.texts("health.command").map(HealthCheck::Command));
    Some(Health {
        check: check?,
        interval: read.duration("health.interval"),
        timeout: read.duration("health.timeout"),
        retries: read.integer("health.retries").unwrap_or(3),
        start_period: read.duration("health.start-period"),
        on_failure: read.word("health.on-failure", OnUnhealthy::Restart),
    })
}

fn logs(read: &Reader<'_>) -> Logs {
    let size = |key: &str| read.parsed(key, |text| value::size(text).ok());
    Logs {
        to: read.word("logs.to", crate::spec::LogTo::Manager),
        directory: read.text("logs.directory"),
        max_size: size("logs.max-size"),
        max_files: read.integer("logs.max-files"),
        max_total: size("logs.max-total"),
        max_age: read.parsed("logs.max-age", |text| value::duration(text).ok()),
        compress: read.boolean("logs.compress"),
        format: read.any_word("logs.format"),
    }
}

fn limits(read: &Reader<'_>) -> Limits {
    Limits {
        memory: read.parsed("limits.memory", |text| value::size(text).ok()),
        cpu: read.parsed("limits.cpu", |text| value::percent(text).ok()),
        processes: read.integer("limits.processes"),
        open_files: read.integer("limits.open-files"),
        core_dumps: read.boolean("limits.core-dumps"),
    }
}

fn security(read: &Reader<'_>) -> Security {
    Security {
        profile: read.word("security.profile", SecurityProfile::None),
        no_new_privileges: read.boolean("security.no-new-privileges"),
        writable_paths: read.texts("security.writable-paths").unwrap_or_default(),
        capabilities: read.texts("security.capabilities"),
        private_tmp: read.boolean("security.private-tmp"),
    }
}

fn credential(node: &Node) -> Option<Credential> {
    let read = Reader { table: node.table()? };
    let prompt = || read.boolean("prompt").map(|_| Credential::Prompt);
    let command = || read.texts("command").map(Credential::Command);
    read.text("file").map(Credential::File).or_else(prompt).or_else(command)
}

fn default_duration(default: &str) -> Duration {
    value::duration(default.trim_matches('"')).unwrap_or_default()
}

/// Reads keys of a table as what a checked table has there.
struct Reader<'a> {
    table: &'a Table,
}

impl Reader<'_> {
    fn text(&self, key: &str) -> Option<String> {
        self.table.get(key)?.text().map(str::to_owned)
    }

    fn parsed<T>(&self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        parse(self.table.get(key)?.text()?)
    }

    /// The duration, or the default of the field table.
    fn duration(&self, key: &str) -> Duration {
        let written = self.parsed(key, |text| value::duration(text).ok());
        let default =
            || find(key).map_or_else(Duration::default, |field| default_duration(field.default));
        written.unwrap_or_else(default)
    }

    fn signal(&self, key: &str) -> Option<String> {
        self.parsed(key, |text| value::signal(text).ok())
    }

    fn boolean(&self, key: &str) -> Option<bool> {
        if let Value::Boolean(truth) = self.table.get(key)?.value { Some(truth) } else { None }
    }

    fn integer<T: TryFrom<i64>>(&self, key: &str) -> Option<T> {
        integer(self.table.get(key)?)
    }

    /// A word that serde knows, or `default`.
    fn word<T: serde::de::DeserializeOwned>(&self, key: &str, default: T) -> T {
        self.any_word(key).unwrap_or(default)
    }

    fn any_word<T: serde::de::DeserializeOwned>(&self, key: &str) -> Option<T> {
        let word = serde_json::Value::String(self.text(key)?);
        serde_json::from_value(word).ok()
    }

    fn texts(&self, key: &str) -> Option<Vec<String>> {
        let items = self.table.get(key)?.items()?;
        Some(items.iter().filter_map(|item| item.text().map(str::to_owned)).collect())
    }

    fn codes(&self, key: &str) -> Option<Vec<i32>> {
        Some(self.table.get(key)?.items()?.iter().filter_map(integer).collect())
    }

    fn list<T>(&self, key: &str, item: impl Fn(&Node) -> Option<T>) -> Vec<T> {
        let items = self.table.get(key).and_then(Node::items).unwrap_or_default();
        items.iter().filter_map(item).collect()
    }

    fn entries<T>(&self, key: &str, item: impl Fn(&Node) -> Option<T>) -> BTreeMap<String, T> {
        let table = self.table.get(key).and_then(Node::table);
        let entries = table.into_iter().flat_map(|table| &table.0);
        entries.filter_map(|(name, entry)| Some((name.clone(), item(&entry.node)?))).collect()
    }
}

fn integer<T: TryFrom<i64>>(node: &Node) -> Option<T> {
    if let Value::Integer(Some(number)) = node.value { T::try_from(number).ok() } else { None }
}
