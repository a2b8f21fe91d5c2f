//! Idioms of Dockerfiles that do what was meant, whatever ShellCheck says of them.

use std::collections::{HashMap, HashSet};

use crate::shell::walk::Node;
use crate::shell::{
    Command, CommandKind, Parameter, ParameterOperator, Part, Script, Sequence, Simple, VariableUse, Word,
};
use crate::source::Span;

use super::Remark;

impl Script {
    /// The remarks without those on idioms that do what was meant. `value` knows the variables that the environment sets.
    pub fn without_idioms(&self, remarks: Vec<Remark>, value: &dyn Fn(&str) -> Option<String>) -> Vec<Remark> {
        const IDIOMS: &[&str] = &["SC1010", "SC2016", "SC2046", "SC2086", "SC2164"];
        if !remarks.iter().any(|remark| IDIOMS.contains(&remark.code.name)) {
            return remarks;
        }
        let idioms = Idioms::new(self, value);
        remarks.into_iter().filter(|remark| !idioms.has(remark)).collect()
    }
}

/// A script, and what its variables hold.
struct Idioms<'s> {
    commands: Vec<&'s Simple>,
    /// Where the last of them starts.
    last_start: usize,
    substitutions: HashMap<Span, &'s Sequence>,
    /// The variable at each place that reads one.
    reads: HashMap<Span, &'s str>,
    values: Values<'s>,
    /// The variables whose values are one word each, for all that the script says.
    words: HashSet<&'s str>,
}

impl<'s> Idioms<'s> {
    fn new(script: &'s Script, environment: &'s dyn Fn(&str) -> Option<String>) -> Self {
        let (mut commands, mut substitutions) = (Vec::new(), HashMap::new());
        script.visit(&mut |node| match node {
            Node::Command(Command { kind: CommandKind::Simple(simple), .. }) => commands.push(&**simple),
            Node::Part(Part::CommandSubstitution { span, body }) => drop(substitutions.insert(*span, body)),
            _ => {}
        });
        let last_start = commands.iter().map(|command: &&Simple| command.span.start).max().unwrap_or_default();
        let variables = script.variables();
        let reads = variables.iter().filter(|it| !it.assigned).map(|it| (it.span, it.name)).collect();
        let values = Values::new(script, &variables, environment);
        let words = values.words();
        Self { commands, last_start, substitutions, reads, values, words }
    }

    fn has(&self, remark: &Remark) -> bool {
        match remark.code.name {
            // `mix do compile, test`
            "SC1010" => self.command_at(remark.span).and_then(Simple::name) == Some("mix"),
            "SC2016" => self.command_at(remark.span).is_some_and(writes_code),
            "SC2046" => {
                self.substitutions.get(&remark.span).is_some_and(|body| prints_one_word(body) || prints_list(body))
            }
            "SC2086" => self
                .reads
                .get(&remark.span)
                .is_some_and(|name| self.values.are_lists(name) || self.values.is_word(name, &self.words)),
            // Where nothing follows, the script fails as `cd` does.
            "SC2164" => self.last_start <= remark.span.start,
            _ => false,
        }
    }

    /// The innermost command with the place in it.
    fn command_at(&self, place: Span) -> Option<&'s Simple> {
        self.commands.iter().rfind(|it| it.span.start <= place.start && place.end <= it.span.end).copied()
    }
}

/// What the variables of a script are given.
struct Values<'s> {
    script: &'s Script,
    environment: &'s dyn Fn(&str) -> Option<String>,
    /// What each variable is given, assignment by assignment; the elements of an array.
    assigned: HashMap<&'s str, Vec<&'s [Word]>>,
    /// What each loop variable goes through, loop by loop.
    looped: HashMap<&'s str, Vec<&'s [Word]>>,
    /// How often each variable is given a value, by `read` and `${X:=...}` as well.
    counts: HashMap<&'s str, usize>,
}

