//! Image references as BuildKit reads them: the grammar and normalisation of `distribution/reference`
//! (`ParseNormalizedNamed`).

use std::fmt;

use crate::source::Span;

const DOCKER_HUB: &str = "docker.io";
const OLD_DOCKER_HUB: &str = "index.docker.io";
const OFFICIAL_NAMESPACE: &str = "library/";
const LONGEST_REPOSITORY: usize = 255;
const LONGEST_TAG: usize = 128;

/// An image by its full name: short names are completed as Docker completes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    /// The registry's host and port; `docker.io` where the file names none.
    pub registry: String,
    /// The path within the registry; `library/node` where the file says `node`.
    pub repository: String,
    /// The tag, if the file gives one.
    pub tag: Option<String>,
    /// Algorithm and checksum, `sha256:...`, if the file gives them.
    pub digest: Option<String>,
    /// Where the parts stand in the reference as it was written.
    pub spans: ImageReferenceSpans,
}

/// Byte spans inside a reference. A part that was not written has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageReferenceSpans {
    /// Without the slash behind it.
    pub registry: Option<Span>,
    /// The path as written, without registry, tag and digest.
    pub repository: Span,
    /// Without the colon before it.
    pub tag: Option<Span>,
    /// Without the `@` before it.
    pub digest: Option<Span>,
}

impl ImageReference {
    /// Reads a reference in which nothing is left to expand. Names with a meaning of their own (`scratch`, a stage)
    /// are the caller's to set apart.
    ///
    /// # Errors
    /// Where BuildKit refuses the reference.
    pub fn parse(text: &str) -> Result<Self, ImageReferenceError> {
        let whole = Span::new(0, text.len());
        if text.is_empty() {
            return Err(ImageReferenceError::new(ImageReferenceErrorKind::Empty, whole));
        }
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ImageReferenceError::new(ImageReferenceErrorKind::Identifier(text.to_string()), whole));
        }
        let spans = split(text);
        let part = |span: Span| text.get(span.range()).unwrap_or_default();
        let registry = match spans.registry.map(part) {
            None | Some(OLD_DOCKER_HUB) => DOCKER_HUB,
            Some(registry) => registry,
        };
        let repository = complete_repository(registry, part(spans.repository));
        check_lower_case(text, &spans, &repository)?;
        if let Some(span) = spans.registry {
            check_registry(part(span), span)?;
        }
        check_repository(part(spans.repository), &repository, spans.repository)?;
        if let Some(span) = spans.tag {
            check_tag(part(span), span)?;
        }
        if let Some(span) = spans.digest {
            check_digest(part(span), span)?;
        }
        Ok(Self {
            registry: registry.to_string(),
            repository,
            tag: spans.tag.map(|span| part(span).to_string()),
            digest: spans.digest.map(|span| part(span).to_string()),
            spans,
        })
    }

    /// The name as people write it, without tag and digest: `node`, `bitnami/node`, `ghcr.io/a/b`.
    pub fn familiar_name(&self) -> String {
        if !self.is_docker_hub() {
            return format!("{}/{}", self.registry, self.repository);
        }
        self.official_name().unwrap_or(&self.repository).to_string()
    }

    /// Whether the image comes from Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        self.registry == DOCKER_HUB
    }

    /// Whether the image is one of Docker's official images.
    pub fn is_official_namespace(&self) -> bool {
        self.is_docker_hub() && self.official_name().is_some()
    }

    /// Whether the reference can mean one image only.
    pub fn is_digest_pinned(&self) -> bool {
        self.digest.is_some()
    }

    /// The tag that is pulled. `None` where a digest stands without a tag: then no tag has a say.
    pub fn tag_or_latest(&self) -> Option<&str> {
        match &self.tag {
            Some(tag) => Some(tag),
            None if self.is_digest_pinned() => None,
            None => Some("latest"),
        }
    }

    fn official_name(&self) -> Option<&str> {
        self.repository.strip_prefix(OFFICIAL_NAMESPACE).filter(|name| !name.contains('/'))
    }
}

