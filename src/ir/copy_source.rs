//! What COPY and ADD take from the build context.

use crate::source::Span;
use crate::syntax::InstructionKind;

use super::{Build, Step};

/// A file, folder or pattern that COPY or ADD takes from the build context.
#[derive(Debug, Clone, Copy)]
pub struct LocalSource<'b> {
    /// The step.
    pub step: &'b Step<'b>,
    /// The path, all variables replaced.
    pub path: &'b str,
    /// Its place in the file.
    pub span: Span,
}

impl<'f> Build<'f> {
    /// The sources in the build context whose paths are known from the file alone; neither heredocs, nor addresses, nor
    /// files of other stages and images.
    pub fn local_copy_sources(&self) -> impl Iterator<Item = LocalSource<'_>> {
        let transfers = self.steps().filter_map(|step| match &step.instruction.kind {
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => Some((step, transfer)),
            _ => None,
        });
        let local = transfers.filter(|(step, _)| step.instruction.flag("from").is_none());
        local.flat_map(|(step, transfer)| {
            let paths = transfer.sources.iter().filter(|word| step.instruction.heredoc_of(word).is_none());
            paths.filter_map(move |word| {
                let path = step.certain_value(word)?;
                let is_remote = path.contains("://") || path.starts_with("git@") || path.starts_with("github.com/");
                (!is_remote && !path.is_empty()).then(|| LocalSource { step, path, span: word.span() })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    #[test]
    fn only_known_paths_of_the_build_context_count() {
        let file = parse(SourceFile::new(
            "Dockerfile",
            "FROM a\nENV D=x\nCOPY a $D/b $UNKNOWN <<EOF /c/\nEOF\nADD https://e.org/d git@e.org:f.git g /h/\nCOPY --from=a i j\n",
        ));
        let build = Build::new(&file);
        let paths: Vec<&str> = build.local_copy_sources().map(|source| source.path).collect();
        assert_eq!(paths, ["a", "x/b", "g"]);
    }
}
