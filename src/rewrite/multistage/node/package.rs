//! What `package.json` says of the program.

use crate::ir::Command;

use super::super::deeds::Deeds;
use super::super::native::Needs;
use super::super::single_stage::SingleStage;
use super::super::{Refusal, start};

/// What the `package.json` at the root of the build context says.
pub struct Package {
    /// The names of the packages that the program needs.
    pub dependencies: Vec<String>,
    /// The names of those that only its developers need.
    pub for_development: Vec<String>,
    /// Whether it holds several packages.
    pub has_workspaces: bool,
    /// The words of the commands that the container starts with, scripts of the package resolved.
    pub started: Vec<String>,
}

/// Packages that download a browser to the home directory, and need its libraries.
const BROWSERS: &[&str] =
    &["cypress", "electron", "md-to-pdf", "nightmare", "phantomjs-prebuilt", "playwright", "puppeteer"];

const NEEDS: Needs = Needs {
    linking: &[
        // Its engine looks for the library of OpenSSL.
        ("@prisma/client", "libssl-dev"),
        ("libpq", "libpq-dev"),
        ("node-libcurl", "libcurl4-openssl-dev"),
        ("pg-native", "libpq-dev"),
    ],
    loading: &[],
    calling: &[
        ("fluent-ffmpeg", "ffmpeg"),
        ("gm", "graphicsmagick"),
        ("imagemagick", "imagemagick"),
        ("nodegit", "git"),
        ("simple-git", "git"),
    ],
};

impl Package {
    /// Reads it; `None` where the context is not known or has none.
    pub fn of(single: &SingleStage<'_>) -> Option<Self> {
        let context = single.context?;
        let dependencies = context.package_names("dependencies")?;
        let for_development = context.package_names("devDependencies").unwrap_or_default();
        let started = start::commands(single).flat_map(|command| words(single, command)).collect();
        Some(Self { dependencies, for_development, has_workspaces: context.package_has("workspaces"), started })
    }

    /// The packages of the distribution that the program needs beyond those of a smaller image.
    ///
    /// # Errors
    /// What it needs that a smaller image could not have.
    pub fn needs(&self, single: &SingleStage<'_>, deeds: &Deeds<'_>) -> Result<Vec<&'static str>, Refusal> {
        if let Some(tool) = start::developing(self.started.iter().map(String::as_str)) {
            return Err(Refusal::BuildToolAtStart(tool.to_owned()));
        }
        if let Some(browser) = self.dependencies.iter().find(|name| BROWSERS.contains(&name.as_str())) {
            return Err(Refusal::UnknownLibraries(browser.clone()));
        }
        // Without `node_modules`, Yarn's packages stay in its cache.
        let keeps_packages_elsewhere = single.context.and_then(|context| context.text(".yarnrc.yml"));
        match keeps_packages_elsewhere {
            Some(settings) if !settings.contains("nodeLinker: node-modules") => {
                Err(Refusal::UnknownCommand("yarn".to_owned()))
            }
            _ => NEEDS.packages(single, deeds, &self.dependencies),
        }
    }
}

/// The words of a command; of `npm start` and the like, those of the script.
fn words(single: &SingleStage<'_>, command: &Command<'_>) -> Vec<String> {
    let own = || command.words.iter().map(|word| word.value.unwrap_or(word.written).to_owned()).collect();
    let Some(invocation) = command.manager.as_ref().filter(|it| it.manager.name != "npx") else { return own() };
    let name = match invocation.verb_name() {
        Some("start") => Some("start"),
        Some("run") => invocation.operands.first().and_then(|operand| operand.text),
        _ => command.first_operand().and_then(|word| word.value),
    };
    let script = |name: &str| single.context.and_then(|context| context.package_script(name));
    let Some(text) = name.and_then(script) else { return own() };
    let hook = name.and_then(|name| script(&format!("pre{name}"))).unwrap_or_default();
    hook.split_whitespace().chain(text.split_whitespace()).map(str::to_owned).collect()
}