/// A reference that BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReferenceError {
    /// What is wrong.
    pub kind: ImageReferenceErrorKind,
    /// Where, as a byte span inside the reference.
    pub span: Span,
}

/// What is wrong with a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageReferenceErrorKind {
    /// There is nothing.
    Empty,
    /// 64 hexadecimal digits could be confused with an image ID.
    Identifier(String),
    /// The repository, given here as BuildKit completes it, holds upper case.
    UpperCase(String),
    /// What stands before the first slash is no host.
    Registry,
    /// A part of the path is empty, or holds or begins or ends with a character that it must not.
    Repository,
    /// The path has more than 255 characters.
    RepositoryTooLong,
    /// The tag is empty, longer than 128 characters, or has a character that it must not.
    Tag,
    /// The digest is not an algorithm, a colon and lower-case hexadecimal digits.
    Digest,
    /// The checksum has not as many digits as its algorithm makes.
    DigestLength,
    /// An algorithm other than sha256, sha384 and sha512.
    DigestAlgorithm,
}

impl ImageReferenceError {
    fn new(kind: ImageReferenceErrorKind, span: Span) -> Self {
        Self { kind, span }
    }
}

impl fmt::Display for ImageReferenceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("repository name must have at least one component"),
            Self::Identifier(name) => {
                write!(f, "invalid repository name ({name}), cannot specify 64-byte hexadecimal strings")
            }
            Self::UpperCase(repository) => {
                write!(f, "invalid reference format: repository name ({repository}) must be lowercase")
            }
            Self::Registry => f.write_str("invalid reference format: this is no registry host"),
            Self::Repository => f.write_str(
                "invalid reference format: a repository name is made of lower-case letters and digits, joined by \
                 single '.', '_', '__' or dashes",
            ),
            Self::RepositoryTooLong => {
                write!(f, "repository name must not be more than {LONGEST_REPOSITORY} characters")
            }
            Self::Tag => write!(
                f,
                "invalid reference format: a tag is made of letters, digits, '_', '.' and '-', begins with none of the \
                 last two, and has 1 to {LONGEST_TAG} characters"
            ),
            Self::Digest => f.write_str(
                "invalid reference format: a digest is an algorithm, a colon and lower-case hexadecimal digits, such as \
                 sha256:...",
            ),
            Self::DigestLength => f.write_str("invalid checksum digest length"),
            Self::DigestAlgorithm => f.write_str("unsupported digest algorithm"),
        }
    }
}

impl fmt::Display for ImageReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for ImageReferenceError {}

/// Finds the parts without judging them. No part may hold the character that ends it, so the first one decides.
fn split(text: &str) -> ImageReferenceSpans {
    let registry = text.find('/').filter(|&slash| is_registry(&text[..slash])).map(|slash| Span::new(0, slash));
    let start = registry.map_or(0, |registry| registry.end + 1);
    let at_sign = text[start..].find('@').map(|at| start + at);
    let named_end = at_sign.unwrap_or(text.len());
    let colon = text[start..named_end].find(':').map(|at| start + at);
    ImageReferenceSpans {
        registry,
        repository: Span::new(start, colon.unwrap_or(named_end)),
        tag: colon.map(|colon| Span::new(colon + 1, named_end)),
        digest: at_sign.map(|at_sign| Span::new(at_sign + 1, text.len())),
    }
}

/// Docker's way to tell a registry from a namespace on Docker Hub. Namespaces have no upper case.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first
}

fn complete_repository(registry: &str, path: &str) -> String {
    if registry == DOCKER_HUB && !path.contains('/') {
        return format!("{OFFICIAL_NAMESPACE}{path}");
    }
    path.to_string()
}