impl<'s> Values<'s> {
    fn new(script: &'s Script, variables: &[VariableUse<'s>], environment: &'s dyn Fn(&str) -> Option<String>) -> Self {
        let mut values =
            Self { script, environment, assigned: HashMap::new(), looped: HashMap::new(), counts: HashMap::new() };
        for used in variables.iter().filter(|used| used.assigned) {
            *values.counts.entry(used.name).or_default() += 1;
        }
        script.visit(&mut |node| match node {
            Node::Command(Command { kind: CommandKind::Simple(simple), .. }) => {
                for it in simple.assignments.iter().chain(&simple.declared) {
                    values.assigned.entry(&it.name).or_default().push(&it.value);
                }
            }
            Node::Command(Command { kind: CommandKind::For(header), .. }) => {
                if let (Some((name, _)), Some(words)) = (&header.variable, &header.words) {
                    values.looped.entry(name).or_default().push(words);
                }
            }
            _ => {}
        });
        values
    }

    /// The largest set of variables such that each is put together from words and from others of the set.
    fn words(&self) -> HashSet<&'s str> {
        let of = |values: &HashMap<&str, Vec<_>>, name: &str| values.get(name).map_or(0, Vec::len);
        let is_known = |name: &str, count: usize| {
            of(&self.assigned, name) + of(&self.looped, name) == count
                && (self.environment)(name).is_none_or(|value| is_plain(&value))
        };
        let all = self.counts.iter().filter(|(name, count)| is_known(name, **count));
        let mut words: HashSet<&str> = all.map(|(name, _)| *name).collect();
        for _ in 0..MOST_ROUNDS {
            let kept: HashSet<&str> = words.iter().copied().filter(|name| self.makes_words(name, &words)).collect();
            if kept.len() == words.len() {
                return words;
            }
            words = kept;
        }
        HashSet::new()
    }

    fn makes_words(&self, name: &str, words: &HashSet<&str>) -> bool {
        let mut assigned = self.assigned.get(name).into_iter().flatten();
        let mut looped = self.looped.get(name).into_iter().flatten().copied().flatten();
        assigned.all(|value| value.len() <= 1 && value.iter().all(|word| self.makes_word(&word.parts, words)))
            // Each value of a loop is one of the words that a list has been split into.
            && looped.all(|word| !word.quoted && !word.has_glob || self.makes_word(&word.parts, words))
    }

    fn makes_word(&self, parts: &[Part], words: &HashSet<&str>) -> bool {
        parts.iter().all(|part| match part {
            Part::Literal { value, .. } | Part::SingleQuoted { value, .. } => is_plain(value),
            Part::DoubleQuoted { parts, .. } => self.makes_word(parts, words),
            Part::Parameter(parameter) => self.expands_to_word(parameter, words),
            Part::CommandSubstitution { body, .. } => prints_one_word(body),
            Part::Arithmetic { .. } => true,
            Part::ProcessSubstitution { .. } | Part::Tilde { .. } => false,
        })
    }

    fn expands_to_word(&self, parameter: &Parameter, words: &HashSet<&str>) -> bool {
        let operand = || parameter.operand.as_ref().is_none_or(|operand| self.makes_word(&operand.parts, words));
        self.is_word(&parameter.name, words)
            && match parameter.operator {
                ParameterOperator::None | ParameterOperator::Error => true,
                ParameterOperator::Default { .. }
                | ParameterOperator::Assign
                | ParameterOperator::Alternative { .. } => operand(),
                // `${X%~*}` makes no blank of a value without one.
                ParameterOperator::Other => {
                    let text = self.script.slice(parameter.span);
                    !text.contains(char::is_whitespace) && text.matches('$').count() == 1
                }
            }
    }

    fn is_word(&self, name: &str, words: &HashSet<&str>) -> bool {
        let is_of_environment = !self.counts.contains_key(name);
        words.contains(name) || is_of_environment && (self.environment)(name).is_some_and(|value| is_plain(&value))
    }

    /// Whether the variable is there to become several words: its name says so, or one of its values has a blank.
    fn are_lists(&self, name: &str) -> bool {
        const LISTS: &[&str] = &["args", "deps", "flags", "options", "opts", "packages", "pkgs"];
        let lower = name.to_ascii_lowercase();
        let has_blank = |text: &str| text.contains(char::is_whitespace);
        let mut of_script = self.assigned.get(name).into_iter().flatten().copied().flatten();
        LISTS.iter().any(|list| lower.ends_with(list))
            || of_script.any(|word| any_text(&word.parts, &has_blank) || holds_list(&word.parts))
            || (self.environment)(name).is_some_and(|value| has_blank(value.trim()))
    }
}

/// Variables are followed through so many others.
const MOST_ROUNDS: usize = 10;

/// Whether a shell would leave the text alone: no blank and no pattern.
fn is_plain(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || "*?[]".contains(c))
}

fn any_text(parts: &[Part], is_it: &dyn Fn(&str) -> bool) -> bool {
    parts.iter().any(|part| match part {
        Part::Literal { value, .. } | Part::SingleQuoted { value, .. } => is_it(value),
        Part::DoubleQuoted { parts, .. } => any_text(parts, is_it),
        _ => false,
    })
}

fn holds_list(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::DoubleQuoted { parts, .. } => holds_list(parts),
        Part::CommandSubstitution { body, .. } => prints_list(body),
        _ => false,
    })
}

/// Whether the command takes a program or a text in which `$` is for somebody else.
fn writes_code(command: &Simple) -> bool {
    const NAMES: &[&str] = &[
        "awk", "bash", "dash", "echo", "egrep", "envsubst", "find", "gawk", "grep", "jq", "perl", "printf", "python",
        "python3", "ruby", "sed", "sh", "su", "sudo", "tee", "xargs", "zsh",
    ];
    let name = command.name().and_then(|name| name.rsplit('/').next());
    name.is_some_and(|name| NAMES.contains(&name))
}

fn last_command(body: &Sequence) -> Option<&Simple> {
    body.items.last()?.chain.pipelines().last()?.commands.last()?.simple()
}

