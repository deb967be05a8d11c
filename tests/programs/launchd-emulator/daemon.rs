//! The daemon: one socket, one loop, one owner of the state.

use crate::launchd::{Launchd, Message, Power};
use crate::paths::Paths;
use crate::profile::Profile;
use crate::protocol::{Reply, Request};
use crate::verbs::{self, Answer};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Serves until it is told to shut down. Prints `ready` when it has booted.
pub fn run(root: &Path, profile: Profile) -> std::io::Result<()> {
    let paths = Paths(root.to_owned());
    paths.create()?;
    link_client(&paths)?;
    write_version(&paths, profile.os)?;
    drop(std::fs::remove_file(paths.socket()));
    let listener = UnixListener::bind(paths.socket())?;
    // Every user may talk to launchd.
    std::fs::set_permissions(paths.socket(), std::fs::Permissions::from_mode(0o777))?;
    let (events, inbox) = channel();
    let mut launchd = Launchd::new(profile, paths, events.clone());
    std::thread::spawn(move || accept(&listener, &events));
    launchd.boot();
    println!("ready");
    serve(&mut launchd, &inbox);
    std::fs::remove_file(launchd.paths.socket())
}

fn link_client(paths: &Paths) -> std::io::Result<()> {
    drop(std::fs::remove_file(paths.launchctl()));
    std::os::unix::fs::symlink(std::env::current_exe()?, paths.launchctl())
}

fn write_version(paths: &Paths, os: u32) -> std::io::Result<()> {
    let keys = [("ProductName", "macOS".into()), ("ProductVersion", format!("{os}.0").into())];
    let keys: plist::Dictionary = keys
        .map(|(key, value): (&str, plist::Value)| (key.to_owned(), value))
        .into_iter()
        .collect();
    plist::Value::Dictionary(keys).to_file_xml(paths.version()).map_err(std::io::Error::other)
}

fn accept(listener: &UnixListener, events: &Sender<Message>) {
    for stream in listener.incoming().flatten() {
        let events = events.clone();
        std::thread::spawn(move || drop(converse(stream, &events)));
    }
}

/// One call: reads it, has it answered, holds the answer back if told to.
fn converse(mut stream: UnixStream, events: &Sender<Message>) -> std::io::Result<()> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let request: Request = serde_json::from_str(&text)?;
    let (answer, answered) = channel();
    events.send(Message::Request(request, answer)).map_err(std::io::Error::other)?;
    let reply = answered.recv().map_err(std::io::Error::other)?;
    std::thread::sleep(Duration::from_millis(reply.delay_ms));
    stream.write_all(&serde_json::to_vec(&reply)?)?;
    stream.shutdown(Shutdown::Both)
}

fn serve(launchd: &mut Launchd, inbox: &Receiver<Message>) {
    loop {
        match (launchd.power, launchd.jobs.is_empty()) {
            (Power::Off, true) => break,
            (Power::Reboot, true) => reboot(launchd),
            (Power::On | Power::Off | Power::Reboot, _) => {}
        }
        match inbox.recv_timeout(launchd.until_next_tick()) {
            Ok(Message::Request(request, reply)) => answer(launchd, &request, reply),
            Ok(Message::Fate(pid, fate)) => launchd.fate(pid, fate),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        launchd.tick();
    }
    answer_all(launchd);
    // The threads that hand the last answers over need a moment of the process's life.
    std::thread::sleep(Duration::from_millis(50));
}

fn reboot(launchd: &mut Launchd) {
    launchd.boot();
    answer_all(launchd);
}

fn answer_all(launchd: &mut Launchd) {
    for (_, reply) in launchd.waiting.drain(..) {
        drop(reply.send(Reply::silent()));
    }
}

fn answer(launchd: &mut Launchd, request: &Request, reply: Sender<Reply>) {
    match verbs::run(launchd, request) {
        Answer::Now(answer) => drop(reply.send(answer)),
        Answer::WhenGone(key) => launchd.waiting.push((Some(key), reply)),
        Answer::WhenEmpty => launchd.waiting.push((None, reply)),
    }
}
