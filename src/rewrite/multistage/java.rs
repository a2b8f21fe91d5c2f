//! Java, Kotlin, Scala: archives come out of Maven or Gradle, and a runtime environment without a compiler runs them.
//!
//! CMD names the archive, at the path where the build leaves it. The new stage starts from the runtime environment of
//! Eclipse Temurin, of the same version as the kit that the build stands on, and on the same distribution if there is one.

use crate::context::BuildContext;
use crate::ir::{Command, lies_in};
use crate::knowledge::images::{NamedImage, java_runtime};

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::program::Program;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, application};

pub const JAVA: Ecosystem = Ecosystem {
    images: &["amazoncorretto", "eclipse-temurin", "gradle", "maven", "openjdk"],
    builds,
    product: Maker::OfProgram(product),
    is_source,
    runtime: Runtime::Counterpart(runtime_environment),
};

fn builds(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| matches!(it.manager.name, "mvn" | "gradle"))
        || matches!(command.name(), Some("jar" | "javac"))
}

fn is_source(name: &str) -> bool {
    const ENDINGS: &[&str] = &[".gradle", ".gradle.kts", ".groovy", ".java", ".kt", ".scala"];
    const NAMES: &[&str] = &[
        "gradle.properties",
        "gradlew",
        "gradlew.bat",
        "libs.versions.toml",
        "lombok.config",
        "mvnw",
        "mvnw.cmd",
        "pom.xml",
    ];
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || NAMES.contains(&name)
}

fn product(single: &SingleStage<'_>, program: &Program<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let build = JavaBuild::of(single, deeds)?;
    let mut product = Product::default();
    match program.command.name() {
        Some("java") => {
            for loaded in loaded_at_start(single, program.command)? {
                product.artifacts.extend(build.artifact(&loaded)?);
            }
            if product.artifacts.is_empty() {
                return Err(Refusal::NotBuilt(program.word.to_owned()));
            }
            product.artifacts.extend(arguments_from_context(single, program.command));
        }
        // The script of an installation, which starts Java: `build/install/NAME/bin/NAME`.
        _ => {
            let not_built = || Refusal::NotBuilt(program.word.to_owned());
            let path = program.path(single)?.filter(|path| build.makes(path)).ok_or_else(not_built)?;
            let (folder, _) = path.rsplit_once("/bin/").ok_or_else(not_built)?;
            product.artifacts.push(folder.to_owned());
        }
    }
    product.folders_of_build = build.projects;
    product.assumptions.extend(of_another_maker(single));
    match single.context {
        Some(context) => {
            product.embedded = folders_of_sources(context);
            product.assumptions.extend(sources_that_need_more(context));
        }
        None => product.assumptions.push(Assumption::NeedsNoDevelopmentKit),
    }
    Ok(product)
}

/// What is known of the commands that build.
struct JavaBuild<'s> {
    deeds: &'s Deeds<'s>,
    context: Option<&'s BuildContext>,
    /// The folders of the projects, absolute.
    projects: Vec<String>,
    /// What COPY brings, absolute.
    of_context: Vec<String>,
    /// Whether the archive looks for others beside itself.
    needs_neighbours: bool,
}

impl<'s> JavaBuild<'s> {
    fn of<'b: 's>(single: &SingleStage<'b>, deeds: &'s Deeds<'s>) -> Result<Self, Refusal> {
        let projects =
            single.build_commands().filter(|command| builds(command)).map(|command| project(single, command));
        let needs_neighbours = single.context.is_some_and(|context| {
            let told = ["addClasspath", "copy-dependencies", "Class-Path"];
            context.texts(is_told).any(|(_, text)| told.iter().any(|word| text.contains(word)))
        });
        Ok(Self {
            deeds,
            context: single.context,
            projects: projects.collect::<Result<_, _>>()?,
            of_context: application::of_context(single).unwrap_or_default(),
            needs_neighbours,
        })
    }

    /// Whether the build leaves something at that path: below `target` or `build` of a project.
    fn makes(&self, path: &str) -> bool {
        self.projects.iter().any(|project| lies_in(path, project)) && output_folder(path).is_some()
    }

    /// What has to be copied for what Java is told to load; nothing for what is not there.
    fn artifact(&self, loaded: &Loaded) -> Result<Option<String>, Refusal> {
        let path = loaded.path.as_str();
        let is_there = |paths: &[String]| paths.iter().any(|known| lies_in(path, known));
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if self.makes(path) {
            let is_pattern = name.contains(['*', '?', '[']);
            // Of a program in parts, the folder holds the others.
            let in_parts = path.find("/quarkus-app/").map(|at| at + "/quarkus-app".len());
            return Ok(Some(match (in_parts, output_folder(path)) {
                (Some(end), _) => path[..end].to_owned(),
                (None, Some(output)) if loaded.may_be_missing && !is_always_made(path) => output.to_owned(),
                (None, Some(output)) if self.needs_neighbours && !is_pattern => output.to_owned(),
                _ if is_pattern => folder.to_owned(),
                _ => path.to_owned(),
            }));
        }
        if is_there(&self.deeds.brought) {
            return Ok(Some(path.to_owned()));
        }
        if is_there(&self.of_context) {
            return Ok((!loaded.may_be_missing || self.may_be_in_context(name)).then(|| path.to_owned()));
        }
        Err(Refusal::NotBuilt(path.to_owned()))
    }

    fn may_be_in_context(&self, name: &str) -> bool {
        let is_called_so = |path: &str| path.rsplit('/').next() == Some(name);
        self.context.is_none_or(|context| context.entries().iter().any(|entry| is_called_so(&entry.path)))
    }
}

