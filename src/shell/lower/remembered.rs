//! Scripts that were lowered a moment ago: files that lie side by side share a good part of theirs, and a file that is
//! repaired is looked at again after each repair.

use std::cell::RefCell;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt};

use crate::shell::Sequence;

/// So many scripts are remembered: those of neighbours are among the last few, and more would hardly be asked for.
const MOST: usize = 64;

/// Longer texts are not remembered, so that hostile ones take no memory. In bytes; hardly a real script has more.
const LONGEST: usize = 1 << 14;

thread_local! {
    /// What a script means depends on its text alone, as long as none of its words is a script in turn.
    static BODIES: RefCell<HashMap<Box<str>, Rc<Sequence>>> = RefCell::new(HashMap::new());
}

/// The commands of a script of this text, where it is remembered.
pub(super) fn body_of(text: &str) -> Option<Rc<Sequence>> {
    BODIES.with_borrow(|bodies| bodies.get(text).cloned())
}

/// Remembers what the text means.
pub(super) fn remember(text: &str, body: &Rc<Sequence>) {
    if text.len() > LONGEST {
        return;
    }
    BODIES.with_borrow_mut(|bodies| {
        if bodies.len() >= MOST {
            bodies.clear();
        }
        bodies.insert(text.into(), Rc::clone(body));
    });
}
