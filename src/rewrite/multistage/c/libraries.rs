//! The libraries that the program needs when it runs.
//!
//! Those of installed `-dev` packages are known without looking: on the image of a bare distribution, nothing else can have
//! been linked, but for the compiler's own. Images with a compiler have hundreds of others.

use crate::ir::Command;
use crate::knowledge::debian::{Base, Release, package, runtime_packages};

use super::super::ecosystem::{Finish, Product};
use super::super::single_stage::SingleStage;
use super::super::{Assumption, Refusal};
use super::IMAGE_OF_GCC;
use super::outputs::{hides_its_libraries, is_compiler};
use super::sources::Sources;

/// Where the image of GCC keeps the compiler's libraries.
const FOLDER_OF_GCC: &str = "/usr/local/lib64";

/// How the linker, CMake and pkg-config call libraries, with the packages that they come from.
const LINKED: &[(&str, &str)] = &[
    ("CURL", "libcurl4-openssl-dev"),
    ("Curses", "libncurses-dev"),
    ("EXPAT", "libexpat1-dev"),
    ("GMP", "libgmp-dev"),
    ("LibXml2", "libxml2-dev"),
    ("OpenSSL", "libssl-dev"),
    ("PostgreSQL", "libpq-dev"),
    ("SQLite3", "libsqlite3-dev"),
    ("ZLIB", "zlib1g-dev"),
    ("libcurl", "libcurl4-openssl-dev"),
    ("libevent", "libevent-dev"),
    ("libpq", "libpq-dev"),
    ("libxml-2.0", "libxml2-dev"),
    ("openssl", "libssl-dev"),
    ("sqlite3", "libsqlite3-dev"),
    ("zlib", "zlib1g-dev"),
    ("-lbz2", "libbz2-dev"),
    ("-lcrypto", "libssl-dev"),
    ("-lcurl", "libcurl4-openssl-dev"),
    ("-levent", "libevent-dev"),
    ("-lexpat", "libexpat1-dev"),
    ("-lffi", "libffi-dev"),
    ("-lgmp", "libgmp-dev"),
    ("-ljpeg", "libjpeg-dev"),
    ("-llzma", "liblzma-dev"),
    ("-lncurses", "libncurses-dev"),
    ("-lncursesw", "libncurses-dev"),
    ("-lpng", "libpng-dev"),
    ("-lpq", "libpq-dev"),
    ("-lreadline", "libreadline-dev"),
    ("-lsqlite3", "libsqlite3-dev"),
    ("-lssl", "libssl-dev"),
    ("-lxml2", "libxml2-dev"),
    ("-lyaml", "libyaml-dev"),
    ("-lz", "zlib1g-dev"),
];

/// Of the C library, or of the compiler.
const ALWAYS_THERE: &[&str] = &[
    "-latomic",
    "-lc",
    "-ldl",
    "-lgcc",
    "-lgcc_s",
    "-lgomp",
    "-lm",
    "-lpthread",
    "-lrt",
    "-lstdc++",
    "-lstdc++fs",
    "-lutil",
];

/// Adds what the program needs beyond the packages that the build installs by name.
///
/// # Errors
/// Where a library is not known.
pub fn add<'b>(single: &SingleStage<'b>, sources: &Sources<'b>, product: &mut Product) -> Result<(), Refusal> {
    let is_gcc = single.image.familiar_name() == IMAGE_OF_GCC;
    let is_fortran = single.build_commands().any(|command| command.name() == Some("gfortran"));
    if is_gcc && is_fortran {
        return Err(Refusal::UnknownLibraries("gfortran".to_owned()));
    }
    if is_gcc {
        let of_gcc = Library::ALL.into_iter().filter(|library| library.may_be_needed(sources));
        product.artifacts.extend(of_gcc.map(|library| format!("{FOLDER_OF_GCC}/{}", library.file())));
        product.artifacts.push("/etc/ld.so.conf.d".to_owned());
    } else {
        product.packages.extend(of_compiler(single, sources));
    }
    let is_glibc = single.distribution.family != "alpine";
    let tells_linker = single.build_commands().any(|command| command.name() == Some("ldconfig"));
    if is_glibc && (is_gcc || tells_linker) {
        product.finish = Some(Finish {
            command: "ldconfig".to_owned(),
            reason: "the linker's cache tells where the copied libraries lie",
        });
    }
    let has_extras = single.configuration.buildpack_deps.is_some() || is_gcc;
    if has_extras { add_linked(single, sources, product) } else { Ok(()) }
}

