//! A site of files that a package manager builds and a small program serves: nginx can serve them, without Node.js.
//!
//! The folder that is served and the port stay; the command is replaced, by one of an image that holds nginx and nothing
//! of the build. As no two servers answer alike in everything, this is a suggestion. It takes the place of the split of
//! Node.js, which keeps the server, except where that one needs nobody to agree. Where the file installs nginx itself, that one
//! stays.

mod folder;
mod own_server;
mod started;
mod vite;

use crate::edit::ServedFolder;
use crate::ir::{Command, Origin, Step, Variable};
use crate::knowledge::file_name;
use crate::knowledge::images::static_server_image;
use crate::knowledge::static_servers::{Serving, StaticServer, static_server};
use crate::syntax::{Healthcheck, InstructionKind, Keyword};

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
    if ecosystem.images == node::NODE.images && *choice == BaseChoice::Slim && own_server::is_started(single) {
        return own_server::split(single, ecosystem).or(split);
    }
    let is_certain = split.as_ref().is_ok_and(|split| split.assumptions.is_empty());
    let is_asked_for = ecosystem.images == node::NODE.images && *choice == BaseChoice::Slim;
    let started = started::words(single).filter(|_| is_asked_for && !is_certain);
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
    let folder = folder::of_site(single, &serving.folder).map_err(keeps)?;
    let port = port(single, command, &serving).ok_or_else(|| keeps("its port is not written down"))?;
    let served = ServedFolder { folder, port, command: NGINX.map(str::to_owned).to_vec() };
    let product = Product {
        artifacts: vec![served.folder.clone()],
        is_static: true,
        has_all_files: true,
        starts_nothing: true,
        finish: Some(settings(&served, &serving)),
        served: Some(served),
        ..Product::default()
    };
    let base = runtime_base::counterpart(single, &static_server_image().ok_or(Refusal::UnknownImage)?)?;
    let mut deeds = Deeds::default();
    program::bring_tools(single, &product, &mut deeds, &base)?;
    metadata::check(single, &deeds, &base)?;
    let mut assumptions = vec![Assumption::AnswersAs(server.name)];
    let artifacts: Vec<&String> = product.artifacts.iter().collect();
    let left = overrides::Left { artifacts: &artifacts, base: Some((&base, &deeds)), is_pruned: true };
    assumptions.extend(overrides::check(single, left)?);
    let mut split = emission::emit(single, &deeds, &product, &base, &[], assumptions)?;
    let reason =
        "serves the same folder at the same port; its image adds EXPOSE 80, STOPSIGNAL SIGQUIT and an entrypoint";
    split.decisions.push(Decision { about: Subject::Started, chosen: NGINX.join(" "), reason });
    Ok(split)
}

/// The command of nginx's own image: the server stays in the foreground.
const NGINX: [&str; 3] = ["nginx", "-g", "daemon off;"];

/// Why the server cannot be replaced, whatever its command line says.
fn check(single: &SingleStage<'_>, serving: &Serving) -> Option<&'static str> {
    let last = |keyword| single.build.last_step_of(single.stage.index, keyword);
    let is_asked = |step: &Step<'_>| !matches!(step.instruction.kind, InstructionKind::Healthcheck(Healthcheck::None));
    let has_comment = single.process().steps().any(metadata::has_comment);
    if last(Keyword::User).is_some_and(|step| !is_root(step)) {
        Some("nginx's image starts as root, and the file sets another user")
    } else if last(Keyword::Healthcheck).is_some_and(is_asked) {
        Some("a health check asks it in a way that may not suit another server")
    } else if is_changed_by_settings(single, serving) {
        Some("a file of settings changes what it does, or may do so")
    } else if last(Keyword::Entrypoint).is_some() && last(Keyword::Cmd).is_some() {
        Some("ENTRYPOINT and CMD start it together")
    } else if has_comment {
        Some("a comment stands inside the instruction that starts it")
    } else if hides_nginx(single) {
        Some("ENV sets a PATH without `/usr/sbin`, where nginx lies")
    } else {
        None
    }
}

/// Whether USER names root, with root's group if with any.
fn is_root(step: &Step<'_>) -> bool {
    let InstructionKind::User(word) = &step.instruction.kind else { return false };
    step.certain_value(word).is_some_and(|user| user.split(':').all(|part| matches!(part, "root" | "0")))
}

fn is_changed_by_settings(single: &SingleStage<'_>, serving: &Serving) -> bool {
    let mut entries = single.context.iter().flat_map(|context| context.entries());
    entries.any(|entry| serving.server.settings.contains(&file_name(&entry.path)))
        || serving.server.name == "vite" && !vite::is_left_as_it_is(single.context)
}

fn hides_nginx(single: &SingleStage<'_>) -> bool {
    let path = variable_of_image(single, "PATH").map(|variable| variable.value.as_deref().unwrap_or_default());
    path.is_some_and(|path| !path.split(':').any(|folder| folder.trim_end_matches('/') == "/usr/sbin"))
}

/// What ENV sets the variable to in the image: ARG is gone when the container starts.
fn variable_of_image<'b>(single: &SingleStage<'b>, name: &str) -> Option<&'b Variable> {
    single.stage.scope.history(name).iter().rfind(|variable| variable.origin == Origin::Env)
}

/// The port that the server listens on: the one that it is told, or of those of its versions the one that EXPOSE names.
fn port(single: &SingleStage<'_>, command: &Command<'_>, serving: &Serving) -> Option<u16> {
    // A value that a build argument may change is none to rely on.
    let known = |variable: &Variable| variable.value.clone().filter(|_| variable.is_certain).unwrap_or_default();
    let value = |name| command.assigned(name).or_else(|| variable_of_image(single, name).map(known));
    let by_variable = serving.server.port_variable.and_then(value);
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
/// folder stays right where another port of the host is published. There is no `listen [::]`: nginx does not start with it
/// where the container has no IPv6.
fn settings(served: &ServedFolder, serving: &Serving) -> Finish {
    let server = serving.server;
    let otherwise = if serving.is_single_page { "/index.html" } else { "=404" };
    let mut lines = vec![
        "server {".to_owned(),
        format!("    listen {};", served.port),
        format!("    root {};", served.folder),
        "    absolute_redirect off;".to_owned(),
    ];
    if server.sends_404_page && !serving.is_single_page {
        lines.push("    error_page 404 /404.html;".to_owned());
    }
    if server.hides_dotfiles {
        lines.extend(["    location ~ /[.](?!well-known) {", "        return 404;", "    }"].map(str::to_owned));
    }
    lines.push("    location / {".to_owned());
    lines.push(format!("        try_files $uri $uri.html $uri/ {otherwise};"));
    lines.extend(["    }", "}"].map(str::to_owned));
    let command = format!("printf '{}\\n' > {SETTINGS}", lines.join("\\n"));
    Finish { command, reason: "nginx's settings say which folder is served, and at which port" }
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
