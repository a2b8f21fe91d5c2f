//! Packages of Python that need more than Python when they run.

use super::super::native::Needs;
use super::super::single_stage::SingleStage;

pub const NEEDS: Needs = Needs {
    linking: &[
        ("cairocffi", "libcairo2-dev"),
        ("cairosvg", "libcairo2-dev"),
        ("gdal", "libgdal-dev"),
        ("lxml", "libxslt1-dev"),
        ("mysqlclient", "default-libmysqlclient-dev"),
        ("opencv-contrib-python", "libglib2.0-dev"),
        ("opencv-python", "libglib2.0-dev"),
        ("psycopg2", "libpq-dev"),
        ("pycairo", "libcairo2-dev"),
        ("pycurl", "libcurl4-openssl-dev"),
        ("pyodbc", "unixodbc-dev"),
        ("python-ldap", "libldap2-dev"),
        ("python-magic", "libmagic-dev"),
        ("python-snappy", "libsnappy-dev"),
        // It links what it finds when it is compiled.
        ("uwsgi", "libpcre2-dev"),
        ("uwsgi", "libssl-dev"),
        ("uwsgi", "libxml2-dev"),
        ("weasyprint", "libpango1.0-dev"),
        ("xmlsec", "libxmlsec1-dev"),
    ],
    loading: &[("lightgbm", "libgomp1", "libgomp"), ("xgboost", "libgomp1", "libgomp")],
    calling: &[
        // They compile when they run.
        ("cmdstanpy", "g++"),
        ("pytensor", "g++"),
        ("triton", "gcc"),
        ("dvc", "git"),
        ("gitpython", "git"),
        ("jupyter-repo2docker", "git"),
        ("mercurial", "mercurial"),
        ("pystan", "g++"),
        ("theano", "g++"),
        ("wand", "imagemagick"),
    ],
};

/// The names of the packages that commands name, and files of the build context that list packages.
pub fn names(single: &SingleStage<'_>) -> Vec<String> {
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
