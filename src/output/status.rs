//! A service's state for people: a row of a table, or a block that explains.

use std::fmt::Write as _;
use std::time::SystemTime;

use anstyle::Style;

use super::human;
use super::style::{self, BAD, BETWEEN, FAINT, GOOD, NAME};
use super::table::{Cell, Table, printable};
use super::wrap::wrap;
use crate::backend::LogLine;
use crate::state::{ExitInfo, HealthState, ServiceState, State};
use crate::target::Scope;

/// One line a service.
#[must_use]
pub fn table(services: &[ServiceState], now: SystemTime, width: Option<usize>) -> String {
    let mut table = Table::new(vec![
        "NAME",
        "STATE",
        "SINCE",
        "PID",
        "RESTARTS",
        "MEMORY",
        "BOOT",
        "MANAGER",
        "DESCRIPTION",
    ])
    .yielding(&["MANAGER", "MEMORY", "RESTARTS", "BOOT", "PID", "DESCRIPTION"]);
    for service in services {
        table.row(row(service, now));
    }
    table.render(width)
}

fn row(service: &ServiceState, now: SystemTime) -> Vec<Cell> {
    let since = service.since.as_deref().and_then(|since| human::ago(since, now));
    let boot = if service.enabled { Cell::plain("on") } else { Cell::new("off", FAINT) };
    vec![
        Cell::new(&service.name, NAME),
        Cell::new(state_words(service), style::state(service)),
        Cell::plain(or_dash(since.map(human::duration))),
        Cell::plain(or_dash(service.pid)),
        Cell::plain(or_dash(service.restarts)),
        Cell::plain(or_dash(service.memory_bytes.map(human::bytes))),
        boot,
        Cell::plain(format!("{}/{}", service.manager, service.scope)),
        Cell::plain(service.description.as_deref().unwrap_or_default()),
    ]
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn state_words(service: &ServiceState) -> String {
    let drift =
        if service.drift.as_ref().is_some_and(|drift| !drift.is_empty()) { "*" } else { "" };
    let word = service.state.word();
    match service.health {
        Some(HealthState::Unhealthy) => format!("{word} (unhealthy){drift}"),
        Some(HealthState::Starting | HealthState::Healthy) | None => format!("{word}{drift}"),
    }
}

/// Everything about one service, with the last lines that it wrote.
#[must_use]
pub fn block(
    service: &ServiceState,
    lines: &[LogLine],
    now: SystemTime,
    width: Option<usize>,
) -> String {
    let mut text = headline(service, now);
    if service.state == State::NotInstalled {
        return text;
    }
    for fact in facts(service) {
        let Fact { title, words, style } = fact;
        let words = wrap(&words, width, 13, 13);
        let _ = writeln!(text, "  {FAINT}{title:<11}{FAINT:#}{style}{words}{style:#}");
    }
    if !lines.is_empty() {
        let _ = writeln!(text, "  {FAINT}last lines{FAINT:#}");
        lines.iter().for_each(|line| last_line(&mut text, line));
    }
    text
}

/// A line that the service wrote, as `logs` shows it.
fn last_line(text: &mut String, line: &LogLine) {
    let time = line.time.map(|time| human::local(&human::rfc3339(time)));
    let time = time.map(|time| format!("{FAINT}{time}{FAINT:#} ")).unwrap_or_default();
    let style = style::stream(line.stream);
    let message = printable(&String::from_utf8_lossy(&line.message));
    let _ = writeln!(text, "    {time}{style}{message}{style:#}");
}

fn headline(service: &ServiceState, now: SystemTime) -> String {
    let style = style::state(service);
    let mut text =
        format!("{NAME}{}{NAME:#}  {style}{}{style:#}", service.name, state_words(service));
    if let Some(since) = &service.since {
        let ago = human::ago(since, now).map(human::duration);
        let ago = ago.map(|ago| format!(" ({ago} ago)")).unwrap_or_default();
        let _ = write!(text, "  since {}{ago}", human::local(since));
    }
    text.push('\n');
    text
}

/// One thing that is known of a service.
struct Fact {
    title: &'static str,
    words: String,
    style: Style,
}

/// What is known; what is not known is left out.
fn facts(service: &ServiceState) -> Vec<Fact> {
    let plain = Style::new();
    let manager = format!("{} ({}), {}", service.manager, service.scope, boot(service));
    let health = service.health.map(health);
    let all = [
        ("about", service.description.as_deref().map(printable), plain),
        ("why", why(service), BAD),
        ("says", says(service), plain),
        ("manager", Some(manager), plain),
        ("process", process(service), plain),
        ("used", used(service), plain),
        ("health", health.map(|(words, _)| words.to_owned()), health.map_or(plain, |(_, it)| it)),
        ("last end", last_end(service), plain),
        ("drift", drift(service), BETWEEN),
    ];
    let fact = |(title, words, style)| Option::map(words, |words| Fact { title, words, style });
    all.into_iter().filter_map(fact).collect()
}

fn why(service: &ServiceState) -> Option<String> {
    let reason = service.exit.as_ref()?.reason.as_ref()?;
    matches!(service.state, State::Failed | State::Restarting).then(|| printable(reason))
}

/// What the service says of itself, or its host of what it waits for.
fn says(service: &ServiceState) -> Option<String> {
    let words = service.native.get("status")?.as_str()?;
    Some(printable(words)).filter(|words| !words.is_empty())
}

const fn boot(service: &ServiceState) -> &'static str {
    match (service.enabled, service.scope) {
        (true, Scope::System) => "starts at boot",
        (true, Scope::User) => "starts at login",
        (false, Scope::System) => "does not start at boot",
        (false, Scope::User) => "does not start at login",
    }
}

