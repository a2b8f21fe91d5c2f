//! A Node.js program starts without being told that it is in production.
//!
//! ## Why
//! Express, React, Next.js and many others read `NODE_ENV`: unless it is `production` they compile templates for each
//! request, keep checks for developers and show stack traces to whoever asks.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! COPY server.js ./
//! CMD ["node", "server.js"]
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! COPY server.js ./
//! ENV NODE_ENV=production
//! CMD ["node", "server.js"]
//! ```
//!
//! ## Fix
//! Sets the variable before the command. *Runtime*: the program behaves otherwise; what is installed above stays as it is.
//!
//! ## Sources
//! Node.js, "The difference between development and production"; Express, "Production best practices".

use crate::edit::Effect;
use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "runtime/missing-node-env",
    severity: Severity::Info,
    effect: Some(Effect::Runtime),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage() else { return };
    if cx.is_meant_for_development() || cx.build.visible_at_end(last).variable("NODE_ENV").is_some() {
        return;
    }
    let Some(command) = cx.process_commands().find(|command| starts_node(command)) else { return };
    if cx.text(command.step.instruction.span).contains("NODE_ENV") {
        return;
    }
    let line = "ENV NODE_ENV=production";
    let report = sink
        .report(command.name_span(), "nothing sets `NODE_ENV`, so the program is not in production mode")
        .help(format!("write `{line}`"));
    if command.step.stage == last.index {
        let edit = cx.line_before(command.step.instruction, line);
        report.fix("set `NODE_ENV`", Effect::Runtime, vec![edit]);
    }
}

/// `node server.js`, `npm start`, `next start`
fn starts_node(command: &Command<'_>) -> bool {
    let first = command.arguments().first().and_then(|word| word.value);
    match command.name() {
        Some("node" | "nodejs") => first.is_some_and(|value| !matches!(value, "-v" | "--version" | "-e" | "-p")),
        Some("npm" | "yarn" | "pnpm" | "next" | "nuxt") => first == Some("start"),
        Some("pm2-runtime") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn programs_of_node_are_reported() {
        fires!("CMD [\"«npm»\", \"start\"]\n");
        fires!("ENTRYPOINT «node» --enable-source-maps a.js\n");
    }

    #[test]
    fn who_has_said_it_is_left_alone() {
        silent!("ENV NODE_ENV=production\nCMD node a.js\n");
        silent!("FROM node AS a\nARG E\nENV NODE_ENV=$E\nFROM a\nCMD node a.js\n");
        silent!("CMD NODE_ENV=production node a.js\n");
    }

    #[test]
    fn development_and_other_programs_need_none() {
        silent!("FROM node AS dev\nCMD node a.js\n");
        silent!("CMD [\"nginx\"]\n");
    }
}
