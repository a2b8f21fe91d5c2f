//! The containers in manifests of Kubernetes.
//!
//! A template of Helm is no YAML before it is filled in. It is read as lines: what stands behind `command:`.

use serde_json::Value;

use super::super::document::{at, command, documents, text_at, words_of_line};
use super::Container;

/// Folders that hold manifests by their names.
const FOLDERS: &[&str] = &[
    ".k8s",
    "chart",
    "charts",
    "deploy",
    "deployment",
    "deployments",
    "helm",
    "k8s",
    "kube",
    "kubernetes",
    "kustomize",
    "manifests",
];
/// How names of manifests begin elsewhere.
const BEGINNINGS: &[&str] =
    &["cronjob", "daemonset", "deployment", "k8s", "kubernetes", "kustomization", "patch", "statefulset"];

/// Whether the file at the path is a manifest by its name or its folder.
pub fn is_kubernetes_file(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_yaml = [".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    is_yaml
        && (folders.split('/').any(|folder| FOLDERS.contains(&folder))
            || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
            || name.contains("-patch.")
            || name.contains("_patch."))
}

/// Whether the folder holds manifests by its name, or lies in one that does.
pub fn is_folder_of_kubernetes(path: &str) -> bool {
    path.split('/').next().is_some_and(|folder| FOLDERS.contains(&folder))
}

/// The containers of a file: of resources, and of patches of Kustomize, whose resources are written elsewhere.
pub fn containers(text: &str) -> Vec<Container> {
    let Some(documents) = documents("manifest.yaml", text).filter(|_| !text.contains("{{")) else {
        return in_lines(text);
    };
    let mut found = Vec::new();
    for document in &documents {
        if let Some(operations) = document.as_array() {
            found.extend(operations.iter().filter_map(operation));
        } else if document.get("kind").is_some() {
            collect(document, &mut found);
        }
        let inline = PATCHES.iter().flat_map(|path| at(document, path)).filter_map(Value::as_str);
        inline.for_each(|patch| found.extend(containers_of_patch(patch)));
    }
    found
}

/// Where `kustomization.yaml` has patches as texts.
const PATCHES: &[&str] = &["patches.*.patch", "patchesJson6902.*.patch", "patchesStrategicMerge.*"];

/// Of a text in `kustomization.yaml`, which may be the name of a file.
fn containers_of_patch(patch: &str) -> Vec<Container> {
    let documents = documents("patch.yaml", patch).unwrap_or_default();
    let mut found = Vec::new();
    for document in &documents {
        match document {
            Value::Array(operations) => found.extend(operations.iter().filter_map(operation)),
            _ => collect(document, &mut found),
        }
    }
    found
}

/// What an operation of JSON Patch puts in the place of a command, or of one of its words.
fn operation(operation: &Value) -> Option<Container> {
    let path = text_at(operation, "path")?;
    let words = at(operation, "value").first().map(|value| command(value)).filter(|words| !words.is_empty());
    let mut parts = path.rsplit('/');
    let last = parts.next()?;
    let words = words.filter(|_| path.contains("/containers/") || path.contains("/initContainers/"));
    match last {
        "command" => Some(Container { entrypoints: vec![words?], ..Container::default() }),
        "args" => Some(Container { commands: vec![words?], ..Container::default() }),
        // The first word of a command is the program.
        "0" if parts.next() == Some("command") => Some(Container { entrypoints: vec![words?], ..Container::default() }),
        _ => None,
    }
}

/// The containers of pods, wherever the kind of resource has its pods: the document is never deeper than the reader allows.
fn collect(value: &Value, found: &mut Vec<Container>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("containers" | "initContainers", Value::Array(items)) => found.extend(items.iter().map(container)),
                    _ => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// `command` takes the place of ENTRYPOINT and CMD, `args` that of CMD.
fn container(value: &Value) -> Container {
    const CHECKS: &[&str] =
        &["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];
    let words = |key| at(value, key).into_iter().flat_map(command).collect::<Vec<String>>();
    let (program, arguments) = (words("command"), words("args"));
    let checks = CHECKS.iter().flat_map(|check| at(value, &format!("{check}.exec.command"))).map(command);
    let of = |words: Vec<String>| if words.is_empty() { Vec::new() } else { vec![words] };
    let (commands, entrypoints) = match program.is_empty() {
        true => (of(arguments), Vec::new()),
        false => (Vec::new(), vec![[program, arguments].concat()]),
    };
    Container {
        image: text_at(value, "image"),
        commands,
        entrypoints,
        checks: checks.collect(),
        ..Container::default()
    }
}

/// A command of a real container has fewer words in lines of their own.
const MOST_WORDS: usize = 64;

/// What the lines of a template say: `command: [a, b]`, and `command:` with its words in the lines below.
fn in_lines(text: &str) -> Vec<Container> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut commands = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(rest) = line.trim_start_matches("- ").strip_prefix("command:") else { continue };
        // The next command is no word of this one, nor are more words ever compared.
        let below = lines.iter().skip(at + 1).take(MOST_WORDS).map_while(|line| line.strip_prefix("- "));
        let below = below.take_while(|word| !word.trim_start_matches("- ").starts_with("command:"));
        let written = std::iter::once(rest).chain(below).collect::<Vec<_>>().join(" ");
        commands.push(words_of_line(&written.replace(['[', ']', ',', '"', '\''], " ")));
    }
    if commands.is_empty() { Vec::new() } else { vec![Container { entrypoints: commands, ..Container::default() }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_commands_below_each_other_take_no_memory() {
        let found = in_lines(&format!("{{{{\n{}", "- command:\n".repeat(47_000)));
        assert!(found.iter().flat_map(|it| &it.entrypoints).all(Vec::is_empty));
        let found = in_lines(&format!("command:\n{}", "- a\n".repeat(1_000)));
        assert_eq!(found[0].entrypoints[0].len(), MOST_WORDS);
    }

    #[test]
    fn manifests_are_known_by_folder_and_name() {
        for path in
            ["k8s/a.yaml", "charts/app/templates/web.yaml", "deploy/prod/a.yml", "deployment.yaml", "ops/k8s-web.yml"]
        {
            assert!(is_kubernetes_file(path), "{path}");
        }
        for path in ["a.yaml", "config/locales/en.yml", "k8s/a.json", "deployment.md"] {
            assert!(!is_kubernetes_file(path), "{path}");
        }
    }

    #[test]
    fn containers_are_found_in_every_kind_of_resource() {
        let pod = "spec:\n  containers:\n  - image: e.org/app:1\n    command: [/a]\n    args: [b, 1]\n    livenessProbe: {exec: {command: [curl, -f]}}\n";
        let inside = pod.replace("\n", "\n      ");
        for text in [
            format!("kind: Pod\n{pod}"),
            format!("apiVersion: v1\nkind: ConfigMap\n---\nkind: Deployment\nspec:\n  template:\n      {inside}\n"),
        ] {
            let found = containers(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].image.as_deref(), Some("e.org/app:1"));
            assert_eq!(found[0].entrypoints, [["/a", "b", "1"]]);
            assert_eq!(found[0].checks, [["curl", "-f"]]);
        }
        assert_eq!(containers(pod), []);
    }

    #[test]
    fn patches_of_kustomize_put_commands_in_place_of_others() {
        let operations = "- op: replace\n  path: /spec/template/spec/containers/0/command\n  value: [/a, b]\n";
        let indented = operations.replace('\n', "\n    ");
        let merge = "spec:\n      template: {spec: {containers: [{name: x, command: [/a, b]}]}}\n";
        for text in [
            operations.to_owned(),
            format!("kind: Kustomization\npatches:\n- patch: |-\n    {indented}\n"),
            format!("patchesStrategicMerge:\n- |-\n    {merge}\n"),
            format!("kind: Kustomization\npatches:\n- patch: |-\n    kind: Deployment\n    {merge}\n"),
        ] {
            let found = containers(&text);
            assert_eq!(found.iter().map(|it| it.entrypoints.concat()).collect::<Vec<_>>(), [["/a", "b"]], "{text}");
        }
        assert_eq!(containers("patches:\n- path: a.yaml\n"), []);
        assert_eq!(containers("- op: replace\n  path: /spec/replicas\n  value: 3\n"), []);
        assert!(is_kubernetes_file("overlays/prod/kustomization.yaml") && is_kubernetes_file("a/web-patch.yml"));
    }

    #[test]
    fn templates_of_helm_are_read_as_lines() {
        let template = |command: &str| {
            format!(
                "{{{{- if .Values.a }}}}\nkind: Deployment\nspec:\n  containers:\n    - name: a\n      {command}\n{{{{- end }}}}\n"
            )
        };
        assert_eq!(containers(&template("command: [\"/a\", \"b\"]"))[0].entrypoints, [["/a", "b"]]);
        assert_eq!(
            containers(&template("command:\n      - /a\n      - b\n      ports: []"))[0].entrypoints,
            [["/a", "b"]]
        );
        assert_eq!(containers(&template("ports: []")), []);
    }
}
