//! A project's history, read from git without a checkout: one `git log` for what changed, one `git cat-file` for the
//! Dockerfiles and ignore files.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Output, Stdio};
use std::rc::Rc;

use crate::cache::{ContextFiles, Node, Revision};

use super::super::failure::Failure;
use super::super::git;
use super::files::path_in;

/// The commits of a branch, the oldest first.
pub struct Commits {
    /// The files of the build context before the first revision.
    pub start: ContextFiles,
    /// What each commit made of them.
    pub revisions: Vec<Revision>,
    /// What is to be known of the numbers.
    pub notes: Vec<String>,
}

/// What git says of a path: the mode and the object that lie there after a commit. A mode of zeros means nothing.
struct Change {
    path: String,
    mode: String,
    object: String,
}

/// The last `most` commits on the way from HEAD to the first parents, and the one before them to start from.
///
/// A merge counts as one commit, which brings all that was merged. A submodule counts as a file that changes when it
/// names another commit; a file in Git LFS changes when its pointer does.
pub fn of_git(context: &Path, dockerfile: &Path, most: usize) -> Result<Commits, Failure> {
    let top = text(context, &["rev-parse", "--show-toplevel"])?;
    let top = Path::new(top.trim_end());
    let in_repository = |path: &Path| {
        let outside =
            || Failure::new(format!("{} lies outside of the repository", path.display()), "--history needs it inside");
        path_in(top, path).ok_or_else(outside)
    };
    let prefix = match in_repository(context)? {
        path if path.is_empty() => path,
        path => format!("{path}/"),
    };
    let dockerfile = in_repository(dockerfile)?;
    let number = (most + 1).to_string();
    let arguments =
        ["log", "--first-parent", "-m", "-n", &number, "--format=%H", "--raw", "--no-renames", "--no-abbrev", "-z"];
    let mut commits = parse_log(&text(top, &arguments)?);
    commits.reverse();
    let Some((oldest, _)) = commits.first() else {
        return Err(Failure::new("the repository has no commits", ""));
    };
    let tree = parse_tree(&text(top, &["ls-tree", "-r", "-z", "--full-tree", oldest])?);
    let mut notes = Vec::new();
    if commits.len() <= most {
        let shallow = text(top, &["rev-parse", "--is-shallow-repository"])?;
        let why = if shallow.trim() == "true" { "the clone is shallow" } else { "the repository has no more" };
        notes.push(format!("{} commits are looked at, for {why}", commits.len() - 1));
    }
    let paths = [dockerfile.clone(), format!("{dockerfile}.dockerignore"), format!("{prefix}.dockerignore")];
    let is_link = |change: &&Change| change.mode == "120000";
    let all_changes = || commits.iter().flat_map(|(_, changes)| changes).chain(&tree);
    let wanted = all_changes().filter(|change| is_link(change) || paths.contains(&change.path));
    let mut objects: Vec<&str> = wanted.map(|change| change.object.as_str()).collect();
    objects.sort_unstable();
    objects.dedup();
    let contents = contents(top, &objects)?;
    let node = |change: &Change| node(change, &contents);
    let in_context = |change: &Change| change.path.strip_prefix(prefix.as_str()).map(str::to_owned);
    let start = tree.iter().filter_map(|change| Some((in_context(change)?, node(change)?)));
    let start = ContextFiles::new(start);
    let mut current: [Option<Rc<str>>; 3] = [None, None, None];
    let mut note = |changes: &[Change]| {
        for change in changes {
            if let Some(place) = paths.iter().position(|path| *path == change.path) {
                current[place] = contents.get(change.object.as_str()).cloned();
            }
        }
        let [dockerfile, own_ignore_file, ignore_file] = current.clone();
        (dockerfile, own_ignore_file.or(ignore_file))
    };
    let mut revisions = Vec::with_capacity(commits.len());
    for (index, (_, changes)) in commits.iter().enumerate() {
        let (dockerfile, ignore_file) = note(if index == 0 { &tree } else { changes });
        let changes = if index == 0 { &[][..] } else { changes };
        let changes = changes.iter().filter_map(|change| Some((in_context(change)?, node(change)))).collect();
        revisions.push(Revision { changes, dockerfile, ignore_file });
    }
    Ok(Commits { start, revisions, notes })
}

