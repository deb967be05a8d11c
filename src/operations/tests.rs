//! The verbs on a fake manager in a fake world.

use std::path::Path;

use crate::error::ErrorKind;
use crate::operations::fixture::{request, site, target};
use crate::operations::installed::receipt_path;
use crate::operations::{
    EnableOptions, InstallOptions, InstallRequest, Site, UninstallOptions, diff_installed,
    diff_requests, install, set_enabled, uninstall,
};
use crate::receipt::{Kept as _, Receipt, Summary};
use crate::spec::ServiceName;
use crate::system::fake::{FakeSystem, Fault, Node};
use crate::system::{Identity, System};
use crate::target::{Account, Scope, Target};

struct Bench {
    system: FakeSystem,
    target: Target,
}

const UNIT: &str = "/etc/units/web.unit";
const LINK: &str = "/etc/units/enabled.d/web.unit";
const START: InstallOptions =
    InstallOptions { start: true, enable: true, restart: true, adopt: false, dry_run: false };

impl Bench {
    fn new() -> Self {
        let system = FakeSystem::new();
        for folder in ["/etc/units", "/var/lib", "/run"] {
            system.put_dir(folder);
        }
        let target = target("", &system.identity().account);
        Self { system, target }
    }

    fn site(&self) -> Site<'_> {
        site(&self.system, &self.target)
    }

    fn request(&self, name: &str, part: &str, lines: &str) -> InstallRequest {
        request(name, part, lines, &self.target).unwrap()
    }

    fn web(
        &self,
        part: &str,
        lines: &str,
        options: &InstallOptions,
    ) -> crate::operations::ServiceReport {
        let report = install(&[self.request("web", part, lines)], options, &self.site()).unwrap();
        report.services.into_iter().next().unwrap()
    }

    fn has(&self, path: &str) -> bool {
        self.system.nodes().contains_key(Path::new(path))
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.system.read(Path::new(path)).unwrap()).unwrap()
    }
}

fn name(text: &str) -> ServiceName {
    ServiceName::new(text).unwrap()
}

fn kinds(report: &crate::operations::ServiceReport) -> Vec<&str> {
    report.steps.iter().map(|step| step.kind.as_str()).collect()
}

#[test]
fn an_install_writes_links_tells_the_manager_and_starts() {
    let bench = Bench::new();
    let report = bench.web("1", "", &START);
    assert!(report.changed);
    assert!(report.error.is_none());
    assert_eq!(*kinds(&report).last().unwrap(), "start");
    assert!(bench.has(UNIT) && bench.has(LINK));
    assert_eq!(bench.text("/run/svcctl/loaded"), bench.text(UNIT));
    assert_eq!(bench.text("/run/svcctl/running/web"), bench.text(UNIT));
    let receipt = &bench.system.nodes()[Path::new("/var/lib/svcctl/services/web.json")];
    assert!(matches!(receipt, Node::File { mode: 0o600, .. }));
    assert!(!bench.has("/var/lib/svcctl/journal.json"));
    let temporary = |path: &std::path::PathBuf| path.to_string_lossy().contains("svcctl-new");
    assert!(!bench.system.nodes().keys().any(temporary));
}

#[test]
fn installed_twice_nothing_changes() {
    let bench = Bench::new();
    bench.web("1", "", &START);
    let (nodes, done) = (bench.system.nodes(), bench.system.log().len());
    let report = bench.web("1", "", &START);
    assert!(!report.changed);
    assert!(report.steps.is_empty() && report.warnings.is_empty());
    let did = bench.system.log().split_off(done);
    assert_eq!(did, ["lock /var/lib/svcctl/lock"]);
    let locked = Path::new("/var/lib/svcctl/lock");
    assert!(bench.system.nodes().iter().all(|(path, node)| path == locked || nodes[path] == *node));
}

#[test]
fn a_running_service_is_restarted_for_its_command_and_not_for_its_description() {
    let bench = Bench::new();
    bench.web("1", "", &START);
    let described = bench.web("1", "description = \"d\"", &InstallOptions::default());
    assert!(described.changed);
    assert!(!kinds(&described).contains(&"restart"));
    let changed = bench.web("2", "description = \"d\"", &InstallOptions::default());
    assert_eq!(changed.restarted_because, ["process.command"]);
    assert_eq!(bench.text("/run/svcctl/running/web"), bench.text(UNIT));
    let options = InstallOptions { restart: false, ..InstallOptions::default() };
    let kept = bench.web("3", "", &options);
    assert!(!kinds(&kept).contains(&"restart"));
    assert_ne!(bench.text("/run/svcctl/running/web"), bench.text(UNIT));
}

