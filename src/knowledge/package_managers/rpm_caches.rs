//! Where dnf and yum keep what they download, which depends on the program that answers to the name.
//!
//! Sources: dnf.conf(5), yum.conf(5), dnf5-caching(7); Fedora's change "Switch to DNF 5" (release 41); the release notes
//! of RHEL 8, in which yum became a name of dnf.

/// The directory that the program, one of dnf's or yum's names, fills in a release of a distribution. `None` where that is
/// not known.
pub fn rpm_cache(program: &str, family: &str, release: Option<&str>) -> Option<&'static str> {
    match program {
        "dnf5" => Some(DNF5),
        "dnf-3" => Some(DNF4),
        "dnf" | "yum" => match generation(family, release?)? {
            Generation::Dnf5 => Some(DNF5),
            Generation::Dnf4 => Some(DNF4),
            Generation::Yum => (program == "yum").then_some("/var/cache/yum"),
        },
        _ => None,
    }
}

const DNF4: &str = "/var/cache/dnf";
const DNF5: &str = "/var/cache/libdnf5";

/// The programs that have been behind the name `yum`.
enum Generation {
    Yum,
    Dnf4,
    Dnf5,
}

fn generation(family: &str, release: &str) -> Option<Generation> {
    let number: u32 = release.split('.').next()?.parse().ok()?;
    match (family, number) {
        ("fedora", 41..) => Some(Generation::Dnf5),
        ("fedora", 22..) | ("amazonlinux", 2022..) => Some(Generation::Dnf4),
        ("almalinux" | "centos" | "oraclelinux" | "rhel-ubi" | "rocky", 8..=10) => Some(Generation::Dnf4),
        // yum of release 5 does not know `--setopt`.
        ("amazonlinux", _) | ("centos" | "oraclelinux" | "rhel-ubi", 6 | 7) => Some(Generation::Yum),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_says_what_answers_to_the_name() {
        for (program, family, release, directory) in [
            ("dnf", "fedora", "42", Some(DNF5)),
            ("yum", "fedora", "41", Some(DNF5)),
            ("dnf", "fedora", "40", Some(DNF4)),
            ("dnf-3", "fedora", "42", Some(DNF4)),
            ("dnf", "rocky", "9.4", Some(DNF4)),
            ("yum", "almalinux", "8", Some(DNF4)),
            ("yum", "centos", "7", Some("/var/cache/yum")),
            ("dnf", "centos", "7", None),
            ("yum", "centos", "5.9", None),
            ("yum", "amazonlinux", "2", Some("/var/cache/yum")),
            ("yum", "amazonlinux", "2023", Some(DNF4)),
            ("microdnf", "rhel-ubi", "9", None),
            ("dnf", "debian", "bookworm", None),
            ("dnf", "rhel-ubi", "11", None),
        ] {
            assert_eq!(rpm_cache(program, family, Some(release)), directory, "{program} {family} {release}");
        }
        assert_eq!(rpm_cache("dnf", "fedora", None), None);
    }
}
