//! Settings of platforms that build the Dockerfile beside them, and may start its image with a command of their own.

use serde_json::Value;

use super::super::BuildTarget;
use super::super::document::{at, command, documents, text_at, words_of_line};
use super::Container;

/// Where one of these files says what is built, and what runs.
struct Platform {
    name: &'static str,
    /// The Dockerfile.
    dockerfile: &'static str,
    /// The stage.
    stage: &'static str,
    /// The commands.
    commands: &'static [&'static str],
}

/// Heroku's `app.json` and `heroku.yml`, Fly, Railway, Render: as their documentation has it in 2026.
const PLATFORMS: &[Platform] = &[
    Platform { name: "app.json", dockerfile: "", stage: "", commands: &["scripts.*", "scripts.*.*"] },
    Platform {
        name: "fly.toml",
        dockerfile: "build.dockerfile",
        stage: "build.build-target",
        commands: &["processes.*", "deploy.release_command", "experimental.cmd", "experimental.entrypoint"],
    },
    Platform {
        name: "heroku.yml",
        dockerfile: "build.docker.*",
        stage: "build.docker.*.target",
        commands: &["run.*", "run.*.command", "release.command"],
    },
    Platform {
        name: "railway.json",
        dockerfile: "build.dockerfilePath",
        stage: "",
        commands: &["deploy.startCommand", "deploy.preDeployCommand"],
    },
    Platform {
        name: "railway.toml",
        dockerfile: "build.dockerfilePath",
        stage: "",
        commands: &["deploy.startCommand", "deploy.preDeployCommand"],
    },
    Platform {
        name: "render.yaml",
        dockerfile: "services.*.dockerfilePath",
        stage: "",
        commands: &["services.*.dockerCommand", "services.*.preDeployCommand"],
    },
];

/// Names the processes of an application, each in a line.
const PROCFILE: &str = "Procfile";

/// Whether the file of this name is one of such a platform.
pub fn is_platform_file(name: &str) -> bool {
    name == PROCFILE || PLATFORMS.iter().any(|platform| platform.name == name)
}

/// What the platform runs. `None` where the file cannot be read.
pub fn containers(name: &str, text: &str) -> Option<Vec<Container>> {
    if name == PROCFILE {
        let commands = text.lines().filter_map(|line| line.split_once(':')).map(|(_, line)| words_of_line(line));
        return Some(vec![Container { commands: commands.collect(), ..Container::default() }]);
    }
    let platform = PLATFORMS.iter().find(|platform| platform.name == name)?;
    Some(documents(name, text)?.iter().map(|document| platform.container(document)).collect())
}

impl Platform {
    fn container(&self, document: &Value) -> Container {
        let dockerfile = text_at(document, self.dockerfile);
        let stage = text_at(document, self.stage);
        let build = (dockerfile.is_some() || stage.is_some()).then(|| BuildTarget {
            dockerfile,
            stage,
            ..BuildTarget::default()
        });
        let commands = self.commands.iter().flat_map(|path| at(document, path)).map(command);
        Container { build, commands: commands.filter(|words| !words.is_empty()).collect(), ..Container::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_says_at_its_place_what_runs() {
        for (name, text) in [
            ("Procfile", "web: ./b -c\n"),
            ("app.json", "{\"scripts\": {\"postdeploy\": \"./b -c\"}}"),
            ("app.json", "{\"scripts\": {\"dokku\": {\"predeploy\": \"./b -c\"}}}"),
            ("fly.toml", "app = \"a\"\n[processes]\nweb = \"./b -c\"\n"),
            ("fly.toml", "[experimental]\ncmd = [\"./b\", \"-c\"]\n"),
            ("heroku.yml", "build:\n  docker:\n    web: Dockerfile\nrun:\n  web: ./b -c\n"),
            ("heroku.yml", "run:\n  web:\n    command:\n      - ./b -c\n"),
            ("railway.json", "{\"deploy\": {\"startCommand\": \"./b -c\"}}"),
            ("railway.toml", "[deploy]\nstartCommand = \"./b -c\"\n"),
            ("render.yaml", "services:\n- type: web\n  dockerCommand: ./b -c\n"),
        ] {
            let found = containers(name, text).unwrap();
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(found[0].commands[0].join(" "), "./b -c", "{name}");
        }
        assert_eq!(containers("app.json", "{\"expo\": {\"name\": \"a\"}}").unwrap(), [Container::default()]);
        let fly = containers("fly.toml", "[build]\ndockerfile = \"a.Dockerfile\"\nbuild-target = \"b\"\n").unwrap();
        let target = fly[0].build.as_ref().unwrap();
        assert_eq!((target.dockerfile.as_deref(), target.stage.as_deref()), (Some("a.Dockerfile"), Some("b")));
    }
}
