//! Which of its roles the program plays, and the client among them.

use crate::paths::Paths;
use crate::profile::Profile;
use crate::protocol::{Reply, Request};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: svcctl-launchd-emulator daemon --root DIR [--profile FILE]
       svcctl-launchd-emulator control --root DIR shutdown | reboot | profile FILE
       launchctl ...   (a link at DIR/bin/launchctl)";

/// Picks the role by name and first argument.
pub fn main() -> ExitCode {
    let mut args = std::env::args();
    let name = PathBuf::from(args.next().unwrap_or_default());
    let args: Vec<String> = args.collect();
    if name.file_name().is_some_and(|name| name == "launchctl") {
        return launchctl(&name, args);
    }
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["xpcproxy"] => crate::xpcproxy::main(),
        ["daemon", "--root", root] => daemon(root, Ok(Profile::default())),
        ["daemon", "--root", root, "--profile", file] => {
            daemon(root, Profile::read(Path::new(file)))
        }
        ["control", "--root", root, words @ ..] => control(root, words),
        _ => refuse(USAGE),
    }
}

fn refuse(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}

fn daemon(root: &str, profile: Result<Profile, String>) -> ExitCode {
    let served = profile.and_then(|profile| {
        crate::daemon::run(Path::new(root), profile).map_err(|e| format!("{root}: {e}"))
    });
    served.map_or_else(|e| refuse(&e), |()| ExitCode::SUCCESS)
}

fn control(root: &str, words: &[&str]) -> ExitCode {
    let args =
        std::iter::once("emulator").chain(words.iter().copied()).map(str::to_owned).collect();
    call(&Paths(root.into()), args)
}

/// The root is two levels above the link, so that the client needs no environment.
fn launchctl(name: &Path, args: Vec<String>) -> ExitCode {
    let root = match name.parent().and_then(Path::parent).filter(|root| root.is_absolute()) {
        Some(root) => root.to_owned(),
        None => std::env::var_os("SVCCTL_LAUNCHD_ROOT").unwrap_or_else(|| "/".into()).into(),
    };
    if let [verb, _uid, command @ ..] = args.as_slice()
        && verb == "asuser"
    {
        return as_user(command);
    }
    call(&Paths(root), args)
}

/// Changes the bootstrap only, neither credentials nor environment, of which nothing is to be seen here.
fn as_user(command: &[String]) -> ExitCode {
    if !rustix::process::geteuid().is_root() {
        eprintln!("Could not switch to audit session: 1: Operation not permitted");
        return ExitCode::from(1);
    }
    let Some((program, rest)) = command.split_first() else {
        return refuse("Usage: launchctl asuser <UID> <program> [...]");
    };
    refuse(&Command::new(program).args(rest).exec().to_string())
}

fn call(paths: &Paths, args: Vec<String>) -> ExitCode {
    match ask(paths, args) {
        Ok(reply) => {
            print!("{}", reply.out);
            eprint!("{}", reply.err);
            ExitCode::from(reply.code)
        }
        Err(e) => refuse(&format!("no launchd at {}: {e}", paths.socket().display())),
    }
}

fn ask(paths: &Paths, args: Vec<String>) -> std::io::Result<Reply> {
    let request = Request {
        args,
        cwd: std::env::current_dir()?,
        uid: rustix::process::geteuid().as_raw(),
        tty: std::io::IsTerminal::is_terminal(&std::io::stdout()),
    };
    let mut stream = UnixStream::connect(paths.socket())?;
    stream.write_all(&serde_json::to_vec(&request)?)?;
    stream.shutdown(Shutdown::Write)?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}
