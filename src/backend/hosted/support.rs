//! What the host does where it does all, and what nobody can do without more of a manager, or of a system.

use crate::spec::{
    Health, HealthCheck, Hooks, Limits, Logs, Priority, Process, Ready, Reload, Restart, Security,
    SecurityProfile, Spec, Start, Stop,
};
use crate::support::SupportReport;
use crate::target::{Scope, Target};

/// What a manager has to say for itself.
#[derive(Clone, Copy, Debug)]
pub struct Support {
    /// Why all is hosted.
    pub why: &'static str,
    /// Why no limit is kept for a whole service.
    pub limits: &'static str,
    /// What the system lets the host take from a service; none where it lets it take nothing.
    pub protections: Option<Protections>,
}

/// What the host can take from a service on Linux.
#[derive(Clone, Copy, Debug)]
pub struct Protections {
    /// Whether it can give it a /tmp of its own.
    pub private_tmp: bool,
}

impl Support {
    /// The answer for every field that the spec makes use of but raw keys, in the order of the field table.
    #[must_use]
    pub fn report(self, spec: &Spec, target: &Target) -> SupportReport {
        report(self, spec, target)
    }
}

fn report(support: Support, spec: &Spec, target: &Target) -> SupportReport {
    let Spec {
        name: _,
        display_name,
        description,
        documentation,
        label,
        process,
        start,
        stop,
        reload,
        restart,
        hooks,
        health,
        logs,
        limits,
        security,
        credentials,
        overrides: _,
    } = spec;
    let mut answers = Answers { report: SupportReport::default(), support, target };
    answers.hosted("name");
    answers.hosted("scope");
    answers.hosted_if("display-name", display_name.is_some());
    answers.hosted_if("description", description.is_some());
    answers.hosted_if("documentation", !documentation.is_empty());
    answers.hosted_if("label", label.is_some());
    answers.process(process);
    answers.start(start);
    answers.stop(stop);
    answers.hosted_if("reload.signal", matches!(reload, Some(Reload::Signal(_))));
    answers.hosted_if("reload.command", matches!(reload, Some(Reload::Command(_))));
    answers.restart(restart);
    answers.hooks(hooks);
    answers.health(health.as_ref());
    answers.logs(logs);
    answers.limits(limits);
    answers.security(security);
    answers.hosted_if("credentials", !credentials.is_empty());
    answers.report
}

struct Answers<'a> {
    report: SupportReport,
    support: Support,
    target: &'a Target,
}

