//! Paths as BuildKit makes them absolute.

use crate::ir::clean_path;

/// The absolute destination of COPY and ADD. A final `/` or `.` leaves its mark, as it says that the destination
/// is a directory (BuildKit's `system.NormalizePath` with `keepSlash`).
pub fn destination(directory: &str, written: &str) -> String {
    let path = absolute(directory, written);
    match path.as_str() {
        "/" => path,
        _ if matches!(written, "" | ".") || written.ends_with('/') => format!("{path}/"),
        _ if written.ends_with("/.") => format!("{path}/."),
        _ => path,
    }
}

/// The absolute path.
pub fn absolute(directory: &str, written: &str) -> String {
    if written.starts_with('/') { clean_path(written) } else { clean_path(&format!("{directory}/{written}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_that_a_destination_is_a_directory_is_kept() {
        let of = |written| destination("/a/", written);
        assert_eq!(
            ["b", "b/", "/b/", ".", "./", "", "/b/.", "/"].map(of),
            ["/a/b", "/a/b/", "/b/", "/a/", "/a/", "/a/", "/b/.", "/"]
        );
        assert_eq!(destination("/", "."), "/");
    }
}
