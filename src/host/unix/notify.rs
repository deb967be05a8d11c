//! The protocol of `sd_notify(3)`, from both sides: what the service says to its host, and what a host says to systemd.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

/// What a service says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// `READY=1`
    pub ready: bool,
    /// `STATUS=…`
    pub status: Option<String>,
}

/// Reads one datagram.
#[must_use]
pub fn parse(datagram: &[u8]) -> Said {
    let mut said = Said::default();
    for line in String::from_utf8_lossy(datagram).lines() {
        match line.split_once('=') {
            Some(("READY", "1")) => said.ready = true,
            Some(("STATUS", text)) => said.status = Some(text.to_owned()),
            _ => {}
        }
    }
    said
}

/// The socket that a service says it to.
#[derive(Debug)]
pub struct Listener {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Listener {
    /// Makes the socket in a folder; only that account, and root, may write to it.
    ///
    /// # Errors
    /// When it cannot be made: the path of a socket has at most 107 bytes.
    pub fn bind(folder: &Path, uid: Option<u32>) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join("notify");
        let _ = std::fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path)?;
        socket.set_nonblocking(true)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        if let Some(uid) = uid {
            std::os::unix::fs::lchown(&path, Some(uid), None)?;
        }
        Ok(Self { socket, path })
    }

    /// Its path, for `NOTIFY_SOCKET`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was said since.
    pub fn read(&self) -> impl Iterator<Item = Said> {
        std::iter::from_fn(|| {
            let mut buffer = [0_u8; 4096];
            let count = self.socket.recv(&mut buffer).ok()?;
            buffer.get(..count).map(parse)
        })
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The manager that started this host, if it wants to be told: systemd does for `Type=notify`.
#[derive(Debug)]
pub struct Manager {
    socket: UnixDatagram,
    address: String,
}

impl Manager {
    /// The manager that the environment names.
    #[must_use]
    pub fn from_environment() -> Option<Self> {
        let address = std::env::var("NOTIFY_SOCKET").ok()?;
        Some(Self { socket: UnixDatagram::unbound().ok()?, address })
    }

    /// Says something, in lines; what does not arrive is not said again.
    pub fn say(&self, lines: &str) {
        let _ = match self.address.strip_prefix('@') {
            Some(name) => send_abstract(&self.socket, name, lines),
            None => self.socket.send_to(lines.as_bytes(), &self.address),
        };
    }
}

#[cfg(target_os = "linux")]
fn send_abstract(socket: &UnixDatagram, name: &str, lines: &str) -> io::Result<usize> {
    use std::os::linux::net::SocketAddrExt;
    let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
    socket.send_to_addr(lines.as_bytes(), &address)
}

#[cfg(not(target_os = "linux"))]
fn send_abstract(_socket: &UnixDatagram, _name: &str, _lines: &str) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_may_say_several_things() {
        let said = parse(b"STATUS=warming up: 3=three\nREADY=1\nMAINPID=7\n");
        assert_eq!(said, Said { ready: true, status: Some("warming up: 3=three".into()) });
        assert_eq!(parse(b"READY=0"), Said::default());
        assert_eq!(parse(&[0xff, b'=', 0]), Said::default());
    }

    #[test]
    fn what_is_said_to_the_socket_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let listener = Listener::bind(folder.path(), None).unwrap();
        let service = UnixDatagram::unbound().unwrap();
        service.send_to(b"READY=1", listener.path()).unwrap();
        assert!(listener.read().next().unwrap().ready);
        assert!(listener.read().next().is_none());
    }
}
