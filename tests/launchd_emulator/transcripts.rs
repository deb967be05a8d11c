//! `print` line by line: the keys and their order, as real versions printed them.

use crate::harness::{D, Mac, T, profile_with};
use serde_json::json;

/// What stands at one tab, blocks by their name, without values.
fn skeleton(text: &str) -> Vec<String> {
    let keys = text
        .lines()
        .filter(|line| line.starts_with('\t') && !line.starts_with("\t\t") && *line != "\t}");
    keys.map(|line| line.trim_start().split(" = ").next().unwrap().to_owned()).collect()
}

const HEAD: &[&str] = &["active count", "path", "type", "state", "program", "arguments"];
const LOGS: &[&str] = &["stdout path", "stderr path"];
const PROCESS: &[&str] = &[
    "pid",
    "immediate reason",
    "forks",
    "execs",
    "initialized",
    "trampolined",
    "started suspended",
    "proxy started suspended",
    "checked allocations",
    "checked allocations reason",
    "checked allocations flags",
];
const TAIL: &[&str] = &[
    "spawn type",
    "jetsam priority",
    "jetsam memory limit (active)",
    "jetsam memory limit (inactive)",
    "jetsamproperties category",
    "jetsam thread limit",
    "cpumon",
];
const GUI: &[&str] = &["domain", "asid", "minimum runtime", "exit timeout", "runs"];
const ENVIRONMENT: &[&str] = &["inherited environment", "default environment", "environment"];
const COALITIONS: &[&str] = &["resource coalition", "jetsam coalition"];

fn logs(mac: &Mac) -> String {
    let [out, err] = ["out", "err"].map(|name| mac.root.join(name).display().to_string());
    format!(
        "<key>StandardOutPath</key><string>{out}</string><key>StandardErrorPath</key><string>{err}</string>"
    )
}

#[test]
fn a_running_login_job_prints_as_the_sample_does() {
    let mac = Mac::with(&profile_with(&json!({"os": 13})));
    mac.running("exec sleep 60", &logs(&mac));
    let text = mac.run(&["print", T]).out;
    let expected = [
        HEAD,
        LOGS,
        ENVIRONMENT,
        GUI,
        PROCESS,
        &["last exit code"],
        COALITIONS,
        TAIL,
        &["properties"],
    ]
    .concat();
    assert_eq!(skeleton(&text), expected);
    assert!(
        text.starts_with("gui/501/com.example.web = {\n\tactive count = 1\n\tpath = "),
        "{text}"
    );
    assert!(text.contains("\ttype = LaunchAgent\n\tstate = running\n\n\tprogram = /bin/sh\n\targuments = {\n\t\t/bin/sh\n"));
    assert!(text.contains(
        "\tdomain = gui/501 [100501]\n\tasid = 100501\n\tminimum runtime = 10\n\texit timeout = 5\n"
    ));
    assert!(text.contains(
        "\tlast exit code = (never exited)\n\n\tresource coalition = {\n\t\tID = 1231\n"
    ));
    assert!(
        text.ends_with(
            "\tproperties = runatload | inferred program | system service | tle system\n}\n"
        ),
        "{text}"
    );
}

#[test]
fn macos_27_adds_its_lines() {
    let mac = Mac::with(&profile_with(&json!({"os": 27})));
    mac.running("exec sleep 60", "<key>KeepAlive</key><true/>");
    let text = mac.run(&["print", T]).out;
    let place = [&["LWCR"], GUI].concat();
    let end: &[&str] = &["job state", "sanitizer flags", "properties"];
    let all =
        [HEAD, ENVIRONMENT, &place, PROCESS, &["last exit code"], COALITIONS, TAIL, end].concat();
    assert_eq!(skeleton(&text), all);
    assert!(text.contains("\tjob state = running\n"));
    assert!(
        text.ends_with(
            "\tproperties = keepalive | runatload | inferred program | managed LWCR | has LWCR\n}\n"
        ),
        "{text}"
    );
}

#[test]
fn a_job_that_never_ran_has_neither_process_nor_coalitions() {
    let mac = Mac::with(&profile_with(&json!({"os": 27})));
    mac.ok(&["bootstrap", D, &mac.plist("true", "")]);
    let text = mac.run(&["print", T]).out;
    assert!(!text.contains("\tpid = ") && !text.contains("coalition"), "{text}");
    assert!(
        text.contains("\tactive count = 0\n") && text.contains("\tjob state = uninitialized\n"),
        "{text}"
    );
    assert!(
        text.contains("\tproperties = inferred program | needs LWCR update | managed LWCR\n"),
        "{text}"
    );
}

#[test]
fn a_throttled_job_prints_its_condition_after_the_outcome() {
    let mac = Mac::with(&profile_with(&json!({"os": 14})));
    let keys = "<key>RunAtLoad</key><true/><key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>";
    mac.ok(&["bootstrap", D, &mac.plist("exit 1", keys)]);
    mac.until_state("spawn scheduled");
    let text = mac.run(&["print", T]).out;
    assert!(text.contains("\tlast exit code = 1\n\n\tsemaphores = {\n\t\tsuccessful exit => 0\n\t}\n\n\tspawn type"), "{text}");
    assert!(
        text.contains("\tprobabilistic guard malloc policy = {\n\t\tactivation rate = 1/1000\n"),
        "{text}"
    );
    assert!(
        text.contains(
            "\tproperties = runatload | inferred program | system service | tle system\n"
        ),
        "{text}"
    );
    assert!(!text.contains("coalition") && !text.contains("\tpid = "), "{text}");
}

#[test]
fn a_daemon_has_no_session_and_names_its_user() {
    let mac = Mac::with(&profile_with(&json!({"caller": 0})));
    let keys =
        "<key>UserName</key><string>root</string><key>WorkingDirectory</key><string>/usr</string>";
    mac.ok(&["bootstrap", "system", &mac.plist("true", keys)]);
    let text = mac.run(&["print", "system/com.example.web"]).out;
    assert!(
        text.contains("\ttype = LaunchDaemon\n")
            && text.contains("\tdomain = system\n\tusername = root\n\n"),
        "{text}"
    );
    assert!(text.contains("\t}\n\n\tworking directory = /usr\n\n"), "{text}");
    assert!(!text.contains("asid") && !text.contains("inherited environment"), "{text}");
}

#[test]
fn list_of_a_label_is_the_old_dictionary() {
    let mac = Mac::new();
    let pid = mac.running("exec sleep 60", "");
    let text = mac.run(&["list", "com.example.web"]).out;
    assert!(
        text.contains(&format!(
            "\t\"LastExitStatus\" = 0;\n\t\"PID\" = {pid};\n\t\"Program\" = \"/bin/sh\";\n"
        )),
        "{text}"
    );
    assert!(text.contains("\t\"OnDemand\" = true;\n") && text.ends_with("\t);\n};\n"), "{text}");
    assert_eq!(
        mac.run(&["list", "nope"]).err,
        "Could not find service \"nope\" in domain for port\n"
    );
}
