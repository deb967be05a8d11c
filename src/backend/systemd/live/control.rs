//! Jobs: ask for all at once, wait for the end of each, and look again before saying that it worked.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use zbus::{OwnedVariant, Variant};

use super::bus::Fault;
use super::client::{self, Client, SERVICE};
use super::query;
use crate::backend::systemd::state::Raw;
use crate::backend::systemd::verdict::{self, Decision};
use crate::backend::{Action, Context, Deadline, Outcome};
use crate::error::{Error, Result};
use crate::spec::ServiceName;

/// How long a program must have lived after its execution for a start to count: what is going to fail at once, on a missing
/// library or a bad option, does it in this time.
const SETTLE: Duration = Duration::from_millis(120);

/// One service on its way.
struct Ticket<'a> {
    name: &'a ServiceName,
    unit: String,
    changed: bool,
    warnings: Vec<String>,
    error: Option<Error>,
    /// How its job ended.
    result: Option<String>,
    took: Duration,
}

/// Does it to all of them.
pub fn control(
    names: &[ServiceName],
    action: Action,
    deadline: Deadline,
    context: &Context<'_>,
) -> Vec<Outcome> {
    let mut tickets: Vec<Ticket<'_>> = names.iter().map(ticket).collect();
    if let Err(error) = run(&mut tickets, action, deadline, context) {
        for ticket in tickets.iter_mut().filter(|ticket| ticket.error.is_none()) {
            ticket.error = Some(same(&error));
        }
    }
    tickets.into_iter().map(outcome).collect()
}

fn ticket(name: &ServiceName) -> Ticket<'_> {
    Ticket {
        name,
        unit: query::unit_of(name),
        changed: false,
        warnings: Vec::new(),
        error: None,
        result: None,
        took: Duration::ZERO,
    }
}

fn outcome(ticket: Ticket<'_>) -> Outcome {
    let Ticket { name, changed, warnings, error, .. } = ticket;
    Outcome { name: name.clone(), changed, warnings, error }
}

/// One error for many services.
fn same(error: &Error) -> Error {
    let Error { kind, message, hint, causes, problems: _ } = error;
    Error { hint: hint.clone(), causes: causes.clone(), ..Error::new(*kind, message.clone()) }
}

