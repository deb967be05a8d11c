//! What stands below the table of `check`: why a field is hosted or refused, and the way out.

use std::collections::BTreeMap;

use super::Matrix;
use crate::output::style::{BAD, BETWEEN};
use crate::output::wrap::wrap;
use crate::support::Answer;
use crate::target::ManagerId;

/// The notes in the order of the table's columns: each reason once, with all the fields that it is about, in lines of at most `width`
/// columns.
#[must_use]
pub fn notes(matrix: &Matrix, width: Option<usize>) -> String {
    let managers = ManagerId::ALL.map(ManagerId::name);
    let of = |name| matrix.get(name).map(|answers| of_manager(name, answers, width));
    managers.into_iter().filter_map(of).collect()
}

fn of_manager(
    manager: &str,
    answers: &BTreeMap<&'static str, Answer>,
    width: Option<usize>,
) -> String {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for (key, answer) in answers {
        let Some(reason) = reason(answer, manager, width) else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, keys)) => keys.push(key),
            None => reasons.push((reason, vec![key])),
        }
    }
    let told = |(reason, keys): (String, Vec<&str>)| {
        let is_every = keys.len() == answers.len() && keys.len() > 1;
        let fields = if is_every { &["every", "field"] } else { keys.as_slice() };
        let between = if is_every { "" } else { "," };
        format!("{reason}\n{}", listed(fields, between, width))
    };
    reasons.into_iter().map(told).collect()
}

fn reason(answer: &Answer, manager: &str, width: Option<usize>) -> Option<String> {
    let (style, word, why) = match answer {
        Answer::Native => return None,
        Answer::Hosted(why) => (BETWEEN, "hosted", why.clone()),
        Answer::Refused { reason, way_out } => (BAD, "refused", format!("{reason}; {way_out}")),
    };
    let why = wrap(&format!("on {manager}: {why}"), width, word.len() + 1, 4);
    Some(format!("{style}{word}{style:#} {why}"))
}

/// Words in lines of at most `width` columns, indented.
fn listed(words: &[&str], between: &str, width: Option<usize>) -> String {
    let mut lines = vec![String::new()];
    for (index, word) in words.iter().enumerate() {
        let end = if index + 1 < words.len() { between } else { "" };
        match lines.last_mut() {
            Some(line) if 3 + line.len() + word.len() < width.unwrap_or(100) => {
                *line += &format!(" {word}{end}");
            }
            _ => lines.push(format!(" {word}{end}")),
        }
    }
    lines.iter().map(|line| format!(" {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosted(why: &str) -> Answer {
        Answer::Hosted(why.to_owned())
    }

    #[test]
    fn a_reason_is_said_once_with_all_its_fields() {
        let refused = Answer::Refused { reason: "no".to_owned(), way_out: "go".to_owned() };
        let openrc = BTreeMap::from([("name", hosted("all")), ("scope", hosted("all"))]);
        let launchd = BTreeMap::from([
            ("limits.cpu", refused),
            ("name", Answer::Native),
            ("restart.attempts", hosted("never")),
            ("restart.window", hosted("never")),
        ]);
        let matrix = Matrix::from([("openrc", openrc), ("launchd", launchd)]);
        assert_eq!(
            anstream::adapter::strip_str(&notes(&matrix, None)).to_string(),
            "refused on launchd: no; go\n  limits.cpu\n\
             hosted on launchd: never\n  restart.attempts, restart.window\n\
             hosted on openrc: all\n  every field\n"
        );
    }
}