/// `distribution/reference` looks for upper case before anything else, and up to the first colon only, which in
/// `name@SHA256:...` lies in the digest.
fn check_lower_case(text: &str, spans: &ImageReferenceSpans, repository: &str) -> Result<(), ImageReferenceError> {
    let algorithm = match (spans.tag, spans.digest) {
        (None, Some(digest)) => {
            let digest = text.get(digest.range()).unwrap_or_default();
            digest.split(':').next().map(|algorithm| format!("@{algorithm}")).unwrap_or_default()
        }
        _ => String::new(),
    };
    let looked_at = format!("{repository}{algorithm}");
    if looked_at.to_lowercase() == looked_at {
        return Ok(());
    }
    let start = spans.repository.start;
    let span = Span::new(start, spans.repository.end + algorithm.len());
    Err(ImageReferenceError::new(ImageReferenceErrorKind::UpperCase(looked_at), span))
}

/// A host with an optional port. What is no host may still pass as the first part of a path (`my_host.local/x`), as
/// the grammar makes the host optional.
fn check_registry(registry: &str, span: Span) -> Result<(), ImageReferenceError> {
    let (host, port) = match registry.rfind(':') {
        Some(colon) if !registry.ends_with(']') => (&registry[..colon], Some(&registry[colon + 1..])),
        _ => (registry, None),
    };
    let port_is_valid = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    if port_is_valid && is_host(host) || is_path_component(registry) {
        return Ok(());
    }
    let kind = if is_path_component(&registry.to_lowercase()) {
        ImageReferenceErrorKind::UpperCase(registry.to_string())
    } else {
        ImageReferenceErrorKind::Registry
    };
    Err(ImageReferenceError::new(kind, span))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    }
    host.split('.').all(|label| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

/// Checks the path as `written` at `span`; its length counts as it is `completed`.
fn check_repository(written: &str, completed: &str, span: Span) -> Result<(), ImageReferenceError> {
    let mut start = span.start;
    for component in written.split('/') {
        if !is_path_component(component) {
            // An empty component has no character to point at: its slash will do.
            let end = if component.is_empty() { (start + 1).min(span.end) } else { start + component.len() };
            let place = if start == end { span } else { Span::new(start, end) };
            return Err(ImageReferenceError::new(ImageReferenceErrorKind::Repository, place));
        }
        start += component.len() + 1;
    }
    if completed.len() > LONGEST_REPOSITORY {
        return Err(ImageReferenceError::new(ImageReferenceErrorKind::RepositoryTooLong, span));
    }
    Ok(())
}

/// Lower-case letters and digits; between them one `.`, one `_`, two `_`, or any number of dashes.
fn is_path_component(component: &str) -> bool {
    let is_alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_bounded = component.starts_with(is_alphanumeric) && component.ends_with(is_alphanumeric);
    let mut separators = component.split(is_alphanumeric).filter(|separator| !separator.is_empty());
    is_bounded && separators.all(|it| matches!(it, "." | "_" | "__") || it.bytes().all(|byte| byte == b'-'))
}

fn check_tag(tag: &str, span: Span) -> Result<(), ImageReferenceError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_valid = tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
        && tag.len() <= LONGEST_TAG;
    if is_valid { Ok(()) } else { Err(ImageReferenceError::new(ImageReferenceErrorKind::Tag, span)) }
}

fn check_digest(digest: &str, span: Span) -> Result<(), ImageReferenceError> {
    let fail = |kind| Err(ImageReferenceError::new(kind, span));
    let Some((algorithm, checksum)) = digest.split_once(':') else {
        return fail(ImageReferenceErrorKind::Digest);
    };
    // The reference's own grammar comes first and wants 32 digits of either case.
    if checksum.len() < 32 || !checksum.bytes().all(|byte| byte.is_ascii_hexdigit()) || !is_algorithm(algorithm) {
        return fail(ImageReferenceErrorKind::Digest);
    }
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return fail(ImageReferenceErrorKind::DigestAlgorithm),
    };
    if checksum.len() != length {
        return fail(ImageReferenceErrorKind::DigestLength);
    }
    if checksum.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return fail(ImageReferenceErrorKind::Digest);
    }
    Ok(())
}

