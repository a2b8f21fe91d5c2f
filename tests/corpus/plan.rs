//! The build plan against BuildKit's own.

use std::collections::BTreeMap;
use std::time::Duration;

use dfx::ir::Build;
use dfx::plan::{
    Copied, Copy, Exec, Files, ImageConfiguration, MakeDirectory, Mount, MountKind, Operation, Plan, Sharing, Source,
    Vertex,
};
use dfx::source::SourceFile;
use dfx::syntax::parse;
use serde_json::{Map, Value, json};

use crate::corpus::Corpus;

#[test]
fn plans_are_those_of_buildkit() {
    let Some(corpus) = Corpus::open() else { return };
    let (mut equal, mut different) = (0, Vec::new());
    for verdict in corpus.compressed_verdicts("buildkit-plans.jsonl.gz") {
        let name = verdict["file"].as_str().unwrap();
        if verdict.get("error").is_some() {
            continue;
        }
        let file = parse(SourceFile::new(name, corpus.files[name].clone()));
        let plan = Plan::new(&Build::new(&file));
        match compare(&plan, &verdict) {
            None => equal += 1,
            Some(difference) => different.push(format!("{name}\n{difference}")),
        }
    }
    println!("{equal} plans equal those of BuildKit");
    assert!(different.is_empty(), "{} plans differ:\n{}", different.len(), different.join("\n"));
    assert!(equal > 1_000, "the file of verdicts is not whole");
}

/// What differs, both sides in BuildKit's words.
fn compare(plan: &Plan, verdict: &Value) -> Option<String> {
    let mut nodes = Nodes::default();
    let theirs = nodes.of_buildkit(verdict["ops"].as_array().unwrap());
    let their_nodes = nodes.known.len();
    let last = plan.stages.len() - 1;
    let ours = nodes.of_stage(plan, last);
    if theirs != ours {
        let new: Vec<&String> =
            nodes.known.iter().filter(|(_, id)| **id >= their_nodes).map(|(text, _)| text).collect();
        let all: Vec<&String> = nodes.known.iter().filter(|(_, id)| **id < their_nodes).map(|(text, _)| text).collect();
        return Some(format!(
            "  {theirs:?} {ours:?}\n  ours only:\n    {}\n  BuildKit's:\n    {}",
            lines(&new),
            lines(&all)
        ));
    }
    let configuration = in_buildkit_words(&plan.stages[last].configuration);
    (configuration != verdict["config"])
        .then(|| format!("  our configuration {configuration}\n  BuildKit's        {}", verdict["config"]))
}

fn lines(texts: &[&String]) -> String {
    texts.iter().map(|text| text.chars().take(600).collect::<String>()).collect::<Vec<_>>().join("\n    ")
}

/// Vertices of both sides, each known by what it does and by the numbers of its inputs.
#[derive(Default)]
struct Nodes {
    known: BTreeMap<String, usize>,
}

/// A vertex by its number; `None` is an empty file system.
type Node = Option<usize>;

impl Nodes {
    fn number(&mut self, inputs: &[Node], what: Value, platform: Option<&str>) -> Node {
        let next = self.known.len();
        let mut text = json!([inputs, what, platform]);
        text.sort_all_objects();
        let text = text.to_string();
        Some(*self.known.entry(text).or_insert(next))
    }

    /// The last of BuildKit's operations.
    fn of_buildkit(&mut self, operations: &[Value]) -> Node {
        let mut nodes: Vec<Node> = Vec::new();
        for operation in operations {
            let inputs = operation.get("inputs").and_then(Value::as_array).into_iter().flatten();
            let inputs: Vec<Node> = inputs.map(|input| nodes[input[0].as_u64().unwrap() as usize]).collect();
            let mut what = operation["op"].clone();
            let platform = operation.get("platform").and_then(Value::as_str);
            let node = match operation["kind"].as_str().unwrap() {
                "result" => inputs[0],
                "source" => {
                    // How much of the context is sent is no part of a cache key, nor are the names of credentials.
                    if let Some(attributes) = what.get_mut("attrs").and_then(Value::as_object_mut) {
                        attributes.retain(|key, _| key == "http.filename");
                    }
                    let identifier = what["identifier"].as_str().unwrap();
                    // The digest of the day, unless the file names it.
                    let bare = identifier.split('@').next().unwrap().to_owned();
                    what["identifier"] = json!(bare);
                    if what.get("attrs").is_some_and(|attributes| attributes.as_object().unwrap().is_empty()) {
                        what.as_object_mut().unwrap().remove("attrs");
                    }
                    self.number(&inputs, what, platform)
                }
                _ => self.number(&inputs, what, platform),
            };
            nodes.push(node);
        }
        nodes.last().copied().flatten()
    }

