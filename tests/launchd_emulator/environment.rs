//! What a job finds when it runs: variables, folder, mask, limits, files, group.

use crate::harness::{D, Mac, profile_with};
use serde_json::json;
use std::os::unix::fs::MetadataExt;

/// Runs a script once, and returns what it wrote to its standard output.
fn output(mac: &Mac, script: &str, keys: &str) -> String {
    let out = mac.root.join("out");
    let log = format!(
        "<key>RunAtLoad</key><true/><key>StandardOutPath</key><string>{}</string>",
        out.display()
    );
    mac.ok(&["bootstrap", D, &mac.plist(&format!("{script}; echo end"), &format!("{log}{keys}"))]);
    let text =
        mac.until("the output", || Some(mac.read("out")).filter(|text| text.ends_with("end\n")));
    text.trim_end_matches("end\n").to_owned()
}

#[test]
fn a_login_job_has_the_variables_of_its_user_and_no_others() {
    let mac = Mac::new();
    let keys = "<key>EnvironmentVariables</key><dict><key>A</key><string>a b</string><key>N</key><integer>1</integer></dict>";
    let text = output(&mac, "env", keys);
    let mut names: Vec<&str> =
        text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    // The shell adds these by itself.
    names.retain(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(name));
    names.sort_unstable();
    let expected = [
        "A",
        "HOME",
        "LOGNAME",
        "PATH",
        "SHELL",
        "SSH_AUTH_SOCK",
        "TMPDIR",
        "USER",
        "XPC_SERVICE_NAME",
    ];
    assert_eq!(names, expected);
    assert!(
        text.contains("PATH=/usr/bin:/bin:/usr/sbin:/sbin\n") && text.contains("A=a b\n"),
        "{text}"
    );
    assert!(
        text.contains("XPC_SERVICE_NAME=com.example.web\n") && text.contains("USER=me\n"),
        "{text}"
    );
}

#[test]
fn folder_mask_and_limits_are_as_the_keys_say() {
    let mac = Mac::new();
    let keys = "<key>WorkingDirectory</key><string>/usr</string><key>Umask</key><string>027</string><key>Nice</key>\
        <integer>5</integer><key>SoftResourceLimits</key><dict><key>NumberOfFiles</key><integer>77</integer></dict>";
    assert_eq!(output(&mac, "pwd; umask; nice; ulimit -n", keys), "/usr\n0027\n5\n77\n");
}

#[test]
fn a_job_leads_its_own_session_and_has_an_empty_input() {
    let mac = Mac::new();
    let text = output(&mac, "cat; echo $$; cut -d' ' -f5,6 /proc/$$/stat", "");
    let numbers: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(numbers.len(), 3, "{text}");
    assert!(numbers.iter().all(|number| *number == numbers[0]), "{text}");
}

#[test]
fn output_is_appended_and_a_missing_folder_made_for_root_only() {
    let mac = Mac::new();
    std::fs::write(mac.root.join("out"), "before\n").unwrap();
    let errors = mac.root.join("new/folder/err");
    let keys = format!("<key>StandardErrorPath</key><string>{}</string>", errors.display());
    assert_eq!(output(&mac, "echo after; echo bad >&2", &keys), "before\nafter\n");
    assert_eq!(mac.read("new/folder/err"), "bad\n");
    assert_eq!(std::fs::metadata(mac.root.join("new/folder")).unwrap().mode() & 0o777, 0o744);
}

#[test]
fn an_output_that_cannot_be_opened_is_the_penalty_box() {
    let mac = Mac::new();
    let keys = format!(
        "<key>RunAtLoad</key><true/><key>StandardOutPath</key><string>{}</string>",
        mac.root.display()
    );
    mac.ok(&["bootstrap", D, &mac.plist("true", &keys)]);
    mac.until_state("spawn scheduled");
    assert_eq!(mac.field("last exit code").as_deref(), Some("78: EX_CONFIG"));
    assert!(mac.field("properties").unwrap().contains("penalty box"));
}

#[test]
fn a_daemon_runs_as_its_user_and_group() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: a change of user needs root");
        return;
    }
    let mac = Mac::with(&profile_with(&json!({"caller": 0})));
    let out = mac.root.join("out");
    let keys = format!(
        "<key>RunAtLoad</key><true/><key>UserName</key><string>nobody</string><key>GroupName</key><string>daemon</string>\
         <key>StandardOutPath</key><string>{}</string>",
        out.display()
    );
    std::fs::set_permissions(&mac.root, std::os::unix::fs::PermissionsExt::from_mode(0o777))
        .unwrap();
    mac.ok(&[
        "bootstrap",
        "system",
        &mac.plist("id -un; id -gn; echo \"$USER $HOME\"; echo end", &keys),
    ]);
    let text =
        mac.until("the output", || Some(mac.read("out")).filter(|text| text.ends_with("end\n")));
    assert!(text.starts_with("nobody\ndaemon\nnobody /"), "{text}");
    assert_ne!(std::fs::metadata(out).unwrap().uid(), 0);
}
