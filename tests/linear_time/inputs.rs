//! Large files of one kind each. Whoever reads them in quadratic time does not come back.

use std::fmt::Write;

/// A way to make a file of any length.
pub struct Kind {
    /// What the file consists of.
    pub name: &'static str,
    /// The file, of about so many lines.
    pub make: fn(usize) -> String,
}

/// Files made of lines, each of which a hostile or generated Dockerfile could hold.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "ENV lines, each using the one before",
        make: |n| lines("FROM a\n", n, |i| format!("ENV A{i}=x$A{}\n", i.wrapping_sub(1))),
    },
    Kind { name: "ENV lines of one name", make: |n| lines("FROM a\n", n, |_| "ENV A=$A:x\n".into()) },
    Kind { name: "one ENV with many pairs", make: |n| lines("FROM a\nENV x=y", n, |i| format!(" \\\n  A{i}=$B{i}")) },
    Kind { name: "one LABEL with many pairs", make: |n| lines("FROM a\nLABEL x=y", n, |i| format!(" \\\n  A{i}=b")) },
    Kind { name: "ARG lines", make: |n| lines("ARG X\nFROM a\n", n, |i| format!("ARG A{i}\n")) },
    Kind {
        name: "ARG lines of one name without a value",
        make: |n| lines("FROM a\nARG A=1\n", n / 2, |_| "ARG A\nENV B=$A\n".into()),
    },
    Kind {
        name: "ARG lines before FROM",
        make: |n| lines("", n, |i| format!("ARG A{i}=$A{}\n", i.wrapping_sub(1))) + "FROM $A1\n",
    },
    Kind { name: "one continued RUN", make: |n| lines("FROM a\nRUN a", n, |i| format!(" \\\n && b{i} c")) + "\n" },
    Kind {
        name: "one continued RUN with comments",
        make: |n| lines("FROM a\nRUN a", n / 2, |i| format!(" \\\n# note\n && b{i} c")) + "\n",
    },
    Kind {
        name: "one RUN of variables made of each other",
        make: |n| lines("FROM a\nRUN A0=b", n, |i| format!(" \\\n && A{}=$A{i}c && d $A{i}", i + 1)) + "\n",
    },
    Kind {
        name: "one RUN of words",
        make: |n| lines("FROM a\nRUN apt-get install -y", n, |i| format!(" \\\n  p{i}=1")) + "\n",
    },
    Kind {
        name: "one RUN with pipes and redirections",
        make: |n| lines("FROM a\nRUN a", n, |_| " \\\n | b > c 2>&1".into()) + "\n",
    },
    Kind {
        name: "many RUN lines",
        make: |n| lines("FROM a\n", n, |i| format!("RUN apt-get install -y p{i} && cd /x && sudo b\n")),
    },
    Kind {
        name: "RUN lines with mounts",
        make: |n| lines("FROM a\n", n, |i| format!("RUN --mount=type=cache,target=/c{i} b\n")),
    },
    Kind {
        name: "one RUN with many mounts",
        make: |n| lines("FROM a\nRUN ", n, |i| format!("--mount=type=bind,from=s{i},target=/c{i} \\\n")) + "b\n",
    },
    Kind {
        name: "one unknown flag many times",
        make: |n| lines("FROM a\nCOPY ", n, |_| "--no=x \\\n".into()) + "a b\n",
    },
    Kind { name: "comments", make: |n| lines("FROM a\n", n, |i| format!("# comment {i}\n")) },
    Kind {
        name: "comments that suppress",
        make: |n| lines("FROM a\n", n / 2, |_| "# hadolint ignore=DL3008\nRUN a\n".into()),
    },
    Kind { name: "parser directives", make: |n| lines("", n, |_| "# check=skip=all\n".into()) + "FROM a\n" },
    Kind { name: "unknown parser directives", make: |n| lines("", n, |i| format!("# a{i}=b\n")) + "FROM a\n" },
    Kind { name: "blank lines", make: |n| lines("FROM a\n", n, |_| "  \n".into()) },
    Kind { name: "empty lines in a continuation", make: |n| lines("FROM a\nRUN a \\\n", n, |_| "\n".into()) + " b\n" },
    Kind { name: "one heredoc", make: |n| lines("FROM a\nRUN <<EOF\n", n, |i| format!("b{i} c\n")) + "EOF\n" },
    Kind { name: "heredocs", make: |n| lines("FROM a\n", n / 3, |i| format!("RUN <<E{i}\nb\nE{i}\n")) },
    Kind { name: "heredocs never closed", make: |n| lines("FROM a\n", n, |i| format!("RUN <<E{i} b\n")) },
    Kind {
        name: "many heredocs of one COPY",
        make: |n| {
            let operators = lines("FROM a\nCOPY ", n / 3, |i| format!("<<E{i} \\\n"));
            lines(&(operators + "/d/\n"), n / 3, |i| format!("$x\nE{i}\n"))
        },
    },
    Kind { name: "FROM lines", make: |n| lines("", n, |i| format!("FROM a AS s{i}\n")) },
    Kind { name: "a chain of FROM", make: |n| lines("FROM a AS s0\n", n, |i| format!("FROM s{i} AS s{}\n", i + 1)) },
    Kind {
        name: "a chain of FROM with variables",
        make: |n| {
            lines("FROM a AS s0\nARG A=1\nENV B=1\n", n / 3, |i| {
                format!("FROM s{i} AS s{}\nENV C{i}=$A\nWORKDIR $B$D$E{i}\n", i + 1)
            })
        },
    },
    Kind {
        name: "a chain of FROM, then variables",
        make: |n| lines(&chain(n / 2), n / 2, |i| format!("ENV A{i}=$B{i}\n")),
    },
    Kind { name: "a chain of FROM, then commands", make: |n| lines(&chain(n / 2), n / 2, |i| format!("RUN b{i}\n")) },
    Kind {
        name: "COPY --from every stage",
        make: |n| {
            lines(&(lines("", n / 2, |i| format!("FROM a AS s{i}\n")) + "FROM b\n"), n / 2, |i| {
                format!("COPY --from=s{i} a b\n")
            })
        },
    },
    Kind {
        name: "COPY --from the stage before",
        make: |n| lines("FROM a AS s0\n", n / 2, |i| format!("FROM a AS s{}\nCOPY --from=s{i} a b\n", i + 1)),
    },
    Kind {
        name: "COPY --from unknown stages",
        make: |n| lines("FROM a AS builder\n", n, |i| format!("COPY --from=bilder{i} a b\n")),
    },
    Kind {
        name: "one COPY of many sources",
        make: |n| lines("FROM a\nCOPY ", n, |i| format!("a{i}$x \\\n")) + "/b/\n",
    },
    Kind { name: "COPY lines", make: |n| lines("FROM a\n", n, |i| format!("COPY --chown=a:b a{i} /b{i}\n")) },
    Kind {
        name: "WORKDIR lines that go deeper",
        make: |n| lines("FROM a\n", n / 50, |_| "WORKDIR x\n".repeat(49) + "WORKDIR /\n"),
    },
    Kind { name: "WORKDIR lines that only go deeper", make: |n| lines("FROM a\n", n, |_| "WORKDIR x\n".into()) },
    Kind { name: "USER lines", make: |n| lines("FROM a\n", n, |i| format!("USER u{i}\n")) },
    Kind { name: "EXPOSE lines", make: |n| lines("FROM a\n", n, |i| format!("EXPOSE {}\n", i % 65_536)) },
    Kind { name: "CMD lines", make: |n| lines("FROM a\n", n, |i| format!("CMD [\"a\", \"{i}\"]\n")) },
    Kind { name: "HEALTHCHECK lines", make: |n| lines("FROM a\n", n, |_| "HEALTHCHECK --interval=5s CMD a\n".into()) },
    Kind {
        name: "SHELL lines",
        make: |n| lines("FROM a\n", n / 2, |_| "SHELL [\"bash\", \"-c\"]\nRUN a | b\n".into()),
    },
    Kind { name: "ONBUILD lines", make: |n| lines("FROM a\n", n, |i| format!("ONBUILD RUN a{i} b\n")) },
    Kind { name: "unknown instructions", make: |n| lines("FROM a\n", n, |i| format!("RUNN{i} a\n")) },
    Kind { name: "instructions before FROM", make: |n| lines("", n, |_| "RUN a\n".into()) },
    Kind { name: "one JSON array", make: |n| lines("FROM a\nCMD [\"a\"", n, |_| ", \\\n\"b\\n\"".into()) + "]\n" },
    Kind {
        name: "quotes in quotes",
        make: |n| lines("FROM a\n", n, |_| "RUN echo \"a'b\\\"c\" 'd\"e' \"$(f \"g\" 'h')\"\n".into()),
    },
    Kind { name: "quotes never closed", make: |n| lines("FROM a\n", n, |_| "RUN \"a 'b \\\"c\nENV d=\"e\n".into()) },
    Kind { name: "defaults in defaults", make: |n| lines("FROM a\n", n, |_| "ENV a=${b:-${c:-${d:-$e}}}\n".into()) },
];

