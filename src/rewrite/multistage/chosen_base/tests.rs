//! New stages on images that somebody has asked for.

use super::super::testing::outcome_on;
use super::*;

const STATIC: &str = "FROM golang:1.19\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\nCMD [\"/app\"]\n";

fn stage(choice: &str, text: &str) -> Result<String, Refusal> {
    let outcome = outcome_on(&choice.parse().unwrap(), text, Some(&[("main.go", "package main\nimport \"os\"\n")]));
    let (text, assumptions) = outcome.expect("a build")?;
    assert!(assumptions.iter().any(|it| matches!(it, Assumption::HasAllThatIsNeeded(_))), "{assumptions:?}");
    Ok(text.split_once("\n\nFROM ").unwrap().1.to_owned())
}

#[test]
fn a_program_without_libraries_runs_on_nothing() {
    let copies = "WORKDIR /src\nCOPY --from=build /app /app\n\
                  COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n\
                  COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/local/go/lib/time/zoneinfo.zip\nCMD [\"/app\"]\n";
    assert_eq!(stage("scratch", STATIC).unwrap(), format!("scratch\n{copies}"));
    assert_eq!(stage("distroless", STATIC).unwrap(), format!("gcr.io/distroless/static-debian12\n{copies}"));
    assert_eq!(stage("debian:13-slim", STATIC).unwrap(), format!("debian:13-slim\n{copies}"));
}

#[test]
fn a_program_with_libraries_needs_them() {
    let linked = STATIC.replace("CGO_ENABLED=0 ", "");
    assert_eq!(stage("scratch", &linked), Err(Refusal::NoSuchBase("scratch")));
    assert!(stage("distroless", &linked).unwrap().starts_with("gcr.io/distroless/cc-debian12\n"));
}

#[test]
fn without_a_shell_nothing_may_need_one() {
    for (old, new) in [
        ("CMD [\"/app\"]", "CMD /app -x"),
        ("CMD", "HEALTHCHECK CMD /app check\nCMD"),
        ("RUN", "RUN useradd a && "),
        ("RUN", "RUN apt-get install -y ffmpeg && "),
    ] {
        let refusal = stage("distroless", &STATIC.replace(old, new)).unwrap_err();
        assert_eq!(refusal, Refusal::NeedsShell("gcr.io/distroless/static-debian12".to_owned()), "{new}");
    }
    let named = STATIC.replace("CMD", "USER nobody\nCMD");
    assert_eq!(stage("scratch", &named), Err(Refusal::MissingUser("nobody".to_owned())));
    assert!(stage("distroless", &named).is_ok());
}

#[test]
fn java_is_started_by_the_file_itself() {
    let text = "FROM maven:3-eclipse-temurin-21\nCOPY . /a\nRUN cd /a && mvn package\nENTRYPOINT [\"java\", \"-jar\", \"/a/target/a.jar\"]\n";
    let stage_of = |text: &str| stage("distroless", text);
    assert!(stage_of(text).unwrap().starts_with("gcr.io/distroless/java21-debian13\n"));
    assert_eq!(stage_of(&text.replace("ENTRYPOINT", "CMD")), Err(Refusal::InheritedEntrypoint));
    assert_eq!(stage_of(&text.replace("21", "11")), Err(Refusal::NoSuchBase("distroless")));
}

#[test]
fn an_interpreter_has_no_such_image() {
    let text = "FROM python:3.11\nCOPY a.py /a/\nRUN pip install flask\nCMD [\"python\", \"/a/a.py\"]\n";
    assert_eq!(stage("distroless", text), Err(Refusal::NoSuchBase("distroless")));
}

#[test]
fn an_image_of_distroless_that_is_named_has_no_shell_either() {
    let user = STATIC.replace("RUN", "RUN useradd a && ");
    for image in ["gcr.io/distroless/static-debian12:nonroot", "gcr.io/distroless/base-debian12"] {
        assert_eq!(stage(image, &user), Err(Refusal::NeedsShell(image.to_owned())), "{image}");
        assert!(stage(image, STATIC).is_ok(), "{image}");
    }
    let script = STATIC.replace("CMD [\"/app\"]", "CMD /app");
    assert!(matches!(stage("gcr.io/distroless/cc-debian12", &script), Err(Refusal::NeedsShell(_))));
}
