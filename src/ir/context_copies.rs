//! What COPY and ADD bring from the build context.

use crate::syntax::{InstructionKind, Transfer, Word};

use super::{Build, Step};

/// One source of a COPY or ADD that names files of the build context.
#[derive(Debug, Clone, Copy)]
pub struct ContextCopy<'b> {
    /// The instruction.
    pub step: &'b Step<'b>,
    /// Its arguments.
    pub transfer: &'b Transfer,
    /// The source.
    pub source: &'b Word,
    /// How much it names.
    pub breadth: Breadth,
}

/// How much of the context a source names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// All of it: `.`, `*`.
    Whole,
    /// A folder of source code, as its name tells: `src`.
    Sources,
    /// Anything else.
    Part,
}

/// Names of folders in which programs keep what changes with every commit.
const SOURCE_FOLDERS: &[&str] = &[
    "api", "app", "backend", "client", "cmd", "frontend", "internal", "lib", "pkg", "server", "source", "sources",
    "src", "web",
];

impl<'b> Build<'b> {
    /// Every source of a step that is a COPY or ADD from the build context, heredocs and addresses left out.
    pub fn context_copies(&'b self, step: &'b Step<'b>) -> Vec<ContextCopy<'b>> {
        let transfer = match &step.instruction.kind {
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => transfer,
            _ => return Vec::new(),
        };
        if step.instruction.flag("from").is_some() {
            return Vec::new();
        }
        let is_file = |source: &&Word| {
            let text = step.value(source);
            !text.contains("://") && !text.starts_with("git@") && step.instruction.heredoc_of(source).is_none()
        };
        // `COPY .$OUT` names everything only where nobody gives OUT, and then it makes no sense.
        let breadth_of = |source| step.certain_value(source).map_or(Breadth::Part, breadth);
        let copy = |source| ContextCopy { step, transfer, source, breadth: breadth_of(source) };
        transfer.sources.iter().filter(is_file).map(copy).collect()
    }
}

fn breadth(source: &str) -> Breadth {
    match source.trim_start_matches('/').trim_start_matches("./").trim_end_matches('/') {
        "" | "." | "*" | "**" => Breadth::Whole,
        name if SOURCE_FOLDERS.binary_search(&name).is_ok() => Breadth::Sources,
        _ => Breadth::Part,
    }
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    #[test]
    fn sources_are_told_apart_by_how_much_they_name() {
        assert!(SOURCE_FOLDERS.is_sorted());
        let text = "FROM a\nCOPY . ./src/ ./* package.json /x\nCOPY --from=b . .\nADD https://x/y /z\nCOPY <<E /e\nE\n";
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let found: Vec<Breadth> =
            build.steps().flat_map(|step| build.context_copies(step)).map(|it| it.breadth).collect();
        assert_eq!(found, [Breadth::Whole, Breadth::Sources, Breadth::Whole, Breadth::Part]);
    }

    #[test]
    fn what_a_build_argument_names_is_not_everything() {
        let file = parse(SourceFile::new("Dockerfile", "FROM a\nARG OUT\nCOPY .$OUT /x\n"));
        let build = Build::new(&file);
        let found: Vec<Breadth> =
            build.steps().flat_map(|step| build.context_copies(step)).map(|it| it.breadth).collect();
        assert_eq!(found, [Breadth::Part]);
    }
}
