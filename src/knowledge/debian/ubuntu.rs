//! What remains of `-dev` packages on Ubuntu.
//!
//! `scripts/make-ubuntu-libraries.py` reads in Ubuntu's own package lists which libraries a `-dev` package depends on in its own
//! version. Of the others only this is known: Ubuntu takes its packages from Debian's unstable release. Where the Debian
//! release before and the one after name the same libraries for a `-dev` package, the release of Ubuntu between them was
//! taken from the same: libraries of Debian do not go back to an older soname. 20.04 has no Debian release of the tables before it.

use super::super::table::{List, Row, Table};
use super::{Release, RuntimePackages, runtime_packages};

/// Codename, `-dev` package, packages that hold its libraries.
const LIBRARIES: Table = Table::new(include_str!("../data/ubuntu-runtime.tsv"));

/// Codename of Ubuntu, the Debian releases before and after.
const BETWEEN: &[(&str, Release, Release)] =
    &[("jammy", Release::Bullseye, Release::Bookworm), ("noble", Release::Bookworm, Release::Trixie)];

/// Packages of Debian in whose place Ubuntu has others: the libraries of libjpeg-turbo are `libjpeg-turbo8` and
/// `libturbojpeg`, and MySQL is what Debian's MariaDB stands for.
const REPLACED: &[&str] = &["default-libmysqlclient-dev", "default-libmysqld-dev", "libjpeg62-turbo", "libturbojpeg0"];

/// The run-time packages for a `-dev` package on a release of Ubuntu. None where the releases of Debian do not tell, which is
/// not "nothing".
pub fn runtime_packages_on_ubuntu(codename: &str, dev_package: &str) -> Option<RuntimePackages> {
    let listed: Option<Row> = LIBRARIES.find([codename, dev_package]);
    if let Some(row) = listed {
        return Some(RuntimePackages { packages: List::words(row.field(2)), how: "exact-version" });
    }
    let (_, before, after) = BETWEEN.iter().find(|(name, ..)| *name == codename)?;
    let known = [*before, *after].map(|release| runtime_packages(release, dev_package));
    let [Some(before), Some(after)] = known else { return None };
    let is_replaced = REPLACED.contains(&dev_package) || before.packages.iter().any(|name| REPLACED.contains(&name));
    let is_same = before.packages.iter().eq(after.packages.iter());
    (is_same && !is_replaced).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(codename: &str, dev_package: &str) -> Option<Vec<&'static str>> {
        Some(runtime_packages_on_ubuntu(codename, dev_package)?.packages.iter().collect())
    }

    #[test]
    fn what_two_releases_of_debian_say_holds_between_them() {
        assert_eq!(packages("jammy", "libpq-dev"), Some(vec!["libpq5"]));
        assert_eq!(packages("noble", "libffi-dev"), Some(vec!["libffi8"]));
        assert_eq!(packages("jammy", "libcurl4-openssl-dev"), Some(vec!["libcurl4"]));
    }

    #[test]
    fn what_changes_between_them_is_read_in_ubuntus_own_lists() {
        LIBRARIES.assert_well_formed("libraries", 2, 3);
        for (codename, name, library) in [
            ("focal", "libssl-dev", "libssl1.1"),
            ("jammy", "libssl-dev", "libssl3"),
            ("noble", "libssl-dev", "libssl3t64"),
            ("jammy", "libicu-dev", "libicu70"),
            ("noble", "libcurl4-openssl-dev", "libcurl4t64"),
            ("focal", "libpq-dev", "libpq5"),
            // Debian's releases before and after have librtlsdr0.
            ("noble", "librtlsdr-dev", "librtlsdr2"),
        ] {
            assert_eq!(packages(codename, name), Some(vec![library]), "{codename} {name}");
        }
    }

    #[test]
    fn what_is_ubuntus_own_is_not_known() {
        for (codename, name) in [
            ("noble", "libjpeg-dev"),
            ("jammy", "default-libmysqlclient-dev"),
            ("jammy", "nobody-dev"),
            ("focal", "libopencv-dev"),
            ("plucky", "libpq-dev"),
        ] {
            assert_eq!(packages(codename, name), None, "{codename} {name}");
        }
    }
}
