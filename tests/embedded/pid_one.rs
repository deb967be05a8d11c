//! `svcctl supervise` as PID 1: everything happens in a pid namespace of its own, as in a container.
//!
//! The embedded lane runs these tests; they need the right to make namespaces.

use std::fs;
use std::process::{Child, Command};

use super::TESTCHILD;
use super::lab::{Lab, eventually, kill};

/// A namespace whose PID 1 is the supervisor of a lab.
struct Container<'a> {
    lab: &'a Lab,
    unshare: Child,
    init: u32,
}

impl<'a> Container<'a> {
    fn boot(lab: &'a Lab) -> Self {
        let mut command = lab.wrapped(
            &["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"],
            &["supervise"],
        );
        let unshare = command.spawn().unwrap();
        let children = format!("/proc/{0}/task/{0}/children", unshare.id());
        let mut init = 0;
        eventually("PID 1", || {
            let list = fs::read_to_string(&children).unwrap_or_default();
            init = list.trim().parse().unwrap_or(0);
            init != 0
        });
        let container = Self { lab, unshare, init };
        eventually("the supervisor", || lab.dir().join("run/svcctl/control").exists());
        container
    }

    /// A command inside.
    fn enter(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        let target = self.init.to_string();
        command.args(["--target", &target, "--pid", "--mount"]).args(words);
        command.env_clear().env("HOME", self.lab.dir());
        command.env("XDG_RUNTIME_DIR", self.lab.dir().join("run"));
        command
    }

    fn svcctl(&self, words: &[&str]) {
        let program = self.lab.program().display().to_string();
        let all = [&[program.as_str(), "--user", "--manager", "embedded"], words].concat();
        let output = self.enter(&all).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The children of PID 1 that have ended and were not waited for.
    fn zombies(&self) -> usize {
        let list = fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.init));
        let list = list.unwrap_or_default();
        let is_zombie = |pid: &&str| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z"))
        };
        list.split_whitespace().filter(is_zombie).count()
    }

    /// Tells PID 1 to end; what it exits with.
    fn shut_down(mut self) -> Option<i32> {
        let init = rustix::process::Pid::from_raw(i32::try_from(self.init).unwrap()).unwrap();
        rustix::process::kill_process(init, rustix::process::Signal::TERM).unwrap();
        // `unshare` exits with what its child does.
        let mut status = None;
        eventually("PID 1 to end", || {
            status = self.unshare.try_wait().unwrap();
            status.is_some()
        });
        status.and_then(|status| status.code())
    }
}

impl Drop for Container<'_> {
    /// With PID 1, the kernel kills all that is in the namespace.
    fn drop(&mut self) {
        if self.unshare.try_wait().is_ok_and(|status| status.is_none()) {
            kill(self.init);
            let _ = self.unshare.wait();
        }
    }
}

#[test]
#[ignore = "needs the right to make namespaces; the embedded lane has it"]
fn as_pid_one_it_waits_for_ten_thousand_orphans() {
    let lab = Lab::new();
    let container = Container::boot(&lab);
    lab.install("web", "exec sleep 1000");
    container.svcctl(&["start", "web"]);
    let status = container.enter(&[TESTCHILD, "orphans", "10000", "0"]).status().unwrap();
    assert!(status.success(), "{status}");
    eventually("all orphans to be waited for", || container.zombies() == 0);
    container.svcctl(&["status", "web"]);
    assert_eq!(container.shut_down(), Some(0));
}

#[test]
#[ignore = "needs the right to make namespaces; the embedded lane has it"]
fn as_pid_one_it_stops_its_services_in_reverse_order_when_it_is_told_to_end() {
    let lab = Lab::new();
    let names = ["database", "cache", "web"];
    let order = lab.dir().join("order");
    for (name, after) in names.iter().zip([None, Some("database"), Some("cache")]) {
        lab.install_after(name, &writes_its_end(name), after);
    }
    let container = Container::boot(&lab);
    container.svcctl(&["start", "database", "cache", "web"]);
    eventually("their traps", || {
        names.iter().all(|name| lab.dir().join(format!("listens.{name}")).exists())
    });
    assert_eq!(container.shut_down(), Some(0));
    let order = fs::read_to_string(order).unwrap_or_default();
    assert_eq!(order.lines().collect::<Vec<_>>(), ["web", "cache", "database"]);
    lab.assert_nothing_left();
}

/// A script that writes its name down when it is told to end, and takes its time before.
fn writes_its_end(name: &str) -> String {
    format!(
        "trap 'sleep 0.2; echo {name} >>\"$DIR/order\"; exit 0' TERM; echo >\"$DIR/listens.{name}\"; while :; do sleep 0.02; done"
    )
}
