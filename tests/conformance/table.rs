//! The table of case × manager, from the results of lanes.
//!
//! `conformance table DOCUMENT RESULTS…` prints the new text of the document. Columns of lanes that have not run keep
//! what the document says of them. It fails if a behaviour that the document says was seen is not seen any more, and if
//! there is one that no manager shows: refused on every one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::ExitCode;

use serde_json::Value;

use crate::cases;

const INTRODUCTION: &str = "\
# Conformance

One suite of behaviours, run by the real `svcctl` on every manager (`tests/run`, `tests/conformance/`). **passed**: it
was seen. **refused**: the definition was refused before anything was touched, with the field, the reason and the way
out. **unseen**: only another machine can show it. scm is Wine 8's Service Control Manager, launchd an emulator: neither is
the real thing. This file is written by `tests/run`.
";

/// One cell: the outcome's word and its reason.
type Cell = (String, String);

/// Cells by column and case.
type Cells = BTreeMap<(String, u16), Cell>;

/// Prints the document.
pub fn run(words: &[String]) -> ExitCode {
    let [document, results @ ..] = words else {
        eprintln!("usage: conformance table DOCUMENT RESULTS…");
        return ExitCode::from(2);
    };
    let new: Cells = results.iter().flat_map(|file| read_results(file)).collect();
    let ran: BTreeSet<String> = new.keys().map(|(column, _)| column.clone()).collect();
    let mut cells = read_document(&fs::read_to_string(document).unwrap_or_default());
    let lost = lost(&cells, &new, &ran);
    cells.retain(|(column, _), _| !ran.contains(column));
    cells.extend(new);
    print!("{}", render(&cells));
    let refused = refused_everywhere(&cells);
    for what in lost.iter().chain(&refused) {
        eprintln!("{what}");
    }
    if lost.is_empty() && refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read_results(file: &str) -> Vec<((String, u16), Cell)> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter_map(|line: Value| cell(&line))
        .collect()
}

fn cell(line: &Value) -> Option<((String, u16), Cell)> {
    let text = |key: &str| line[key].as_str().map(str::to_owned);
    let case = u16::try_from(line["case"].as_u64()?).ok()?;
    let column = format!("{}, {}", text("manager")?, text("scope")?);
    // A failure's text is long and never the same; the lane's own output has it.
    let outcome = text("outcome")?;
    let reason =
        if outcome == "failed" { String::new() } else { text("reason")?.replace(['|', '\n'], " ") };
    Some(((column, case), (outcome, reason)))
}

/// The cells of both tables of the document.
fn read_document(text: &str) -> Cells {
    let rows: Vec<Vec<&str>> =
        text.lines().filter(|line| line.starts_with("| ")).map(columns).collect();
    let Some(header) = rows.first() else {
        return Cells::new();
    };
    let reasons: BTreeMap<(&str, &str), &str> =
        rows.iter().filter(|row| row.len() == 3).map(|row| ((row[0], row[1]), row[2])).collect();
    let body = rows.iter().skip(1).filter(|row| row.len() == header.len() && header.len() > 2);
    body.flat_map(|row| {
        header.iter().zip(row).skip(2).filter(|(_, word)| !word.is_empty()).filter_map(
            |(column, word)| {
                let reason =
                    reasons.get(&(row[0], *column)).map_or_else(String::new, ToString::to_string);
                Some((((*column).to_owned(), row[0].parse().ok()?), ((*word).to_owned(), reason)))
            },
        )
    })
    .collect()
}

fn columns(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

fn render(cells: &Cells) -> String {
    let managers: BTreeSet<&String> = cells.keys().map(|(column, _)| column).collect();
    let row = |words: Vec<&str>| format!("| {} |\n", words.join(" | "));
    let names = || managers.iter().map(|name| name.as_str());
    let mut text =
        format!("{INTRODUCTION}\n{}", row(["#", "case"].into_iter().chain(names()).collect()));
    text += &format!("|{}\n", "---|".repeat(managers.len() + 2));
    for case in cases() {
        let word = |name| cells.get(&(name, case.number)).map_or("", |cell: &Cell| cell.0.as_str());
        let number = case.number.to_string();
        let words = managers.iter().map(|name| word((*name).clone()));
        text += &row([number.as_str(), case.title].into_iter().chain(words).collect());
    }
    text + &totals(cells, &managers) + &reasons(cells)
}

fn totals(cells: &Cells, managers: &BTreeSet<&String>) -> String {
    let count = |name: &String, word: &str| {
        cells.iter().filter(|((column, _), (outcome, _))| column == name && outcome == word).count()
    };
    let line = |name: &&String| {
        let [passed, refused, unseen, failed] =
            ["passed", "refused", "unseen", "failed"].map(|word| count(name, word));
        format!("- {name}: {passed} passed, {refused} refused, {unseen} unseen, {failed} failed\n")
    };
    format!("\n{}", managers.iter().map(line).collect::<String>())
}

fn reasons(cells: &Cells) -> String {
    let mut listed: Vec<_> = cells.iter().filter(|(_, (_, reason))| !reason.is_empty()).collect();
    listed.sort_by_key(|((column, case), _)| (*case, column.clone()));
    let line = |((column, case), (_, reason)): (&(String, u16), &Cell)| {
        format!("| {case} | {column} | {reason} |\n")
    };
    format!(
        "\n## Why not\n\n| # | manager | reason |\n|---|---|---|\n{}",
        listed.into_iter().map(line).collect::<String>()
    )
}

/// What was seen when the document was written, and is not in these results of a lane that ran.
fn lost(document: &Cells, new: &Cells, ran: &BTreeSet<String>) -> Vec<String> {
    let was_seen = document
        .iter()
        .filter(|((column, _), (word, _))| ran.contains(column) && word == "passed")
        .map(|(key, _)| key);
    let is_lost = |key: &&(String, u16)| new.get(key).is_none_or(|(word, _)| word != "passed");
    let told = |(column, case): &(String, u16)| format!("case {case} on {column}: passed before");
    was_seen.filter(is_lost).map(told).collect()
}

/// What is unseen here another machine may show; what every manager refuses none does.
fn refused_everywhere(cells: &Cells) -> Vec<String> {
    let shown: BTreeSet<u16> = cells
        .iter()
        .filter(|(_, (word, _))| word != "refused")
        .map(|((_, case), _)| *case)
        .collect();
    let missing = cases().into_iter().filter(|case| !shown.contains(&case.number));
    missing.map(|case| format!("case {}: no manager shows it", case.number)).collect()
}