    fn of_stage(&mut self, plan: &Plan, index: usize) -> Node {
        let stage = &plan.stages[index];
        let mut node = self.of_source(plan, &stage.base);
        let platform = stage.platform.as_ref().map(ToString::to_string);
        for Vertex { operation, .. } in &stage.vertices {
            node = match operation {
                Operation::Exec(exec) => self.exec(plan, node, exec, platform.as_deref()),
                Operation::Files(files) => self.files(plan, node, files),
                Operation::MakeDirectory(MakeDirectory { path, owner: owned }) => {
                    let mut directory = json!({ "makeParents": true, "mode": 0o755, "path": path });
                    if let Some(user) = owned {
                        directory["owner"] = owner(user);
                    }
                    self.actions(node, &[], vec![json!({ "mkdir": directory })])
                }
            };
        }
        node
    }

    fn of_source(&mut self, plan: &Plan, source: &Source) -> Node {
        match source {
            Source::Scratch => None,
            Source::Context => self.number(&[], json!({ "identifier": "local://context" }), None),
            Source::Stage(index) => self.of_stage(plan, *index),
            Source::Image { reference, platform } => {
                let bare = reference.split('@').next().unwrap();
                self.number(&[], json!({ "identifier": format!("docker-image://{bare}") }), platform.as_deref())
            }
            Source::Http { address, .. } => {
                let path = address.split_once("://").unwrap().1.split(['?', '#']).next().unwrap();
                let name = path.trim_end_matches('/').rsplit('/').next().unwrap();
                let what = json!({ "attrs": { "http.filename": name }, "identifier": address });
                self.number(&[], what, None)
            }
            Source::Git { address, .. } => {
                let bare = address.split_once("://").unwrap().1;
                self.number(&[], json!({ "identifier": format!("git://{bare}") }), None)
            }
            Source::Inline { .. } | Source::Unknown { .. } => panic!("{source:?} is no input of its own"),
        }
    }

    fn exec(&mut self, plan: &Plan, root: Node, exec: &Exec, platform: Option<&str>) -> Node {
        let mut inputs = vec![root];
        let mut mounts = vec![json!({ "dest": "/" })];
        for Mount { target, kind } in &exec.mounts {
            let mut mount = Map::from_iter([("dest".to_owned(), json!(target))]);
            let mut input = |node: Node| {
                let at = inputs.iter().position(|known| *known == node).unwrap_or(inputs.len());
                if at == inputs.len() {
                    inputs.push(node);
                }
                json!(at.to_string())
            };
            match kind {
                MountKind::Bind { from, path, is_read_only } => {
                    let node = self.of_source(plan, from);
                    mount.insert("input".into(), input(node));
                    if *is_read_only {
                        mount.insert("readonly".into(), json!(true));
                    }
                    if path != "/" {
                        mount.insert("selector".into(), json!(path));
                    }
                }
                MountKind::Cache(cache) => {
                    assert_eq!(cache.from, Source::Scratch);
                    let mut option = json!({ "ID": format!("/{}", cache.id) });
                    match cache.sharing {
                        Sharing::Shared => {}
                        Sharing::Private => option["sharing"] = json!("PRIVATE"),
                        Sharing::Locked => option["sharing"] = json!("LOCKED"),
                    }
                    mount.extend([("cacheOpt".into(), option), ("input".into(), json!("-1"))]);
                    mount.insert("mountType".into(), json!("CACHE"));
                }
                MountKind::Tmpfs { .. } => {
                    mount.extend([("TmpfsOpt".into(), json!({})), ("input".into(), json!("-1"))]);
                    mount.insert("mountType".into(), json!("TMPFS"));
                }
                MountKind::Secret(secret) => {
                    let mut option = json!({ "ID": secret.id, "mode": 0o400 });
                    if !secret.is_required {
                        option["optional"] = json!(true);
                    }
                    mount.extend([("secretOpt".into(), option), ("input".into(), json!("-1"))]);
                    mount.insert("mountType".into(), json!("SECRET"));
                }
                MountKind::Ssh { .. } => panic!("no corpus file mounts the SSH agent"),
            }
            mounts.push(Value::Object(mount));
        }
        let environment: Vec<String> = exec.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut meta = json!({ "args": exec.arguments, "cwd": exec.directory, "env": environment });
        if let Some(user) = &exec.user {
            meta["user"] = json!(user);
        }
        if root.is_none() {
            mounts[0]["input"] = json!("-1");
            inputs.remove(0);
        }
        self.number(&inputs, json!({ "meta": meta, "mounts": mounts }), platform)
    }

    fn files(&mut self, plan: &Plan, below: Node, files: &Files) -> Node {
        let base = if files.is_linked { None } else { below };
        let mut sources = Vec::new();
        let mut actions = Vec::new();
        for copy in &files.copies {
            let node = match &copy.from {
                Source::Inline { content } => self.inline(copy, content),
                source => self.of_source(plan, source),
            };
            if !sources.contains(&node) {
                sources.push(node);
            }
            actions.push(json!({ "copy": copy_in_buildkit_words(copy) }));
        }
        let copied = self.actions(base, &sources, actions);
        match (files.is_linked, below) {
            (false, _) | (true, None) => copied,
            (true, Some(_)) => self.number(&[below, copied], json!({ "inputs": [{}, { "input": "1" }] }), None),
        }
    }

