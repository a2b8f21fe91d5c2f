//! Who may import whom: the table of `ARCHITECTURE.md`, held against the `use` lines and paths of every file.
//!
//! Code under `#[cfg(test)]` is free.

#![allow(clippy::unwrap_used)]

#[path = "architecture/imports.rs"]
mod imports;

use std::path::{Path, PathBuf};

use imports::{Import, imports};

/// A module at the top of the crate, and the others that it may name.
struct Row {
    module: &'static str,
    may_use: &'static [&'static str],
}

const TABLE: &[Row] = &[
    Row { module: "source", may_use: &[] },
    Row { module: "links", may_use: &[] },
    Row { module: "knowledge", may_use: &[] },
    Row { module: "edit", may_use: &["source"] },
    Row { module: "syntax", may_use: &["source"] },
    Row { module: "shell", may_use: &["source"] },
    Row { module: "context", may_use: &["source", "links"] },
    Row { module: "ir", may_use: &["source", "syntax", "shell", "context", "knowledge"] },
    Row { module: "plan", may_use: &["source", "edit", "syntax", "shell", "context", "knowledge", "ir"] },
    Row { module: "hadolint", may_use: &["source", "syntax", "shell"] },
    Row { module: "finding", may_use: &["source", "edit"] },
    Row { module: "cache", may_use: &["source", "links", "syntax", "shell", "context", "knowledge", "ir", "plan"] },
    Row {
        module: "rewrite",
        may_use: &["source", "syntax", "shell", "context", "knowledge", "ir", "plan", "cache", "edit"],
    },
    Row { module: "image", may_use: &["links", "edit", "knowledge"] },
    Row { module: "rules", may_use: BELOW_RULES },
    Row { module: "config", may_use: &["source", "edit", "knowledge", "finding", "rules"] },
    Row {
        module: "fix",
        may_use: &[
            "source", "syntax", "shell", "ir", "plan", "finding", "edit", "rules", "context", "config", "lint", "check",
        ],
    },
    Row { module: "report", may_use: &["source", "finding", "edit", "cache", "image", "fix", "rules"] },
];

/// What a rule and the mount of the rules may name.
const BELOW_RULES: &[&str] =
    &["source", "knowledge", "edit", "syntax", "shell", "context", "ir", "plan", "finding", "cache", "rewrite"];

/// The top, which may name every module.
const TOP: &[&str] = &["lib", "main", "lint", "check", "cli", "lsp"];

