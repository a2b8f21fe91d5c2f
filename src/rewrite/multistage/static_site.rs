//! A site of files that a package manager builds and a small program serves: nginx can serve them, without Node.js.
//!
//! The folder that is served and the port stay; the command is replaced, by one of an image that holds nginx and nothing
//! of the build. As no two servers answer alike in everything, this is a suggestion. It takes the place of the split of
//! Node.js, which keeps the server, except where that one needs nobody to agree.

use crate::edit::ServedFolder;
use crate::ir::{Command, lies_in};
use crate::knowledge::file_name;
use crate::knowledge::images::static_server_image;
use crate::knowledge::static_servers::{Serving, StaticServer, static_server};
use crate::syntax::{InstructionKind, Keyword};

use super::decision::{Decision, Subject};
use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Finish, Product};
use super::single_stage::SingleStage;
use super::{
    Assumption, BaseChoice, Refusal, Split, emission, metadata, node, overrides, program, runtime_base, start,
};

/// The file from which nginx's image takes its server.
const SETTINGS: &str = "/etc/nginx/conf.d/default.conf";

/// The split with nginx in the place of the server, where there is one that can be replaced; else the one that is given,
/// with the reason among its decisions.
///
/// # Errors
/// As in the split that is given; where that one would start a tool that builds, why its server is not replaced.
pub fn instead(
    single: &SingleStage<'_>,
    ecosystem: &Ecosystem,
    choice: &BaseChoice,
    split: Result<Split, Refusal>,
) -> Result<Split, Refusal> {
    let is_certain = split.as_ref().is_ok_and(|split| split.assumptions.is_empty());
    let is_asked_for = ecosystem.images == node::NODE.images && *choice == BaseChoice::Slim;
    let started = words(single).filter(|_| is_asked_for && !is_certain);
    let server = started.as_ref().and_then(|words| static_server(&borrowed(words)));
    let (Some(words), Some(server)) = (started, server) else { return split };
    match (serve(single, server, &words), split) {
        (Err(refusal), Ok(mut split)) => {
            let Refusal::KeepsServer { server, why } = refusal else { return Ok(split) };
            split.decisions.push(Decision { about: Subject::Started, chosen: server.to_owned(), reason: why });
            Ok(split)
        }
        (Err(refusal), Err(Refusal::BuildToolAtStart(_))) => Err(refusal),
        (Err(_), split) => split,
        (served, _) => served,
    }
}

/// The split with nginx.
fn serve(single: &SingleStage<'_>, server: &'static StaticServer, words: &[String]) -> Result<Split, Refusal> {
    let keeps = |why| Refusal::KeepsServer { server: server.name, why };
    let serving = server.read(&borrowed(words)).ok_or_else(|| keeps("its options are not all known"))?;
    check(single, &serving).map_or(Ok(()), |why| Err(keeps(why)))?;
    let command = start::commands(single).next().ok_or(Refusal::NoProgram)?;
    let folder = folder(single, command, &serving).map_err(keeps)?;
    let port = port(single, command, &serving).ok_or_else(|| keeps("its port is not written down"))?;
    let served = ServedFolder { folder, port, command: NGINX.map(str::to_owned).to_vec() };
    let product = Product {
        artifacts: vec![served.folder.clone()],
        is_static: true,
        has_all_files: true,
        starts_nothing: true,
        finish: Some(settings(&served, serving.is_single_page)),
        served: Some(served),
        ..Product::default()
    };
    let base = runtime_base::counterpart(single, &static_server_image().ok_or(Refusal::UnknownImage)?)?;
    let mut deeds = Deeds::default();
    program::bring_tools(single, &product, &mut deeds, &base)?;
    metadata::check(single, &deeds, &base)?;
    let mut assumptions = vec![Assumption::AnswersAs(server.name)];
    assumptions.extend(overrides::assumptions(single));
    let mut split = emission::emit(single, &deeds, &product, &base, &[], assumptions)?;
    let reason = "serves the same folder at the same port";
    split.decisions.push(Decision { about: Subject::Started, chosen: NGINX.join(" "), reason });
    Ok(split)
}

/// The command of nginx's own image: the server stays in the foreground.
const NGINX: [&str; 3] = ["nginx", "-g", "daemon off;"];

/// Why the server cannot be replaced, whatever its command line says.
fn check(single: &SingleStage<'_>, serving: &Serving) -> Option<&'static str> {
    let has = |keyword| single.build.last_step_of(single.stage.index, keyword).is_some();
    let is_other_user = single.build.last_step_of(single.stage.index, Keyword::User).is_some_and(
        |step| !matches!(&step.instruction.kind, InstructionKind::User(word) if matches!(word.text(), "root" | "0")),
    );
    let is_changed_by_settings = single.context.is_some_and(|context| {
        let mut paths = context.entries().iter().map(|entry| entry.path.as_str());
        paths.any(|path| serving.server.settings.contains(&file_name(path)))
            || serving.server.name == "vite"
                && context.texts(is_settings_of_vite).any(|(_, text)| changes_preview(text))
    });
    if is_other_user {
        Some("nginx's image starts as root, and the file sets another user")
    } else if has(Keyword::Healthcheck) {
        Some("a health check asks it in a way that may not suit another server")
    } else if is_changed_by_settings {
        Some("a file of settings changes what it does")
    } else if has(Keyword::Entrypoint) && has(Keyword::Cmd) {
        Some("ENTRYPOINT and CMD start it together")
    } else {
        None
    }
}

fn is_settings_of_vite(path: &str) -> bool {
    file_name(path).starts_with("vite.config.")
}

/// Whether the settings of Vite say where the site lies, below which path or how it is served.
fn changes_preview(text: &str) -> bool {
    let is_part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_part_of_name(c)).any(|word| matches!(word, "base" | "outDir" | "preview" | "proxy" | "root"))
}