#[test]
fn a_stopped_service_is_not_started_by_an_update() {
    let bench = Bench::new();
    bench.web("1", "", &InstallOptions::default());
    let report = bench.web("2", "", &InstallOptions::default());
    assert!(report.restarted_because.is_empty());
    assert!(!bench.has("/run/svcctl/running/web"));
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_adopted_when_asked() {
    let bench = Bench::new();
    bench.system.put(UNIT, 0o644, b"somebody's");
    let before = bench.system.nodes();
    let requests = [bench.request("web", "1", "")];
    let error = install(&requests, &InstallOptions::default(), &bench.site()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Foreign);
    assert!(error.message.contains(UNIT), "{error}");
    assert!(error.hint.unwrap().contains("--adopt"));
    assert_eq!(bench.system.nodes(), before);
    let adopt = InstallOptions { adopt: true, ..InstallOptions::default() };
    let report = bench.web("1", "", &adopt);
    assert!(report.warnings[0].contains("adopted"), "{report:?}");
    assert_ne!(bench.text(UNIT), "somebody's");
}

#[test]
fn a_mask_is_refused_by_name() {
    let bench = Bench::new();
    bench.system.put_link(UNIT, "/dev/null");
    let requests = [bench.request("web", "1", "")];
    let error = install(&requests, &InstallOptions::default(), &bench.site()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Foreign);
    assert!(error.message.contains("masked"), "{error}");
}

#[test]
fn an_edited_file_is_drift_that_diff_shows_and_install_mends() {
    let bench = Bench::new();
    bench.web("1", "", &START);
    let was = bench.text(UNIT);
    bench.system.put(UNIT, 0o644, format!("{was}# edited\n").as_bytes());
    let diff = diff_installed(&[name("web")], &bench.site()).unwrap();
    assert!(diff.differs);
    assert_eq!(diff.services[0].drift, [format!("{UNIT} has been changed")]);
    assert!(diff.services[0].artifacts[0].text.contains("-# edited"), "{diff:?}");
    let report = bench.web("1", "", &InstallOptions::default());
    assert!(report.warnings[0].contains("had been changed"), "{report:?}");
    assert!(kinds(&report).contains(&"restart"));
    assert_eq!(bench.text(UNIT), was);
    assert!(!diff_installed(&[name("web")], &bench.site()).unwrap().differs);
}

#[test]
fn the_first_line_of_a_receipt_sums_it_up_whatever_the_definition_holds() {
    let bench = Bench::new();
    bench.web("1", "description = \"one \\\\ line\"\n", &START);
    let read = |file: &[u8]| (Summary::read(file).unwrap(), Receipt::read(file).unwrap());
    let path = receipt_path(&bench.target.dirs, &name("web"));
    let (summary, receipt) = read(&bench.system.read(&path).unwrap());
    assert_eq!(summary, Summary::from(&receipt));
    assert_eq!(summary.description.as_deref(), Some("one \\ line"));
    assert!(!summary.artifacts.is_empty());
}

#[test]
fn diff_of_a_definition_shows_what_an_install_would_change_and_touches_nothing() {
    let bench = Bench::new();
    bench.web("1", "", &START);
    let before = bench.system.nodes();
    let requests = [bench.request("web", "2", "")];
    let diff = diff_requests(&requests, &InstallOptions::default(), &bench.site()).unwrap();
    assert!(diff.differs);
    assert_eq!(diff.services[0].restart_because, ["process.command"]);
    assert!(
        diff.services[0].artifacts.iter().any(|one| one.text.contains("+[\"/bin/sleep\", \"2\"]"))
    );
    assert_eq!(bench.system.nodes(), before);
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let bench = Bench::new();
    let before = bench.system.nodes();
    let options = InstallOptions { dry_run: true, ..START };
    let dry = bench.web("1", "", &options);
    assert_eq!(bench.system.nodes(), before);
    assert!(bench.system.log().is_empty());
    let real = bench.web("1", "", &START);
    assert_eq!(dry.steps, real.steps);
}

#[test]
fn an_uninstall_leaves_nothing() {
    let bench = Bench::new();
    let before = bench.system.nodes();
    bench.web("1", "", &START);
    let gone = uninstall(&[name("web")], &UninstallOptions::default(), &bench.site()).unwrap();
    assert_eq!(gone.services[0].steps[0].kind, "stop");
    let left: Vec<_> =
        bench.system.nodes().into_keys().filter(|path| !before.contains_key(path)).collect();
    let managers_own = |path: &&std::path::PathBuf| !path.starts_with("/run/svcctl");
    assert_eq!(
        left.iter().filter(managers_own).collect::<Vec<_>>(),
        Vec::<&std::path::PathBuf>::new()
    );
    let again = uninstall(&[name("web")], &UninstallOptions::default(), &bench.site());
    assert_eq!(again.unwrap_err().kind, ErrorKind::NoService);
    assert!(!bench.has("/var/lib/svcctl"));
}

#[test]
fn of_two_names_of_which_one_is_not_installed_none_is_uninstalled() {
    let bench = Bench::new();
    bench.web("1", "", &START);
    let both = [name("web"), name("nix")];
    let error = uninstall(&both, &UninstallOptions::default(), &bench.site()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoService);
    assert!(error.message.contains("'nix'") && !error.message.contains("'web'"));
    assert!(bench.has(UNIT) && bench.has("/run/svcctl/running/web"));
}

#[test]
fn two_services_with_one_name_are_refused_before_anything_is_touched() {
    let bench = Bench::new();
    let requests = [bench.request("web", "1", ""), bench.request("web", "2", "")];
    let error = install(&requests, &START, &bench.site()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Definition);
    assert!(bench.system.log().is_empty());
}

#[test]
fn what_the_manager_refuses_is_refused_with_everything_else_of_the_call() {
    let bench = Bench::new();
    let requests = [bench.request("a", "refused", ""), bench.request("b", "refused", "")];
    let error = install(&requests, &START, &bench.site()).unwrap_err();
    assert_eq!((error.kind, error.problems.len()), (ErrorKind::Definition, 2));
    assert!(bench.system.log().is_empty());
}

#[test]
fn without_the_right_to_nothing_is_touched() {
    let mut bench = Bench::new();
    let account = Account { name: "ann".into(), uid: 1000, gid: 1000, home: "/home/ann".into() };
    let identity = Identity { account, privileged: false, sudo: None };
    bench.system = FakeSystem::new().seen_by(identity);
    let error = install(&[bench.request("web", "1", "")], &START, &bench.site()).unwrap_err();
    assert_eq!(error.exit().code(), 77);
    assert!(error.hint.unwrap().contains("--user"));
    assert!(bench.system.log().is_empty());
}

#[test]
fn what_cannot_start_stays_installed_and_says_so() {
    let bench = Bench::new();
    let report = bench.web("broken", "", &START);
    assert!(report.error.unwrap().message.contains("does not start"));
    assert!(bench.has(UNIT));
    assert!(!bench.has("/var/lib/svcctl/journal.json"));
}

#[test]
fn enabling_makes_the_link_and_nothing_else() {
    let bench = Bench::new();
    bench.web("1", "", &START);
    let off = set_enabled(&[name("web")], false, &EnableOptions::default(), &bench.site()).unwrap();
    assert!(off.changed);
    assert!(!bench.has(LINK) && bench.has("/run/svcctl/running/web"));
    let again = bench.web("2", "", &InstallOptions::default());
    assert!(again.changed);
    assert!(!bench.has(LINK), "an update does not enable what was disabled");
    let now = EnableOptions { now: true, dry_run: false };
    set_enabled(&[name("web")], true, &now, &bench.site()).unwrap();
    assert!(bench.has(LINK));
    set_enabled(&[name("web")], false, &now, &bench.site()).unwrap();
    assert!(!bench.has("/run/svcctl/running/web"));
    let same = set_enabled(&[name("web")], false, &now, &bench.site()).unwrap();
    assert!(!same.changed);
}

#[test]
fn one_reload_for_many_services() {
    let bench = Bench::new();
    let requests: Vec<_> = (0..20).map(|n| bench.request(&format!("s{n}"), "1", "")).collect();
    let report = install(&requests, &InstallOptions::default(), &bench.site()).unwrap();
    assert_eq!(report.steps.iter().filter(|step| step.kind == "reload").count(), 1);
    let syncs = bench.system.log().iter().filter(|line| line.starts_with("sync")).count();
    assert!(syncs <= 7, "{syncs} barriers");
}

#[test]
fn lingering_comes_with_the_first_service_and_goes_with_the_last() {
    let mut bench = Bench::new();
    bench.target.scope = Scope::User;
    bench.target.owner.home = "/home".to_owned();
    let requests = [bench.request("a", "1", "")];
    install(&requests, &InstallOptions::default(), &bench.site()).unwrap();
    assert!(bench.has("/run/svcctl/linger"));
    let requests = [bench.request("b", "1", "")];
    install(&requests, &InstallOptions::default(), &bench.site()).unwrap();
    uninstall(&[name("a")], &UninstallOptions::default(), &bench.site()).unwrap();
    assert!(bench.has("/run/svcctl/linger"));
    uninstall(&[name("b")], &UninstallOptions::default(), &bench.site()).unwrap();
    assert!(!bench.has("/run/svcctl/linger"));
}

#[test]
fn lingering_that_was_there_before_stays() {
    let mut bench = Bench::new();
    bench.target.scope = Scope::User;
    bench.system.put("/run/svcctl/linger", 0o600, b"");
    let requests = [bench.request("a", "1", "")];
    install(&requests, &InstallOptions::default(), &bench.site()).unwrap();
    uninstall(&[name("a")], &UninstallOptions::default(), &bench.site()).unwrap();
    assert!(bench.has("/run/svcctl/linger"));
}

#[test]
fn a_stored_credential_is_in_no_receipt_and_goes_with_a_purge() {
    let bench = Bench::new();
    let mut request = bench.request("web", "1", "credentials = { key = { prompt = true } }");
    let missing = install(std::slice::from_ref(&request), &START, &bench.site()).unwrap_err();
    assert_eq!(missing.kind, ErrorKind::Usage);
    request.credentials.insert("key".to_owned(), b"hunter2\xff".to_vec());
    install(std::slice::from_ref(&request), &START, &bench.site()).unwrap();
    let path = "/var/lib/svcctl/credentials/web/key";
    assert_eq!(bench.system.read(Path::new(path)).unwrap(), b"hunter2\xff");
    assert!(!bench.text("/var/lib/svcctl/services/web.json").contains("hunter2"));
    let folder = &bench.system.nodes()[Path::new("/var/lib/svcctl/credentials")];
    assert!(matches!(folder, Node::Dir { mode: 0o700, .. }));
    uninstall(&[name("web")], &UninstallOptions::default(), &bench.site()).unwrap();
    assert!(bench.has(path));
    request.credentials.clear();
    install(std::slice::from_ref(&request), &START, &bench.site()).unwrap();
    let purge = UninstallOptions { purge: true, dry_run: false };
    uninstall(&[name("web")], &purge, &bench.site()).unwrap();
    assert!(!bench.has("/var/lib/svcctl"));
}

#[test]
fn a_step_that_fails_is_taken_back_with_all_before_it() {
    let bench = Bench::new();
    let before = bench.system.nodes();
    for fault in 1..200 {
        let system = bench.system.reborn();
        system.set_fault(fault, Fault::Fail);
        let requests = [bench.request("web", "1", ""), bench.request("api", "1", "")];
        let site = site(&system, &bench.target);
        let done = install(&requests, &InstallOptions::default(), &site);
        if system.log().len() <= fault {
            assert!(fault > 20, "there are more operations than {fault}");
            assert!(done.is_ok());
            return;
        }
        let Err(error) = done else { continue };
        let text = error.to_string();
        if text.contains("is as it was") {
            let managers_own = |path: &&std::path::PathBuf| !path.starts_with("/run/svcctl");
            let left = system.nodes();
            let left: Vec<_> = left.keys().filter(managers_own).collect();
            assert_eq!(left, before.keys().collect::<Vec<_>>(), "after operation {fault}: {text}");
        }
    }
    panic!("the faults never came to an end");
}

#[test]
fn another_ones_lock_is_waited_for_and_then_named() {
    let bench = Bench::new();
    bench.web("1", "", &START);
    let lock = Path::new("/var/lib/svcctl/lock");
    let held = bench.system.try_lock(lock, "install of api, process 7").unwrap().unwrap();
    let requests = [bench.request("web", "2", "")];
    let error = install(&requests, &START, &bench.site()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy);
    assert!(error.message.contains("install of api, process 7"), "{error}");
    drop(held);
    assert!(install(&requests, &START, &bench.site()).is_ok());
}

#[test]
fn logs_stay_until_they_are_purged_and_other_files_beside_them_stay_then() {
    let bench = Bench::new();
    bench.system.put_dir("/var/log");
    for file in ["web.log", "web.log.000001.gz", "notes"] {
        bench.system.put(&format!("/var/log/svcctl/web/{file}"), 0o640, b"");
    }
    bench.web("1", "", &START);
    uninstall(&[name("web")], &UninstallOptions::default(), &bench.site()).unwrap();
    assert!(bench.has("/var/log/svcctl/web/web.log"));
    bench.web("1", "", &START);
    let purge = UninstallOptions { purge: true, dry_run: false };
    uninstall(&[name("web")], &purge, &bench.site()).unwrap();
    assert!(!bench.has("/var/log/svcctl/web/web.log.000001.gz"));
    assert!(bench.has("/var/log/svcctl/web/notes"));
}
