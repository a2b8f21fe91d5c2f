//! The new stage as text.

use crate::edit::{Edit, NewStage};
use crate::ir::{Command, Step, lies_in};
use crate::source::Span;

use super::application::TEMPORARY;
use super::deeds::Deeds;
use super::ecosystem::Product;
use super::folders::Folders;
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, Split, chosen_base, decision, metadata, remark, saving};

/// The edits that make two stages of one.
///
/// # Errors
/// Where the working directory is not known, and where a link would lead nowhere.
pub fn emit<'b>(
    single: &SingleStage<'b>,
    deeds: &Deeds<'b>,
    product: &Product,
    base: &RuntimeBase,
    files: &[String],
    assumptions: Vec<Assumption>,
) -> Result<Split, Refusal> {
    let artifacts = artifacts(deeds, product, files);
    let stage = Stage { single, deeds, product, base, artifacts: &artifacts };
    let moved: Vec<Span> = metadata::moved(single).map(|step| moved_lines(single, step)).collect();
    let line_ending = single.build.file.source.line_ending(single.last_change.instruction.last_line);
    let line_ending = if line_ending.is_empty() { "\n" } else { line_ending };
    let pruning = product.pruning.as_ref().map_or(String::new(), |command| format!("\nRUN {command}"));
    let lines = stage.lines(&moved)?;
    chosen_base::check_shell(single, base, &lines)?;
    let mut text = format!("{pruning}\n\n{}", lines.join("\n"));
    if line_ending != "\n" {
        text = text.replace('\n', line_ending);
    }
    let mut edits = vec![Edit::insert(end_of(single, single.last_change), text)];
    if single.stage.from.name.is_none() {
        edits.push(Edit::insert(single.stage.from.image.span().end, " AS build"));
    }
    edits.extend(moved.into_iter().map(Edit::delete));
    edits.extend(stage.replaced_start());
    let decisions = decision::decisions(single, deeds, product, base, &artifacts);
    let packages = deeds.packages.iter().map(|package| (*package).to_owned()).collect();
    let new_stage = NewStage {
        artifacts,
        packages,
        pruning: product.pruning.clone(),
        finish: product.finish.as_ref().map(|finish| finish.command.clone()),
        served: product.served.clone(),
        least_megabytes: saving::least_megabytes(single, deeds, base),
    };
    let remarks = remark::remarks(single, deeds);
    Ok(Split { edits, new_stage, decisions, assumptions, remarks })
}

/// What is copied from the build stage, each path once, none that lies below another.
fn artifacts(deeds: &Deeds<'_>, product: &Product, files: &[String]) -> Vec<String> {
    let all = || product.artifacts.iter().chain(files).chain(&deeds.brought);
    let mut artifacts: Vec<String> = Vec::new();
    for path in all().filter(|path| !lies_in(path, TEMPORARY)) {
        if !artifacts.contains(path) && !all().any(|other| other != path && lies_in(path, other)) {
            artifacts.push(path.clone());
        }
    }
    artifacts
}

/// The end of the instruction, its heredocs included.
pub fn end_of(single: &SingleStage<'_>, step: &Step<'_>) -> usize {
    let source = &single.build.file.source;
    let line = source.line_span(step.instruction.last_line);
    let text = source.slice(line);
    line.start + text.trim_end_matches(['\n', '\r']).len()
}

/// The lines of an instruction that moves, with the comments directly above it.
fn moved_lines(single: &SingleStage<'_>, step: &Step<'_>) -> Span {
    let source = &single.build.file.source;
    let mut first = step.instruction.first_line;
    while first > 1 && source.line_text(first - 1).trim_start().starts_with('#') && first - 1 > header_end(single) {
        first -= 1;
    }
    // Of two blank lines that would meet, one goes as well.
    let is_blank = |line: usize| line <= source.line_count() && source.line_text(line).trim().is_empty();
    let last = step.instruction.last_line;
    let last = if is_blank(first - 1) && is_blank(last + 1) { last + 1 } else { last };
    source.line_span(first).cover(source.line_span(last))
}

/// The line of FROM: comments above it stay.
fn header_end(single: &SingleStage<'_>) -> usize {
    single.stage.instruction.last_line
}

/// All that the new stage is made from.
struct Stage<'s, 'b> {
    single: &'s SingleStage<'b>,
    deeds: &'s Deeds<'b>,
    product: &'s Product,
    base: &'s RuntimeBase,
    artifacts: &'s [String],
}

