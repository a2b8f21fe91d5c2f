//! A site that an nginx of the distribution serves, installed beside Node.js: once it is built, nothing needs Node.js.
//!
//! The new stage starts from the bare image of the distribution and installs the very package. Its settings say which folders it
//! serves, so that all that the file brings of them has to be known.

use crate::ir::{clean_path, lies_in};
use crate::knowledge::images::Known;

use super::super::application::{self, FromContext};
use super::super::deeds::Deeds;
use super::super::ecosystem::{Ecosystem, Product};
use super::super::single_stage::SingleStage;
use super::super::{Refusal, Split, emission, metadata, node, overrides, program, runtime_base, start};

const NGINX: &str = "nginx";
/// Where its settings lie.
const SETTINGS: &str = "/etc/nginx";
/// What the package of Debian and Ubuntu serves without further settings; that of Alpine serves nothing then.
const SERVED_BY_DEFAULT: &str = "/var/www/html";

/// Whether the container starts nginx alone, which the build installs.
pub fn is_started(single: &SingleStage<'_>) -> bool {
    let mut started = start::commands(single);
    let (Some(command), None) = (started.next(), started.next()) else { return false };
    let installs = |name| {
        let managers = single.build_commands().filter_map(|command| command.manager.as_ref());
        let mut installing = managers.filter(|it| it.manager.is_system() && it.installs());
        installing.any(|it| it.packages().any(|package| package.name == name))
    };
    command.name() == Some(NGINX)
        && command.wrapping.is_empty()
        && single.commands.of_step(command.step).len() == 1
        && starts_the_command(single)
        && installs(NGINX)
}

/// Whether no other script runs first: that of the image of Node.js starts what is a program as it is.
fn starts_the_command(single: &SingleStage<'_>) -> bool {
    let is_known = |words: Known<_>| !matches!(words, Known::Unknown);
    single.build.process(single.stage.index).entrypoint.is_some() || is_known(single.configuration.entrypoint)
}

/// The split without Node.js.
///
/// # Errors
/// Where not all of the site and the settings is known, and as in every split.
pub fn split(single: &SingleStage<'_>, ecosystem: &Ecosystem) -> Result<Split, Refusal> {
    let mut deeds = Deeds::of(single, ecosystem)?;
    let copied = application::copied(single)?;
    let mut artifacts: Vec<String> = copied.iter().map(|it| it.path.clone()).collect();
    // Where the project itself lies, only what is served is needed.
    let built: Vec<String> = single.build_commands().filter_map(|command| node::builds_in(single, command)).collect();
    artifacts.retain(|path| !built.iter().any(|folder| lies_in(folder, path) || lies_in(path, folder)));
    for folder in served(single, &copied)? {
        let is_made = |made: &String| lies_in(&folder, made);
        if !built.iter().chain(&deeds.brought).any(is_made) && !copied.iter().any(|it| is_made(&it.path)) {
            return Err(Refusal::NotBuilt(folder));
        }
        artifacts.push(folder);
    }
    let product = Product { artifacts, has_all_files: true, starts_nothing: true, ..Product::default() };
    deeds.leave_tools(&program::called_tools(single)?);
    deeds.leave_folders(&built);
    let base = runtime_base::distribution(single, &product)?;
    program::bring_tools(single, &product, &mut deeds, &base)?;
    metadata::check(single, &deeds, &base)?;
    let mut assumptions: Vec<_> = base.assumption.clone().into_iter().collect();
    let held: Vec<&String> = product.artifacts.iter().collect();
    let left = overrides::Left { artifacts: &held, base: Some((&base, &deeds)), is_pruned: true };
    assumptions.extend(overrides::check(single, left)?);
    emission::emit(single, &deeds, &product, &base, &[], assumptions)
}

/// The folders that the settings name, absolute.
fn served(single: &SingleStage<'_>, copied: &[FromContext<'_>]) -> Result<Vec<String>, Refusal> {
    let settings: Vec<&FromContext<'_>> = copied.iter().filter(|it| lies_in(&it.path, SETTINGS)).collect();
    let mut folders = Vec::new();
    for file in &settings {
        let path = clean_path(&format!("/{}", file.source));
        let text = single.context.and_then(|context| context.text(path.trim_start_matches('/')));
        let text = text.ok_or_else(|| Refusal::UnknownPath(file.path.clone()))?;
        folders.extend(named(text)?);
    }
    if settings.is_empty() && single.distribution.family != "alpine" {
        folders.push(SERVED_BY_DEFAULT.to_owned());
    }
    folders.dedup();
    if folders.is_empty() { Err(Refusal::NotBuilt(SETTINGS.to_owned())) } else { Ok(folders) }
}

