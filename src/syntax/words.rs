//! How BuildKit cuts an instruction into words. There are three ways, one for each kind of instruction.

use crate::source::{LocatedText, Span};

use super::{Flag, Word};

/// BuildKit's `reWhitespace`, `[\t\v\f\r ]+`: what parts keyword from arguments and words from each other.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// The text before the first blank, and what follows the blanks.
pub(super) fn split_first(text: &LocatedText) -> (Word, LocatedText) {
    let whole = text.text();
    let first = whole.find(is_blank).unwrap_or(whole.len());
    let rest = whole.len() - whole[first..].trim_start_matches(is_blank).len();
    (text.slice(Span::new(0, first)), text.slice(Span::new(rest, whole.len())))
}

/// Words between blanks; quotes mean nothing. FROM, EXPOSE, COPY, ADD, VOLUME.
pub(super) fn split_blanks(text: &LocatedText) -> Vec<Word> {
    let whole = text.text();
    let mut words = Vec::new();
    let mut at = 0;
    for piece in whole.split(is_blank) {
        if !piece.is_empty() {
            words.push(text.slice(Span::new(at, at + piece.len())));
        }
        at += piece.len() + 1;
    }
    words
}

/// Words as ENV, LABEL and ARG have them: blanks inside quotes or behind the escape character do not part words.
/// Quotes and escapes stay in the word (BuildKit's `parseWords`).
pub(super) fn split_quoted(text: &LocatedText, escape: char) -> Vec<Word> {
    let whole = text.text();
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut characters = whole.char_indices();
    while let Some((at, character)) = characters.next() {
        if quote.is_none() && character.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(text.slice(Span::new(start, at)));
            }
            continue;
        }
        start.get_or_insert(at);
        match quote {
            None if matches!(character, '\'' | '"') => quote = Some(character),
            Some(open) if character == open => quote = None,
            _ => {}
        }
        if character == escape && quote != Some('\'') {
            characters.next();
        }
    }
    if let Some(start) = start {
        words.push(text.slice(Span::new(start, whole.len())));
    }
    words
}

/// The flags at the head of the arguments, and what follows them (BuildKit's `extractBuilderFlags`).
///
/// Quotes are taken off, and here the backslash escapes whatever the `escape` directive says.
pub(super) fn split_flags(text: &LocatedText) -> (Vec<Flag>, LocatedText) {
    let whole = text.text();
    let mut flags = Vec::new();
    let mut at = 0;
    loop {
        at = whole.len() - whole[at..].trim_start().len();
        if !whole[at..].starts_with("--") {
            break;
        }
        let start = at;
        let (word, end) = unquoted_word(text, start);
        at = end;
        if word.text() == "--" {
            break;
        }
        flags.push(Flag::new(word, text.locate(Span::new(start, end))));
    }
    (flags, text.slice(Span::new(at, whole.len())))
}

/// The word that starts at the byte `start` of the text, without its quotes and escapes; and where it ends.
fn unquoted_word(text: &LocatedText, start: usize) -> (Word, usize) {
    let whole = text.text();
    let mut word = LocatedText::empty_at(text.locate(Span::at(start)).start);
    let mut quote = None;
    let mut characters = whole[start..].char_indices().map(|(at, character)| (start + at, character));
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (None, _) if character.is_whitespace() => return (word, at),
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if character == open => quote = None,
            (_, '\\') => {
                if let Some((escaped_at, escaped)) = characters.next() {
                    let file = text.locate(Span::new(at, escaped_at + escaped.len_utf8()));
                    word.push(escaped.encode_utf8(&mut [0; 4]), file);
                }
            }
            _ => {
                let file = text.locate(Span::new(at, at + character.len_utf8()));
                word.push(character.encode_utf8(&mut [0; 4]), file);
            }
        }
    }
    (word, whole.len())
}

/// The fields of a `--mount` value: CSV on one line, as Go's `encoding/csv` reads it. `None` where that fails.
pub(super) fn split_fields(value: &Word) -> Option<Vec<Word>> {
    let whole = value.text();
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let end = if whole[at..].starts_with('"') {
            let (field, end) = quoted_field(value, at)?;
            fields.push(field);
            end
        } else {
            let end = whole[at..].find(',').map_or(whole.len(), |comma| at + comma);
            if whole[at..end].contains('"') {
                return None;
            }
            fields.push(value.slice(Span::new(at, end)));
            end
        };
        if end == whole.len() {
            return Some(fields);
        }
        at = end + 1;
    }
}

/// A field in double quotes, where two of them stand for one; and the offset of the comma behind it.
fn quoted_field(value: &Word, start: usize) -> Option<(Word, usize)> {
    let whole = value.text();
    let mut at = start + 1;
    let mut field = LocatedText::empty_at(value.locate(Span::at(at)).start);
    loop {
        let end = at + whole[at..].find('"')?;
        for (text, file) in value.slice(Span::new(at, end)).stretches_of_file() {
            field.push(text, file);
        }
        at = end + 1;
        match whole.as_bytes().get(at) {
            Some(b'"') => {
                field.push("\"", value.locate(Span::new(end, at + 1)));
                at += 1;
            }
            None | Some(b',') => return Some((field, at)),
            Some(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> LocatedText {
        LocatedText::verbatim(text, 0)
    }

    fn texts(words: &[Word]) -> Vec<&str> {
        words.iter().map(Word::text).collect()
    }

    #[test]
    fn quotes_and_escapes_hold_words_together() {
        let words = split_quoted(&text(r#"a="b c"  d=e\ f g='h\' i"j\" k""#), '\\');
        assert_eq!(texts(&words), [r#"a="b c""#, r"d=e\ f", r"g='h\'", r#"i"j\" k""#]);
        assert_eq!(texts(&split_quoted(&text(r"a=C:\ b=`  c"), '`')), [r"a=C:\", "b=` ", "c"]);
    }

    #[test]
    fn flags_end_at_the_first_other_word() {
        let (flags, rest) = split_flags(&text(r#"--chown="a b" --link  -- --x y"#));
        assert_eq!(flags.iter().map(|flag| flag.name.text()).collect::<Vec<_>>(), ["chown", "link"]);
        assert_eq!(flags[0].value.as_ref().unwrap().text(), "a b");
        assert_eq!(flags[1].value, None);
        assert_eq!(rest.text(), " --x y");
    }

    #[test]
    fn a_quoted_field_may_hold_a_comma() {
        let fields = split_fields(&text(r#"type=bind,"source=a,b",target=/x"#)).unwrap();
        assert_eq!(texts(&fields), ["type=bind", "source=a,b", "target=/x"]);
        assert_eq!(split_fields(&text(r#"a"b"#)), None);
    }
}
