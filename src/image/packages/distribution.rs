//! The databases of dpkg and apk.

use super::{Ecosystem, Package, Reader};

pub(super) fn reader_of(path: &str) -> Option<Reader> {
    match path {
        "var/lib/dpkg/status" => Some(dpkg),
        "lib/apk/db/installed" | "usr/lib/apk/db/installed" => Some(apk),
        // Images without a package manager keep a file for each package (distroless).
        _ if path.starts_with("var/lib/dpkg/status.d/") && !path.ends_with(".md5sums") => Some(dpkg),
        _ => None,
    }
}

/// Paragraphs of `Field: value`. A package that was removed and not purged is still listed, with another status; the files
/// of distroless have none.
fn dpkg(bytes: &[u8]) -> Vec<Package> {
    let is_installed =
        |paragraph: &str| field(paragraph, "Status: ").is_none_or(|status| status.ends_with(" installed"));
    paragraphs(bytes, "Package: ", "Version: ", Ecosystem::Debian, is_installed)
}

/// Paragraphs of one-letter fields.
fn apk(bytes: &[u8]) -> Vec<Package> {
    paragraphs(bytes, "P:", "V:", Ecosystem::Alpine, |_| true)
}

fn paragraphs(
    bytes: &[u8],
    name: &str,
    version: &str,
    ecosystem: Ecosystem,
    is_installed: impl Fn(&str) -> bool,
) -> Vec<Package> {
    let text = String::from_utf8_lossy(bytes);
    let package = |paragraph: &str| Some(Package::new(ecosystem, field(paragraph, name)?, field(paragraph, version)?));
    text.split("\n\n").filter(|paragraph| is_installed(paragraph)).filter_map(package).collect()
}

fn field<'p>(paragraph: &'p str, name: &str) -> Option<&'p str> {
    paragraph.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;

    #[test]
    fn removed_packages_that_dpkg_still_lists_are_not_installed() {
        let text = "Package: a\nStatus: install ok installed\nVersion: 1.2-3\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 1\n";
        assert_eq!(told("var/lib/dpkg/status", text), ["dpkg a 1.2-3"]);
    }

    #[test]
    fn images_without_a_package_manager_list_theirs_file_by_file() {
        assert_eq!(told("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\n"), ["dpkg tzdata 2024a"]);
        assert_eq!(told("var/lib/dpkg/status.d/tzdata.md5sums", "Package: x\nVersion: 1\n"), [""; 0]);
    }

    #[test]
    fn apk_names_its_packages_by_letters() {
        assert_eq!(
            told("lib/apk/db/installed", "C:x\nP:musl\nV:1.2.5-r0\n\nP:zlib\nV:1.3-r2\n"),
            ["apk musl 1.2.5-r0", "apk zlib 1.3-r2"]
        );
    }
}
