//! Which variables well-known base images set.
//!
//! From the Dockerfiles of Docker's official images (<https://github.com/docker-library/official-images>), read in
//! November 2026. `PATH` is set everywhere.

/// Whether the image sets a variable; `None` where nothing is known about the image. `repository` is without
/// registry, `library/golang`.
pub fn sets(is_docker_hub: bool, repository: &str, variable: &str) -> Option<bool> {
    let name = repository.strip_prefix("library/").unwrap_or(repository);
    if !is_docker_hub || name.contains('/') {
        return None;
    }
    if SYSTEMS.contains(&name) {
        return Some(matches!(variable, "PATH" | "LANG" | "LC_ALL" | "container"));
    }
    let (_, variables) = IMAGES.iter().find(|(image, _)| *image == name)?;
    Some(variable == "PATH" || variable == "LANG" || matches_any(variables, variable))
}

/// The value of a variable that the image sets and that says where a package manager keeps its files.
pub fn value(is_docker_hub: bool, repository: &str, variable: &str) -> Option<&'static str> {
    let name = repository.strip_prefix("library/").unwrap_or(repository);
    let found = VALUES.iter().find(|(image, known, _)| *image == name && *known == variable);
    found.filter(|_| is_docker_hub).map(|(_, _, value)| *value)
}

/// Number and home directory of a user that the image creates for those who build on it.
pub fn account(is_docker_hub: bool, repository: &str, user: &str) -> Option<(u32, &'static str)> {
    let name = repository.strip_prefix("library/").unwrap_or(repository);
    let found = ACCOUNTS.iter().find(|(image, known, ..)| *image == name && *known == user);
    found.filter(|_| is_docker_hub).map(|(_, _, number, home)| (*number, *home))
}

/// Whether the image is one of Docker's official images of a bare operating system, which start as root in `/`.
pub fn is_bare_system(is_docker_hub: bool, repository: &str) -> bool {
    let name = repository.strip_prefix("library/").unwrap_or(repository);
    is_docker_hub && SYSTEMS.contains(&name)
}

/// An entry that ends with `*` stands for all names that start so.
fn matches_any(entries: &[&str], variable: &str) -> bool {
    entries.iter().any(|entry| match entry.strip_suffix('*') {
        Some(start) => variable.starts_with(start),
        None => *entry == variable,
    })
}

/// Operating systems and nothing else: `PATH`, at most a locale.
const SYSTEMS: [&str; 14] = [
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "hello-world",
    "oraclelinux",
    "photon",
    "rockylinux",
    "sl",
    "ubuntu",
];

const IMAGES: [(&str, &[&str]); 17] = [
    ("buildpack-deps", &[]),
    ("composer", &["COMPOSER_ALLOW_SUPERUSER", "COMPOSER_HOME", "COMPOSER_VERSION", "GPG_KEYS", "PHP*"]),
    ("eclipse-temurin", &["JAVA_*", "LANGUAGE", "LC_ALL"]),
    ("elixir", &["ELIXIR_VERSION", "OTP_VERSION", "REBAR3_VERSION", "REBAR_VERSION"]),
    ("erlang", &["OTP_VERSION", "REBAR3_VERSION", "REBAR_VERSION"]),
    ("gcc", &["GCC_*", "GPG_KEYS"]),
    ("golang", &["GOLANG_VERSION", "GOPATH", "GOTOOLCHAIN"]),
    ("gradle", &["GRADLE_*", "JAVA_*", "LANGUAGE", "LC_ALL"]),
    ("maven", &["JAVA_*", "LANGUAGE", "LC_ALL", "MAVEN_*"]),
    ("nginx", &["NGINX_VERSION", "NJS_*", "PKG_RELEASE", "DYNPKG_RELEASE", "ACME_VERSION"]),
    ("node", &["NODE_VERSION", "YARN_VERSION"]),
    ("openjdk", &["JAVA_*", "LANGUAGE", "LC_ALL"]),
    ("perl", &[]),
    ("python", &["GPG_KEY", "PYTHON*"]),
    ("ruby", &["RUBY_*", "GEM_HOME", "BUNDLE_*"]),
    ("rust", &["RUSTUP_HOME", "CARGO_HOME", "RUST_VERSION"]),
    ("swift", &["SWIFT_*"]),
];

/// Image, variable and value.
const VALUES: [(&str, &str, &str); 4] = [
    ("composer", "COMPOSER_HOME", "/tmp"),
    ("golang", "GOPATH", "/go"),
    ("ruby", "GEM_HOME", "/usr/local/bundle"),
    ("rust", "CARGO_HOME", "/usr/local/cargo"),
];

/// Image, user, number and home directory.
const ACCOUNTS: [(&str, &str, u32, &str); 3] = [
    ("gradle", "gradle", 1000, "/home/gradle"),
    ("node", "node", 1000, "/home/node"),
    ("oven/bun", "bun", 1000, "/home/bun"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_set_next_to_nothing_and_languages_their_own() {
        assert_eq!(sets(true, "library/debian", "JAVA_HOME"), Some(false));
        assert_eq!(sets(true, "library/golang", "GOPATH"), Some(true));
        assert_eq!(sets(true, "library/golang", "GOROOT"), Some(false));
        assert_eq!(sets(true, "library/ruby", "RUBY_VERSION"), Some(true));
        assert_eq!(sets(true, "elixir", "HEX_HOME"), Some(false));
        assert_eq!(sets(true, "composer", "COMPOSER_HOME"), Some(true));
    }

    #[test]
    fn nothing_is_known_of_other_images() {
        assert_eq!(sets(true, "bitnami/golang", "GOPATH"), None);
        assert_eq!(sets(false, "debian", "HOME"), None);
        assert_eq!(sets(true, "library/tomcat", "CATALINA_HOME"), None);
    }
}
