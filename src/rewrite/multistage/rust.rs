//! Rust: one file comes out of `cargo build`.

use std::collections::BTreeSet;

use crate::context::BuildContext;
use crate::ir::{Command, clean_path};
use crate::knowledge::debian::{Base, Release, package, runtime_packages};
use crate::knowledge::package_managers::Invocation;

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::program::{Program, is_searched_by_default};
use super::single_stage::SingleStage;
use super::{Assumption, Refusal};

pub const RUST: Ecosystem =
    Ecosystem { images: &[], builds, product: Maker::OfProgram(product), is_source, runtime: Runtime::Distribution };

fn builds(command: &Command<'_>) -> bool {
    let is_cargo = command.manager.as_ref().is_some_and(|it| it.manager.name == "cargo");
    is_cargo || matches!(command.name(), Some("rustup" | "rustc"))
}

fn is_source(name: &str) -> bool {
    name.ends_with(".rs") || matches!(name, "Cargo.toml" | "Cargo.lock" | "rust-toolchain" | "rust-toolchain.toml")
}

fn product(single: &SingleStage<'_>, program: &Program<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let folders = single.build_commands().filter_map(|command| folder_of_programs(single, command).transpose());
    let folders = folders.collect::<Result<Vec<String>, Refusal>>()?;
    let mut product = Product::default();
    let not_built = || Refusal::NotBuilt(program.word.to_owned());
    let path = match program.path(single)? {
        Some(path) => {
            let (folder, _) = path.rsplit_once('/').ok_or_else(not_built)?;
            let is_made = deeds.brought.contains(&path) || folders.iter().any(|made| made == folder);
            is_made.then_some(path).ok_or_else(not_built)?
        }
        None => {
            let is_named = |path: &&String| {
                path.rsplit_once('/')
                    .is_some_and(|(folder, name)| name == program.word && is_searched_by_default(folder))
            };
            let installed = || {
                let folder = folders.iter().find(|folder| folder.ends_with("/bin"))?;
                product.search_path = (!is_searched_by_default(folder)).then(|| folder.clone());
                Some(format!("{folder}/{}", program.word))
            };
            deeds.brought.iter().find(is_named).cloned().or_else(installed).ok_or_else(not_built)?
        }
    };
    product.artifacts.push(path);
    if single.image.familiar_name() == "rust" {
        product.artifacts.push("/etc/ssl/certs/ca-certificates.crt".to_owned());
    }
    product.is_static = single.distribution.family == "alpine"
        || single.build_commands().filter_map(|it| it.manager.as_ref()).any(|it| triple(it).is_some_and(is_musl));
    if !product.is_static && single.runs_itself() {
        libraries(single, &mut product)?;
    }
    if let Some(context) = single.context {
        let starts = sources(context).find(|(_, text)| text.contains("process::Command"));
        product.assumptions.extend(starts.map(|(path, _)| Assumption::StartsNoProgram(path.to_owned())));
        product.has_all_files = reads_no_files(context);
    }
    Ok(product)
}

/// The folder in which a command leaves the programs that it builds.
fn folder_of_programs(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<String>, Refusal> {
    let Some(invocation) = command.manager.as_ref().filter(|it| it.manager.name == "cargo") else { return Ok(None) };
    let value = |names: &str| invocation.flag(names).and_then(|flag| flag.value?.text);
    let variable = |name: &str| single.build.environment(command, name).filter(|value| value.starts_with('/'));
    match invocation.verb_name() {
        Some("build" | "b") => {
            let target = match value("--target-dir").map(str::to_owned).or_else(|| variable("CARGO_TARGET_DIR")) {
                Some(folder) => single.path_of(command, &folder)?,
                None => {
                    let manifest = value("--manifest-path").unwrap_or("Cargo.toml");
                    let here = manifest.rsplit_once('/').map_or(".", |(folder, _)| folder);
                    clean_path(&format!("{}/target", single.path_of(command, here)?))
                }
            };
            let parts = [Some(target.as_str()), triple(invocation), Some(profile(invocation))];
            Ok(Some(parts.into_iter().flatten().collect::<Vec<_>>().join("/")))
        }
        Some("install") => match value("--root") {
            Some(root) => single.path_of(command, &format!("{root}/bin")).map(Some),
            None => {
                let home = variable("CARGO_HOME").unwrap_or_else(|| "/usr/local/cargo".to_owned());
                Ok(Some(clean_path(&format!("{home}/bin"))))
            }
        },
        _ => Ok(None),
    }
}

fn triple<'w>(invocation: &Invocation<'w>) -> Option<&'w str> {
    invocation.flag("--target").and_then(|flag| flag.value?.text)
}

fn is_musl(triple: &str) -> bool {
    triple.contains("musl")
}

/// The folder of the profile. That of `dev` is called `debug`.
fn profile<'w>(invocation: &Invocation<'w>) -> &'w str {
    match invocation.flag("--profile").and_then(|flag| flag.value?.text) {
        Some("dev" | "test") => "debug",
        Some("bench") => "release",
        Some(profile) => profile,
        None if invocation.has_flag("--release -r") => "release",
        None => "debug",
    }
}

