//! Versions of Docker's Dockerfile front end, the image that `# syntax=` names.
//!
//! From the release notes of `docker/dockerfile` (<https://github.com/moby/buildkit/releases>), read in November 2026.

/// Whether the front end knows `RUN --mount`: `docker/dockerfile` from 1.2 on, and the experimental ones before it.
/// Without a `# syntax` line it is the builder's own, which knows it since BuildKit 0.8 and Docker 20.10. Other front ends
/// are taken to know it.
pub fn knows_run_mounts(image: &str) -> bool {
    is_from(2, image) || tag(image).ends_with("-experimental")
}

/// Whether the front end knows `COPY --chmod`: `docker/dockerfile` from 1.2 on.
pub fn knows_modes_of_copies(image: &str) -> bool {
    is_from(2, image)
}

/// Whether the front end knows `COPY --link`: `docker/dockerfile` from 1.4 on. The builder's own knows it since BuildKit 0.10
/// and Docker 23.
pub fn knows_linked_copies(image: &str) -> bool {
    is_from(4, image)
}

/// Whether the front end is one of Docker's own: of others it is not known what they make of an instruction.
pub fn is_of_docker(image: &str) -> bool {
    let name = image.split(['@', ':']).next().unwrap_or(image);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    matches!(name, "docker/dockerfile" | "docker/dockerfile-upstream")
}

/// Whether the version is not known to be one before 1.`minor`.
fn is_from(minor: u32, image: &str) -> bool {
    let rest = tag(image).strip_prefix("1.").unwrap_or_default();
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    !digits.parse::<u32>().is_ok_and(|own| own < minor)
}

fn tag(image: &str) -> &str {
    image.split('@').next().and_then(|name| name.rsplit_once(':')).map_or("", |(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_ends_of_others_are_told_from_dockers() {
        for image in
            ["docker/dockerfile", "docker/dockerfile:1-labs", "docker.io/docker/dockerfile-upstream:master@sha256:a"]
        {
            assert!(is_of_docker(image), "{image}");
        }
        assert!(!is_of_docker("example.com/docker/dockerfile:1"));
        assert!(!is_of_docker("edrevo/dockerfile-plus"));
    }

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

    #[test]
    fn front_ends_before_1_4_know_no_linked_copies() {
        assert!(
            ["docker/dockerfile:1.0-experimental", "docker/dockerfile:1.3.1"]
                .iter()
                .all(|old| !knows_linked_copies(old))
        );
        let new = ["docker/dockerfile:1", "docker/dockerfile:1.4-labs", "docker/dockerfile:1.10", "x"];
        assert!(new.iter().all(|image| knows_linked_copies(image)));
    }
}
