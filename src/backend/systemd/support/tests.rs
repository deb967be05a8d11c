use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::backend::systemd::samples::{spec, target};
use crate::spec::{Credential, Dependency, Hook, Priority, Ready, SecurityProfile};
use crate::support::Answer;
use crate::target::Scope;

type Change = fn(&mut Spec);

/// The answer's word for `key` after a change to the smallest spec.
fn word(key: &str, scope: Scope, version: u32, change: impl Fn(&mut Spec)) -> &'static str {
    let mut spec = spec();
    change(&mut spec);
    report(&spec, &target(scope, Some(version))).get(key).map_or("none", Answer::word)
}

#[test]
fn the_smallest_definition_is_native_throughout() {
    for scope in [Scope::System, Scope::User] {
        let report = report(&spec(), &target(scope, None));
        assert!(report.entries.iter().all(|(_, answer)| *answer == Answer::Native), "{report:?}");
        assert!(report.get("health.http").is_none() && report.get("process.user").is_none());
    }
}

#[test]
fn what_systemd_lacks_is_hosted() {
    let at = |key, change: fn(&mut Spec)| word(key, Scope::System, 252, change);
    assert_eq!(at("start.ready", |s| s.start.ready = Ready::Tcp("127.0.0.1:1".into())), "hosted");
    assert_eq!(at("stop.command", |s| s.stop.command = Some(vec!["/x".into()])), "hosted");
    assert_eq!(
        at("restart.max-delay", |s| s.restart.max_delay = Duration::from_secs(60)),
        "hosted"
    );
    assert_eq!(
        at("restart.success-exit-codes", |s| s.restart.success_exit_codes = vec![3]),
        "hosted"
    );
    assert_eq!(at("logs.to", |s| s.logs.to = LogTo::File), "hosted");
    let hook = |s: &mut Spec| {
        s.hooks.pre_start = Some(Hook {
            command: vec!["/x".into()],
            timeout: Duration::from_secs(1),
            required: true,
        });
    };
    assert_eq!(word("hooks.pre-start", Scope::System, 252, hook), "hosted");
}

#[test]
fn retention_is_journald_s_unless_the_logs_are_files() {
    let size = |s: &mut Spec| s.logs.max_size = Some(1);
    assert_eq!(word("logs.max-size", Scope::System, 252, size), "refused");
    let both = |s: &mut Spec| {
        s.logs.max_size = Some(1);
        s.logs.to = LogTo::File;
    };
    assert_eq!(word("logs.max-size", Scope::System, 252, both), "hosted");
}

#[test]
fn what_a_user_manager_cannot_do_is_refused_there_only() {
    let changes: [(&str, Change); 5] = [
        ("process.user", |s| s.process.user = Some("daemon".into())),
        ("process.priority", |s| s.process.priority = Priority::High),
        ("start.after", |s| s.start.after = vec![Dependency::NetworkOnline]),
        ("limits.open-files", |s| s.limits.open_files = Some(1 << 30)),
        ("security.capabilities", |s| s.security.capabilities = Some(vec!["CAP_NET_RAW".into()])),
    ];
    for (key, change) in changes {
        assert_eq!(word(key, Scope::System, 252, change), "native", "{key}");
        assert_eq!(word(key, Scope::User, 252, change), "refused", "{key}");
    }
    let own = |s: &mut Spec| s.process.user = Some("ann".into());
    assert_eq!(word("process.user", Scope::User, 252, own), "native");
}

#[test]
fn a_release_that_is_too_old_is_named() {
    let secret = |s: &mut Spec| {
        s.credentials = BTreeMap::from([("k".into(), Credential::Prompt)]);
    };
    assert_eq!(word("credentials", Scope::System, 246, secret), "refused");
    assert_eq!(word("credentials", Scope::System, 247, secret), "native");
    let strict = |s: &mut Spec| s.security.profile = SecurityProfile::Strict;
    assert_eq!(word("security.profile", Scope::User, 244, strict), "refused");
    assert_eq!(word("security.profile", Scope::User, 245, strict), "native");
    let newline =
        |s: &mut Spec| s.process.environment = BTreeMap::from([("A".into(), "\n".into())]);
    assert_eq!(word("process.environment", Scope::System, 237, newline), "refused");
    assert_eq!(word("process.environment", Scope::System, 239, newline), "native");
    let long = |s: &mut Spec| s.process.command.push("x".repeat(5000));
    assert_eq!(word("process.command", Scope::System, 249, long), "refused");
    assert_eq!(word("process.command", Scope::System, 252, long), "native");
}

#[test]
fn an_unknown_capability_is_refused() {
    let bad = |s: &mut Spec| s.security.capabilities = Some(vec!["CAP_FLY".into()]);
    assert_eq!(word("security.capabilities", Scope::System, 252, bad), "refused");
}