impl Answers<'_> {
    fn hosted(&mut self, key: &'static str) {
        self.report.hosted(key, self.support.why);
    }

    fn hosted_if(&mut self, key: &'static str, used: bool) {
        if used {
            self.hosted(key);
        }
    }

    fn refused(&mut self, key: &'static str, why: &str, way_out: &str) {
        self.report.refused(key, why, way_out);
    }

    fn process(&mut self, process: &Process) {
        let Process {
            command: _,
            working_directory,
            environment,
            environment_files,
            user,
            group,
            umask,
            priority,
        } = process;
        self.hosted("process.command");
        self.hosted_if("process.working-directory", working_directory.is_some());
        self.hosted_if("process.environment", !environment.is_empty());
        self.hosted_if("process.environment-files", !environment_files.is_empty());
        self.account("process.user", user.as_deref());
        self.account("process.group", group.as_deref());
        self.hosted_if("process.umask", umask.is_some());
        self.hosted_if("process.priority", *priority != Priority::Normal);
    }

    /// In the user scope nobody may become another account.
    fn account(&mut self, key: &'static str, account: Option<&str>) {
        let Some(account) = account else { return };
        if self.target.scope == Scope::System || account == self.target.owner.name {
            self.hosted(key);
        } else {
            self.refused(
                key,
                "a service of the user scope runs as its user",
                "leave it out, or install it with --system",
            );
        }
    }

    fn start(&mut self, start: &Start) {
        let Start { autostart: _, ready, timeout: _, after, requires, wants } = start;
        self.hosted("start.autostart");
        match ready {
            Ready::Http(url) => self.http("start.ready", url),
            Ready::Exec | Ready::Notify | Ready::Tcp(_) | Ready::File(_) | Ready::After(_) => {
                self.hosted("start.ready");
            }
        }
        self.hosted("start.timeout");
        self.hosted_if("start.after", !after.is_empty());
        self.hosted_if("start.requires", !requires.is_empty());
        self.hosted_if("start.wants", !wants.is_empty());
    }

    fn http(&mut self, key: &'static str, url: &str) {
        if url.starts_with("http://") {
            self.hosted(key);
        } else {
            self.refused(
                key,
                "the host asks by plain HTTP only",
                "ask a plain address, a TCP port, or run a command that speaks TLS",
            );
        }
    }

    fn stop(&mut self, stop: &Stop) {
        let Stop { signal: _, timeout: _, command } = stop;
        self.hosted("stop.signal");
        self.hosted("stop.timeout");
        self.hosted_if("stop.command", command.is_some());
    }

    fn restart(&mut self, restart: &Restart) {
        let Restart {
            policy: _,
            delay: _,
            max_delay: _,
            reset_after: _,
            attempts: _,
            window: _,
            success_exit_codes: _,
            prevent_exit_codes,
        } = restart;
        for key in [
            "restart.policy",
            "restart.delay",
            "restart.max-delay",
            "restart.reset-after",
            "restart.attempts",
            "restart.window",
            "restart.success-exit-codes",
        ] {
            self.hosted(key);
        }
        self.hosted_if("restart.prevent-exit-codes", !prevent_exit_codes.is_empty());
    }

    fn hooks(&mut self, hooks: &Hooks) {
        let Hooks { pre_start, post_start, pre_stop, post_stop, on_failure } = hooks;
        self.hosted_if("hooks.pre-start", pre_start.is_some());
        self.hosted_if("hooks.post-start", post_start.is_some());
        self.hosted_if("hooks.pre-stop", pre_stop.is_some());
        self.hosted_if("hooks.post-stop", post_stop.is_some());
        self.hosted_if("hooks.on-failure", on_failure.is_some());
    }

    fn health(&mut self, health: Option<&Health>) {
        let Some(health) = health else { return };
        let Health { check, interval: _, timeout: _, retries: _, start_period: _, on_failure: _ } =
            health;
        match check {
            HealthCheck::Http(url) => self.http("health.http", url),
            HealthCheck::Tcp(_) => self.hosted("health.tcp"),
            HealthCheck::Command(_) => self.hosted("health.command"),
        }
        for key in [
            "health.interval",
            "health.timeout",
            "health.retries",
            "health.start-period",
            "health.on-failure",
        ] {
            self.hosted(key);
        }
    }

    fn logs(&mut self, logs: &Logs) {
        let Logs { to: _, directory, max_size, max_files, max_total, max_age, compress, format } =
            logs;
        self.hosted("logs.to");
        self.hosted_if("logs.directory", directory.is_some());
        self.hosted_if("logs.max-size", max_size.is_some());
        self.hosted_if("logs.max-files", max_files.is_some());
        self.hosted_if("logs.max-total", max_total.is_some());
        self.hosted_if("logs.max-age", max_age.is_some());
        self.hosted_if("logs.compress", compress.is_some());
        self.hosted_if("logs.format", format.is_some());
    }

    fn limits(&mut self, limits: &Limits) {
        let Limits { memory, cpu, processes, open_files, core_dumps } = limits;
        let why = self.support.limits;
        let way_out =
            "put it under [on.systemd.limits], so that it is asked for where it can be had";
        for (key, used) in [
            ("limits.memory", memory.is_some()),
            ("limits.cpu", cpu.is_some()),
            ("limits.processes", processes.is_some()),
        ] {
            if used {
                self.refused(key, why, way_out);
            }
        }
        self.hosted_if("limits.open-files", open_files.is_some());
        self.hosted_if("limits.core-dumps", core_dumps.is_some());
    }

    fn security(&mut self, security: &Security) {
        match self.support.protections {
            Some(has) => self.protections(security, has),
            None => self.no_protections(security),
        }
        if security.capabilities.is_some() {
            self.refused(
                "security.capabilities",
                "the host does not take capabilities away",
                "put it under [on.systemd.security], or run the service as an account without any",
            );
        }
    }

    fn protections(&mut self, security: &Security, has: Protections) {
        let Security { profile, no_new_privileges, writable_paths, capabilities: _, private_tmp } =
            security;
        match profile {
            SecurityProfile::None | SecurityProfile::Standard => self.hosted("security.profile"),
            SecurityProfile::Strict => self.refused(
                "security.profile",
                "the strict profile is made of protections that only systemd has",
                "profile = \"standard\" here, and \"strict\" under [on.systemd.security]",
            ),
        }
        self.hosted_if("security.no-new-privileges", no_new_privileges.is_some());
        self.hosted_if("security.writable-paths", !writable_paths.is_empty());
        let asked = private_tmp.unwrap_or(*profile == SecurityProfile::Standard);
        if asked && !has.private_tmp {
            self.refused(
                "security.private-tmp",
                "this machine lets svcctl make no mount namespace, as is usual in containers",
                "security.private-tmp = false",
            );
        } else {
            self.hosted_if("security.private-tmp", private_tmp.is_some());
        }
    }

    fn no_protections(&mut self, security: &Security) {
        let Security { profile, no_new_privileges, writable_paths, capabilities: _, private_tmp } =
            security;
        let why = "the host knows no such protection on this system";
        let way_out = "put it under [on.linux.security]";
        let refused = [
            ("security.no-new-privileges", *no_new_privileges == Some(true)),
            ("security.writable-paths", !writable_paths.is_empty()),
            ("security.private-tmp", *private_tmp == Some(true)),
        ];
        if *profile == SecurityProfile::None {
            self.hosted("security.profile");
        } else {
            self.refused(
                "security.profile",
                "the host knows none of the protections that the profile is made of on this system",
                "profile = \"none\" here, and the profile under [on.linux.security]",
            );
        }
        for (key, _) in refused.into_iter().filter(|(_, used)| *used) {
            self.refused(key, why, way_out);
        }
    }
}
