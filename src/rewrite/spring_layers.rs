//! The archive of Spring Boot in layers: its libraries, which seldom change, apart from the application.
//!
//! The archive takes itself apart into a folder for each layer, which are copied one after another into the folder of the
//! archive. Since Spring Boot 3.3 (`-Djarmode=tools`) they are an archive of the same name beside `lib`, which it loads, so
//! that the command stays as it is. Before (`-Djarmode=layertools`), they are what lay in the archive, and the command
//! names the launcher that the archive would have started.

use crate::context::{Archives, BuildContext, Glob, SpringBoot};
use crate::edit::{Edit, Effect};
use crate::ir::{Base, Build, Command, CommandWord, Commands, ImageReference, Stage, Step, clean_path};
use crate::shell::Dialect;
use crate::syntax::{CommandForm, InstructionKind};

/// A COPY that brings the whole archive.
pub struct WholeArchive<'b> {
    /// The COPY.
    pub step: &'b Step<'b>,
    /// What copies the layers one by one; or why that is left to the user.
    pub rewrite: Result<LayerCopies, &'static str>,
}

/// What copies the layers of an archive one by one.
pub struct LayerCopies {
    /// The edits of the file.
    pub edits: Vec<Edit>,
    /// *Runtime* where the container starts with another command.
    pub effect: Effect,
}

/// The layers of an archive that configures none, in the order in which they change more often.
const LAYERS: [&str; 4] = ["dependencies", "spring-boot-loader", "snapshot-dependencies", "application"];

/// Images that have Java, in which the archive can be taken apart.
const WITH_JAVA: &[&str] = &["amazoncorretto", "eclipse-temurin", "gradle", "maven", "openjdk"];

/// The COPY of the last stage that brings an archive of Spring Boot which the container starts with `java -jar`.
pub fn whole_archive<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    context: Option<&BuildContext>,
) -> Option<WholeArchive<'b>> {
    let spring = context?.spring_boot()?;
    let last = build.stages.last()?;
    let started = StartedArchive::of(build, commands, last)?;
    let (step, from) = last.steps.iter().find_map(|step| {
        let copied = build.copied_to(step)?;
        let path = if copied.destination.ends_with(".jar") { &copied.destination } else { copied.below.first()? };
        let [source] = step.sources.as_slice() else { return None };
        let Base::Stage(from) = source.source else { return None };
        (*path == started.path).then_some((step, build.stages.get(from)?))
    })?;
    let patterns = Patterns { commands, context: context?, archives: spring.archives };
    let rewrite = rewrite(build, step, from, &started, spring, &patterns);
    Some(WholeArchive { step, rewrite })
}

/// How an archive of a version of Spring Boot is taken apart and started then.
#[derive(Clone, Copy)]
enum Form {
    /// An archive of the same name beside its libraries.
    ArchiveWithLibraries,
    /// The content of the archive, started by the launcher of this name.
    Content(&'static str),
}

impl Form {
    /// The loader got a package of its own in 3.2; archives have layers without being told so since 2.4.
    fn of(spring: SpringBoot) -> Result<Self, &'static str> {
        match spring.version {
            (0..=1, _) | (2, ..=3) => Err("before Spring Boot 2.4, an archive has layers only where it is told so"),
            _ if !spring.has_usual_archive => Err("the archive has a launcher, a layout or a script of its own"),
            (2, _) | (3, ..=1) => Ok(Self::Content("org.springframework.boot.loader.JarLauncher")),
            (3, 2) => Ok(Self::Content("org.springframework.boot.loader.launch.JarLauncher")),
            _ => Ok(Self::ArchiveWithLibraries),
        }
    }
}

/// The archive that the container starts with `java -jar`, and nothing else.
struct StartedArchive<'b> {
    /// Where it lies, absolute.
    path: String,
    command: &'b Command<'b>,
    /// Where in the command `-jar` stands.
    option: &'b CommandWord<'b>,
    /// The word behind it.
    word: &'b CommandWord<'b>,
}

