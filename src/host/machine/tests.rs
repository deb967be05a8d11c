use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::spec::{
    Limits, LogTo, Logs, Priority, Process, Ready, Reload, Restart, RestartPolicy, Security,
    SecurityProfile, ServiceName, Start, Stop,
};

const SECOND: Duration = Duration::from_secs(1);

fn hook(required: bool) -> Hook {
    Hook { command: vec!["/bin/true".into()], timeout: 5 * SECOND, required }
}

/// The defaults of the definition.
fn spec() -> Spec {
    Spec {
        name: ServiceName::new("web").unwrap(),
        display_name: None,
        description: None,
        documentation: Vec::new(),
        label: None,
        process: Process {
            command: vec!["/bin/sleep".into()],
            working_directory: None,
            environment: std::collections::BTreeMap::new(),
            environment_files: Vec::new(),
            user: None,
            group: None,
            umask: None,
            priority: Priority::Normal,
        },
        start: Start {
            autostart: true,
            ready: Ready::Exec,
            timeout: 90 * SECOND,
            after: Vec::new(),
            requires: Vec::new(),
            wants: Vec::new(),
        },
        stop: Stop { signal: "SIGTERM".into(), timeout: 30 * SECOND, command: None },
        reload: None,
        restart: Restart {
            policy: RestartPolicy::OnFailure,
            delay: SECOND,
            max_delay: SECOND,
            reset_after: 600 * SECOND,
            attempts: Some(5),
            window: 600 * SECOND,
            success_exit_codes: vec![0],
            prevent_exit_codes: Vec::new(),
        },
        hooks: crate::spec::Hooks::default(),
        health: None,
        logs: Logs {
            to: LogTo::Manager,
            directory: None,
            max_size: None,
            max_files: None,
            max_total: None,
            max_age: None,
            compress: None,
            format: None,
        },
        limits: Limits::default(),
        security: Security {
            profile: SecurityProfile::None,
            no_new_privileges: None,
            writable_paths: Vec::new(),
            capabilities: None,
            private_tmp: None,
        },
        credentials: std::collections::BTreeMap::new(),
        overrides: std::collections::BTreeMap::new(),
    }
}

/// A world in which the machine's actions are done, and that breaks when one of them may not be.
struct World {
    spec: Spec,
    machine: Machine,
    now: Duration,
    main: bool,
    job: bool,
    killing: bool,
    /// Nobody has asked for a start since the last stop.
    forbidden: bool,
    /// Automatic restarts, when they were.
    restarts: VecDeque<Duration>,
    by_hand: bool,
    stop_asked: Option<Duration>,
    told: Vec<String>,
}

impl World {
    fn new(spec: Spec) -> Self {
        Self {
            spec,
            machine: Machine::default(),
            now: 1000 * SECOND,
            main: false,
            job: false,
            killing: false,
            forbidden: true,
            restarts: VecDeque::new(),
            by_hand: false,
            stop_asked: None,
            told: Vec::new(),
        }
    }

    fn give(&mut self, event: Event) {
        match event {
            Event::Start | Event::Restart => (self.forbidden, self.by_hand) = (false, true),
            Event::Stop => (self.forbidden, self.stop_asked) = (true, Some(self.now)),
            _ => {}
        }
        let moment = Moment { at: self.now, chance: 7 };
        for action in self.machine.step(&self.spec, moment, event) {
            self.perform(action);
        }
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Run(_) => {
                assert!(!self.job, "two jobs at once");
                self.job = true;
            }
            Action::KillJob => self.job = false,
            Action::Spawn => self.spawn(),
            Action::Signal | Action::SignalReload => assert!(self.main, "a signal to nobody"),
            Action::KillTree => (self.main, self.killing) = (self.main, true),
            Action::Tell(words) => self.told.push(words),
            Action::Watch | Action::BeginChecks | Action::EndChecks => {}
        }
    }

    fn spawn(&mut self) {
        assert!(!self.main, "two main processes");
        assert!(!self.killing, "a start while the tree is being killed");
        assert!(!self.forbidden, "a start after a stop");
        self.main = true;
        if std::mem::take(&mut self.by_hand) {
            self.restarts.clear();
        } else {
            self.restarts.push_back(self.now);
            let window = self.spec.restart.window;
            self.restarts.retain(|at| self.now - *at < window);
            let most = self.spec.restart.attempts.map_or(usize::MAX, |most| most as usize);
            assert!(self.restarts.len() <= most, "more restarts than allowed");
        }
    }

    /// Something that can happen in this world, chosen by `choice`.
    fn happen(&mut self, choice: u8, code: i32) {
        match choice {
            0 => self.give(Event::Start),
            1 => self.give(Event::Stop),
            2 => self.give(Event::Restart),
            3 => self.give(Event::Reload),
            4 => self.give(Event::Unhealthy),
            5 => self.pass(SECOND / 2),
            6 => self.pass(10 * SECOND),
            7 if self.job => self.end_job(None),
            8 if self.job => self.end_job(Some("exited with code 1".into())),
            9 if self.main => self.die(End::Code(code)),
            10 if self.main => self.die(End::Failure),
            11 if self.machine.phase == Phase::Spawning => self.give(Event::Executed),
            12 if self.machine.phase == Phase::Spawning => {
                self.main = false;
                self.give(Event::NotExecuted("no such file".into()));
            }
            13 if self.machine.phase == Phase::Waiting => self.give(Event::Ready),
            14 if self.killing => self.finish_the_kill(),
            _ => {}
        }
        assert_eq!(self.machine.alive, self.main, "{:?}", self.machine);
        assert_eq!(self.machine.job().is_some(), self.job, "{:?}", self.machine);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.give(Event::Tick);
    }

    fn end_job(&mut self, failure: Option<String>) {
        self.job = false;
        self.give(Event::JobEnded(failure));
    }

    fn die(&mut self, end: End) {
        self.main = false;
        self.give(Event::Exited(end, "ended".into()));
    }

    fn finish_the_kill(&mut self) {
        if self.main {
            self.die(End::Failure);
        }
        self.killing = false;
        self.give(Event::TreeGone);
    }

    /// Lets time pass, and the kernel do its work, with a process and hooks that never end by themselves.
    fn settle(&mut self) {
        for _ in 0..200 {
            if self.killing {
                self.finish_the_kill();
            } else if self.machine.is_at_rest() {
                return;
            } else {
                self.pass(SECOND);
            }
        }
        panic!("it does not come to rest: {:?}", self.machine);
    }
}

