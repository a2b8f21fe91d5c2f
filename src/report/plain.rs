//! Text made harmless for terminals and for the logs of build services.

use std::borrow::Cow;

use crate::source::Span;

/// `text` on one line, with everything that a terminal or a log would obey made visible.
///
/// Control characters are shown as their pictures (ESC as `␛`), characters that turn the direction of writing as their
/// code point. Build services read commands from logs: Azure Pipelines and GitHub Actions look for `##vso[` and `##[`
/// anywhere in a line.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(needs_care) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        push_visible(character, &mut safe);
        if character == '#' && starts_command(rest.as_str()) {
            safe.push(' ');
        }
    }
    Cow::Owned(safe)
}

/// Whether a `#` before `rest` would make it a command of a build service.
pub(super) fn starts_command(rest: &str) -> bool {
    rest.strip_prefix('#').is_some_and(|rest| rest.starts_with('[') || rest.starts_with("vso["))
}

/// Append `character` to `safe` as something that can be seen and does nothing.
pub(super) fn push_visible(character: char, safe: &mut String) {
    match character {
        '\t' => safe.push('\t'),
        // What `SourceFile` puts for a byte that is not part of valid UTF-8.
        '\u{1A}' => safe.push('\u{FFFD}'),
        '\0'..='\x1F' => safe.push(char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{FFFD}')),
        '\x7F' => safe.push('\u{2421}'),
        _ if needs_care(character) => safe.extend(character.escape_unicode()),
        _ => safe.push(character),
    }
}

fn needs_care(character: char) -> bool {
    let turns_direction =
        matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{61C}');
    turns_direction || matches!(character, '\u{2028}' | '\u{2029}') || (character.is_control() && character != '\t')
}

/// Characters of a source line that are shown; the gutter takes the rest of a hundred columns.
const LINE_WIDTH: usize = 90;

/// The part of `line` to show when `focus`, an offset in it, must be seen: all of it, unless it is too long.
pub(super) fn window(line: &str, focus: usize) -> Span {
    let end_from = |start: usize| line[start..].char_indices().nth(LINE_WIDTH).map_or(line.len(), |(at, _)| start + at);
    let end = end_from(0);
    if end == line.len() || focus < end - end / 3 {
        return Span::new(0, end);
    }
    let start = line.floor_char_boundary(focus.saturating_sub(LINE_WIDTH / 3));
    Span::new(start, end_from(start))
}

/// A path for the start of a line, where GitHub Actions would take `::` for a command.
pub(super) fn path(path: &str) -> String {
    let path = super::path::with_slashes(path);
    let safe = line(&path);
    if safe.trim_start().starts_with("::") { format!("./{safe}") } else { safe.into_owned() }
}

/// The lines of `text`, none wider than `width` characters unless one word is.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut current = String::new();
        let mut length = 0;
        for word in paragraph.split(' ') {
            let word_length = word.chars().count();
            if length > 0 && length + 1 + word_length > width {
                lines.push(std::mem::take(&mut current));
                length = 0;
            }
            if length > 0 {
                current.push(' ');
                length += 1;
            }
            current += &line(word);
            length += word_length;
        }
        lines.push(current);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        assert_eq!(line("a\x1b[31m\r\n\u{9b}2J\u{202e}x"), "a␛[31m␍␊\\u{9b}2J\\u{202e}x");
        assert_eq!(line("x \u{1A}"), "x \u{FFFD}");
        assert!(matches!(line("RUN `a` é # plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn nothing_that_a_build_service_obeys_gets_through() {
        assert_eq!(line("###vso[task.x]##[error]"), "## #vso[task.x]# #[error]");
        assert_eq!(path("::error::x"), "./::error::x");
    }

    #[test]
    fn long_text_is_wrapped_between_words() {
        assert_eq!(wrapped("aa bb cc\ndd", 5), ["aa bb", "cc", "dd"]);
        assert_eq!(wrapped("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
    }
}