fn process(service: &ServiceState) -> Option<String> {
    let pid = service.pid.map(|pid| format!("pid {pid}"));
    let restarts = service.restarts.filter(|count| *count > 0).map(|count| match count {
        1 => "restarted once".to_owned(),
        count => format!("restarted {count} times"),
    });
    let parts: Vec<String> = [pid, restarts].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn used(service: &ServiceState) -> Option<String> {
    let memory = service.memory_bytes.map(|count| format!("{} of memory", human::bytes(count)));
    let cpu = service
        .cpu_ns
        .map(|ns| format!("{} of CPU", human::duration(std::time::Duration::from_nanos(ns))));
    let parts: Vec<String> = [memory, cpu].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

const fn health(health: HealthState) -> (&'static str, Style) {
    match health {
        HealthState::Starting => ("not known yet", BETWEEN),
        HealthState::Healthy => ("healthy", GOOD),
        HealthState::Unhealthy => ("unhealthy", BAD),
    }
}

/// How it ended before, where that is not the answer to "why" already.
fn last_end(service: &ServiceState) -> Option<String> {
    match service.state {
        State::Failed | State::Restarting => None,
        State::NotInstalled
        | State::Stopped
        | State::Starting
        | State::Running
        | State::Reloading
        | State::Stopping => service.exit.as_ref().and_then(exit_words),
    }
}

fn exit_words(exit: &ExitInfo) -> Option<String> {
    let bare = match (exit.code, &exit.signal) {
        (_, Some(signal)) => Some(format!("killed by {signal}")),
        (Some(code), None) => Some(format!("exit code {code}")),
        (None, None) => None,
    };
    exit.reason.as_deref().map(printable).or(bare)
}

fn drift(service: &ServiceState) -> Option<String> {
    let drift = service.drift.as_ref().filter(|drift| !drift.is_empty())?;
    Some(printable(&drift.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::ServiceName;
    use crate::target::ManagerId;

    fn service() -> ServiceState {
        let name = ServiceName::new("web").unwrap();
        ServiceState::not_installed(&name, Scope::System, ManagerId::Systemd)
    }

    fn shown(service: &ServiceState) -> String {
        let block = block(service, &[], SystemTime::UNIX_EPOCH, None);
        anstream::adapter::strip_str(&block).to_string()
    }

    #[test]
    fn a_failed_service_says_why_and_a_running_one_how_it_ended_before() {
        let reason = Some("exit code 3".to_owned());
        let exit = Some(ExitInfo { code: Some(3), signal: None, reason });
        let failed = ServiceState { state: State::Failed, exit: exit.clone(), ..service() };
        assert!(shown(&failed).contains("why        exit code 3"), "{}", shown(&failed));
        let running = ServiceState { state: State::Running, exit, ..service() };
        assert!(shown(&running).contains("last end   exit code 3"), "{}", shown(&running));
    }

    #[test]
    fn what_a_service_says_of_itself_is_shown() {
        let mut waiting = ServiceState { state: State::Starting, ..service() };
        waiting.native.insert("status".into(), "waits for db, which is starting".into());
        assert!(shown(&waiting).contains("says       waits for db, which is starting"));
    }

    #[test]
    fn drift_is_starred_in_the_table_and_named_in_the_block() {
        let drift = Some(vec!["unit edited".into()]);
        let drifted = ServiceState { state: State::Stopped, drift, ..service() };
        let table = table(std::slice::from_ref(&drifted), SystemTime::UNIX_EPOCH, None);
        assert!(table.contains("stopped*"), "{table}");
        assert!(shown(&drifted).contains("unit edited"));
    }
}
