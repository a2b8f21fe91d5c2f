//! A script as the parts between which it can be cut in two.

use crate::shell::{Item, Leak, Pipeline, Script, Sequence, ShellOptions, Terminator, Word};
use crate::source::Span;

use super::facts::{and_chain_of, items_leak};

/// A part of an `&&` chain, or of a list with `set -e` in force: what stands behind it runs if it has worked, and not if it
/// has failed.
///
/// The parts of `set -e; a | b; if c; then d; fi; e` are `set -e`, `a | b` and `if c; then d; fi; e`.
#[derive(Debug, Clone, Copy)]
pub struct ScriptPart<'a> {
    /// From the first to the last command.
    pub span: Span,
    /// The `&&` before it; `None` for the first, and behind `;`.
    pub operator: Option<Span>,
    /// The pipeline that it is; `None` where it is more.
    pub pipeline: Option<&'a Pipeline>,
    /// The items that it is, or is in.
    pub(super) items: &'a [Item],
    /// What surely is in force before it.
    pub(super) options: ShellOptions,
}

impl ScriptPart<'_> {
    /// Whether it does nothing but set options of the shell that stand there.
    pub fn sets_options(&self) -> bool {
        self.pipeline.is_some_and(|pipeline| options_set_by(pipeline).is_some())
    }

    /// Whether `set -e` is surely in force before it.
    pub fn stops_at_errors(&self) -> bool {
        self.options.errexit
    }
}

impl Script {
    /// The parts of the script in a shell that starts with `options`; one where it cannot be cut.
    pub fn parts(&self, options: ShellOptions) -> Vec<ScriptPart<'_>> {
        parts_of(&self.body, options)
    }
}

/// The parts of a sequence, given that `set -e` is not ignored in it.
pub(super) fn parts_of(sequence: &Sequence, options: ShellOptions) -> Vec<ScriptPart<'_>> {
    let (mut parts, mut open) = (Vec::new(), 0);
    let (mut before, mut behind) = (options, options);
    for (at, item) in sequence.items.iter().enumerate() {
        // `set` works with options that the shell knows; a shell that does not know them ends (POSIX, special built-ins).
        let stops = behind.errexit && item.surely_stops() || options_set_by_item(item).is_some();
        behind = options_behind(behind, item);
        if !stops && at + 1 < sequence.items.len() {
            continue;
        }
        let items = sequence.items.get(open..=at).unwrap_or_default();
        parts.extend(cut(items, before));
        (open, before) = (at + 1, behind);
    }
    parts
}

/// One part, or one for each pipeline of an `&&` chain.
fn cut(items: &[Item], mut options: ShellOptions) -> Vec<ScriptPart<'_>> {
    let chain = match items {
        [alone] => and_chain_of(alone),
        _ => None,
    };
    let Some(chain) = chain else {
        let whole = |span| ScriptPart { span, operator: None, pipeline: None, items, options };
        return span_of(items).map(whole).into_iter().collect();
    };
    let mut parts = Vec::new();
    for link in chain {
        let pipeline = link.pipeline;
        parts.push(ScriptPart {
            span: pipeline.span,
            operator: link.operator,
            pipeline: Some(pipeline),
            items,
            options,
        });
        options = options_behind_pipeline(options, pipeline);
    }
    parts
}

/// From the first to the last command, without what ends the last one unless it is `&`.
pub(super) fn span_of(items: &[Item]) -> Option<Span> {
    let (first, last) = (items.first()?, items.last()?);
    let span = first.chain.span().cover(last.chain.span());
    match last.terminator {
        Some((Terminator::Background, end)) => Some(span.cover(end)),
        _ => Some(span),
    }
}

/// What surely is in force behind an item, whether it has worked or not.
fn options_behind(options: ShellOptions, item: &Item) -> ShellOptions {
    if item.chain.rest.is_empty() && !item.is_in_background() {
        return options_behind_pipeline(options, &item.chain.first);
    }
    if may_lead_to_set(&items_leak(std::slice::from_ref(item))) { ShellOptions::default() } else { options }
}

fn options_behind_pipeline(mut options: ShellOptions, pipeline: &Pipeline) -> ShellOptions {
    match options_set_by(pipeline) {
        Some(arguments) => options.apply(arguments),
        None if may_lead_to_set(&pipeline.leaks()) => return ShellOptions::default(),
        None => {}
    }
    options
}

