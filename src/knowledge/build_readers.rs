//! Tools that read more of a project than its sources while it is built: the history of its version control, and `.env`.
//!
//! From the documentation of the tools, read in November 2026. They are told by what the files of a project say of them.

/// Files of a project, by their names, and the words in them that name such a tool.
struct Told {
    /// Names; `*` stands for any beginning or end.
    files: &'static [&'static str],
    words: &'static [&'static str],
}

/// Tools that work out a version or a date from the history.
const OF_HISTORY: &[Told] = &[
    Told {
        files: &["pyproject.toml", "setup.cfg", "setup.py"],
        words: &[
            "setuptools_scm",
            "setuptools-scm",
            "hatch-vcs",
            "versioneer",
            "poetry-dynamic-versioning",
            "uv-dynamic-versioning",
            "dunamai",
            "versioningit",
            "setuptools-git-versioning",
            "setuptools_git_versioning",
            "vcs-versioning",
            "flit_scm",
            "flit-scm",
            "pbr",
            "source = \"scm\"",
        ],
    },
    Told {
        files: &["pom.xml", "extensions.xml"],
        words: &["git-commit-id", "buildnumber-maven-plugin", "maven-git-versioning-extension", "jgitver"],
    },
    Told {
        files: &["*.gradle", "*.gradle.kts"],
        words: &[
            "gradle-git-properties",
            "com.palantir.git-version",
            "axion-release",
            "grgit",
            "nebula.release",
            "org.ajoberstar.reckon",
            "me.qoomon.git-versioning",
            "jgitver",
        ],
    },
    Told {
        files: &["package.json"],
        words: &[
            "git-revision-webpack-plugin",
            "git-rev-sync",
            "git-repo-info",
            "git-describe",
            "git-last-commit",
            "gatsby-transformer-gitinfo",
        ],
    },
    Told {
        files: &["Cargo.toml"],
        words: &["built =", "build.built", "git-testament", "git-version", "shadow-rs", "vergen"],
    },
    Told {
        files: &["*.csproj", "*.fsproj", "*.vbproj", "Directory.*"],
        words: &["Nerdbank.GitVersioning", "GitVersion", "MinVer", "GitInfo"],
    },
    Told { files: &["*.sbt"], words: &["sbt-git", "sbt-dynver"] },
    Told { files: &["CMakeLists.txt", "*.cmake"], words: &["find_package(Git", "GetGitRevisionDescription"] },
    Told { files: &["meson.build"], words: &["vcs_tag("] },
    Told { files: &["mkdocs.yml"], words: &["git-revision-date", "git-committers", "git-authors"] },
    Told { files: &["hugo.toml"], words: &["enableGitInfo"] },
    Told { files: &["docusaurus.config.*"], words: &["showLastUpdate"] },
];

/// Files in which a build says itself what it runs.
const DESCRIPTIONS: &[&str] = &[
    "*.cmake",
    "*.gemspec",
    "*.gradle",
    "*.gradle.kts",
    "*.sbt",
    "CMakeLists.txt",
    "build.rs",
    "configure.ac",
    "craco.config.*",
    "meson.build",
    "mix.exs",
    "next.config.*",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "vite.config.*",
    "vue.config.*",
    "webpack.config.*",
];

/// Commands that read the history.
const COMMANDS: &[&str] =
    &["git describe", "git log", "git ls-files", "git rev-list", "git rev-parse", "git show", "git symbolic-ref"];

/// git as the first of a list of words, as programs that start others write it.
const AS_A_WORD: &[&str] = &["\"git\"", "'git'"];

/// Tools that replace variables of `.env` in what they build, or do not run without one.
const OF_ENVIRONMENT: &[Told] = &[
    Told {
        files: &["package.json"],
        words: &[
            "\"@craco/craco\"",
            "\"@ngx-env/builder\"",
            "\"@remix-run/dev\"",
            "\"@rsbuild/core\"",
            "\"@sveltejs/kit\"",
            "\"@vue/cli-service\"",
            "\"astro\"",
            "\"dotenv-cli\"",
            "\"dotenv-webpack\"",
            "\"env-cmd\"",
            "\"expo\"",
            "\"gatsby\"",
            "\"next\"",
            "\"nuxt\"",
            "\"parcel\"",
            "\"react-scripts\"",
            "\"umi\"",
            "\"vite\"",
        ],
    },
    Told { files: &["composer.json"], words: &["\"symfony/dotenv\"", "\"symfony/flex\""] },
];

