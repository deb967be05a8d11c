//! Commands that serve: a port, HTTP, readiness.

use std::ffi::OsString;
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::script::Words;

/// `listen PORT`: accepts, and drops what it accepts.
pub fn listen(words: &mut Words<'_>) -> Result<()> {
    serve(words.number()?, drop)
}

/// `http PORT [FAIL-FILE]`: answers 200; 503 while FAIL-FILE exists, and not at all while it holds the word "hang".
pub fn http(words: &mut Words<'_>) -> Result<()> {
    let port = words.number()?;
    let fail_file = words.optional().map(OsString::from);
    serve(port, move |stream| {
        let fault = fail_file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        // A client that goes away is its own affair.
        let _ = answer(stream, fault.as_deref());
    })
}

fn serve(port: u16, with: impl Fn(TcpStream) + Send + 'static) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    thread::spawn(move || listener.incoming().flatten().for_each(with));
    Ok(())
}

fn answer(mut stream: TcpStream, fault: Option<&str>) -> Result<()> {
    if fault.is_some_and(|fault| fault.trim() == "hang") {
        thread::spawn(move || {
            thread::sleep(Duration::from_mins(1));
            drop(stream);
        });
        return Ok(());
    }
    let mut request = [0; 4096];
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let _read = stream.read(&mut request)?;
    let status = if fault.is_some() { "503 Service Unavailable" } else { "200 OK" };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
}

/// `notify-ready [MS]`: says READY=1 to the manager, after that time.
pub fn notify_ready(words: &mut Words<'_>) -> Result<()> {
    thread::sleep(words.optional_duration()?.unwrap_or_default());
    notify("READY=1\nSTATUS=at your service\n")
}

#[cfg(unix)]
fn notify(message: &str) -> Result<()> {
    use std::os::unix::net::UnixDatagram;

    let socket = std::env::var_os("NOTIFY_SOCKET")
        .ok_or_else(|| std::io::Error::other("NOTIFY_SOCKET is not set"))?;
    let sender = UnixDatagram::unbound()?;
    sender.connect_addr(&notify_address(&socket)?)?;
    sender.send(message.as_bytes()).map(drop)
}

/// A name that begins with `@` is in Linux's abstract namespace.
#[cfg(unix)]
fn notify_address(socket: &std::ffi::OsStr) -> Result<std::os::unix::net::SocketAddr> {
    use std::os::unix::net::SocketAddr;

    match socket.as_encoded_bytes() {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => {
            use std::os::linux::net::SocketAddrExt;
            SocketAddr::from_abstract_name(name)
        }
        _ => SocketAddr::from_pathname(socket),
    }
}

#[cfg(not(unix))]
fn notify(_message: &str) -> Result<()> {
    Err(std::io::Error::other("there is no NOTIFY_SOCKET on this system"))
}
