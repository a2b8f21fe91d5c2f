//! The last part of a path.

/// What stands behind the last slash: `apt-get` of `/usr/bin/apt-get`; all of it where there is no slash.
pub fn file_name(path: &str) -> &str {
    // Words of commands are short: going byte by byte is faster than setting up a search.
    let folder = path.bytes().rposition(|byte| byte == b'/');
    folder.and_then(|end| path.get(end + 1..)).unwrap_or(path)
}
