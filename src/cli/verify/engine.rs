//! The engines that dfx can build with, and what they are told.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::image::Configuration;

use super::super::failure::Failure;
use super::build::BuildOrder;
use super::processes::AtWork;

/// An engine, as users choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum EngineChoice {
    /// The first that answers.
    #[default]
    Auto,
    /// Docker, through its daemon.
    Docker,
    /// Podman.
    Podman,
    /// Buildah.
    Buildah,
}

/// An engine that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Docker, through its daemon.
    Docker,
    /// Podman.
    Podman,
    /// Buildah.
    Buildah,
}

impl Engine {
    const ALL: [Engine; 3] = [Engine::Docker, Engine::Podman, Engine::Buildah];

    /// The engine that was chosen, or the first that answers.
    ///
    /// # Errors
    ///
    /// If none of them is there and answers; each is told with its reason.
    pub fn chosen(choice: EngineChoice) -> Result<Self, Failure> {
        let candidates: &[Engine] = match choice {
            EngineChoice::Auto => &Self::ALL,
            EngineChoice::Docker => &[Engine::Docker],
            EngineChoice::Podman => &[Engine::Podman],
            EngineChoice::Buildah => &[Engine::Buildah],
        };
        let mut reasons = Vec::new();
        for engine in candidates {
            match engine.asked() {
                Ok(()) => return Ok(*engine),
                Err(reason) => reasons.push(format!("{}: {reason}", engine.name())),
            }
        }
        let message = format!("no engine to build with\n  {}", reasons.join("\n  "));
        Err(Failure::new(message, "install one of them or start its service, or give exported images: `docker save`"))
    }

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Docker => "docker",
            Engine::Podman => "podman",
            Engine::Buildah => "buildah",
        }
    }

    /// The program, with nothing on its standard input.
    pub fn command<S: AsRef<std::ffi::OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(self.name());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// The call that builds an image under a name.
    pub fn build(self, order: &BuildOrder<'_>, tag: &str) -> Command {
        // Without `--force-rm` Docker's old builder and Buildah keep the container of a step that fails.
        let mut command = self.command(["build", "--force-rm", "--tag", tag, "--file"]);
        command.arg(order.dockerfile);
        if self != Engine::Docker {
            // Health checks and the shell are no part of OCI's form. Unless it is told to, Buildah keeps no layers.
            command.args(["--format", "docker", "--layers"]);
        }
        for (name, value) in order.build_arguments {
            command.arg("--build-arg").arg(format!("{name}={value}"));
        }
        if let Some(target) = order.target {
            command.args(["--target", target]);
        }
        if order.is_fresh {
            command.arg("--no-cache");
        }
        command.args(order.options).arg(order.context);
        command
    }

    /// The call that writes an image to a file, in the form of `docker save`.
    pub fn export(self, tag: &str, file: &Path) -> Command {
        match self {
            Engine::Docker => {
                let mut command = self.command(["save", "--output"]);
                command.arg(file).arg(tag);
                command
            }
            Engine::Podman => {
                let mut command = self.command(["save", "--format", "docker-archive", "--output"]);
                command.arg(file).arg(tag);
                command
            }
            Engine::Buildah => {
                self.command(["push".to_owned(), tag.to_owned(), format!("docker-archive:{}", file.display())])
            }
        }
    }

    /// The words of the call that removes an image.
    pub fn removal(self, tag: &str) -> Vec<String> {
        [self.name(), "rmi", "--force", tag].map(str::to_owned).to_vec()
    }

    /// The words of the call that ends and removes a container, with the volumes that were made for it.
    pub fn container_removal(self, name: &str) -> Vec<String> {
        let words: &[&str] = match self {
            Engine::Docker | Engine::Podman => &[self.name(), "rm", "--force", "--volumes", name],
            Engine::Buildah => &[self.name(), "rm", name],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// The call that makes a container before it is started, where that is a step of its own.
    pub fn preparation(self, name: &str, tag: &str) -> Option<Command> {
        (self == Engine::Buildah).then(|| self.command(["from", "--name", name, tag]))
    }

    /// The call that starts a container and waits for its end: with these words, or with the image's own command where
    /// there are none.
    pub fn start(
        self,
        name: &str,
        tag: &str,
        words: &[String],
        configuration: &Configuration,
        port: Option<u16>,
    ) -> Command {
        if self == Engine::Buildah {
            // Buildah runs what it is told to, and nothing of its own accord.
            let own = || [configuration.words("Entrypoint"), configuration.words("Cmd")].concat();
            let given = || words.iter().map(String::as_str).collect();
            let words: Vec<&str> = if words.is_empty() { own() } else { given() };
            let mut command = self.command(["run", "--network", "host", name, "--"]);
            command.args(words);
            return command;
        }
        // Without `--rm`: Podman ends with 127 where a container is gone before it asks how that ended.
        let mut command = self.command(["run", "--name", name]);
        if self == Engine::Podman {
            // Its `rm --force` asks a program to end, and waits, before it kills: it has been asked by then.
            command.args(["--stop-timeout", "0"]);
        }
        if let Some(port) = port {
            command.args(["--publish", &format!("127.0.0.1:{port}:{port}")]);
        }
        match words.split_first() {
            Some((program, arguments)) => command.args(["--entrypoint", program, tag]).args(arguments),
            None => command.arg(tag),
        };
        command
    }

    /// The processes of a container that was started as a group with this number.
    pub fn container_processes(self, number: u32) -> AtWork {
        match self {
            Engine::Buildah => AtWork::BuildahGroup(number),
            Engine::Docker | Engine::Podman => AtWork::Group(number),
        }
    }

    /// Whether the engine is there and answers; if not, why not.
    fn asked(self) -> Result<(), String> {
        let question: &[&str] = match self {
            // The client alone would answer too: only the daemon knows its version.
            Engine::Docker => &["version", "--format", "{{.Server.Version}}"],
            Engine::Podman | Engine::Buildah => &["info"],
        };
        match self.command(question).output() {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => {
                let error = String::from_utf8_lossy(&output.stderr);
                Err(error
                    .lines()
                    .rfind(|line| !line.trim().is_empty())
                    .unwrap_or("it does not answer")
                    .trim()
                    .to_owned())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err("not installed".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
