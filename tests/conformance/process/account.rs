//! The account that the program runs as.

use crate::lab::{Lab, tool};
use crate::lane::Scope;
use crate::manager::Feature;
use crate::os;
use crate::outcome::{Verdict, unseen};

/// An account that every Unix has, and that is not the caller's.
const ACCOUNT: &str = "daemon";

fn ids(word: &str) -> Vec<i64> {
    let mut ids: Vec<i64> =
        tool("id", &[word, ACCOUNT]).split_whitespace().filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    ids
}

pub fn user_and_groups(lab: &Lab) -> Verdict {
    if cfg!(windows) {
        return of_windows(lab);
    }
    os::open_to_all(&lab.folder("out"));
    let service = lab.service("dump @out/dump then sleep").with("process.user", ACCOUNT);
    service.start()?;
    let dump = service.dump_in("out/dump");
    assert_eq!([dump.number("uid")].to_vec(), ids("-u"));
    assert_eq!([dump.number("gid")].to_vec(), ids("-g"));
    let supplementary = dump.groups();
    assert!(
        ids("-G").iter().all(|group| supplementary.contains(group) || dump.number("gid") == *group)
    );
    assert_eq!(dump.environment()["USER"], ACCOUNT);
    in_another_group(lab)
}

/// An account there is a name, and brings its groups with it.
fn of_windows(lab: &Lab) -> Verdict {
    let group = lab.named("group", "sleep").with("process.group", "Users");
    group.try_install(&["--start"]).exits(65).says("process.group");
    let service = lab.service("dump @dump then sleep").with("process.user", "LocalService");
    service.start()?;
    let dump = service.dump();
    if let Some(reason) = lab.lane.manager.cannot_show(Feature::Account) {
        return unseen(reason);
    }
    assert_eq!(dump.environment()["USERNAME"], "LOCAL SERVICE");
    Ok(())
}

fn in_another_group(lab: &Lab) -> Verdict {
    let service = lab
        .named("group", "dump @out/group then sleep")
        .with("process.user", ACCOUNT)
        .with("process.group", "nogroup");
    service.start()?;
    let wanted: Vec<String> =
        tool("getent", &["group", "nogroup"]).split(':').map(str::to_owned).collect();
    assert_eq!(service.dump_in("out/group").number("gid").to_string(), wanted[2]);
    Ok(())
}

pub fn no_such_user(lab: &Lab) -> Verdict {
    let service = lab.service("sleep").with("process.user", "no-such-account");
    let ran = service.try_install(&["--start"]).exits(65).says("process.user");
    if lab.lane.scope == Scope::System {
        ran.says("no-such-account");
    }
    service.status().is("not-installed", 4);
    Ok(())
}
