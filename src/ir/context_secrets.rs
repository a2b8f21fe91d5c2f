//! Files of the build context that hold secrets.

use crate::context::{BuildContext, Entry, EntryKind};
use crate::knowledge::secrets::{names_token, secret_file};

/// What an entry is, where it holds a secret and the builder gets it: "a private key".
pub fn secret_in_context(context: &BuildContext, entry: &Entry) -> Option<&'static str> {
    let path = entry.path.as_str();
    let what = secret_file(path).filter(|_| entry.kind == EntryKind::File && entry.size > 0)?;
    let is_harmless = is_known_harmless(Some(context), path) || is_mostly_settings(Some(context), path);
    (is_of_project(path) && !is_harmless && !context.would_exclude(path)).then_some(what)
}

/// Whether the file at the path is one of the project, and not of what it depends on.
pub(super) fn is_of_project(path: &str) -> bool {
    !path.split('/').any(|part| matches!(part, ".git" | "node_modules" | "vendor" | "venv" | ".venv"))
}

/// Whether the file is one that mostly holds settings only, and its text is not known. Then nothing but its removal
/// tells that it holds a secret.
pub fn is_mostly_settings(context: Option<&BuildContext>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_known = context.is_some_and(|context| context.text(path.trim_start_matches("./")).is_some());
    matches!(name, ".npmrc" | ".yarnrc") && !is_known
}

/// Whether the text of the file is known and names no token.
pub fn is_known_harmless(context: Option<&BuildContext>, path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    context.and_then(|context| context.text(path)).is_some_and(|text| !names_token(text))
}