/// An archive or a folder that Java is told to load.
struct Loaded {
    /// Absolute; the name may hold a pattern.
    path: String,
    /// Whether the program may start without it: of several in a class path, Java passes over those that are not there, where
    /// COPY would fail.
    may_be_missing: bool,
}

/// Whether each build of Maven or Gradle leaves something there, whatever its files say.
fn is_always_made(path: &str) -> bool {
    ["/target/classes", "/build/libs"].iter().any(|folder| path.ends_with(folder))
}

/// The folder of a build's results that the path lies in.
fn output_folder(path: &str) -> Option<&str> {
    let end = |folder: &str| path.find(&format!("/{folder}/")).map(|at| at + folder.len() + 1);
    let end = [end("target"), end("build")].into_iter().flatten().max()?;
    path.get(..end)
}

/// The folder of the project that a command builds.
fn project(single: &SingleStage<'_>, command: &Command<'_>) -> Result<String, Refusal> {
    let told = command.manager.as_ref().and_then(|it| it.directory()).and_then(|flag| flag.value?.text);
    let told = told.map(|path| path.strip_suffix("pom.xml").unwrap_or(path)).filter(|path| !path.is_empty());
    single.path_of(command, told.unwrap_or("."))
}

/// The archives and folders that Java is told to load.
fn loaded_at_start(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Vec<Loaded>, Refusal> {
    let mut loaded = Vec::new();
    let mut words = command.arguments().iter();
    while let Some(word) = words.next() {
        let text = word.pattern();
        let told = match text {
            Some("-jar" | "-cp" | "-classpath" | "--class-path" | "-p" | "--module-path") => {
                let next = words.next().ok_or(Refusal::NoProgram)?;
                next.pattern().ok_or_else(|| Refusal::UnknownPath(next.written.to_owned()))?
            }
            Some(text) => match text.strip_prefix("-javaagent:") {
                Some(agent) => agent.split('=').next().unwrap_or(agent),
                None => continue,
            },
            None => continue,
        };
        for path in told.split(':').filter(|path| !path.is_empty()) {
            let path = single.path_of(command, path.strip_suffix("/*").unwrap_or(path))?;
            loaded.push(Loaded { path, may_be_missing: told.contains(':') });
        }
        if text == Some("-jar") {
            break;
        }
    }
    Ok(loaded)
}

/// Files of the build context that the program is told by its arguments.
fn arguments_from_context(single: &SingleStage<'_>, command: &Command<'_>) -> Vec<String> {
    let copied = application::of_context(single).unwrap_or_default();
    let jar = command.arguments().iter().position(|word| word.value == Some("-jar"));
    let behind = jar.map_or(&[][..], |at| command.arguments().get(at + 2..).unwrap_or_default());
    let is_file = |word: &&str| {
        let name = word.rsplit('/').next().unwrap_or_default();
        word.contains('/') && name.contains('.') && !word.contains(['=', ':'])
    };
    let words = behind.iter().filter_map(|word| word.value).filter(is_file);
    let paths = words.filter_map(|word| single.build.path_of(command, word));
    paths.filter(|path| copied.iter().any(|folder| lies_in(path, folder))).collect()
}

/// The folders of sources, whose resources the archives hold.
fn folders_of_sources(context: &BuildContext) -> Vec<String> {
    let is_of_build =
        |path: &str| matches!(path.rsplit('/').next(), Some("src" | "buildSrc" | ".mvn" | ".gradle" | "gradle"));
    let folders = context.entries().iter().filter(|entry| entry.is_dir() && is_of_build(&entry.path));
    folders.map(|entry| entry.path.clone()).collect()
}

/// Builds of the same machine by others than Temurin's makers and Java's own: some have options and libraries of their own.
fn of_another_maker(single: &SingleStage<'_>) -> Option<Assumption> {
    const MAKERS: &[&str] = &["corretto", "dragonwell", "kona", "liberica", "microsoft", "sapmachine", "zulu"];
    let image = single.image_name_and_tag();
    MAKERS.iter().any(|maker| image.contains(maker)).then_some(Assumption::NeedsNothingOfMaker(image))
}

/// What the sources ask for that the runtime environment may lack.
fn sources_that_need_more(context: &BuildContext) -> Vec<Assumption> {
    let is_source =
        |path: &str| [".java", ".kt"].iter().any(|ending| path.ends_with(ending)) && !path.contains("src/test/");
    let mentions = |words: &'static [&'static str]| {
        context.texts(is_source).find(|(_, text)| words.iter().any(|word| text.contains(word))).map(|(path, _)| path)
    };
    let starts = mentions(&["ProcessBuilder", "getRuntime().exec"]);
    let compiles = mentions(&["javax.tools", "com.sun.tools", "jdk.jshell"]);
    let starting = starts.map(|path| Assumption::StartsNoProgram(path.to_owned()));
    starting.into_iter().chain(compiles.map(|_| Assumption::NeedsNoDevelopmentKit)).collect()
}

fn is_told(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("build.gradle" | "build.gradle.kts" | "pom.xml"))
}

/// The image with the runtime environment of the version that the build image has.
fn runtime_environment(single: &SingleStage<'_>) -> Result<NamedImage, Refusal> {
    let tag = single.image.tag_or_latest().unwrap_or_default();
    let image = java_runtime(&single.image.familiar_name(), tag, Some(single.distribution));
    image.ok_or(Refusal::UnknownImage)
}

#[cfg(test)]
mod tests;
