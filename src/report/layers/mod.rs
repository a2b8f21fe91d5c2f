//! The report of `dfx layers`. JSON holds everything; the other forms are for people.

mod dot;
mod full;
mod graph;
mod html;
mod json;
mod layout;
mod markdown;
mod mermaid;
mod order;
mod svg;

use crate::cache::{
    Fate, History, Judged, Layer, Layers, Proposal, Read, Scenario, ScenarioKind, Score, StageGraph, Unneeded,
    UnneededFiles,
};
use crate::edit::Effect;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LayersFormat {
    /// For terminals.
    #[default]
    Full,
    /// For programs.
    Json,
    /// For pull requests.
    Markdown,
    /// A page for browsers.
    Html,
    /// The stages, as a flow chart in Markdown.
    Mermaid,
    /// The stages, for Graphviz.
    Dot,
    /// The stages, as a picture.
    Svg,
}

impl LayersFormat {
    /// All forms.
    pub const ALL: [LayersFormat; 7] = [
        LayersFormat::Full,
        LayersFormat::Json,
        LayersFormat::Markdown,
        LayersFormat::Html,
        LayersFormat::Mermaid,
        LayersFormat::Dot,
        LayersFormat::Svg,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            LayersFormat::Full => "full",
            LayersFormat::Json => "json",
            LayersFormat::Markdown => "markdown",
            LayersFormat::Html => "html",
            LayersFormat::Mermaid => "mermaid",
            LayersFormat::Dot => "dot",
            LayersFormat::Svg => "svg",
        }
    }

    /// The form with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// What a rule about the cache says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// 1-based line.
    pub line: usize,
    /// The rule.
    pub rule: &'static str,
    /// What it says.
    pub message: String,
    /// The effect of its fix, if it has one.
    pub fix: Option<Effect>,
}

/// What becomes of the build after another one.
#[derive(Debug)]
pub struct Compared {
    /// The other Dockerfile or build context.
    pub other: String,
    /// What becomes of each step.
    pub judged: Vec<Judged>,
}

/// All that is reported of a Dockerfile.
#[derive(Debug, Clone, Copy)]
pub struct LayersReport<'r> {
    /// The Dockerfile, as the user named it.
    pub name: &'r str,
    /// Its steps.
    pub layers: &'r Layers,
    /// All its stages, and what flows between them.
    pub graph: &'r StageGraph,
    /// How much of what is run again has to be; `None` for a comparison.
    pub score: Option<&'r Score>,
    /// The comparison with another build.
    pub compared: Option<&'r Compared>,
    /// What would help.
    pub advice: &'r [Advice],
}

impl LayersReport<'_> {
    /// The report in a form, with its line ends.
    pub fn render(&self, format: LayersFormat) -> String {
        match format {
            LayersFormat::Full => full::render(self),
            LayersFormat::Json => json::render(self),
            LayersFormat::Markdown => markdown::render(self),
            LayersFormat::Html => html::render(self),
            LayersFormat::Mermaid => mermaid::render(self.graph),
            LayersFormat::Dot => dot::render(self.name, self.graph),
            LayersFormat::Svg => svg::render(self.name, self.graph),
        }
    }

    /// How much is built: "5 steps; 12 files are sent to the builder".
    fn extent(&self) -> String {
        let steps = self.layers.steps.len();
        match self.layers.files {
            Some(files) => format!("{steps} steps; {files} files are sent to the builder"),
            None => format!("{steps} steps; without a build context: name it with --context"),
        }
    }

    /// The steps of a comparison that are not kept, each with its fate and the reason in words: "perhaps, " before it
    /// where only a build can tell.
    fn not_kept<'l>(&'l self, judged: &'l [Judged]) -> impl Iterator<Item = (&'l Layer, Fate, String)> {
        judged.iter().filter(|step| step.fate != Fate::Kept).filter_map(|step| {
            let layer = self.layers.step(step.stage, step.vertex)?;
            let reason = step.reason.as_ref().map_or(String::new(), |reason| self.layers.reason(reason));
            let doubt = if step.fate == Fate::Unknown { "perhaps, " } else { "" };
            Some((layer, step.fate, format!("{doubt}{reason}")))
        })
    }

    /// The repaired Dockerfile in the commits of the history.
    fn proposal_in_history(&self) -> Option<&Proposal> {
        self.layers.proposal.as_ref().filter(|_| self.layers.history.is_some())
    }

    /// The steps that a scenario would no longer run again with the repaired Dockerfile.
    fn kept_when_repaired(&self, scenario: &Scenario) -> Vec<&str> {
        self.layers.kept_when_repaired(scenario).into_iter().map(|layer| layer.text.as_str()).collect()
    }

    /// What the history says in one sentence: how often the costliest step ran again.
    fn headline(&self, history: &History) -> String {
        let of = match history.commits {
            0 => return "No commit was built after another.".to_owned(),
            1 => "Of 1 commit".to_owned(),
            commits => format!("Of the last {commits} commits"),
        };
        if let Some((layer, before)) = self.layers.proposal.as_ref().and_then(Proposal::most_spared) {
            let after = layer.tally.as_ref().map_or(0, |tally| tally.rebuilt);
            let step = shortened(&layer.text, 44);
            return format!("{of}, {before} run `{step}` again; in the proposed order, {after}.");
        }
        match self.layers.costliest() {
            Some(layer) => {
                let tally = layer.tally.as_ref().map_or(0, |tally| tally.rebuilt);
                let cost = layer.cost.name();
                format!("{of}, {tally} ran `{}` again (line {}, {cost}).", shortened(&layer.text, 44), layer.line)
            }
            None => format!("{of}, none ran a step again that takes long."),
        }
    }
}

