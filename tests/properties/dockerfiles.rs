//! Dockerfiles as people write them on a bad day.

use proptest::collection::vec;
use proptest::prelude::*;

/// Where a line may be broken; the layout says how.
const BREAK: char = '\u{1}';

/// How a file is laid out: what the generator of instructions leaves open.
#[derive(Debug, Clone)]
struct Layout {
    escape: char,
    line_end: &'static str,
    /// What stands for each possible break, in turn.
    breaks: Vec<&'static str>,
    byte_order_mark: bool,
}

/// A Dockerfile: directives, comments, instructions with continuations, heredocs, JSON, flags; any line ends.
pub fn dockerfile() -> impl Strategy<Value = String> {
    (layout(), vec(piece(), 0..12)).prop_map(|(layout, pieces)| layout.lay_out(&pieces))
}

/// Text made of what means something somewhere in a Dockerfile or a shell, and of anything else.
pub fn hostile_text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        4 => prop::sample::select(FRAGMENTS).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

const FRAGMENTS: &[&str] = &[
    "FROM a",
    "FROM ",
    " AS b",
    "RUN ",
    "ENV ",
    "ARG x",
    "COPY ",
    "ADD ",
    "--from=b ",
    "--mount=type=bind,from=b ",
    "ONBUILD ",
    "HEALTHCHECK ",
    "CMD ",
    "SHELL [\"sh\"]",
    "LABEL ",
    "EXPOSE 80",
    "USER u",
    "# escape=`\n",
    "#",
    "# c\n",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\\\n",
    "`\n",
    "\\ \n",
    " ",
    "\t",
    "\\",
    "`",
    "\"",
    "'",
    "$",
    "$x",
    "${x",
    "${x:-",
    "}",
    "$(",
    ")",
    "<<EOF",
    "<<-'E'",
    "\nEOF\n",
    "\nE\n",
    "[\"",
    "\"]",
    "\",\"",
    "=",
    "&&",
    "||",
    ";",
    "|",
    "{",
    "(",
    "é",
    "\u{feff}",
    "\u{2028}",
    "\0",
    "日本",
    "apt-get install -y x",
    "cd /y",
    "sudo ",
    "if true; then ",
    "fi",
    "x",
];

fn layout() -> impl Strategy<Value = Layout> {
    let breaks = prop::sample::select(&[" ", " ", "  \t", "~", " ~   ", "~# a comment\n", "~\n   ", "~  # é\n\t"][..]);
    (
        prop::sample::select(&['\\', '\\', '`'][..]),
        prop::sample::select(&["\n", "\n", "\r\n"][..]),
        vec(breaks, 1..8),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(escape, line_end, breaks, byte_order_mark)| Layout {
            escape,
            line_end,
            breaks,
            byte_order_mark,
        })
}

impl Layout {
    fn lay_out(&self, pieces: &[String]) -> String {
        let directive = if self.escape == '`' { "# escape=`\n" } else { "" };
        let mut breaks = self.breaks.iter().cycle();
        let mut text = String::from(directive);
        for character in pieces.iter().flat_map(|piece| piece.chars().chain(['\n'])) {
            match character {
                BREAK => text.push_str(&breaks.next().unwrap().replace('~', &format!("{}\n", self.escape))),
                _ => text.push(character),
            }
        }
        let text = text.replace('\n', self.line_end);
        if self.byte_order_mark { format!("\u{feff}{text}") } else { text }
    }
}

/// An instruction or what may stand between two.
fn piece() -> impl Strategy<Value = String> {
    let line = |text: &'static str| Just(text.to_owned());
    prop_oneof![
        1 => prop_oneof![line(""), line("  \t"), line("# a comment"), line("  # é"), line("#check=skip=all")],
        2 => (keyword("FROM"), flags(&["--platform=linux/amd64", "--platform=$X"]), word(), stage_name())
            .prop_map(|(from, flags, image, name)| format!("{from} {flags}{image}{name}")),
        3 => (keyword("RUN"), flags(&["--mount=type=cache,target=/c", "--network=none"]), command())
            .prop_map(|(run, flags, command)| format!("{run} {flags}{command}")),
        2 => (prop_oneof![keyword("CMD"), keyword("ENTRYPOINT"), keyword("HEALTHCHECK CMD")], command())
            .prop_map(|(keyword, command)| format!("{keyword} {command}")),
        2 => (prop_oneof![keyword("ENV"), keyword("LABEL"), keyword("ARG")], vec(pair(), 1..4))
            .prop_map(|(keyword, pairs)| format!("{keyword} {}", pairs.join(&BREAK.to_string()))),
        1 => (prop_oneof![keyword("ENV"), keyword("LABEL")], word(), word())
            .prop_map(|(keyword, name, value)| format!("{keyword} {name} {value}")),
        2 => (prop_oneof![keyword("COPY"), keyword("ADD")], flags(&["--from=b", "--chown=\"a:b\"", "--link"]), words())
            .prop_map(|(keyword, flags, words)| format!("{keyword} {flags}{words}")),
        2 => (prop_oneof![keyword("WORKDIR"), keyword("USER"), keyword("EXPOSE"), keyword("STOPSIGNAL")], word())
            .prop_map(|(keyword, word)| format!("{keyword} {word}")),
        1 => (prop_oneof![keyword("SHELL"), keyword("VOLUME"), keyword("RUN"), keyword("CMD")], json())
            .prop_map(|(keyword, json)| format!("{keyword} {json}")),
        2 => heredoc(),
        1 => (keyword("ONBUILD RUN"), command()).prop_map(|(onbuild, command)| format!("{onbuild} {command}")),
    ]
}