/// Whether options may be set by one of the changes, or later by a name that it gives a meaning.
fn may_lead_to_set(leaks: &[(Leak, Span)]) -> bool {
    let may = |leak| matches!(leak, Leak::Options | Leak::Source | Leak::Function | Leak::Alias | Leak::Trap);
    leaks.iter().any(|(leak, _)| may(*leak))
}

fn options_set_by_item(item: &Item) -> Option<Vec<&str>> {
    let is_alone = item.chain.rest.is_empty() && !item.is_in_background();
    options_set_by(&item.chain.first).filter(|_| is_alone)
}

/// The arguments of the `set` that the pipeline is.
fn options_set_by(pipeline: &Pipeline) -> Option<Vec<&str>> {
    let [command] = pipeline.commands.as_slice() else { return None };
    let simple = command.simple().filter(|simple| simple.name() == Some("set"))?;
    let is_plain =
        command.redirections.is_empty() && simple.assignments.is_empty() && !pipeline.negated && !pipeline.timed;
    let arguments: Option<Vec<&str>> = simple.words.iter().skip(1).map(Word::literal).collect();
    arguments.filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Dialect, ScriptForm, ScriptSource};

    use super::*;

    fn parts_in(text: &str, options: ShellOptions) -> Vec<String> {
        let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
        source.push(text, 0);
        let script = Script::parse(source);
        script.parts(options).iter().map(|part| script.slice(part.span).to_owned()).collect()
    }

    fn parts(text: &str) -> Vec<String> {
        parts_in(text, ShellOptions::default())
    }

    #[test]
    fn a_list_is_cut_where_a_failure_ends_it() {
        assert_eq!(parts("set -e; a; b | c; d;"), ["set -e", "a", "b | c", "d"]);
        assert_eq!(parts("set -eu -o pipefail; a; ( b; c )"), ["set -eu -o pipefail", "a", "( b; c )"]);
        assert_eq!(parts("set -o errexit; a; b && c"), ["set -o errexit", "a", "b", "c"]);
        assert_eq!(parts_in("a; b", ShellOptions { errexit: true, ..ShellOptions::default() }), ["a", "b"]);
        assert_eq!(parts("a && b | c"), ["a", "b | c"]);
    }

    #[test]
    fn a_failure_that_may_be_passed_over_is_in_the_part_of_what_follows() {
        for passed_over in ["a && b", "a || b", "! a", "if a; then b; fi", "( a )", "{ a; }", "a &"] {
            let joint = if passed_over.ends_with('&') { " " } else { "; " };
            let rest = format!("{passed_over}{joint}c");
            assert_eq!(parts(&format!("set -e; {rest}; d")), ["set -e", &rest, "d"], "{passed_over}");
        }
    }

    #[test]
    fn a_list_is_whole_where_set_e_may_not_be_in_force() {
        assert_eq!(parts("a; b; c"), ["a; b; c"]);
        assert_eq!(parts("set -x; a; b"), ["set -x", "a; b"]);
        assert_eq!(parts("set -e; a; set +e; b; c"), ["set -e", "a", "set +e", "b; c"]);
        assert_eq!(parts("set -e; . ./x; b; c"), ["set -e", ". ./x", "b; c"]);
        assert_eq!(parts("set -e; if a; then set +e; fi; b; c"), ["set -e", "if a; then set +e; fi; b; c"]);
        assert_eq!(parts("a && set -e; b; c"), ["a && set -e; b; c"]);
        assert_eq!(parts("set $x; a; b"), ["set $x; a; b"]);
        assert_eq!(parts("set -e; f() { set +e; }; f; b"), ["set -e", "f() { set +e; }; f; b"]);
        assert_eq!(parts("set -e & a; b"), ["set -e & a; b"]);
        assert_eq!(parts("set -ex; set +x; a; b"), ["set -ex", "set +x", "a", "b"]);
    }

    #[test]
    fn only_plain_words_count_as_options() {
        let sets = |text: &str| {
            let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
            source.push(text, 0);
            Script::parse(source).parts(ShellOptions::default()).iter().all(ScriptPart::sets_options)
        };
        assert!(sets("set -ex") && sets("set -e; set -u && set -x"));
        assert!(!sets("set $x") && !sets("set -e > x") && !sets("A=1 set -e") && !sets("! set -e"));
    }
}
