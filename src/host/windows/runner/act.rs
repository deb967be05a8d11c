//! The actions of the machine, done.

use std::io;
use std::os::windows::io::IntoRawHandle;
use std::thread;
use std::time::{Duration, Instant};

use super::{Host, Killing, LOOK_AGAIN, Running, Wake};
use crate::host::machine::{Action, Event, Job as Task};
use crate::host::windows::child::{self, Launch};
use crate::host::windows::job::Job;
use crate::host::windows::{console, environment};
use crate::spec::{Limits, Reload};
use crate::windows::handle::Handle;
use crate::windows::process;

/// How long a log takes what is left in the pipes of a service that has ended. Its job is empty, so they are at their end
/// once they have been read: only a machine that has no time for the readers needs so long.
const LAST_OUTPUT: Duration = Duration::from_secs(5);

impl Host {
    pub(super) fn perform(&mut self, action: Action) {
        match action {
            Action::Run(task) => self.run_task(task),
            Action::KillJob => self.end_job(),
            Action::Spawn => self.spawn_main(),
            Action::Watch => self.watch(),
            Action::Signal => self.ask_to_end(),
            // There are no signals: the definition was refused.
            Action::SignalReload => {}
            Action::KillTree => {
                self.killing = Some(Killing { again: Instant::now(), pause: LOOK_AGAIN.0 });
            }
            Action::BeginChecks => self.begin_checks(),
            Action::EndChecks => self.end_checks(),
            Action::Tell(words) => self.tell(&words),
        }
    }

    /// Ctrl-C for who has a console, WM_CLOSE for who has windows; the budget decides about the rest.
    fn ask_to_end(&self) {
        let Some(main) = &self.main else { return };
        if self.hosted.spec.stop.signal == "SIGKILL" {
            main.job.terminate();
            return;
        }
        if let Err(error) = console::interrupt(main.pid) {
            self.tell(&format!("Ctrl-C cannot be sent: {error}"));
        }
        console::close_windows(&main.job.pids());
    }

    fn spawn_main(&mut self) {
        self.exit = None;
        self.changed = true;
        let command = self.hosted.spec.process.command.clone();
        let limits = self.hosted.spec.limits.clone();
        match self.spawn(&command, &limits, &[]) {
            Ok(main) => {
                self.main = Some(main);
                self.lives = true;
                self.events.push_back(Event::Executed);
            }
            Err(why) => {
                self.exit = Some(crate::state::ExitInfo {
                    reason: Some(why.clone()),
                    ..Default::default()
                });
                self.events.push_back(Event::NotExecuted(why));
            }
        }
    }

    fn run_task(&mut self, task: Task) {
        let spec = &self.hosted.spec;
        let command = match task {
            Task::Stop => spec.stop.command.clone(),
            Task::Reload => match &spec.reload {
                Some(Reload::Command(command)) => Some(command.clone()),
                Some(Reload::Signal(_)) | None => None,
            },
            _ => task.hook(spec).map(|hook| hook.command.clone()),
        };
        let variables = self.task_variables(task);
        match self.spawn(&command.unwrap_or_default(), &Limits::default(), &variables) {
            Ok(job) => self.job = Some(job),
            Err(why) => self.events.push_back(Event::JobEnded(Some(why))),
        }
    }

    fn task_variables(&self, task: Task) -> Vec<(&'static str, String)> {
        let mut all = vec![
            ("SVCCTL_NAME", self.hosted.spec.name.to_string()),
            ("SVCCTL_HOOK", task.key().trim_start_matches("hooks.").to_owned()),
        ];
        if let Some(main) = self.main_process() {
            all.extend([("SVCCTL_PID", main.pid.to_string()), ("MAINPID", main.pid.to_string())]);
        }
        let ended = matches!(task, Task::PostStop | Task::OnFailure);
        if let Some(exit) = self.exit.as_ref().filter(|_| ended) {
            all.extend(exit.code.map(|code| ("SVCCTL_EXIT_CODE", code.to_string())));
            all.extend(exit.reason.clone().map(|reason| ("SVCCTL_EXIT_REASON", reason)));
        }
        all
    }

    /// A process in a job of its own; a thread waits for its end.
    pub(super) fn spawn(
        &self,
        command: &[String],
        limits: &Limits,
        variables: &[(&str, String)],
    ) -> Result<Running, String> {
        let mut environment = environment::of(&self.hosted)?;
        variables.iter().for_each(|(name, value)| environment.set(name, value));
        let failed = |error: io::Error| format!("no process can be made: {error}");
        let job = Job::new(limits).map_err(|error| format!("limits cannot be set: {error}"))?;
        let (writers, readers) = self.output.pipes(&self.wake).map_err(failed)?;
        let stdin = null().map_err(failed)?;
        let directory = self.hosted.spec.process.working_directory.clone();
        let child = child::spawn(&Launch {
            command,
            environment: &environment.block(),
            directory: &directory.unwrap_or_else(root),
            streams: [&stdin, writers.stdout(), writers.stderr()],
            job: &job,
            priority: self.hosted.spec.process.priority,
            own_console: true,
        })?;
        let started = process::times(&child.process).map_or(0, |(began, _)| began);
        self.wait_for(child.pid, child.process).map_err(failed)?;
        Ok(Running { pid: child.pid, started, job, readers: Some(readers) })
    }

    fn wait_for(&self, pid: u32, process: Handle) -> io::Result<()> {
        let wake = self.wake.clone();
        let wait = move || {
            let code = child::wait(&process);
            let _ = wake.send(Wake::Ended(pid, code));
        };
        thread::Builder::new().stack_size(64 << 10).spawn(wait).map(drop)
    }

    /// Ends what is left of the task's tree, and forgets it.
    pub(super) fn end_job(&mut self) {
        if let Some(mut job) = self.job.take() {
            job.job.terminate();
            if let Some(readers) = job.readers.take() {
                readers.finish(LAST_OUTPUT);
            }
        }
    }

    /// While the tree is being killed: kills what is there, and says when nothing is.
    pub(super) fn look_at_the_tree(&mut self) {
        let Some(killing) = self.killing else { return };
        if killing.again > Instant::now() {
            return;
        }
        if let Some(main) = &self.main {
            main.job.terminate();
        }
        let left = self.lives || self.main.as_ref().is_some_and(|main| main.job.active() > 0);
        if left {
            let pause = (killing.pause * 2).min(LOOK_AGAIN.1);
            self.killing = Some(Killing { again: Instant::now() + killing.pause, pause });
        } else {
            self.tree_is_gone();
        }
    }

    fn tree_is_gone(&mut self) {
        self.killing = None;
        if let Some(readers) = self.main.take().and_then(|main| main.readers) {
            readers.finish(LAST_OUTPUT);
        }
        self.events.push_back(Event::TreeGone);
    }
}

/// What a service reads from: nothing.
fn null() -> io::Result<Handle> {
    Handle::new(std::fs::File::open("NUL")?.into_raw_handle())
}

/// The root of the system's drive.
fn root() -> String {
    let drive = std::env::var("SystemDrive").unwrap_or_else(|_| "C:".to_owned());
    format!(r"{drive}\")
}
