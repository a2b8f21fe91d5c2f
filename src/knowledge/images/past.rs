//! What tags stood on that Microsoft has stopped building, and that no manifest of today lists.
//!
//! The images without a distribution in their tag. Announced in dotnet/dotnet-docker: 3.1 and 5.0 stay on buster (issue 3134),
//! 6.0 is on bullseye, as a new major version begins on the newest stable Debian of its day (3273). That 7.0 is on bullseye is
//! said in passing (4535). 3.0 on buster and 2.1 and 2.2 on stretch follow from the days of their releases alone: no
//! announcement was found.

use super::Distribution;

/// Version of .NET, codename of Debian.
const DOTNET: &[(&str, &str)] = &[
    ("2.1", "stretch"),
    ("2.2", "stretch"),
    ("3.0", "buster"),
    ("3.1", "buster"),
    ("5.0", "buster"),
    ("6.0", "bullseye"),
    ("7.0", "bullseye"),
];

/// The distribution that a past image of .NET stood on, where its tag does not say so.
pub fn past_distribution(repository: &str, tag: &str) -> Option<Distribution> {
    let is_of_line = |line: &str| tag.strip_prefix(line).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let is_plain = repository.starts_with("mcr.microsoft.com/dotnet/") && !tag.contains('-');
    let (_, release) = DOTNET.iter().find(|(line, _)| is_plain && is_of_line(line))?;
    Some(Distribution { family: "debian", release: Some(release), named_in_tag: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_images_stood_on_debian() {
        let release = |tag: &str| past_distribution("mcr.microsoft.com/dotnet/sdk", tag).and_then(|it| it.release);
        assert_eq!(release("6.0"), Some("bullseye"));
        assert_eq!(release("3.1.426"), Some("buster"));
        assert_eq!(release("6.0-alpine"), None);
        assert_eq!(release("8.0"), None);
    }
}
