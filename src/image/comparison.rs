//! In what two images differ, and the rung of the effect ladder on which they do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::edit::Effect;

use super::debris::Debris;
use super::entry::{Device, Entry, Kind};
use super::{Ecosystem, Image, Layer, Package};

/// In what two images differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The lowest rung that allows all differences.
    pub rung: Effect,
    /// The differing fields of the configuration, by name.
    pub fields: Vec<FieldDifference>,
    /// Whether the layer of the distribution, the lowest, is another.
    pub has_other_base: bool,
    /// Whether the images have the same layers, times left out.
    pub has_same_layers: bool,
    /// The differing paths, in their order.
    pub files: Vec<FileDifference>,
    /// The number of paths at which both have the same.
    pub same_files: usize,
    /// The packages that only one of them has, by ecosystem and name.
    pub packages: Vec<PackageDifference>,
    /// The number of packages that both have in the same versions.
    pub same_packages: usize,
    /// Sizes of the image before.
    pub before: Sizes,
    /// Sizes of the image after.
    pub after: Sizes,
}

/// The sizes of an image, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// What each layer holds, the base first.
    pub layers: Vec<u64>,
    /// What is stored and sent: all layers, hidden files included.
    pub total: u64,
    /// What a container sees.
    pub visible: u64,
}

/// A field of the configuration that is another.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDifference {
    /// Its name in the specification: `Env`, `Cmd`.
    pub name: String,
    /// Its value before, if it was there.
    pub before: Option<Value>,
    /// Its value after, if it is there.
    pub after: Option<Value>,
}

impl FieldDifference {
    /// The rung that allows it. Labels and the author are read by people and tools, all else decides what runs.
    pub fn effect(&self) -> Effect {
        if matches!(self.name.as_str(), "Labels" | "author" | "Maintainer") { Effect::Content } else { Effect::Runtime }
    }
}

/// A path at which the images differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDifference {
    /// The path, without a slash before it.
    pub path: String,
    /// What became of it.
    pub change: Change,
    /// The rung that allows it; `None` where every build of one and the same Dockerfile makes it differ.
    pub effect: Option<Effect>,
}

/// What became of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only the image after has it.
    Added(Whole),
    /// Only the image before has it.
    Removed(Whole),
    /// Both have it, and these aspects differ.
    Changed(Vec<Aspect>),
}

/// What one image has and the other has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// What it is, by name: `file`, `directory`.
    pub kind: &'static str,
    /// The bytes that it holds.
    pub size: u64,
}

impl Whole {
    fn of(entry: &Entry) -> Self {
        Self { kind: entry.kind.name(), size: entry.size() }
    }
}

/// An aspect of a path, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aspect {
    /// It is something else, by name.
    Kind(&'static str, &'static str),
    /// It holds other bytes; their number.
    Content(u64, u64),
    /// Other permissions.
    Mode(u32, u32),
    /// Another user or group, by number.
    Owner((u64, u64), (u64, u64)),
    /// The link leads elsewhere.
    Link(String, String),
    /// It is another device, by number.
    Device(Device, Device),
    /// Other extended attributes; their names.
    Attributes(Vec<String>),
}

/// A package whose versions are others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageDifference {
    /// Whose package it is.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Versions that only the image before has.
    pub removed: Vec<String>,
    /// Versions that only the image after has.
    pub added: Vec<String>,
}

impl Comparison {
    /// Compares two images. Paths in `varying` are known to differ in every build, whatever they hold.
    pub fn new(before: &Image, after: &Image, varying: &BTreeSet<String>) -> Self {
        let fields = differing_fields(before, after);
        let (files, same_files) = differing_files(before, after, varying);
        let (packages, same_packages) = differing_packages(before, after);
        let has_other_base = has_other_base(before.layers.first(), after.layers.first());
        let has_same_layers = before.layers == after.layers;
        let rung = files.iter().filter_map(|file| file.effect).fold(Effect::Identical, Effect::max);
        let mut comparison = Self {
            rung,
            fields,
            has_other_base,
            has_same_layers,
            files,
            same_files,
            packages,
            same_packages,
            before: Sizes::of(before),
            after: Sizes::of(after),
        };
        comparison.rung = rung.max(comparison.rung_without_files());
        comparison
    }

    /// The lowest rung that allows all differences but those of files.
    pub fn rung_without_files(&self) -> Effect {
        let base = if self.has_other_base { Effect::Runtime } else { Effect::Identical };
        let layers = if self.has_same_layers { Effect::Identical } else { Effect::Equivalent };
        self.fields.iter().map(FieldDifference::effect).fold(base.max(layers), Effect::max)
    }

    /// The paths at which the images differ: of two builds of one Dockerfile, those on which nobody may count.
    pub fn differing_paths(&self) -> BTreeSet<String> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }
}

impl Sizes {
    fn of(image: &Image) -> Self {
        let layers = image.layers.iter().map(|layer| layer.size).collect();
        Self { layers, total: image.size(), visible: image.tree.size() }
    }
}

fn has_other_base(before: Option<&Layer>, after: Option<&Layer>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => {
            (before.is_distribution || after.is_distribution) && before.digest != after.digest
        }
        (before, after) => before.or(after).is_some_and(|layer| layer.is_distribution),
    }
}

