//! `dfx parse --plan`: what BuildKit would be asked to do, as JSON.

use serde_json::{Value, json};

use crate::ir::Build;
use crate::plan::{
    Cache, Copied, Copy, Environment, Exec, Files, ImageConfiguration, MakeDirectory, Mount, MountKind, Operation,
    Plan, Secret, Sharing, Source, Vertex,
};
use crate::syntax::Dockerfile;

/// The steps of each stage with their digests, and the image configuration of each.
pub fn to_json(file: &Dockerfile) -> Value {
    let build = Build::new(file);
    let plan = Plan::new(&build);
    let digests = plan.digests();
    let stages = plan.stages.iter().zip(&digests).enumerate().map(|(index, (stage, digests))| {
        json!({
            "index": index,
            "base": source(&stage.base),
            "platform": stage.platform.as_ref().map(ToString::to_string),
            "vertices": stage.vertices.iter().zip(digests).map(|(vertex, digest)| {
                let Vertex { operation: of_vertex, maker } = vertex;
                json!({
                    "line": file.source.line_at(maker.span.start),
                    "digest": digest.to_string(),
                    "operation": operation(of_vertex),
                })
            }).collect::<Vec<_>>(),
            "configuration": configuration(&stage.configuration),
        })
    });
    json!({ "schema_version": "1", "file": file.source.name(), "stages": stages.collect::<Vec<_>>() })
}

fn operation(operation: &Operation) -> Value {
    match operation {
        Operation::Exec(it) => exec(it),
        Operation::Files(Files { copies, is_linked }) => {
            json!({ "kind": "files", "copies": copies.iter().map(copy).collect::<Vec<_>>(), "link": is_linked })
        }
        Operation::MakeDirectory(MakeDirectory { path, owner }) => {
            json!({ "kind": "directory", "path": path, "owner": owner })
        }
    }
}

fn exec(exec: &Exec) -> Value {
    json!({
        "kind": "exec",
        "arguments": exec.arguments,
        "environment": variables(&exec.environment),
        "directory": exec.directory,
        "user": exec.user,
        "mounts": exec.mounts.iter().map(mount).collect::<Vec<_>>(),
        "secrets": exec.secrets.iter().map(secret).collect::<Vec<_>>(),
        "network": exec.network,
        "security": exec.security,
        "devices": exec.devices,
    })
}

fn variables(environment: &Environment) -> Vec<String> {
    environment.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn mount(mount: &Mount) -> Value {
    let kind = match &mount.kind {
        MountKind::Bind { from, path, is_read_only } => {
            json!({ "kind": "bind", "from": source(from), "path": path, "read_only": is_read_only })
        }
        MountKind::Cache(Cache { id, sharing, from, path, ownership, is_read_only }) => json!({
            "kind": "cache",
            "id": id,
            "sharing": match sharing {
                Sharing::Shared => "shared",
                Sharing::Private => "private",
                Sharing::Locked => "locked",
            },
            "from": source(from),
            "path": path,
            "ownership": ownership,
            "read_only": is_read_only,
        }),
        MountKind::Tmpfs { size } => json!({ "kind": "tmpfs", "size": size }),
        MountKind::Secret(it) => json!({ "kind": "secret", "secret": secret(it) }),
        MountKind::Ssh { id, ownership, is_required } => {
            json!({ "kind": "ssh", "id": id, "ownership": ownership, "required": is_required })
        }
    };
    json!({ "target": mount.target, "mount": kind })
}

fn secret(secret: &Secret) -> Value {
    json!({
        "id": secret.id,
        "variable": secret.variable,
        "ownership": secret.ownership,
        "required": secret.is_required,
    })
}

fn copy(copy: &Copy) -> Value {
    let copied = match &copy.copied {
        Copied::Paths { path, kept, unpacks } => json!({ "path": path, "parents": kept, "unpacks": unpacks }),
        Copied::File { name } => json!({ "file": name }),
        Copied::Everything => json!("everything"),
    };
    json!({
        "from": source(&copy.from),
        "copied": copied,
        "destination": copy.destination,
        "owner": copy.owner,
        "mode": copy.mode,
        "excluded": copy.excluded,
    })
}

fn source(source: &Source) -> Value {
    match source {
        Source::Scratch => json!("scratch"),
        Source::Context => json!("context"),
        Source::Unknown { word } => json!({ "unknown": word }),
        Source::Stage(index) => json!({ "stage": index }),
        Source::Image { reference, platform } => json!({ "image": reference, "platform": platform }),
        Source::Http { address, checksum } => json!({ "http": address, "checksum": checksum }),
        Source::Git { address, keeps_git_directory, checksum } => {
            json!({ "git": address, "keep_git_dir": keeps_git_directory, "checksum": checksum })
        }
        Source::Inline { content } => json!({ "inline": content }),
    }
}

/// In the words of the image specifications.
fn configuration(configuration: &ImageConfiguration) -> Value {
    let healthcheck = configuration.healthcheck.as_ref().map(|check| {
        json!({
            "Test": check.test,
            "Interval": check.interval.as_nanos() as u64,
            "Timeout": check.timeout.as_nanos() as u64,
            "StartPeriod": check.start_period.as_nanos() as u64,
            "StartInterval": check.start_interval.as_nanos() as u64,
            "Retries": check.retries,
        })
    });
    json!({
        "Env": variables(&configuration.environment),
        "Cmd": configuration.cmd,
        "Entrypoint": configuration.entrypoint,
        "ArgsEscaped": configuration.arguments_are_escaped,
        "User": configuration.user,
        "WorkingDir": configuration.working_directory,
        "ExposedPorts": configuration.exposed_ports,
        "Volumes": configuration.volumes,
        "Labels": configuration.labels,
        "Healthcheck": healthcheck,
        "StopSignal": configuration.stop_signal,
        "Shell": configuration.shell,
        "OnBuild": configuration.on_build,
        "author": configuration.author,
    })
}
