//! Tables of words and what becomes of them, and properties that hold for every word.

use std::borrow::Cow;
use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

struct Table(HashMap<&'static str, &'static str>);

impl Variables for Table {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get(name).map(|value| Cow::Borrowed(*value))
    }
}

fn table() -> Table {
    Table(HashMap::from([
        ("HOME", "/root"),
        ("EMPTY", ""),
        ("GRUSS", "grüß dich"),
        ("LIST", " a  b "),
        ("FILE", "/srv/app.tar.gz"),
        ("STARS", "a**b*"),
        ("LINES", "one\ntwo"),
        ("TEMPLATE", "$$1${0}$1x.$"),
    ]))
}

fn expand(word: &str) -> String {
    match Expander::new('\\').expand_word(word, &table()) {
        Ok(expansion) => expansion.value,
        Err(error) => format!("ERROR {error} @{:?}", error.span),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (word, expected) in cases {
        assert_eq!(expand(word), *expected, "of {word}");
    }
}

#[test]
fn quotes_and_escapes_are_removed() {
    check(&[
        ("plain", "plain"),
        ("a b", "a b"),
        (r#""a b"c'd'"#, "a bcd"),
        (r#"'"'"'""#, "\"'"),
        (r"a\b\\c\'", r"ab\c'"),
        (r#""a\b\\c\"d\$e""#, r#"a\b\c"d$e"#),
        (r"'a\b'", r"a\b"),
        (r"'a\'", r"a\"),
        (r"end\", "end"),
        ("''", ""),
        ("'$HOME'", "$HOME"),
        (r"\$HOME", "$HOME"),
        (r"\\$HOME", r"\/root"),
        (r#""$HOME"x"#, "/rootx"),
        (r"é\ü", "éü"),
        ("\u{FEFF}bom", "bom"),
    ]);
}

#[test]
fn names_end_where_a_shell_ends_them() {
    check(&[
        ("$HOME/bin", "/root/bin"),
        ("${HOME}bin", "/rootbin"),
        ("$HOME$HOME", "/root/root"),
        ("$HOMEx", ""),
        ("$GRUSS!", "grüß dich!"),
        ("$1st", "st"),
        ("$12x", "x"),
        ("$@.", "."),
        ("$$.", "."),
        ("$-x", "x"),
        ("$", "$"),
        ("a$", "a$"),
        ("$.", "$."),
        ("$(date)", "$(date)"),
        ("$'x'", "$x"),
        (r#"$"x""#, "$x"),
        ("${?}", ""),
        ("$ü.", "."),
    ]);
}

#[test]
fn defaults_and_alternatives_ask_whether_a_variable_is_set_or_with_a_colon_filled() {
    check(&[
        ("${HOME-x}|${EMPTY-x}|${NONE-x}", "/root||x"),
        ("${HOME:-x}|${EMPTY:-x}|${NONE:-x}", "/root|x|x"),
        ("${HOME+x}|${EMPTY+x}|${NONE+x}", "x|x|"),
        ("${HOME:+x}|${EMPTY:+x}|${NONE:+x}", "x||"),
        ("${NONE:-}", ""),
        ("${NONE:-${ALSO:-$HOME}/x}", "/root/x"),
        ("${NONE:-'a}b'}", "a}b"),
        (r"${NONE:-a\}b}", "a}b"),
        (r#"${NONE:-"$HOME"}"#, "/root"),
        ("${NONE:--}", "-"),
        ("${NONE::-x}", "ERROR unsupported modifier (::) in substitution @6..8"),
    ]);
}

#[test]
fn a_required_variable_fails_with_the_files_own_words() {
    check(&[
        ("${HOME?}${EMPTY?}${HOME:?x}", "/root/root"),
        ("${NONE?}", "ERROR NONE: is not allowed to be unset @0..8"),
        ("-${NONE?set $HOME}", "ERROR NONE: set /root @1..18"),
        ("${NONE:?}", "ERROR NONE: is not allowed to be unset @0..9"),
        ("${EMPTY:?}", "ERROR EMPTY: is not allowed to be empty @0..10"),
        ("${EMPTY:?fill it}", "ERROR EMPTY: fill it @0..17"),
    ]);
}

#[test]
fn prefixes_and_suffixes_go_by_the_shortest_or_longest_match() {
    check(&[
        ("${FILE#*/}|${FILE##*/}", "srv/app.tar.gz|app.tar.gz"),
        ("${FILE%.*}|${FILE%%.*}", "/srv/app.tar|/srv/app"),
        ("${FILE#?srv}|${FILE#srv}", "/app.tar.gz|/srv/app.tar.gz"),
        ("${FILE%gz}|${FILE%tar}", "/srv/app.tar.|/srv/app.tar.gz"),
        ("${FILE:#/srv/}", "app.tar.gz"),
        ("${FILE##*}|${FILE#*}|${FILE%%*}", "|/srv/app.tar.gz|"),
        ("${FILE#}|${FILE##}|${FILE%}", "/srv/app.tar.gz|/srv/app.tar.gz|/srv/app.tar.gz"),
        (r"${STARS%\*}|${STARS%%\**}|${STARS#*\*}", "a**b|a|*b*"),
        ("${FILE#/[a-z]rv}", "/srv/app.tar.gz"),
        ("${LINES##*}", "\ntwo"),
        ("${GRUSS%?dich}", "grüß"),
        ("${NONE#x}", ""),
        ("${FILE##*${NONE:-/}}", "app.tar.gz"),
        (r"${FILE#\x}", r"ERROR invalid pattern (\x) in substitution: invalid escape '\x' @7..9"),
        (r"${FILE%x\a}", r"ERROR invalid pattern (x\a) in substitution: invalid escape '\a' @7..10"),
    ]);
}

#[test]
fn replacement_takes_the_first_match_or_with_two_slashes_all() {
    check(&[
        ("${FILE/a/A}|${FILE//a/A}", "/srv/App.tar.gz|/srv/App.tAr.gz"),
        (r"${FILE//\//_}", "_srv_app.tar.gz"),
        ("${FILE/./}|${FILE//.}", "ERROR syntax error: missing '/' behind the pattern in ${name/pattern/text} @11..17"),
        ("${FILE/.*/}|${FILE/./}", "/srv/app|/srv/apptar.gz"),
        ("${FILE//?r/<$HOME>}", "/</root>v/app.t</root>.gz"),
        ("${LIST// /}", "ab"),
        ("${FILE///}", "/srv/app.tar.gz"),
        ("${EMPTY/*/x}", "x"),
        ("${EMPTY//*/x}|${HOME//*/x}|${HOME///.}", "x|x|./.r.o.o.t."),
        ("${LINES/*w/x}|${LINES//*/x}|${LINES//n?/x}", "one\nxo|x\nx|ox\ntwo"),
        ("${STARS//**/<>}|${STARS/a*b/x}|${STARS/a*c/x}", "<>|x*|a**b*"),
        ("${HOME//oo/$TEMPLATE}|${HOME/oo/$TEMPLATE}", "/r$1oo.$t|/r$$1${0}$1x.$t"),
        (r"${FILE/srv/\$0}|${FILE//srv/\$0}", r"/\$0/app.tar.gz|/\srv/app.tar.gz"),
    ]);
}

#[test]
fn faults_are_told_and_placed() {
    check(&[
        ("a'b", "ERROR this single quote is never closed @1..2"),
        ("a\"b", "ERROR this double quote is never closed @1..2"),
        ("\"a\\", "ERROR this double quote is never closed @0..1"),
        ("x${", "ERROR syntax error: missing '}' @1..3"),
        ("x${A", "ERROR syntax error: missing '}' @1..4"),
        ("x${A:", "ERROR syntax error: missing '}' @1..5"),
        ("x${A:-b", "ERROR syntax error: missing '}' @1..4"),
        ("${A:-${B:-c}", "ERROR syntax error: missing '}' @0..3"),
        ("${A/b}", "ERROR syntax error: missing '/' behind the pattern in ${name/pattern/text} @0..3"),
        ("${A/b/c", "ERROR syntax error: missing '}' @0..3"),
        ("${}", "ERROR syntax error: bad substitution, ${ needs a variable name @0..3"),
        ("${:-x}", "ERROR syntax error: bad substitution, ${ needs a variable name @0..3"),
        ("${{A}}", "ERROR syntax error: bad substitution, ${ needs a variable name @0..3"),
        ("${A=b}", "ERROR unsupported modifier (=) in substitution @3..4"),
        ("${A!}", "ERROR unsupported modifier (!) in substitution @3..4"),
        ("${ A}", "ERROR unsupported modifier ( ) in substitution @2..3"),
        ("${A:/b/c}", "ERROR unsupported modifier (:/) in substitution @3..5"),
        ("${A:é}", "ERROR unsupported modifier (:é) in substitution @3..6"),
        ("0-${templateOption:imageVariant}", "ERROR unsupported modifier (:i) in substitution @18..20"),
    ]);
}

#[test]
fn every_variable_that_was_looked_up_is_reported_in_order_of_place() {
    let word = "${A:-$B}${HOME:+${C}}$HOME$$'$X'";
    let expansion = Expander::new('\\').expand_word(word, &table()).unwrap();
    let seen: Vec<_> = expansion
        .references
        .iter()
        .map(|r| (&word[r.span.range()], &word[r.name_span.range()], r.is_set, r.modifier))
        .collect();
    assert_eq!(
        seen,
        [
            ("${A:-$B}", "A", false, Some(Modifier::Default)),
            ("$B", "B", false, None),
            ("${HOME:+${C}}", "HOME", true, Some(Modifier::Alternative)),
            ("${C}", "C", false, None),
            ("$HOME", "HOME", true, None),
            ("$$", "$", false, None),
        ]
    );
    assert_eq!(expansion.unmatched().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["A", "B", "C", "$"]);
    assert_eq!(expansion.matched().count(), 2);
}

#[test]
fn a_failed_word_still_tells_what_it_looked_up() {
    let looked_up = |word| {
        let error = Expander::new('\\').expand_word(word, &table()).unwrap_err();
        error.references.into_iter().map(|reference| reference.name).collect::<Vec<_>>()
    };
    assert_eq!(looked_up("$X${templateOption:imageVariant}$Y"), ["X", "templateOption"]);
    assert_eq!(looked_up("${A?}"), ["A"]);
    assert_eq!(looked_up("${A=b}"), [""; 0]);
    assert_eq!(looked_up("${A:-$B"), ["B"]);
}

#[test]
fn words_split_at_white_space_outside_quotes() {
    let split = |word| Expander::new('\\').expand_words(word, &table()).map(|split| split.words).unwrap();
    assert_eq!(split("80  443/tcp\t"), ["80", "443/tcp"]);
    assert_eq!(split("$LIST"), ["a", "b"]);
    assert_eq!(split("x${LIST}y"), ["x", "a", "b", "y"]);
    assert_eq!(split("\"$LIST\""), [" a  b "]);
    assert_eq!(split(r"a\ b 'c d'e"), ["a b", "c de"]);
    assert_eq!(split("${NONE:-'p q'}"), ["p", "q"]);
    assert_eq!(split("'' \"\" $EMPTY"), [""; 0]);
}

#[test]
fn raw_modes_keep_what_they_are_told_to_keep() {
    let plain = Expander::new('\\');
    let with = |expander: Expander, word| expander.expand_word(word, &table()).unwrap().value;
    let quotes = Expander { raw_quotes: true, ..plain };
    assert_eq!(with(quotes, r#"'a' "$HOME""#), r#"'a' "/root""#);
    let escapes = Expander { raw_escapes: true, ..plain };
    assert_eq!(with(escapes, r#"\a\$HOME "\$""#), r"\a\$HOME \$");
    assert_eq!(with(escapes, r#""\a""#), r"\\a");
    assert_eq!(with(escapes, r"${NONE:-\a}"), "a");
    let set_only = Expander { skip_unset: true, ..plain };
    assert_eq!(
        with(set_only, "$HOME $A ${A} ${A:-$HOME} ${A+x} ${A%%x} ${A/b/c} ${A//b/c} ${EMPTY:-d}"),
        "/root $A ${A} ${A:-/root} ${A+x} ${A%%x} ${A/b/c} ${A/b/c} d"
    );
    assert_eq!(with(Expander::for_heredoc(), r#"it's "$HOME" \$HOME"#), r#"it's "/root" $HOME"#);
}

#[test]
fn a_backtick_escapes_where_the_directive_says_so() {
    let expand = |word| Expander::new('`').expand_word(word, &table()).unwrap().value;
    assert_eq!(expand(r"C:\dir\`$HOME"), r"C:\dir\$HOME");
    assert_eq!(expand("\"a`\"b`c\""), "a\"b`c");
}

#[test]
fn nesting_and_growth_are_bounded() {
    let kind = |word: &str, value: &'static str| {
        let table = Table(HashMap::from([("V", value)]));
        Expander::new('\\').expand_word(word, &table).map_err(|error| error.kind)
    };
    assert_eq!(kind(&format!("{}x{}", "${A:-".repeat(60), "}".repeat(60)), "").unwrap().value, "x");
    assert_eq!(kind(&"${A:-\"".repeat(100_000), ""), Err(ExpansionErrorKind::TooDeep));
    let long: &'static str = "a".repeat(1000).leak();
    assert_eq!(kind(&"$V".repeat(1000), long), Err(ExpansionErrorKind::TooLarge));
    assert_eq!(kind(&format!("${{V//a/{long}}}"), long), Err(ExpansionErrorKind::TooLarge));
    assert_eq!(kind(&format!("${{V#{}}}", "*a".repeat(5000)), long), Err(ExpansionErrorKind::TooLarge));
    assert!(!ExpansionErrorKind::TooLarge.fails_the_build());
    assert!(ExpansionErrorKind::MissingBrace.fails_the_build());
}

fn all_expanders() -> impl Strategy<Value = Expander> {
    (prop_oneof![Just('\\'), Just('`')], any::<[bool; 4]>()).prop_map(
        |(escape, [raw_quotes, raw_escapes, skip_unset, ignore_quotes])| Expander {
            escape,
            raw_quotes,
            raw_escapes,
            skip_unset,
            ignore_quotes,
        },
    )
}

proptest! {
    #[test]
    fn any_word_is_read_and_every_span_lies_on_character_boundaries(
        word in r#"([$${}"'\\`:?#%/*é \-+A]|\$\{|HOME|FILE|.){0,40}"#,
        expander in all_expanders(),
    ) {
        let (references, span) = match expander.expand_word(&word, &table()) {
            Ok(expansion) => (expansion.references, None),
            Err(error) => (error.references, Some(error.span)),
        };
        for reference in references {
            prop_assert!(reference.span.contains(reference.name_span));
            prop_assert!(word[reference.span.range()].starts_with('$'));
            prop_assert_eq!(&word[reference.name_span.range()], reference.name);
        }
        if let Some(span) = span {
            prop_assert!(word.get(span.range()).is_some());
        }
    }

    #[test]
    fn a_name_without_other_letters_needs_no_pattern(text in r#"([A-Za-z0-9_@*#?$!é٣ー-]|.){0,8}"#) {
        prop_assert_eq!(reader::name_length(&text), reader::name_length_by_pattern(&text));
    }

    #[test]
    fn a_word_without_anything_special_comes_back_as_it_is(word in r#"[^$"'\\\u{FEFF}]{0,40}"#) {
        prop_assert_eq!(expand(&word), word);
    }

    #[test]
    fn splitting_joins_up_to_the_word_without_its_white_space(word in r#"[a-z $\{\}:\-'"é]{0,40}"#) {
        let expander = Expander::new('\\');
        let split = expander.expand_words(&word, &table());
        let whole = expander.expand_word(&word, &table());
        prop_assert_eq!(split.is_ok(), whole.is_ok());
        if let (Ok(split), Ok(whole)) = (split, whole) {
            let joined: String = split.words.concat().split_whitespace().collect();
            prop_assert_eq!(joined, whole.value.split_whitespace().collect::<String>());
        }
    }
}
