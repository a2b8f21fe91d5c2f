//! `dfx layers`.

use std::process::Command;

use super::layers_git::{Repository, write};
use super::{Folder, snapshot};

const DOCKERFILE: &str = "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\nFROM nginx:1.29\n\
                          COPY --from=build /app/dist /usr/share/nginx/html\n";

fn project() -> Folder {
    Folder::with(&[
        ("Dockerfile", DOCKERFILE),
        (".dockerignore", "node_modules\n*.md\n"),
        ("package.json", "{}"),
        ("package-lock.json", "{}"),
        ("src/index.js", "1"),
        ("README.md", "1"),
    ])
}

#[test]
fn the_usual_changes_are_told_with_what_they_rebuild() {
    snapshot("layers", &project().run("layers").text());
    snapshot("layers_markdown", &project().run("layers --format markdown").text());
    snapshot("layers_json", &project().run("layers --format json").text());
}

#[test]
fn the_stages_are_drawn_for_browsers_markdown_and_graphviz() {
    let folder = project();
    for format in ["html", "svg", "mermaid", "dot"] {
        snapshot(&format!("layers_{format}"), &folder.run(&format!("layers --format {format}")).text());
    }
}

#[test]
fn the_picture_in_the_documentation_is_what_its_command_prints() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfx"));
    command.current_dir(root).args(["layers", "corpus/guide/multi-stage-good.Dockerfile", "--format", "svg"]);
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert_eq!(std::fs::read_to_string(format!("{root}/docs/layers.svg")).unwrap(), printed, "renew docs/layers.svg");
}

#[test]
fn what_a_dockerfile_holds_is_never_taken_for_marks_of_the_report() {
    let folder = project();
    let hostile = "FROM alpine\nRUN echo '</code><script>alert(1)</script>' \"|`]\\\"\n\
                   COPY [\"<img src=x onerror=alert(1)>\", \"/x\"]\n";
    let name = "<b>\"&#]`.Dockerfile";
    folder.write(name, hostile);
    for format in ["html", "svg", "mermaid", "dot", "markdown"] {
        let text = folder.run(&format!("layers {name} --format {format}")).stdout;
        snapshot(&format!("layers_hostile_{format}"), &text);
        let is_markup = matches!(format, "html" | "svg");
        assert!(!is_markup || ["<script", "<img", "<b>"].iter().all(|mark| !text.contains(mark)), "{text}");
    }
}

#[test]
fn a_report_that_no_comment_holds_is_cut_between_lines_and_without_half_a_chart() {
    let folder = project();
    let copies: String =
        (0..500).map(|number| format!("COPY --from=build /app/dist/{number} /usr/share/{number}\n")).collect();
    folder.write("Dockerfile", &format!("{DOCKERFILE}{copies}"));
    let text = folder.run("layers --format markdown").stdout;
    assert!((50_000..65_536).contains(&text.len()), "{} bytes", text.len());
    assert!(text.ends_with("\n\nThe report is longer than a comment may be; `dfx layers` prints all of it.\n"));
    assert!(!text.contains("```"));
}

#[test]
fn a_build_is_compared_with_another_dockerfile_or_another_context() {
    let folder = project();
    folder.write("old.Dockerfile", &DOCKERFILE.replace("npm run build", "npm run build -- --mode old"));
    snapshot("layers_other_dockerfile", &folder.run("layers --compare old.Dockerfile").text());
    for path in ["Dockerfile", ".dockerignore", "package.json", "package-lock.json", "src/index.js"] {
        folder.write(&format!("before/{path}"), &folder.read(path));
    }
    folder.write("before/src/index.js", "2");
    folder.write("before/README.md", "2");
    folder.write(".dockerignore", "node_modules\n*.md\nbefore\nold.Dockerfile\n.git\n.dockerignore\n");
    folder.write("before/.dockerignore", "node_modules\n*.md\n.dockerignore\n");
    snapshot("layers_other_context", &folder.run("layers --compare before").text());
}

