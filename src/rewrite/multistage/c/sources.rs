//! What the sources of the build context tell of the program.

use crate::context::BuildContext;

use super::super::single_stage::SingleStage;

/// The sources of the build context and the files that say how they are built. They do not say all where the build fetches
/// further sources from elsewhere.
pub struct Sources<'b> {
    context: Option<&'b BuildContext>,
}

const ENDINGS_OF_CODE: &[&str] = &[".c", ".cc", ".cpp", ".cxx"];
const ENDINGS_READ_BY_THE_BUILD: &[&str] = &[
    ".H", ".S", ".ac", ".am", ".asm", ".cmake", ".f", ".f90", ".h", ".hh", ".hpp", ".hxx", ".in", ".inc", ".inl",
    ".ipp", ".m4", ".mk", ".o", ".s", ".tcc", ".tpp",
];
const NAMES_READ_BY_THE_BUILD: &[&str] =
    &["CMakeLists.txt", "CMakePresets.json", "autogen.sh", "config.guess", "config.sub", "configure", "meson.build"];

/// Whether only the build reads the file of this name. Those that Make is told by are left out of every ecosystem.
pub fn is_source(name: &str) -> bool {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    ends(ENDINGS_OF_CODE) || ends(ENDINGS_READ_BY_THE_BUILD) || NAMES_READ_BY_THE_BUILD.contains(&name)
}

impl<'b> Sources<'b> {
    pub fn of(single: &SingleStage<'b>) -> Self {
        let fetches = single.build_commands().any(super::super::fetched::is_tool);
        Self { context: single.context.filter(|context| !fetches && !context.is_truncated()) }
    }

    /// Whether all that the build is made of is known: the compiler is called by name where no file says how to build.
    pub fn are_known(&self) -> bool {
        self.texts(is_code).next().is_some()
    }

    /// Whether nothing says that a library is built beside the program, or loaded when it runs.
    pub fn program_stands_for_itself(&self) -> bool {
        const OF_LIBRARIES: &[&str] = &["SHARED", "MODULE", "-shared", "shared_library(", "library(", "dlopen"];
        self.are_known()
            && !self
                .texts(|path| is_told(path) || is_code(path))
                .any(|(_, text)| OF_LIBRARIES.iter().any(|it| text.contains(it)))
    }

    /// Whether the files of the build install nothing outside of the prefix: CMake does so where it is not told an absolute
    /// path; what Make does is known where its file names no other folder.
    pub fn install_below_prefix(&self, prefix: &str) -> bool {
        let is_elsewhere = |text: &str| {
            let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | '(' | ')' | ';'));
            words
                .filter(|word| word.starts_with('/'))
                .any(|word| !word.starts_with(prefix) && OUTSIDE.iter().any(|it| word.starts_with(it)))
        };
        self.are_known() && !self.texts(is_told).any(|(_, text)| is_elsewhere(text))
    }

    /// Whether the files of the build call a program that installs something, or fetches it.
    pub fn do_more_than_build(&self) -> bool {
        const DOING_MORE: &[&str] =
            &["apk", "apt", "apt-get", "curl", "dnf", "npm", "pip", "pip3", "sudo", "wget", "yum"];
        self.texts(is_told).any(|(_, text)| text.split_whitespace().any(|word| DOING_MORE.contains(&word)))
    }

    /// The source that starts other programs.
    pub fn that_start_programs(&self) -> impl Iterator<Item = &'b str> {
        const STARTING: &[&str] = &["system(", "popen(", "execv", "execl", "posix_spawn"];
        self.texts(is_code)
            .filter(|(_, text)| STARTING.iter().any(|it| text.contains(it)))
            .map(|(path, _)| path)
            .take(1)
    }

    /// Whether something of them is written in C++.
    pub fn have_cpp(&self) -> bool {
        self.texts(|path| is_code(path) && !path.ends_with(".c")).next().is_some()
    }

    /// Whether something of them contains the word.
    pub fn mention(&self, word: &str) -> bool {
        self.texts(|path| is_told(path) || is_code(path)).any(|(_, text)| text.contains(word))
    }

    /// The words of the files that say how the program is built.
    pub fn words_of_build(&self) -> impl Iterator<Item = &'b str> {
        let is_separator =
            |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')' | ',' | ';' | '=' | '$' | '{' | '}');
        self.texts(is_told).flat_map(move |(_, text)| text.split(is_separator)).filter(|word| !word.is_empty())
    }

    fn texts(&self, is_wanted: fn(&str) -> bool) -> impl Iterator<Item = (&'b str, &'b str)> {
        self.context.into_iter().flat_map(move |context| context.texts(is_wanted))
    }
}

/// Folders outside of a prefix in which files of the build may install something.
const OUTSIDE: &[&str] = &["/etc", "/lib", "/opt", "/srv", "/usr", "/var"];

fn is_code(path: &str) -> bool {
    ENDINGS_OF_CODE.iter().any(|ending| path.ends_with(ending))
}

/// Whether the file says how the program is built.
fn is_told(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "CMakeLists.txt" | "GNUmakefile" | "Makefile" | "configure.ac" | "makefile" | "meson.build")
        || [".am", ".cmake", ".mk"].iter().any(|ending| name.ends_with(ending))
}