fn differing_fields(before: &Image, after: &Image) -> Vec<FieldDifference> {
    let (before, after) = (&before.configuration, &after.configuration);
    let names: BTreeSet<&str> = before.names().chain(after.names()).collect();
    let differs = |name: &&str| match *name {
        // The order of variables means nothing: none refers to another any more.
        "Env" => {
            let sorted = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
            sorted(before.words("Env")) != sorted(after.words("Env"))
        }
        name => before.field(name) != after.field(name),
    };
    let difference = |name: &str| FieldDifference {
        name: name.to_owned(),
        before: before.field(name).cloned(),
        after: after.field(name).cloned(),
    };
    names.into_iter().filter(differs).map(difference).collect()
}

fn differing_files(before: &Image, after: &Image, varying: &BTreeSet<String>) -> (Vec<FileDifference>, usize) {
    let debris = [Debris::of(&before.configuration), Debris::of(&after.configuration)];
    let can_be_made_again = |path: &str| debris.iter().any(|debris| debris.can_be_made_again(path));
    let is_volatile = |path: &str| debris.iter().any(|debris| debris.is_volatile(path));
    let is_above_cache = |path: &str| debris.iter().any(|debris| debris.is_above_cache(path));
    // A directory that is there for debris goes with it, also if it only holds the empty folder over which a cache was mounted,
    // or one above that.
    let is_there_for_debris = |path: &str| {
        let subtree = || before.tree.subtree(path).chain(after.tree.subtree(path));
        subtree().any(|(path, _)| can_be_made_again(path) || is_above_cache(path))
            && subtree().all(|(path, entry)| entry.kind == Kind::Directory || can_be_made_again(path))
    };
    let effect = |path: &str, change: &Change| match change {
        _ if varying.contains(path) => None,
        Change::Changed(aspects) if matches!(aspects[..], [Aspect::Content(..)]) && is_volatile(path) => None,
        _ if can_be_made_again(path) => Some(Effect::Debris),
        Change::Added(_) | Change::Removed(_) if is_there_for_debris(path) => Some(Effect::Debris),
        _ => Some(Effect::Content),
    };
    let paths: BTreeSet<&str> = before.tree.entries().chain(after.tree.entries()).map(|(path, _)| path).collect();
    let difference = |path: &&str| {
        let change = change(before.tree.get(path), after.tree.get(path))?;
        Some(FileDifference { path: (*path).to_owned(), effect: effect(path, &change), change })
    };
    let differences: Vec<FileDifference> = paths.iter().filter_map(difference).collect();
    let same = paths.len() - differences.len();
    (differences, same)
}

fn change(before: Option<&Entry>, after: Option<&Entry>) -> Option<Change> {
    match (before, after) {
        (Some(before), Some(after)) => {
            let aspects = differing_aspects(before, after);
            (!aspects.is_empty()).then_some(Change::Changed(aspects))
        }
        (Some(before), None) => Some(Change::Removed(Whole::of(before))),
        (None, after) => Some(Change::Added(Whole::of(after?))),
    }
}

fn differing_aspects(before: &Entry, after: &Entry) -> Vec<Aspect> {
    let mut aspects = Vec::new();
    match (&before.kind, &after.kind) {
        (Kind::File(old), Kind::File(new)) if old.digest != new.digest => {
            aspects.push(Aspect::Content(old.size, new.size));
        }
        (Kind::SymbolicLink(old), Kind::SymbolicLink(new)) if old != new => {
            aspects.push(Aspect::Link(old.clone(), new.clone()));
        }
        (Kind::CharacterDevice(old), Kind::CharacterDevice(new)) | (Kind::BlockDevice(old), Kind::BlockDevice(new))
            if old != new =>
        {
            aspects.push(Aspect::Device(*old, *new));
        }
        (old, new) if old.name() != new.name() => aspects.push(Aspect::Kind(old.name(), new.name())),
        _ => {}
    }
    // A link has no permissions of its own.
    let has_mode = |entry: &Entry| !matches!(entry.kind, Kind::SymbolicLink(_));
    if before.mode != after.mode && has_mode(before) && has_mode(after) {
        aspects.push(Aspect::Mode(before.mode, after.mode));
    }
    if (before.user, before.group) != (after.user, after.group) {
        aspects.push(Aspect::Owner((before.user, before.group), (after.user, after.group)));
    }
    if before.attributes != after.attributes {
        let names: BTreeSet<&String> = before.attributes.keys().chain(after.attributes.keys()).collect();
        let differs = |name: &&String| before.attributes.get(*name) != after.attributes.get(*name);
        aspects.push(Aspect::Attributes(names.into_iter().filter(differs).cloned().collect()));
    }
    aspects
}

fn differing_packages(before: &Image, after: &Image) -> (Vec<PackageDifference>, usize) {
    let (before, after): (BTreeSet<&Package>, BTreeSet<&Package>) =
        (before.packages().into_iter().collect(), after.packages().into_iter().collect());
    let mut differences: BTreeMap<(Ecosystem, &str), PackageDifference> = BTreeMap::new();
    for package in before.symmetric_difference(&after) {
        let key = (package.ecosystem, package.name.as_str());
        let entry = differences.entry(key).or_insert_with(|| PackageDifference {
            ecosystem: package.ecosystem,
            name: package.name.clone(),
            removed: Vec::new(),
            added: Vec::new(),
        });
        let versions = if before.contains(*package) { &mut entry.removed } else { &mut entry.added };
        versions.push(package.version.clone());
    }
    (differences.into_values().collect(), before.intersection(&after).count())
}
