//! The services of a file of Compose.

use serde_json::Value;

use super::super::BuildTarget;
use super::super::document::{at, command, documents, text_at};
use super::Container;

/// The services. `None` where the file cannot be read.
pub fn containers(text: &str) -> Option<Vec<Container>> {
    let documents = documents("compose.yaml", text)?;
    let services = documents.iter().filter_map(|document| document.get("services")?.as_object()).flatten();
    Some(services.map(|(name, service)| container(name, service)).collect())
}

fn container(name: &str, service: &Value) -> Container {
    let parent = text_at(service, "extends").or_else(|| text_at(service, "extends.service"));
    let words = |key| at(service, key).into_iter().map(command).filter(|words| !words.is_empty()).collect::<Vec<_>>();
    let (mut commands, mut entrypoints) = (words("command"), words("entrypoint"));
    if let Some(entrypoint) = entrypoints.first_mut() {
        entrypoint.extend(std::mem::take(&mut commands).concat());
    }
    let mounts = at(service, "volumes.*").into_iter().filter_map(source_of_mount);
    let check = at(service, "healthcheck.test").into_iter().map(command).map(without_form);
    Container {
        names: std::iter::once(name.to_owned()).chain(parent).collect(),
        image: text_at(service, "image"),
        build: service.get("build").filter(|build| !build.is_null()).map(build_target),
        commands,
        entrypoints,
        checks: check.collect(),
        mounts: mounts.collect(),
    }
}

fn build_target(build: &Value) -> BuildTarget {
    if let Value::String(context) = build {
        return BuildTarget { context: Some(context.clone()), ..BuildTarget::default() };
    }
    let arguments = match build.get("args") {
        Some(Value::Object(map)) => map.keys().cloned().collect(),
        Some(Value::Array(items)) => {
            let names = items.iter().filter_map(|item| item.as_str()?.split('=').next());
            names.map(str::to_owned).collect()
        }
        _ => Default::default(),
    };
    BuildTarget {
        context: text_at(build, "context"),
        dockerfile: text_at(build, "dockerfile"),
        stage: text_at(build, "target"),
        arguments,
    }
}

/// `SOURCE:TARGET`, or a map.
fn source_of_mount(volume: &Value) -> Option<String> {
    let Value::String(text) = volume else { return text_at(volume, "source") };
    // A variable in the source may hold a `:` of its own.
    text.split_once(":/").map(|(source, _)| source.to_owned())
}

/// The command of a check without the word that tells its form.
fn without_form(mut words: Vec<String>) -> Vec<String> {
    match words.first().map(String::as_str) {
        Some("NONE") => Vec::new(),
        Some("CMD" | "CMD-SHELL") => words.split_off(1),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_read_whatever_the_form_of_the_file() {
        let read = |text: &str| containers(text).unwrap();
        let target = BuildTarget {
            context: Some(".".to_owned()),
            arguments: ["A".to_owned(), "B".to_owned()].into(),
            ..BuildTarget::default()
        };
        let expected = Container {
            names: vec!["a".to_owned()],
            build: Some(target),
            commands: vec![vec!["./b".to_owned(), "-c".to_owned()]],
            checks: vec![vec!["curl".to_owned(), "-f".to_owned()]],
            mounts: vec![".".to_owned()],
            ..Container::default()
        };
        for text in [
            "services: {a: {build: {context: ., args: {A: 1, B: 2}}, command: [./b, -c], healthcheck: {test: [CMD, curl, -f]}, volumes: [\".:/s\"]}}",
            "services:\n  a:\n    build:\n      context: .\n      args: [A=1, B]\n    command: ./b -c\n    healthcheck:\n      test: curl -f\n    \
             volumes:\n      - type: bind\n        source: .\n",
            "x-a: &a\n  build: {context: ., args: [A=1, B=2]}\n  command: ./b -c\nservices:\n  a:\n    <<: *a\n    healthcheck: {test: [CMD-SHELL, curl, -f]}\n    \
             volumes: [.:/s]\n",
        ] {
            assert_eq!(read(text), std::slice::from_ref(&expected), "{text}");
        }
        let both = &read("services: {a: {entrypoint: ./b, command: -c}}")[0];
        assert_eq!((both.commands.len(), both.entrypoints.concat().join(" ")), (0, "./b -c".to_owned()));
        assert_eq!(read("services: {a: {extends: {service: b}}}")[0].names, ["a", "b"]);
        assert_eq!(read("services: {a: {build: null, command: null}}")[0].build, None);
        assert_eq!(read("services: {a: {command: !reset null, ports: !override [80]}}").len(), 1);
        assert_eq!(containers("services: ["), None);
    }
}