impl<'b> StartedArchive<'b> {
    fn of(build: &'b Build<'b>, commands: &'b Commands<'b>, last: &Stage<'_>) -> Option<Self> {
        let process = build.process(last.index);
        let mut started = process.commands(commands);
        let (command, None) = (started.next()?, started.next()) else { return None };
        let words = command.arguments();
        let at = words.iter().position(|word| word.value == Some("-jar")).filter(|_| command.name() == Some("java"))?;
        let (option, word) = (words.get(at)?, words.get(at + 1)?);
        Some(Self { path: build.path_of(command, word.value?)?, command, option, word })
    }

    /// The edits that start what lay in the archive: its launcher takes the folder of its own class for the archive.
    fn start_launcher(&self, build: &Build<'_>, folder: &str, launcher: &str) -> Result<[Edit; 2], &'static str> {
        let has_path = |word: &CommandWord<'_>| matches!(word.value, Some("-cp" | "-classpath" | "--class-path"));
        if self.command.arguments().iter().any(has_path) {
            return Err("the command sets a class path of its own");
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
        if !folder.chars().all(is_plain) || !self.option.is_contiguous || !self.word.is_contiguous {
            return Err("the command is not written in plain words");
        }
        let words = ["-cp", folder, launcher];
        let is_exec = matches!(
            &self.command.step.instruction.kind,
            InstructionKind::Cmd(CommandForm::Exec { .. }) | InstructionKind::Entrypoint(CommandForm::Exec { .. })
        );
        let has_quotes = |word: &CommandWord<'_>| build.file.source.slice(word.span).starts_with('"');
        let written = |word: &CommandWord<'_>, words: &[&str]| match (is_exec, has_quotes(word)) {
            (true, true) => format!("\"{}\"", words.join("\", \"")),
            (true, false) => words.join("\", \""),
            (false, _) => words.join(" "),
        };
        Ok([
            Edit::replace(self.option.span, written(self.option, &words[..1])),
            Edit::replace(self.word.span, written(self.word, &words[1..])),
        ])
    }
}

/// What tells how many archives a pattern matches. COPY brings all of them to the path of one file, one over the other, so that
/// the last stays; a shell hands all of them to `java -jar`.
struct Patterns<'p, 'b> {
    commands: &'b Commands<'b>,
    context: &'p BuildContext,
    archives: Archives,
}

impl Patterns<'_, '_> {
    /// Whether the pattern surely is that of one archive, where the build puts its archives into that folder.
    fn match_one(&self, folder: &str, pattern: &str) -> bool {
        let is_below = |end: &str| folder == end || folder.ends_with(&format!("/{end}"));
        let (end, is_one) = match self.archives {
            Archives::OfMaven => ("target", true),
            Archives::OfGradle => ("build/libs", true),
            Archives::OfGradleWithPlain => ("build/libs", !may_match_plain(pattern) || self.runs_boot_jar_alone()),
            Archives::Several => return false,
        };
        is_one && is_below(end) && !self.comes_along(end, pattern)
    }

    /// Whether all that is asked of Gradle is the archive of Spring Boot, for which the task `jar` does not run.
    fn runs_boot_jar_alone(&self) -> bool {
        const WITHOUT_JAR: &[&str] =
            &["bootJar", "check", "classes", "clean", "compileJava", "dependencies", "processResources", "test"];
        let tasks_of = |command: &Command<'_>| -> Option<Vec<String>> {
            let words = command.words.get(command.manager.as_ref()?.tool + 1..)?;
            let values: Option<Vec<&str>> = words.iter().map(|word| word.value).collect();
            let tasks = values?.into_iter().filter(|word| !word.starts_with('-'));
            Some(tasks.map(|task| task.rsplit(':').next().unwrap_or(task).to_owned()).collect())
        };
        let of_gradle = self.commands.package_managers().filter(|(_, invocation)| invocation.manager.name == "gradle");
        let asked: Option<Vec<Vec<String>>> = of_gradle.map(|(command, _)| tasks_of(command)).collect();
        let tasks: Vec<String> = asked.unwrap_or_default().concat();
        tasks.iter().any(|task| task == "bootJar") && tasks.iter().all(|task| WITHOUT_JAR.contains(&task.as_str()))
    }

