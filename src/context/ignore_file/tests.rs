use proptest::prelude::*;

use super::*;

fn ignore(text: &str) -> IgnoreFile {
    IgnoreFile::parse(SourceFile::new(".dockerignore", text))
}

fn texts(file: &IgnoreFile) -> Vec<String> {
    let mark = |pattern: &Pattern| if pattern.is_exception() { "!" } else { "" };
    file.patterns().iter().map(|pattern| format!("{}{}", mark(pattern), pattern.text())).collect()
}

#[track_caller]
fn ignores(text: &str, ignored: &[&str], kept: &[&str]) {
    let file = ignore(text);
    for path in ignored {
        assert!(file.is_ignored(path).is_some(), "{text:?} should ignore {path:?}");
    }
    for path in kept {
        assert!(file.is_ignored(path).is_none(), "{text:?} should keep {path:?}");
    }
}

#[test]
fn lines_are_read_as_docker_reads_them() {
    let file = ignore(
        "\u{FEFF}test1\r\n/test2\n/a/file/here/\n\n  last\t\n# comment\n #not-a-comment\n! /inverted/abs\n./x/../y\n/!z\n",
    );
    assert_eq!(texts(&file), ["test1", "test2", "a/file/here", "last", "#not-a-comment", "!inverted/abs", "y", "!z"]);
    assert_eq!(file.problems(), []);
    assert_eq!(file.source().slice(file.patterns()[0].span()), "test1");
    assert_eq!(file.source().slice(file.patterns()[3].span()), "last");
    assert_eq!(file.source().slice(file.patterns()[5].span()), "! /inverted/abs");
}

#[test]
fn a_line_at_fault_costs_no_other_line_its_meaning() {
    let file = ignore("!\n! \na[\nok\nbin\\Debug\n");
    assert_eq!(texts(&file), ["ok", "bin\\Debug"]);
    let problems: Vec<_> = file.problems().iter().map(|it| (file.source().slice(it.span), it.kind)).collect();
    assert_eq!(
        problems,
        [
            ("!", ProblemKind::LoneExclamationMark),
            ("!", ProblemKind::LoneExclamationMark),
            ("a[", ProblemKind::Malformed),
            ("bin\\Debug", ProblemKind::EscapedLetter),
        ]
    );
}

#[test]
fn a_line_that_docker_cannot_hold_is_a_problem() {
    let file = ignore(&format!("{}\nb", "a".repeat(70_000)));
    assert_eq!(file.problems()[0].kind, ProblemKind::LineTooLong);
    assert_eq!(texts(&file), ["b"]);
}

#[test]
fn patterns_start_at_the_root_of_the_context() {
    ignores("node_modules", &["node_modules", "node_modules/a/b.js"], &["web/node_modules", "node_modules2"]);
    ignores("**/node_modules", &["node_modules/a", "web/node_modules", "web/node_modules/a"], &["web"]);
    ignores("/foo", &["foo", "foo/a"], &["a/foo"]);
    ignores("foo/", &["foo", "foo/a"], &["a/foo"]);
    ignores("*/temp*", &["a/temp.txt", "a/temp/b"], &["temp", "a/b/temp"]);
    ignores("*/*/temp*", &["a/b/temp", "a/b/temporary.txt"], &["a/temp"]);
    ignores("temp?", &["tempa", "tempb/x"], &["temp", "tempab"]);
    ignores("*.md", &["README.md"], &["docs/README.md"]);
    ignores("**/*.go", &["a.go", "b/c/a.go"], &["a.rs"]);
}

#[test]
fn a_pattern_for_the_root_ignores_nothing() {
    ignores(".\n..\n/\n../x", &[], &["a", "a/b", ".env", "x"]);
    ignores("**", &["a", "a/b", ".env"], &[]);
    ignores("*", &["a", "a/b", ".env"], &[]);
    ignores("**", &[], &["", "."]);
}

#[test]
fn the_last_pattern_that_matches_decides() {
    ignores("*.md\n!README.md", &["CHANGES.md"], &["README.md"]);
    ignores("!README.md\n*.md", &["README.md", "CHANGES.md"], &[]);
    ignores("*.md\n!README*.md\nREADME-secret.md", &["README-secret.md", "a.md"], &["README.md"]);
    ignores("*.md\nREADME-secret.md\n!README*.md", &["a.md"], &["README.md", "README-secret.md"]);
    ignores("docs\n!docs/README.md", &["docs", "docs/a.md"], &["docs/README.md"]);
    ignores("docs/*\n!docs/README.md", &["docs/a.md"], &["docs", "docs/README.md"]);
    ignores("**\n!util/docker/web", &["util/docker/x", "util"], &["util/docker/web", "util/docker/web/foo"]);
    ignores("**\n!util/docker/web\nutil/docker/web/foo", &["util/docker/web/foo"], &["util/docker/web/bar"]);
    ignores("**\n!dist/*.whl", &["dist/a.txt"], &["dist/a-2.4.0rc3.dev36+g08-py3.whl"]);
    ignores("*\n!**/x", &["a/b"], &["x", "a/x", "a/b/x", "x/y"]);
    ignores("*\n!src\n!package.json", &[".git", "node_modules/a"], &["src", "src/a/b", "package.json"]);
}