fn run(
    tickets: &mut [Ticket<'_>],
    action: Action,
    deadline: Deadline,
    context: &Context<'_>,
) -> Result<()> {
    let began = Instant::now();
    let mut client = Client::connect(context)?;
    if deadline != Deadline::NoWait {
        client.watch_jobs()?;
    }
    let wanted = decide(&mut client, tickets, action, context)?;
    let jobs = ask(&mut client, tickets, action, &wanted)?;
    if deadline == Deadline::NoWait || jobs.is_empty() {
        return Ok(());
    }
    let until = match deadline {
        Deadline::Within(time) => began.checked_add(time),
        Deadline::NoWait | Deadline::Own => None,
    };
    wait(&mut client, tickets, jobs, began, until)?;
    late(tickets, action, began);
    if matches!(action, Action::Start | Action::Restart) {
        settle(&mut client, tickets, until)?;
    }
    judge(&mut client, tickets, action, context)
}

/// What is to be done to whom: index of the ticket and method.
fn decide(
    client: &mut Client,
    tickets: &mut [Ticket<'_>],
    action: Action,
    context: &Context<'_>,
) -> Result<Vec<(usize, &'static str)>> {
    let units: Vec<String> = tickets.iter().map(|ticket| ticket.unit.clone()).collect();
    let raws = query::raws(client, &units, context)?;
    let (mut wanted, mut forget) = (Vec::new(), Vec::new());
    for (index, ticket) in tickets.iter_mut().enumerate() {
        let raw = raws.get(&ticket.unit).cloned().unwrap_or_default();
        match verdict::decide(ticket.name.as_str(), action, &raw) {
            Decision::Nothing => {}
            Decision::Refuse(error) => ticket.error = Some(error),
            Decision::Job(method) => wanted.push((index, method)),
            Decision::Forget => {
                ticket.changed = true;
                forget.push(ticket.unit.clone());
            }
        }
    }
    // A start by hand is no restart that the limit should count, and must not be refused because of it.
    if matches!(action, Action::Start | Action::Restart) {
        forget
            .extend(wanted.iter().filter_map(|&(index, _)| Some(tickets.get(index)?.unit.clone())));
    }
    client.reset_failed(&forget)?;
    Ok(wanted)
}

/// Asks for the jobs; the answer is which ticket waits for which job.
fn ask(
    client: &mut Client,
    tickets: &mut [Ticket<'_>],
    action: Action,
    wanted: &[(usize, &'static str)],
) -> Result<HashMap<String, Vec<usize>>> {
    let calls: Vec<(&str, String)> = wanted
        .iter()
        .filter_map(|&(index, method)| Some((method, tickets.get(index)?.unit.clone())))
        .collect();
    let mut jobs: HashMap<String, Vec<usize>> = HashMap::new();
    for (&(index, _), answer) in wanted.iter().zip(client.start_jobs(&calls)?) {
        let Some(ticket) = tickets.get_mut(index) else { continue };
        match answer {
            Ok(path) => {
                ticket.changed = true;
                jobs.entry(path.to_string()).or_default().push(index);
            }
            Err(fault) => ticket.error = Some(refusal(ticket.name.as_str(), action, fault)),
        }
    }
    Ok(jobs)
}

fn refusal(name: &str, action: Action, fault: Fault) -> Error {
    let kind = match &fault {
        Fault::Refused(refusal) => refusal.name.clone(),
        Fault::Io(_) | Fault::Wire(_) => String::new(),
    };
    verdict::refused(name, action, client::fault_error(action.word(), fault), &kind)
}

/// Until every job has ended or the deadline has passed.
fn wait(
    client: &mut Client,
    tickets: &mut [Ticket<'_>],
    mut jobs: HashMap<String, Vec<usize>>,
    began: Instant,
    until: Option<Instant>,
) -> Result<()> {
    while !jobs.is_empty() {
        let Some(ended) = client.job_removed(until)? else { return Ok(()) };
        for index in jobs.remove(ended.path.as_str()).unwrap_or_default() {
            if let Some(ticket) = tickets.get_mut(index) {
                ticket.result = Some(ended.result.clone());
                ticket.took = began.elapsed();
            }
        }
    }
    Ok(())
}

/// Whoever's job has not ended by now.
fn late(tickets: &mut [Ticket<'_>], action: Action, began: Instant) {
    for ticket in tickets.iter_mut() {
        if ticket.changed && ticket.result.is_none() && ticket.error.is_none() {
            ticket.error = Some(verdict::too_late(ticket.name.as_str(), action, began.elapsed()));
        }
    }
}

/// Gives a program that has just been executed the time to fail. One that has told that it is ready needs none.
fn settle(client: &mut Client, tickets: &[Ticket<'_>], until: Option<Instant>) -> Result<()> {
    let done: Vec<String> = tickets
        .iter()
        .filter(|ticket| ticket.result.as_deref() == Some("done"))
        .map(|ticket| object_path(&ticket.unit))
        .collect();
    let wanted: Vec<_> = done.iter().map(|path| (path.as_str(), SERVICE, "Type")).collect();
    let kinds = client.properties(&wanted)?;
    if kinds.iter().flatten().any(only_executed) {
        let end = Instant::now() + SETTLE;
        let end = until.map_or(end, |until| until.min(end));
        std::thread::sleep(end.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

fn only_executed(kind: &OwnedVariant) -> bool {
    let kind: &Variant<'_> = kind;
    matches!(kind, Variant::Str(text) if matches!(text.as_str(), "exec" | "simple" | "idle"))
}

/// The object of a unit: every byte that is no letter or digit as `_` and two hexadecimal digits.
fn object_path(unit: &str) -> String {
    let mut path = "/org/freedesktop/systemd1/unit/".to_owned();
    for (at, byte) in unit.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => path.push(char::from(byte)),
            b'0'..=b'9' if at > 0 => path.push(char::from(byte)),
            _ => path.push_str(&format!("_{byte:02x}")),
        }
    }
    path
}

fn judge(
    client: &mut Client,
    tickets: &mut [Ticket<'_>],
    action: Action,
    context: &Context<'_>,
) -> Result<()> {
    let ended = |ticket: &&Ticket<'_>| ticket.result.is_some();
    let units: Vec<String> =
        tickets.iter().filter(ended).map(|ticket| ticket.unit.clone()).collect();
    let raws = query::raws(client, &units, context)?;
    let mut forget = Vec::new();
    for ticket in tickets.iter_mut() {
        let Some(result) = ticket.result.as_deref() else { continue };
        let raw = raws.get(&ticket.unit).cloned().unwrap_or_else(Raw::default);
        let verdict = verdict::judge(ticket.name.as_str(), action, result, &raw, ticket.took);
        ticket.warnings.extend(verdict.warnings);
        ticket.error = verdict.error;
        if verdict.forget {
            forget.push(ticket.unit.clone());
        }
    }
    client.reset_failed(&forget)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_as_systemd_does() {
        assert_eq!(object_path("a-1.service"), "/org/freedesktop/systemd1/unit/a_2d1_2eservice");
        assert_eq!(object_path("9x.service"), "/org/freedesktop/systemd1/unit/_39x_2eservice");
    }
}
