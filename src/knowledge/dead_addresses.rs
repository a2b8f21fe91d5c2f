//! Addresses that answered once and do not any more, or only over another scheme.
//!
//! Each row names the page that says so, as it was read in November 2026.

/// An address at which nothing is served any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadAddress {
    /// The host, all of its subdomains included.
    host: &'static str,
    /// The only scheme that is dead (`git://`); empty where the host is.
    scheme: &'static str,
    /// The scheme over which the same host still serves the same, where there is one.
    pub living_scheme: Option<&'static str>,
    /// How it came to that: "Bintray was closed in May 2021".
    pub reason: &'static str,
    /// What took its place, as an order.
    pub instead: &'static str,
}

impl DeadAddress {
    const fn gone(host: &'static str, reason: &'static str, instead: &'static str) -> Self {
        Self { host, scheme: "", living_scheme: None, reason, instead }
    }

    const fn only_https(host: &'static str, scheme: &'static str, reason: &'static str) -> Self {
        Self { host, scheme, living_scheme: Some("https://"), reason, instead: "write `https://`" }
    }

    /// Whether it is this host, or the domain of it.
    fn has(&self, host: &str) -> bool {
        host.strip_suffix(self.host).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    }
}

static DEAD: &[DeadAddress] = &[
    // The notice of 21 June 2021, as quoted in https://github.com/docker-library/faq/pull/23.
    DeadAddress::gone(
        "sks-keyservers.net",
        "the pool of SKS key servers was closed in June 2021",
        "ask `hkps://keys.openpgp.org` or `hkps://keyserver.ubuntu.com`",
    ),
    // https://www.infoq.com/news/2021/02/jfrog-jcenter-bintray-closure/
    DeadAddress::gone(
        "dl.bintray.com",
        "Bintray was closed in May 2021",
        "look for the project's new home: GitHub, or Maven Central",
    ),
    // https://github.com/moby/moby/issues/40466
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
    // https://kubernetes.io/blog/2023/08/31/legacy-package-repository-deprecation/
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
    // https://github.com/cnpm/cnpm/issues/438
    DeadAddress::gone(
        "registry.npm.taobao.org",
        "the mirror has had no valid certificate since January 2024",
        "use `https://registry.npmmirror.com`",
    ),
    // Of 2017, as quoted in https://gixtools.net/2017/01/shutting-down-ftp-services-2/.
    DeadAddress {
        host: "ftp.kernel.org",
        scheme: "ftp://",
        living_scheme: None,
        reason: "kernel.org stopped FTP in March 2017",
        instead: "use `https://cdn.kernel.org/`",
    },
    // https://opensource.googleblog.com of 12 March 2015, as quoted in https://cio.de/a/google-killing-google-code,3105315.
    DeadAddress::gone(
        "googlecode.com",
        "Google Code was closed in January 2016",
        "look for the project's new home, or in `https://code.google.com/archive/`",
    ),
    // https://github.blog/2021-09-01-improving-git-protocol-security-github/
    DeadAddress::only_https("github.com", "git://", "GitHub has not spoken `git://` since March 2022"),
    // https://www.sonatype.com/blog/central-repository-moving-to-https
    DeadAddress::only_https("repo1.maven.org", "http://", "Maven Central has refused `http://` since 2020"),
    DeadAddress::only_https("repo.maven.apache.org", "http://", "Maven Central has refused `http://` since 2020"),
];

/// The dead address that `text` holds, with the place of its scheme, or of its host where it has none.
pub fn find_dead_address(text: &str) -> Option<(DeadAddress, std::ops::Range<usize>)> {
    // Most words hold no host, and all words are looked at.
    if !text.as_bytes().contains(&b'.') {
        return None;
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:/@+$#{}~%".contains(byte);
    let mut start = 0;
    for word in text.as_bytes().split(|byte| !is_part(byte)) {
        let end = start + word.len();
        if let Some((dead, place)) = text.get(start..end).and_then(in_address) {
            return Some((dead, start + place.start..start + place.end));
        }
        start = end + 1;
    }
    None
}

fn in_address(word: &str) -> Option<(DeadAddress, std::ops::Range<usize>)> {
    // `git+git://host/path`
    let (scheme_start, authority_start) = match memchr::memmem::find(word.as_bytes(), b"://") {
        Some(at) => (word[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |before| before + 1), at + 3),
        None => (0, 0),
    };
    let scheme = &word[scheme_start..authority_start];
    let authority = word[authority_start..].split('/').next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let dead = DEAD.iter().find(|dead| dead.has(host) && (dead.scheme.is_empty() || dead.scheme == scheme))?;
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
        assert_eq!(found("https://ftp.kernel.org/pub/a"), None);
        assert_eq!(found("ftp://ftp.kernel.org/pub/a"), Some("ftp://"));
    }
}