/// Programs of a project that read `.env` when they start, by a word of their command.
const PROGRAMS_WITH_ENVIRONMENT: &[&str] =
    &["artisan", "bin/console", "dotenv", "env-cmd", "manage.py", "prisma", "rails", "rake"];

/// What in a file of a project reads the history while the project is built: a tool, or a command of git.
pub fn history_reader(file_name: &str, text: &str) -> Option<&'static str> {
    let is_description = is_one_of(file_name, DESCRIPTIONS);
    // The `package.json` of a project says of its repository that it is one of git.
    let words = AS_A_WORD.iter().filter(|_| file_name != "package.json");
    let commands = COMMANDS.iter().chain(words).filter(|_| is_description);
    named(OF_HISTORY, file_name, text).or_else(|| commands.copied().find(|word| text.contains(word)))
}

/// Whether the file of this name says how a project is built.
pub fn describes_build(file_name: &str) -> bool {
    is_one_of(file_name, DESCRIPTIONS) || is_one_of(file_name, &["*.csproj", "*.fsproj", "*.vbproj"])
}

/// The command of git in a script that reads the history.
pub fn history_command(text: &str) -> Option<&'static str> {
    COMMANDS.iter().copied().find(|command| text.contains(command))
}

/// What in a file of a project reads `.env` while the project is built.
pub fn environment_reader(file_name: &str, text: &str) -> Option<&'static str> {
    named(OF_ENVIRONMENT, file_name, text).map(|word| word.trim_matches('"'))
}

/// Whether the word of a command names a program of the project that reads `.env` when it starts.
pub fn reads_environment(word: &str) -> bool {
    PROGRAMS_WITH_ENVIRONMENT
        .iter()
        .any(|program| word.strip_suffix(program).is_some_and(|before| before.is_empty() || before.ends_with('/')))
}

fn named(table: &'static [Told], file_name: &str, text: &str) -> Option<&'static str> {
    let of_file = table.iter().filter(|told| is_one_of(file_name, told.files));
    of_file.flat_map(|told| told.words).copied().find(|word| text.contains(word))
}

fn is_one_of(name: &str, files: &[&str]) -> bool {
    files.iter().any(|file| match file.split_once('*') {
        Some((start, end)) => name.starts_with(start) && name.ends_with(end),
        None => name == *file,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_told_by_the_files_that_name_them() {
        for (name, text, tool) in [
            ("pyproject.toml", "requires = [\"setuptools_scm[toml]>=8\"]", Some("setuptools_scm")),
            ("pom.xml", "<artifactId>git-commit-id-maven-plugin</artifactId>", Some("git-commit-id")),
            ("app.gradle", "commandLine 'git', 'describe'", Some("'git'")),
            ("build.rs", "Command::new(\"git\")", Some("\"git\"")),
            (
                "package.json",
                "{\"scripts\": {\"build\": \"V=$(git rev-parse HEAD) vite build\"}}",
                Some("git rev-parse"),
            ),
            ("package.json", "{\"repository\": {\"type\": \"git\", \"url\": \"git+https://a\"}}", None),
            ("Cargo.toml", "a = { git = \"https://b\" }", None),
            ("main.rs", "Command::new(\"git\")", None),
        ] {
            assert_eq!(history_reader(name, text), tool, "{name} {text}");
        }
        assert_eq!(environment_reader("package.json", "{\"devDependencies\": {\"vite\": \"5\"}}"), Some("vite"));
        assert_eq!(environment_reader("package.json", "{\"dependencies\": {\"express\": \"5\"}}"), None);
        assert!(reads_environment("./manage.py") && reads_environment("artisan") && !reads_environment("brake"));
    }
}
