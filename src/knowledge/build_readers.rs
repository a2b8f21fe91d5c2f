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
        words: &["Nerdbank.GitVersioning", "GitVersion", "GitVersionTask", "MinVer", "GitInfo"],
    },
    Told { files: &["*.sbt"], words: &["sbt-git", "sbt-dynver"] },
    Told { files: &["CMakeLists.txt", "*.cmake"], words: &["find_package(Git", "GetGitRevisionDescription"] },
    Told { files: &["meson.build"], words: &["vcs_tag("] },
    Told { files: &["mkdocs.yml"], words: &["git-revision-date", "git-committers", "git-authors"] },
    Told { files: &["hugo.toml"], words: &["enableGitInfo"] },
    Told { files: &["docusaurus.config.*"], words: &["showLastUpdateAuthor", "showLastUpdateTime"] },
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

/// What in a file of a project reads the history while the project is built: a tool, or a command of git. The commands of a
/// `package.json` are for [`history_command`]: the build runs few of them.
pub fn history_reader(file_name: &str, text: &str) -> Option<&'static str> {
    let is_description = file_name != "package.json" && is_one_of(file_name, DESCRIPTIONS);
    let commands = COMMANDS.iter().chain(AS_A_WORD).copied().filter(|_| is_description);
    named(OF_HISTORY, file_name, text).or_else(|| commands.into_iter().find(|word| says(text, word)))
}

/// Whether the file of this name says how a project is built.
pub fn describes_build(file_name: &str) -> bool {
    is_one_of(file_name, DESCRIPTIONS) || is_one_of(file_name, &["*.csproj", "*.fsproj", "*.vbproj"])
}

/// The command of git in a script that reads the history.
pub fn history_command(text: &str) -> Option<&'static str> {
    COMMANDS.iter().copied().find(|command| says(text, command))
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
    of_file.flat_map(|told| told.words).copied().find(|word| says(text, word))
}

/// Whether the text has the word, and not as a part of another: `built =` is not in `prebuilt =`. What goes on with a `-` or `_`
/// is of the same family: `git-commit-id-maven-plugin`.
pub fn says(text: &str, word: &str) -> bool {
    let goes_on = |text: &str| text.starts_with(|c: char| c.is_alphanumeric());
    let is_behind = |text: &str| text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let starts_inside = word.starts_with(|c: char| c.is_alphanumeric());
    let ends_inside = word.ends_with(|c: char| c.is_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        !(starts_inside && is_behind(before) || ends_inside && goes_on(behind))
    })
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
    fn a_part_of_another_word_names_no_tool() {
        for (name, text) in [
            ("Cargo.toml", "prebuilt = \"1\""),
            ("pyproject.toml", "name = \"cupbraid\""),
            ("pyproject.toml", "dependencies = [\"three-pbr\"]"),
            ("a.csproj", "<Compile Include=\"DigitInfo.cs\" />"),
            ("setup.py", "legit log"),
        ] {
            assert_eq!(history_reader(name, text), None, "{name} {text}");
        }
        for (name, text) in [("Cargo.toml", "built = \"0.7\""), ("setup.py", "setup(pbr=True)")] {
            assert!(history_reader(name, text).is_some(), "{name} {text}");
        }
    }

    #[test]
    fn tools_are_told_by_the_files_that_name_them() {
        for (name, text, tool) in [
            ("pyproject.toml", "requires = [\"setuptools_scm[toml]>=8\"]", Some("setuptools_scm")),
            ("pom.xml", "<artifactId>git-commit-id-maven-plugin</artifactId>", Some("git-commit-id")),
            ("app.gradle", "commandLine 'git', 'describe'", Some("'git'")),
            ("build.rs", "Command::new(\"git\")", Some("\"git\"")),
            ("package.json", "{\"devDependencies\": {\"git-rev-sync\": \"3\"}}", Some("git-rev-sync")),
            ("package.json", "{\"scripts\": {\"build\": \"git describe\"}}", None),
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
