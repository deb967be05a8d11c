use super::*;
use crate::backend::launchd::samples::{native_spec, spec, target};

fn plist_of(artifacts: &[Artifact]) -> (&str, &str) {
    let file = artifacts.iter().find_map(|artifact| match artifact {
        Artifact::File(file) if file.path.ends_with(".plist") => Some(file),
        Artifact::File(_) | Artifact::Link { .. } | Artifact::Object { .. } => None,
    });
    file.map(|file| (file.path.as_str(), file.contents.as_str())).unwrap()
}

/// The document around these lines, which are indented by two tabs in it.
fn document(body: &str) -> String {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
                \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n";
    format!("{head}{body}</dict>\n</plist>\n")
}

#[test]
fn an_ordinary_daemon_is_hosted() {
    let artifacts = artifacts(&spec(), &target(Scope::System), true).unwrap();
    let (path, text) = plist_of(&artifacts);
    assert_eq!(path, "/Library/LaunchDaemons/com.example.web.plist");
    let expected = document(
        "\t<key>SvcctlService</key>\n\t<string>web</string>\n\
         \t<key>Label</key>\n\t<string>com.example.web</string>\n\
         \t<key>RunAtLoad</key>\n\t<true/>\n\
         \t<key>ProgramArguments</key>\n\t<array>\n\t\t<string>/usr/local/bin/svcctl</string>\n\t\t<string>host</string>\n\
         \t\t<string>--definition</string>\n\
         \t\t<string>/Library/Application Support/svcctl/hosted/web.json</string>\n\t</array>\n\
         \t<key>KeepAlive</key>\n\t<dict>\n\t\t<key>SuccessfulExit</key>\n\t\t<false/>\n\t</dict>\n\
         \t<key>ThrottleInterval</key>\n\t<integer>1</integer>\n\
         \t<key>ExitTimeOut</key>\n\t<integer>35</integer>\n\
         \t<key>AbandonProcessGroup</key>\n\t<true/>\n",
    );
    assert_eq!(text, expected);
    assert_eq!(artifacts.len(), 3, "with the host's file, and the job");
}

#[test]
fn an_agent_also_runs_without_a_screen() {
    let artifacts = artifacts(&spec(), &target(Scope::User), true).unwrap();
    let (path, text) = plist_of(&artifacts);
    assert_eq!(path, "/Users/me/Library/LaunchAgents/com.example.web.plist");
    let sessions = "\t<key>LimitLoadToSessionType</key>\n\t<array>\n\t\t<string>Aqua</string>\n\t\t<string>Background</string>\n";
    assert!(text.contains(sessions), "{text}");
}

#[test]
fn what_does_not_come_up_by_itself_lies_where_launchd_does_not_look() {
    let artifacts = artifacts(&spec(), &target(Scope::System), false).unwrap();
    assert_eq!(
        plist_of(&artifacts).0,
        "/Library/Application Support/svcctl/launchd/com.example.web.plist"
    );
}

#[test]
fn a_daemon_without_a_host_has_every_key_from_launchd() {
    let mut spec = native_spec();
    spec.process.working_directory = Some("/opt/web".into());
    spec.process.environment = [("RUST_LOG".to_owned(), "info".to_owned())].into();
    spec.process.user = Some("web".into());
    spec.process.group = Some("staff".into());
    spec.process.umask = Some(0o27);
    spec.process.priority = Priority::Idle;
    spec.limits.core_dumps = Some(false);
    let artifacts = artifacts(&spec, &target(Scope::System), true).unwrap();
    let expected = document(
        "\t<key>SvcctlService</key>\n\t<string>web</string>\n\
         \t<key>Label</key>\n\t<string>com.example.web</string>\n\
         \t<key>RunAtLoad</key>\n\t<true/>\n\
         \t<key>ProgramArguments</key>\n\t<array>\n\t\t<string>/opt/web/bin/web</string>\n\t\t<string>--port</string>\n\
         \t\t<string>8080</string>\n\t</array>\n\
         \t<key>WorkingDirectory</key>\n\t<string>/opt/web</string>\n\
         \t<key>EnvironmentVariables</key>\n\t<dict>\n\t\t<key>PATH</key>\n\t\t<string>/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin</string>\n\t\t<key>RUST_LOG</key>\n\t\t<string>info</string>\n\t</dict>\n\
         \t<key>UserName</key>\n\t<string>web</string>\n\
         \t<key>GroupName</key>\n\t<string>staff</string>\n\
         \t<key>Umask</key>\n\t<string>0027</string>\n\
         \t<key>Nice</key>\n\t<integer>19</integer>\n\
         \t<key>ProcessType</key>\n\t<string>Background</string>\n\
         \t<key>LowPriorityIO</key>\n\t<true/>\n\
         \t<key>ExitTimeOut</key>\n\t<integer>30</integer>\n\
         \t<key>SoftResourceLimits</key>\n\t<dict>\n\t\t<key>Core</key>\n\t\t<integer>0</integer>\n\t</dict>\n\
         \t<key>StandardOutPath</key>\n\t<string>/var/log/web.log</string>\n",
    );
    assert_eq!(plist_of(&artifacts).1, expected);
    assert_eq!(artifacts.len(), 2);
}

#[test]
fn a_daemon_of_root_gets_the_variables_that_launchd_gives_to_others() {
    let artifacts = artifacts(&native_spec(), &target(Scope::System), true).unwrap();
    let text = plist_of(&artifacts).1;
    for (name, value) in
        [("HOME", "/var/root"), ("USER", "root"), ("LOGNAME", "root"), ("SHELL", "/bin/sh")]
    {
        assert!(
            text.contains(&format!("<key>{name}</key>\n\t\t<string>{value}</string>")),
            "{text}"
        );
    }
}

#[test]
fn the_exit_timeout_is_rounded_up_and_leaves_the_host_time() {
    let mut spec = spec();
    spec.stop.timeout = std::time::Duration::from_millis(1500);
    assert_eq!((exit_timeout(&spec, false), exit_timeout(&spec, true)), (2, 7));
}
