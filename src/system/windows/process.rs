//! Programs of the system, run to their end with a cleaned environment.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::system::{Invocation, Output};

/// Pause between two looks at whether it has ended.
const POLL: Duration = Duration::from_millis(10);

/// Runs it, and kills it when the time is up.
pub(super) fn run(invocation: &Invocation) -> io::Result<Output> {
    if !invocation.program.is_absolute() {
        let message = format!("{} is not an absolute path", invocation.program.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.args).env_clear();
    command.envs(invocation.env.iter().map(|(name, value)| (name, value)));
    let stdin = if invocation.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), invocation.stdin.clone()) {
        thread::spawn(move || pipe.write_all(&bytes));
    }
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let code = wait(&mut child, invocation.timeout)?;
    Ok(Output { code, stdout: finish(stdout), stderr: finish(stderr) })
}

fn wait(child: &mut Child, timeout: Option<Duration>) -> io::Result<Option<i32>> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if timeout.is_some_and(|timeout| began.elapsed() >= timeout) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut all);
        }
        all
    })
}

fn finish(reader: JoinHandle<Vec<u8>>) -> Vec<u8> {
    reader.join().unwrap_or_default()
}
