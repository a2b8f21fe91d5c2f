//! Which paths a file of Rust names, as far as its text tells.

use std::path::PathBuf;

/// A path that is named in a file.
pub struct Import {
    /// 1-based line.
    pub line: usize,
    /// `crate`, `ir`, `Build`
    pub segments: Vec<String>,
}

/// Every path of two segments or more that the code names, `use` trees unfolded. Comments, strings and everything
/// under `#[cfg(test)]` do not count.
pub fn imports(text: &str) -> Vec<Import> {
    let tokens = without_tests(tokens(&without_literals(text)));
    let mut imports = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // `use<'a>` says what a type captures.
        let captures = || tokens.get(at + 1).is_some_and(|token| token.text == "<");
        if tokens[at].text == "use" && !captures() {
            at = tree(&tokens, at + 1, &[], &mut imports);
        } else if is_identifier(&tokens[at].text) {
            at = path(&tokens, at, &mut imports);
        } else {
            at += 1;
        }
    }
    imports
}

/// The modules that the files mount for tests alone: `tests`, and what stands behind `#[cfg(test)] mod`.
pub fn test_modules(files: &[PathBuf]) -> Vec<String> {
    let mut modules = vec!["tests".to_owned()];
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
        let tokens = tokens(&without_literals(&std::fs::read_to_string(file).unwrap()));
        for at in (0..tokens.len()).filter(|&at| is_cfg_test(&tokens, at)) {
            let item = skip_attributes(&tokens, at);
            let found = tokens[item..].iter().take(6).skip_while(|token| token.text != "mod").nth(1);
            let is_mount = tokens[item..].iter().take(7).any(|token| token.text == ";");
            modules.extend(found.filter(|_| is_mount).map(|token| token.text.clone()));
        }
    }
    modules
}

struct Token {
    line: usize,
    text: String,
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut line = 1;
    let mut in_word = false;
    for character in text.chars() {
        line += usize::from(character == '\n');
        let is_word = character.is_alphanumeric() || character == '_';
        match tokens.last_mut() {
            Some(last) if is_word && in_word => last.text.push(character),
            _ if character.is_whitespace() => {}
            _ => tokens.push(Token { line, text: character.to_string() }),
        }
        in_word = is_word;
    }
    tokens
}

/// The `use` tree at `at`, below `prefix`; gives the place behind it.
fn tree(tokens: &[Token], mut at: usize, prefix: &[String], imports: &mut Vec<Import>) -> usize {
    let mut segments = prefix.to_vec();
    let line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    at = tree(tokens, at, &segments, imports);
                    at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
                }
                return at + 1;
            }
            ";" | "," | "}" => break,
            "as" => at += 1,
            ":" => {}
            text => segments.push(text.to_owned()),
        }
        at += 1;
    }
    imports.push(Import { line, segments });
    at
}

/// The path at `at`, if it has several segments; gives the place behind it.
fn path(tokens: &[Token], mut at: usize, imports: &mut Vec<Import>) -> usize {
    let line = tokens[at].line;
    let mut segments = vec![tokens[at].text.clone()];
    at += 1;
    while let [first, second, third, ..] = &tokens[at..]
        && (first.text.as_str(), second.text.as_str()) == (":", ":")
        && is_identifier(&third.text)
    {
        segments.push(third.text.clone());
        at += 3;
    }
    if segments.len() > 1 {
        imports.push(Import { line, segments });
    }
    at
}

fn is_cfg_test(tokens: &[Token], at: usize) -> bool {
    let expected = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens[at..].iter().map(|token| token.text.as_str()).take(expected.len()).eq(expected)
}

/// The place behind the attributes that start at `at`.
fn skip_attributes(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(|token| token.text == "#") {
        at = behind_brackets(tokens, at + 1);
    }
    at
}

/// The place behind the brackets that open at `at`.
fn behind_brackets(tokens: &[Token], mut at: usize) -> usize {
    let mut open = 0usize;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.text.as_str() {
            "(" | "[" | "{" => open += 1,
            ")" | "]" | "}" if open <= 1 => break,
            ")" | "]" | "}" => open -= 1,
            _ => {}
        }
    }
    at
}

/// The tokens without the items that stand behind `#[cfg(test)]`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut keep = vec![true; tokens.len()];
    let mut at = 0;
    while at < tokens.len() {
        if !is_cfg_test(&tokens, at) {
            at += 1;
            continue;
        }
        let start = at;
        at = skip_attributes(&tokens, at);
        while let Some(token) = tokens.get(at) {
            match token.text.as_str() {
                ";" => break,
                "{" => {
                    at = behind_brackets(&tokens, at) - 1;
                    break;
                }
                "(" | "[" => at = behind_brackets(&tokens, at),
                _ => at += 1,
            }
        }
        at = (at + 1).min(tokens.len());
        keep[start..at].fill(false);
    }
    tokens.into_iter().zip(keep).filter_map(|(token, keep)| keep.then_some(token)).collect()
}

/// The text with a blank for every comment, string and character literal.
fn without_literals(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_start = !kept.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' && is_character(rest) {
            quoted(rest, '\'')
        } else if let Some(length) = raw_string(rest).filter(|_| is_start) {
            length
        } else {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        kept.push(' ');
        kept.extend(rest[..length].chars().filter(|&c| c == '\n'));
        rest = &rest[length..];
    }
    kept
}

/// `'a'`, not the lifetime `'a`.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    characters.next() == Some('\\') || characters.next() == Some('\'')
}

/// Length of the literal in `quote`s at the start of the text.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a raw string, `r"..."`, `br#"..."#`, at the start of the text.
fn raw_string(text: &str) -> Option<usize> {
    let body = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(text.len() - inside.len() + length)
}