    /// Whether an archive of an earlier build lies in the context.
    fn comes_along(&self, end: &str, pattern: &str) -> bool {
        let glob = Glob::new(&format!("{end}/{pattern}"));
        let is_old = |path: &str| {
            let from = path.match_indices(end).map(|(at, _)| &path[at..]);
            from.into_iter().any(|path| glob.as_ref().is_ok_and(|glob| glob.matches(path)))
        };
        self.context.entries().iter().any(|entry| is_old(&entry.path) && !self.context.would_exclude(&entry.path))
    }
}

/// Whether the pattern may match a name that ends with `-plain.jar`.
fn may_match_plain(pattern: &str) -> bool {
    let end = pattern.rsplit('*').next().unwrap_or(pattern);
    end.ends_with("-plain.jar") || "-plain.jar".ends_with(end)
}

fn rewrite(
    build: &Build<'_>,
    step: &Step<'_>,
    from: &Stage<'_>,
    archive: &StartedArchive<'_>,
    spring: SpringBoot,
    patterns: &Patterns<'_, '_>,
) -> Result<LayerCopies, &'static str> {
    let form = Form::of(spring)?;
    let source = &build.file.source;
    let InstructionKind::Copy(transfer) = &step.instruction.kind else { return Err("ADD brings it") };
    let ([written], [flag]) = (transfer.sources.as_slice(), step.instruction.flags.as_slice()) else {
        return Err("the COPY has more flags than `--from`, or more sources than the archive");
    };
    let made = step.certain_value(written).filter(|path| path.ends_with(".jar") && !path.contains(['?', '[', ' ']));
    let made = made.map(|path| clean_path(&format!("/{path}"))).ok_or("the path of the archive is not written out")?;
    let (made_in, made_name) = made.rsplit_once('/').unwrap_or(("", &made));
    let is_pattern = made_name.contains('*');
    let is_to_file = step.certain_value(&transfer.destination).is_some_and(|path| path.ends_with(".jar"));
    let has_shell = from.steps.last().is_some_and(|step| build.shell_of(step).0 != Dialect::Opaque);
    if made_in.contains('*') || is_pattern && !(is_to_file && has_shell) {
        return Err("the path of the archive is not written out");
    }
    if is_pattern && !patterns.match_one(made_in, made_name) {
        return Err("the pattern may match more than one archive, of which COPY keeps the last");
    }
    let (folder, name) = archive.path.rsplit_once('/').unwrap_or(("", &archive.path));
    let image = build.root_image(from.index).map(ImageReference::familiar_name);
    if folder.is_empty() {
        return Err("its libraries would lie in `/lib`, among those of the distribution");
    }
    if !image.is_some_and(|image| WITH_JAVA.contains(&image.as_str())) {
        return Err("the stage that it comes from may have no Java to take it apart");
    }
    let end = from.steps.last().ok_or("the stage that it comes from does nothing")?.instruction;
    let extracted = format!("{made_in}/extracted");
    let extract = match form {
        Form::Content(_) => format!("RUN java -Djarmode=layertools -jar {made} extract --destination {extracted}"),
        Form::ArchiveWithLibraries => {
            let renamed = if made_name == name { String::new() } else { format!(" --application-filename {name}") };
            format!("RUN java -Djarmode=tools -jar {made} extract --layers --destination {extracted}{renamed}")
        }
    };
    let line_ending = Some(source.line_ending(end.last_line)).filter(|ending| !ending.is_empty()).unwrap_or("\n");
    let from = source.slice(flag.span);
    let copies = LAYERS.map(|layer| format!("COPY {from} {extracted}/{layer}/ {folder}/"));
    let mut edits = vec![
        Edit::insert(end.span.end, format!("{line_ending}{extract}")),
        Edit::replace(step.instruction.span, copies.join(line_ending)),
    ];
    let Form::Content(launcher) = form else { return Ok(LayerCopies { edits, effect: Effect::Content }) };
    edits.extend(archive.start_launcher(build, folder, launcher)?);
    Ok(LayerCopies { edits, effect: Effect::Runtime })
}
