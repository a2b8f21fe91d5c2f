//! The whole lines of neighbouring instructions, to be taken out.

use crate::source::Span;
use crate::syntax::{Dockerfile, Instruction, Item, TokenKind};

/// The whole lines of neighbouring instructions, with the blank lines behind them where one stands above, too; `None` where a
/// comment stands among them or directly above, which would be lost or speak of something else.
pub fn of(file: &Dockerfile, instructions: &[&Instruction]) -> Option<Span> {
    let place = |wanted: &Instruction| {
        file.items.iter().position(|item| matches!(item, Item::Instruction(it) if it.span == wanted.span))
    };
    let (first, last) = (instructions.first()?, instructions.last()?);
    let (start, end) = (place(first)?, place(last)?);
    let above = start.checked_sub(1).and_then(|above| file.items.get(above));
    let is_comment = |item: &Item| matches!(item, Item::Comment(_));
    let has_comment = instructions.iter().flat_map(|it| it.tokens()).any(|token| token.kind == TokenKind::Comment)
        || above.is_some_and(is_comment)
        || file.items.get(start..=end)?.iter().any(is_comment);
    if has_comment {
        return None;
    }
    let is_apart = above.is_none_or(|item| !matches!(item, Item::Instruction(_)));
    let blank = file.items.get(end + 1..)?.iter().map_while(|item| match item {
        Item::Blank(span) => Some(*span),
        _ => None,
    });
    let lines = file.source.line_span(first.first_line).cover(file.source.line_span(last.last_line));
    Some(blank.filter(|_| is_apart).fold(lines, Span::cover))
}