#[test]
fn each_commit_is_built_after_the_one_before_it() {
    let repository = repository();
    let folder = repository.checkout();
    snapshot("layers_history", &folder.run("layers --history 10").text());
    let json = folder.run("layers --history 10 --format json").stdout;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let install = &report["steps"][2]["history"];
    assert_eq!(install["rebuilt"], 4, "{json}");
    assert_eq!(install["by_path"][0], serde_json::json!({ "path": "src/index.js", "commits": 2 }));
}

#[test]
fn measured_seconds_take_the_place_of_estimates() {
    let folder = project();
    folder.write(
        "build.log",
        "#1 [internal] load build definition\n#1 DONE 0.1s\n#5 [build 3/5] COPY . .\n#5 DONE 0.4s\n\
         #6 [build 4/5] RUN npm ci\n#6 DONE 34.5s\n#7 [build 5/5] RUN npm run pack\n#7 DONE 8s\n",
    );
    snapshot("layers_timings", &folder.run("layers --timings build.log").text());
    folder.write("empty.log", "#1 [internal] load build definition\n");
    snapshot("layers_no_timings", &folder.run("layers --timings empty.log").text());
}

#[test]
fn a_score_that_is_too_low_fails_the_run_and_every_lost_point_has_a_line() {
    let repository = repository();
    let folder = repository.checkout();
    let run = folder.run("layers --history 10 --fail-under 80");
    let score: Vec<&str> = run.stdout.lines().skip_while(|line| !line.starts_with("Score")).take(2).collect();
    assert_eq!(
        score,
        [
            "Score: 62.5 of 100: so many of a hundred runs of steps that take long are needed",
            "    -37.5  line 4    RUN npm ci"
        ]
    );
    assert_eq!(run.code, 1);
    assert_eq!(folder.run("layers --history 10 --fail-under 60").code, 0);
    assert_eq!(folder.run("layers --fail-under 101").code, 2);
}

#[test]
fn a_file_that_buildkit_refuses_has_no_steps() {
    let folder = project();
    folder.write("empty.Dockerfile", "# nothing\n");
    snapshot("layers_nothing_is_built", &folder.run("layers empty.Dockerfile").text());
    folder.write("refused.Dockerfile", "FROM a\nRUNN b\nCOPY --from=7 c /\n");
    let run = folder.run("layers refused.Dockerfile");
    snapshot("layers_refused", &run.text());
    assert_eq!(folder.run("layers --compare refused.Dockerfile").text(), run.text());
    // BuildKit does not look at the values of a stage that nothing needs.
    folder.write("unused.Dockerfile", "FROM a AS unused\nEXPOSE c\nFROM a\nRUN b\n");
    assert_eq!(folder.run("layers unused.Dockerfile").code, 0);
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = project();
    snapshot(
        "layers_no_history",
        &folder.run("layers --history 5").text().replace(&folder.path().display().to_string(), "FOLDER"),
    );
    snapshot("layers_missing", &folder.run("layers Containerfile").text());
    snapshot("layers_bad_argument", &folder.run("layers --build-arg X").text());
}

/// The project and six commits behind it: two edits of a source file, one of documentation, a merge that brings a new
/// dependency, and an edit of the Dockerfile.
fn repository() -> Repository {
    let mut repository = Repository::new();
    repository
        .commit(&[
            write("Dockerfile", &DOCKERFILE.replace("npm run build", "npm run bundle")),
            write(".dockerignore", "node_modules\n*.md\n"),
            write("package.json", "{}"),
            write("package-lock.json", "{}"),
            write("src/index.js", "1"),
        ])
        .commit(&[write("src/index.js", "2")])
        .commit(&[write("README.md", "1")])
        .commit_on("side", "from :2\n", &[write("package-lock.json", "{ }")])
        .commit_on("main", "from :3\nmerge :4\n", &[write("package-lock.json", "{ }")])
        .commit(&[write("src/index.js", "3")])
        .commit(&[write("Dockerfile", DOCKERFILE)]);
    repository
}
