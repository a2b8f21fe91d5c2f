//! What the guard has to see, and that it sees whatever is missing from the rewrites of `corpus/apps`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::context::{BuildContext, Entry};
use crate::edit::apply;
use crate::ir::{Build, Commands};
use crate::rewrite::multistage::{BaseChoice, split};
use crate::source::SourceFile;
use crate::syntax::parse;

use super::*;

const BEFORE: &str = "FROM golang:1.19\nWORKDIR /src\nRUN go build -o app\nENV A=b\nCMD ./app\n";
const AFTER: &str = "FROM golang:1.19 AS build\nWORKDIR /src\nRUN go build -o app\n\nFROM debian:bullseye-slim\n\
                     RUN apt-get install -y git\nWORKDIR /src\nCOPY --from=build /src/app /src/app\n\
                     COPY --from=build /src/web /src/web\nENV A=b\nCMD ./app\n";

fn plan(text: &str) -> Plan {
    Plan::new(&Build::new(&parse(SourceFile::new("Dockerfile", text))))
}

fn promised() -> NewStage {
    NewStage {
        artifacts: vec!["/src/app".to_owned(), "/src/web".to_owned()],
        packages: vec!["git".to_owned()],
        pruning: None,
        finish: None,
        served: None,
        least_megabytes: None,
    }
}

fn faults_after(old: &str, new: &str) -> Vec<String> {
    assert!(AFTER.contains(old));
    faults(&plan(BEFORE), &plan(&AFTER.replacen(old, new, 1)), &promised())
}

#[test]
fn a_split_that_keeps_its_promise_is_right() {
    assert_eq!(faults(&plan(BEFORE), &plan(AFTER), &promised()), [""; 0]);
}

#[test]
fn every_artifact_and_package_has_to_be_there() {
    assert_eq!(faults_after("COPY --from=build /src/web /src/web\n", ""), ["`/src/web` is not in the last stage"]);
    assert_eq!(
        faults_after("COPY --from=build /src/app /src/app\n", ""),
        ["`/src/app` is not in the last stage", "the container calls `/src/app`, which is not in the last stage"]
    );
    assert_eq!(faults_after(" git\n", " curl\n"), ["the package `git` is not in the last stage"]);
}

#[test]
fn nothing_else_may_change() {
    assert_eq!(faults_after("-o app\n", "-o app .\n"), ["the build stage is built in another way than before"]);
    assert_eq!(faults_after("FROM golang:1.19", "FROM golang:1.20").len(), 1);
    assert_eq!(faults_after("ENV A=b\n", ""), ["`Env` in the configuration of the image is another"]);
    assert_eq!(faults_after("CMD ./app", "CMD ./app x"), ["`Cmd` in the configuration of the image is another"]);
    assert_eq!(
        faults_after("/src/web /src/web\n", "/src/web /web\n"),
        ["`/src/web` moves", "`/src/web` is not in the last stage"]
    );
    assert_eq!(faults_after("--from=build /src/web", "--from=other /src/web").len(), 2);
}

#[test]
fn the_build_may_end_with_the_command_that_was_announced() {
    let promised = NewStage { pruning: Some("go clean".to_owned()), ..promised() };
    let after = |command: &str| AFTER.replacen("\n\nFROM", &format!("\nRUN {command}\n\nFROM"), 1);
    assert_eq!(faults(&plan(BEFORE), &plan(&after("go clean")), &promised), [""; 0]);
    let otherwise = ["the build stage is built in another way than before"];
    assert_eq!(faults(&plan(BEFORE), &plan(&after("go clean -x")), &promised), otherwise);
    assert_eq!(faults(&plan(BEFORE), &plan(AFTER), &promised), otherwise);
}

#[test]
fn what_the_context_brings_last_is_copied_in_the_same_order_when_all_else_is_done() {
    let before = "FROM a:1\nWORKDIR /s\nRUN x\nCOPY --chown=1 . .\nCOPY run.sh /bin/\nCMD [\"/s/y.sh\"]\n";
    let after = "FROM a:1 AS build\nWORKDIR /s\nRUN x\n\nFROM b:1\nWORKDIR /s\nCOPY --from=build /s /s\nCOPY --chown=1 . .\n\
                 COPY run.sh /bin/\nCMD [\"/s/y.sh\"]\n";
    let promised = NewStage { artifacts: vec!["/s".to_owned()], ..NewStage::default() };
    let faults_of = |old: &str, new: &str| {
        assert!(after.contains(old));
        faults(&plan(before), &plan(&after.replacen(old, new, 1)), &promised)
    };
    assert_eq!(faults_of("", ""), [""; 0]);
    for (old, new) in [
        ("COPY run.sh /bin/\n", ""),
        ("COPY --chown=1 . .\nCOPY run.sh /bin/\n", "COPY run.sh /bin/\nCOPY --chown=1 . .\n"),
        ("--chown=1 ", ""),
        ("COPY --from=build /s /s\nCOPY --chown=1 . .\n", "COPY --chown=1 . .\nCOPY --from=build /s /s\n"),
        ("CMD", "RUN rm -r /s\nCMD"),
        ("CMD", "COPY more /s\nCMD"),
        ("RUN x\n\n", "RUN x\nCOPY --chown=1 . .\n\n"),
    ] {
        assert_ne!(faults_of(old, new), [""; 0], "{new}");
    }
}

