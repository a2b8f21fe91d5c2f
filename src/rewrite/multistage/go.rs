//! Go: one file comes out of `go build`.

use crate::context::BuildContext;
use crate::ir::{Command, clean_path};
use crate::knowledge::package_managers::{Action, Invocation};

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::program::{Program, is_searched_by_default};
use super::single_stage::SingleStage;
use super::{Assumption, Refusal};

pub const GO: Ecosystem =
    Ecosystem { images: &[], builds, product: Maker::OfProgram(product), is_source, runtime: Runtime::Distribution };

fn builds(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| it.manager.name == "go")
}

fn is_source(name: &str) -> bool {
    name.ends_with(".go") || matches!(name, "go.mod" | "go.sum" | "go.work" | "go.work.sum")
}

fn product(single: &SingleStage<'_>, program: &Program<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let mut product = Product::default();
    let written = program.path(single)?;
    let made = single.build_commands().filter_map(|command| made_by(single, command).transpose());
    let made = made.collect::<Result<Vec<Made>, Refusal>>()?;
    let path = match &written {
        Some(path) => (deeds.brought.contains(path) || made.iter().any(|made| made.is(path))).then(|| path.clone()),
        None => found_by_name(program.word, &made, deeds),
    };
    let path = path.ok_or_else(|| Refusal::NotBuilt(program.word.to_owned()))?;
    if written.is_none() {
        product.search_path = folder(&path).filter(|it| !is_searched_by_default(it)).map(str::to_owned);
    }
    product.artifacts.push(path);
    // What Go itself reads: root certificates, and its own copy of the time zones.
    if single.image.familiar_name() == "golang" {
        product.artifacts.push("/etc/ssl/certs/ca-certificates.crt".to_owned());
        product.artifacts.push("/usr/local/go/lib/time/zoneinfo.zip".to_owned());
    }
    product.is_static = single.build_commands().filter(|command| is_build(command)).all(is_static_build(single));
    if let Some(context) = single.context {
        if sources(context).any(|(_, text)| text.contains("\"plugin\"")) {
            return Err(Refusal::UnknownLibraries("plugin".to_owned()));
        }
        product.has_all_files = reads_no_files(context);
        product.embedded = sources(context).flat_map(|(path, text)| embedded(path, text)).collect();
        let starts = sources(context).find(|(_, text)| text.contains("\"os/exec\""));
        product.assumptions.extend(starts.map(|(path, _)| Assumption::StartsNoProgram(path.to_owned())));
    }
    Ok(product)
}

/// Where a command puts its program.
enum Made {
    /// Into this very file.
    File(String),
    /// Into this folder, under a name that the sources decide, or under this one.
    Into(String, Option<String>),
}

impl Made {
    fn is(&self, path: &str) -> bool {
        match self {
            // `-o` may name a folder that is there already.
            Self::File(file) => file == path || folder(path) == Some(file),
            Self::Into(into, name) => {
                folder(path) == Some(into) && name.as_ref().is_none_or(|name| path.rsplit('/').next() == Some(name))
            }
        }
    }
}

fn is_build(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| it.manager.name == "go" && makes_a_program(it))
}

fn makes_a_program(invocation: &Invocation<'_>) -> bool {
    matches!(invocation.verb_name(), Some("build" | "install"))
        || invocation.verb_name() == Some("get") && invocation.action != Action::InstallProject
}

