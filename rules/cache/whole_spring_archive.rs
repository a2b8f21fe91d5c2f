//! The archive of Spring Boot is copied whole, libraries and application in one layer.
//!
//! ## Why
//! A change to one line of the application makes another archive, with all libraries in it: tens of megabytes that are pushed
//! and pulled again, although only the application is new. Since Spring Boot 2.4 an archive can take itself apart, so that
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
//! Takes the archive apart at the end of the stage that it comes from, and copies its four layers. A suggestion: a program that
//! looks into its own archive finds another. *Content* since Spring Boot 3.3, where the archive without libraries has the same
//! name and is started by the same command. *Runtime* from 2.4 to 3.2, where the layers are the content of the archive, and the
//! command starts its launcher in place of `-jar`. Holds back where a pattern may match more than one archive, as `*.jar` does
//! where the task `jar` of Gradle leaves a plain one too: COPY keeps the last of them, and a shell names all. Holds back where
//! the archive lies in `/`, where the COPY has other flags than `--from`, where the build asks for another launcher, a layout or a launch script, and before
//! Spring Boot 2.4, where an archive has layers only if it is told so.
//!
//! ## Sources
//! Spring Boot, "Packaging OCI Images: Dockerfiles", of 3.4, 3.2 and 2.7; `ExtractCommand` of spring-boot-jarmode-tools.

