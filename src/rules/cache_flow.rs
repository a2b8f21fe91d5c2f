//! How a change gets from the instruction that takes it in to the steps that run again for it.

use crate::finding::Label;
use crate::ir::Step;
use crate::source::Span;
use crate::syntax::Keyword;

use super::Context;

/// A flow of more places helps nobody to see the way.
const MOST_VICTIMS: usize = 20;

impl Context<'_> {
    /// The way from the word at `cause`, in `step`, to every RUN that runs again for it, and to every COPY that takes the
    /// change from stage to stage. Empty where there is no victim.
    pub fn cache_flow(&self, step: &Step<'_>, cause: Span, what: &str) -> Vec<Label> {
        let again = self.build.runs_again_with(step);
        let mut changed: Vec<usize> = again.iter().map(|victim| victim.stage).collect();
        changed.push(step.stage);
        let victims = again.iter().filter_map(|victim| {
            let text = self.fate(victim, step, &changed)?;
            Some(Label { span: self.words(victim), text })
        });
        let victims: Vec<Label> = victims.take(MOST_VICTIMS).collect();
        if victims.is_empty() {
            return Vec::new();
        }
        std::iter::once(Label { span: cause, text: what.to_owned() }).chain(victims).collect()
    }

    /// What becomes of a step behind a change of `cause`; `None` where that takes no time worth a word.
    fn fate(&self, step: &Step<'_>, cause: &Step<'_>, changed: &[usize]) -> Option<String> {
        let reads_change = step.sources.iter().any(|it| it.source.stage().is_some_and(|read| changed.contains(&read)));
        let is_built_on_it = self.build.lineage(step.stage).any(|stage| stage.index == cause.stage);
        let line = self.source().line_at(cause.instruction.span.start);
        match step.instruction.keyword {
            Some(Keyword::Run) if is_built_on_it => Some(format!("runs again after a change in line {line}")),
            Some(Keyword::Run) => Some("runs again, unless the files from the other stage are the same".to_owned()),
            Some(Keyword::Copy) if reads_change => {
                Some("takes the change along, unless the stage gave the same files".to_owned())
            }
            _ => None,
        }
    }

    /// The words that stand for a step: its keyword, and the verb of its first command.
    fn words(&self, step: &Step<'_>) -> Span {
        let keyword = step.instruction.keyword_span();
        let first = self.commands.of_step(step).first().map(|command| command.verb_span());
        // What spans a continuation says more than anyone wants to read.
        first.map(|verb| keyword.cover(verb)).filter(|words| !self.text(*words).contains('\n')).unwrap_or(keyword)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::harness::findings;
    use crate::rules::{Meta, Sink};

    use super::*;

    const META: Meta = Meta { name: "cache/first-copy", ..Meta::on_by_default() };

    fn first_copy(cx: &Context<'_>, sink: &mut Sink<'_>) {
        for step in cx.steps_of(Keyword::Copy).take(1) {
            let cause = step.instruction.keyword_span();
            sink.report(cause, "changes").flow(cx.cache_flow(step, cause, "changes"));
        }
    }

    #[test]
    fn a_change_goes_by_way_of_copies_to_every_run_that_it_reaches() {
        let text = "FROM a AS b\nRUN first\nCOPY . /app\nCOPY c /c\nRUN apt-get install -y git\nRUN make\n\
                    FROM a\nCOPY --from=b /app /app\nRUN last\n";
        let flow = &findings(&META, first_copy, text)[0].flow;
        let told: Vec<(&str, &str)> = flow.iter().map(|label| (&text[label.span.range()], &*label.text)).collect();
        let expected = [
            ("COPY", "changes"),
            ("RUN apt-get install", "runs again after a change in line 3"),
            ("RUN make", "runs again after a change in line 3"),
            ("COPY", "takes the change along, unless the stage gave the same files"),
            ("RUN last", "runs again, unless the files from the other stage are the same"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_copy_from_a_stage_that_has_not_changed_takes_nothing_along() {
        let text = "FROM a AS b\nRUN c\nFROM a\nCOPY . /d\nCOPY --from=b /e /e\nRUN f\n";
        let flow = &findings(&META, first_copy, text)[0].flow;
        assert_eq!(flow.iter().map(|label| &text[label.span.range()]).collect::<Vec<_>>(), ["COPY", "RUN f"]);
    }

    #[test]
    fn where_nothing_runs_again_there_is_no_way() {
        assert!(findings(&META, first_copy, "FROM a\nRUN b\nCOPY . /app\n")[0].flow.is_empty());
    }
}
