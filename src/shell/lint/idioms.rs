//! Idioms of Dockerfiles that do what was meant, whatever ShellCheck says of them.

use crate::shell::walk::Node;
use crate::shell::{Assignment, Command, CommandKind, For, Part, Script, Sequence, Simple, Word};
use crate::source::Span;

use super::Remark;

impl Script {
    /// The remarks without those on idioms that do what was meant. `value` knows the variables that the environment sets.
    pub fn without_idioms(&self, remarks: Vec<Remark>, value: &dyn Fn(&str) -> Option<String>) -> Vec<Remark> {
        if remarks.is_empty() {
            return remarks;
        }
        let idioms = Idioms::new(self, value);
        remarks.into_iter().filter(|remark| !idioms.has(remark)).collect()
    }
}

/// A script, and what its variables hold.
struct Idioms<'s> {
    script: &'s Script,
    commands: Vec<&'s Simple>,
    substitutions: Vec<(Span, &'s Sequence)>,
    loops: Vec<&'s For>,
    /// How often each variable is given a value, by whatever means.
    assigned: Vec<&'s str>,
    value: &'s dyn Fn(&str) -> Option<String>,
}

impl<'s> Idioms<'s> {
    fn new(script: &'s Script, value: &'s dyn Fn(&str) -> Option<String>) -> Self {
        let (mut commands, mut substitutions, mut loops) = (Vec::new(), Vec::new(), Vec::new());
        script.visit(&mut |node| match node {
            Node::Command(Command { kind: CommandKind::Simple(simple), .. }) => commands.push(&**simple),
            Node::Command(Command { kind: CommandKind::For(header), .. }) => loops.push(&**header),
            Node::Part(Part::CommandSubstitution { span, body }) => substitutions.push((*span, body)),
            _ => {}
        });
        let assigned = script.variables().into_iter().filter(|used| used.assigned).map(|used| used.name).collect();
        Self { script, commands, substitutions, loops, assigned, value }
    }

    fn has(&self, remark: &Remark) -> bool {
        match remark.code.name {
            // `mix do compile, test`
            "SC1010" => self.command_at(remark.span).and_then(Simple::name) == Some("mix"),
            "SC2016" => self.command_at(remark.span).is_some_and(writes_code),
            "SC2046" => self
                .substitutions
                .iter()
                .any(|(span, body)| *span == remark.span && (prints_one_word(body) || prints_list(body))),
            "SC2086" => self.read_at(remark.span).is_some_and(|name| self.is_list(name) || self.is_word(name, &[])),
            // Where nothing follows, the script fails as `cd` does.
            "SC2164" => self.commands.iter().all(|command| command.span.start <= remark.span.start),
            _ => false,
        }
    }

    /// The innermost command with the place in it.
    fn command_at(&self, place: Span) -> Option<&'s Simple> {
        self.commands.iter().rfind(|it| it.span.start <= place.start && place.end <= it.span.end).copied()
    }

    /// The variable whose expansion stands at the place.
    fn read_at(&self, place: Span) -> Option<&'s str> {
        let uses = self.script.variables();
        uses.into_iter().find(|used| !used.assigned && used.span == place).map(|used| used.name)
    }

    fn assignments(&self, name: &str) -> impl Iterator<Item = &'s Assignment> {
        let all = self.commands.iter().flat_map(|command| command.assignments.iter().chain(&command.declared));
        all.filter(move |it| *it.name == *name)
    }

    fn loops_over(&self, name: &str) -> impl Iterator<Item = &'s For> {
        self.loops
            .iter()
            .copied()
            .filter(move |it| it.variable.as_ref().is_some_and(|(variable, _)| **variable == *name))
    }

    /// Whether the variable is there to become several words: its name says so, or one of its values has a blank.
    fn is_list(&self, name: &str) -> bool {
        const LISTS: &[&str] = &["args", "deps", "flags", "options", "opts", "packages", "pkgs"];
        let lower = name.to_ascii_lowercase();
        if LISTS.iter().any(|list| lower.ends_with(list)) {
            return true;
        }
        let has_blank = |text: &str| text.contains(char::is_whitespace);
        let of_script = self.assignments(name).flat_map(|it| &it.value);
        of_script.into_iter().any(|word| any_text(&word.parts, &has_blank) || holds_list(&word.parts))
            || (self.value)(name).is_some_and(|value| has_blank(value.trim()))
    }

    /// Whether each value of the variable is known to be one word, which quotes would not change. `above` are the variables
    /// that are made of it: one that is put together from its own value stays what it was.
    fn is_word(&self, name: &str, above: &[&str]) -> bool {
        if above.contains(&name) {
            return true;
        }
        let above = [above, &[name]].concat();
        let known = self.assignments(name).count() + self.loops_over(name).count();
        let all = self.assigned.iter().filter(|it| **it == name).count();
        let of_environment = (self.value)(name);
        known == all
            && (all > 0 || of_environment.is_some())
            && of_environment.is_none_or(|value| is_plain(&value))
            && self
                .assignments(name)
                .all(|it| !it.array && it.value.iter().all(|word| self.makes_word(&word.parts, &above)))
            && self.loops_over(name).all(|it| {
                // Each value is one of the words that a list has been split into.
                let words = it.words.as_deref().unwrap_or_default();
                words.iter().all(|word| !word.quoted && !word.has_glob || self.makes_word(&word.parts, &above))
            })
    }

    fn makes_word(&self, parts: &[Part], above: &[&str]) -> bool {
        parts.iter().all(|part| match part {
            Part::Literal { value, .. } | Part::SingleQuoted { value, .. } => is_plain(value),
            Part::DoubleQuoted { parts, .. } => self.makes_word(parts, above),
            Part::Parameter(parameter) => {
                is_plain_operation(self.script.slice(parameter.span))
                    && above.len() < DEEPEST
                    && self.is_word(&parameter.name, above)
            }
            Part::CommandSubstitution { body, .. } => prints_one_word(body),
            Part::Arithmetic { .. } => true,
            Part::ProcessSubstitution { .. } | Part::Tilde { .. } => false,
        })
    }
}

/// Variables are followed through so many others.
const DEEPEST: usize = 5;

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

/// Whether the expansion, `${X%~*}`, makes no blank of a value without one.
fn is_plain_operation(expansion: &str) -> bool {
    !expansion.contains(char::is_whitespace)
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
            "for f in $FLAGS; do a $f; done",
            "for f in x y; do g=v$f; g=$g.z; a $g; done",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
        for text in ["v=$(b); a $v", "v=\"$1\"; a $v", "read -r v; a $v", "for f in *.x; do a $f; done"] {
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
