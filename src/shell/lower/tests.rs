use proptest::prelude::*;

use crate::shell::walk::Node;
use crate::shell::*;
use crate::source::Span;

fn parse(text: &str) -> Script {
    let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
    source.push(text, 0);
    Script::parse(source)
}

/// The text that is at fault and the message.
fn fault(text: &str) -> (String, String) {
    match parse(text) {
        script @ Script { status: Status::Invalid { .. }, .. } => {
            let Status::Invalid { span, message } = &script.status else { unreachable!() };
            (script.slice(*span).to_owned(), message.clone())
        }
        script => panic!("{text:?} is {:?}", script.status),
    }
}

/// The text of every command of every kind, the outer before the inner.
fn spans(text: &str) -> Vec<String> {
    let script = parse(text);
    assert_eq!(script.status, Status::Clean, "{text}");
    let mut found = Vec::new();
    script.visit(&mut |node| {
        if let Node::Command(command) = node {
            found.push(script.slice(command.span).to_owned());
        }
    });
    found
}

fn first_word(text: &str) -> Word {
    let script = parse(text);
    assert_eq!(script.status, Status::Clean, "{text}");
    script.body.items[0].chain.first.commands[0].simple().unwrap().words[0].clone()
}

#[test]
fn a_command_reaches_from_its_first_to_its_last_byte() {
    assert_eq!(spans("  a b  && c d ; e "), ["a b", "c d", "e"]);
    assert_eq!(spans(">x a b 2>&1 <y | c"), [">x a b 2>&1 <y", "c"]);
}

#[test]
fn compound_commands_reach_over_their_delimiters_and_redirections() {
    assert_eq!(spans("( a ) >x && { b; } 2>&1"), ["( a ) >x", "a", "{ b; } 2>&1", "b"]);
    assert_eq!(spans("f() { a; }; f"), ["f() { a; }", "{ a; }", "a", "f"]);
    assert_eq!(spans("if a; then b; else c; fi >x; d"), ["if a; then b; else c; fi >x", "a", "b", "c", "d"]);
    assert_eq!(spans("for x in 1 2; do a; done"), ["for x in 1 2; do a; done", "a"]);
    assert_eq!(spans("while a; do b; done; c"), ["while a; do b; done", "a", "b", "c"]);
    assert_eq!(spans("case $x in a|b) c;; *) d; esac"), ["case $x in a|b) c;; *) d; esac", "c", "d"]);
    assert_eq!(spans("[[ -f a && $b == c* ]] && (( x > 1 ))"), ["[[ -f a && $b == c* ]]", "(( x > 1 ))"]);
    assert_eq!(spans("for ((i=0; i<3; i++)); do a; done"), ["for ((i=0; i<3; i++)); do a; done", "a"]);
}

#[test]
fn operators_and_terminators_have_places() {
    let script = parse("a && b || c | d |& e & f; g\nh");
    let items = &script.body.items;
    let operators: Vec<_> = items[0].chain.rest.iter().map(|(kind, span, _)| (*kind, script.slice(*span))).collect();
    assert_eq!(operators, [(AndOr::And, "&&"), (AndOr::Or, "||")]);
    let pipes: Vec<_> = items[0].chain.rest[1].2.pipes.iter().map(|(both, span)| (*both, span.start)).collect();
    assert_eq!(pipes, [(false, 12), (true, 16)]);
    let terminators: Vec<_> = items.iter().map(|item| item.terminator.map(|(kind, _)| kind)).collect();
    let expected = [Some(Terminator::Background), Some(Terminator::Semicolon), Some(Terminator::Newline), None];
    assert_eq!(terminators, expected);
}

#[test]
fn comments_and_heredoc_bodies_are_passed_over() {
    assert_eq!(spans("a # not b\n# nor c\nd"), ["a", "d"]);
    assert_eq!(spans("cat <<EOF && b\nx ; y &\nEOF\nc"), ["cat <<EOF", "b", "c"]);
    assert_eq!(spans("cat <<-'E' <<F\n\tx (\n\tE\ny )\nF\nc"), ["cat <<-'E' <<F", "c"]);
}

#[test]
fn a_heredoc_knows_its_body_and_its_expansions() {
    let script = parse("cat <<EOF >x\nhi $name\nEOF\n");
    let command = &script.body.items[0].chain.first.commands[0];
    let RedirectionTarget::Heredoc { body, quoted, expansions } = &command.redirections[0].target else { panic!() };
    assert_eq!((script.slice(*body), *quoted, expansions.len()), ("hi $name\n", false, 1));
}