fn made_by(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<Made>, Refusal> {
    let Some(invocation) = command.manager.as_ref().filter(|it| it.manager.name == "go" && makes_a_program(it)) else {
        return Ok(None);
    };
    if invocation.verb_name() != Some("build") {
        return Ok(Some(Made::Into(folder_of_installed(single, command), None)));
    }
    if let Some(output) = invocation.flag("-o") {
        let word = output.value.and_then(|value| value.text).ok_or_else(|| Refusal::UnknownPath("-o".to_owned()))?;
        return single.path_of(command, word).map(|path| Some(Made::File(path)));
    }
    let here = single.path_of(command, ".")?;
    Ok(Some(Made::Into(here, name_of_package(single, invocation))))
}

/// The last part of the package's path: of the operand, else of the module.
fn name_of_package(single: &SingleStage<'_>, invocation: &Invocation<'_>) -> Option<String> {
    let operand = invocation.operands.iter().rev().find_map(|operand| operand.text);
    let operand = operand.map(|path| path.trim_end_matches('/')).filter(|path| !matches!(*path, "." | "./" | ""));
    let name = match operand {
        Some(path) => path.rsplit('/').next()?.trim_end_matches(".go"),
        None => {
            let module = single.context?.text("go.mod")?.lines().find_map(|line| line.strip_prefix("module "))?.trim();
            let is_version = |part: &str| part.strip_prefix('v').is_some_and(|it| it.parse::<u32>().is_ok());
            module.rsplit('/').find(|part| !is_version(part))?
        }
    };
    (!name.contains(['.', '*'])).then(|| name.to_owned())
}

fn folder_of_installed(single: &SingleStage<'_>, command: &Command<'_>) -> String {
    let variable = |name: &str| single.build.environment(command, name).filter(|value| value.starts_with('/'));
    let of_path = || variable("GOPATH").map_or("/go/bin".to_owned(), |path| clean_path(&format!("{path}/bin")));
    variable("GOBIN").unwrap_or_else(of_path)
}

fn found_by_name(name: &str, made: &[Made], deeds: &Deeds<'_>) -> Option<String> {
    let has_name = |path: &&String| path.rsplit('/').next() == Some(name);
    let is_searched = |path: &&String| folder(path).is_some_and(|it| is_searched_by_default(it) || it == "/go/bin");
    let files = made.iter().filter_map(|made| match made {
        Made::File(file) => Some(file),
        Made::Into(..) => None,
    });
    let named = files.chain(&deeds.brought).filter(has_name).find(is_searched).cloned();
    named.or_else(|| {
        made.iter().find_map(|made| match made {
            Made::Into(into, known) if into.ends_with("/bin") && known.as_deref().is_none_or(|it| it == name) => {
                Some(format!("{into}/{name}"))
            }
            _ => None,
        })
    })
}

fn folder(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

/// Without cgo, a program of Go needs no library.
fn is_static_build<'s>(single: &'s SingleStage<'_>) -> impl Fn(&Command<'_>) -> bool + 's {
    |command| {
        let of_stage = || single.build.variable(command.step, "CGO_ENABLED").is_some_and(|value| value == "0");
        let own = command.invoked.as_ref().and_then(|invoked| {
            let assignment = invoked.assignments().iter().find(|it| &*it.name == "CGO_ENABLED")?;
            Some(assignment.value.first().and_then(|word| word.literal()) == Some("0"))
        });
        own.unwrap_or_else(of_stage)
    }
}

/// The sources of the program, tests left out.
fn sources(context: &BuildContext) -> impl Iterator<Item = (&str, &str)> {
    let is_source = |path: &str| path.ends_with(".go") && !path.ends_with("_test.go") && !path.starts_with("vendor/");
    let paths = context.entries().iter().map(|entry| entry.path.as_str()).filter(move |path| is_source(path));
    paths.map(|path| (path, context.text(path).unwrap_or("\"os\"")))
}

/// The files that `//go:embed` makes part of the program, relative to the build context. Patterns are left out.
fn embedded(source: &str, text: &str) -> Vec<String> {
    let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
    let lines = text.lines().filter_map(|line| line.strip_prefix("//go:embed "));
    let names = lines.flat_map(str::split_whitespace).map(|name| name.trim_matches('"').trim_start_matches("all:"));
    let paths = names.map(|name| clean_path(&format!("/{folder}/{name}")));
    paths.map(|path| path.trim_start_matches('/').to_owned()).collect()
}

/// Whether no source could open a file: there are no other modules, and none of the standard packages that do.
fn reads_no_files(context: &BuildContext) -> bool {
    const PACKAGES: &[&str] = &[
        "\"os\"",
        "\"os/exec\"",
        "\"io/ioutil\"",
        "\"syscall\"",
        "\"plugin\"",
        "\"path/filepath\"",
        "\"debug/",
        "\"go/",
        "\"C\"",
        "\"unsafe\"",
        "http.Dir",
        "ServeFile",
        "ParseFiles",
        "ParseGlob",
    ];
    let has_modules = |text: &str| text.contains("require");
    let mut texts = sources(context).map(|(_, text)| text).peekable();
    texts.peek().is_some()
        && !context.is_truncated()
        && context.text("go.mod").is_some_and(|text| !has_modules(text))
        && texts.all(|text| !PACKAGES.iter().any(|package| text.contains(package)))
}
