//! "Did you mean ...?"

/// The candidate that was most likely meant by `word`; `None` where nothing comes near, or where `word` itself is
/// among the candidates, so that spelling is not what is wrong.
///
/// As in BuildKit's `suggest` package, up to two letters may differ and the first of equals wins. Beyond it, a
/// candidate that differs in case alone always wins, and less than half of a short word may differ.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == word {
            return None;
        }
        let distance = if candidate.eq_ignore_ascii_case(word) {
            0
        } else if candidate.len().abs_diff(word.len()) > 8 {
            // Two characters more or less are eight bytes at most: no need to compare.
            continue;
        } else {
            strsim::levenshtein(word, candidate)
        };
        let near = distance <= 2 && (distance == 0 || 2 * distance < length);
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_nearest_candidate_is_meant() {
        assert_eq!(closest("VERSON", ["PATH", "VERSIONS", "VERSION"]), Some("VERSION"));
        assert_eq!(closest("CXXFLAGS", ["PATH", "CFLAGS"]), Some("CFLAGS"));
        assert_eq!(closest("biulder", ["builder", "runtime"]), Some("builder"));
    }

    #[test]
    fn the_first_of_equals_is_meant() {
        assert_eq!(closest("PORT", ["PORTA", "PORTB"]), Some("PORTA"));
    }

    #[test]
    fn another_case_is_nearer_than_another_letter() {
        assert_eq!(closest("version", ["versions", "VERSION"]), Some("VERSION"));
    }

    #[test]
    fn nothing_is_suggested_from_afar_or_for_a_word_that_is_right() {
        assert_eq!(closest("HOME", ["PATH", "LANG"]), None);
        assert_eq!(closest("CC", ["CXX", "GO"]), None);
        assert_eq!(closest("PATH", ["PATHS", "PATH"]), None);
        assert_eq!(closest("", ["A"]), None);
    }

    #[test]
    fn long_words_cost_nothing_against_short_ones() {
        assert_eq!(closest(&"x".repeat(10_000_000), ["PATH"; 1000]), None);
    }
}