impl Stage<'_, '_> {
    fn lines(&self, moved: &[Span]) -> Result<Vec<String>, Refusal> {
        let source = &self.single.build.file.source;
        let mut lines = vec![format!("FROM {}{}", self.platform(), self.base.reference)];
        lines.extend(metadata::repeated(self.single, self.deeds).into_iter().map(|step| self.written(step)));
        lines.extend(self.search_path());
        lines.extend(self.packages());
        if !self.deeds.users.is_empty() {
            lines.push(format!("RUN {}", self.deeds.users.join(self.joint())));
        }
        lines.extend(self.links()?);
        let user = metadata::last_user(self.single).map(|step| self.written(step));
        let directory = metadata::directory(self.single, self.base)?.map(|path| format!("WORKDIR {path}"));
        let mut users = Users::default();
        if directory.is_some() {
            lines.extend(users.switch(metadata::user_of_directory(self.single)));
        }
        lines.extend(directory);
        let folders = Folders { single: self.single, deeds: self.deeds, base: self.base, artifacts: self.artifacts };
        for run in folders.before_copies()? {
            lines.extend(users.switch(run.user));
            lines.push(format!("RUN {}", run.commands.join(self.joint())));
        }
        let name = self.single.stage.from.name.as_ref().map_or("build", |name| name.word.text());
        lines.extend(self.artifacts.iter().map(|path| copy(name, path)));
        let owned = folders.after_copies()?;
        let mut last = Vec::new();
        last.extend((!owned.is_empty()).then(|| owned.join(self.joint())));
        last.extend(self.product.finish.as_ref().map(|finish| finish.command.clone()));
        if !last.is_empty() {
            lines.extend(users.switch(None));
        }
        lines.extend(last.into_iter().map(|command| format!("RUN {command}")));
        let replaced = self.started();
        let text_of = |span: &Span| {
            let text = match &replaced {
                // By place: a comment that moves along may say the same.
                Some((step, cmd)) if span.contains(step.instruction.span) => {
                    let instruction = step.instruction.span;
                    let before = source.slice(Span::new(span.start, instruction.start));
                    format!("{before}{cmd}{}", source.slice(Span::new(instruction.end, span.end)))
                }
                _ => source.slice(*span).to_owned(),
            };
            text.trim_end().replace("\r\n", "\n")
        };
        lines.extend(moved.iter().map(text_of));
        lines.extend(metadata::stop_signal(self.single, self.base).map(|signal| format!("STOPSIGNAL {signal}")));
        let user = user.filter(|_| !metadata::is_user_set_behind(self.single));
        lines.extend(user.filter(|_| !users.is_written || users.now != metadata::name_of_last_user(self.single)));
        Ok(lines)
    }

    /// The CMD or ENTRYPOINT in whose place another stands, and that one.
    fn started(&self) -> Option<(&Step<'_>, String)> {
        let served = self.product.served.as_ref()?;
        let words: Vec<String> = served.command.iter().map(|word| format!("\"{word}\"")).collect();
        let step = self.single.process().steps().next()?;
        Some((step, format!("CMD [{}]", words.join(", "))))
    }

    /// The edit that puts it there, where the instruction stays behind the copies.
    fn replaced_start(&self) -> Option<Edit> {
        let (step, cmd) = self.started()?;
        (step.index > self.single.last_change.index).then(|| Edit::replace(step.instruction.span, cmd))
    }

    fn written(&self, step: &Step<'_>) -> String {
        self.single.build.file.source.slice(step.instruction.span).replace("\r\n", "\n")
    }

    /// The flag of the build stage, if it has one.
    fn platform(&self) -> String {
        let flag = self.single.stage.instruction.flag("platform");
        flag.map_or(String::new(), |flag| format!("{} ", self.single.build.file.source.slice(flag.span)))
    }

    /// `&&` at the start of a continued line.
    fn joint(&self) -> &'static str {
        if self.single.build.file.escape == '`' { " `\n    && " } else { " \\\n    && " }
    }

    fn search_path(&self) -> Option<String> {
        let directory = self.product.search_path.as_ref()?;
        Some(format!("ENV PATH=\"{directory}:${{PATH}}\""))
    }

    fn packages(&self) -> Option<String> {
        let packages = &self.deeds.packages;
        if packages.is_empty() {
            return None;
        }
        let names = packages.join(" ");
        if self.base.family == "alpine" {
            return Some(format!("RUN apk add --no-cache {names}"));
        }
        let flag = if self.deeds.with_recommends { "" } else { " --no-install-recommends" };
        let install = format!("{}apt-get install -y{flag} {names}", self.debian_frontend().unwrap_or_default());
        let commands = ["RUN apt-get update", &install, "rm -rf /var/lib/apt/lists/*"];
        Some(commands.join(self.joint()))
    }

    /// How the build has apt ask, where it says so: the time zones of Ubuntu ask for the place. ARG ends with its stage, and ENV may
    /// stand behind the installation.
    fn debian_frontend(&self) -> Option<String> {
        const NAME: &str = "DEBIAN_FRONTEND";
        let is_apt = |command: &&Command<'_>| {
            command.manager.as_ref().is_some_and(|it| it.installs() && matches!(it.manager.name, "apt" | "apt-get"))
        };
        let mut installs = self.single.build_commands().filter(is_apt);
        let value = installs.find_map(|command| self.single.build.environment(command, NAME))?;
        let is_word = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric());
        is_word.then(|| format!("{NAME}={value} "))
    }

    /// Links that lie in no folder that is copied.
    fn links(&self) -> Result<Option<String>, Refusal> {
        let links = self.deeds.links_beside(self.single, self.artifacts)?;
        let commands: Vec<String> = links.iter().map(|(target, link)| format!("ln -snf {target} {link}")).collect();
        Ok((!commands.is_empty()).then(|| format!("RUN {}", commands.join(self.joint()))))
    }
}

/// Who runs the commands of the new stage.
#[derive(Default)]
struct Users<'b> {
    /// The user; none for root.
    now: Option<&'b str>,
    /// Whether a USER of the new stage says so.
    is_written: bool,
}

impl<'b> Users<'b> {
    /// The instruction behind which that user is the one who runs commands; none where it is already.
    fn switch(&mut self, user: Option<&'b str>) -> Option<String> {
        if self.now == user {
            return None;
        }
        (self.now, self.is_written) = (user, true);
        Some(format!("USER {}", user.unwrap_or("root")))
    }
}

/// Copies a path to where it was. A folder's contents go into the folder.
fn copy(stage: &str, path: &str) -> String {
    match path.contains([' ', '\t']) {
        true => format!("COPY --from={stage} [\"{path}\", \"{path}\"]"),
        false => format!("COPY --from={stage} {path} {path}"),
    }
}
