//! The archive of Spring Boot is copied whole, libraries and application in one layer.
//!
//! ## Why
//! A change to one line of the application makes another archive, with all libraries in it: tens of megabytes that are pushed
//! and pulled again, although only the application is new. Since Spring Boot 3.3 an archive can take itself apart, so that
//! the libraries are a layer of their own.
//!
//! ## Example
//! ```dockerfile,bad
//! # context: pom.xml
//! # text of pom.xml: <parent><artifactId>spring-boot-starter-parent</artifactId><version>3.4.1</version></parent>
//! FROM maven:3.9-eclipse-temurin-21 AS build
//! WORKDIR /src
//! COPY . .
//! RUN mvn package
//!
//! FROM eclipse-temurin:21-jre
//! WORKDIR /app
//! COPY --from=build /src/target/shop-1.0.jar shop.jar
//! CMD ["java", "-jar", "shop.jar"]
//! ```
//! ```dockerfile,good
//! # context: pom.xml
//! # text of pom.xml: <parent><artifactId>spring-boot-starter-parent</artifactId><version>3.4.1</version></parent>
//! FROM maven:3.9-eclipse-temurin-21 AS build
//! WORKDIR /src
//! COPY . .
//! RUN mvn package
//! RUN java -Djarmode=tools -jar /src/target/shop-1.0.jar extract --layers --destination /src/target/extracted --application-filename shop.jar
//!
//! FROM eclipse-temurin:21-jre
//! WORKDIR /app
//! COPY --from=build /src/target/extracted/dependencies/ /app/
//! COPY --from=build /src/target/extracted/spring-boot-loader/ /app/
//! COPY --from=build /src/target/extracted/snapshot-dependencies/ /app/
//! COPY --from=build /src/target/extracted/application/ /app/
//! CMD ["java", "-jar", "shop.jar"]
//! ```
//!
//! Reported where `pom.xml` or `build.gradle` at the root of the build context names the version of Spring Boot, and the
//! container starts with `java -jar`.
//!
//! ## Fix
//! Takes the archive apart at the end of the stage that it comes from, and copies its four layers. *Content*, and a suggestion:
//! the archive without libraries has the same name and is started by the same command, but a program that looks into its own
//! archive finds another, and an archive with a launch script cannot be taken apart. Holds back where the path of the archive is a
//! pattern, where it lies in `/`, where the COPY has other flags than `--from`, and before Spring Boot 3.3, whose layers need
//! another command.
//!
//! ## Sources
//! Spring Boot, "Packaging OCI Images: Dockerfiles"; `ExtractCommand` of spring-boot-jarmode-tools.

use crate::edit::Effect;
use crate::rewrite::whole_archive;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "cache/whole-spring-archive", effect: Some(Effect::Content), ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(archive) = whole_archive(cx.build, cx.commands, cx.build_context) else { return };
    let message = "libraries and application of Spring Boot are copied as one archive";
    let report = sink
        .report(archive.step.instruction.keyword_span(), message)
        .help("take the archive apart in the stage that builds it, and copy its layers");
    match archive.rewrite {
        Ok(edits) => report.suggest("copy the layers of the archive one by one", Effect::Content, edits),
        Err(reason) => report.note(format!("Not rewritten by dfx: {reason}.")),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    fn file(version: &str, copy: &str, java: &str) -> String {
        format!(
            "# context: build.gradle\n# text of build.gradle: id 'org.springframework.boot' version '{version}'\n\
             FROM gradle:8-jdk21 AS build\nCOPY . /s\nRUN cd /s && gradle bootJar\nFROM eclipse-temurin:21-jre\n«COPY» \
             --from=build {copy}\nENTRYPOINT {java}\n"
        )
    }

    fn is_rewritten(text: &str) -> bool {
        let findings = findings(&META, check, &text.replace(['«', '»'], ""));
        assert_eq!(findings.len(), 1, "{text}");
        findings[0].fix.is_some()
    }

    #[test]
    fn an_archive_that_keeps_its_name_and_place_is_copied_in_layers() {
        let text =
            file("3.3.0", "/s/build/libs/a.jar /s/build/libs/", "exec java -Xmx1g -jar /s/build/libs/a.jar --b=c");
        fires!(&text);
        assert!(is_rewritten(&text));
    }

    #[test]
    fn what_could_not_be_started_as_before_is_left_to_the_user() {
        for (version, copy, archive) in [
            ("3.2.9", "/s/a.jar /app/a.jar", "/app/a.jar"),
            ("3.3.0", "/s/a.jar /a.jar", "/a.jar"),
            ("3.3.0", "--chown=1:1 /s/a.jar /app/a.jar", "/app/a.jar"),
            ("3.3.0", "/s/build/libs/*.jar /app/a.jar", "/app/a.jar"),
        ] {
            let text = file(version, copy, &format!("[\"java\", \"-jar\", \"{archive}\"]"));
            fires!(&text);
            assert!(!is_rewritten(&text), "{text}");
        }
    }

    #[test]
    fn other_archives_are_nobodys_business() {
        let text = file("3.3.0", "/s/a.jar /app/a.jar", "[\"java\", \"-jar\", \"/app/a.jar\"]").replace(['«', '»'], "");
        silent!(&text.replace("org.springframework.boot", "application"));
        silent!(&text.replace("\"/app/a.jar\"]", "\"/app/b.jar\"]"));
        silent!(&text.replace("\"-jar\"", "\"-cp\""));
        silent!(&text.replace("# context: build.gradle\n", ""));
    }
}
