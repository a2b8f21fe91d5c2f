//! The JSON form of arguments: an array of strings.

use crate::source::{LocatedText, Span};

use super::Word;

/// What stands where a JSON array may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonForm {
    /// An array of strings.
    Strings {
        /// The decoded strings.
        elements: Vec<Word>,
        /// From `[` to `]`, within the text.
        span: Span,
    },
    /// An array with an element that is no string, which BuildKit refuses.
    OtherElement {
        /// The element, within the text.
        span: Span,
    },
    /// No JSON array: shell form.
    NotJson,
}

/// Read a JSON array from the start of `text`, as Go's `encoding/json` would.
pub(super) fn parse_array(text: &LocatedText) -> JsonForm {
    let mut reader = Reader { text, at: 0 };
    reader.skip_unicode_whitespace();
    let form = reader.array().unwrap_or(JsonForm::NotJson);
    // Go's `json.Unmarshal` wants the value alone, so text behind it makes the whole shell form.
    reader.skip_whitespace();
    if reader.at == text.text().len() { form } else { JsonForm::NotJson }
}

/// Go's decoder gives up at this depth.
const GREATEST_DEPTH: usize = 10_000;

struct Reader<'t> {
    text: &'t LocatedText,
    at: usize,
}

impl Reader<'_> {
    fn array(&mut self) -> Option<JsonForm> {
        let start = self.at;
        self.expect(b'[')?;
        let mut elements = Vec::new();
        let mut other = None;
        self.skip_whitespace();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(JsonForm::Strings { elements, span: Span::new(start, self.at) });
        }
        loop {
            self.skip_whitespace();
            if self.peek()? == b'"' {
                elements.push(self.string()?);
            } else {
                let element = self.at;
                self.skip_value()?;
                other.get_or_insert(Span::new(element, self.at));
            }
            self.skip_whitespace();
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                b']' => break,
                _ => return None,
            }
        }
        let span = Span::new(start, self.at);
        Some(other.map_or(JsonForm::Strings { elements, span }, |span| JsonForm::OtherElement { span }))
    }

    /// The string at the current place, its quotes included in the step but not in the word.
    fn string(&mut self) -> Option<Word> {
        self.expect(b'"')?;
        let mut word = LocatedText::empty_at(self.text.locate(Span::at(self.at)).start);
        loop {
            let rest = &self.text.text()[self.at..];
            let plain = rest.find(['"', '\\'])?;
            if rest.as_bytes()[..plain].iter().any(|&byte| byte < 0x20) {
                return None;
            }
            self.push_verbatim(&mut word, plain);
            if self.peek()? == b'"' {
                self.at += 1;
                return Some(word);
            }
            self.escape(&mut word)?;
        }
    }

    fn push_verbatim(&mut self, word: &mut LocatedText, length: usize) {
        let part = self.text.slice(Span::new(self.at, self.at + length));
        for (text, file) in part.stretches_of_file() {
            word.push(text, file);
        }
        self.at += length;
    }

    fn escape(&mut self, word: &mut LocatedText) -> Option<()> {
        let start = self.at;
        let character = match self.byte_at(start + 1)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 6;
                self.surrogate_pair(start)?
            }
            _ => return None,
        };
        self.at = self.at.max(start + 2);
        word.push(character.encode_utf8(&mut [0; 4]), self.text.locate(Span::new(start, self.at)));
        Some(())
    }

    /// The character of the `\uXXXX` at `start`, together with a second one where they form a surrogate pair. Go reads
    /// a lone surrogate as U+FFFD.
    fn surrogate_pair(&mut self, start: usize) -> Option<char> {
        let high = self.hex(start + 2)?;
        if (0xD800..0xDC00).contains(&high)
            && self.text.text().get(start + 6..start + 8) == Some("\\u")
            && let Some(low @ 0xDC00..0xE000) = self.hex(start + 8)
        {
            self.at += 6;
            return char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        }
        Some(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.text.text().get(at..at + 4)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }

    /// Step over any JSON value, without recursion.
    fn skip_value(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            self.skip_whitespace();
            match self.peek()? {
                b'[' | b'{' => {
                    open.push(self.peek()?);
                    self.at += 1;
                    self.skip_whitespace();
                    let close = if open.last() == Some(&b'[') { b']' } else { b'}' };
                    if self.peek()? != close {
                        if close == b'}' {
                            self.object_key()?;
                        }
                        if open.len() > GREATEST_DEPTH {
                            return None;
                        }
                        continue;
                    }
                }
                b'"' => drop(self.string()?),
                _ => self.skip_scalar()?,
            }
            if self.close_containers(&mut open)? {
                return Some(());
            }
        }
    }

    /// After a value: step over `]`, `}` or `,`. True when no container is open any more.
    fn close_containers(&mut self, open: &mut Vec<u8>) -> Option<bool> {
        while let Some(&container) = open.last() {
            self.skip_whitespace();
            let next = self.peek()?;
            self.at += 1;
            match (container, next) {
                (b'[', b']') | (b'{', b'}') => drop(open.pop()),
                (b'[', b',') => return Some(false),
                (b'{', b',') => {
                    self.skip_whitespace();
                    self.object_key()?;
                    return Some(false);
                }
                _ => return None,
            }
        }
        Some(true)
    }

    fn object_key(&mut self) -> Option<()> {
        self.string()?;
        self.skip_whitespace();
        self.expect(b':')
    }

    fn skip_scalar(&mut self) -> Option<()> {
        let rest = &self.text.text()[self.at..];
        let length =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')).unwrap_or(rest.len());
        let scalar = &rest[..length];
        self.at += length;
        (matches!(scalar, "true" | "false" | "null") || is_json_number(scalar)).then_some(())
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn peek(&self) -> Option<u8> {
        self.byte_at(self.at)
    }

    fn byte_at(&self, at: usize) -> Option<u8> {
        self.text.text().as_bytes().get(at).copied()
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Before the array BuildKit trims with `unicode.IsSpace`.
    fn skip_unicode_whitespace(&mut self) {
        let text = self.text.text();
        self.at = text.len() - text.trim_start().len();
    }
}

fn is_json_number(scalar: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = scalar.strip_prefix('-').unwrap_or(scalar);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Option<Vec<String>> {
        match parse_array(&LocatedText::verbatim(text, 0)) {
            JsonForm::Strings { elements, .. } => Some(elements.iter().map(|word| word.text().to_owned()).collect()),
            _ => None,
        }
    }

    #[test]
    fn escapes_are_resolved_and_located() {
        let JsonForm::Strings { elements, span } = parse_array(&LocatedText::verbatim(r#"["a\n\u00e9", "b"] "#, 4))
        else {
            panic!("an array of strings")
        };
        assert_eq!(elements[0].text(), "a\né");
        assert_eq!(elements[0].locate(Span::new(1, 2)), Span::new(7, 9));
        assert_eq!(elements[1].span(), Span::new(19, 20));
        assert_eq!(span, Span::new(0, 18));
    }

    #[test]
    fn what_go_accepts_and_refuses() {
        assert_eq!(strings("[]"), Some(vec![]));
        assert_eq!(strings(" [ \"a\" , \"\\ud83d\\ude00\" ]"), Some(vec!["a".into(), "😀".into()]));
        assert_eq!(strings(r#"["\ud800"]"#), Some(vec!["\u{fffd}".into()]));
        for text in ["['a']", "[\"a\",]", "[\"a\tb\"]", "[\"a\"", "[ -f x ]", "[\"\\x\"]", "", "[\"\\u00g0\"]", "[01]"]
        {
            assert_eq!(parse_array(&LocatedText::verbatim(text, 0)), JsonForm::NotJson, "{text}");
        }
    }

    #[test]
    fn an_array_of_something_else_is_refused_not_run() {
        for text in ["[1]", "[\"a\", null]", "[[\"a\"], {\"b\": [true, {}]}]", "[-1.5e+3]"] {
            assert!(matches!(parse_array(&LocatedText::verbatim(text, 0)), JsonForm::OtherElement { .. }), "{text}");
        }
        assert_eq!(parse_array(&LocatedText::verbatim("[".repeat(100_000), 0)), JsonForm::NotJson);
    }
}
