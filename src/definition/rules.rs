//! What single values cannot show: keys that need each other, exclude each other or contradict each other.

use crate::definition::fault::Fault;
use crate::definition::origins::Origins;
use crate::spec::{Dependency, Ready, Spec};

/// A broken rule: the keys that it is about, the first of which it is shown at, and what is wrong.
#[derive(Debug)]
pub struct Broken {
    /// The keys; a rule is passed over where one of them is wrong in itself.
    pub keys: Vec<&'static str>,
    /// What is wrong, completing the first key.
    pub fault: Fault,
}

fn broken(keys: &[&'static str], fault: Fault) -> Option<Broken> {
    Some(Broken { keys: keys.to_vec(), fault })
}

/// The rules that this definition breaks.
#[must_use]
pub fn check(spec: &Spec, origins: &Origins) -> Vec<Broken> {
    let rules = [
        backoff(spec),
        ready_in_time(spec),
        one_reload(origins),
        one_health_check(origins),
        log_total(spec),
        stop_signal(spec),
    ];
    rules.into_iter().flatten().chain(own_dependency(spec)).collect()
}

fn backoff(spec: &Spec) -> Option<Broken> {
    let restart = &spec.restart;
    if restart.max_delay >= restart.delay {
        return None;
    }
    let delay = humantime::format_duration(restart.delay);
    let fault =
        Fault::new("conflict", format!("is shorter than `restart.delay`, which is {delay}"));
    broken(
        &["restart.max-delay", "restart.delay"],
        fault.hint("the pause grows from `delay` up to `max-delay`"),
    )
}

fn ready_in_time(spec: &Spec) -> Option<Broken> {
    let Ready::After(after) = spec.start.ready else { return None };
    if after < spec.start.timeout {
        return None;
    }
    let timeout = humantime::format_duration(spec.start.timeout);
    let fault = Fault::new("conflict", format!("is never reached: `start.timeout` is {timeout}"));
    broken(&["start.ready", "start.timeout"], fault.hint("raise `start.timeout`, or wait for less"))
}

fn one_reload(origins: &Origins) -> Option<Broken> {
    if !(origins.is_written("reload.signal") && origins.is_written("reload.command")) {
        return None;
    }
    let fault =
        Fault::new("conflict", "stands beside `reload.signal`, and a reload is one of the two");
    broken(&["reload.command", "reload.signal"], fault.hint("remove one of them"))
}

const CHECKS: [&str; 3] = ["health.http", "health.tcp", "health.command"];

fn one_health_check(origins: &Origins) -> Option<Broken> {
    let written: Vec<_> = CHECKS.into_iter().filter(|key| origins.is_written(key)).collect();
    match written.as_slice() {
        [] if origins.any_written("health.") => {
            let fault = Fault::new("missing", "says nothing that could be asked");
            broken(&["health"], fault.hint("add one of `http`, `tcp` and `command`"))
        }
        [] | [_] => None,
        [first, second, ..] => {
            let fault = Fault::new(
                "conflict",
                format!("stands beside `{first}`, and a service has one check"),
            );
            broken(&[second, first], fault.hint("a command can ask more than one thing"))
        }
    }
}

fn log_total(spec: &Spec) -> Option<Broken> {
    let (size, total) = (spec.logs.max_size?, spec.logs.max_total?);
    let fault = || {
        Fault::new(
            "conflict",
            "is less than `logs.max-size`, so that no rotated file could be kept",
        )
    };
    (total < size).then(fault).and_then(|fault| broken(&["logs.max-total", "logs.max-size"], fault))
}

fn stop_signal(spec: &Spec) -> Option<Broken> {
    let signal = spec.stop.signal.as_str();
    if !["SIGSTOP", "SIGCONT", "SIGCHLD", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG"]
        .contains(&signal)
    {
        return None;
    }
    let fault = Fault::value(format!("is {signal}, which ends no process"));
    broken(
        &["stop.signal"],
        fault.hint("SIGTERM asks, SIGINT and SIGQUIT are asked by some; what is left is killed"),
    )
}

fn own_dependency(spec: &Spec) -> Vec<Broken> {
    let lists = [
        ("start.after", &spec.start.after),
        ("start.requires", &spec.start.requires),
        ("start.wants", &spec.start.wants),
    ];
    let own = Dependency::Service(spec.name.to_string());
    let named = lists.into_iter().filter(|(_, list)| list.contains(&own));
    named
        .filter_map(|(key, _)| broken(&[key], Fault::new("conflict", "names the service itself")))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::definition::fixture::{minimal, problems, resolve};

    /// The keys and codes of what is wrong.
    fn broken(rest: &str) -> Vec<(String, &'static str)> {
        let found = problems(&minimal(rest));
        found.into_iter().map(|problem| (problem.key.unwrap_or_default(), problem.code)).collect()
    }

    fn one(rest: &str, key: &str, code: &'static str) {
        assert_eq!(broken(rest), [(key.to_owned(), code)], "{rest}");
    }

    #[test]
    fn keys_that_contradict_each_other_are_refused() {
        one("restart = { delay = \"10s\", max-delay = \"1s\" }", "restart.max-delay", "conflict");
        one("start = { ready = { after = \"2m\" } }", "start.ready", "conflict");
        one("reload = { signal = \"HUP\", command = [\"/x\"] }", "reload.command", "conflict");
        one("health = { tcp = \"h:1\", http = \"http://h/\" }", "health.tcp", "conflict");
        one("health = { interval = \"10s\" }", "health", "missing");
        one("logs = { max-size = \"10MiB\", max-total = \"1MiB\" }", "logs.max-total", "conflict");
        one("stop.signal = \"STOP\"", "stop.signal", "bad-value");
        one("start.after = [\"web\"]", "start.after", "conflict");
    }

    #[test]
    fn a_rule_about_a_key_that_is_wrong_itself_is_passed_over() {
        one("restart = { delay = \"soon\", max-delay = \"1ms\" }", "restart.delay", "bad-value");
    }

    #[test]
    fn empty_tables_ask_for_nothing() {
        let spec = resolve(&minimal("[health]\n[reload]\n[stop]\n[hooks]")).unwrap().spec;
        assert_eq!((spec.health, spec.reload), (None, None));
    }
}
