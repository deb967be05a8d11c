//! The environment is exactly what docs/environment.md says.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};

use super::arguments;
use crate::lab::{Lab, Ran};
use crate::lane::Scope;
use crate::outcome::Verdict;

const UNIX_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

pub fn same_strings(lab: &Lab) -> Verdict {
    let long = "x y".repeat(10_000);
    let strings = [
        arguments::PLAIN,
        arguments::SPACES,
        arguments::EMPTY,
        arguments::QUOTES,
        arguments::BACKSLASHES,
        arguments::PERCENT,
        arguments::DOLLARS,
        arguments::CONTROL,
        arguments::NOT_ASCII,
        arguments::LEADING,
        &[&long],
    ];
    let wanted: BTreeMap<String, String> = strings
        .concat()
        .iter()
        .enumerate()
        .map(|(index, text)| (format!("STRING_{index:03}"), (*text).to_owned()))
        .collect();
    let table: Map<String, Value> =
        wanted.iter().map(|(name, text)| (name.clone(), arguments::braces(text).into())).collect();
    let service = lab.service("dump @dump then sleep").with("process.environment", table);
    service.start()?;
    let mut given = service.dump().environment();
    given.retain(|name, _| name.starts_with("STRING_"));
    assert_eq!(given, wanted);
    Ok(())
}

pub fn empty_value(lab: &Lab) -> Verdict {
    let service =
        lab.service("dump @dump then sleep").with("process.environment", json!({ "EMPTY": "" }));
    service.start()?;
    assert_eq!(service.dump().environment().get("EMPTY").map(String::as_str), Some(""));
    Ok(())
}

pub fn no_leak(lab: &Lab) -> Verdict {
    let service =
        lab.service("dump @dump then sleep").with("process.environment", json!({ "OWN": "1" }));
    let mut command = lab.lane.svcctl();
    command
        .env("LEAKED", "1")
        .env("LD_LIBRARY_PATH", "/leaked")
        .env("LC_ALL", "C.UTF-8")
        .env("EDITOR", "leaked");
    Ran::run(command.args(["install", "--start"]).arg(service.write())).exits(0);
    let mut names: Vec<String> = service.dump().environment().into_keys().collect();
    let own = lab.lane.manager.own_variables();
    names.retain(|name| !own.contains(name));
    let mut wanted = [lab.lane.manager.always(), &["OWN"]].concat();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    Ok(())
}

pub fn documented(lab: &Lab) -> Verdict {
    let service = lab.service("dump @dump then sleep");
    service.start()?;
    let given = service.dump().environment();
    for name in lab.lane.manager.always() {
        assert!(given.get(*name).is_some_and(|value| !value.is_empty()), "{name}: {given:?}");
    }
    if cfg!(unix) {
        assert_eq!(given["PATH"], UNIX_PATH);
        let own = |name: &str| std::env::var(name).unwrap_or_default();
        let (user, home) = if lab.lane.scope == Scope::System {
            ("root".into(), "/root".into())
        } else {
            (own("USER"), own("HOME"))
        };
        assert_eq!([&given["USER"], &given["LOGNAME"], &given["HOME"]], [&user, &user, &home]);
    }
    Ok(())
}

const FILE: &str = "# a comment\n; another\n\nPLAIN=plain words\nDOUBLE=\"two  blanks \"\nSINGLE='$HOME \"x\"'\nEMPTY=\nESCAPED=\"a\\\"b\\\\\"\nEQUALS=a=b\n";

pub fn files(lab: &Lab) -> Verdict {
    fs::write(lab.path("variables"), FILE).expect("a file of variables can be written");
    let list = json!([lab.file("variables"), { "path": lab.file("missing"), "optional": true }]);
    let mut service = lab.service("dump @dump then sleep").with("process.environment-files", list);
    service.start()?;
    let given = service.dump().environment();
    let wanted = [
        ("PLAIN", "plain words"),
        ("DOUBLE", "two  blanks "),
        ("SINGLE", "$HOME \"x\""),
        ("EMPTY", ""),
        ("ESCAPED", "a\"b\\"),
        ("EQUALS", "a=b"),
    ];
    for (name, value) in wanted {
        assert_eq!(given.get(name).map(String::as_str), Some(value), "{name}");
    }
    service.set("process.environment-files", json!([lab.file("missing")]));
    service.try_install(&["--start"]).fails().says("missing");
    Ok(())
}

pub fn precedence(lab: &Lab) -> Verdict {
    fs::write(lab.path("first"), "A=first\nB=first\nC=first\n")
        .expect("a file of variables can be written");
    fs::write(lab.path("second"), "A=second\nB=second\n")
        .expect("a file of variables can be written");
    let service = lab
        .service("dump @dump then sleep")
        .with("process.environment-files", json!([lab.file("first"), lab.file("second")]))
        .with("process.environment", json!({ "A": "definition" }));
    service.start()?;
    let given = service.dump().environment();
    assert_eq!([&given["A"], &given["B"], &given["C"]], ["definition", "second", "first"]);
    Ok(())
}
