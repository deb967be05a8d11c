//! Choosing from the log.

use serde_json::Value;

use super::{lines_of, numbered, write_and_wait};
use crate::lab::{Lab, Service};
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

pub fn count(lab: &Lab) -> Verdict {
    let service = lab.service("write 150 out then sleep");
    write_and_wait(&service, 150)?;
    let all = numbered(150);
    // The manager's own lines count too.
    until("both looks to have seen the same", SOON, || {
        let (all, last) = (service.messages(&["-n", "all"]), service.messages(&["-n", "5"]));
        (last == all[all.len() - 5..]).then_some(())
    });
    assert_eq!(service.log(&[]).len(), 100, "the last 100 unless told");
    assert_eq!(lines_of(&service, &["-n", "all"]), all);
    assert_eq!(service.log(&["-n", "0"]).len(), 0);
    Ok(())
}

pub fn times(lab: &Lab) -> Verdict {
    let service = lab.service("write 12 out 100 then sleep");
    write_and_wait(&service, 12)?;
    let log = service.log(&["-n", "all"]);
    let lines: Vec<&Value> = log
        .iter()
        .filter(|entry| entry["message"].as_str().is_some_and(|text| text.starts_with("line ")))
        .collect();
    let at = |index: usize| lines[index]["time"].as_str().expect("an entry has a time");
    // Lines that were read at once have one time.
    let within = |from: usize, to: usize| {
        let times = Service::time(lines[from])..=Service::time(lines[to]);
        let inside = |index: &usize| times.contains(&Service::time(lines[*index]));
        (0..12).filter(inside).map(|index| format!("line {}", index + 1)).collect::<Vec<_>>()
    };
    assert_eq!(
        lines_of(&service, &["-n", "all", "--since", at(4), "--until", at(7)]),
        within(4, 7)
    );
    assert_eq!(lines_of(&service, &["-n", "all", "--since", at(9)]), within(9, 11));
    assert!(within(4, 7).len() < 12, "they were written over a time");
    let late = lines_of(&service, &["-n", "3", "--since", at(2)]);
    assert!(numbered(12).ends_with(&late) && late.len() >= 2, "the last of them: {late:?}");
    service.verb("logs", &["--since", "no time at all"]).exits(2);
    Ok(())
}

pub fn grep(lab: &Lab) -> Verdict {
    let service = lab.service("write 30 out then sleep");
    write_and_wait(&service, 30)?;
    assert_eq!(
        lines_of(&service, &["-n", "all", "--grep", "^line 1[0-3]( |$)"]),
        numbered(30)[9..13]
    );
    assert!(lines_of(&service, &["--grep", "no such line"]).is_empty());
    service.verb("logs", &["--grep", "("]).exits(2);
    Ok(())
}

pub fn two_services(lab: &Lab) -> Verdict {
    let services = [("one", [1, 3, 5]), ("two", [2, 4, 6])].map(|(name, turns)| {
        let turns = turns.map(|turn| format!("await @go{turn} then text out turn-{turn}"));
        lab.named(name, &format!("{} then sleep", turns.join(" then ")))
    });
    for service in &services {
        service.install(&[])?;
    }
    let [one, two] = &services;
    lab.json(["start", &one.name, &two.name]).exits(0);
    let turns = || (1..=6).zip(services.iter().cycle());
    for (turn, service) in turns() {
        std::fs::write(lab.path(&format!("go{turn}")), "").expect("a file can be made");
        service.logged(&format!("turn-{turn}"));
    }
    let log = lab.json(["logs", &one.name, &two.name, "-n", "all"]).exits(0).objects();
    let times: Vec<_> = log.iter().map(Service::time).collect();
    assert!(times.is_sorted(), "{log:?}");
    // The manager's own lines are among them.
    let seen: Vec<_> = log
        .iter()
        .map(|entry| [&entry["service"], &entry["message"]].map(|text| text.as_str().unwrap_or("")))
        .filter(|[_, message]| message.starts_with("turn-"))
        .collect();
    let wanted = turns().map(|(turn, service)| [service.name.clone(), format!("turn-{turn}")]);
    assert_eq!(seen, wanted.collect::<Vec<_>>());
    Ok(())
}

pub fn json(lab: &Lab) -> Verdict {
    let service = lab.service("write 2 both then text out {\"a\":1} then sleep");
    let mut command = lab.command("write 2 both then text out TEXT then sleep");
    let text = command.iter().position(|word| word == "TEXT").expect("the script holds it");
    command[text] = "{{\"a\": \"é\"}}".into();
    let service = service.with("process.command", command);
    write_and_wait(&service, 2)?;
    service.logged("é");
    for entry in service.log(&["-n", "all"]) {
        let keys: Vec<&String> = entry.as_object().expect("an object a line").keys().collect();
        assert_eq!(keys, ["time", "service", "stream", "message"]);
        assert_eq!(entry["service"], service.name.as_str());
        let _when = Service::time(&entry);
    }
    assert!(service.messages(&["-n", "all"]).contains(&"{\"a\": \"é\"}".to_owned()));
    let text = lab.svcctl(["logs", &service.name]).exits(0);
    assert!(text.stdout.contains("line 1"), "{text}");
    Ok(())
}
