//! Every place where a file names an image of a registry.

use std::collections::HashSet;

use crate::knowledge::images::{ImageFacts, is_official};
use crate::source::Span;
use crate::syntax::Word;
use crate::syntax::expansion::{Expander, Expansion};

use super::images::facts_of_base;
use super::{Base, Build, GlobalArg, ImageReference, Stage};

/// A place where a file names an image.
#[derive(Debug)]
pub struct ImageUse<'b> {
    /// The stage that needs the image.
    pub stage: &'b Stage<'b>,
    /// What it needs the image for.
    pub role: ImageRole,
    /// The image, the defaults of build arguments filled in.
    pub image: &'b ImageReference,
    /// The reference in the file.
    pub span: Span,
    /// Whether an earlier place gets the same image from the defaults of the same build arguments: what there is to say
    /// of the image has been said there.
    pub is_repeat: bool,
    pieces: Vec<Piece<'b>>,
}

/// What a stage needs an image for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageRole {
    /// To start from: `FROM`.
    Base,
    /// For files: `COPY --from`, `RUN --mount=from=`.
    Source,
}

/// A stretch of a reference, and what it was made from.
#[derive(Debug)]
struct Piece<'b> {
    /// Bytes of the reference.
    value: Span,
    /// Bytes of the file.
    file: Span,
    /// The argument whose default it is; `None` for what is written out.
    default: Option<&'b GlobalArg<'b>>,
}

/// Repository, tag, and the places of the defaults that were used.
type Named<'b> = (&'b str, Option<&'b str>, Vec<usize>);

impl<'f> Build<'f> {
    /// The images that the file names in FROM, COPY and mounts, in the order in which they stand. Stages, `scratch` and
    /// names that cannot be known are not among them.
    pub fn image_uses(&self) -> Vec<ImageUse<'_>> {
        let mut uses: Vec<ImageUse<'_>> = Vec::new();
        for stage in &self.stages {
            if let (Base::Image(image), Some(expansion)) = (&stage.base, &stage.image) {
                let (role, span) = (ImageRole::Base, stage.from.image.span());
                let pieces = self.pieces(&stage.from.image, expansion);
                uses.push(ImageUse { stage, role, image, span, is_repeat: false, pieces });
            }
            for source in stage.steps.iter().flat_map(|step| &step.sources) {
                if let Base::Image(image) = &source.source {
                    let (role, span) = (ImageRole::Source, source.word.span());
                    let pieces = written_out(&source.word).into_iter().collect();
                    uses.push(ImageUse { stage, role, image, span, is_repeat: false, pieces });
                }
            }
        }
        let mut seen: HashSet<Named<'_>> = HashSet::new();
        for found in &mut uses {
            let defaults: Vec<usize> = found.defaults(found.whole()).map(|(span, _)| span.start).collect();
            let is_from_defaults = !defaults.is_empty();
            let key = (found.image.repository.as_str(), found.image.tag.as_deref(), defaults);
            found.is_repeat = is_from_defaults && !seen.insert(key);
        }
        uses
    }

    /// What each stretch of an expanded reference was made from. Empty where that cannot be told, as with quotes.
    fn pieces(&self, word: &Word, expansion: &Expansion) -> Vec<Piece<'_>> {
        let text = word.text();
        let expander = Expander::new(self.file.escape);
        let variables = self.global_variables();
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        let mut value = String::new();
        let mut at = 0;
        let mut push = |value: &mut String, within: Span, default: Option<&str>| {
            let written = text.get(within.range()).unwrap_or_default();
            let start = value.len();
            match default {
                None => value.push_str(written),
                Some(_) => {
                    value.push_str(&expander.expand_word(written, &variables).map_or(String::new(), |it| it.value))
                }
            }
            let default = default.and_then(|name| self.global_args.iter().rfind(|arg| arg.pair.name.text() == name));
            pieces.push(Piece { value: Span::new(start, value.len()), file: word.locate(within), default });
        };
        for reference in &expansion.references {
            // A reference inside the braces of another one is part of that.
            if reference.span.start >= at {
                push(&mut value, Span::new(at, reference.span.start), None);
                push(&mut value, reference.span, Some(&reference.name));
                at = reference.span.end;
            }
        }
        push(&mut value, Span::new(at, text.len()), None);
        if value == expansion.value { pieces } else { Vec::new() }
    }
}

fn written_out(word: &Word) -> Option<Piece<'static>> {
    let value = Span::new(0, word.text().len());
    word.is_contiguous().then(|| Piece { value, file: word.span(), default: None })
}

impl<'b> ImageUse<'b> {
    /// What is known about the image; nothing for a digest without a tag.
    pub fn facts(&self) -> Option<ImageFacts> {
        match self.role {
            ImageRole::Base => self.stage.facts.clone(),
            ImageRole::Source => facts_of_base(&Base::Image(self.image.clone())),
        }
    }

    /// The name as people write it, without tag and digest.
    pub fn name(&self) -> String {
        self.image.familiar_name()
    }

    /// Name and tag as people write them, `node:16`; the name alone where there is no tag.
    pub fn name_and_tag(&self) -> String {
        match &self.image.tag {
            Some(tag) => format!("{}:{tag}", self.name()),
            None => self.name(),
        }
    }

