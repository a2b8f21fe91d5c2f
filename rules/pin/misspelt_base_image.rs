//! A name that is none of Docker's official images, and looks like one.
//!
//! ## Why
//! A name without a namespace (`FROM name`) can only be one of Docker's official images or an image of this very
//! machine. One that differs from an official name by a letter or two is a slip: the build fails on every machine on
//! which nobody happens to have an image of that name. Worse, tools that look elsewhere may find an image that a
//! stranger has put there for those who mistype.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM ngnix:1.31
//! ```
//! ```dockerfile,good
//! FROM nginx:1.31
//! ```
//!
//! ## Fix
//! None: dfx names the image that comes nearest, but a wrong guess would be another program.
//!
//! ## Sources
//! Docker Hub's `library` namespace; MITRE CAPEC-630, typosquatting.

use crate::knowledge::images;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "pin/misspelt-base-image", cwe: Some(829), security_severity: Some(60), ..Meta::on_by_default() };

/// What people call some official images.
const NICKNAMES: [(&str, &str); 10] = [
    ("amazon-linux", "amazonlinux"),
    ("apache", "httpd"),
    ("arch-linux", "archlinux"),
    ("busy-box", "busybox"),
    ("go-lang", "golang"),
    ("mongodb", "mongo"),
    ("node-js", "node"),
    ("nodejs", "node"),
    ("postgresql", "postgres"),
    ("rocky-linux", "rockylinux"),
];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        let name = found.name();
        let is_bare = found.image.is_official_namespace() && !images::is_official(&name);
        if !is_bare || found.is_repeat || !found.stage.is_reachable {
            continue;
        }
        let nickname = NICKNAMES.iter().find(|(nickname, _)| *nickname == name).map(|(_, official)| *official);
        let Some(official) = nickname.or_else(|| misspelt(&name)) else { continue };
        sink.report(found.repository_span(), format!("Docker Hub has no official image `{name}`"))
            .related_all(found.repository_defaults())
            .help(format!("did you mean `{official}`?"));
    }
}

/// The official name of which two letters were swapped, or one was lost or doubled. Short names are near to too many
/// others: `base` is not `bash`.
fn misspelt(name: &str) -> Option<&'static str> {
    let is_alike = |official: &&str| official.len() > 4 && official.chars().next() == name.chars().next();
    let mut candidates = images::official_names().filter(is_alike).filter(|_| name.len() > 4);
    candidates.find(|official| is_swap(name, official) || has_one_more(name, official) || has_one_more(official, name))
}

/// Whether two neighbouring letters of `word` make `other` when they change places.
fn is_swap(word: &str, other: &str) -> bool {
    let differing: Vec<usize> =
        word.bytes().zip(other.bytes()).enumerate().filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect();
    let letter = |text: &str, at: usize| text.as_bytes().get(at).copied();
    word.len() == other.len()
        && matches!(differing.as_slice(), &[first, second] if second == first + 1
            && letter(word, first) == letter(other, second)
            && letter(word, second) == letter(other, first))
}

/// Whether `long` is `short` with one more letter.
fn has_one_more(long: &str, short: &str) -> bool {
    let same = long.bytes().zip(short.bytes()).take_while(|(a, b)| a == b).count();
    long.len() == short.len() + 1 && long.as_bytes().get(same + 1..) == short.as_bytes().get(same..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn swapped_lost_and_doubled_letters_are_seen() {
        fires!("FROM «pyhton»:3.14\n");
        fires!("FROM «apline»:3.24\n");
        fires!("FROM «pyton»:3.14\n");
        fires!("FROM «debiann»:13\n");
        fires!("FROM «nodejs»:24\n");
    }

    #[test]
    fn names_of_ones_own_are_left_alone() {
        silent!("FROM base\n");
        silent!("FROM builder\n");
        silent!("FROM me/ngnix\n");
    }
}
