//! What is asked of both images once they are built: what a command prints, or what is served at an address.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::report::verified::Answer;

/// A question to a started image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// What these words print, in the place of the image's own command; without words, what that prints.
    Run(Vec<String>),
    /// What its own command serves at an address of this machine.
    Probe(Address),
}

impl Question {
    /// The question of `--run`: a command in the forms of `CMD`.
    ///
    /// # Errors
    ///
    /// If it begins like the exec form and is none.
    pub fn run(command: &str) -> Result<Self, String> {
        match command.trim() {
            "" => Ok(Question::Run(Vec::new())),
            exec if exec.starts_with('[') => serde_json::from_str(exec)
                .map(Question::Run)
                .map_err(|_| "it is no list of words in double quotes, as the exec form of CMD".to_owned()),
            shell => Ok(Question::Run(["/bin/sh", "-c", shell].map(str::to_owned).to_vec())),
        }
    }

    /// The question in words, as a title.
    pub fn name(&self) -> String {
        match self {
            Question::Run(words) if words.is_empty() => "Output".to_owned(),
            Question::Run(words) => format!("Output of {}", words.last().map_or("", String::as_str)),
            Question::Probe(address) => format!("Answer at {address}"),
        }
    }

    /// The port that the image has to serve, if any.
    pub fn port(&self) -> Option<u16> {
        match self {
            Question::Run(_) => None,
            Question::Probe(address) => Some(address.port),
        }
    }
}

/// An address that a program in an image serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    path: String,
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http://{}:{}{}", self.host, self.port, self.path)
    }
}

impl std::str::FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("http://").ok_or("only addresses with http:// are asked")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| format!("{port} is no port"))?),
            None => (authority, 80),
        };
        if !matches!(host, "localhost" | "127.0.0.1") {
            return Err("the images are started on this machine: the host is localhost".to_owned());
        }
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self { host: host.to_owned(), port, path: path.to_owned() })
    }
}

/// An answer longer than this is cut.
const LONGEST_ANSWER: u64 = 16 << 20;

/// So long may a server take between two pieces of its answer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Address {
    /// Asks once.
    ///
    /// # Errors
    ///
    /// If nobody listens, or what is said is no HTTP: a program that is about to start does neither.
    pub fn ask(&self) -> io::Result<Answer> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // Version 1.0 has its answers sent in one piece.
        let Self { host, port, path } = self;
        stream
            .write_all(format!("GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut bytes = Vec::new();
        stream.take(LONGEST_ANSWER).read_to_end(&mut bytes)?;
        parse(&String::from_utf8_lossy(&bytes)).ok_or_else(|| io::Error::other("the answer is no HTTP"))
    }
}

/// The status and the body; headers hold dates.
fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n"))?;
    let mut words = head.lines().next()?.split(' ');
    let is_http = words.next()?.starts_with("HTTP/");
    let status = words.next().filter(|_| is_http)?;
    Some(Answer { status: format!("HTTP {status}"), text: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_this_machine() {
        let address: Address = "http://localhost:8080/a?b".parse().unwrap();
        assert_eq!((address.port, address.path.as_str()), (8080, "/a?b"));
        assert_eq!("http://127.0.0.1".parse::<Address>().unwrap().to_string(), "http://127.0.0.1:80/");
        for wrong in ["https://localhost/", "http://example.com/", "http://localhost:x/"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_command_is_written_as_in_a_dockerfile() {
        assert_eq!(Question::run("[\"/app\", \"-v\"]"), Ok(Question::Run(vec!["/app".to_owned(), "-v".to_owned()])));
        assert_eq!(Question::run("a b").unwrap().name(), "Output of a b");
        assert_eq!(Question::run(""), Ok(Question::Run(Vec::new())));
        assert!(Question::run("[a]").is_err());
    }

    #[test]
    fn an_answer_is_its_status_and_its_body() {
        let answer = parse("HTTP/1.0 200 OK\r\nDate: today\r\n\r\nbody\r\n\r\nmore").unwrap();
        assert_eq!((answer.status.as_str(), answer.text.as_str()), ("HTTP 200", "body\r\n\r\nmore"));
        assert_eq!(parse(""), None);
        assert_eq!(parse("SSH-2.0\r\n\r\n"), None);
    }
}