/// The words above the costs of steps.
fn cost_heading(layers: &Layers) -> &'static str {
    if has_measured(layers) { "cost" } else { "cost, estimated" }
}

/// How long a step takes: seconds that were measured, else the class.
fn cost(layer: &Layer) -> String {
    layer.milliseconds.map_or_else(|| layer.cost.name().to_owned(), seconds)
}

/// Whether some steps were measured, and what is to be said of the others.
fn has_measured(layers: &Layers) -> bool {
    layers.steps.iter().any(|layer| layer.milliseconds.is_some())
}

/// What tells measured times from estimates.
const MEASURED: &str = "Seconds in figures were measured; words are estimates.";

/// `12.3 s`
fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

/// How often a step ran again: `41 of 57`.
fn share(layer: &Layer) -> String {
    match &layer.tally {
        Some(tally) => format!("{} of {}", tally.rebuilt, tally.commits),
        None => "-".to_owned(),
    }
}

/// What a step reads: `src (12 files)`.
fn read(read: &Read) -> String {
    match read {
        Read::Context { path, files: 0 } => format!("{path} (not in the context)"),
        Read::Context { path, files: 1 } => path.clone(),
        Read::Context { path, files } => format!("{path} ({files} files)"),
        Read::Stage(stage) => format!("stage {stage}"),
        Read::Image(image) => image.clone(),
        Read::Address(address) => address.clone(),
    }
}

/// The command that does what a rule advises, or the rule's name.
fn remedy(advice: &Advice) -> String {
    match advice.fix {
        Some(effect) if effect > Effect::Debris => format!("dfx fix --select {} --effect {effect}", advice.rule),
        Some(_) => format!("dfx fix --select {}", advice.rule),
        None => advice.rule.to_owned(),
    }
}

/// What stands above the files that no instruction asks for.
const UNNEEDED: &str = "What steps take in, no instruction asks for, and a `.dockerignore` could leave out";

fn unneeded_files(files: &UnneededFiles) -> String {
    let exceptions: String = files.exceptions.iter().map(|path| format!(", !{path}")).collect();
    let doubt = if files.is_documentation { " (if no program shows it)" } else { "" };
    format!("{}{exceptions}{doubt}", files.pattern)
}

/// What the commits would have been spared without these files.
fn spared(unneeded: &Unneeded) -> String {
    match unneeded.spared {
        0 => "With today's Dockerfile, leaving them out would have kept no commit from running something again."
            .to_owned(),
        1 => "With today's Dockerfile, leaving them out would have kept one commit from running anything again."
            .to_owned(),
        commits => format!(
            "With today's Dockerfile, leaving them out would have kept {commits} commits from running anything again."
        ),
    }
}

/// What the proposal is.
const PROPOSAL: &str = "With `dfx fix --select cache/sources-before-dependencies --effect content`";

/// What stands before the steps that the proposal spares.
const KEPT: &str = "kept with the fix of cache/sources-before-dependencies";

/// What a scenario is about: "a source file (src/main.rs)".
fn title(scenario: &Scenario) -> String {
    let done = if scenario.kind == ScenarioKind::BaseImage { ", rebuilt under the same name" } else { "" };
    format!("{} ({}{done})", scenario.kind.name(), scenario.subject)
}

/// At most `most` characters, the last three of them dots where something is cut off.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 3).chain("...".chars()).collect()
}