#[test]
fn the_path_may_grow_and_a_directory_of_the_base_may_be_written_out() {
    assert_eq!(faults_after("ENV A=b\n", "ENV A=b\nENV PATH=/go/bin:$PATH\n"), [""; 0]);
    assert_eq!(faults_after("ENV A=b\n", "ENV A=b\nENV PATH=/go/bin\n").len(), 1);
}

#[test]
fn another_server_serves_what_was_announced_and_nothing_else_changes() {
    let before = "FROM node:18\nWORKDIR /s\nRUN a\nEXPOSE 80\nENTRYPOINT [\"./serve\", \"d\"]\n";
    let settings = "printf 'listen 80;\\nroot /s/d;' > /c";
    let after = format!(
        "FROM node:18 AS build\nWORKDIR /s\nRUN a\n\nFROM nginx:1\nWORKDIR /s\nCOPY --from=build /s/d /s/d\nRUN {settings}\n\
         EXPOSE 80\nCMD [\"nginx\"]\n"
    );
    let served = ServedFolder { folder: "/s/d".to_owned(), port: 80, command: vec!["nginx".to_owned()] };
    let promised = NewStage {
        artifacts: vec!["/s/d".to_owned()],
        finish: Some(settings.to_owned()),
        served: Some(served.clone()),
        ..NewStage::default()
    };
    assert_eq!(faults(&plan(before), &plan(&after), &promised), [""; 0]);
    let faults_of = |old: &str, new: &str| faults(&plan(before), &plan(&after.replacen(old, new, 1)), &promised);
    for (old, new) in [
        ("\"nginx\"", "\"nginx\", \"-t\""),
        ("CMD [", "ENTRYPOINT ["),
        ("EXPOSE 80", "EXPOSE 81"),
        ("listen 80", "listen 81"),
        ("root /s/d", "root /s"),
        ("COPY --from=build /s/d /s/d", "COPY d /s/d"),
        ("RUN printf", "RUN rm /b\nRUN printf"),
    ] {
        assert_ne!(faults_of(old, new), [""; 0], "{new}");
    }
    for (folder, port) in [("/s/e", 80), ("/s/d", 81)] {
        let served = ServedFolder { folder: folder.to_owned(), port, ..served.clone() };
        let promised = NewStage { served: Some(served), ..promised.clone() };
        assert_ne!(faults(&plan(before), &plan(&after), &promised), [""; 0], "{folder} {port}");
    }
    let unannounced = NewStage { served: None, ..promised.clone() };
    assert_ne!(faults(&plan(before), &plan(&after), &unannounced), [""; 0]);
}

#[test]
fn whatever_is_missing_from_a_rewrite_is_missed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/apps");
    let mut mutations = 0;
    for application in std::fs::read_dir(folder).unwrap() {
        let application = application.unwrap().path();
        let Ok(before) = std::fs::read_to_string(application.join("Dockerfile")) else { continue };
        let Some((after, promised)) = rewritten(&before, &context_of(&application)) else { continue };
        assert_eq!(faults(&plan(&before), &plan(&after), &promised), [""; 0], "{after}");
        for mutated in mutated(&after, &promised) {
            assert_ne!(faults(&plan(&before), &plan(&mutated), &promised), [""; 0], "{after}\nwithout\n{mutated}");
            mutations += 1;
        }
    }
    assert!(mutations > 50, "{mutations}");
}

/// The file in two stages, and what is promised of it.
fn rewritten(text: &str, context: &BuildContext) -> Option<(String, NewStage)> {
    let file = parse(SourceFile::new("Dockerfile", text));
    let build = Build::new(&file);
    let mut split = split(&build, &Commands::new(&build), Some(context), &BaseChoice::Slim)?.ok()?;
    split.edits.sort();
    Some((String::from_utf8(apply(text.as_bytes(), &split.edits)).unwrap(), split.new_stage))
}

/// The files with their texts, which are all small.
fn context_of(application: &Path) -> BuildContext {
    let mut texts = BTreeMap::new();
    let mut folders = vec![application.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                texts.insert(path.strip_prefix(application).unwrap().to_str().unwrap().to_owned(), text);
            }
        }
    }
    let entries = texts.iter().map(|(path, text)| Entry::file(path.as_str(), 0o644, text.len() as u64)).collect();
    BuildContext::new(entries, None, texts, false)
}

/// The file without one line of the new stage, without one package, without the command at the end of the build.
fn mutated(after: &str, promised: &NewStage) -> Vec<String> {
    const NAMED: &[&str] = &["COPY", "ENV", "EXPOSE", "CMD", "ENTRYPOINT", "HEALTHCHECK", "LABEL", "USER", "WORKDIR"];
    let (build, stage) = after.rsplit_once("\nFROM ").unwrap();
    let mut mutated: Vec<String> = stage
        .split_inclusive('\n')
        .filter(|line| NAMED.iter().any(|keyword| line.starts_with(keyword)))
        .map(|line| format!("{build}\nFROM {}", stage.replacen(line, "", 1)))
        .collect();
    for package in &promised.packages {
        mutated.push(format!("{build}\nFROM {}", stage.replacen(&format!(" {package}"), "", 1)));
    }
    let commands = promised.pruning.iter().chain(&promised.finish);
    mutated.extend(commands.map(|command| after.replacen(&format!("RUN {command}\n"), "", 1)));
    mutated
}
