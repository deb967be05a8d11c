//! The actions of the machine, done.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use super::{Helper, Host, Killing, Main, now};
use crate::backend::Stream;
use crate::host::machine::{Action, Event, Job};
use crate::host::unix::child::{self, Launch, Login};
use crate::host::unix::process::Handle;
use crate::host::unix::tree::{Tree, kill_with_descendants};
use crate::host::unix::{MARK, notify, signals};
use crate::spec::{Ready, Reload};
use crate::state::HealthState;

/// First pause before the tree is looked at again while it is killed, and the longest.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));
/// How long a log takes what is left in the pipes of a service that has ended.
const LAST_OUTPUT: Duration = Duration::from_millis(500);

impl Host {
    pub(super) fn perform(&mut self, action: Action) {
        match action {
            Action::Run(job) => self.run_job(job),
            Action::KillJob => self.kill_job(),
            Action::Spawn => self.spawn_main(),
            Action::Watch => self.watch(),
            Action::Signal => {
                let name = self.hosted.spec.stop.signal.clone();
                self.signal_main(&name);
            }
            Action::SignalReload => {
                if let Some(Reload::Signal(name)) = self.hosted.spec.reload.clone() {
                    self.signal_main(&name);
                }
            }
            Action::KillTree => self.killing = Some(Killing { again: now(), pause: LOOK_AGAIN.0 }),
            Action::BeginChecks => self.begin_checks(),
            Action::EndChecks => self.end_checks(),
            Action::Tell(words) => self.tell(&words),
        }
    }

    fn signal_main(&mut self, name: &str) {
        let sent = match (&self.main, signals::number(name)) {
            (_, None) => Err(io::Error::other("there is no such signal here")),
            (None, _) => Ok(()),
            (Some(main), Some(number)) => main.handle.signal(number),
        };
        if let Err(error) = sent {
            self.tell(&format!("{name} cannot be sent: {error}"));
        }
    }

    fn spawn_main(&mut self) {
        self.status = None;
        self.adopted = false;
        self.changed = true;
        let spawned = self.prepare_main().and_then(|()| {
            let command = &self.hosted.spec.process.command;
            child::spawn(&self.launch(command, self.main_variables(), true)?)
        });
        match spawned {
            Ok(child) => match Handle::open(child.process) {
                Some(handle) => {
                    self.main = Some(Main {
                        handle,
                        child: true,
                        telling: Some(child.telling),
                        failure: None,
                    });
                    self.take_report();
                }
                None => self.events.push_back(Event::NotExecuted("it was gone at once".to_owned())),
            },
            Err(error) => self
                .events
                .push_back(Event::NotExecuted(format!("no process can be made: {error}"))),
        }
    }

    fn prepare_main(&mut self) -> io::Result<()> {
        if self.hosted.spec.start.ready == Ready::Notify {
            let login = Login::of(&self.hosted).map_err(io::Error::other)?;
            let uid = login.switch.then_some(login.uid);
            self.listener = Some(notify::Listener::bind(&self.folder, uid)?);
        }
        Ok(())
    }

    fn main_variables(&self) -> Vec<(String, String)> {
        let socket = self.listener.as_ref().map(|listener| listener.path().display().to_string());
        socket.map(|path| ("NOTIFY_SOCKET".to_owned(), path)).into_iter().collect()
    }