#[test]
fn a_redirection_knows_descriptor_operator_and_target() {
    let script = parse("a 2>&1 >/dev/null 3<> f &>> g");
    let redirections = &script.body.items[0].chain.first.commands[0].redirections;
    let target = |redirection: &Redirection| match &redirection.target {
        RedirectionTarget::Word(word) => script.slice(word.span).to_owned(),
        RedirectionTarget::Heredoc { .. } => panic!(),
    };
    let seen: Vec<_> = redirections.iter().map(|it| (it.descriptor, it.operator, target(it))).collect();
    assert_eq!(seen[0], (Some(2), RedirectionOperator::DuplicateOutput, "1".to_owned()));
    assert_eq!(seen[1], (None, RedirectionOperator::Output, "/dev/null".to_owned()));
    assert_eq!(seen[2], (Some(3), RedirectionOperator::ReadWrite, "f".to_owned()));
    assert_eq!(seen[3].2, "g");
}

#[test]
fn a_static_word_has_a_value_without_quotes() {
    for (text, value) in [
        (r"a\ b", "a b"),
        (r#"a"b c"'d'"#, "ab cd"),
        (r#""a\"\$\n""#, r#"a"$\n"#),
        ("a\\\nb", "ab"),
        ("''", ""),
        (r"$'a\tb'", "a\tb"),
        ("{}", "{}"),
        ("'*'", "*"),
        (r"\*", "*"),
    ] {
        assert_eq!(first_word(text).literal(), Some(value), "{text}");
    }
}

#[test]
fn a_word_with_an_expansion_glob_brace_or_tilde_has_no_static_value() {
    for text in ["$a", "a${b}c", "\"$(c)\"", "`c`", "*.c", "a?", "[ab]", "{a,b}", "~/x", "$((1+1))"] {
        assert_eq!(first_word(text).literal(), None, "{text}");
    }
    assert!(first_word("*.c").has_glob && first_word("{1..3}").has_brace);
    assert!(first_word("$a").splits() && !first_word("\"$a\"").splits());
}

#[test]
fn known_variables_give_a_word_a_value() {
    let lookup = |name: &str| match name {
        "V" => Some("1.2".to_owned()),
        "LIST" => Some("a b".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    let value = |text: &str| first_word(text).value_with(&lookup);
    assert_eq!(value("x-$V.tgz").as_deref(), Some("x-1.2.tgz"));
    assert_eq!(value("\"${EMPTY:-d}$V\"").as_deref(), Some("d1.2"));
    assert_eq!(value("${V:+y}").as_deref(), Some("y"));
    assert_eq!(value("\"$LIST\"").as_deref(), Some("a b"));
    assert_eq!(value("$LIST"), None);
    assert_eq!(value("$UNKNOWN"), None);
    assert_eq!(value("${V%.*}"), None);
    assert_eq!(first_word("$LIST").values_with(&lookup), Some(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn places_behind_escapes_in_quotes_are_exact() {
    let script = parse(r#"A="x \" \\ $B \$" export C="\"$D e\"""#);
    let reads = script.variables();
    let reads: Vec<_> = reads.iter().filter(|used| !used.assigned).map(|used| script.slice(used.span)).collect();
    assert_eq!(reads, ["$B", "$D"]);
}

#[test]
fn text_that_no_shell_accepts_is_invalid() {
    assert_eq!(fault("a &; b").0, ";");
    assert_eq!(fault("find . ( -type d ) x").0, "(");
    assert!(fault("find . ( -type d )").1.contains("\\("));
    assert_eq!(fault("echo ${x"), ("${x".to_owned(), "this `${` is never closed".to_owned()));
    assert_eq!(fault("if; then b; fi").1, "a command is missing here");
    assert_eq!(fault("echo \"a").1, "this double quote is never closed");
    assert_eq!(fault("(a) b").0, "b");
    for text in ["!", "a &&", "| a", "( )", "a=(1", "{ a }", "for x in; do done", "a )", "fi", "echo a(b", "a;;"] {
        fault(text);
    }
}

#[test]
fn text_that_looks_odd_but_is_valid_is_accepted() {
    for text in [
        "",
        "# nothing",
        "a &",
        "a & b",
        "a }",
        "echo then",
        "! ! a",
        "f() ( a )",
        "echo a#b",
        "x=",
        "cat <<EOF",
        "echo $(( (1+2) * 3 ))",
        "case x in (a) ;; esac",
        "select x in a; do b; done",
        "a=(1 2) b",
        "diff <(a) <(b)",
        "time -p a | b",
        "exit 1 2>x",
        "2>x export A=1 B",
        "echo `a \\`b\\``",
        "echo \"${a:-\"b c\"}\"",
        "coproc a",
        "{ a; } &>> x",
        "exec {fd}>x",
    ] {
        assert_eq!(parse(text).status, Status::Clean, "{text}");
    }
}

#[test]
fn a_script_of_another_language_is_not_looked_into() {
    let mut source = ScriptSource::new(Dialect::Opaque, ScriptForm::ShellForm);
    source.push("Write-Host (\"", 0);
    let script = Script::parse(source);
    assert!(matches!(script.status, Status::Opaque { .. }) && script.commands().is_empty());
}

#[test]
fn hostile_nesting_and_length_end_quickly() {
    let repeated = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    for text in [
        repeated("(", "a", ")", 10_000),
        repeated("$($(", "a", "))", 10_000),
        "((((".repeat(10_000),
        "$($(".repeat(10_000),
        repeated("echo \"$(", "a", ")\"", 5_000),
        repeated("${a:-", "b", "}", 10_000),
        repeated("{ ", "a", "; }", 10_000),
        repeated("if a; then ", "b", "; fi", 10_000),
        format!("a {}", "&& true ".repeat(130_000)),
        "`".repeat(10_000),
        "${".repeat(50_000),
        "{a,".repeat(100_000),
        "time ".repeat(50_000),
        "time a|".repeat(50_000),
        "[".repeat(200_000),
        "<<A ".repeat(10_000),
        "a | ".repeat(100_000),
        "a;\n".repeat(100_000),
        "\"\\\"$a\" ".repeat(50_000),
    ] {
        let started = std::time::Instant::now();
        let script = parse(&text);
        let _ = (script.commands(), script.variables(), script.leaks());
        let elapsed = started.elapsed();
        assert!(elapsed.as_secs() < 20, "{}… took {elapsed:?}", &text[..20]);
    }
}

/// Every span of the model.
fn check_spans(script: &Script) -> Result<(), TestCaseError> {
    let text = script.source.text();
    let mut bad = None;
    let mut check = |span: Span| {
        if text.get(span.range()).is_none() {
            bad = Some(span);
        }
    };
    if let Status::Invalid { span, .. } = &script.status {
        check(*span);
    }
    script.visit(&mut |node| match node {
        Node::Part(part) => check(part.span()),
        Node::Pipeline(pipeline) => check(pipeline.span),
        Node::Command(command) => {
            check(command.span);
            command.redirections.iter().for_each(|redirection| check(redirection.span));
            for word in command.simple().iter().flat_map(|simple| &simple.words) {
                check(word.span);
            }
        }
    });
    prop_assert!(bad.is_none(), "{bad:?} in {text:?}");
    for invoked in script.commands() {
        prop_assert!(invoked.script.source.text().get(invoked.span().range()).is_some());
        prop_assert!(invoked.to_file(invoked.span()).end <= text.len());
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_panics_and_all_spans_lie_in_it(text in any::<String>()) {
        check_spans(&parse(&text))?;
    }

    #[test]
    fn no_mixture_of_shell_tokens_panics_and_all_spans_lie_in_it(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "a", "é", " ", " ", "\n", ";", "&", "&&", "||", "|", "(", ")", "{", "}", "'", "\"", "`", "$(", "$((", "))",
            "${", "$x", "\\", "\\\n", "#", "<<E", "\nE\n", ">", "<(", "2>&1", "if", "then", "fi", "for", "in", "do",
            "done", "case", "esac", ";;", "while", "A=", "export", "sh -c ", "[[", "]]", "!", "*", "~", "=(", "exit",
            "time", "function", "f()", "\t", "\r", "sudo", "env", "-c",
        ]), 0..24)
    ) {
        check_spans(&parse(&tokens.concat()))?;
        check_spans(&parse(&tokens.join(" ")))?;
    }
}