/// The folder that is served, absolute.
fn folder(single: &SingleStage<'_>, command: &Command<'_>, serving: &Serving) -> Result<String, &'static str> {
    let known = single.build.path_of(command, &serving.folder).ok_or("its folder is only known when the build runs")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let directory = single.directory_after_build().map_err(|_| "its folder is only known when the build runs")?;
    if !known.chars().all(is_plain) {
        Err("the name of its folder holds signs with a meaning of their own")
    } else if lies_in(&directory, &known) {
        Err("it serves the folder in which the project itself lies")
    } else {
        Ok(known)
    }
}

/// The port that the server listens on: the one that it is told, or of those of its versions the one that EXPOSE names.
fn port(single: &SingleStage<'_>, command: &Command<'_>, serving: &Serving) -> Option<u16> {
    let by_variable = single.build.environment(command, "PORT");
    match (serving.port, by_variable) {
        (Some(port), None) => Some(port),
        (Some(port), Some(variable)) => (variable.parse() == Ok(port)).then_some(port),
        (None, Some(variable)) => variable.parse().ok(),
        (None, None) => {
            let mut exposed =
                exposed_ports(single).into_iter().filter(|port| serving.server.default_ports.contains(port));
            exposed.next().filter(|_| exposed.next().is_none())
        }
    }
}

fn exposed_ports(single: &SingleStage<'_>) -> Vec<u16> {
    let mut ports = Vec::new();
    for step in &single.stage.steps {
        let InstructionKind::Expose(words) = &step.instruction.kind else { continue };
        let numbers = words.iter().filter_map(|word| word.text().trim_end_matches("/tcp").parse::<u16>().ok());
        ports.extend(numbers);
    }
    ports
}

/// The command that writes nginx's settings. `try_files` looks for what these servers look for; a relative redirect to a
/// folder stays right where another port of the host is published.
fn settings(served: &ServedFolder, is_single_page: bool) -> Finish {
    let otherwise = if is_single_page { "/index.html" } else { "=404" };
    let lines = [
        "server {",
        &format!("    listen {};", served.port),
        &format!("    root {};", served.folder),
        "    absolute_redirect off;",
        "    location / {",
        &format!("        try_files $uri $uri.html $uri/ {otherwise};"),
        "    }",
        "}",
    ];
    let command = format!("printf '{}\\n' > {SETTINGS}", lines.join("\\n"));
    Finish { command, reason: "nginx's settings say which folder is served, and at which port" }
}

/// The words of the one command that the container starts with; of `npm start` and the like, those of the script.
/// `None` where it starts with more.
fn words(single: &SingleStage<'_>) -> Option<Vec<String>> {
    let mut commands = start::commands(single);
    let (command, None) = (commands.next()?, commands.next()) else { return None };
    let is_wrapped =
        command.invoked.as_ref().is_some_and(|it| !it.wrappers().is_empty() || !it.redirections.is_empty());
    if is_wrapped || !command.wrapping.is_empty() || single.commands.of_step(command.step).len() > 1 {
        return None;
    }
    let written: Vec<&str> = command.words.iter().map(|word| word.value).collect::<Option<_>>()?;
    let mut words = of_package_manager(single, command, &written)?;
    let first = words.first_mut()?;
    *first = file_name(first).to_owned();
    Some(words)
}

/// What a package manager starts: a script of the project, or a program of one of its packages.
fn of_package_manager(single: &SingleStage<'_>, command: &Command<'_>, written: &[&str]) -> Option<Vec<String>> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let Some(invocation) = &command.manager else { return Some(owned(written)) };
    let arguments = written.get(1..)?;
    if invocation.manager.name == "npx" {
        let behind = arguments.iter().position(|word| !matches!(*word, "-y" | "--yes" | "--no-install"))?;
        let mut words: Vec<String> = owned(arguments.get(behind..)?);
        let first = words.first_mut()?;
        first.truncate(first.find('@').unwrap_or(first.len()));
        return Some(words);
    }
    let (name, rest) = match arguments {
        ["run" | "run-script", name, rest @ ..] => (*name, rest),
        [name, rest @ ..] => (*name, rest),
        [] => return None,
    };
    let script = |name: &str| single.context.and_then(|context| context.package_script(name));
    let Some(text) = script(name) else {
        // Yarn and pnpm look for a program by that name where there is no such script.
        let is_program =
            invocation.manager.name != "npm" && single.context.is_some() && arguments.first() == Some(&name);
        return is_program.then(|| owned(arguments));
    };
    let is_plain = !text.contains(['&', '|', ';', '<', '>', '$', '`', '\'', '"', '(', ')', '*', '=', '\\']);
    let has_hooks = script(&format!("pre{name}")).is_some() || script(&format!("post{name}")).is_some();
    let words = text.split_whitespace().map(str::to_owned).collect();
    (is_plain && rest.is_empty() && !has_hooks).then(|| through_npx(words))
}

/// A script may call `npx` itself.
fn through_npx(mut words: Vec<String>) -> Vec<String> {
    if words.first().is_some_and(|word| word == "npx") {
        words.remove(0);
    }
    words
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
