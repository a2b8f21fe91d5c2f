//! Builds that were run twice on a real buildkitd (August 2026), with an edit between, and what it took from its cache the
//! second time. The simulator must say the same of every step.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use dfx::cache::{Cache, ContextFiles, Fate, Keys, Node, State};
use dfx::context::IgnoreFile;
use dfx::ir::Build;
use dfx::plan::Plan;
use dfx::source::SourceFile;
use dfx::syntax::{Dockerfile, parse};

/// What is done to the context between the two builds.
enum Edit {
    Write(&'static str, &'static str),
    Chmod(&'static str, u32),
    Rename(&'static str, &'static str),
    /// Another time stamp.
    Touch(&'static str),
}

use Edit::{Chmod, Rename, Touch, Write};

struct Case {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    dockerfile: &'static str,
    edits: &'static [Edit],
    after: Option<&'static str>,
    arguments: &'static [(&'static str, &'static str)],
    arguments_after: &'static [(&'static str, &'static str)],
    /// A letter a step, in the order of the stages that are built: kept or rebuilt. Behind that of `COPY --link`, a
    /// capital for laying the files over what stands before.
    observed: &'static str,
}

const PLAIN: Case = Case {
    name: "",
    files: &[("a", "a"), ("b", "b"), ("README.md", "r")],
    dockerfile: "",
    edits: &[],
    after: None,
    arguments: &[],
    arguments_after: &[],
    observed: "",
};

const CASES: &[Case] = &[
    Case {
        name: "time stamp only",
        dockerfile: "FROM debian\nRUN echo \nCOPY a /a\nRUN echo x\nCOPY b /b\nRUN echo y\n",
        edits: &[Touch("a")],
        observed: "kkkkk",
        ..PLAIN
    },
    Case {
        name: "mode of a copied file",
        dockerfile: "FROM debian\nRUN echo \nCOPY a /a\nRUN echo x\nCOPY b /b\nRUN echo y\n",
        edits: &[Chmod("a", 0o755)],
        observed: "krrrr",
        ..PLAIN
    },
    Case {
        name: "content of the first copied file",
        dockerfile: "FROM debian\nRUN echo \nCOPY a /a\nRUN echo x\nCOPY b /b\nRUN echo y\n",
        edits: &[Write("a", "other")],
        observed: "krrrr",
        ..PLAIN
    },
    Case {
        name: "content of the second copied file",
        dockerfile: "FROM debian\nRUN echo \nCOPY a /a\nRUN echo x\nCOPY b /b\nRUN echo y\n",
        edits: &[Write("b", "other")],
        observed: "kkkrr",
        ..PLAIN
    },
    Case {
        name: "file outside every COPY",
        dockerfile: "FROM debian\nRUN echo \nCOPY a /a\nRUN echo x\nCOPY b /b\nRUN echo y\n",
        edits: &[Write("c", "new")],
        observed: "kkkkk",
        ..PLAIN
    },
    Case {
        name: "README edited, whole context copied",
        dockerfile: "FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\n",
        edits: &[Write("README.md", "z")],
        observed: "krr",
        ..PLAIN
    },
    Case {
        name: "README edited, ignored",
        files: &[("a", "a"), ("b", "b"), ("README.md", "r"), (".dockerignore", "README.md\nDockerfile\n")],
        dockerfile: "FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\n",
        edits: &[Write("README.md", "z")],
        observed: "kkk",
        ..PLAIN
    },
    Case {
        name: "Dockerfile edited, whole context copied",
        dockerfile: "FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\n",
        after: Some("FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\nLABEL a=b\n"),
        observed: "krr",
        ..PLAIN
    },
    Case {
        name: "Dockerfile edited, ignored",
        files: &[("a", "a"), ("b", "b"), ("README.md", "r"), (".dockerignore", "Dockerfile\n")],
        dockerfile: "FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\n",
        after: Some("FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\nLABEL a=b\n"),
        observed: "kkk",
        ..PLAIN
    },
    Case {
        name: "LABEL edited above a RUN",
        dockerfile: "FROM debian\nLABEL v=1\nRUN echo \nCOPY a /a\n",
        after: Some("FROM debian\nLABEL v=2\nRUN echo \nCOPY a /a\n"),
        observed: "kk",
        ..PLAIN
    },
    Case {
        name: "EXPOSE and CMD moved and edited",
        dockerfile: "FROM debian\nEXPOSE 80\nCMD x\nRUN echo \n",
        after: Some("FROM debian\nRUN echo \nEXPOSE 81\nCMD y\n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "two ENV lines swapped",
        dockerfile: "FROM debian\nENV A=1\nENV B=2\nRUN echo \n",
        after: Some("FROM debian\nENV B=2\nENV A=1\nRUN echo \n"),
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "two ENV lines joined",
        dockerfile: "FROM debian\nENV A=1\nENV B=2\nRUN echo \n",
        after: Some("FROM debian\nENV A=1 B=2\nRUN echo \n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "ENV in legacy form rewritten",
        dockerfile: "FROM debian\nENV A 1\nRUN echo \n",
        after: Some("FROM debian\nENV A=1\nRUN echo \n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "ENV moved below a RUN",
        dockerfile: "FROM debian\nENV A=1\nRUN echo 1\nRUN echo 2\n",
        after: Some("FROM debian\nRUN echo 1\nENV A=1\nRUN echo 2\n"),
        observed: "rr",
        ..PLAIN
    },
    Case {
        name: "ENV edited above COPYs only",
        dockerfile: "FROM debian\nENV A=1\nCOPY a /a\nCOPY b /b\n",
        after: Some("FROM debian\nENV A=2\nCOPY a /a\nCOPY b /b\n"),
        observed: "kk",
        ..PLAIN
    },
    Case {
        name: "value of a declared ARG",
        dockerfile: "FROM debian\nRUN echo 1\nARG V\nRUN echo 2\n",
        arguments: &[("V", "1")],
        arguments_after: &[("V", "2")],
        observed: "kr",
        ..PLAIN
    },
    Case {
        name: "build argument that nothing declares",
        dockerfile: "FROM debian\nRUN echo \n",
        arguments: &[("Q", "1")],
        arguments_after: &[("Q", "2")],
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "proxy argument, undeclared",
        dockerfile: "FROM debian\nRUN echo \n",
        arguments: &[("HTTP_PROXY", "http://a")],
        arguments_after: &[("HTTP_PROXY", "http://b")],
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "proxy argument, declared",
        dockerfile: "FROM debian\nARG HTTP_PROXY\nRUN echo \n",
        arguments: &[("HTTP_PROXY", "http://a")],
        arguments_after: &[("HTTP_PROXY", "http://b")],
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "COPY --link below an edited RUN",
        dockerfile: "FROM debian\nRUN echo 1\nCOPY --link a /a\nRUN echo y\n",
        after: Some("FROM debian\nRUN echo 2\nCOPY --link a /a\nRUN echo y\n"),
        observed: "rkRr",
        ..PLAIN
    },
    Case {
        name: "COPY --link --chmod below an edited RUN",
        dockerfile: "FROM debian\nRUN echo 1\nCOPY --link --chmod=755 a /a\nRUN echo y\n",
        after: Some("FROM debian\nRUN echo 2\nCOPY --link --chmod=755 a /a\nRUN echo y\n"),
        observed: "rrr",
        ..PLAIN
    },
    Case {
        name: "RUN re-indented",
        dockerfile: "FROM debian\nRUN echo  && \\\n  echo b\n",
        after: Some("FROM debian\nRUN echo  && \\\n    echo b\n"),
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "comment inside a RUN edited",
        dockerfile: "FROM debian\nRUN echo  && \\\n# one\n  echo b\n",
        after: Some("FROM debian\nRUN echo  && \\\n# two\n  echo b\n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "comment inside a heredoc edited",
        dockerfile: "FROM debian\nRUN <<EOF\n# a\necho \nEOF\n",
        after: Some("FROM debian\nRUN <<EOF\n# b\necho \nEOF\n"),
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "heredoc delimiter renamed",
        dockerfile: "FROM debian\nRUN <<EOF\necho \nEOF\n",
        after: Some("FROM debian\nRUN <<XYZ\necho \nXYZ\n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "stage renamed",
        dockerfile: "FROM debian AS one\nRUN echo  > /o\nFROM debian\nCOPY --from=one /o /o\nRUN echo z\n",
        after: Some("FROM debian AS uno\nRUN echo  > /o\nFROM debian\nCOPY --from=uno /o /o\nRUN echo z\n"),
        observed: "kkk",
        ..PLAIN
    },
    Case {
        name: "stage rebuilt to the same bytes",
        dockerfile: "FROM debian AS one\nRUN echo  > /o\nFROM debian\nCOPY --from=one /o /o\nRUN echo z\n",
        after: Some("FROM debian AS one\nRUN true && echo  > /o\nFROM debian\nCOPY --from=one /o /o\nRUN echo z\n"),
        observed: "rkk",
        ..PLAIN
    },
    Case {
        name: "stage rebuilt to other bytes",
        dockerfile: "FROM debian AS one\nRUN echo  > /o\nFROM debian\nCOPY --from=one /o /o\nRUN echo z\n",
        after: Some("FROM debian AS one\nRUN echo other > /o\nFROM debian\nCOPY --from=one /o /o\nRUN echo z\n"),
        observed: "rrr",
        ..PLAIN
    },
    Case {
        name: "unreachable stage edited",
        dockerfile: "FROM debian AS dead\nRUN echo dead\nFROM debian\nRUN echo live\n",
        after: Some("FROM debian AS dead\nRUN echo DEAD\nFROM debian\nRUN echo live\n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "WORKDIR edited",
        dockerfile: "FROM debian\nRUN echo 1\nWORKDIR /x\nRUN echo 2\n",
        after: Some("FROM debian\nRUN echo 1\nWORKDIR /y\nRUN echo 2\n"),
        observed: "krr",
        ..PLAIN
    },
    Case {
        name: "file renamed in a copied folder",
        files: &[("dir/x", "1")],
        dockerfile: "FROM debian\nCOPY dir /d\nRUN echo \n",
        edits: &[Rename("dir/x", "dir/y")],
        observed: "rr",
        ..PLAIN
    },
    Case {
        name: "source folder moved, same name and bytes",
        files: &[("p/d/x", "1")],
        dockerfile: "FROM debian\nCOPY p/d /d\nRUN echo \n",
        edits: &[Rename("p/d", "q/d")],
        after: Some("FROM debian\nCOPY q/d /d\nRUN echo \n"),
        observed: "kk",
        ..PLAIN
    },
    Case {
        name: "new file matches a wildcard",
        files: &[("p/a.json", "1")],
        dockerfile: "FROM debian\nCOPY p/*.json /d/\nRUN echo \n",
        edits: &[Write("p/b.json", "2")],
        observed: "rr",
        ..PLAIN
    },
    Case {
        name: "new file beside a wildcard",
        files: &[("p/a.json", "1")],
        dockerfile: "FROM debian\nCOPY p/*.json /d/\nRUN echo \n",
        edits: &[Write("p/b.txt", "2")],
        observed: "kk",
        ..PLAIN
    },
    Case {
        name: "bind mount, file outside it changed",
        files: &[("p/a", "1"), ("q/b", "1")],
        dockerfile: "FROM debian\nRUN --mount=type=bind,source=p,target=/p cat /p/a && echo \n",
        edits: &[Write("q/b", "2")],
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "bind mount, file inside changed",
        files: &[("p/a", "1"), ("q/b", "1")],
        dockerfile: "FROM debian\nRUN --mount=type=bind,source=p,target=/p cat /p/a && echo \n",
        edits: &[Write("p/a", "2")],
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "cache mount, id a to id b",
        dockerfile: "FROM debian\nRUN --mount=type=cache,target=/c,id=a echo \n",
        after: Some("FROM debian\nRUN --mount=type=cache,target=/c,id=b echo \n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "cache mount, default id to own id",
        dockerfile: "FROM debian\nRUN --mount=type=cache,target=/c echo \n",
        after: Some("FROM debian\nRUN --mount=type=cache,target=/c,id=b echo \n"),
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "cache mount, sharing made locked",
        dockerfile: "FROM debian\nRUN --mount=type=cache,target=/c echo \n",
        after: Some("FROM debian\nRUN --mount=type=cache,target=/c,sharing=locked echo \n"),
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "cache mount added",
        dockerfile: "FROM debian\nRUN echo \n",
        after: Some("FROM debian\nRUN --mount=type=cache,target=/c echo \n"),
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "USER added above COPY and RUN",
        dockerfile: "FROM debian\nCOPY a /a\nRUN echo \n",
        after: Some("FROM debian\nUSER nobody\nCOPY a /a\nRUN echo \n"),
        observed: "kr",
        ..PLAIN
    },
    Case {
        name: "SHELL added",
        dockerfile: "FROM debian\nRUN echo \n",
        after: Some("FROM debian\nSHELL [\"/bin/bash\",\"-c\"]\nRUN echo \n"),
        observed: "r",
        ..PLAIN
    },
    Case {
        name: "instructions in lower case",
        dockerfile: "FROM debian\nRUN echo \n",
        after: Some("from debian\nrun echo \n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "two COPYs swapped",
        dockerfile: "FROM debian\nCOPY a /a\nCOPY b /b\nRUN echo \n",
        after: Some("FROM debian\nCOPY b /b\nCOPY a /a\nRUN echo \n"),
        observed: "rrr",
        ..PLAIN
    },
    Case {
        name: "two COPYs joined",
        dockerfile: "FROM debian\nCOPY a /d/\nCOPY b /d/\nRUN echo \n",
        after: Some("FROM debian\nCOPY a b /d/\nRUN echo \n"),
        observed: "rr",
        ..PLAIN
    },
    Case {
        name: "SOURCE_DATE_EPOCH changes under a WORKDIR",
        dockerfile: "FROM debian\nRUN echo 1\nWORKDIR /x\nRUN echo 2\n",
        arguments: &[("SOURCE_DATE_EPOCH", "1")],
        arguments_after: &[("SOURCE_DATE_EPOCH", "2")],
        observed: "krr",
        ..PLAIN
    },
    Case {
        name: "shell form turned into exec form",
        dockerfile: "FROM debian\nRUN echo 1\n",
        after: Some("FROM debian\nRUN [\"/bin/sh\",\"-c\",\"echo 1\"]\n"),
        observed: "k",
        ..PLAIN
    },
    Case {
        name: "two RUNs joined",
        dockerfile: "FROM debian\nRUN echo 1\nRUN echo 2\nRUN echo 3\n",
        after: Some("FROM debian\nRUN echo 1 && echo 2\nRUN echo 3\n"),
        observed: "rr",
        ..PLAIN
    },
    Case {
        name: "ADD turned into COPY",
        dockerfile: "FROM debian\nADD a /a\nRUN echo \n",
        after: Some("FROM debian\nCOPY a /a\nRUN echo \n"),
        observed: "rr",
        ..PLAIN
    },
    Case {
        name: "COPY given an absolute destination that WORKDIR gave before",
        dockerfile: "FROM debian\nWORKDIR /w\nCOPY a ./a\nRUN echo \n",
        after: Some("FROM debian\nWORKDIR /w\nCOPY a /w/a\nRUN echo \n"),
        observed: "kkk",
        ..PLAIN
    },
    Case {
        name: "pattern excluded in .dockerignore changed",
        files: &[("a", "a"), ("b", "b"), ("README.md", "r"), ("x/y/z.log", "1"), (".dockerignore", "**/*.log\n")],
        dockerfile: "FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\n",
        edits: &[Write("x/y/z.log", "2")],
        observed: "kkk",
        ..PLAIN
    },
    Case {
        name: "pattern ignored at the root only",
        files: &[("a", "a"), ("b", "b"), ("README.md", "r"), ("x/n.txt", "1"), (".dockerignore", "n.txt\n")],
        dockerfile: "FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\n",
        edits: &[Write("x/n.txt", "2")],
        observed: "krr",
        ..PLAIN
    },
    Case {
        name: "exception re-includes a file",
        files: &[("a", "a"), ("b", "b"), ("README.md", "r"), ("x/keep", "1"), (".dockerignore", "x\n!x/keep\n")],
        dockerfile: "FROM debian\nRUN echo \nCOPY . /src\nRUN echo y\n",
        edits: &[Write("x/keep", "2")],
        observed: "krr",
        ..PLAIN
    },
];

#[test]
fn every_step_is_predicted_as_a_builder_was_seen_to_do_it() {
    let mut wrong = Vec::new();
    for case in CASES {
        let predicted = predict(case);
        let fits = predicted.len() == case.observed.len()
            && predicted.chars().zip(case.observed.chars()).all(|(said, seen)| {
                // Whether a stage gives the same files again, only a build can tell.
                said == seen || said == '?' && case.name.starts_with("stage rebuilt to")
            });
        if !fits {
            wrong.push(format!("{}: {predicted}, observed {}", case.name, case.observed));
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(CASES.len(), 54);
}

#[test]
fn what_cannot_be_known_is_said_to_be_unknown() {
    let of = |name: &str| predict(CASES.iter().find(|case| case.name == name).unwrap());
    assert_eq!(of("stage rebuilt to the same bytes"), "r??");
    assert_eq!(of("stage rebuilt to other bytes"), "r??");
}

fn predict(case: &Case) -> String {
    let [first, second] = [case.dockerfile, case.after.unwrap_or(case.dockerfile)];
    let [first, second] = [first, second].map(|text| parse(SourceFile::new("Dockerfile", text)));
    let mut files: BTreeMap<String, (u32, String)> =
        case.files.iter().map(|(path, text)| ((*path).to_owned(), (0o644, (*text).to_owned()))).collect();
    files.insert("Dockerfile".to_owned(), (0o644, case.dockerfile.to_owned()));
    let before = sent(&files);
    case.edits.iter().for_each(|edit| apply(edit, &mut files));
    files.insert("Dockerfile".to_owned(), (0o644, case.after.unwrap_or(case.dockerfile).to_owned()));
    let after = sent(&files);
    let [old, new] = [arguments(case.arguments), arguments(case.arguments_after)];
    let images = BTreeMap::new();
    let [first_plan, second_plan] = [plan(&first, &old), plan(&second, &new)];
    let epoch = |arguments: &'static [(&str, &'static str)]| {
        arguments.iter().find(|(name, _)| *name == "SOURCE_DATE_EPOCH").map(|(_, value)| *value)
    };
    let first_state = State { plan: &first_plan, files: &before, images: &images, epoch: epoch(case.arguments) };
    let second_state = State { plan: &second_plan, files: &after, images: &images, epoch: epoch(case.arguments_after) };
    let (first_keys, second_keys) = (Keys::new(&first_state), Keys::new(&second_state));
    let mut cache = Cache::default();
    cache.remember(&first_keys);
    let judged = cache.judge((&first_state, &first_keys), (&second_state, &second_keys));
    let build = Build::new(&second);
    let letter = |fate: Fate| match fate {
        Fate::Kept => 'k',
        Fate::Unknown => '?',
        Fate::Rebuilt => 'r',
    };
    let built = judged.iter().filter(|step| build.stages[step.stage].is_reachable);
    built
        .flat_map(|step| {
            let merged = step.merged.map(|fate| letter(fate).to_ascii_uppercase());
            std::iter::once(letter(step.fate)).chain(merged)
        })
        .collect()
}

fn arguments(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn plan(file: &Dockerfile, arguments: &BTreeMap<String, String>) -> Plan {
    Plan::new(&Build::with_arguments(file, arguments))
}

fn sent(files: &BTreeMap<String, (u32, String)>) -> ContextFiles {
    let nodes =
        files.iter().map(|(path, (mode, text))| (path.clone(), Node::File { mode: *mode, content: text.clone() }));
    let all = ContextFiles::new(nodes);
    match files.get(".dockerignore") {
        Some((_, text)) => all.without_ignored(&IgnoreFile::parse(SourceFile::new(".dockerignore", text.as_str()))),
        None => all,
    }
}

fn apply(edit: &Edit, files: &mut BTreeMap<String, (u32, String)>) {
    match edit {
        Write(path, text) => {
            files.entry((*path).to_owned()).or_insert((0o644, String::new())).1 = (*text).to_owned();
        }
        Chmod(path, mode) => files.get_mut(*path).unwrap().0 = *mode,
        Rename(from, to) => {
            let moved: Vec<String> = files.keys().filter(|path| path.starts_with(from)).cloned().collect();
            for path in moved {
                let file = files.remove(&path).unwrap();
                files.insert(path.replacen(from, to, 1), file);
            }
        }
        Touch(path) => assert!(files.contains_key(*path)),
    }
}
