//! Programs of the system, run to their end with a cleaned environment.

use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::system::{Invocation, Output};

/// How long what it said is waited for once it has ended; a daemon that it left behind may hold the pipe for ever.
const GRACE: Duration = Duration::from_millis(500);

/// Without a timeout it is still not waited for longer than this.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// Runs it in a process group of its own, which is killed as a whole when the time is up.
pub(super) fn run(invocation: &Invocation) -> io::Result<Output> {
    if !invocation.program.is_absolute() {
        let message = format!("{} is not an absolute path", invocation.program.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let mut child = command(invocation).spawn()?;
    feed(&mut child, invocation.stdin.clone());
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let (ended, end) = channel();
    thread::spawn(move || ended.send(child.wait()));
    let status = match end.recv_timeout(invocation.timeout.unwrap_or(FOREVER)) {
        Ok(status) => Some(status?),
        Err(_) => {
            if let Some(group) = group {
                let _ = kill_process_group(group, Signal::KILL);
            }
            None
        }
    };
    Ok(output(status, &stdout, &stderr))
}

fn command(invocation: &Invocation) -> Command {
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.args).env_clear();
    command.envs(invocation.env.iter().map(|(name, value)| (name, value)));
    command.current_dir("/").process_group(0);
    let stdin = if invocation.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn feed(child: &mut Child, bytes: Option<Vec<u8>>) {
    if let (Some(mut stdin), Some(bytes)) = (child.stdin.take(), bytes) {
        // One that does not read what it is given says so by its exit code.
        thread::spawn(move || stdin.write_all(&bytes));
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let read = buffer.get(..count).unwrap_or_default().to_vec();
            if sender.send(read).is_err() {
                return;
            }
        }
    });
    receiver
}

fn output(
    status: Option<ExitStatus>,
    stdout: &Receiver<Vec<u8>>,
    stderr: &Receiver<Vec<u8>>,
) -> Output {
    let code = status.and_then(|status| status.code());
    debug_assert!(status.is_none_or(|status| status.code().is_some() || status.signal().is_some()));
    Output { code, stdout: drain(stdout), stderr: drain(stderr) }
}

fn drain(pipe: &Receiver<Vec<u8>>) -> Vec<u8> {
    let mut all = Vec::new();
    while let Ok(part) = pipe.recv_timeout(GRACE) {
        all.extend(part);
    }
    all
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn shell(script: &str, timeout: u64) -> Invocation {
        Invocation {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            env: vec![("GIVEN".into(), "yes".into())],
            stdin: Some(b"typed".to_vec()),
            timeout: Some(Duration::from_millis(timeout)),
        }
    }

    #[test]
    fn it_sees_what_it_is_given_and_nothing_else() {
        let said = run(&shell("cat; echo $GIVEN$HOME; echo no >&2; exit 3", 10_000)).unwrap();
        assert_eq!(said.code, Some(3));
        assert_eq!(said.stdout, b"typedyes\n");
        assert_eq!(said.stderr, b"no\n");
    }

    #[test]
    fn it_is_killed_with_its_children_when_the_time_is_up() {
        let began = Instant::now();
        let said = run(&shell("echo begun; sleep 60 & sleep 60", 200)).unwrap();
        assert_eq!(said.code, None);
        assert_eq!(said.stdout, b"begun\n");
        assert!(began.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_relative_program_is_refused() {
        let relative = Invocation { program: "sh".into(), ..Invocation::default() };
        assert!(run(&relative).is_err());
    }
}