fn is_algorithm(algorithm: &str) -> bool {
    algorithm.split(['+', '.', '-', '_']).all(|component| {
        component.starts_with(|c: char| c.is_ascii_alphabetic()) && component.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHA256: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn parts(text: &str) -> (String, String, Option<String>, Option<String>) {
        let reference = ImageReference::parse(text).unwrap();
        (reference.registry, reference.repository, reference.tag, reference.digest)
    }

    fn error(text: &str) -> String {
        let error = ImageReference::parse(text).unwrap_err();
        format!("{}: {error}", &text[error.span.range()])
    }

    #[test]
    fn short_names_are_completed() {
        for (text, registry, repository, tag) in [
            ("node", "docker.io", "library/node", None),
            ("node:18", "docker.io", "library/node", Some("18")),
            ("bitnami/node", "docker.io", "bitnami/node", None),
            ("docker.io/node", "docker.io", "library/node", None),
            ("index.docker.io/a/b", "docker.io", "a/b", None),
            ("localhost/a", "localhost", "a", None),
            ("localhost:5000/a:1", "localhost:5000", "a", Some("1")),
            ("ghcr.io/a/b/c:v1", "ghcr.io", "a/b/c", Some("v1")),
            ("registry:5000", "docker.io", "library/registry", Some("5000")),
            ("registry:5000/a", "registry:5000", "a", None),
            ("Host/a", "Host", "a", None),
            ("[::1]:5000/a", "[::1]:5000", "a", None),
            ("my_host.local/a", "my_host.local", "a", None),
            ("a--b__c.d_e:V_1.0-x", "docker.io", "library/a--b__c.d_e", Some("V_1.0-x")),
        ] {
            assert_eq!(parts(text), (registry.into(), repository.into(), tag.map(String::from), None), "of {text}");
        }
    }

    #[test]
    fn a_digest_may_stand_with_or_without_a_tag() {
        let (.., tag, digest) = parts(&format!("ghcr.io/a/b:1@{SHA256}"));
        assert_eq!((tag.as_deref(), digest.as_deref()), (Some("1"), Some(SHA256)));
        let pinned = ImageReference::parse(&format!("node@{SHA256}")).unwrap();
        assert!(pinned.is_digest_pinned());
        assert_eq!(pinned.tag_or_latest(), None);
        assert_eq!(ImageReference::parse("node").unwrap().tag_or_latest(), Some("latest"));
        assert_eq!(ImageReference::parse("node:18").unwrap().tag_or_latest(), Some("18"));
    }

    #[test]
    fn the_familiar_name_is_the_shortest() {
        for (text, familiar, official) in [
            ("docker.io/library/node:18", "node", true),
            ("index.docker.io/bitnami/node", "bitnami/node", false),
            ("ghcr.io/a/b", "ghcr.io/a/b", false),
            ("library/a/b", "library/a/b", false),
            ("quay.io/library/node", "quay.io/library/node", false),
        ] {
            let reference = ImageReference::parse(text).unwrap();
            assert_eq!(reference.familiar_name(), familiar);
            assert_eq!(reference.is_official_namespace(), official);
        }
    }

    #[test]
    fn spans_point_at_what_was_written() {
        let text = format!("ghcr.io:443/a/b:1@{SHA256}");
        let spans = ImageReference::parse(&text).unwrap().spans;
        assert_eq!(&text[spans.registry.unwrap().range()], "ghcr.io:443");
        assert_eq!(&text[spans.repository.range()], "a/b");
        assert_eq!(&text[spans.tag.unwrap().range()], "1");
        assert_eq!(&text[spans.digest.unwrap().range()], SHA256);
        let spans = ImageReference::parse("node").unwrap().spans;
        assert_eq!(spans.repository, Span::new(0, 4));
        assert_eq!((spans.registry, spans.tag, spans.digest), (None, None, None));
    }

    #[test]
    fn upper_case_is_refused_before_all_else() {
        for (text, place, named) in [
            ("REPLACE-ME", "REPLACE-ME", "library/REPLACE-ME"),
            ("a/%%MACHINE%%-node:10", "a/%%MACHINE%%-node", "a/%%MACHINE%%-node"),
            ("ghcr.io/Owner/app", "Owner/app", "Owner/app"),
            ("node@SHA256:00", "node@SHA256", "library/node@SHA256"),
            ("My_Name/app", "My_Name", "My_Name"),
        ] {
            let message = format!("{place}: invalid reference format: repository name ({named}) must be lowercase");
            assert_eq!(error(text), message);
        }
    }

    #[test]
    fn the_part_at_fault_is_named() {
        for (text, start) in [
            ("/alpine:3.11", "/: invalid reference format: a repository name"),
            ("a//b", "/: invalid reference format: a repository name"),
            ("a/", "a/: invalid reference format: a repository name"),
            ("<name>/cdsw/engine:1", "<name>: invalid reference format: a repository name"),
            ("node 18", "node 18: invalid reference format: a repository name"),
            ("a/b..c/d", "b..c: invalid reference format: a repository name"),
            ("-a", "-a: invalid reference format: a repository name"),
            (":1", ":1: invalid"),
            ("docker:-dind", "-dind: invalid reference format: a tag"),
            ("node:18:1", "18:1: invalid reference format: a tag"),
            ("a..b/c", "a..b: invalid reference format: this is no registry"),
            ("host:x/c", "host:x: invalid reference format: this is no registry"),
            ("é.io/c", "é.io: invalid reference format: this is no registry"),
            ("a@sha256:12", "sha256:12: invalid reference format: a digest"),
            ("a@sha256", "sha256: invalid reference format: a digest"),
        ] {
            let found = error(text);
            let place_is_empty = found.starts_with(": invalid") && start.starts_with(':');
            assert!(found.starts_with(start) || place_is_empty, "{text} gave {found}");
        }
        assert_eq!(error(""), ": repository name must have at least one component");
        assert!(ImageReference::parse("node:").is_err());
    }

    #[test]
    fn sixty_four_hexadecimal_digits_are_no_name() {
        let name = "0123456789abcdef".repeat(4);
        let kind = ImageReference::parse(&name).unwrap_err().kind;
        assert_eq!(kind, ImageReferenceErrorKind::Identifier(name.clone()));
        assert!(ImageReference::parse(&name[1..]).is_ok());
        assert!(ImageReference::parse(&format!("{name}:1")).is_ok());
    }

    #[test]
    fn lengths_are_bounded() {
        let kind = |text: String| ImageReference::parse(&text).map_err(|error| error.kind);
        assert!(kind(format!("h.io/{}", "a".repeat(255))).is_ok());
        let too_long = kind(format!("h.io/{}", "a".repeat(256)));
        assert_eq!(too_long, Err(ImageReferenceErrorKind::RepositoryTooLong));
        assert_eq!(kind("a".repeat(248)), Err(ImageReferenceErrorKind::RepositoryTooLong));
        assert!(kind(format!("a:{}", "1".repeat(128))).is_ok());
        assert_eq!(kind(format!("a:{}", "1".repeat(129))), Err(ImageReferenceErrorKind::Tag));
    }

    #[test]
    fn a_digest_must_fit_its_algorithm() {
        let kind = |text: String| ImageReference::parse(&text).unwrap_err().kind;
        assert_eq!(kind(format!("a@{SHA256}0")), ImageReferenceErrorKind::DigestLength);
        assert_eq!(kind(format!("a@{}", SHA256.replace("abc", "ABC"))), ImageReferenceErrorKind::Digest);
        assert_eq!(kind(format!("a@md5:{}", "0".repeat(32))), ImageReferenceErrorKind::DigestAlgorithm);
        assert!(ImageReference::parse(&format!("a@sha512:{}", "0".repeat(128))).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_span_lies_on_character_boundaries(
            text in r"([a-zA-Z0-9./:@_\-\[\]é ]|sha256:|docker\.io/|.){0,30}",
        ) {
            match ImageReference::parse(&text) {
                Ok(reference) => {
                    let again = format!("{}/{}", reference.registry, reference.repository);
                    let again = ImageReference::parse(&again).unwrap();
                    prop_assert_eq!((again.registry, again.repository), (reference.registry, reference.repository));
                }
                Err(error) => prop_assert!(text.get(error.span.range()).is_some()),
            }
        }
    }
}
