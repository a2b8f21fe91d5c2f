//! FROM as hadolint reads it.

use crate::syntax::{Instruction, InstructionKind};

/// One FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stage {
    /// Everything that it says: two stages are the same if this is.
    pub(super) text: String,
    pub(super) registry: Option<String>,
    /// The name without registry, tag and digest.
    pub(super) name: String,
    pub(super) tag: Option<String>,
    pub(super) digest: Option<String>,
    pub(super) alias: Option<String>,
    pub(super) platform: Option<String>,
}

impl Stage {
    pub(super) fn of(instruction: &Instruction) -> Option<Self> {
        let InstructionKind::From(from) = &instruction.kind else { return None };
        let text = from.image.text();
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let (image, tag) = match colon_of_tag(rest) {
            Some(at) => (&rest[..at], Some(rest[at + 1..].to_owned())),
            None => (rest, None),
        };
        let dot = image.find('.');
        let slash = dot.and_then(|dot| image[dot..].find('/').map(|at| dot + at));
        let (registry, name) = match slash {
            Some(slash) => (Some(image[..slash].to_owned()), image[slash + 1..].to_owned()),
            None => (None, image.to_owned()),
        };
        let platform =
            instruction.flag("platform").and_then(|flag| flag.value.as_ref()).map(|word| word.text().to_owned());
        Some(Self {
            text: instruction
                .text
                .text()
                .split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest)
                .trim()
                .to_owned(),
            registry,
            name,
            tag,
            digest,
            alias: from.name.as_ref().map(|name| name.word.text().to_owned()),
            platform,
        })
    }

    /// The name under which other stages find it.
    pub(super) fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

/// The colon before the tag: behind the last slash, and not in an expansion such as `${TAG:-latest}`.
fn colon_of_tag(image: &str) -> Option<usize> {
    let (mut depth, mut colon) = (0_usize, None);
    for (at, byte) in image.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'/' if depth == 0 => colon = None,
            b':' if depth == 0 => colon = colon.or(Some(at)),
            _ => {}
        }
    }
    colon
}
