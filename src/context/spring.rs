//! What the manifests of a Java project say of Spring Boot.

use super::BuildContext;

/// What the manifests of a Java project say of Spring Boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpringBoot {
    /// Major and minor version.
    pub version: (u32, u32),
    /// Whether the archive is the usual one: nothing asks for another launcher or layout, or for a launch script before it.
    pub has_usual_archive: bool,
    /// The archives that the build leaves.
    pub archives: Archives,
}

/// The archives with the end `.jar` that a build of Spring Boot leaves beside one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archives {
    /// In `target`, the archive alone: the one that Maven repackages is renamed to `.jar.original`.
    OfMaven,
    /// In `build/libs`, the archive alone: the task `jar` is switched off.
    OfGradle,
    /// In `build/libs`, and beside it one with `-plain` behind its name wherever the task `jar` runs.
    OfGradleWithPlain,
    /// Others are asked for: sources, documentation, one with a classifier.
    Several,
}

/// What makes another archive: settings of the plugins for Maven and Gradle.
const UNUSUAL: &[&str] =
    &["<executable>true", "<layout>", "PropertiesLauncher", "launchScript", "loaderImplementation"];

/// What leaves further archives: settings and plugins of Maven, and what makes one with Gradle.
const FURTHER: &[&str] = &[
    "<classifier>",
    "maven-assembly-plugin",
    "maven-javadoc-plugin",
    "maven-shade-plugin",
    "maven-source-plugin",
    "test-jar",
    "archiveClassifier",
    "shadowJar",
    "withJavadocJar",
    "withSourcesJar",
];

impl Archives {
    fn of_maven(text: &str) -> Self {
        if asks_for_further(text) { Self::Several } else { Self::OfMaven }
    }

    /// `jar { enabled = false }`, `tasks.named("jar") { enabled = false }`, `jar.enabled = false`
    fn of_gradle(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<String>());
        // Blocks go over lines: what a line ends with stays apart only where it could be a part of the next name.
        let text = lines.fold(String::new(), |text, line| {
            let is_open = text.ends_with(['{', '=', '(']) || line.starts_with(['{', '}']);
            text + if is_open { "" } else { ";" } + &line
        });
        const SWITCHED_OFF: &[&str] = &[
            "jar{enabled=false}",
            "jar{enabled(false)}",
            "jar.enabled=false",
            "named('jar'){enabled=false}",
            "named(\"jar\"){enabled=false}",
            "named<Jar>(\"jar\"){enabled=false}",
            "getByName<Jar>(\"jar\"){enabled=false}",
        ];
        let is_part = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_switched_off = SWITCHED_OFF.iter().any(|it| text.match_indices(it).any(|(at, _)| !is_part(&text[..at])));
        match (asks_for_further(&text), is_switched_off) {
            (true, _) => Self::Several,
            (false, true) => Self::OfGradle,
            (false, false) => Self::OfGradleWithPlain,
        }
    }
}

fn asks_for_further(text: &str) -> bool {
    FURTHER.iter().any(|word| text.contains(word))
}

impl BuildContext {
    /// The version of Spring Boot that the `pom.xml` or `build.gradle` at the root of the context asks for, and the kind of its
    /// archive. `None` where the version is not written there, and where the project divides its archive into layers of its own.
    pub fn spring_boot(&self) -> Option<SpringBoot> {
        let gradle = || self.text("build.gradle").or_else(|| self.text("build.gradle.kts"));
        let (text, version, archives) = match self.text("pom.xml") {
            Some(text) => (text, version_in_pom(text)?, Archives::of_maven(text)),
            None => gradle().and_then(|text| Some((text, version_in_gradle(text)?, Archives::of_gradle(text))))?,
        };
        let has_own_layers = ["<layers>", "layered"].iter().any(|word| text.contains(word));
        let mut numbers = version.split('.').map(str::parse);
        let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else { return None };
        let has_usual_archive = !UNUSUAL.iter().any(|word| text.contains(word));
        (!has_own_layers).then_some(SpringBoot { version: (major, minor), has_usual_archive, archives })
    }
}

/// That of the parent, which brings the plugin that makes the archive.
fn version_in_pom(text: &str) -> Option<&str> {
    let (parent, _) = text.split_once("<parent>")?.1.split_once("</parent>")?;
    let version = parent.split_once("<version>")?.1.split_once("</version>")?.0;
    parent.contains("spring-boot-starter-parent").then_some(version.trim())
}

/// `id 'org.springframework.boot' version '3.3.1'`
fn version_in_gradle(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.contains("org.springframework.boot") && line.contains("version"))?;
    line.split_once("version")?.1.split(['"', '\'']).nth(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::context::Entry;

    use super::*;

    fn version(path: &str, text: &str) -> Option<(u32, u32)> {
        let texts = BTreeMap::from([(path.to_owned(), text.to_owned())]);
        BuildContext::new(vec![Entry::file(path, 0o644, 1)], None, texts, false).spring_boot().map(|it| it.version)
    }

    #[test]
    fn the_version_stands_at_the_parent_or_the_plugin() {
        let pom =
            "<project><parent><artifactId>spring-boot-starter-parent</artifactId><version>3.4.1</version></parent>";
        assert_eq!(version("pom.xml", pom), Some((3, 4)));
        assert_eq!(
            version("build.gradle", "plugins {\n  id 'org.springframework.boot' version '3.3.0'\n}\n"),
            Some((3, 3))
        );
        assert_eq!(version("build.gradle.kts", "id(\"org.springframework.boot\") version \"4.0.0\"\n"), Some((4, 0)));
        for (path, text) in [
            ("pom.xml", "<project><version>3.4.1</version></project>".to_owned()),
            ("pom.xml", pom.replace("3.4.1", "${spring}")),
            ("pom.xml", format!("{pom}<layers><enabled>false</enabled></layers>")),
            ("build.gradle", "plugins { id 'java' }\n".to_owned()),
        ] {
            assert_eq!(version(path, &text), None, "{text}");
        }
    }

    #[test]
    fn gradle_leaves_a_plain_archive_unless_its_task_is_switched_off() {
        for (text, archives) in [
            ("plugins {}\n", Archives::OfGradleWithPlain),
            ("bootJar {\n  enabled = false\n}\n", Archives::OfGradleWithPlain),
            ("jar {\n  enabled = false\n}\n", Archives::OfGradle),
            ("x\njar.enabled = false\n", Archives::OfGradle),
            ("tasks.named(\"jar\") { enabled = false }\n", Archives::OfGradle),
            ("tasks.jar { enabled = false }\njava { withSourcesJar() }\n", Archives::Several),
        ] {
            assert_eq!(Archives::of_gradle(text), archives, "{text}");
        }
        assert_eq!(Archives::of_maven("<artifactId>maven-source-plugin</artifactId>"), Archives::Several);
        assert_eq!(Archives::of_maven("<packaging>jar</packaging>"), Archives::OfMaven);
    }
}