fn keyword(name: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(name.to_owned()), 1 => Just(name.to_lowercase()), 1 => Just(format!(" \t{name}"))]
}

fn flags(all: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(prop::sample::select(all), 0..3).prop_map(|flags| flags.iter().map(|flag| format!("{flag}{BREAK}")).collect())
}

fn stage_name() -> impl Strategy<Value = String> {
    prop::sample::select(&["", "", " AS b", " as B", "\u{1}As\u{1}c"][..]).prop_map(str::to_owned)
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9/._:-]{1,8}",
        1 => prop::sample::select(&["$X", "${Y}", "${Y:-z}", "\"q r\"", "'s t'", "é日本", "a\\ b", "a\u{1}", "1"][..])
            .prop_map(str::to_owned),
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![3 => vec(word(), 1..5).prop_map(|words| words.join(&BREAK.to_string())), 1 => json()]
}

fn pair() -> impl Strategy<Value = String> {
    (prop_oneof!["[A-Z_]{1,4}", "[a-z.]{1,6}"], word()).prop_map(|(name, value)| format!("{name}={value}"))
}

fn json() -> impl Strategy<Value = String> {
    let string =
        prop::sample::select(&["\"a\"", "\"-c\"", "\"sh\"", "\"é\\u00e9\\n\"", "\"a b && c\"", "\"\"", "x"][..]);
    vec(string, 0..4).prop_map(|strings| format!("[{}]", strings.join(&format!(",{BREAK}"))))
}

/// Commands as in a RUN, with operators between.
fn command() -> impl Strategy<Value = String> {
    let simple = prop::sample::select(COMMANDS).prop_map(str::to_owned);
    let operator = prop::sample::select(&[" &&", " ;", " |", " ||"][..]);
    (simple.clone(), vec((operator, simple), 0..5)).prop_map(|(first, rest)| {
        let rest: String = rest.iter().map(|(operator, command)| format!("{operator}{BREAK}{command}")).collect();
        first + &rest
    })
}

const COMMANDS: &[&str] = &[
    "apt-get update",
    "apt-get\u{1}install\u{1}-y\u{1}curl",
    "apt install x=1",
    "rm -rf /var/lib/apt/lists/*",
    "apk add\u{1}bash",
    "pip install é",
    "npm install",
    "cd /src",
    "sudo make",
    "curl -sL http://x | sh",
    "echo \"$X\"",
    "echo 'a b'",
    "export A=$(b)",
    "if a; then b; fi",
    "for i in 1 2; do echo $i; done",
    "(a; b)",
    "{ a; }",
    "x=1 y",
    "[ -f a ]",
    "case $x in a) b;; esac",
    "wget https://x/y.tgz",
    "tar xzf y.tgz",
    "useradd -m u",
    "chmod 777 /a",
    "echo `date`",
    "cat <<< x",
    "true > /dev/null 2>&1",
    "echo \"unclosed",
    "git clone https://x",
    "kill -9 1",
];

fn heredoc() -> impl Strategy<Value = String> {
    let opening = prop::sample::select(
        &["RUN <<EOF", "RUN <<-EOF", "COPY <<'EOF' /a", "RUN cat <<\"EOF\" > a", "ADD <<EOF b"][..],
    );
    let line =
        prop::sample::select(&["apt-get update", "# no comment", "", "\t$X é", "a \\", "EOF ", "\"", "RUN x"][..]);
    (opening, vec(line, 0..4), prop::bool::weighted(0.9)).prop_map(|(opening, lines, closed)| {
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        format!("{opening}\n{lines}{}", if closed { "EOF" } else { "" })
    })
}
