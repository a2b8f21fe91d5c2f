//! The image configuration that a stage ends with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Environment;

/// The configuration of an image, in the words of the OCI and Docker image specifications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfiguration {
    /// `Env`
    pub environment: Environment,
    /// `Cmd`; empty where there is none.
    pub cmd: Vec<String>,
    /// `Entrypoint`; empty where there is none.
    pub entrypoint: Vec<String>,
    /// Whether a CMD or ENTRYPOINT has set `ArgsEscaped`.
    pub arguments_are_escaped: bool,
    /// `User`
    pub user: String,
    /// `WorkingDir`
    pub working_directory: String,
    /// `ExposedPorts`: `80/tcp`
    pub exposed_ports: BTreeSet<String>,
    /// `Volumes`
    pub volumes: BTreeSet<String>,
    /// `Labels`
    pub labels: BTreeMap<String, String>,
    /// `Healthcheck`
    pub healthcheck: Option<Healthcheck>,
    /// `StopSignal`
    pub stop_signal: String,
    /// `Shell`; empty where no SHELL has set it.
    pub shell: Vec<String>,
    /// `OnBuild`: the instructions that the next build begins with.
    pub on_build: Vec<String>,
    /// `author`, which MAINTAINER sets.
    pub author: String,
}

/// How to see whether the container is well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Healthcheck {
    /// `["NONE"]`, `["CMD", ...]` or `["CMD-SHELL", script]`
    pub test: Vec<String>,
    /// `--interval`; zero for the default.
    pub interval: Duration,
    /// `--timeout`; zero for the default.
    pub timeout: Duration,
    /// `--start-period`; zero for the default.
    pub start_period: Duration,
    /// `--start-interval`; zero for the default.
    pub start_interval: Duration,
    /// `--retries`; zero for the default.
    pub retries: u32,
}