#[test]
fn an_exception_that_had_nothing_to_take_back_at_a_folder_is_not_asked_below_it() {
    ignores("a/b\n!a", &["a/b", "a/b/c"], &["a", "a/c"]);
    ignores("*\n!*/x\na", &["a", "a/y"], &["a/x"]);
}

#[test]
fn the_walk_skips_a_folder_that_no_exception_names() {
    // Its final globs taken off, the exception reads `a`, which does not lie inside `a/b`.
    ignores("*\n!a/*/**", &["a/b", "a/b/c"], &[]);
}

#[test]
fn a_folder_is_excluded_completely_when_no_exception_can_lie_inside() {
    let file = ignore("node_modules\nbuild\nlogs/**\n!build/keep/me\n!other/**");
    assert!(file.excludes_directory_completely("node_modules"));
    assert!(file.excludes_directory_completely("node_modules/a/b"));
    assert!(file.excludes_directory_completely("build/out"));
    assert!(file.excludes_directory_completely("logs/2024"));
    assert!(!file.excludes_directory_completely("build"));
    assert!(!file.excludes_directory_completely("build/keep"));
    assert!(!file.excludes_directory_completely("logs"));
    assert!(!file.excludes_directory_completely("src"));
    assert!(!ignore("node_modules\n!**/*.md").excludes_directory_completely("node_modules"));
}

#[test]
fn the_deciding_pattern_is_named() {
    let file = ignore("*.log\nlogs\n");
    assert_eq!(file.is_ignored("logs/a.log").map(Pattern::text), Some("logs"));
    assert_eq!(file.is_ignored("a.log").map(Pattern::text), Some("*.log"));
}

/// What the documentation says, taken word for word: the last pattern to match the path or a folder above it decides.
fn last_match_wins(file: &IgnoreFile, path: &str) -> bool {
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    let names: Vec<&str> = folders.chain([path]).collect();
    let deciding = file.patterns().iter().rfind(|pattern| names.iter().any(|name| pattern.matches(name)));
    deciding.is_some_and(|pattern| !pattern.is_exception())
}

fn part() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "ab", "*", "**", "?", "a*", "*b", "[ab]"])
}

fn line() -> impl Strategy<Value = String> {
    prop::collection::vec(part(), 1..4).prop_map(|parts| parts.join("/"))
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "c"]), 1..4).prop_map(|parts| parts.join("/"))
}

proptest! {
    #[test]
    fn any_text_can_be_parsed_and_asked(text in "\\PC*|[!#/*?a\\[\\]\\\\\\n .^-]*", path in path()) {
        let file = ignore(&text);
        let _ = file.is_ignored(&path);
        for pattern in file.patterns() {
            prop_assert!(file.source().text().get(pattern.span().range()).is_some());
        }
        for problem in file.problems() {
            prop_assert!(file.source().text().get(problem.span.range()).is_some());
        }
    }

    #[test]
    fn without_exceptions_the_walk_does_what_the_documentation_says(
        lines in prop::collection::vec(line(), 0..5), path in path()
    ) {
        let file = ignore(&lines.join("\n"));
        prop_assert_eq!(file.is_ignored(&path).is_some(), last_match_wins(&file, &path));
    }

    #[test]
    fn exceptions_at_the_end_do_what_the_documentation_says(
        lines in prop::collection::vec(line(), 0..4),
        exceptions in prop::collection::vec(prop::sample::select(vec!["a", "b", "a/b", "ab/c", "a/**", "b/*", "**/c"]), 0..3),
        path in path(),
    ) {
        let exceptions = exceptions.iter().map(|line| format!("!{line}"));
        let file = ignore(&lines.into_iter().chain(exceptions).collect::<Vec<_>>().join("\n"));
        if file.is_ignored(&path).is_none() {
            prop_assert!(!last_match_wins(&file, &path));
        }
    }

    #[test]
    fn nothing_below_a_completely_excluded_folder_is_kept(
        lines in prop::collection::vec((any::<bool>(), line()), 0..5), folder in path(), below in path()
    ) {
        let marked = lines.iter().map(|(exception, line)| format!("{}{line}", if *exception { "!" } else { "" }));
        let file = ignore(&marked.collect::<Vec<_>>().join("\n"));
        if file.excludes_directory_completely(&folder) {
            let inside = format!("{folder}/{below}");
            prop_assert!(file.is_ignored(&inside).is_some());
        }
    }
}
