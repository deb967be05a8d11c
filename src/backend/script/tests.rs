//! What a definition becomes on the managers of scripts: golden files, and what shells make of them.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::Backend;
use crate::backend::openrc::Openrc;
use crate::backend::rcd::Rcd;
use crate::definition::source::Source;
use crate::definition::{Definition, Request};
use crate::selection::typical;
use crate::spec::Spec;
use crate::support::Answer;
use crate::target::{Scope, Target};

const WEB: &str = include_str!("testdata/web.toml");
const PLAIN: &str = "name = \"plain\"\n[process]\ncommand = [\"/opt/plain\"]\n";

fn resolve(text: &str, target: &Target) -> Spec {
    let source = Source::from_text("web.toml", "/etc", text);
    let request = Request { target, profile: None, sets: &[], env: &|_| None };
    Definition::parse(source).unwrap().resolve(&request).unwrap().spec
}

fn target(backend: &dyn Backend) -> Target {
    typical(backend.id(), Scope::System)
}

fn rendered(backend: &dyn Backend, text: &str, enabled: bool) -> Vec<Artifact> {
    let target = target(backend);
    backend.render(&resolve(text, &target), &target, enabled).unwrap()
}

/// The script among the artifacts.
fn script(artifacts: &[Artifact]) -> &FileArtifact {
    let file =
        |artifact: &'_ Artifact| matches!(artifact, Artifact::File(file) if file.mode == 0o755);
    let Some(Artifact::File(file)) = artifacts.iter().find(|artifact| file(artifact)) else {
        panic!("{artifacts:?}")
    };
    file
}

/// Holds a text to a file of `testdata`; `UPDATE=1` writes it.
fn golden(path: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/backend").join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(text, expected, "UPDATE=1 writes {} anew", path.display());
}

const BACKENDS: [(&dyn Backend, &str); 2] = [(&Openrc, "openrc"), (&Rcd, "rcd")];

#[test]
fn a_definition_becomes_these_scripts() {
    for (backend, folder) in BACKENDS {
        for (name, text) in [("web", WEB), ("plain", PLAIN)] {
            let artifacts = rendered(backend, text, true);
            golden(&format!("{folder}/testdata/{name}.sh"), &script(&artifacts).contents);
        }
    }
}

#[test]
fn what_comes_up_at_a_boot_has_one_artifact_more() {
    for (backend, path) in BACKENDS
        .map(|(backend, _)| backend)
        .into_iter()
        .zip(["/etc/runlevels/default/plain", "/usr/local/etc/rc.conf.d/plain"])
    {
        let [enabled, disabled] = [true, false].map(|enabled| rendered(backend, PLAIN, enabled));
        assert_eq!(enabled.len(), disabled.len() + 1);
        assert_eq!(enabled.last().unwrap().id(), path);
        assert_eq!(enabled[..disabled.len()], disabled);
    }
}

#[test]
fn rcs_switch_sets_the_variable_of_the_script() {
    let text = PLAIN.replace("plain", "9-web.x");
    let artifacts = rendered(&Rcd, &text, true);
    let Some(Artifact::File(switch)) = artifacts.last() else { panic!("{artifacts:?}") };
    assert_eq!(switch.path, "/usr/local/etc/rc.conf.d/_9_web_x");
    assert!(switch.contents.ends_with("\n_9_web_x_enable=\"YES\"\n"), "{}", switch.contents);
    assert!(script(&artifacts).contents.contains("\nrcvar='_9_web_x_enable'\n"));
    let name = crate::spec::ServiceName::new("9-web.x").unwrap();
    assert!(Rcd.marks(switch.contents.as_bytes(), &name));
}

/// Runs a program with a script as standard input.
fn reads(program: &str, args: &[&str], script: &str) -> Option<Result<(), String>> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some(if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&said).into_owned())
    })
}

/// What a definition may have in texts, and no script may stumble over.
fn awkward() -> String {
    let text = r#"it's "so" $HOME `id` \ %s ! ; & | # é日😀"#;
    format!(
        "name = \"a-b.c\"\ndisplay-name = '''{text}'''\ndescription = '''{text}'''\n[process]\ncommand = [\"/opt/plain\", '''{text}''', \"\\n\\n\"]\n"
    )
}

#[test]
#[cfg(unix)]
fn shells_find_no_fault_with_the_scripts() {
    for (backend, _) in BACKENDS {
        for text in [WEB, PLAIN, &awkward()] {
            let artifacts = rendered(backend, text, true);
            let script = &script(&artifacts).contents;
            assert_eq!(reads("/bin/sh", &["-n"], script), Some(Ok(())), "{script}");
            // Variables are for the functions of the manager, which are nowhere here.
            let quiet = ["--shell=sh", "--exclude=SC2034,SC1091,SC2016", "-"];
            let found = reads("shellcheck", &quiet, script);
            assert!(found.as_ref().is_none_or(Result::is_ok), "{found:?}\n{script}");
        }
    }
}

/// What `eval` makes of the variables, as openrc-run and rc.subr use it: words that come from variables stay words.
#[test]
#[cfg(unix)]
fn the_command_survives_the_managers_eval() {
    for (backend, _) in BACKENDS {
        let mut target = target(backend);
        target.svcctl = "/opt/my  tools/it's *\n/svcctl".to_owned();
        target.dirs.state = "/var/x  $y".to_owned();
        let spec = resolve(PLAIN, &target);
        let artifacts = backend.render(&spec, &target, true).unwrap();
        let script = script(&artifacts).contents.replace(". /etc/rc.subr", ":");
        let probe = "load_rc_config() { :; }; run_rc_command() { :; }\n";
        let end = "\neval printf \"'<%s>'\" $command \\\n $command_args\n";
        let output = Command::new("/bin/sh")
            .args(["-c", &format!("{probe}{script}{end}")])
            .output()
            .unwrap();
        let words = String::from_utf8(output.stdout).unwrap();
        let wanted =
            format!("<{}><host><--definition></var/x  $y/hosted/plain.json>", target.svcctl);
        assert!(words.ends_with(&wanted), "{words}");
    }
}

#[test]
fn a_users_scope_and_names_that_are_passed_over_are_refused() {
    for (backend, _) in BACKENDS {
        let machine = target(backend);
        let spec = resolve(&PLAIN.replace("plain", "tool.sh"), &machine);
        let refused = |answer: Option<&Answer>| matches!(answer, Some(Answer::Refused { .. }));
        assert!(refused(backend.support(&spec, &machine).get("name")));
        assert!(!refused(backend.support(&spec, &machine).get("scope")));
        let user = Target { scope: Scope::User, ..machine };
        assert!(refused(backend.support(&spec, &user).get("scope")));
    }
}

#[test]
fn nothing_is_refused_on_openrc_that_the_host_does_on_linux() {
    let machine = target(&Openrc);
    let report = Openrc.support(&resolve(WEB, &machine), &machine);
    let refused: Vec<_> = report
        .entries
        .iter()
        .filter(|(_, answer)| matches!(answer, Answer::Refused { .. }))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}