/// Garbage without line structure; the argument is its length in bytes.
pub const GARBAGE: &[Kind] = &[
    Kind { name: "dollars", make: |n| format!("FROM a\nENV x={}", "$".repeat(n)) },
    Kind { name: "references", make: |n| format!("FROM a\nENV x={}", "$a".repeat(n / 2)) },
    Kind { name: "open braces", make: |n| format!("FROM a\nENV x={}", "${a:-".repeat(n / 5)) },
    Kind { name: "dollars in RUN", make: |n| format!("FROM a\nRUN {}", "$a\"".repeat(n / 3)) },
    Kind { name: "brackets", make: |n| format!("FROM a\nRUN {}", "[".repeat(n)) },
    Kind { name: "quotes", make: |n| format!("FROM a\nLABEL a={}", "\"'".repeat(n / 2)) },
    Kind { name: "backslashes", make: |n| format!("FROM a\nLABEL a={}", "\\".repeat(n)) },
    Kind { name: "blanks", make: |n| format!("FROM a\nRUN a{}b", " ".repeat(n)) },
    Kind { name: "heredoc operators", make: |n| format!("FROM a\nRUN {}", "<<a ".repeat(n / 4)) },
    Kind { name: "commas in a mount", make: |n| format!("FROM a\nRUN --mount={} a", "a=b,".repeat(n / 4)) },
    Kind { name: "escapes in a flag", make: |n| format!("FROM a\nCOPY --from={} a b", "\\a".repeat(n / 2)) },
    Kind { name: "NUL bytes", make: |n| "\0".repeat(n) },
    Kind { name: "CR without LF", make: |n| "FROM a\r".repeat(n / 7) },
    Kind { name: "line ends", make: |n| "\n".repeat(n) },
    Kind { name: "wide characters", make: |n| format!("FROM a\nRUN {}", "日".repeat(n / 3)) },
    Kind { name: "one image name", make: |n| format!("FROM {}", "a/".repeat(n / 2)) },
    Kind { name: "small random lines", make: |n| noise(n) },
];

/// `head`, and then `count` times what `line` makes of 0, 1, 2 and so on.
fn lines(head: &str, count: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    for index in 0..count {
        let _ = text.write_str(&line(index));
    }
    text
}

fn chain(count: usize) -> String {
    lines("FROM a AS s0\n", count, |i| format!("FROM s{i} AS s{}\n", i + 1))
}

/// Characters that mean something, in no order, with a line end here and there.
fn noise(length: usize) -> String {
    let alphabet: Vec<char> = "FROMRUN \\\\\\\n\n\"'`$${}()[]<<&&||;;#=-,abc é".chars().collect();
    let mut state = 1u64;
    let mut text = String::from("FROM a\n");
    while text.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push(alphabet[(state >> 33) as usize % alphabet.len()]);
        if state >> 57 == 0 {
            text.push_str("\nRUN ");
        }
    }
    text
}
