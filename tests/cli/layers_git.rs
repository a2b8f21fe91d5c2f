//! `dfx layers --history` in repositories of all kinds, made by `git fast-import`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Folder, Run};

/// A stream for `git fast-import`, and the folder that it ends up in.
pub struct Repository {
    folder: Folder,
    stream: String,
    commits: usize,
}

impl Repository {
    pub fn new() -> Self {
        let folder = Folder::with(&[]);
        std::fs::remove_dir(folder.path().join(".git")).unwrap();
        Self { folder, stream: String::new(), commits: 0 }
    }

    /// A commit on `main` behind the last one, of lines such as `write("a", "1")` makes.
    pub fn commit(&mut self, changes: &[String]) -> &mut Self {
        self.commit_on("main", "", changes)
    }

    /// A commit on a branch; `parents` are lines as `git fast-import` has them, with the commits numbered from 1.
    pub fn commit_on(&mut self, branch: &str, parents: &str, changes: &[String]) -> &mut Self {
        self.commits += 1;
        let (number, changes) = (self.commits, changes.concat());
        let time = 1_700_000_000 + number;
        write!(
            self.stream,
            "commit refs/heads/{branch}\nmark :{number}\ncommitter a <a@example.com> {time} +0000\ndata 1\nx\n{parents}{changes}\n"
        )
        .unwrap();
        self
    }

    /// The folder with the last commit of `main` in it.
    pub fn checkout(&self) -> &Folder {
        let folder = self.folder.path();
        git(folder, &["init", "--quiet", "--initial-branch=main"]);
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(["fast-import", "--quiet"]).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(self.stream.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        git(folder, &["checkout", "--quiet", "--force", "main"]);
        &self.folder
    }
}

pub fn write(path: &str, text: &str) -> String {
    format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len())
}

fn delete(path: &str) -> String {
    format!("D {path}\n")
}

/// A submodule that names a commit.
fn submodule(path: &str, digit: char) -> String {
    format!("M 160000 {} {path}\n", digit.to_string().repeat(40))
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    assert!(command.arg("-C").arg(folder).args(arguments).status().unwrap().success(), "{arguments:?}");
}

/// For each step how often it ran again, of how many commits, and the files to blame.
fn told(run: &Run) -> Vec<String> {
    assert_eq!(run.code, 0, "{}", run.text());
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let step = |step: &serde_json::Value| {
        let history = &step["history"];
        let blamed = history["by_path"].as_array().unwrap();
        let blamed = blamed.iter().map(|it| format!(" {} {}", it["path"].as_str().unwrap(), it["commits"]));
        let words = step["instruction"].as_str().unwrap();
        format!("{words}: {} of {}{}", history["rebuilt"], history["commits"], blamed.collect::<String>())
    };
    report["steps"].as_array().unwrap().iter().map(step).collect()
}

#[test]
fn a_merge_counts_once_with_all_that_it_brings() {
    let mut repository = Repository::new();
    repository
        .commit(&[write("Dockerfile", "FROM a\nCOPY src /src\nCOPY lock /\n"), write("src/a", "1"), write("lock", "1")])
        .commit_on("side", "from :1\n", &[write("src/a", "2")])
        .commit_on("side", "", &[write("lock", "2")])
        .commit_on("main", "from :1\n", &[write("README", "1")])
        .commit_on("main", "from :4\nmerge :3\n", &[write("src/a", "2"), write("lock", "2")]);
    let run = repository.checkout().run("layers --history 10 --format json");
    assert_eq!(told(&run), ["COPY src /src: 1 of 2 src/a 1", "COPY lock /: 1 of 2 lock 1"]);
}

#[test]
fn a_renamed_file_is_another_one_to_those_that_copy_its_folder() {
    let mut repository = Repository::new();
    repository
        .commit(&[
            write("Dockerfile", "FROM a\nCOPY src /src\nCOPY web/ /web/\n"),
            write("src/a", "1"),
            write("web/a", "1"),
        ])
        .commit(&[delete("src/a"), write("src/b", "1")])
        .commit(&[delete("src/b"), write("docs/b", "1"), write("src/c", "2")])
        .commit(&[delete("docs/b"), write("notes/b", "1")]);
    let run = repository.checkout().run("layers --history 10 --format json");
    let first = "COPY src /src: 2 of 3 src/b 2 src/a 1 src/c 1";
    assert_eq!(told(&run), [first, "COPY web/ /web/: 2 of 3 src/b 2 src/a 1 src/c 1"]);
}

#[test]
fn commits_before_the_dockerfile_had_its_name_are_not_counted() {
    let mut repository = Repository::new();
    repository
        .commit(&[write("docker/Dockerfile", "FROM a\nCOPY a /\n"), write("a", "1")])
        .commit(&[write("a", "2")])
        .commit(&[delete("docker/Dockerfile"), write("Dockerfile", "FROM a\nCOPY a /\n")])
        .commit(&[write("a", "3")]);
    let run = repository.checkout().run("layers --history 3 --format json");
    assert_eq!(told(&run), ["COPY a /: 1 of 1 a 1"]);
    assert_eq!(run.stderr, "note: 1 of the commits have no Dockerfile, and are not counted\n");
}

