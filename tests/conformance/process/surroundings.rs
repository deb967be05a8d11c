//! Everything else that a process inherits.

use std::fs::{self, File};

use crate::lab::{Lab, tool};
use crate::lane::{Scope, home};
use crate::manager::Feature;
use crate::os;
use crate::outcome::{Verdict, unseen};
use crate::poll::{SOON, until};

pub fn working_directory(lab: &Lab) -> Verdict {
    let folder = lab.folder("with a blank, 100% $HOME");
    let name = folder.to_str().expect("the folder's name is UTF-8");
    let service = lab.service("dump @dump then sleep").with("process.working-directory", name);
    service.start()?;
    assert_eq!(service.dump().cwd(), folder);
    Ok(())
}

pub fn default_directory(lab: &Lab) -> Verdict {
    let service = lab.service("dump @dump then sleep");
    service.start()?;
    let wanted = if lab.lane.scope == Scope::System { os::ROOT.into() } else { home() };
    assert_eq!(service.dump().cwd(), wanted);
    Ok(())
}

pub fn missing_directory(lab: &Lab) -> Verdict {
    let folder = lab.folder("soon gone");
    let service = lab
        .service("count @starts then sleep")
        .with("process.working-directory", folder.to_str().expect("it is UTF-8"));
    service.install(&[])?;
    fs::remove_dir(&folder).expect("the folder can be removed");
    service.verb("start", &[]).exits(1).says("working directory").says("soon gone");
    let status = service.status();
    status.is("failed", 5);
    assert!(status.reason().contains("working directory"), "{}", status.entry);
    assert!(lab.lines("starts").is_empty());
    Ok(())
}

pub fn umask(lab: &Lab) -> Verdict {
    let service = lab.service("dump @dump then sleep").with("process.umask", "027");
    service.start()?;
    assert_eq!(service.dump().number("umask"), 0o27);
    Ok(())
}

pub fn priority(lab: &Lab) -> Verdict {
    let [idle, low, normal, (_, high)] = os::PRIORITIES;
    for (word, wanted) in [idle, low, normal] {
        let file = format!("dump-{word}");
        let service =
            lab.named(word, &format!("dump @{file} then sleep")).with("process.priority", word);
        service.start()?;
        if let Some(reason) = lab.lane.manager.cannot_show(Feature::Priority) {
            return unseen(reason);
        }
        assert_eq!(service.dump_in(&file).number("priority"), wanted, "{word}");
    }
    if lab.lane.scope == Scope::System {
        let service =
            lab.named("high", "dump @dump-high then sleep").with("process.priority", "high");
        service.start()?;
        assert_eq!(service.dump_in("dump-high").number("priority"), high);
    }
    Ok(())
}

pub fn standard_input(lab: &Lab) -> Verdict {
    let service = lab.service("dump @dump then sleep");
    service.start()?;
    assert_eq!(service.dump().0["stdin"], "empty");
    Ok(())
}

pub fn descriptors(lab: &Lab) -> Verdict {
    let leak = File::create(lab.path("leak")).expect("a file can be made");
    os::inherit(&leak);
    let service = lab.service("dump @dump then sleep");
    service.start()?;
    let found = service.dump().descriptors();
    if cfg!(windows) {
        // The pipes of its two streams, and what Windows itself opens in every process.
        let is_ours = |name: &&String| name.contains("svcctl");
        assert_eq!(found.iter().find(is_ours), None, "{found:?}");
        assert!(found.iter().filter(|name| *name == "pipe").count() <= 2, "{found:?}");
    } else {
        assert_eq!(found, ["0", "1", "2"]);
    }
    Ok(())
}

pub fn signals(lab: &Lab) -> Verdict {
    if cfg!(windows) {
        return interruptible(lab);
    }
    let service = lab.service("dump @dump then sleep");
    service.start()?;
    let dump = service.dump();
    for name in ["SigIgn", "SigBlk"] {
        let mask = dump.status(name);
        let signals = u64::from_str_radix(mask, 16).expect("a mask of signals");
        assert!(signals & !INTERNAL == 0, "{name}: {mask}");
    }
    Ok(())
}

/// What is inherited there is the flag that ignores Ctrl-C, and the host ignores it.
fn interruptible(lab: &Lab) -> Verdict {
    let service =
        lab.service("on SIGINT append @end asked and exit 0 then touch @ready then sleep");
    service.start()?;
    until("the program to listen", SOON, || lab.path("ready").exists().then_some(()));
    service.verb("stop", &[]).exits(0);
    assert_eq!(lab.lines("end"), ["asked"]);
    Ok(())
}

fn write_script(lab: &Lab, name: &str, text: &str) -> String {
    let script = lab.file(name);
    fs::write(&script, text).expect("a script can be written");
    if cfg!(unix) {
        tool("chmod", &["755", &script]);
    }
    script
}

/// Signals 32 and 33, which glibc keeps to itself: whatever it spawns with posix_spawn(3) ignores them, nobody can reset them by
/// sigaction(2), and it takes them back when it needs them.
const INTERNAL: u64 = 0b11 << 31;

pub fn symlink(lab: &Lab) -> Verdict {
    let link = lab.file("link");
    let child = lab.lane.child();
    if let Some(reason) = lab.lane.manager.cannot_show(Feature::Link) {
        return unseen(reason);
    }
    os::link(&child, link.as_ref());
    let mut command = lab.command("dump @dump then sleep");
    command[0].clone_from(&link);
    let mut service = lab.service("");
    service.set("process.command", command);
    service.start()?;
    assert_eq!(service.dump().argv()[0], link);
    Ok(())
}

pub fn script(lab: &Lab) -> Verdict {
    let (child, dump) = (lab.lane.child(), lab.file("dump"));
    let script = if cfg!(windows) {
        // What goes for a script there.
        let text = format!("@\"{}\" dump \"{dump}\" then sleep ignoring %*\r\n", child.display());
        write_script(lab, "script.cmd", &text)
    } else {
        let text = format!(
            "#!/bin/sh\nexec '{}' dump '{dump}' then sleep ignoring \"$@\"\n",
            child.display()
        );
        write_script(lab, "script", &text)
    };
    let mut service = lab.service("");
    service.set("process.command", vec![script, "a b".into(), String::new()]);
    service.start()?;
    assert_eq!(service.dump().arguments(), ["a b", ""]);
    Ok(())
}