    fn launch<'a>(
        &'a self,
        command: &'a [String],
        mut variables: Vec<(String, String)>,
        is_main: bool,
    ) -> io::Result<Launch<'a>> {
        variables.push((MARK.to_owned(), self.folder.display().to_string()));
        Ok(Launch {
            hosted: &self.hosted,
            command,
            variables,
            stdout: self.writer(Stream::Stdout)?,
            stderr: self.writer(Stream::Stderr)?,
            own: self.own.get_or_init(|| Login::own(&self.hosted)).as_ref(),
            record: is_main.then(|| self.record.as_fd()),
        })
    }

    fn writer(&self, stream: Stream) -> io::Result<OwnedFd> {
        match (&self.output, stream) {
            (Some(output), stream) => output.writer(stream),
            (None, Stream::Stdout) => io::stdout().as_fd().try_clone_to_owned(),
            (None, Stream::Stderr | Stream::Manager) => io::stderr().as_fd().try_clone_to_owned(),
        }
    }

    fn run_job(&mut self, job: Job) {
        let spec = &self.hosted.spec;
        let command = match job {
            Job::Stop => spec.stop.command.clone(),
            Job::Reload => match &spec.reload {
                Some(Reload::Command(command)) => Some(command.clone()),
                Some(Reload::Signal(_)) | None => None,
            },
            _ => job.hook(spec).map(|hook| hook.command.clone()),
        };
        let command = command.unwrap_or_default();
        match self.spawn_helper(&command, self.job_variables(job)) {
            Ok(helper) => self.job = Some(helper),
            Err(error) => self.events.push_back(Event::JobEnded(Some(error.to_string()))),
        }
    }

    pub(super) fn spawn_helper(
        &self,
        command: &[String],
        variables: Vec<(String, String)>,
    ) -> io::Result<Helper> {
        let child = child::spawn(&self.launch(command, variables, false)?)?;
        let handle =
            Handle::open(child.process).ok_or_else(|| io::Error::other("it was gone at once"))?;
        Ok(Helper { handle, child: true, telling: Some(child.telling) })
    }

    fn job_variables(&self, job: Job) -> Vec<(String, String)> {
        let mut all = vec![("SVCCTL_NAME".to_owned(), self.hosted.spec.name.to_string())];
        let hook = job.key().trim_start_matches("hooks.");
        all.push(("SVCCTL_HOOK".to_owned(), hook.to_owned()));
        if let Some(process) = self.main_process() {
            all.push(("SVCCTL_PID".to_owned(), process.pid.to_string()));
            all.push(("MAINPID".to_owned(), process.pid.to_string()));
        }
        if let Some(exit) =
            self.exit.as_ref().filter(|_| matches!(job, Job::PostStop | Job::OnFailure))
        {
            let code = exit.code.map(|code| ("SVCCTL_EXIT_CODE", code.to_string()));
            let signal = exit.signal.clone().map(|signal| ("SVCCTL_EXIT_SIGNAL", signal));
            let reason = exit.reason.clone().map(|reason| ("SVCCTL_EXIT_REASON", reason));
            let known = [code, signal, reason].into_iter().flatten();
            all.extend(known.map(|(name, value)| (name.to_owned(), value)));
        }
        all
    }

    fn kill_job(&mut self) {
        if let Some(job) = self.job.take() {
            kill_with_descendants(&job.handle);
        }
    }

    /// While the tree is being killed: kills what is there, and says when nothing is.
    pub(super) fn look_at_the_tree(&mut self) {
        let Some(killing) = self.killing else { return };
        if killing.again > now() && self.main.is_some() {
            return;
        }
        self.reap();
        let mark = self.mark();
        let spared = self.own_processes();
        if let Some(main) = self.main.as_ref().filter(|main| !main.child) {
            kill_with_descendants(&main.handle);
        }
        let tree = Tree { spared: &spared, mark: self.adopted.then_some(mark.as_str()) };
        let left = tree.kill() || self.main.is_some();
        if left {
            let pause = (killing.pause * 2).min(LOOK_AGAIN.1);
            self.killing = Some(Killing { again: now() + killing.pause, pause });
        } else {
            self.tree_is_gone();
        }
    }

    fn tree_is_gone(&mut self) {
        self.killing = None;
        self.listener = None;
        if let Some(output) = &mut self.output {
            output.finish(LAST_OUTPUT);
        }
        self.events.push_back(Event::TreeGone);
    }

    /// What is said of the service's health.
    pub(super) fn health(&self) -> Option<HealthState> {
        self.checks.as_ref().map(|checks| checks.state)
    }
}