fn node(change: &Change, contents: &HashMap<&str, Rc<str>>) -> Option<Node> {
    let file = |mode| Some(Node::File { mode, content: change.object.clone() });
    match change.mode.as_str() {
        "100644" => file(0o644),
        "100755" => file(0o755),
        "120000" => {
            let target = contents.get(change.object.as_str()).map_or("", |target| target).to_owned();
            Some(Node::Link { target })
        }
        // A submodule is a folder that holds whatever its commit says.
        "160000" => file(0o755),
        _ => None,
    }
}

/// Commits with what they changed, the newest first.
fn parse_log(log: &str) -> Vec<(String, Vec<Change>)> {
    let mut commits: Vec<(String, Vec<Change>)> = Vec::new();
    let mut words = log.split('\0').map(|word| word.trim_start_matches('\n'));
    while let Some(word) = words.next() {
        match word.strip_prefix(':') {
            Some(meta) => {
                let mut fields = meta.split(' ');
                let mode = fields.nth(1).unwrap_or_default().to_owned();
                let object = fields.nth(1).unwrap_or_default().to_owned();
                let path = words.next().unwrap_or_default().to_owned();
                if let Some((_, changes)) = commits.last_mut() {
                    changes.push(Change { path, mode, object });
                }
            }
            // With -m, git names a merge again for each parent that it compares it with.
            None if !word.is_empty() && commits.last().is_none_or(|(last, _)| last != word) => {
                commits.push((word.to_owned(), Vec::new()));
            }
            None => {}
        }
    }
    commits
}

/// `mode type object<TAB>path`
fn parse_tree(tree: &str) -> Vec<Change> {
    let entries = tree.split('\0').filter_map(|entry| {
        let (meta, path) = entry.split_once('\t')?;
        let mut fields = meta.split(' ');
        let mode = fields.next()?.to_owned();
        let object = fields.nth(1)?.to_owned();
        Some(Change { path: path.to_owned(), mode, object })
    });
    entries.collect()
}

/// The texts of objects. Those that the repository does not have are left out.
fn contents<'o>(folder: &Path, objects: &[&'o str]) -> Result<HashMap<&'o str, Rc<str>>, Failure> {
    let mut child = git::command(folder, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| no_git(&error))?;
    let list = objects.join("\n") + "\n";
    let input = child.stdin.take();
    // git answers while it reads: from one thread, both could wait for each other.
    let writer = std::thread::spawn(move || input.map_or(Ok(()), |mut input| input.write_all(list.as_bytes())));
    let output = child.wait_with_output().map_err(|error| no_git(&error))?;
    // Where git has stopped to read, its answers tell what is missing.
    let _ = writer.join();
    let mut contents = HashMap::new();
    let mut rest = output.stdout.as_slice();
    for object in objects {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { break };
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = rest.get(end + 1..).unwrap_or_default();
        let Some(size) = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok()) else { continue };
        let content = String::from_utf8_lossy(rest.get(..size).unwrap_or_default()).into_owned();
        rest = rest.get(size + 1..).unwrap_or_default();
        contents.insert(*object, Rc::from(content));
    }
    Ok(contents)
}

fn text(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let Output { status, stdout, stderr } = git::command(folder, arguments).output().map_err(|error| no_git(&error))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&stderr);
    let said = said.trim().trim_start_matches("fatal: ");
    Err(Failure::new(
        format!("git tells no history of {}: {said}", folder.display()),
        "--history needs a repository of git",
    ))
}

fn no_git(error: &io::Error) -> Failure {
    Failure::new(format!("cannot run git: {error}"), "--history needs git")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_cut_into_commits_and_changes() {
        let log = "aa\0\n:100644 100644 1 2 M\0a b\0:000000 120000 0 3 A\0l\0bb\0cc\0\n:100755 000000 4 0 D\0x\0";
        let commits = parse_log(log);
        let shown: Vec<(&str, Vec<String>)> = commits
            .iter()
            .map(|(name, changes)| {
                (name.as_str(), changes.iter().map(|it| format!("{} {} {}", it.path, it.mode, it.object)).collect())
            })
            .collect();
        let expected = vec![
            ("aa", vec!["a b 100644 2".to_owned(), "l 120000 3".to_owned()]),
            ("bb", vec![]),
            ("cc", vec!["x 000000 0".to_owned()]),
        ];
        assert_eq!(shown, expected);
    }
}