    /// Whether no registry has the image under this name, so that it was built on this machine or is a named context: a
    /// name without a namespace that is none of Docker's official images, or one of `localhost`.
    pub fn is_local(&self) -> bool {
        let is_bare = self.image.is_official_namespace() && !is_official(&self.name());
        is_bare || self.image.registry.split(':').next() == Some("localhost")
    }

    /// Whether the repository has moving tags only: no tag binds the image better than `latest` does.
    pub fn has_no_versions(&self) -> bool {
        let name = self.name();
        // Arch Linux is one rolling release: a tag is the day of its making.
        ["gcr.io/distroless/", "cgr.dev/chainguard/", "gcr.io/oss-fuzz-base/", "archlinux"]
            .iter()
            .any(|place| name.starts_with(place))
    }

    /// The repository in the file: the place of the fault where it is the wrong one.
    pub fn repository_span(&self) -> Span {
        self.place(self.image.spans.repository)
    }

    /// The tag in the file; the whole reference where there is none.
    pub fn tag_span(&self) -> Span {
        self.image.spans.tag.map_or(self.span, |tag| self.place(tag))
    }

    /// The defaults of build arguments that decide the tag, or the repository where there is no tag, each with what to
    /// say of it.
    pub fn tag_defaults(&self) -> impl Iterator<Item = (Span, String)> {
        self.defaults(self.image.spans.tag.unwrap_or(self.image.spans.repository))
    }

    /// The defaults of build arguments that decide the repository.
    pub fn repository_defaults(&self) -> impl Iterator<Item = (Span, String)> {
        self.defaults(self.image.spans.repository)
    }

    fn whole(&self) -> Span {
        Span::new(0, self.pieces.last().map_or(0, |last| last.value.end))
    }

    /// The bytes of the file that `part` of the reference was made from.
    fn place(&self, part: Span) -> Span {
        let files = self.pieces_of(part).map(|piece| match piece.default {
            None if piece.file.len() == piece.value.len() => {
                let start = part.start.max(piece.value.start) - piece.value.start;
                let end = part.end.min(piece.value.end) - piece.value.start;
                Span::new(start, end).shifted(piece.file.start)
            }
            _ => piece.file,
        });
        files.reduce(Span::cover).unwrap_or(self.span)
    }

    fn defaults(&self, part: Span) -> impl Iterator<Item = (Span, String)> {
        self.pieces_of(part).filter_map(|piece| {
            let pair = piece.default?.pair;
            let value = pair.value.as_ref()?;
            Some((value.span(), format!("the default of `{}` decides", pair.name.text())))
        })
    }

    fn pieces_of(&self, part: Span) -> impl Iterator<Item = &Piece<'b>> {
        self.pieces.iter().filter(move |piece| piece.value.start < part.end && part.start < piece.value.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    /// The text of tag, repository and deciding defaults of each image.
    fn uses(text: &str) -> Vec<[String; 3]> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let slice = |span| file.source.slice(span).to_owned();
        let describe = |found: &ImageUse<'_>| {
            let defaults: Vec<String> = found.tag_defaults().map(|(span, _)| slice(span)).collect();
            [slice(found.repository_span()), slice(found.tag_span()), defaults.join(" ")]
        };
        build.image_uses().iter().map(describe).collect()
    }

    #[test]
    fn a_tag_is_found_where_it_is_written_and_where_its_default_stands() {
        assert_eq!(uses("FROM node:16"), [["node", "16", ""]]);
        assert_eq!(uses("ARG V=16\nFROM node:${V}-slim"), [["node", "${V}-slim", "16"]]);
        assert_eq!(uses("ARG B=node:16\nFROM $B AS x"), [["$B", "$B", "node:16"]]);
        assert_eq!(uses("ARG R=docker.io\nFROM $R/node:16"), [["node", "16", ""]]);
        assert_eq!(uses("FROM node:${V:-16}"), [["node", "${V:-16}", ""]]);
    }

    #[test]
    fn images_are_also_named_by_copy_and_mounts_but_stages_are_not_images() {
        let text = "FROM a:1 AS x\nFROM x\nCOPY --from=b:2 / /\nCOPY --from=x / /\nRUN --mount=from=c:3 y";
        let tags: Vec<String> = uses(text).into_iter().map(|[_, tag, _]| tag).collect();
        assert_eq!(tags, ["1", "2", "3"]);
    }

    #[test]
    fn a_bare_name_that_is_not_official_is_local() {
        let file = parse(SourceFile::new("", "FROM own\nFROM node\nFROM own/own\nFROM localhost:5000/a"));
        let build = Build::new(&file);
        let local: Vec<bool> = build.image_uses().iter().map(ImageUse::is_local).collect();
        assert_eq!(local, [true, false, false, true]);
    }

    #[test]
    fn the_same_default_names_an_image_once() {
        let file = parse(SourceFile::new("", "ARG V=16\nFROM node:$V\nFROM node:$V\nFROM node:16\nFROM node:16"));
        let build = Build::new(&file);
        let repeats: Vec<bool> = build.image_uses().iter().map(|found| found.is_repeat).collect();
        assert_eq!(repeats, [false, true, false, false]);
    }
}