/// What `root` and `alias` name in the settings, and what they load from other folders than nginx's own.
fn named(text: &str) -> Result<Vec<String>, Refusal> {
    const NAMING: &[&str] =
        &["alias", "auth_basic_user_file", "include", "root", "ssl_certificate", "ssl_certificate_key"];
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let statements: Vec<&str> = lines.flat_map(|line| line.split([';', '{', '}'])).map(str::trim).collect();
    let mut paths = Vec::new();
    for (name, path) in statements.iter().filter_map(|statement| statement.split_once(char::is_whitespace)) {
        let path = path.trim().trim_matches(['"', '\'']);
        // A path without `/` before it is one below nginx's own folder.
        if !NAMING.contains(&name) || lies_in(path, SETTINGS) || (!path.starts_with('/') && name == "include") {
            continue;
        }
        if !path.starts_with('/') || path.contains(['$', '*', ' ']) {
            return Err(Refusal::UnknownPath(path.to_owned()));
        }
        paths.push(clean_path(path));
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;

    const PACKAGE: (&str, &str) = ("package.json", r#"{"scripts": {"build": "vite build"}}"#);

    fn file(image: &str, install: &str, settings: &str) -> String {
        format!(
            "FROM node:{image}\nRUN {install}\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n{settings}EXPOSE 80\n\
             CMD [\"nginx\", \"-g\", \"daemon off;\"]\n"
        )
    }

    const APT: &str = "apt-get update && apt-get install -y nginx && rm -rf /var/lib/apt/lists/*";

    #[test]
    fn nginx_of_the_distribution_serves_the_same_folder_without_node() {
        let settings = "COPY web.conf /etc/nginx/http.d/default.conf\n";
        let text = file("18-alpine3.18", "apk add --no-cache nginx", settings);
        let (after, assumptions) =
            split_with(&text, Some(&[PACKAGE, ("web.conf", "server { # here\n  root /app/dist; }")]));
        let expected = "FROM alpine:3.18\nRUN apk add --no-cache nginx\nWORKDIR /app\nCOPY --from=build /etc/nginx/http.d/default.conf \
                        /etc/nginx/http.d/default.conf\nCOPY --from=build /app/dist /app/dist\nEXPOSE 80\nCMD [\"nginx\", \"-g\", \
                        \"daemon off;\"]\n";
        assert_eq!(after.split_once("\n\n").unwrap().1, expected);
        assert_eq!(assumptions, []);
    }

    #[test]
    fn without_settings_debian_serves_the_folder_of_its_package() {
        let copy = "RUN cp -r dist/. /var/www/html/\n";
        let stage = new_stage(&file("18-bookworm", APT, copy), Some(&[PACKAGE]));
        assert!(stage.starts_with("debian:bookworm-slim\nRUN apt-get update"), "{stage}");
        assert!(stage.contains("WORKDIR /app\nCOPY --from=build /var/www/html /var/www/html\nEXPOSE"), "{stage}");
    }

    #[test]
    fn where_the_site_is_not_known_node_stays() {
        let settings = "COPY web.conf /etc/nginx/http.d/default.conf\n";
        let with = |settings: &str, files: &[(&str, &str)]| {
            let text = file("18-alpine3.18", "apk add --no-cache nginx", settings);
            outcome(&text, Some(&[&[PACKAGE], files].concat())).unwrap().unwrap_err()
        };
        for text in ["root $dist;", "root html;", "include /srv/*.conf;", "listen 80;", "root /srv/www;"] {
            assert_eq!(with(settings, &[("web.conf", text)]), Refusal::NothingToSplit, "{text}");
        }
        assert_eq!(with(settings, &[]), Refusal::NothingToSplit);
        assert_eq!(with("", &[]), Refusal::NothingToSplit);
    }
}
