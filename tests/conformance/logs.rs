//! Logs: one interface, nothing lost, and what is kept.

mod files;
mod follow;
mod select;

use crate::case::{Case, case};
use crate::lab::{Lab, Service};
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

/// Cases 89 to 105.
pub const CASES: &[Case] = &[
    case(89, "both streams", both_streams),
    case(90, "order", order),
    case(91, "binary", files::binary),
    case(92, "a line of 1 MiB", files::long_line),
    case(93, "a last line with no end", unterminated),
    case(94, "-n", select::count),
    case(95, "since, until", select::times),
    case(96, "-f", follow::live),
    case(97, "-f across a rotation", follow::across_a_rotation),
    case(98, "grep", select::grep),
    case(99, "two services by time", select::two_services),
    case(100, "rotation by size, at a line's end", files::rotation),
    case(101, "retention by count, total, age", files::retention),
    case(102, "compression", files::compression),
    case(103, "JSON", select::json),
    case(104, "kept by uninstall, gone by purge", files::kept_and_purged),
    case(105, "a full disk: the service goes on, the loss is counted", files::full_disk),
];

/// "line 1 ", "line 2 ", … as the test child writes them without padding.
pub fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("line {number}")).collect()
}

/// The numbered lines that a service has logged, without their padding.
pub fn lines_of(service: &Service<'_>, words: &[&str]) -> Vec<String> {
    let messages = service.messages(words);
    let lines = messages.iter().filter(|line| line.starts_with("line "));
    lines.map(|line| line.trim_end_matches(['.', ' ']).to_owned()).collect()
}

/// Starts a service that writes, and waits until it has logged so many lines.
pub fn write_and_wait(service: &Service<'_>, count: usize) -> Verdict {
    service.start()?;
    until(&format!("{count} lines"), SOON, || {
        (lines_of(service, &["-n", "all"]).len() >= count).then_some(())
    });
    Ok(())
}

fn both_streams(lab: &Lab) -> Verdict {
    let service = lab.service("text out to-the-output then text err to-the-errors then sleep");
    service.start()?;
    service.logged("to-the-output");
    service.logged("to-the-errors");
    for entry in service.log(&["-n", "all"]) {
        let wanted = match entry["message"].as_str() {
            Some("to-the-output") => "stdout",
            Some("to-the-errors") => "stderr",
            _ => continue,
        };
        // A manager whose log has one stream only says nothing of it.
        assert!(entry["stream"].is_null() || entry["stream"] == wanted, "{entry}");
    }
    Ok(())
}

fn order(lab: &Lab) -> Verdict {
    let service = lab.service("write 3000 both then sleep");
    write_and_wait(&service, 3000)?;
    assert_eq!(lines_of(&service, &["-n", "all"]), numbered(3000));
    Ok(())
}

fn unterminated(lab: &Lab) -> Verdict {
    let service = lab.service("text out a-whole-line then unterminated the-rest");
    service.install(&[])?;
    service.verb("start", &[]);
    service.becomes("stopped");
    service.logged("the-rest");
    let messages = service.messages(&["-n", "all"]);
    assert!(messages.iter().any(|line| line == "the-rest"), "{messages:?}");
    Ok(())
}
