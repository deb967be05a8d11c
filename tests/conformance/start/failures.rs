//! Starts that fail, and say why.

use std::fs;

use crate::lab::{Lab, Service, tool};
use crate::outcome::Verdict;
use crate::poll::{always, seconds};

/// Installs a service whose program is then changed; the start must fail and name the program.
fn program_changed(lab: &Lab, change: impl FnOnce(&str)) -> Verdict {
    let program = lab.file("program");
    fs::copy(lab.lane.child(), &program).expect("the program can be copied");
    let mut service = lab.service("");
    service.set(
        "process.command",
        vec![program.clone(), "count".into(), lab.file("starts"), "then".into(), "sleep".into()],
    );
    service.install(&[])?;
    change(&program);
    service.verb("start", &[]).exits(1).says("executed").says(&program);
    let status = service.status();
    status.is("failed", 5);
    assert!(status.reason().contains("executed"), "{}", status.entry);
    assert!(lab.lines("starts").is_empty());
    Ok(())
}

pub fn no_such_file(lab: &Lab) -> Verdict {
    let mut missing = lab.named("never", "");
    missing.set("process.command", vec![lab.file("nothing here")]);
    missing.try_install(&["--start"]).exits(65).says("nothing here");
    missing.status().is("not-installed", 4);
    program_changed(lab, |program| fs::remove_file(program).expect("the program can be removed"))
}

pub fn not_executable(lab: &Lab) -> Verdict {
    program_changed(lab, |program| {
        if cfg!(windows) {
            // Every file may be executed there; what is no program cannot be.
            fs::write(program, "no program").expect("the program can be changed");
        } else {
            tool("chmod", &["644", program]);
        }
    })
}

pub fn missing_interpreter(lab: &Lab) -> Verdict {
    // Nothing interprets a script by its first line on Windows.
    program_changed(lab, |program| {
        fs::write(program, "#!/no/such/interpreter\n").expect("the program can be changed");
    })
}

pub fn exits_0(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then exit 0").with("restart.policy", "on-failure");
    service.install(&[])?;
    service.verb("start", &[]);
    service.marks("starts", 1);
    service.becomes("stopped").is("stopped", 3);
    always("it stays so", seconds(1.0), || service.status().state() == "stopped");
    assert_eq!(lab.lines("starts").len(), 1);
    Ok(())
}

pub fn exits_1(lab: &Lab) -> Verdict {
    let service: Service<'_> =
        lab.service("text out first then text err the-last-words then exit 1");
    service.install(&[])?;
    service.verb("start", &[]);
    service.becomes("failed").is("failed", 5);
    service.logged("the-last-words");
    let ran = lab.svcctl(["status", &service.name]).exits(5).says("the-last-words");
    assert!(ran.stdout.contains('1') && !ran.stdout.contains('\u{1b}'), "{ran}");
    Ok(())
}