fn specs() -> impl Strategy<Value = Spec> {
    let hooks = prop::collection::vec(prop::option::of(any::<bool>()), 5);
    let policies = [RestartPolicy::Never, RestartPolicy::OnFailure, RestartPolicy::Always];
    let delays = prop::sample::select(vec![Duration::ZERO, SECOND]);
    (
        hooks,
        prop::sample::select(policies.to_vec()),
        delays,
        prop::option::of(1..4_u32),
        any::<[bool; 3]>(),
    )
        .prop_map(|(hooks, policy, delay, attempts, [notify, command, reload])| {
            let mut spec = spec();
            let mut hooks = hooks.into_iter().map(|required| required.map(hook));
            spec.hooks.pre_start = hooks.next().flatten();
            spec.hooks.post_start = hooks.next().flatten();
            spec.hooks.pre_stop = hooks.next().flatten();
            spec.hooks.post_stop = hooks.next().flatten();
            spec.hooks.on_failure = hooks.next().flatten();
            spec.restart =
                Restart { policy, delay, max_delay: 4 * delay, attempts, ..spec.restart };
            spec.start.ready = if notify { Ready::Notify } else { Ready::Exec };
            spec.stop.command = command.then(|| vec!["/bin/true".into()]);
            spec.reload = Some(if reload {
                Reload::Command(vec!["/bin/true".into()])
            } else {
                Reload::Signal("SIGHUP".into())
            });
            spec
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold_and_a_stop_ends_in_stopped(
        spec in specs(),
        events in prop::collection::vec((0..15_u8, 0..3_i32), 0..120),
    ) {
        let mut world = World::new(spec);
        for (choice, code) in events {
            world.happen(choice, code);
        }
        let down_already = world.machine.phase == Phase::Failed;
        world.give(Event::Stop);
        world.settle();
        let expected = if down_already { Phase::Failed } else { Phase::Stopped };
        prop_assert!(world.machine.phase == expected, "{:?}", world.machine);
        prop_assert!(!world.main && !world.job);
    }

    #[test]
    fn a_stop_is_over_within_its_budget(
        spec in specs(),
        events in prop::collection::vec((0..15_u8, 0..3_i32), 0..60),
    ) {
        let mut world = World::new(spec);
        for (choice, code) in events {
            world.happen(choice, code);
        }
        if world.machine.is_down() {
            return Ok(());
        }
        let asked = world.now;
        world.give(Event::Stop);
        world.settle();
        let took = world.now - asked;
        prop_assert!(took <= world.spec.stop.timeout + 2 * SECOND, "{took:?}");
    }

    #[test]
    fn a_machine_that_was_saved_goes_on_as_it_was(
        spec in specs(),
        events in prop::collection::vec((0..15_u8, 0..3_i32), 0..60),
    ) {
        let mut world = World::new(spec);
        for (choice, code) in events {
            world.happen(choice, code);
            let saved = serde_json::to_string(&world.machine).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Machine>(&saved).unwrap(), &world.machine);
        }
    }
}

fn started(spec: Spec) -> World {
    let mut world = World::new(spec);
    world.give(Event::Start);
    world.give(Event::Executed);
    world.pass(SETTLE);
    world
}

#[test]
fn a_program_that_ends_at_once_is_never_running() {
    let mut world = World::new(spec());
    world.give(Event::Start);
    world.give(Event::Executed);
    assert_eq!(world.machine.state(), State::Starting);
    world.die(End::Code(0));
    world.finish_the_kill();
    assert_eq!(world.machine.state(), State::Stopped);
}

#[test]
fn a_program_that_lives_is_running_and_asks_for_no_more_ticks() {
    let world = started(spec());
    assert_eq!(world.machine.state(), State::Running);
    assert_eq!(world.machine.deadline(), None);
}

#[test]
fn a_stop_interrupts_the_pause_before_a_restart_at_once() {
    let mut world = started(spec());
    world.die(End::Code(1));
    world.finish_the_kill();
    assert_eq!(world.machine.state(), State::Restarting);
    world.give(Event::Stop);
    assert_eq!(world.machine.state(), State::Stopped);
}

#[test]
fn a_start_in_the_pause_starts_at_once_and_counts_anew() {
    let mut world = started(spec());
    world.die(End::Code(1));
    world.finish_the_kill();
    world.pass(SECOND);
    assert_eq!(world.machine.restarts, 1);
    world.die(End::Code(1));
    world.finish_the_kill();
    world.give(Event::Start);
    assert_eq!((world.machine.phase, world.machine.restarts), (Phase::Spawning, 0));
}

#[test]
fn what_ignores_its_signal_is_killed_at_the_budget_and_not_before() {
    let mut world = started(spec());
    world.give(Event::Stop);
    world.pass(30 * SECOND - Duration::from_millis(1));
    assert_eq!(world.machine.phase, Phase::Terminating);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.machine.phase, Phase::Killing);
    assert!(world.machine.killed);
    assert_eq!(world.told, ["had to be killed after 30s"]);
}

