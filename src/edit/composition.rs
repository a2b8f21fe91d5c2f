//! Several rounds of edits as one.

use crate::source::Span;

use super::Edit;

/// What rounds of edits have made of a text, told in places of the text as it was at first.
#[derive(Debug, Clone)]
pub struct Composition {
    /// In the order of the text as it is now; empty pieces are left out.
    pieces: Vec<Piece>,
    /// Length of the first text in bytes.
    length: usize,
}

/// A part of the text as it is now.
#[derive(Debug, Clone)]
enum Piece {
    /// Bytes of the first text.
    Kept(Span),
    /// New text.
    Added(String),
}

impl Composition {
    /// No edits yet, of a text of `length` bytes.
    pub fn new(length: usize) -> Self {
        let whole = Span::new(0, length);
        Self { pieces: if whole.is_empty() { Vec::new() } else { vec![Piece::Kept(whole)] }, length }
    }

    /// Adds a round: sorted edits without overlaps, in places of the text as it is now.
    pub fn add(&mut self, edits: &[Edit]) {
        let mut result = Pieces::default();
        let mut rest = std::mem::take(&mut self.pieces).into_iter();
        let mut current = rest.next();
        let mut position = 0;
        for edit in edits {
            position = advance(&mut current, &mut rest, position, edit.span.start, Some(&mut result));
            result.push(Piece::Added(edit.replacement.clone()));
            position = advance(&mut current, &mut rest, position, edit.span.end, None);
        }
        result.extend(current.into_iter().chain(rest));
        self.pieces = result.0;
    }

    /// All rounds as one: sorted edits of the first text, without overlaps.
    pub fn edits(&self) -> Vec<Edit> {
        let mut edits: Vec<Edit> = Vec::new();
        let mut end = 0;
        let mut added = String::new();
        let mut flush = |start: usize, stop: usize, added: &mut String| {
            if start != stop || !added.is_empty() {
                edits.push(Edit::replace(Span::new(start, stop), std::mem::take(added)));
            }
        };
        for piece in &self.pieces {
            match piece {
                Piece::Added(text) => added.push_str(text),
                Piece::Kept(span) => {
                    flush(end, span.start, &mut added);
                    end = span.end;
                }
            }
        }
        flush(end, self.length, &mut added);
        edits
    }

    /// The byte of the first text that stands at `offset` of the text as it is now; for new text the place where it
    /// was put.
    pub fn original(&self, offset: usize) -> usize {
        let (mut position, mut end) = (0, 0);
        for piece in &self.pieces {
            let (length, start) = match piece {
                Piece::Kept(span) => (span.len(), span.start),
                Piece::Added(text) => (text.len(), end),
            };
            if offset < position + length {
                return if matches!(piece, Piece::Kept(_)) { start + offset - position } else { start };
            }
            position += length;
            if let Piece::Kept(span) = piece {
                end = span.end;
            }
        }
        end
    }
}

/// Pieces that grow at the end; neighbours that belong together become one.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn push(&mut self, piece: Piece) {
        match (self.0.last_mut(), piece) {
            (_, Piece::Kept(span)) if span.is_empty() => {}
            (_, Piece::Added(text)) if text.is_empty() => {}
            (Some(Piece::Kept(last)), Piece::Kept(span)) if last.end == span.start => last.end = span.end,
            (Some(Piece::Added(last)), Piece::Added(text)) => last.push_str(&text),
            (_, piece) => self.0.push(piece),
        }
    }

    fn extend(&mut self, pieces: impl Iterator<Item = Piece>) {
        pieces.for_each(|piece| self.push(piece));
    }
}

/// Goes on from `position` to `target`; what lies between goes to `into`, or is dropped.
fn advance(
    current: &mut Option<Piece>,
    rest: &mut impl Iterator<Item = Piece>,
    mut position: usize,
    target: usize,
    mut into: Option<&mut Pieces>,
) -> usize {
    while position < target {
        let Some(piece) = current.take() else { break };
        let (head, tail) = split(piece, target - position);
        position += match &head {
            Piece::Kept(span) => span.len(),
            Piece::Added(text) => text.len(),
        };
        if let Some(into) = into.as_deref_mut() {
            into.push(head);
        }
        *current = tail.or_else(|| rest.next());
    }
    position
}

/// The first `length` bytes of a piece, and the rest.
fn split(piece: Piece, length: usize) -> (Piece, Option<Piece>) {
    match piece {
        Piece::Kept(span) if span.len() > length => {
            let middle = span.start + length;
            (Piece::Kept(Span::new(span.start, middle)), Some(Piece::Kept(Span::new(middle, span.end))))
        }
        Piece::Added(mut text) if text.len() > length => {
            let tail = text.split_off(length);
            (Piece::Added(text), Some(Piece::Added(tail)))
        }
        whole => (whole, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::apply;

    #[test]
    fn rounds_become_edits_of_the_first_text() {
        let mut composition = Composition::new(5);
        composition.add(&[Edit::insert(0, ">>"), Edit::delete(Span::new(3, 5))]);
        composition.add(&[Edit::replace(Span::new(1, 3), "x")]);
        assert_eq!(composition.edits(), [Edit::replace(Span::new(0, 1), ">x"), Edit::delete(Span::new(3, 5))]);
        assert_eq!([0, 1, 2, 3, 4].map(|offset| composition.original(offset)), [0, 0, 1, 2, 3]);
    }

    #[test]
    fn an_edit_that_is_undone_is_none() {
        let mut composition = Composition::new(3);
        composition.add(&[Edit::insert(1, "abc")]);
        composition.add(&[Edit::delete(Span::new(1, 4))]);
        assert_eq!(composition.edits(), []);
    }

    /// Sorted edits without overlaps of a text of `length` bytes.
    fn edits(cuts: &[(usize, String)], length: usize) -> Vec<Edit> {
        let mut places: Vec<usize> = cuts.iter().map(|(place, _)| place % (length + 1)).collect();
        places.sort_unstable();
        let pairs = places.chunks_exact(2).zip(cuts);
        let edits: Vec<Edit> =
            pairs.map(|(pair, (_, text))| Edit::replace(Span::new(pair[0], pair[1]), text.as_str())).collect();
        let mut last = None;
        edits.into_iter().filter(|edit| last.replace(edit.span.end).is_none_or(|end| end < edit.span.start)).collect()
    }

    proptest! {
        #[test]
        fn all_rounds_at_once_give_what_one_after_another_gives(
            text in "[a-z]{0,40}",
            rounds in prop::collection::vec(prop::collection::vec((0usize..100, "[A-Z]{0,4}"), 0..8), 0..6),
        ) {
            let mut composition = Composition::new(text.len());
            let mut now = text.clone().into_bytes();
            for round in &rounds {
                let edits = edits(round, now.len());
                composition.add(&edits);
                now = apply(&now, &edits);
            }
            prop_assert_eq!(apply(text.as_bytes(), &composition.edits()), now);
        }
    }
}