/// Whether a command is there that prints names for another to take one by one, `apt-mark showmanual`, `go list ./...`, or
/// an option and maybe none: `$([ "$A" ] && echo --b)`.
fn prints_list(body: &Sequence) -> bool {
    let pipelines = body.items.iter().flat_map(|item| item.chain.pipelines());
    let first = pipelines.filter_map(|pipeline| pipeline.commands.first()?.simple());
    first.into_iter().any(|command| match command.name() {
        Some("apt-mark" | "[" | "test") => true,
        Some("go") => command.words.get(1).and_then(Word::literal) == Some("list"),
        _ => false,
    })
}

/// Whether what the commands print is one word by its nature: a number, a version, the name of an architecture.
fn prints_one_word(body: &Sequence) -> bool {
    let Some(command) = last_command(body) else { return false };
    let arguments = || command.words.iter().skip(1).filter_map(Word::literal);
    let has = |options: &[&str]| arguments().any(|argument| options.contains(&argument));
    match command.name() {
        Some("nproc" | "getconf" | "expr" | "arch" | "mktemp" | "base64") => true,
        Some("date") => arguments().any(|argument| argument.starts_with('+') && is_plain(argument)),
        Some("wc") => arguments().all(|argument| argument.starts_with('-')),
        Some("grep" | "egrep" | "fgrep") => has(&["-c", "--count"]),
        Some("uname") => has(&["-m", "-r", "-s", "-p"]),
        Some("id") => has(&["-u", "-g", "-un", "-gn"]),
        Some("dpkg") => has(&["--print-architecture"]),
        Some("apk") => has(&["--print-arch"]),
        Some("rpm") => has(&["-E", "--eval"]),
        Some("lsb_release") => has(&["-cs", "-sc", "-rs", "-sr", "-is", "-si"]),
        Some("xargs") => has(&["expr"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Dialect, Script, ScriptForm, ScriptSource};

    /// The codes that are left, with `VERSION` and `FLAGS` in the environment.
    fn told(text: &str) -> Vec<&'static str> {
        let mut source = ScriptSource::new(Dialect::Dash, ScriptForm::ShellForm);
        source.push(text, 0);
        let script = Script::parse(source);
        let value = |name: &str| match name {
            "VERSION" => Some("1.2".to_owned()),
            "FLAGS" => Some("-a -b".to_owned()),
            _ => None,
        };
        let remarks = script.remarks(&["VERSION", "FLAGS"]);
        script.without_idioms(remarks, &value).into_iter().map(|remark| remark.code.name).collect()
    }

    #[test]
    fn one_word_needs_no_quotes() {
        for text in [
            "a $VERSION b-${VERSION}.tar",
            "v=1.2; a $v",
            "v=$VERSION.0 && w=\"$v-x\" && a $w",
            "t=\"$(mktemp -d)\"; a $t",
            "v=$VERSION~b; v=${v%~*}; a $v",
            "v=${VERSION:-2}; a $v",
            "for f in $FLAGS; do a $f; done",
            "for f in x y; do g=v$f; g=$g.z; a $g; done",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
        for text in [
            "v=$(b); a $v",
            "v=${VERSION:+$(b)}; a $v",
            "v=x; read -r v; a $v",
            "v=\"$1\"; a $v",
            "read -r v; a $v",
            "for f in *.x; do a $f; done",
        ] {
            assert_eq!(told(text), ["SC2086"], "{text}");
        }
    }

    #[test]
    fn a_list_is_meant_to_be_split() {
        for text in [
            "a $FLAGS",
            "p=\"b c=$VERSION\"; a $p",
            "p=\"$p $(b)\"; a $p",
            "m=\"$(apt-mark showmanual)\"; a $m",
            "read -r BUILD_DEPS; a $BUILD_DEPS",
            "a $(go list ./... | grep -v b)",
            "a $([ -n \"$FLAGS\" ] && echo --b)",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn commands_that_print_one_word_need_no_quotes() {
        for text in [
            "make -j$(nproc)",
            "a $(b | wc -l)",
            "a $(grep -c x y)",
            "a $(b | xargs -I % expr % - 1)",
            "a $(uname -m)",
            "a $(date +%Y%m%d)",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
        for text in ["a $(b)", "a $(wc -l f)", "a $(which b)", "a $(uname -a)"] {
            assert_eq!(told(text), ["SC2046"], "{text}");
        }
    }

    #[test]
    fn a_dollar_in_single_quotes_may_be_for_another_program() {
        for text in ["sed -i 's/$a/b/' f", "sudo sed 's/$a/b/' f", "echo 'export A=$B' >> f"] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
        assert_eq!(told("curl -o f 'https://a/$VERSION'"), ["SC2016"]);
    }

    #[test]
    fn what_is_no_loop_and_what_ends_with_cd_is_fine() {
        assert_eq!(told("mix do a, b"), [""; 0]);
        assert_eq!(told("cd /a"), [""; 0]);
        assert_eq!(told("cd /a; b"), ["SC2164"]);
    }
}