use crate::edit::Effect;
use crate::rewrite::whole_archive;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "cache/whole-spring-archive", effect: Some(Effect::Runtime), ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(archive) = whole_archive(cx.build, cx.commands, cx.build_context) else { return };
    let message = "libraries and application of Spring Boot are copied as one archive";
    let report = sink
        .report(archive.step.instruction.keyword_span(), message)
        .help("take the archive apart in the stage that builds it, and copy its layers");
    match archive.rewrite {
        Ok(copies) => report.suggest("copy the layers of the archive one by one", copies.effect, copies.edits),
        Err(reason) => report.no_fix(reason),
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
    fn before_3_3_the_command_starts_the_launcher_of_that_version() {
        let old = "org.springframework.boot.loader.JarLauncher";
        for (version, start, started) in [
            (
                "2.7.18",
                "[\"java\", \"-Xmx1g\", \"-jar\", \"/app/a.jar\", \"--b=c\"]",
                format!("[\"java\", \"-Xmx1g\", \"-cp\", \"/app\", \"{old}\", \"--b=c\"]"),
            ),
            ("3.1.0", "exec java -jar \"/app/a.jar\" --b=c", format!("exec java -cp /app {old} --b=c")),
            (
                "3.2.9",
                "java $JAVA_OPTS -jar /app/a.jar",
                "java $JAVA_OPTS -cp /app org.springframework.boot.loader.launch.JarLauncher".to_owned(),
            ),
        ] {
            let text = file(version, "/s/a.jar /app/a.jar", start);
            let extracted = "/s/extracted";
            let layers = ["dependencies", "spring-boot-loader", "snapshot-dependencies", "application"];
            let copies = layers.map(|layer| format!("COPY --from=build {extracted}/{layer}/ /app/"));
            let before = text.replace(['«', '»'], "");
            let after = before
                .replace("gradle bootJar\n", &format!("gradle bootJar\nRUN java -Djarmode=layertools -jar /s/a.jar extract --destination {extracted}\n"))
                .replace("COPY --from=build /s/a.jar /app/a.jar", &copies.join("\n"))
                .replace(start, &started);
            fixes!(&before => &after);
        }
    }

    #[test]
    fn a_pattern_is_the_one_archive_that_it_brings_to_a_file() {
        let java = "[\"java\", \"-jar\", \"/app/a.jar\"]";
        let before = file("3.3.4", "/s/build/libs/*.jar /app/a.jar", java).replace(['«', '»'], "");
        let extract = "java -Djarmode=tools -jar /s/build/libs/*.jar extract --layers --destination /s/build/libs/extracted \
                       --application-filename a.jar";
        let layers = ["dependencies", "spring-boot-loader", "snapshot-dependencies", "application"];
        let copies = layers.map(|layer| format!("COPY --from=build /s/build/libs/extracted/{layer}/ /app/"));
        let after = before
            .replace("gradle bootJar\n", &format!("gradle bootJar\nRUN {extract}\n"))
            .replace("COPY --from=build /s/build/libs/*.jar /app/a.jar", &copies.join("\n"));
        fixes!(&before => &after);
        let in_folders = file("3.3.4", "/s/*/libs/a.jar /app/a.jar", java);
        assert!(!is_rewritten(&in_folders));
    }

    #[test]
    fn a_pattern_that_matches_the_plain_archive_too_is_left_to_the_user() {
        let java = "[\"java\", \"-jar\", \"/app/a.jar\"]";
        let gradle = |setting: &str, pattern: &str, task: &str| {
            let text = file(&format!("3.3.4' {setting} '"), &format!("/s/build/libs/{pattern} /app/a.jar"), java);
            is_rewritten(&text.replace("gradle bootJar", task))
        };
        assert!(gradle("", "*.jar", "gradle clean :bootJar --no-daemon"));
        assert!(gradle("; jar { enabled = false }", "*.jar", "gradle build"));
        assert!(gradle("", "*-SNAPSHOT.jar", "gradle build"));
        for task in ["gradle build", "gradle bootJar jar", "gradle $TASK", "gradle bootJar && gradle assemble"] {
            assert!(!gradle("", "*.jar", task), "{task}");
        }
        assert!(!gradle("; jar { enabled = false }; java { withSourcesJar() }", "*.jar", "gradle build"));
        let old = file("3.3.4", "/s/build/libs/*.jar /app/a.jar", java)
            .replace("# context: build.gradle", "# context: build.gradle build/libs/old.jar");
        assert!(!is_rewritten(&old));
    }

    #[test]
    fn maven_leaves_one_archive_unless_it_is_asked_for_more() {
        let maven = |more: &str| {
            let pom = format!(
                "<parent><artifactId>spring-boot-starter-parent</artifactId><version>3.3.4</version></parent>{more}"
            );
            is_rewritten(&format!(
                "# context: pom.xml\n# text of pom.xml: {pom}\nFROM maven:3-eclipse-temurin-21 AS build\nCOPY . /s\n\
                 RUN cd /s && mvn package\nFROM eclipse-temurin:21-jre\nCOPY --from=build /s/target/*.jar /app/a.jar\n\
                 CMD [\"java\", \"-jar\", \"/app/a.jar\"]\n"
            ))
        };
        assert!(maven(""));
        assert!(!maven("<artifactId>maven-source-plugin</artifactId>"));
        assert!(!maven("<classifier>exec</classifier>"));
    }

    #[test]
    fn archives_of_another_kind_are_left_to_the_user() {
        for (version, setting) in [
            ("2.3.4", ""),
            ("3.1.0", "bootJar { launchScript() }"),
            ("3.2.1", "loaderImplementation = CLASSIC"),
            ("3.4.0", "PropertiesLauncher"),
        ] {
            let text =
                file(&format!("{version}' {setting} '"), "/s/a.jar /app/a.jar", "[\"java\", \"-jar\", \"/app/a.jar\"]");
            fires!(&text);
            assert!(!is_rewritten(&text), "{text}");
        }
        let text = file("3.1.0", "/s/a.jar /app/a.jar", "[\"java\", \"-cp\", \"x\", \"-jar\", \"/app/a.jar\"]");
        assert!(!is_rewritten(&text), "{text}");
    }

    #[test]
    fn what_could_not_be_started_as_before_is_left_to_the_user() {
        for (version, copy, archive) in
            [("3.3.0", "/s/a.jar /a.jar", "/a.jar"), ("3.3.0", "--chown=1:1 /s/a.jar /app/a.jar", "/app/a.jar")]
        {
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
