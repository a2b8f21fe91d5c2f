//! Addresses that answered once and do not any more, or only over another scheme.
//!
//! Each row names its announcement. The rows were written from memory in November 2026; no page was read again.

/// An address at which nothing is served any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadAddress {
    /// The host, all of its subdomains included.
    host: &'static str,
    /// The only scheme that is dead (`git://`); empty where the host is.
    scheme: &'static str,
    /// How it came to that: "Bintray was closed in May 2021".
    pub reason: &'static str,
    /// What took its place, as an order.
    pub instead: &'static str,
}

impl DeadAddress {
    const fn gone(host: &'static str, reason: &'static str, instead: &'static str) -> Self {
        Self { host, scheme: "", reason, instead }
    }

    const fn only_https(host: &'static str, scheme: &'static str, reason: &'static str) -> Self {
        Self { host, scheme, reason, instead: "write `https://`" }
    }

    /// The scheme over which the same host still serves the same, where there is one.
    pub fn living_scheme(&self) -> Option<&'static str> {
        (!self.scheme.is_empty()).then_some("https://")
    }

    /// Whether it is the host of `authority`: `user@host:port`.
    fn has(&self, authority: &str) -> bool {
        let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
        host.strip_suffix(self.host).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    }
}

/// The rows, each with its announcement.
static DEAD: &[DeadAddress] = &[
    // sks-keyservers.net, notice of 21 June 2021.
    DeadAddress::gone(
        "sks-keyservers.net",
        "the pool of SKS key servers was closed in June 2021",
        "ask `hkps://keys.openpgp.org` or `hkps://keyserver.ubuntu.com`",
    ),
    // JFrog, "Into the Sunset", 3 February 2021.
    DeadAddress::gone(
        "dl.bintray.com",
        "Bintray was closed in May 2021",
        "look for the project's new home: GitHub, or Maven Central",
    ),
    // Docker, "Changes to dockerproject.org APT and YUM repositories", 2020.
    DeadAddress::gone(
        "apt.dockerproject.org",
        "dockerproject.org was closed in March 2020",
        "use `https://download.docker.com/linux/`",
    ),
    DeadAddress::gone(
        "yum.dockerproject.org",
        "dockerproject.org was closed in March 2020",
        "use `https://download.docker.com/linux/`",
    ),
    // Kubernetes, "Changes to the legacy package repositories", 31 August 2023; removed on 4 March 2024.
    DeadAddress::gone(
        "apt.kubernetes.io",
        "the old package repositories of Kubernetes were removed in March 2024",
        "use `https://pkgs.k8s.io/`",
    ),
    DeadAddress::gone(
        "yum.kubernetes.io",
        "the old package repositories of Kubernetes were removed in March 2024",
        "use `https://pkgs.k8s.io/`",
    ),
    // npmmirror, notice of 2022; the certificate ended on 22 January 2024.
    DeadAddress::gone(
        "registry.npm.taobao.org",
        "the mirror has had no valid certificate since January 2024",
        "use `https://registry.npmmirror.com`",
    ),
    // kernel.org, "Shutting down FTP services", 27 January 2017.
    DeadAddress::gone("ftp.kernel.org", "kernel.org stopped FTP in March 2017", "use `https://cdn.kernel.org/`"),
    // Google Open Source, "Bidding farewell to Google Code", 12 March 2015.
    DeadAddress::gone(
        "googlecode.com",
        "Google Code was closed in January 2016",
        "look for the project's new home, or in `https://code.google.com/archive/`",
    ),
    // GitHub, "Improving Git protocol security on GitHub", 1 September 2021; complete on 15 March 2022.
    DeadAddress::only_https("github.com", "git://", "GitHub has not spoken `git://` since March 2022"),
    // Sonatype, "Central 501 HTTPS required", 15 January 2020.
    DeadAddress::only_https("repo1.maven.org", "http://", "Maven Central has refused `http://` since 2020"),
    DeadAddress::only_https("repo.maven.apache.org", "http://", "Maven Central has refused `http://` since 2020"),
];

/// The dead address that `text` holds, with the place of its scheme, or of its host where it has none.
pub fn find_dead_address(text: &str) -> Option<(DeadAddress, std::ops::Range<usize>)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._:/@+$#{}~%".contains(c);
    let mut start = 0;
    for word in text.split(|c: char| !is_part(c)) {
        if let Some((dead, place)) = in_address(word) {
            return Some((dead, start + place.start..start + place.end));
        }
        start += word.len() + text[start + word.len()..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

fn in_address(word: &str) -> Option<(DeadAddress, std::ops::Range<usize>)> {
    // `git+git://host/path`
    let (scheme_start, authority_start) = match word.find("://") {
        Some(at) => (word[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |before| before + 1), at + 3),
        None => (0, 0),
    };
    let scheme = &word[scheme_start..authority_start];
    let authority = word[authority_start..].split('/').next()?;
    let dead = DEAD.iter().find(|dead| dead.has(authority) && (dead.scheme.is_empty() || dead.scheme == scheme))?;
    let host = authority_start..authority_start + authority.len();
    Some((*dead, if dead.scheme.is_empty() { host } else { scheme_start..authority_start }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        find_dead_address(text).map(|(_, place)| &text[place])
    }

    #[test]
    fn a_dead_host_is_found_with_its_subdomains() {
        assert_eq!(found("hkp://ha.pool.sks-keyservers.net:80"), Some("ha.pool.sks-keyservers.net:80"));
        assert_eq!(
            found("deb [arch=amd64] https://apt.kubernetes.io/ kubernetes-xenial main"),
            Some("apt.kubernetes.io")
        );
        assert_eq!(found("https://my-sks-keyservers.net/ and https://apt.kubernetes.io.example.com"), None);
    }

    #[test]
    fn a_dead_scheme_is_found_before_its_host_only() {
        assert_eq!(found("git+git://github.com/a/b.git@v1"), Some("git://"));
        assert_eq!(found("https://github.com/a/b git://example.com"), None);
    }
}
