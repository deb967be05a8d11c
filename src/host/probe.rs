//! Asking a service whether it is ready or well. Slow questions are asked by a forked worker, which can be killed and leaves no memory.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::spec::{HealthCheck, Ready};

/// Pause between two questions whether a service is ready.
pub const PAUSE: Duration = Duration::from_millis(20);
/// How long a single question whether it is ready may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something that can be asked from a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether a TCP connection to `host:port` is accepted.
    Tcp(String),
    /// Whether a GET is answered with 2xx or 3xx.
    Http(String),
}

impl Question {
    /// The question behind a ready rule, if it needs a worker.
    #[must_use]
    pub fn of_ready(rule: &Ready) -> Option<Self> {
        match rule {
            Ready::Tcp(address) => Some(Self::Tcp(address.clone())),
            Ready::Http(url) => Some(Self::Http(url.clone())),
            Ready::Exec | Ready::Notify | Ready::File(_) | Ready::After(_) => None,
        }
    }

    /// The question behind a health check, if it needs a worker.
    #[must_use]
    pub fn of_health(check: &HealthCheck) -> Option<Self> {
        match check {
            HealthCheck::Tcp(address) => Some(Self::Tcp(address.clone())),
            HealthCheck::Http(url) => Some(Self::Http(url.clone())),
            HealthCheck::Command(_) => None,
        }
    }

    /// What it means when the answer is no.
    #[must_use]
    pub fn fault(&self) -> String {
        match self {
            Self::Tcp(address) => format!("nothing accepts connections at {address}"),
            Self::Http(url) => format!("no 2xx or 3xx from {url}"),
        }
    }

    /// Asks once.
    #[must_use]
    pub fn ask(&self, patience: Duration) -> bool {
        match self {
            Self::Tcp(address) => accepts(address, patience),
            Self::Http(url) => answers(url, patience),
        }
    }

    /// Asks until the answer is yes.
    #[must_use]
    pub fn ask_until_yes(&self) -> bool {
        while !self.ask(PATIENCE) {
            std::thread::sleep(PAUSE);
        }
        true
    }
}

fn accepts(address: &str, patience: Duration) -> bool {
    let Ok(mut addresses) = address.to_socket_addrs() else { return false };
    addresses.any(|address| TcpStream::connect_timeout(&address, patience).is_ok())
}

fn answers(url: &str, patience: Duration) -> bool {
    let seconds = patience.as_secs().saturating_add(1);
    let request = minreq::get(url).with_timeout(seconds).with_follow_redirects(false);
    request.send_lazy().is_ok_and(|response| (200..400).contains(&response.status_code))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    fn serve(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        address.to_string()
    }

    #[test]
    fn an_answer_of_2xx_or_3xx_is_a_yes_and_all_else_a_no() {
        let second = Duration::from_secs(1);
        for (answer, yes) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", false),
            ("nonsense\r\n\r\n", false),
        ] {
            let question = Question::Http(format!("http://{}/healthz", serve(answer)));
            assert_eq!(question.ask(second), yes, "{answer:?}");
        }
    }

    #[test]
    fn a_port_that_nobody_listens_on_is_a_no() {
        let second = Duration::from_secs(1);
        assert!(Question::Tcp(serve("")).ask(second));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(!Question::Tcp(closed.to_string()).ask(second));
    }
}
