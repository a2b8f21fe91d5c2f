//! Ports as EXPOSE writes them: `80`, `8000-8010/udp`, and the old `127.0.0.1:80:80/tcp`.

use crate::source::Span;

/// A word of EXPOSE, cut as BuildKit's `parsePort` cuts it. Spans are byte spans inside the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortSpec {
    /// First and last port in the container.
    pub ports: (u16, u16),
    /// The ports, as written.
    pub ports_span: Span,
    /// The protocol as written, without its slash; `None` where nothing stands there, which means TCP.
    pub protocol: Option<Span>,
    /// An address or a port of the host with its colon, which EXPOSE cannot do anything with.
    pub host: Option<Span>,
}

/// Why a word is no port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortError {
    /// Neither a number nor two of them with `-` between.
    NotANumber,
    /// A number beyond 65,535.
    OutOfRange,
    /// A range that ends before it starts.
    Backwards,
    /// Neither `tcp` nor `udp` nor `sctp`.
    UnknownProtocol(String),
    /// Something else than an IP address before the ports.
    NotAnAddress,
    /// A range of ports of the host that is not as long as that of the container.
    UnequalRanges,
}

impl std::fmt::Display for PortError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotANumber => f.write_str("it must be a number or a range such as `8000-8010`"),
            Self::OutOfRange => f.write_str("ports end at 65535"),
            Self::Backwards => f.write_str("the range ends before it starts"),
            Self::UnknownProtocol(protocol) => {
                write!(f, "the protocol must be `tcp`, `udp` or `sctp`, not `{protocol}`")
            }
            Self::NotAnAddress => f.write_str("what stands before the port is no IP address"),
            Self::UnequalRanges => f.write_str("the ranges of host and container differ in length"),
        }
    }
}

impl PortSpec {
    /// Reads one word.
    ///
    /// # Errors
    /// Where BuildKit refuses the word.
    pub fn parse(word: &str) -> Result<Self, PortError> {
        let start = word.rfind(':').map_or(0, |colon| colon + 1);
        let host = (start > 0).then(|| Span::new(0, start));
        let container = &word[start..];
        let (ports_text, protocol_text) = container.split_once('/').unwrap_or((container, ""));
        if ports_text.is_empty() {
            return Err(PortError::NotANumber);
        }
        let protocol = (!protocol_text.is_empty()).then(|| Span::new(word.len() - protocol_text.len(), word.len()));
        if !matches!(protocol_text.to_lowercase().as_str(), "" | "tcp" | "udp" | "sctp") {
            return Err(PortError::UnknownProtocol(protocol_text.to_owned()));
        }
        let host_text = word[..start].strip_suffix(':').unwrap_or_default();
        let (address, host_port) = host_text.rsplit_once(':').unwrap_or(("", host_text));
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        if !bare.is_empty() && bare.parse::<std::net::IpAddr>().is_err() {
            return Err(PortError::NotAnAddress);
        }
        let ports = parse_range(ports_text)?;
        if !host_port.is_empty() {
            let host_ports = parse_range(host_port)?;
            if ports.0 != ports.1 && ports.1 - ports.0 != host_ports.1 - host_ports.0 {
                return Err(PortError::UnequalRanges);
            }
        }
        Ok(Self { ports, ports_span: Span::new(start, start + ports_text.len()), protocol, host })
    }
}

fn parse_range(text: &str) -> Result<(u16, u16), PortError> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_port(first)?, parse_port(last)?);
    if last < first { Err(PortError::Backwards) } else { Ok((first, last)) }
}

fn parse_port(text: &str) -> Result<u16, PortError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PortError::NotANumber);
    }
    text.parse().map_err(|_| PortError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_ranges_and_protocols_are_read() {
        let port = PortSpec::parse("8000-8010/UDP").unwrap();
        assert_eq!((port.ports, port.host), ((8000, 8010), None));
        assert_eq!(port.protocol, Some(Span::new(10, 13)));
        assert_eq!(PortSpec::parse("80").unwrap().ports, (80, 80));
        assert_eq!(PortSpec::parse("80/").unwrap().protocol, None);
    }

    #[test]
    fn a_mapping_is_cut_before_the_port_of_the_container() {
        for (text, host) in [("8080:80", 5), ("127.0.0.1:8080:80", 15), ("[::1]:8080:80", 11), ("127.0.0.1::80", 11)] {
            let port = PortSpec::parse(text).unwrap();
            assert_eq!((port.ports, port.host), ((80, 80), Some(Span::new(0, host))), "{text}");
        }
    }

    #[test]
    fn what_buildkit_refuses_is_no_port() {
        let cases = [
            ("http", PortError::NotANumber),
            ("/tcp", PortError::NotANumber),
            ("1-2-3", PortError::NotANumber),
            ("-1", PortError::NotANumber),
            ("65536", PortError::OutOfRange),
            ("99999999999999999999", PortError::OutOfRange),
            ("90-80", PortError::Backwards),
            ("80/http", PortError::UnknownProtocol("http".into())),
            ("localhost:80:80", PortError::NotAnAddress),
            ("1-3:80-81", PortError::UnequalRanges),
        ];
        for (text, error) in cases {
            assert_eq!(PortSpec::parse(text), Err(error), "{text}");
        }
    }
}