#[test]
fn a_dockerfile_that_came_last_is_taken_for_the_commits_before_it() {
    let mut repository = Repository::new();
    repository.commit(&[write("a", "1")]).commit(&[write("a", "2"), write("README.md", "1")]);
    repository
        .commit(&[write("README.md", "2")])
        .commit(&[write("Dockerfile", "FROM a\nCOPY a .\nCOPY README.md .\n")]);
    let run = repository.checkout().run("layers --history 9 --format json");
    assert!(run.stderr.contains("today's is taken for all of them"), "{}", run.stderr);
    assert_eq!(told(&run), ["COPY a .: 1 of 3 a 1", "COPY README.md .: 2 of 3 README.md 2"]);
}

#[test]
fn documents_that_nothing_asks_for_are_counted() {
    let dockerfile = write("Dockerfile", "FROM a\nCOPY . .\nRUN make\n");
    let ignored = write(".dockerignore", "Dockerfile\n.dockerignore\n");
    let mut repository = Repository::new();
    repository.commit(&[dockerfile, ignored, write("a.c", "1"), write("README.md", "1")]);
    repository.commit(&[write("README.md", "2")]).commit(&[write("a.c", "2")]);
    let run = repository.checkout().run("layers --history 9");
    let told = run.stdout.split("What steps take in, ").nth(1).unwrap();
    assert!(told.contains("1  README.md (if no program shows it)"), "{told}");
    assert!(told.contains("kept one commit from running anything again"), "{told}");
}

#[test]
fn another_commit_of_a_submodule_may_bring_other_files_anywhere_in_it() {
    let dockerfile = "FROM a\nCOPY lib/src /lib/\nCOPY lib/*.c /c/\nCOPY own /own/\n";
    let mut repository = Repository::new();
    repository
        .commit(&[write("Dockerfile", dockerfile), submodule("lib", '1'), write("own/a", "1")])
        .commit(&[submodule("lib", '2')])
        .commit(&[write("own/a", "2")]);
    let run = repository.checkout().run("layers --history 10 --format json");
    let expected =
        ["COPY lib/src /lib/: 1 of 2 lib 1", "COPY lib/*.c /c/: 1 of 2 lib 1", "COPY own /own/: 2 of 2 lib 1 own/a 1"];
    assert_eq!(told(&run), expected);
}

#[test]
fn a_file_in_large_file_storage_changes_with_its_pointer() {
    let pointer = |digit: &str| {
        let text = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 9\n", digit.repeat(64));
        write("model.bin", &text)
    };
    let attributes = write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    let mut repository = Repository::new();
    repository
        .commit(&[
            write("Dockerfile", "FROM a\nCOPY model.bin /\nCOPY a /\n"),
            attributes,
            pointer("1"),
            write("a", "1"),
        ])
        .commit(&[write("a", "2")])
        .commit(&[pointer("2")]);
    let run = repository.checkout().run("layers --history 10 --format json");
    assert_eq!(told(&run), ["COPY model.bin /: 1 of 2 model.bin 1", "COPY a /: 2 of 2 a 1 model.bin 1"]);
}

#[test]
fn a_shallow_clone_tells_how_far_it_reaches() {
    let mut repository = Repository::new();
    repository.commit(&[write("Dockerfile", "FROM a\nCOPY a /\n"), write("a", "1")]);
    for number in 2..6 {
        repository.commit(&[write("a", &number.to_string())]);
    }
    let folder = repository.checkout();
    let origin = format!("file://{}", folder.path().display());
    git(folder.path(), &["clone", "--quiet", "--depth", "3", &origin, "clone"]);
    let run = folder.run("layers clone/Dockerfile --history 10 --format json");
    assert_eq!(told(&run), ["COPY a /: 2 of 2 a 2"]);
    assert_eq!(run.stderr, "note: 2 commits are looked at, for the clone is shallow\n");
}

#[test]
fn the_dockerfile_may_lie_beside_the_context_and_both_below_the_top() {
    let mut repository = Repository::new();
    repository
        .commit(&[
            write("docker/Dockerfile", "FROM a\nCOPY . /app\n"),
            write("docker/Dockerfile.dockerignore", "*.md\n"),
            write("services/api/.dockerignore", "a\n"),
            write("services/api/a", "1"),
        ])
        .commit(&[write("services/web/a", "2")])
        .commit(&[write("services/api/b.md", "2")])
        .commit(&[write("services/api/a", "2")])
        .commit(&[write("docker/Dockerfile", "FROM a\nCOPY . /srv\n")]);
    let run = repository.checkout().run("layers docker/Dockerfile --context services/api --history 10 --format json");
    assert_eq!(told(&run), ["COPY . /srv: 2 of 4 a 1"]);
    assert_eq!(run.stderr, "note: 4 commits are looked at, for the repository has no more\n");
}

#[test]
fn what_users_set_for_git_log_does_not_count() {
    let mut repository = Repository::new();
    repository
        .commit(&[write("Dockerfile", "FROM a\nCOPY lib /\n"), submodule("lib", '1')])
        .commit(&[submodule("lib", '2')]);
    let folder = repository.checkout();
    for (name, value) in [("diff.ignoreSubmodules", "all"), ("color.ui", "always"), ("log.showSignature", "true")] {
        git(folder.path(), &["config", name, value]);
    }
    assert_eq!(told(&folder.run("layers --history 1 --format json")), ["COPY lib /: 1 of 1 lib 1"]);
}
