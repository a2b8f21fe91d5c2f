//! What `git log`, `git ls-tree` and `git cat-file` say.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Output, Stdio};
use std::rc::Rc;

use super::super::failure::Failure;
use super::super::git;

/// What git says of a path: the mode and the object that lie there after a commit. A mode of zeros means nothing.
pub struct Change {
    /// From the top of the repository.
    pub path: String,
    /// Six octal digits.
    pub mode: String,
    /// The object's name.
    pub object: String,
}

impl Change {
    /// Whether a symbolic link lies there now.
    pub fn is_link(&self) -> bool {
        self.mode == "120000"
    }
}

/// A commit, and what it changed against its first parent.
pub struct Commit {
    /// Its name.
    pub name: String,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// The last `number` commits on the way from HEAD to the first parents, the oldest first. Nothing that users may set for
/// `git log` counts.
pub fn log(top: &Path, number: usize) -> Result<Vec<Commit>, Failure> {
    let number = number.to_string();
    let mut arguments = vec!["log", "--first-parent", "-m", "-n", &number, "--format=%H", "--raw", "--no-abbrev", "-z"];
    arguments.extend(["--no-renames", "--ignore-submodules=none", "--no-show-signature", "--no-color"]);
    let mut commits = parse_log(&text(top, &arguments)?);
    commits.reverse();
    Ok(commits)
}

/// All that a commit has.
pub fn tree(top: &Path, commit: &str) -> Result<Vec<Change>, Failure> {
    Ok(parse_tree(&text(top, &["ls-tree", "-r", "-z", "--full-tree", commit])?))
}

/// Commits with what they changed, the newest first.
fn parse_log(log: &str) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    let mut words = log.split('\0').map(|word| word.trim_start_matches('\n'));
    while let Some(word) = words.next() {
        match word.strip_prefix(':') {
            Some(meta) => {
                let mut fields = meta.split(' ');
                let mode = fields.nth(1).unwrap_or_default().to_owned();
                let object = fields.nth(1).unwrap_or_default().to_owned();
                let path = words.next().unwrap_or_default().to_owned();
                if let Some(commit) = commits.last_mut() {
                    commit.changes.push(Change { path, mode, object });
                }
            }
            // With -m, git names a merge again for each parent that it compares it with.
            None if !word.is_empty() && commits.last().is_none_or(|last| last.name != word) => {
                commits.push(Commit { name: word.to_owned(), changes: Vec::new() });
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
pub fn contents<'o>(folder: &Path, objects: &[&'o str]) -> Result<HashMap<&'o str, Rc<str>>, Failure> {
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

/// What git prints.
pub fn text(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
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
            .map(|Commit { name, changes }| {
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