/// Crates that link a library of the system, with its `-dev` package. Those that bundle theirs unless told otherwise
/// are here, too: a library too much is harmless.
const LINKING: &[(&str, &str)] = &[
    ("alsa-sys", "libasound2-dev"),
    ("bzip2-sys", "libbz2-dev"),
    ("curl-sys", "libcurl4-openssl-dev"),
    ("expat-sys", "libexpat1-dev"),
    ("freetype-sys", "libfreetype6-dev"),
    ("libdbus-sys", "libdbus-1-dev"),
    ("libsqlite3-sys", "libsqlite3-dev"),
    ("libssh2-sys", "libssh2-1-dev"),
    ("libudev-sys", "libudev-dev"),
    ("libz-sys", "zlib1g-dev"),
    ("lzma-sys", "liblzma-dev"),
    ("mysqlclient-sys", "default-libmysqlclient-dev"),
    ("openssl-sys", "libssl-dev"),
    ("pq-sys", "libpq-dev"),
    ("servo-fontconfig-sys", "libfontconfig1-dev"),
    ("yeslogic-fontconfig-sys", "libfontconfig1-dev"),
];

/// Crates called `-sys` that link nothing on Linux, or always what they bring themselves.
const BUNDLING: &[&str] = &[
    "aws-lc-fips-sys",
    "aws-lc-sys",
    "blake2b-rs-sys",
    "core-foundation-sys",
    "coreaudio-sys",
    "dirs-sys",
    "fsevent-sys",
    "hermit-sys",
    "inotify-sys",
    "jemalloc-sys",
    "js-sys",
    "khronos-sys",
    "kqueue-sys",
    "libfuzzer-sys",
    "libgit2-sys",
    "libmimalloc-sys",
    "librocksdb-sys",
    "linux-raw-sys",
    "lz4-sys",
    "lmdb-rkv-sys",
    "mach-sys",
    "ndk-sys",
    "objc-sys",
    "rdkafka-sys",
    "schannel-sys",
    "secp256k1-sys",
    "security-framework-sys",
    "system-configuration-sys",
    "tikv-jemalloc-sys",
    "wasi-sys",
    "web-sys",
    "wepoll-sys",
    "windows-sys",
    "zstd-sys",
];

/// The libraries that the build image has beyond those of the smaller one, as far as the program needs them.
fn libraries(single: &SingleStage<'_>, product: &mut Product) -> Result<(), Refusal> {
    let is_full = single.configuration.buildpack_deps == Some("full");
    let crates = single.context.and_then(|context| context.text("Cargo.lock")).map(crates);
    let Some(crates) = crates else {
        if is_full {
            product.assumptions.push(Assumption::NeedsNoLibraries(single.image_name_and_tag()));
        }
        return Ok(());
    };
    let is_vendored = crates.contains("openssl-src");
    for name in crates.into_iter().filter(|name| name.ends_with("-sys")) {
        if BUNDLING.contains(&name) || (name == "openssl-sys" && is_vendored) {
            continue;
        }
        let unknown = || Refusal::UnknownLibraries(name.to_owned());
        let (_, development) = LINKING.iter().find(|(known, _)| *known == name).ok_or_else(unknown)?;
        let release = single.distribution.release.and_then(Release::from_codename).ok_or_else(unknown)?;
        let needed = runtime_packages(release, development).ok_or_else(unknown)?;
        let is_in_base = |name: &str| package(release, name).is_some_and(|it| it.in_base == Some(Base::Minimal));
        product.packages.extend(needed.packages.iter().filter(|name| !is_in_base(name)));
        if name == "openssl-sys" {
            // OpenSSL looks for the certificates by their hashes, which are links to where the package keeps them.
            product.artifacts.extend(["/etc/ssl/certs", "/usr/share/ca-certificates"].map(str::to_owned));
        }
    }
    Ok(())
}

/// The names of all crates in the lock file.
fn crates(lock: &str) -> BTreeSet<&str> {
    lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect()
}

fn sources(context: &BuildContext) -> impl Iterator<Item = (&str, &str)> {
    let is_source = |path: &&str| path.ends_with(".rs") && !path.starts_with("tests/") && !path.starts_with("target/");
    let paths = context.entries().iter().map(|entry| entry.path.as_str()).filter(is_source);
    paths.map(|path| (path, context.text(path).unwrap_or("fs::")))
}

/// Whether no source could open a file: there are no other crates, and nothing of the standard library that does.
fn reads_no_files(context: &BuildContext) -> bool {
    const OPENING: &[&str] = &["fs::", "File", "process::Command", "unsafe", "std::{", "use std::fs", "libc::"];
    let depends_on_others = |lock: &str| crates(lock).len() > 1;
    let mut texts = sources(context).map(|(_, text)| text).peekable();
    texts.peek().is_some()
        && !context.is_truncated()
        && context.text("Cargo.lock").is_some_and(|lock| !depends_on_others(lock))
        && texts.all(|text| !OPENING.iter().any(|opening| text.contains(opening)))
}
