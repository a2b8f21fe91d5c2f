//! Versions of Docker's Dockerfile front end, the image that `# syntax=` names.
//!
//! From the release notes of `docker/dockerfile` (<https://github.com/moby/buildkit/releases>), read in November 2026.

/// Whether the front end knows `RUN --mount`: `docker/dockerfile` from 1.2 on, and the experimental ones before it.
/// Without a `# syntax` line it is the builder's own, which knows it since BuildKit 0.8 and Docker 20.10. Other front ends
/// are taken to know it.
pub fn knows_run_mounts(image: &str) -> bool {
    let tag = image.split('@').next().and_then(|name| name.rsplit_once(':')).map_or("", |(_, tag)| tag);
    let is_old = ["1.0", "1.1"]
        .iter()
        .any(|old| tag.strip_prefix(old).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())));
    !is_old || tag.ends_with("-experimental")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_ends_before_1_2_know_no_mounts_unless_experimental() {
        for image in ["docker/dockerfile:1.0", "docker/dockerfile:1.1.7", "docker.io/docker/dockerfile:1.1"] {
            assert!(!knows_run_mounts(image), "{image}");
        }
        for image in [
            "docker/dockerfile:1",
            "docker/dockerfile:1.2",
            "docker/dockerfile:1.10",
            "docker/dockerfile:1.0-experimental",
            "x",
        ] {
            assert!(knows_run_mounts(image), "{image}");
        }
    }
}
