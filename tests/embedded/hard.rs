//! Services that are hard to stop: each is gone within its budget, with all that came from it.

use std::path::Path;
use std::time::{Duration, Instant};

use super::TESTCHILD;
use super::lab::{Lab, eventually};

/// What a stop may take beyond the service's own time: this many processes have to be found and waited for on a busy machine.
const SLACK: Duration = Duration::from_secs(10);

/// Starts a service, waits until so many of its processes live, and stops it; how long that took.
fn stop_of(script: &str, budget: &str, processes: usize) -> Duration {
    let lab = Lab::new();
    let file = lab.dir().join("file").display().to_string();
    let words = script.replace("FILE", &file);
    let command: Vec<&str> = [TESTCHILD].into_iter().chain(words.split(' ')).collect();
    lab.install_command("hard", &command, budget);
    lab.svcctl(&["start", "hard"]);
    eventually("its processes", || lab.survivors().len() >= processes);
    eventually("its mark", || !script.contains("FILE") || Path::new(&file).exists());
    let begun = Instant::now();
    lab.svcctl(&["stop", "hard"]);
    let time = begun.elapsed();
    lab.assert_nothing_left();
    time
}

#[test]
fn a_service_that_forks_twice_is_gone_after_a_stop() {
    assert!(stop_of("fork-twice FILE then sleep", "20s", 2) < SLACK);
}

#[test]
fn a_child_in_a_session_of_its_own_that_ignores_signals_is_gone_after_a_stop() {
    assert!(stop_of("setsid-child FILE then sleep", "20s", 2) < SLACK);
}

#[test]
fn one_that_ignores_the_signal_has_its_time_and_no_more() {
    let time = stop_of("ignore SIGTERM then touch FILE then sleep", "1s", 1);
    assert!(time >= Duration::from_secs(1), "killed after {time:?}, before its time was over");
    assert!(time < Duration::from_secs(1) + SLACK, "{time:?}");
}

#[test]
fn one_that_has_closed_its_outputs_is_stopped() {
    let lab = Lab::new();
    lab.install("quiet", "exec 1>&- 2>&-; echo $$ >\"$DIR/closed\"; exec sleep 1000");
    lab.svcctl(&["start", "quiet"]);
    eventually("the outputs to be closed", || lab.dir().join("closed").exists());
    assert_eq!(lab.status("quiet")["state"], "running");
    lab.svcctl(&["stop", "quiet"]);
    lab.assert_nothing_left();
}

#[test]
fn ten_thousand_children_are_gone_after_a_stop() {
    assert!(stop_of("fork 10000 then sleep", "20s", 10_001) < Duration::from_secs(20) + SLACK);
}

#[test]
fn a_host_waits_for_ten_thousand_orphans_of_its_service() {
    let lab = Lab::new();
    let done = lab.dir().join("done").display().to_string();
    lab.install_command(
        "parent",
        &[TESTCHILD, "orphans", "10000", "0", "then", "touch", &done, "then", "sleep"],
        "20s",
    );
    lab.svcctl(&["start", "parent"]);
    eventually("ten thousand orphans", || lab.dir().join("done").exists());
    let host = lab.processes("parent").host;
    let children = || {
        std::fs::read_to_string(format!("/proc/{host}/task/{host}/children")).unwrap_or_default()
    };
    eventually("all of them to be waited for", || children().split_whitespace().count() == 1);
    assert_eq!(lab.status("parent")["state"], "running");
    lab.svcctl(&["stop", "parent"]);
    lab.assert_nothing_left();
}

/// Mounts a disk of 256 KiB that only this thread, and what it starts, sees.
fn small_disk(at: &Path) {
    use nix::mount::{MsFlags, mount};
    let none = None::<&str>;
    nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS).unwrap();
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
    mount(Some("tmpfs"), at, Some("tmpfs"), MsFlags::empty(), Some("size=256k")).unwrap();
}

#[test]
#[ignore = "needs the right to make namespaces; the embedded lane has it"]
fn one_whose_log_is_on_a_full_disk_goes_on_and_is_stopped() {
    let lab = Lab::new();
    let logs = lab.dir().join("logs");
    std::fs::create_dir(&logs).unwrap();
    small_disk(&logs);
    // A megabyte is four times what the disk holds; the service must get rid of all of it.
    let script = format!(
        "head -c 1048576 /dev/zero | tr '\\0' x; touch {}/wrote; exec sleep 1000",
        lab.dir().display()
    );
    lab.install_text(
        "full",
        &format!("name = \"full\"\n[process]\ncommand = [\"/bin/sh\", \"-c\", {script:?}]\n[logs]\nto = \"file\"\ndirectory = {logs:?}\n"),
    );
    lab.svcctl(&["start", "full"]);
    eventually("all to be written", || lab.dir().join("wrote").exists());
    assert_eq!(lab.status("full")["state"], "running");
    let begun = Instant::now();
    lab.svcctl(&["stop", "full"]);
    assert!(begun.elapsed() < SLACK);
    lab.assert_nothing_left();
}
