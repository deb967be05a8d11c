//! Holds what a terminal shows to the files in `tests/golden`, colours and all: `cat` shows them as they look.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::status;
use crate::backend::LogLine;
use crate::spec::ServiceName;
use crate::state::{ExitInfo, HealthState, ServiceState, State};
use crate::target::{ManagerId, Scope};

/// The widths of a terminal that everything is looked at in.
pub const WIDTHS: [usize; 2] = [80, 140];

/// Compares with `tests/golden/NAME`, or writes it under `UPDATE=1`.
pub fn assert_golden(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "{} is out of date: UPDATE=1 cargo test\n{text}", file.display());
}

/// The moment at which the samples are looked at.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_763_640_000)
}

/// `ago` before [`now`].
fn since(ago: u64) -> Option<String> {
    Some(super::human::rfc3339(now() - Duration::from_secs(ago)))
}

fn service(name: &str, state: State) -> ServiceState {
    let name = ServiceName::new(name).unwrap();
    let nothing = ServiceState::not_installed(&name, Scope::System, ManagerId::Systemd);
    ServiceState { state, enabled: true, drift: Some(Vec::new()), ..nothing }
}

fn running(name: &str, pid: u32, ago: u64, memory: u64) -> ServiceState {
    ServiceState {
        pid: Some(pid),
        since: since(ago),
        restarts: Some(0),
        memory_bytes: Some(memory),
        cpu_ns: Some(memory * 1_000),
        ..service(name, State::Running)
    }
}

fn ended(code: i32, reason: &str) -> Option<ExitInfo> {
    Some(ExitInfo { code: Some(code), signal: None, reason: Some(reason.to_owned()) })
}

/// One service in each state.
pub fn services() -> Vec<ServiceState> {
    let about = |text: &str| Some(text.to_owned());
    vec![
        ServiceState {
            description: about(
                "Serves the shop, its pictures and its search to everybody who asks",
            ),
            health: Some(HealthState::Healthy),
            ..running("web", 4711, 183_000, 25_165_824)
        },
        ServiceState {
            description: about("注文を処理する"),
            health: Some(HealthState::Unhealthy),
            drift: Some(vec!["/etc/systemd/system/orders.service was changed".to_owned()]),
            restarts: Some(12),
            ..running("orders", 1_234_567, 42, 1_288_490_189)
        },
        ServiceState {
            exit: ended(203, "its program /opt/report/bin/report is not there (203/EXEC)"),
            since: since(7_500),
            restarts: Some(5),
            description: about("Nightly figures"),
            ..service("report-generator", State::Failed)
        },
        ServiceState {
            exit: ended(1, "exit code 1"),
            since: since(3),
            restarts: Some(2),
            ..service("mail.queue", State::Restarting)
        },
        ServiceState { pid: Some(815), since: since(1), ..service("cache", State::Starting) },
        ServiceState { enabled: false, ..service("backup", State::Stopped) },
    ]
}

#[test]
fn a_table_of_services_fits_the_terminal() {
    for width in WIDTHS {
        let table = status::table(&services(), now(), Some(width));
        assert_golden(&format!("list-{width}.ansi"), &table);
        for line in anstream::adapter::strip_str(&table).to_string().lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{line}");
        }
    }
}

#[test]
fn the_status_of_a_service_explains_itself() {
    for width in WIDTHS {
        let blocks = services().into_iter().map(|service| block(&service, width));
        assert_golden(&format!("status-{width}.ansi"), &blocks.collect::<String>());
    }
}

/// The block of a service, in a time zone that is everybody's.
fn block(service: &ServiceState, width: usize) -> String {
    let failed = service.state == State::Failed;
    let lines = if failed { last_lines() } else { Vec::new() };
    let block = status::block(service, &lines, now(), Some(width));
    let times = [service.since.clone(), since(0)].into_iter().flatten();
    let local = times.map(|time| super::human::local(&time));
    local.fold(block, |block, local| block.replace(&local, "2026-11-21 09:00:00"))
}

/// What a service wrote; its own colours do not reach the terminal.
fn last_lines() -> Vec<LogLine> {
    ["reading /etc/report.toml", "\u{1b}[31mno such file\u{1b}[0m"]
        .map(|text| LogLine {
            time: Some(now()),
            service: "report-generator".to_owned(),
            stream: None,
            message: text.into(),
        })
        .into()
}
