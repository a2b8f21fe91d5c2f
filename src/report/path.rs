//! Paths and addresses as the formats want them.

/// Where the rules' pages are published. The only place that knows.
const RULE_PAGES: &str = "https://github.com/dfx-lint/dfx/blob/main/docs/rules";

/// Where dfx lives.
pub(super) const HOME_PAGE: &str = "https://github.com/dfx-lint/dfx";

/// The address of the page of the rule called `name`.
pub fn rule_url(name: &str) -> String {
    format!("{RULE_PAGES}/{name}.md")
}

/// `path` as the user gave it, with forward slashes.
pub(super) fn with_slashes(path: &str) -> String {
    // Elsewhere than on Windows a backslash is a letter of the name.
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

/// `path` with forward slashes and without `./` before it: GitLab compares it to the paths of the repository.
pub(super) fn relative(path: &str) -> String {
    let mut path = with_slashes(path);
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/').to_owned();
    }
    path
}

/// `path` as a URI: relative where the path is, otherwise with the scheme `file`.
pub(super) fn uri(path: &str) -> String {
    let path = relative(path);
    let has_drive = cfg!(windows) && path.as_bytes().get(1) == Some(&b':');
    let mut uri = match (path.starts_with('/'), has_drive) {
        (true, _) => "file://".to_owned(),
        (_, true) => "file:///".to_owned(),
        _ => String::new(),
    };
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_relative_and_percent_encoded() {
        assert_eq!(uri("./a b/Dockerfile.é%"), "a%20b/Dockerfile.%C3%A9%25");
        assert_eq!(uri("a:b"), "a%3Ab");
        assert_eq!(uri("/srv/Dockerfile"), "file:///srv/Dockerfile");
        assert_eq!(uri("../Dockerfile"), "../Dockerfile");
    }

    #[test]
    fn a_path_loses_its_leading_dots_only_where_a_format_asks() {
        assert_eq!(relative(".//./Dockerfile"), "Dockerfile");
        assert_eq!(with_slashes("./Dockerfile"), "./Dockerfile");
        assert_eq!(relative(".hidden/Dockerfile"), ".hidden/Dockerfile");
    }
}
