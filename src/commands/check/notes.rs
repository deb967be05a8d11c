//! What stands below the table of `check`: why a field is hosted or refused, and the way out.

use std::collections::BTreeMap;

use super::Matrix;
use crate::support::Answer;
use crate::target::ManagerId;

/// The notes, one line for each reason of each manager, in the order of the table's columns.
#[must_use]
pub fn notes(matrix: &Matrix) -> String {
    let managers = ManagerId::ALL.map(ManagerId::name);
    let of = |name| matrix.get(name).map(|answers| of_manager(name, answers));
    managers.into_iter().filter_map(of).collect()
}

fn of_manager(manager: &str, answers: &BTreeMap<&'static str, Answer>) -> String {
    let mut reasons: Vec<(String, &'static str, Vec<&str>)> = Vec::new();
    for (key, answer) in answers {
        let why = match answer {
            Answer::Native => continue,
            Answer::Hosted(why) => why.clone(),
            Answer::Refused { reason, way_out } => format!("{reason}; {way_out}"),
        };
        let same = |(known, word, _): &&mut (String, &str, Vec<&str>)| {
            *known == why && *word == answer.word()
        };
        match reasons.iter_mut().find(same) {
            Some((_, _, keys)) => keys.push(key),
            None => reasons.push((why, answer.word(), vec![key])),
        }
    }
    let line = |(why, word, keys): (String, &str, Vec<&str>)| {
        let fields = match keys.len() {
            all if all == answers.len() && all > 1 => "every field".to_owned(),
            _ => keys.join(", "),
        };
        format!("{word} on {manager}: {fields}: {why}\n")
    };
    reasons.into_iter().map(line).collect()
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
            notes(&matrix),
            "refused on launchd: limits.cpu: no; go\n\
             hosted on launchd: restart.attempts, restart.window: never\n\
             hosted on openrc: every field: all\n"
        );
    }
}
