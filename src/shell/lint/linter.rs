//! The adapter to `shuck-linter`, which knows ShellCheck's codes.

use std::sync::LazyLock;

use shuck_linter::{
    AnalysisRequest, Diagnostic, LinterSettings, Rule, ShellCheckCodeMap, ShellDialect as LinterDialect,
};
use shuck_parser::parser::Parser;
use shuck_parser::{ShellDialect, ShellProfile};

use crate::shell::{Dialect, Script};
use crate::source::Span;

use super::codes::{CODES, Code};
use super::{Remark, exports};

/// Longest text that is looked at, in bytes: the linter takes longer than in proportion to it. The longest RUN of the
/// corpus has 30 kB.
const LONGEST_TEXT: usize = 1 << 16;

/// What the linter says, in no particular order.
pub(super) fn remarks(script: &Script, dialect: Dialect, variables: &[&str]) -> Vec<Remark> {
    let Some(settings) = settings(dialect) else { return Vec::new() };
    if script.source.text().len() > LONGEST_TEXT {
        return Vec::new();
    }
    let head = exports(variables);
    let text = format!("{head}{}", script.source.text());
    // Always as Bash: what other shells lack is told by the rules, and does not hinder them.
    let parsed = Parser::with_profile(&text, ShellProfile::native(ShellDialect::Bash)).parse();
    let diagnostics = AnalysisRequest::from_parse_result(&parsed, &text, settings).lint();
    diagnostics.iter().filter_map(|it| remark(script, head.len(), it)).collect()
}

fn remark(script: &Script, head: usize, diagnostic: &Diagnostic) -> Option<Remark> {
    let code = RULES.iter().find(|(rule, _)| *rule == diagnostic.rule).map(|(_, code)| *code)?;
    let text = script.source.text();
    let place = |offset: usize| Some(text.floor_char_boundary(offset.checked_sub(head)?.min(text.len())));
    let start = place(diagnostic.span.start.offset())?;
    let end = place(diagnostic.span.end.offset())?.max(start);
    let message = code.says().unwrap_or_else(|| diagnostic.message.trim_end_matches('.'));
    Some(Remark { span: Span::new(start, end), code, message: message.to_owned() })
}

/// The rules of the codes that are looked for.
static RULES: LazyLock<Vec<(Rule, &'static Code)>> = LazyLock::new(|| {
    let map = ShellCheckCodeMap::default();
    CODES.iter().filter_map(|code| Some((map.resolve(code.name)?, code))).collect()
});

static SH: LazyLock<LinterSettings> = LazyLock::new(|| settings_for(LinterDialect::Sh));
static DASH: LazyLock<LinterSettings> = LazyLock::new(|| settings_for(LinterDialect::Dash));
static BASH: LazyLock<LinterSettings> = LazyLock::new(|| settings_for(LinterDialect::Bash));
static KSH: LazyLock<LinterSettings> = LazyLock::new(|| settings_for(LinterDialect::Ksh));

fn settings_for(dialect: LinterDialect) -> LinterSettings {
    LinterSettings::for_rules(RULES.iter().map(|(rule, _)| *rule))
        .with_shell(dialect)
        .with_resolve_source_closure(false)
}

/// How the linter is told of a shell; `None` where it would say what does not hold.
fn settings(dialect: Dialect) -> Option<&'static LinterSettings> {
    match dialect {
        Dialect::Sh => Some(&SH),
        Dialect::Dash | Dialect::Ash => Some(&DASH),
        Dialect::Bash => Some(&BASH),
        Dialect::Ksh => Some(&KSH),
        Dialect::Zsh | Dialect::Opaque => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::{ScriptForm, ScriptSource};

    const OWN: [&str; 4] = ["SC2067", "SC2174", "SC2185", "SC3028"];

    #[test]
    fn the_linter_knows_every_code_that_dfx_does_not_look_for_itself() {
        let map = ShellCheckCodeMap::default();
        let unknown = CODES.iter().map(|code| code.name).filter(|name| map.resolve(name).is_none());
        assert_eq!(unknown.filter(|name| !OWN.contains(name)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn what_is_said_does_not_depend_on_the_run() {
        let text = "for x in $(ls); do a=$x b=$a rm $x $y; done; echo `c` $(d) > e 2>&1 >f; [ $a == $b -a -n $c ]";
        let mut source = ScriptSource::new(Dialect::Dash, ScriptForm::ShellForm);
        source.push(text, 0);
        let script = Script::parse(source);
        let first = script.remarks(&["y"]);
        assert!(first.len() > 8, "{first:#?}");
        for _ in 0..50 {
            assert_eq!(script.remarks(&["y"]), first);
        }
    }
}
