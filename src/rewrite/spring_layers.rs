//! The archive of Spring Boot in layers: its libraries, which seldom change, apart from the application.
//!
//! The archive takes itself apart (`-Djarmode=tools`, since Spring Boot 3.3) into a folder for each layer. Copied one after
//! another into the folder of the archive, they are an archive of the same name beside `lib`, which it loads: the command
//! stays as it is.

use crate::context::BuildContext;
use crate::edit::Edit;
use crate::ir::{Base, Build, Commands, ImageReference, Stage, Step, clean_path};
use crate::syntax::InstructionKind;

/// A COPY that brings the whole archive.
pub struct WholeArchive<'b> {
    /// The COPY.
    pub step: &'b Step<'b>,
    /// What copies the layers one by one; or why that is left to the user.
    pub rewrite: Result<Vec<Edit>, &'static str>,
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
    let version = context?.spring_boot()?;
    let last = build.stages.last()?;
    let started = started_archive(build, commands, last)?;
    let (step, from) = last.steps.iter().find_map(|step| {
        let copied = build.copied_to(step)?;
        let path = if copied.destination.ends_with(".jar") { &copied.destination } else { copied.below.first()? };
        let [source] = step.sources.as_slice() else { return None };
        let Base::Stage(from) = source.source else { return None };
        (*path == started).then_some((step, build.stages.get(from)?))
    })?;
    let rewrite = match version < (3, 3) {
        true => Err("before Spring Boot 3.3, an archive that is taken apart needs another command"),
        false => rewrite(build, step, from, &started),
    };
    Some(WholeArchive { step, rewrite })
}

/// The archive behind `java -jar`, absolute, where the container starts with that alone.
fn started_archive<'b>(build: &'b Build<'b>, commands: &'b Commands<'b>, last: &Stage<'_>) -> Option<String> {
    let process = build.process(last.index);
    let mut started = process.commands(commands);
    let (command, None) = (started.next()?, started.next()) else { return None };
    let words = command.arguments();
    let at = words.iter().position(|word| word.value == Some("-jar")).filter(|_| command.name() == Some("java"))?;
    build.path_of(command, words.get(at + 1)?.value?)
}

fn rewrite(build: &Build<'_>, step: &Step<'_>, from: &Stage<'_>, archive: &str) -> Result<Vec<Edit>, &'static str> {
    let source = &build.file.source;
    let InstructionKind::Copy(transfer) = &step.instruction.kind else { return Err("ADD brings it") };
    let ([written], [flag]) = (transfer.sources.as_slice(), step.instruction.flags.as_slice()) else {
        return Err("the COPY has more flags than `--from`, or more sources than the archive");
    };
    let made =
        step.certain_value(written).filter(|path| path.ends_with(".jar") && !path.contains(['*', '?', '[', ' ']));
    let made = made.map(|path| clean_path(&format!("/{path}"))).ok_or("the path of the archive is not written out")?;
    let (made_in, made_name) = made.rsplit_once('/').unwrap_or(("", &made));
    let (folder, name) = archive.rsplit_once('/').unwrap_or(("", archive));
    let image = build.root_image(from.index).map(ImageReference::familiar_name);
    if folder.is_empty() {
        return Err("its libraries would lie in `/lib`, among those of the distribution");
    }
    if !image.is_some_and(|image| WITH_JAVA.contains(&image.as_str())) {
        return Err("the stage that it comes from may have no Java to take it apart");
    }
    let end = from.steps.last().ok_or("the stage that it comes from does nothing")?.instruction;
    let renamed = if made_name == name { String::new() } else { format!(" --application-filename {name}") };
    let extracted = format!("{made_in}/extracted");
    let extract = format!("RUN java -Djarmode=tools -jar {made} extract --layers --destination {extracted}{renamed}");
    let line_ending = Some(source.line_ending(end.last_line)).filter(|ending| !ending.is_empty()).unwrap_or("\n");
    let from = source.slice(flag.span);
    let copies = LAYERS.map(|layer| format!("COPY {from} {extracted}/{layer}/ {folder}/"));
    Ok(vec![
        Edit::insert(end.span.end, format!("{line_ending}{extract}")),
        Edit::replace(step.instruction.span, copies.join(line_ending)),
    ])
}