/// What is outside the crate and not for everyone: a path, and the modules that may name it.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("std::fs", &["cli", "main"]),
    ("std::env", &["cli", "main"]),
    ("std::process", &["cli", "main"]),
    // An address is a value: `ir` asks whether the host of a port is one, as BuildKit does, and opens no connection.
    ("std::net::IpAddr", &["cli", "main", "ir"]),
    ("std::net", &["cli", "main"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli", "main"]),
    ("shuck_ast", &["shell"]),
    ("shuck_parser", &["shell"]),
    // Archives are streams: only `image` knows their forms.
    ("tar", &["image"]),
    ("flate2", &["image"]),
    ("zstd", &["image"]),
    ("oci_spec", &["image"]),
    // `context` reads manifests that are JSON: package.json. The documents of an image are JSON too.
    ("serde_json", &["context", "image", "report", "cli", "config", "lsp"]),
    // `context` also reads files that say how an image is run: those of Compose, Kubernetes and Bake, `fly.toml`,
    // and of containers for development.
    ("toml", &["context", "config", "cli"]),
    ("serde_saphyr", &["context", "config"]),
    ("hcl", &["context"]),
    ("jsonc_parser", &["context"]),
];

#[test]
fn every_import_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = rust_files(&root.join("src"));
    files.extend(rust_files(&root.join("rules")));
    let broken: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(root).unwrap().to_str().unwrap();
            broken_rows(name, &std::fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(broken.is_empty(), "{} imports break the table:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn every_module_has_a_row() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let is_known = TOP.contains(&module) || TABLE.iter().any(|row| row.module == module);
        assert!(is_known, "src/{module} has no row in the table of tests/architecture.rs");
    }
}

#[test]
fn an_import_outside_the_table_is_reported_with_its_row() {
    let broken = |name, text| broken_rows(name, text).join("\n");
    assert_eq!(
        broken("src/syntax/a.rs", "use crate::{\n    source::Span,\n    ir::Build,\n};\n"),
        "src/syntax/a.rs:3: `crate::ir::Build`: syntax may use source only"
    );
    assert_eq!(
        broken("rules/size/a.rs", "fn f() { super::b::check() }"),
        "rules/size/a.rs:1: `super::b::check`: a rule does not use another rule"
    );
    assert_eq!(
        broken("src/ir/mod.rs", "use super::finding::Finding;"),
        "src/ir/mod.rs:1: `super::finding::Finding`: ir may use source, syntax, shell, context, knowledge only"
    );
    assert_eq!(
        broken("src/report/a.rs", "use std::{fmt, fs::File};"),
        "src/report/a.rs:1: `std::fs::File`: std::fs is for cli, main only"
    );
    assert_eq!(broken("src/ir/a.rs", "// crate::rules\nconst A: &str = \"crate::rules\";"), "");
    assert_eq!(broken("src/ir/a.rs", "fn f<'a>() -> impl Fn() + use<'a> { crate::ir::g() }"), "");
    assert_eq!(broken("src/ir/a.rs", "#[cfg(test)]\nmod tests { use crate::rules::all; }"), "");
    assert_eq!(broken("src/ir/a.rs", "use super::Build;\nuse self::x;\nuse crate::ir::Step;"), "");
}

/// What the imports of the file called `name` break.
fn broken_rows(name: &str, text: &str) -> Vec<String> {
    let path = module_path(name);
    let module = path[0].as_str();
    imports(text)
        .iter()
        .filter_map(|import| {
            let reason = broken_row(module, &path, import)?;
            Some(format!("{name}:{}: `{}`: {reason}", import.line, import.segments.join("::")))
        })
        .collect()
}

fn broken_row(module: &str, path: &[String], import: &Import) -> Option<String> {
    match resolve(path, &import.segments) {
        Some(target) => {
            let is_rule = module == "rules" && path.len() == 3;
            let own_group = path.get(1).map(String::as_str);
            let names_group = |segment: &String| GROUPS.contains(&segment.as_str());
            if is_rule && target[0] == "rules" && target.get(1).is_some_and(names_group) {
                let itself = target.get(1).map(String::as_str) == own_group && target.get(2) == path.get(2);
                return (!itself).then(|| "a rule does not use another rule".to_owned());
            }
            let row = TABLE.iter().find(|row| row.module == module)?;
            let target = target[0].as_str();
            let is_module = TOP.contains(&target) || TABLE.iter().any(|row| row.module == target);
            (is_module && target != module && !row.may_use.contains(&target))
                .then(|| format!("{module} may use {} only", listed(row.may_use)))
        }
        None => {
            let named = import.segments.join("::");
            let (outside, owners) = OUTSIDE.iter().find(|(outside, _)| {
                named.strip_prefix(outside).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            })?;
            (!owners.contains(&module)).then(|| format!("{outside} is for {} only", listed(owners)))
        }
    }
}

const GROUPS: [&str; 8] = ["build", "cache", "pin", "runtime", "security", "shell", "size", "style"];

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "std".to_owned() } else { names.join(", ") }
}

/// The module that a file is: `src/ir/mod.rs` is `ir`, `rules/size/a.rs` is `rules::size::a`.
fn module_path(name: &str) -> Vec<String> {
    let name = name.strip_suffix(".rs").unwrap_or(name);
    let name = name.strip_suffix("/mod").unwrap_or(name);
    name.strip_prefix("src/").unwrap_or(name).split('/').map(str::to_owned).collect()
}

/// The path from the crate's root on; `None` for a path that leads out of the crate.
fn resolve(module: &[String], segments: &[String]) -> Option<Vec<String>> {
    let mut at: Vec<String> = match segments.first().map(String::as_str) {
        Some("crate" | "dfx") => Vec::new(),
        Some("self" | "super") => module.to_vec(),
        _ => return None,
    };
    for segment in segments {
        match segment.as_str() {
            "crate" | "dfx" | "self" => {}
            "super" => drop(at.pop()),
            segment => at.push(segment.to_owned()),
        }
    }
    if at.is_empty() { None } else { Some(at) }
}

/// All files of Rust below a folder but those that hold tests only.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let tests = imports::test_modules(&entries);
    let mut files = Vec::new();
    for entry in entries {
        let stem = entry.file_stem().unwrap().to_str().unwrap();
        if tests.iter().any(|name| name == stem) {
            continue;
        } else if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files
}
