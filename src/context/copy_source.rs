//! What a source of COPY or ADD finds in the build context.

use super::build_context::{BuildContext, EntryKind, Place};
use super::clean::clean;
use super::glob::Glob;
use super::ignore_pattern::Pattern;

/// What a source of COPY or ADD finds in the build context.
#[derive(Debug, Clone, Copy)]
pub enum CopySourceMatch<'c> {
    /// So many files, links and folders that the builder gets; a folder counts with all that lies in it.
    Included(usize),
    /// There is something, or there may be, but this pattern leaves it out.
    OnlyIgnored(&'c Pattern),
    /// There is nothing.
    Missing,
    /// It cannot be told: the place was not listed.
    Unknown,
    /// The source climbs out with `..`. BuildKit does not fail for that; it stops at the root of the context and looks
    /// there.
    OutsideContext,
    /// The wildcards are malformed. The build fails.
    Malformed,
}

impl BuildContext {
    /// What `source`, all variables replaced, finds; neither a URL, nor a heredoc, nor of another stage.
    pub fn matches_of_copy_source(&self, source: &str) -> CopySourceMatch<'_> {
        if climbs_out(source) {
            return CopySourceMatch::OutsideContext;
        }
        let path = clean(&format!("/{source}"));
        if Glob::has_wildcard(&path) { self.match_wildcards(&path) } else { self.match_literally(&path) }
    }

    fn match_literally(&self, path: &str) -> CopySourceMatch<'_> {
        match self.find(path) {
            Place::Root => CopySourceMatch::Included(self.count_sent(0..self.entries().len())),
            Place::Missing => CopySourceMatch::Missing,
            Place::Unknown(path) => {
                let ignored_by = self.ignore_file().and_then(|ignore| ignore.is_ignored(&path));
                ignored_by.map_or(CopySourceMatch::Unknown, CopySourceMatch::OnlyIgnored)
            }
            Place::Entry(index, unsent_link) => {
                let unsent = unsent_link.or((!self.is_sent(index)).then_some(index));
                match unsent.and_then(|index| self.ignored_by(index)) {
                    Some(pattern) => CopySourceMatch::OnlyIgnored(pattern),
                    None => CopySourceMatch::Included(1 + self.count_sent(self.below(index))),
                }
            }
        }
    }

    /// As fsutil's `ResolveWildcards`: the parts before the first wildcard name a folder; below it, paths are matched,
    /// and a folder that matches is taken whole.
    fn match_wildcards(&self, path: &str) -> CopySourceMatch<'_> {
        let (base, pattern) = split_wildcards(path);
        let Ok(glob) = Glob::new(&pattern) else {
            return CopySourceMatch::Malformed;
        };
        let (mut index, end, root) = match self.find(&base) {
            Place::Root => (0, self.entries().len(), String::new()),
            Place::Entry(folder, None) => {
                let below = self.below(folder);
                (below.start, below.end, format!("{}/", self.entries()[folder].path))
            }
            Place::Entry(_, Some(link)) => {
                return self.ignored_by(link).map_or(CopySourceMatch::Missing, CopySourceMatch::OnlyIgnored);
            }
            Place::Missing => return CopySourceMatch::Missing,
            Place::Unknown(_) => return CopySourceMatch::Unknown,
        };
        let depth = pattern.split('/').count();
        let mut included = 0;
        let mut ignored_by = None;
        let mut may_hide_more = self.is_truncated();
        while index < end {
            let entry = &self.entries()[index];
            let relative = entry.path.strip_prefix(&root).unwrap_or(&entry.path);
            let below = self.below(index);
            if glob.matches(relative) {
                ignored_by = ignored_by.or(self.ignored_by(index));
                if self.is_sent(index) {
                    included += 1 + self.count_sent(below.clone());
                    index = below.end;
                    continue;
                }
            }
            may_hide_more |= entry.kind == EntryKind::UnlistedDirectory
                && relative.split('/').count() < depth
                && self.is_sent(index);
            index += 1;
        }
        match (included, ignored_by) {
            (1.., _) => CopySourceMatch::Included(included),
            (0, Some(pattern)) => CopySourceMatch::OnlyIgnored(pattern),
            (0, None) if may_hide_more => CopySourceMatch::Unknown,
            (0, None) => CopySourceMatch::Missing,
        }
    }

    fn count_sent(&self, range: std::ops::Range<usize>) -> usize {
        range.filter(|&index| self.is_sent(index)).count()
    }
}

