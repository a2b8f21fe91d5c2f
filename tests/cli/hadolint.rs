//! `dfx hadolint`.

use super::{Folder, snapshot};

const DOCKERFILE: &str =
    "FROM debian\nRUN cd /x && apt-get install \\\n    foo\nMAINTAINER a<b>&\"c\"\nLABEL Bad.Key=1\n";

fn folder() -> Folder {
    Folder::with(&[
        ("Dockerfile", DOCKERFILE),
        ("clean", "FROM debian:13\nUSER 1\n"),
        ("broken", "FROM debian:13\nFOO bar\nRUN sudo x\n"),
    ])
}

#[test]
fn every_form_is_that_of_hadolint() {
    let folder = folder();
    let run = |form: &str| folder.run(&format!("hadolint --format {form} Dockerfile clean broken")).text();
    let forms = [
        "tty",
        "json",
        "gnu",
        "checkstyle",
        "codeclimate",
        "gitlab_codeclimate",
        "codacy",
        "sonarqube",
        "sarif",
        "junit",
    ];
    let text: String =
        forms.iter().map(|form| format!("== {form}\n{}\n", run(form).replace('\0', "<NUL>\n"))).collect();
    snapshot("hadolint_forms", &text);
}

#[test]
fn settings_are_those_of_hadolint() {
    let folder = folder();
    let codes = |arguments: &str, environment: &[(&str, &str)]| {
        let run = folder.run_with(&format!("hadolint -f json {arguments}"), DOCKERFILE, environment);
        let found: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).unwrap();
        let shown =
            found.iter().map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["level"].as_str().unwrap()));
        (run.code, shown.collect::<Vec<_>>().join(", "))
    };
    let all = "DL3006 warning, DL3003 warning, DL3008 warning, DL3014 warning, DL3015 info, DL4000 error, DL3048 style";
    assert_eq!(codes("-", &[]), (1, all.to_owned()));
    assert_eq!(codes("--no-fail -", &[]), (0, all.to_owned()));
    assert_eq!(codes("--ignore DL4000 -t error -", &[]).0, 0);
    assert_eq!(
        codes("--ignore DL4000 --info DL3006 -t warning Dockerfile", &[]).1,
        all.replace("DL3006 warning", "DL3006 info").replace("DL4000 error, ", "")
    );
    let environment =
        [("HADOLINT_IGNORE", "DL3006,DL3003"), ("HADOLINT_NOFAIL", "true"), ("HADOLINT_OVERRIDE_STYLE", "DL4000")];
    assert_eq!(
        codes("-", &environment),
        (0, "DL3008 warning, DL3014 warning, DL3015 info, DL4000 style, DL3048 style".to_owned())
    );
    folder.write(
        ".hadolint.yaml",
        "failure-threshold: error\nignored: [DL4000, DL3048]\ntrustedRegistries: [example.com]\n",
    );
    assert_eq!(
        codes("Dockerfile", &[]),
        (1, "DL3006 warning, DL3026 error, DL3003 warning, DL3008 warning, DL3014 warning, DL3015 info".to_owned())
    );
    folder.write("other.yaml", "ignored: [DL3006]\n");
    assert!(!codes("-c other.yaml Dockerfile", &[]).1.contains("DL3006"));
    folder.write("pragma", "# hadolint global ignore=DL3006\nFROM debian\n# hadolint ignore=DL3004\nRUN sudo x\n");
    assert_eq!(codes("-c other.yaml pragma", &[]).1, "");
    assert_eq!(codes("-c other.yaml --disable-ignore-pragma pragma", &[]).1, "DL3004 error");
    assert_eq!(codes("-c other.yaml --warning DL1001 pragma", &[]).1, "DL1001 warning");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = folder();
    snapshot("hadolint_nothing", &folder.run("hadolint").text());
    snapshot("hadolint_missing", &folder.run("hadolint nowhere clean").text());
    folder.write("broken.yaml", "ignored: [\n");
    snapshot("hadolint_broken_configuration", &folder.run("hadolint -c broken.yaml clean").text());
}

#[cfg(unix)]
#[test]
fn the_binary_may_be_called_hadolint() {
    let folder = folder();
    let hadolint = folder.path().join("hadolint");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dfx"), &hadolint).unwrap();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(&hadolint).args(arguments).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&["--no-color", "clean"]), (Some(0), String::new()));
    assert!(run(&["--version"]).1.starts_with("Haskell Dockerfile Linter 2.15.1"));
    assert_eq!(run(&["--bogus"]).0, Some(1));
    assert!(run(&["--no-color", "Dockerfile"]).1.starts_with("Dockerfile:1 DL3006 warning: "));
}