    fn inline(&mut self, copy: &Copy, content: &str) -> Node {
        use sha2::Digest;
        let Copied::File { name } = &copy.copied else { panic!("a heredoc is a file") };
        let hash: String = sha2::Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        let file = json!({ "mode": 0o644, "path": format!("/{name}"), "sha256": hash, "text": content });
        self.number(&[], json!({ "actions": [{ "input": "-1", "mkfile": file }] }), None)
    }

    /// A file operation: every action but the first starts from the one before.
    fn actions(&mut self, base: Node, sources: &[Node], mut actions: Vec<Value>) -> Node {
        let inputs: Vec<Node> = base.map(Some).into_iter().chain(sources.iter().copied()).collect();
        for (at, action) in actions.iter_mut().enumerate() {
            match (at, base) {
                (0, Some(_)) => {}
                (0, None) => action["input"] = json!("-1"),
                _ => action["input"] = json!((inputs.len() + at - 1).to_string()),
            }
        }
        self.number(&inputs, json!({ "actions": actions }), None)
    }
}

fn copy_in_buildkit_words(copy: &Copy) -> Value {
    let mut words = json!({ "dest": copy.destination });
    match &copy.copied {
        Copied::Paths { path, kept, unpacks } => {
            assert_eq!(*kept, None, "no corpus file has --parents");
            words["dirCopyContents"] = json!(true);
            words["followSymlink"] = json!(true);
            words["src"] = json!(path);
            if *unpacks {
                words["attemptUnpackDockerCompatibility"] = json!(true);
            }
        }
        Copied::File { name } => words["src"] = json!(format!("/{name}")),
        Copied::Everything => words["src"] = json!("/"),
    }
    words["mode"] = match copy.mode.as_deref().map(|mode| i64::from_str_radix(mode, 8)) {
        Some(Ok(mode)) => json!(mode),
        _ => json!(-1),
    };
    if let Some(chown) = &copy.owner {
        words["owner"] = owner(chown);
    }
    words
}

fn owner(chown: &str) -> Value {
    let part = |name: &str| match name.parse::<u64>() {
        Ok(number) => json!({ "byID": number }),
        Err(_) if matches!(name, "root" | "") => json!({ "byID": 0 }),
        Err(_) => json!({ "byName": { "name": name } }),
    };
    match chown.split_once(':') {
        Some((user, group)) => json!({ "user": part(user), "group": part(group) }),
        None => json!({ "user": part(chown) }),
    }
}

/// The configuration as Docker's image specification writes it; fields that are not set are left out.
fn in_buildkit_words(configuration: &ImageConfiguration) -> Value {
    let set = |keys: &std::collections::BTreeSet<String>| {
        Value::Object(keys.iter().map(|key| (key.clone(), json!({}))).collect::<Map<_, _>>())
    };
    let environment = configuration.environment.iter().map(|(name, value)| json!(format!("{name}={value}")));
    let fields = [
        ("ArgsEscaped", json!(configuration.arguments_are_escaped)),
        ("Cmd", json!(configuration.cmd)),
        ("Entrypoint", json!(configuration.entrypoint)),
        ("Env", environment.collect()),
        ("ExposedPorts", set(&configuration.exposed_ports)),
        ("Healthcheck", healthcheck(configuration)),
        ("Labels", json!(configuration.labels)),
        ("OnBuild", json!(configuration.on_build)),
        ("Shell", json!(configuration.shell)),
        ("StopSignal", json!(configuration.stop_signal)),
        ("User", json!(configuration.user)),
        ("Volumes", set(&configuration.volumes)),
        ("WorkingDir", json!(configuration.working_directory)),
    ];
    let is_set = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    fields.into_iter().filter(|(_, value)| is_set(value)).map(|(key, value)| (key.to_owned(), value)).collect()
}

fn healthcheck(configuration: &ImageConfiguration) -> Value {
    let Some(check) = &configuration.healthcheck else { return Value::Null };
    let nanoseconds = |duration: Duration| json!(u64::try_from(duration.as_nanos()).unwrap());
    let fields = [
        ("Interval", nanoseconds(check.interval)),
        ("Retries", json!(check.retries)),
        ("StartInterval", nanoseconds(check.start_interval)),
        ("StartPeriod", nanoseconds(check.start_period)),
        ("Test", json!(check.test)),
        ("Timeout", nanoseconds(check.timeout)),
    ];
    fields.into_iter().filter(|(_, value)| *value != json!(0)).map(|(key, value)| (key.to_owned(), value)).collect()
}