/// A library that belongs to the compiler.
#[derive(Clone, Copy)]
enum Library {
    Atomic,
    OpenMp,
    OfCompiler,
    StandardCpp,
}

impl Library {
    const ALL: [Self; 4] = [Self::Atomic, Self::OpenMp, Self::OfCompiler, Self::StandardCpp];

    fn file(self) -> &'static str {
        match self {
            Self::Atomic => "libatomic.so.1",
            Self::OpenMp => "libgomp.so.1",
            Self::OfCompiler => "libgcc_s.so.1",
            Self::StandardCpp => "libstdc++.so.6",
        }
    }

    /// The package that the bare distribution lacks.
    fn package(self, is_alpine: bool) -> Option<&'static str> {
        match (self, is_alpine) {
            (Self::Atomic, false) => Some("libatomic1"),
            (Self::Atomic, true) => Some("libatomic"),
            (Self::OpenMp, false) => Some("libgomp1"),
            (Self::OpenMp, true) => Some("libgomp"),
            (Self::OfCompiler | Self::StandardCpp, false) => None,
            (Self::OfCompiler, true) => Some("libgcc"),
            (Self::StandardCpp, true) => Some("libstdc++"),
        }
    }

    /// Whether the program may be linked with it, as far as the sources tell.
    fn may_be_needed(self, sources: &Sources<'_>) -> bool {
        let words: &[&str] = match self {
            Self::Atomic => &["-latomic"],
            Self::OpenMp => &["openmp", "OpenMP"],
            Self::OfCompiler | Self::StandardCpp => &["++", "CXX"],
        };
        !sources.are_known()
            || sources.have_cpp() && matches!(self, Self::OfCompiler | Self::StandardCpp)
            || words.iter().any(|word| sources.mention(word))
    }
}

/// The compiler's own libraries that the bare distribution lacks.
fn of_compiler(single: &SingleStage<'_>, sources: &Sources<'_>) -> Vec<&'static str> {
    let is_alpine = single.distribution.family == "alpine";
    let needed = Library::ALL.into_iter().filter(|library| library.may_be_needed(sources));
    needed.filter_map(|library| library.package(is_alpine)).collect()
}

/// What the program is linked with, of the libraries that the image has.
fn add_linked<'b>(single: &SingleStage<'b>, sources: &Sources<'b>, product: &mut Product) -> Result<(), Refusal> {
    if !sources.are_known() && single.build_commands().any(hides_its_libraries) {
        product.assumptions.push(Assumption::NeedsNoLibraries(single.image_name_and_tag()));
    }
    let words = single.build_commands().flat_map(words_of);
    for word in words.chain(sources.words_of_build()) {
        let known = LINKED.iter().find(|(name, _)| *name == word);
        if known.is_none() && (!word.starts_with("-l") || ALWAYS_THERE.contains(&word)) {
            continue;
        }
        let unknown = || Refusal::UnknownLibraries(word.to_owned());
        let (_, development) = known.ok_or_else(unknown)?;
        let release = single.distribution.release.and_then(Release::from_codename).ok_or_else(unknown)?;
        let needed = runtime_packages(release, development).ok_or_else(unknown)?;
        let is_in_base = |name: &str| package(release, name).is_some_and(|it| it.in_base == Some(Base::Minimal));
        product.packages.extend(needed.packages.iter().filter(|name| !is_in_base(name)));
    }
    Ok(())
}

fn words_of<'b>(command: &'b Command<'b>) -> impl Iterator<Item = &'b str> {
    let is_compiler = command.name().is_some_and(is_compiler);
    command.arguments().iter().filter(move |_| is_compiler).filter_map(|word| word.value)
}
