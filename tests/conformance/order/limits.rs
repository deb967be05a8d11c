//! What a service may use, and what it may do.

use serde_json::json;

use crate::lab::Lab;
use crate::manager::Limit;
use crate::outcome::{Verdict, unseen};
use crate::poll::{SOON, until};

pub fn memory(lab: &Lab) -> Verdict {
    let service =
        lab.service("count @starts then grow 512 then sleep").with("limits.memory", "48MiB");
    service.install(&[])?;
    if let Some(reason) = lab.lane.manager.cannot_limit(Limit::Memory) {
        return unseen(reason);
    }
    service.verb("start", &["--no-wait"]).exits(0);
    let status = service.becomes("failed");
    status.is("failed", 5);
    assert!(status.reason().contains("memory"), "{}", status.entry);
    Ok(())
}

pub fn files_and_processes(lab: &Lab) -> Verdict {
    let files = lab
        .named("files", "dump @dump then open-files 200 @opened then sleep")
        .with("limits.open-files", 64);
    files.start()?;
    assert_eq!(files.dump().limit("Max open files"), "64");
    let opened: u32 = files.marks("opened", 1)[0].parse().expect("a number");
    assert!((40..64).contains(&opened), "{opened} files");
    let processes = lab
        .named("processes", "spawn 30 @children then touch @spawned then sleep")
        .with("limits.processes", 10);
    processes.install(&[])?;
    if let Some(reason) = lab.lane.manager.cannot_limit(Limit::Processes) {
        return unseen(format!("open files were limited; {reason}"));
    }
    processes.verb("start", &[]).exits(0);
    until("the children", SOON, || lab.path("spawned").exists().then_some(()));
    let lines = lab.lines("children");
    let refused = lines.iter().filter(|line| *line == "refused").count();
    assert!((20..30).contains(&refused), "{lines:?}");
    Ok(())
}

pub fn security(lab: &Lab) -> Verdict {
    let none = lab.named("none", "dump @dump-none then sleep").with("security.profile", "none");
    none.start()?;
    let gain =
        lab.named("gain", "dump @dump-gain then sleep").with("security.no-new-privileges", true);
    gain.start()?;
    if cfg!(target_os = "linux") {
        assert_eq!(gain.dump_in("dump-gain").status("NoNewPrivs"), "1");
    }
    writable_paths(lab)?;
    private_tmp(lab)?;
    let bare =
        lab.named("bare", "dump @open/dump then sleep").with("security.capabilities", json!([]));
    bare.start()?;
    let dump = bare.dump_in("open/dump");
    for set in ["CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(dump.status(set), "0000000000000000", "{set}");
    }
    Ok(())
}

fn writable_paths(lab: &Lab) -> Verdict {
    let open = lab.folder("open");
    lab.folder("closed");
    let script = "try-write @open/file @open/result then try-write @closed/file @open/result then try-write /etc/svcctl-x @open/result then sleep";
    let service = lab
        .named("strict", script)
        .with("security.profile", "strict")
        .with("security.writable-paths", json!([open.to_str().expect("it is UTF-8")]));
    service.start()?;
    let wanted = [
        format!("{} written", lab.file("open/file")),
        format!("{} refused", lab.file("closed/file")),
        "/etc/svcctl-x refused".to_owned(),
    ];
    assert_eq!(service.marks("open/result", 3), wanted);
    Ok(())
}

fn private_tmp(lab: &Lab) -> Verdict {
    let mark = std::env::temp_dir().join(format!("svcctl-conformance-{}", crate::lab::own_pid()));
    std::fs::write(&mark, "seen").expect("a file can be made");
    let script = format!("copy {} @copied then sleep", mark.display());
    let service = lab.named("tmp", &script).with("security.private-tmp", true);
    let started = service.start();
    let copied = started.map(|()| service.marks("copied", 1).concat());
    std::fs::remove_file(&mark).expect("the file can be removed");
    assert!(copied?.starts_with("unreadable"), "it sees what others have in {}", mark.display());
    Ok(())
}
