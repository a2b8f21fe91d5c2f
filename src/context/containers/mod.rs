//! What files beside a Dockerfile run in containers of its image: Compose, Kubernetes, the platforms that start an image.

mod compose;
mod kubernetes;
mod platform;

use super::BuildTarget;

pub use kubernetes::{is_folder_of_kubernetes, is_kubernetes_file};
pub use platform::is_platform_file;

/// A container as a file describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Container {
    /// The service of Compose, and those that it extends.
    pub names: Vec<String>,
    /// The image, as written.
    pub image: Option<String>,
    /// How the image is built, where the file says so.
    pub build: Option<BuildTarget>,
    /// What takes the place of CMD, in words: arguments where the image has an ENTRYPOINT.
    pub commands: Vec<Vec<String>>,
    /// What takes the place of ENTRYPOINT, with its arguments.
    pub entrypoints: Vec<Vec<String>>,
    /// What runs beside it: checks of its health, and hooks.
    pub checks: Vec<Vec<String>>,
    /// The sources of what is mounted, as written.
    pub mounts: Vec<String>,
}

/// What describes containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerFile {
    /// A file of Compose: its services say what they are built from.
    Compose,
    /// A manifest of Kubernetes or a template of Helm: it knows images by their names.
    Kubernetes,
    /// The settings of a platform that builds the Dockerfile beside them.
    Platform,
}

impl ContainerFile {
    /// Whose file lies at the path.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if is_compose_file(name) {
            Some(Self::Compose)
        } else if is_platform_file(name) {
            Some(Self::Platform)
        } else {
            is_kubernetes_file(path).then_some(Self::Kubernetes)
        }
    }

    /// The containers that the file describes. `None` where it cannot be read.
    pub fn containers(self, path: &str, text: &str) -> Option<Vec<Container>> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match self {
            Self::Compose => compose::containers(text),
            Self::Kubernetes => Some(kubernetes::containers(text)),
            Self::Platform => platform::containers(name, text),
        }
    }
}

fn is_compose_file(name: &str) -> bool {
    name.trim_start_matches("docker-").starts_with("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"))
}
