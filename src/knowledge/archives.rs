//! Archives that ADD unpacks.

/// Endings of names of tar archives, plain or compressed, in lower case.
const ENDINGS: &[&str] = &[
    "tar", "gz", "tgz", "bz2", "tbz", "tbz2", "xz", "txz", "zst", "tzst", "lzma", "tlz", "z", "taz", "tz", "tb2", "lz",
    "lz4",
];

/// Whether files with this extension may be archives: ADD itself looks at the content.
pub fn is_archive_extension(extension: &str) -> bool {
    ENDINGS.contains(&extension.to_ascii_lowercase().as_str())
}

/// Whether the path, or a pattern of paths, may lead to an archive, as far as its name tells.
pub fn may_be_archive(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, extension)) => is_archive_extension(extension) || extension.contains(['*', '?', '[']),
        None => name.contains(['*', '?', '[']),
    }
}
