//! Another parser, `dockerfile-parser`, where it understands the file at all.

use dfx::syntax::{Dockerfile, InstructionKind};
use rayon::prelude::*;

use crate::corpus::Corpus;
use crate::promises::parsed;

/// Files that the two read differently, and why BuildKit is with us.
const KNOWN: &[(&str, &str)] = &[(
    "STAR-RG__shipwright__data__broken-dockerfiles__435c9a33a9e891032d327c0d739351cbd8b37b9b.Dockerfile",
    "an image `<your-repo-name>/...` is refused by BuildKit as an image, and yet starts a stage; theirs sees no FROM",
)];

#[test]
fn another_parser_sees_the_same_stages_and_instructions() {
    let Some(corpus) = Corpus::open() else { return };
    let outcomes: Vec<(&str, String)> =
        corpus.files.par_iter().filter_map(|(name, bytes)| Some((name.as_str(), compare(&parsed(bytes))?))).collect();
    assert!(outcomes.len() > 1_000, "only {} files were compared", outcomes.len());
    let different: Vec<&(&str, String)> = outcomes.iter().filter(|(_, difference)| !difference.is_empty()).collect();
    let unknown: Vec<String> = different
        .iter()
        .filter(|(name, _)| KNOWN.iter().all(|(known, _)| known != name))
        .map(|(name, difference)| format!("{name}: {difference}"))
        .collect();
    assert!(unknown.is_empty(), "{} of {} differ:\n{}", unknown.len(), outcomes.len(), unknown.join("\n"));
    let settled: Vec<&str> =
        KNOWN.iter().map(|(name, _)| *name).filter(|known| different.iter().all(|(name, _)| name != known)).collect();
    assert!(settled.is_empty(), "these agree by now, take them off the list: {settled:?}");
}

/// How the two differ on a file; empty where they agree, `None` where they cannot be compared.
fn compare(ours: &Dockerfile) -> Option<String> {
    let text = ours.source.text();
    if ours.escape != '\\' || ours.instructions().any(|instruction| !instruction.heredocs.is_empty()) {
        return None;
    }
    let theirs = dockerfile_parser::Dockerfile::parse(text).ok()?;
    let mut differences = Vec::new();
    let (one, two) = (ours.instructions().count(), theirs.instructions.len());
    if one != two {
        differences.push(format!("{one} instructions, theirs {two}"));
    }
    let our_images: Vec<&str> = ours
        .instructions()
        .filter_map(|instruction| match &instruction.kind {
            InstructionKind::From(from) => Some(ours.source.slice(from.image.span())),
            _ => None,
        })
        .collect();
    let their_images: Vec<&str> = theirs
        .instructions
        .iter()
        .filter_map(|instruction| instruction.as_from())
        .map(|from| text.get(from.image.span.start..from.image.span.end).unwrap_or("?"))
        .collect();
    if our_images.len() != theirs.iter_stages().count() {
        differences.push(format!("{} stages, theirs {}", our_images.len(), theirs.iter_stages().count()));
    }
    if our_images != their_images {
        differences.push(format!("images {our_images:?}, theirs {their_images:?}"));
    }
    Some(differences.join("; "))
}