#[test]
fn a_stop_command_that_hangs_ends_with_the_budget_in_a_kill() {
    let mut spec = spec();
    spec.stop.command = Some(vec!["/bin/drain".into()]);
    let mut world = started(spec);
    world.give(Event::Stop);
    assert_eq!(world.machine.phase, Phase::StopCommand);
    world.pass(30 * SECOND - Duration::from_millis(1));
    assert_eq!(world.machine.phase, Phase::StopCommand);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.machine.phase, Phase::Killing);
    assert!(world.machine.killed && !world.job);
}

#[test]
fn attempts_are_used_up_and_then_it_is_given_up_with_the_reason() {
    let mut world = started(spec());
    for _ in 0..5 {
        world.die(End::Failure);
        world.finish_the_kill();
        world.pass(SECOND);
    }
    world.die(End::Failure);
    world.finish_the_kill();
    assert_eq!(world.machine.state(), State::Failed);
    let trouble = world.machine.trouble.as_deref();
    assert_eq!(trouble, Some("ended; given up after 5 restarts within 10m"));
}

#[test]
fn a_service_that_ends_before_it_says_ready_has_failed_even_with_code_0() {
    let mut spec = spec();
    spec.start.ready = Ready::Notify;
    spec.restart.policy = RestartPolicy::Never;
    let mut world = World::new(spec);
    world.give(Event::Start);
    world.give(Event::Executed);
    world.die(End::Code(0));
    world.finish_the_kill();
    assert_eq!(world.machine.state(), State::Failed);
    assert_eq!(world.machine.trouble.as_deref(), Some("ended before it was ready"));
}

#[test]
fn a_service_that_is_never_ready_is_taken_down_when_the_time_is_up() {
    let mut spec = spec();
    spec.start.ready = Ready::Tcp("127.0.0.1:80".into());
    spec.restart.policy = RestartPolicy::Never;
    let mut world = World::new(spec);
    world.give(Event::Start);
    world.give(Event::Executed);
    world.pass(90 * SECOND);
    assert_eq!(world.machine.phase, Phase::Terminating);
    world.die(End::Failure);
    world.finish_the_kill();
    assert_eq!(world.machine.state(), State::Failed);
    let trouble = world.machine.trouble.unwrap();
    assert_eq!(trouble, "was not ready within 1m 30s: nothing accepts connections at 127.0.0.1:80");
}

#[test]
fn a_restart_while_stopping_starts_it_again() {
    let mut world = started(spec());
    world.give(Event::Stop);
    world.give(Event::Restart);
    world.die(End::Failure);
    world.finish_the_kill();
    assert_eq!((world.machine.phase, world.machine.spawned), (Phase::Spawning, 2));
}

#[test]
fn a_service_that_is_refused_is_at_rest_and_says_why() {
    let mut machine = Machine::default();
    machine.refuse("requires db, which has failed".to_owned());
    assert!(machine.is_at_rest());
    assert_eq!(machine.state(), State::Failed);
    assert_eq!(machine.trouble.as_deref(), Some("requires db, which has failed"));
}
