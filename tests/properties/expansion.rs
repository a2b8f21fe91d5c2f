//! Laws of BuildKit's word expansion.

use std::borrow::Cow;

use dfx::syntax::expansion::{Expander, Variables};
use proptest::prelude::*;

use crate::settings;

/// `FULL` and `EMPTY` are set, nothing else is.
struct Two;

impl Variables for Two {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "FULL" => Some(Cow::Borrowed("value")),
            "EMPTY" => Some(Cow::Borrowed("")),
            _ => None,
        }
    }
}

fn expand(word: &str) -> String {
    Expander::new('\\').expand_word(word, &Two).unwrap().value
}

/// A part of a word that is closed in itself: what follows it cannot change its meaning.
fn closed_part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z/.é ]{1,5}",
        "'[^']{0,5}'",
        "\"[a-z'é ]{0,5}\"",
        "\\\\\\PC",
        Just("${FULL}".to_owned()),
        Just("${EMPTY:-x y}".to_owned()),
        Just("${UNSET}".to_owned()),
    ]
}

proptest! {
    #![proptest_config(settings(500))]

    #[test]
    fn text_without_special_characters_stays(text in "[^$'\"\\\\\u{feff}]{0,20}") {
        prop_assert_eq!(expand(&text), text);
    }

    #[test]
    fn quotes_and_escapes_keep_everything(text in "[^'\u{feff}]{0,20}") {
        prop_assert_eq!(expand(&format!("'{text}'")), text.clone());
        let escaped: String = text.chars().flat_map(|character| ['\\', character]).collect();
        prop_assert_eq!(expand(&escaped), text);
    }

    #[test]
    fn parts_expand_each_for_itself(parts in prop::collection::vec(closed_part(), 0..6)) {
        let each: String = parts.iter().map(|part| expand(part)).collect();
        prop_assert_eq!(expand(&parts.concat()), each);
    }

    #[test]
    fn braces_around_a_name_change_nothing(name in "[A-Z]{1,3}|FULL|EMPTY", rest in "[-/. ][a-z]{0,5}") {
        prop_assert_eq!(expand(&format!("${name}{rest}")), expand(&format!("${{{name}}}{rest}")));
    }

    #[test]
    fn defaults_and_alternatives_complement_each_other(word in "[a-z /]{0,6}", name in "UNSET|FULL|EMPTY") {
        let value = Two.get(&name);
        let is_set = value.is_some();
        let value = value.unwrap_or_default().into_owned();
        let is_full = !value.is_empty();
        prop_assert_eq!(expand(&format!("${{{name}-{word}}}")), if is_set { value.as_str() } else { word.as_str() });
        prop_assert_eq!(expand(&format!("${{{name}:-{word}}}")), if is_full { value.as_str() } else { word.as_str() });
        prop_assert_eq!(expand(&format!("${{{name}+{word}}}")), if is_set { word.as_str() } else { "" });
        prop_assert_eq!(expand(&format!("${{{name}:+{word}}}")), if is_full { word.as_str() } else { "" });
    }

    #[test]
    fn plain_words_part_at_white_space(text in "[a-z\\t ]{0,20}") {
        let words = Expander::new('\\').expand_words(&text, &Two).unwrap().words;
        prop_assert_eq!(words, text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    }

    #[test]
    fn references_lie_in_the_word_in_order(text in "([$]|[$][{]|[}]|:-|[#%/]|FULL|x|\"|'|\\\\|é|\\PC){0,20}") {
        let references = match Expander::new('\\').expand_word(&text, &Two) {
            Ok(expansion) => expansion.references,
            Err(error) => {
                prop_assert!(text.get(error.span.range()).is_some(), "{error}");
                error.references
            }
        };
        let mut start = 0;
        for reference in references {
            prop_assert!(reference.span.start >= start);
            start = reference.span.start;
            prop_assert!(text[reference.span.range()].starts_with('$'));
            prop_assert!(reference.span.contains(reference.name_span));
            prop_assert_eq!(&text[reference.name_span.range()], reference.name);
        }
    }
}
