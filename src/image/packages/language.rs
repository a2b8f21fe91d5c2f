//! Packages of languages, which lie in folders of their own.

use serde::Deserialize;

use super::{Ecosystem, Package, Reader};

pub(super) fn reader_of(path: &str) -> Option<Reader> {
    let mut names = path.rsplit('/');
    let (name, folder) = (names.next()?, names.next()?);
    if name == "package.json" {
        let above = names.next();
        let is_scoped = above.is_some_and(|scope| scope.starts_with('@')) && names.next() == Some("node_modules");
        return (is_scoped || above == Some("node_modules")).then_some(node as Reader);
    }
    let is_python = name == "METADATA" && folder.ends_with(".dist-info")
        || name == "PKG-INFO" && (folder.ends_with(".egg-info") || folder == "EGG-INFO")
        || name.ends_with(".egg-info") && folder.ends_with("-packages");
    is_python.then_some(python as Reader)
}

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
}

fn node(bytes: &[u8]) -> Vec<Package> {
    let manifest: Option<Manifest> = serde_json::from_slice(bytes).ok();
    manifest.into_iter().map(|it| Package::new(Ecosystem::Node, &it.name, &it.version)).collect()
}

/// Headers as in a mail, up to an empty line.
fn python(bytes: &[u8]) -> Vec<Package> {
    let text = String::from_utf8_lossy(bytes);
    let headers = || text.lines().take_while(|line| !line.is_empty());
    let header = |name: &str| headers().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let package = header("Name:").zip(header("Version:"));
    package.into_iter().map(|(name, version)| Package::new(Ecosystem::Python, name, version)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;

    #[test]
    fn a_folder_of_node_modules_is_a_package_and_one_inside_it_is_not() {
        let text = r#"{"name":"@a/b","version":"1.0.0"}"#;
        assert_eq!(told("app/node_modules/@a/b/package.json", text), ["node_modules @a/b 1.0.0"]);
        assert_eq!(told("app/node_modules/b/package.json", text), ["node_modules @a/b 1.0.0"]);
        assert_eq!(told("app/node_modules/b/lib/package.json", text), [""; 0]);
        assert_eq!(told("app/package.json", text), [""; 0]);
    }

    #[test]
    fn python_names_its_packages_in_metadata() {
        let text = "Metadata-Version: 2.1\nName: Flask\nVersion: 3.0.0\n\nName: not me\n";
        assert_eq!(
            told("usr/lib/python3/dist-packages/flask-3.0.0.dist-info/METADATA", text),
            ["site-packages Flask 3.0.0"]
        );
        assert_eq!(told("x/site-packages/flask.egg-info/PKG-INFO", text), ["site-packages Flask 3.0.0"]);
        assert_eq!(told("x/site-packages/flask-3.egg-info", text), ["site-packages Flask 3.0.0"]);
    }
}
