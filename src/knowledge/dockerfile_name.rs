//! How people call their Dockerfiles.

/// Whether a file of this name is a Dockerfile: `Dockerfile`, `Dockerfile.dev`, `api.dockerfile`, `Containerfile`, but not
/// `Dockerfile.dockerignore`.
pub fn is_dockerfile_name(name: &str) -> bool {
    if name.ends_with(".dockerignore") || name.ends_with('~') {
        return false;
    }
    let starts =
        |stem: &str| name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']));
    let ends = [".Dockerfile", ".dockerfile", ".Containerfile", ".containerfile"];
    name == "dockerfile"
        || starts("Dockerfile")
        || starts("Containerfile")
        || ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_are_known_by_their_names() {
        for name in ["Dockerfile", "Dockerfile.prod", "Dockerfile-alpine", "a.Dockerfile", "b.dockerfile", "dockerfile"]
        {
            assert!(is_dockerfile_name(name), "{name}");
        }
        for name in ["Containerfile", "Containerfile.dev", "x.containerfile"] {
            assert!(is_dockerfile_name(name), "{name}");
        }
        for name in ["Dockerfile.dockerignore", "dockerfile.rs", "Dockerfiles", "MyDockerfile", "Dockerfile.orig~", ""]
        {
            assert!(!is_dockerfile_name(name), "{name}");
        }
    }
}
