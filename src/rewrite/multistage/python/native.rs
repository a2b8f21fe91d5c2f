//! Packages of Python that need more than Python when they run.

use crate::knowledge::debian::{Release, runtime_packages};

use super::super::Refusal;
use super::super::deeds::Deeds;
use super::super::single_stage::SingleStage;

/// Packages that are built against a library unless a wheel brings it, with its `-dev` package: the smaller image lacks
/// the library, and one too much is harmless.
const LINKING: &[(&str, &str)] = &[
    ("cairocffi", "libcairo2-dev"),
    ("cairosvg", "libcairo2-dev"),
    ("gdal", "libgdal-dev"),
    ("mysqlclient", "default-libmysqlclient-dev"),
    ("psycopg2", "libpq-dev"),
    ("pycairo", "libcairo2-dev"),
    ("pycurl", "libcurl4-openssl-dev"),
    ("pyodbc", "unixodbc-dev"),
    ("python-ldap", "libldap2-dev"),
    ("python-magic", "libmagic-dev"),
    ("python-snappy", "libsnappy-dev"),
    ("xmlsec", "libxmlsec1-dev"),
];

/// Packages that run a compiler, git or the like while the program runs.
const CALLING: &[(&str, &str)] = &[
    ("dvc", "git"),
    ("gitpython", "git"),
    ("jupyter-repo2docker", "git"),
    ("mercurial", "mercurial"),
    ("pyimagick", "imagemagick"),
    ("pystan", "g++"),
    ("theano", "g++"),
    ("wand", "imagemagick"),
];

/// The libraries that the packages of the project need beyond those of the smaller image.
///
/// # Errors
/// Where a package needs a tool that the smaller image does not have.
pub fn packages(single: &SingleStage<'_>, deeds: &Deeds<'_>) -> Result<Vec<&'static str>, Refusal> {
    let names = names(single);
    let is_asked_for = |name: &str| names.iter().any(|asked| asked == name);
    let is_missing = |(name, tool): &&(&str, &str)| is_asked_for(name) && !deeds.packages.contains(tool);
    if let Some((_, tool)) = CALLING.iter().find(is_missing) {
        return Err(Refusal::MissingTool((*tool).to_owned()));
    }
    let is_full = single.configuration.buildpack_deps == Some("full");
    let release = single.distribution.release.and_then(Release::from_codename);
    let mut packages = Vec::new();
    for (name, development) in LINKING.iter().filter(|(name, _)| is_full && is_asked_for(name)) {
        let unknown = || Refusal::UnknownLibraries((*name).to_owned());
        let needed = runtime_packages(release.ok_or_else(unknown)?, development).ok_or_else(unknown)?;
        packages.extend(needed.packages.iter());
    }
    Ok(packages)
}

/// The names of the packages that commands name, and files of the build context that list packages.
fn names(single: &SingleStage<'_>) -> Vec<String> {
    let managers = single.build_commands().filter_map(|command| command.manager.as_ref());
    let managers = managers.filter(|it| matches!(it.manager.name, "pip" | "pipenv" | "poetry" | "uv"));
    let mut names: Vec<String> =
        managers.flat_map(|it| it.packages()).map(|package| normalised(package.name)).collect();
    let Some(context) = single.context else { return names };
    let is_list = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.starts_with("requirements") || matches!(name, "Pipfile" | "pyproject.toml" | "setup.cfg" | "setup.py")
    };
    let paths = context.entries().iter().map(|entry| entry.path.as_str()).filter(is_list);
    let lines = paths.filter_map(|path| context.text(path)).flat_map(str::lines);
    names.extend(lines.map(first_name).filter(|name| !name.is_empty()));
    names
}

/// The name at the beginning of a line such as `psycopg2==2.9`, `"psycopg2>=2",` and `psycopg2 = "^2.9"`.
fn first_name(line: &str) -> String {
    let line = line.trim_start_matches([' ', '\t', '"', '\'', '[']);
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    normalised(&line[..end.unwrap_or(line.len())])
}

/// Names are compared without case, and with one kind of separator.
fn normalised(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_lists_of_all_kinds() {
        for line in ["Psycopg2==2.9.1", "psycopg2[x] ; y", "  \"psycopg2>=2\",", "psycopg2 = \"^2.9\"", "psycopg2"] {
            assert_eq!(first_name(line), "psycopg2", "{line}");
        }
        assert_eq!(first_name("-r base.txt"), "-r");
    }
}
