use std::collections::BTreeMap;

use crate::context::Entry;
use crate::edit::apply;
use crate::source::SourceFile;
use crate::syntax::{Keyword, parse};

use super::*;

/// What stands in all files of a build context: sources that may read any file.
const TEXT: &str = "use std::fs;\n";

/// What becomes of the last COPY from another stage, with the assumptions; `files` is the build context.
fn narrowed(text: &str, files: Option<&[&str]>) -> Result<(String, Vec<Assumption>), Refusal> {
    let files = files.map(|files| files.iter().map(|path| (*path, TEXT)).collect::<Vec<_>>());
    narrowed_with(text, files.as_deref())
}

/// As [`narrowed`], with the texts of the files.
fn narrowed_with(text: &str, files: Option<&[(&str, &str)]>) -> Result<(String, Vec<Assumption>), Refusal> {
    let file = parse(SourceFile::new("Dockerfile", text));
    let build = Build::new(&file);
    let commands = Commands::new(&build);
    let context = files.map(|files| {
        let entries = files.iter().map(|(path, _)| Entry::file(*path, 0o644, 1)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        BuildContext::new(entries, None, texts, false)
    });
    let step = build.steps_of(Keyword::Copy).filter(|step| step.source_stage().is_some()).last().unwrap();
    let narrowed = narrow(&build, &commands, context.as_ref(), step)?;
    let mut edits = narrowed.edits;
    edits.sort();
    Ok((String::from_utf8(apply(text.as_bytes(), &edits)).unwrap(), narrowed.assumptions))
}

/// The last stage of what becomes of it.
#[track_caller]
fn last_stage(text: &str, files: Option<&[&str]>) -> String {
    let (after, _) = narrowed(text, files).expect("a narrower copy");
    after.rsplit_once("\nFROM ").unwrap().1.to_owned()
}

#[track_caller]
fn refusal(text: &str) -> Refusal {
    narrowed(text, None).expect_err("a refusal")
}

const RUST: &str = "FROM rust:1.90-trixie AS b\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n";
const FILES: &[&str] = &["Cargo.toml", "Cargo.lock", "src/main.rs", "Dockerfile", "README.md"];

fn rust(last: &str) -> String {
    format!("{RUST}FROM debian:trixie-slim\n{last}")
}

#[test]
fn the_program_is_copied_alone_to_where_it_was() {
    let same = rust("COPY --from=b /app /app\nCMD [\"/app/target/release/a\"]\n");
    assert_eq!(
        last_stage(&same, Some(FILES)),
        "debian:trixie-slim\nCOPY --from=b /app/target/release/a /app/target/release/a\nCMD [\"/app/target/release/a\"]\n"
    );
    let moved = rust("WORKDIR /srv\nCOPY --from=b --chown=1:1 [\"/app\", \".\"]\nCMD ./target/release/a --port=80\n");
    assert_eq!(
        last_stage(&moved, Some(FILES)),
        "debian:trixie-slim\nWORKDIR /srv\nCOPY --from=b --chown=1:1 [\"/app/target/release/a\", \"/srv/target/release/a\"]\n\
         CMD ./target/release/a --port=80\n"
    );
}

#[test]
fn files_of_the_context_that_are_no_sources_come_along() {
    let files = [FILES, &["config/a.yml", "templates/index.html"]].concat();
    let text =
        rust("  COPY --link --from=b /app /srv\nCMD [\"/srv/target/release/a\", \"-c\", \"/srv/config/a.yml\"]\n");
    let (after, assumptions) = narrowed(&text, Some(&files)).unwrap();
    assert!(after.contains(
        "  COPY --link --from=b /app/target/release/a /srv/target/release/a\n  COPY --link --from=b /app/config /srv/config\n  \
         COPY --link --from=b /app/templates /srv/templates\nCMD"
    ), "{after}");
    assert_eq!(assumptions, []);
    let (_, unknown) = narrowed(&text.replace(", \"-c\", \"/srv/config/a.yml\"", ""), None).unwrap();
    assert_eq!(unknown, [Assumption::ReadsNoFiles]);
}

#[test]
fn what_a_build_puts_into_the_folder_stays() {
    let build = RUST.replace(
        "--release",
        "--release && mkdir -p data && cp target/release/a a && curl -o geo.db https://example.com/g",
    );
    let text = format!("{build}FROM debian:trixie-slim\nCOPY --from=b /app /app\nCMD [\"/app/a\"]\n");
    let after = last_stage(&text, Some(FILES));
    for path in ["/app/a", "/app/data", "/app/geo.db"] {
        assert!(after.contains(&format!("COPY --from=b {path} {path}\n")), "{after}");
    }
    assert!(!after.contains("target"), "{after}");
}

#[test]
fn each_ecosystem_knows_what_comes_out_of_its_build() {
    let with = |image: &str, build: &str, run: &str, cmd: &str| {
        last_stage(
            &format!(
                "FROM {image} AS b\nWORKDIR /a\nCOPY . .\nRUN {build}\nFROM {run}\nCOPY --from=b /a /a\nCMD {cmd}\n"
            ),
            None,
        )
    };
    for (image, build, run, cmd, path) in [
        ("golang:1.25", "go build -o bin/a .", "debian:13", "[\"/a/bin/a\"]", "/a/bin/a"),
        ("golang:1.25", "go build -o bin/a .", "scratch", "[\"/a/bin/a\"]", "/a/bin/a"),
        (
            "maven:3-eclipse-temurin-21",
            "mvn package",
            "eclipse-temurin:21-jre",
            "java -Xmx1g -jar /a/target/a.jar",
            "/a/target/a.jar",
        ),
        (
            "gradle:8-jdk21",
            "gradle build",
            "eclipse-temurin:21-jre",
            "[\"java\", \"-jar\", \"/a/build/libs/a.jar\"]",
            "/a/build/libs/a.jar",
        ),
        (
            "mcr.microsoft.com/dotnet/sdk:8.0",
            "dotnet publish -o out",
            "mcr.microsoft.com/dotnet/aspnet:8.0",
            "[\"dotnet\", \"/a/out/a.dll\"]",
            "/a/out",
        ),
        ("elixir:1.18", "mix release", "elixir:1.18-slim", "/a/_build/prod/rel/a/bin/a start", "/a/_build/prod/rel/a"),
    ] {
        let copied = format!("COPY --from=b {path} {path}\nCMD {cmd}\n");
        assert_eq!(with(image, build, run, cmd), format!("{run}\n{copied}"), "{image} {run}");
    }
}

#[test]
fn the_folder_that_is_published_is_no_reason_to_copy_less() {
    let text = "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS b\nWORKDIR /s\nCOPY . .\nRUN dotnet publish -o /out\nFROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY --from=b /out /app\nCMD [\"dotnet\", \"/app/a.dll\"]\n";
    assert_eq!(refusal(text), Refusal::NothingToSplit);
}

#[test]
fn what_the_last_stage_does_with_the_folder_must_find_what_it_needs() {
    let with = |behind: &str| {
        narrowed(&rust(&format!("COPY --from=b /app /app\n{behind}\nCMD [\"/app/target/release/a\"]\n")), Some(FILES))
    };
    for behind in [
        "RUN apt-get update && apt-get install -y ca-certificates",
        "RUN useradd -m app && chown -R app /app && chmod +x /app/target/release/a",
        "RUN ln -s /app/target/release/a /usr/local/bin/a",
        "RUN rm -rf /app/src",
        "WORKDIR /app",
        "WORKDIR /app/target",
        "VOLUME /data",
        "ENV PATH=/app/target/release:$PATH",
        "RUN mkdir -p /app/data\nVOLUME /app/data",
        "COPY a.yml /app/conf/\nENV CONFIG=/app/conf/a.yml",
    ] {
        assert!(with(behind).is_ok(), "{behind}");
    }
    for (behind, what) in [
        ("RUN strip /app/target/release/a", "RUN strip"),
        ("RUN chmod +x /app/run.sh", "RUN /app/run.sh"),
        ("RUN cd /app && ./install", "RUN cd"),
        ("RUN cp /app/x /y", "RUN cp"),
        ("RUN rm /app/src", "RUN rm"),
        ("RUN echo a > /app/src/a", "RUN /app/src/a"),
        ("WORKDIR /app/src", "WORKDIR /app/src"),
        ("VOLUME /app/data", "VOLUME /app/data"),
        ("ENV CONFIG=/app/conf/a.yml", "ENV /app/conf/a.yml"),
        ("HEALTHCHECK CMD [\"/app/check\"]", "HEALTHCHECK /app/check"),
    ] {
        let expected = Refusal::UsedLater { what: what.to_owned(), folder: "/app".to_owned() };
        assert_eq!(with(behind), Err(expected), "{behind}");
    }
}

#[test]
fn arguments_of_the_command_that_are_files_must_be_there() {
    let with = |cmd: &str| narrowed(&rust(&format!("WORKDIR /app\nCOPY --from=b /app .\nCMD {cmd}\n")), Some(FILES));
    assert!(with("[\"./target/release/a\", \"--listen=0.0.0.0:80\", \"https://example.com/a.b\"]").is_ok());
    for argument in ["conf.toml", "--config=conf.toml", "/app/conf", "conf/x"] {
        let refused = with(&format!("[\"./target/release/a\", \"{argument}\"]"));
        assert!(matches!(refused, Err(Refusal::UsedLater { .. })), "{argument}: {refused:?}");
    }
}

#[test]
fn owners_that_new_folders_would_not_have_are_left_alone() {
    let with = |step: &str, flag: &str| {
        let build = RUST.replace("RUN cargo", &format!("{step}\nRUN cargo"));
        narrowed(
            &format!(
                "{build}FROM debian:trixie-slim\nCOPY {flag}--from=b /app /app\nCMD [\"/app/target/release/a\"]\n"
            ),
            Some(FILES),
        )
    };
    for step in ["USER 1000", "RUN chown -R 1000 /app", "RUN chmod -R a+w /app"] {
        assert!(matches!(with(step, ""), Err(Refusal::OwnedFolders(_))), "{step}");
    }
    assert!(with("RUN chown -R 1000 /app", "--chown=1000 ").is_ok());
    assert!(with("RUN chmod -R a+w /app", "--chown=1000 ").is_err());
    assert!(with("RUN chmod +x /usr/bin/x", "").is_ok());
}

#[test]
fn a_program_that_comes_from_elsewhere_says_nothing_of_the_folder() {
    let elsewhere = rust("COPY a /usr/bin/a\nCOPY --from=b /app /app\nCMD [\"/usr/bin/a\"]\n");
    assert_eq!(refusal(&elsewhere), Refusal::NotBuilt("/usr/bin/a".to_owned()));
    // The path is that of a program in the build stage, and not what the COPY brings.
    let same_path = rust("COPY --from=b /app /srv\nCMD [\"/app/target/release/a\"]\n");
    assert_eq!(refusal(&same_path), Refusal::NotBuilt("/app/target/release/a".to_owned()));
    let script = rust("COPY --from=b /app /app\nENTRYPOINT [\"/app/run.sh\"]\n");
    assert_eq!(refusal(&script), Refusal::Script("/app/run.sh".to_owned()));
}

#[test]
fn what_is_not_understood_stays() {
    let text = rust("COPY --from=b /app /app\nCMD [\"/app/target/release/a\"]\n");
    let with = |old: &str, new: &str| refusal(&text.replace(old, new));
    assert_eq!(with("RUN cargo", "RUN ./generate\nRUN cargo"), Refusal::UnknownCommand("generate".to_owned()));
    assert_eq!(with("CMD", "ONBUILD RUN ls\nCMD"), Refusal::Onbuild);
    assert_eq!(with("--from=b /app", "--from=b --exclude=x /app"), Refusal::UnknownPath("/app /app".to_owned()));
    assert_eq!(with("--from=b /app /app", "--from=b /app /"), Refusal::AmongSystemFiles("/".to_owned()));
}

#[test]
fn what_a_generator_writes_is_for_the_user_to_know() {
    let with = |run: &str| {
        let build = format!("FROM golang:1.25 AS b\nWORKDIR /a\nCOPY . .\nRUN {run}\nRUN go build -o bin/a .\n");
        let text = format!("{build}FROM debian:13\nCOPY --from=b /a /a\nCMD [\"/a/bin/a\"]\n");
        let (_, assumptions) = narrowed(&text, Some(&["main.go", "go.mod"])).unwrap();
        assumptions.into_iter().filter(|it| matches!(it, Assumption::ReadsNothingOf(_))).collect::<Vec<_>>()
    };
    let of = |program: &str| [Assumption::ReadsNothingOf(program.to_owned())];
    assert_eq!(with("go generate ./..."), of("go generate"));
    assert_eq!(with("go vet ./... && go run ./cmd/seed"), of("go run"));
    assert_eq!(with("go mod download"), []);
}

const TYPESCRIPT: &str = "FROM node:22 AS b\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM node:22-slim\n\
                          COPY --from=b /app /srv\nWORKDIR /srv\nCMD [\"node\", \"dist/a.js\"]\n";
const PACKAGE: (&str, &str) = (
    "package.json",
    r#"{"scripts": {"build": "rimraf dist && tsc", "start": "node dist/a.js"}, "dependencies": {"a": "1"}}"#,
);
const CONFIG: (&str, &str) =
    ("tsconfig.json", "{\n  // where to\n  \"compilerOptions\": { \"outDir\": \"./dist\", },\n}\n");

#[test]
fn of_typescript_the_compiled_program_its_packages_and_other_files_are_copied() {
    let files =
        [PACKAGE, CONFIG, ("src/a.ts", ""), ("views/a.html", ""), ("package-lock.json", ""), ("jest.config.js", "")];
    let (after, assumptions) = narrowed_with(TYPESCRIPT, Some(&files)).unwrap();
    let copies: String = ["dist", "node_modules", "package.json", "views"]
        .map(|path| format!("COPY --from=b /app/{path} /srv/{path}\n"))
        .concat();
    assert!(after.contains(&format!("FROM node:22-slim\n{copies}WORKDIR")), "{after}");
    assert_eq!(assumptions, [Assumption::ReadsNoSources]);
    let by_script = TYPESCRIPT.replace("[\"node\", \"dist/a.js\"]", "npm start");
    assert!(narrowed_with(&by_script, Some(&files)).is_ok());
    let pruned = TYPESCRIPT.replace("\nFROM node:22-slim", "\nRUN npm prune --omit=dev\nFROM node:22-slim");
    assert_eq!(narrowed_with(&pruned, Some(&files)).map(|(_, assumptions)| assumptions.len()), Ok(1));
}

#[test]
fn a_program_that_may_read_its_sources_stays_with_them() {
    let refused = |old: &str, new: &str, package: (&str, &str), more: &[(&str, &str)]| {
        let files = [&[package, CONFIG, ("src/a.ts", "")], more].concat();
        narrowed_with(&TYPESCRIPT.replace(old, new), Some(&files)).is_err()
    };
    let with = |old: &str, new: &str| PACKAGE.1.replace(old, new);
    assert!(!refused("", "", PACKAGE, &[]));
    assert!(refused("dist/a.js", "src/a.js", PACKAGE, &[]));
    assert!(refused("COPY . .", "COPY web .", PACKAGE, &[]));
    assert!(refused("&& npm run build", "&& npm run build && npm run generate", PACKAGE, &[]));
    assert!(refused("RUN npm", "RUN node seed.js && npm", PACKAGE, &[]));
    assert!(refused("", "", PACKAGE, &[("pnpm-workspace.yaml", "")]));
    assert!(refused("", "", PACKAGE, &[(".yarnrc.yml", "")]));
    for (old, new) in [
        ("&& tsc", "&& tsc && cp -r a b"),
        ("&& tsc", "&& webpack"),
        ("&& tsc", "&& tsc --outDir lib"),
        ("\"start\"", "\"postbuild\""),
        ("\"start\"", "\"postinstall\""),
        ("{\"a\"", "{\"ts-node\""),
    ] {
        assert!(refused("", "", ("package.json", &with(old, new)), &[]), "{new}");
    }
}