fn climbs_out(source: &str) -> bool {
    let relative = clean(source.trim_start_matches('/'));
    relative == ".." || relative.starts_with("../")
}

/// `/a/b*/c` is `/a` and `b*/c`.
fn split_wildcards(path: &str) -> (String, String) {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let first = parts.iter().position(|part| Glob::has_wildcard(part)).unwrap_or(parts.len());
    let (base, pattern) = parts.split_at(first);
    (base.join("/"), pattern.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::build_context::tests::context;
    use super::*;

    /// The outcome as a word.
    #[track_caller]
    fn finds(context: &BuildContext, source: &str, expected: &str) {
        let outcome = match context.matches_of_copy_source(source) {
            CopySourceMatch::Included(count) => count.to_string(),
            CopySourceMatch::OnlyIgnored(pattern) => format!("ignored by {}", pattern.text()),
            CopySourceMatch::Missing => "missing".to_owned(),
            CopySourceMatch::Unknown => "unknown".to_owned(),
            CopySourceMatch::OutsideContext => "outside".to_owned(),
            CopySourceMatch::Malformed => "malformed".to_owned(),
        };
        assert_eq!(outcome, expected, "{source:?}");
    }

    #[test]
    fn a_literal_source_is_a_file_or_a_whole_folder() {
        let context = context(&["a", "src/b", "src/c/d"], None);
        finds(&context, "a", "1");
        finds(&context, "/a", "1");
        finds(&context, "./src/", "4");
        finds(&context, ".", "5");
        finds(&context, "/", "5");
        finds(&context, "x", "missing");
        finds(&context, "a/b", "missing");
    }

    #[test]
    fn a_wildcard_does_not_cross_folders() {
        let context = context(&["package.json", "package-lock.json", "web/package.json", "web/src/a.js"], None);
        finds(&context, "package*.json", "2");
        finds(&context, "*/package.json", "1");
        finds(&context, "**/package.json", "1");
        finds(&context, "web/*", "3");
        finds(&context, "*.lock", "missing");
        finds(&context, "w[", "malformed");
    }

    #[test]
    fn what_is_ignored_is_not_there() {
        let context = context(&["a.md", "docs/a", "docs/keep", "dist/", "src/x"], Some("*.md\ndocs\n!docs/keep\ndist"));
        finds(&context, "a.md", "ignored by *.md");
        finds(&context, "*.md", "ignored by *.md");
        finds(&context, "docs", "2");
        finds(&context, "docs/a", "ignored by docs");
        finds(&context, "dist", "ignored by dist");
        finds(&context, "dist/app.js", "ignored by dist");
        finds(&context, ".", "4");
        finds(&context, "b.md", "missing");
    }

    #[test]
    fn an_ignored_link_leads_nowhere() {
        let context = context(&["real/f", "link -> real"], Some("link"));
        finds(&context, "link", "ignored by link");
        finds(&context, "link/f", "ignored by link");
        finds(&context, "link/*", "ignored by link");
        finds(&context, "real/*", "1");
    }

    #[test]
    fn a_source_above_the_context_is_outside() {
        let context = context(&["a"], None);
        finds(&context, "../a", "outside");
        finds(&context, "x/../../a", "outside");
        finds(&context, "x/../a", "1");
    }

    #[test]
    fn nothing_is_said_of_a_folder_that_was_not_listed() {
        let context = context(&[".git/", "a"], None);
        finds(&context, ".git/HEAD", "unknown");
        finds(&context, "*/HEAD", "unknown");
        finds(&context, "*.x", "missing");
    }
}
