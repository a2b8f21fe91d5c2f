//! A container whose main process is npm, yarn or pnpm, not the program itself.
//!
//! ## Why
//! `npm start` reads package.json, starts a shell, and the shell starts the program. `docker stop` sends SIGTERM to npm
//! alone: whether it arrives depends on npm's version and on the shell, and where it does not, the container is killed
//! after ten seconds with its requests and transactions open. npm also stays in memory for as long as the program
//! runs, and turns its exit status into an error report.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! CMD ["npm", "start"]
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! CMD ["node", "server.js"]
//! ```
//!
//! ## Fix
//! None: the scripts `prestart` and `poststart`, and the variables `npm_*`, would be gone. Where package.json is in the
//! build context, the finding names the command that it holds.
//!
//! ## Sources
//! docker-node, "Best Practices", CMD; Node.js documentation, process signal events.

use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "runtime/package-manager-as-process", severity: Severity::Info, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.process_commands() {
        let Some(script) = script_of(command) else { continue };
        // What watches files and reloads is no service; another rule says so.
        if ["dev", "watch", "serve", "test"].iter().any(|word| script.contains(word)) {
            continue;
        }
        let tool = command.name().unwrap_or_default();
        let report = sink
            .report(command.span(), format!("`{tool}` is the container's main process, and the program only its child"))
            .note("Whether the program gets SIGTERM when the container stops depends on the package manager.");
        match cx.build_context.and_then(|context| context.package_script(script)) {
            Some(real) if real.len() < 120 => {
                report.help(format!("run what package.json has under `{script}`: `{real}`"))
            }
            _ => report.help(format!("run the command that package.json has under `{script}`")),
        };
    }
}

/// The script of package.json that the command runs.
fn script_of<'b>(command: &Command<'b>) -> Option<&'b str> {
    let values: Option<Vec<&str>> = command.arguments().iter().map(|word| word.value).collect();
    let values: Vec<&str> = values?.into_iter().filter(|value| !value.starts_with('-')).collect();
    match (command.name()?, values.as_slice()) {
        ("npm" | "pnpm", ["run" | "run-script", script, ..]) => Some(script),
        ("npm" | "pnpm" | "yarn", ["start", ..]) => Some("start"),
        ("yarn", ["run", script, ..]) => Some(script),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn every_form_is_seen() {
        fires!("CMD «npm start»\n");
        fires!("ENTRYPOINT [\"tini\", \"--\", \"«npm\", \"run\", \"start:prod»\"]\n");
        fires!("CMD cd /app && exec «yarn start»\n");
        fires!("CMD [\"sh\", \"-c\", \"«pnpm start»\"]\n");
    }

    #[test]
    fn only_the_container_of_the_final_stage_counts() {
        silent!("FROM node AS a\nCMD npm start\nFROM node\nCMD [\"node\", \"x.js\"]\n");
        silent!("RUN npm start\n");
    }

    #[test]
    fn other_verbs_run_no_program() {
        silent!("CMD npm install\n");
    }
}
