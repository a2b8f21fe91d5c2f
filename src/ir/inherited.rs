//! The variables that a stage starts with, shared between the stages that build on each other.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::Variable;
use super::scope::Scope;

/// What the stages below a stage have set. A map that is never changed: the next stage's shares all but the path to
/// what it adds, so that neither a look-up nor a stage has to go down a chain of a hundred thousand FROMs.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    root: Option<Rc<Node>>,
}

/// A variable as it is left by the stages below.
#[derive(Debug)]
pub(super) struct Left {
    name: String,
    /// The latest with a value, else the latest.
    pub variable: Variable,
    /// Whether any ARG has declared it.
    pub is_declared_arg: bool,
}

/// A binary trie over the bits of the names' hashes, the lowest first.
#[derive(Debug, Clone)]
struct Node {
    hash: u64,
    left: Rc<Left>,
    children: [Option<Rc<Node>>; 2],
}

impl Inherited {
    /// What the next stage inherits from one that has inherited `self` and set what is in `scope`.
    pub fn and(&self, scope: &Scope) -> Self {
        let mut all = self.clone();
        for name in scope.names() {
            let Some(own) = scope.before(name, usize::MAX) else { continue };
            let below = self.get(name);
            let variable = match below {
                Some(below) if own.value.is_none() && below.variable.value.is_some() => &below.variable,
                _ => own,
            };
            let left = Left {
                name: name.to_owned(),
                variable: variable.clone(),
                is_declared_arg: scope.declares_arg(name, usize::MAX) || below.is_some_and(|left| left.is_declared_arg),
            };
            all.root = Some(with(all.root.as_ref(), 0, hash(name), Rc::new(left)));
        }
        all
    }

    /// What is left of the variable called `name`.
    pub fn get(&self, name: &str) -> Option<&Left> {
        let hash = hash(name);
        let mut node = self.root.as_ref()?;
        let mut depth = 0;
        while node.hash != hash || node.left.name != name {
            node = node.children[side(hash, depth)].as_ref()?;
            depth += 1;
        }
        Some(&node.left)
    }

    /// All names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let mut open: Vec<&Node> = self.root.as_deref().into_iter().collect();
        std::iter::from_fn(move || {
            let node = open.pop()?;
            open.extend(node.children.iter().flatten().map(Rc::as_ref));
            Some(node.left.name.as_str())
        })
    }
}

/// The trie below `node` with `left` in it.
fn with(node: Option<&Rc<Node>>, depth: u32, hash: u64, left: Rc<Left>) -> Rc<Node> {
    let Some(node) = node else { return Rc::new(Node { hash, left, children: [None, None] }) };
    let mut copy = Node::clone(node);
    if node.hash == hash && node.left.name == left.name {
        copy.left = left;
    } else {
        let child = &mut copy.children[side(hash, depth)];
        *child = Some(with(child.as_ref(), depth + 1, hash, left));
    }
    Rc::new(copy)
}

fn side(hash: u64, depth: u32) -> usize {
    usize::from(hash.checked_shr(depth).unwrap_or(0) & 1 == 1)
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Origin;
    use crate::source::Span;

    fn scope(names: impl IntoIterator<Item = (String, Option<&'static str>)>) -> Scope {
        let mut scope = Scope::default();
        for (name, value) in names {
            let value = value.map(str::to_owned);
            let origin = if value.is_none() { Origin::Arg } else { Origin::Env };
            scope.set(&name, Variable { step: 0, value, origin, is_certain: true, name_span: Span::at(0) });
        }
        scope
    }

    fn value<'i>(inherited: &'i Inherited, name: &str) -> Option<&'i str> {
        inherited.get(name)?.variable.value.as_deref()
    }

    #[test]
    fn a_later_value_hides_an_earlier_one_and_an_argument_without_value_does_not() {
        let first = Inherited::default().and(&scope([("A".into(), Some("1")), ("B".into(), Some("1"))]));
        let second = first.and(&scope([("A".into(), Some("2")), ("B".into(), None)]));
        assert_eq!((value(&first, "A"), value(&second, "A"), value(&second, "B")), (Some("1"), Some("2"), Some("1")));
        assert!(second.get("B").unwrap().is_declared_arg && !second.get("A").unwrap().is_declared_arg);
    }

    #[test]
    fn thousands_of_names_are_all_found() {
        let inherited = Inherited::default().and(&scope((0..5_000).map(|n| (format!("N{n}"), Some("x")))));
        assert_eq!(inherited.names().count(), 5_000);
        assert!((0..5_000).all(|n| value(&inherited, &format!("N{n}")) == Some("x")));
        assert!(inherited.get("M").is_none());
    }
}
