//! Symbolic links in paths.

/// Links in a path that are followed before they are taken for a circle, as Linux does.
pub const MOST_LINKS: usize = 40;

/// The path with its links followed, relative to the root, above which `..` and links do not lead. `target` tells where
/// the link at a path leads; `None` for all that is no link.
pub fn followed<'l>(path: &str, target: impl Fn(&str) -> Option<&'l str>) -> String {
    let mut ahead: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
    let mut here: Vec<String> = Vec::new();
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                here.pop();
                continue;
            }
            _ => here.push(part),
        }
        if let Some(target) = target(&here.join("/"))
            && links < MOST_LINKS
        {
            links += 1;
            here.pop();
            if target.starts_with('/') {
                here.clear();
            }
            ahead.extend(target.rsplit('/').map(str::to_owned));
        }
    }
    here.join("/")
}

#[cfg(test)]
mod tests {
    use super::followed;

    #[test]
    fn links_lead_on_and_never_above_the_root() {
        let real = |path: &str| {
            followed(path, |path| match path {
                "lib" => Some("usr/lib"),
                "usr/lib/up" => Some("../../../etc"),
                "a" => Some("/b"),
                "b" => Some("a"),
                _ => None,
            })
        };
        assert_eq!(real("lib/./x"), "usr/lib/x");
        assert_eq!(real("/lib/up/passwd"), "etc/passwd");
        assert_eq!(real("a/../x"), "x");
    }
}
