//! A network service that runs as root because no USER says otherwise.
//!
//! ## Why
//! Without USER a container's program is root. Whoever breaks into a service through its port then may change every
//! file in the container and every file that is mounted into it. Reported where the image exposes a port, its command
//! is this file's own, and the base image is known to leave the user at root.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! EXPOSE 3000
//! CMD ["node", "server.js"]
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! EXPOSE 3000
//! USER node
//! CMD ["node", "server.js"]
//! ```
//!
//! ## Fix
//! Names a user that the base image or the file has made, before the command. *Runtime*, and only where the rule is
//! selected by name: the program may need files that only root may write. No user is invented.
//!
//! ## Sources
//! Trivy DS-0002; Checkov CKV_DOCKER_3; KICS fd54f200; CIS Docker Benchmark 4.1 (dockle CIS-DI-0001); CWE-250.

use crate::edit::Effect;
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "runtime/missing-user",
    severity: Severity::Info,
    effect: Some(Effect::Runtime),
    aliases: &[
        "DS-0002",
        "CKV_DOCKER_3",
        "KICS-fd54f200",
        "CIS-DI-0001",
        "missing-user",
        "missing-user-entrypoint",
        "S6471",
        "OWASP-2",
    ],
    cwe: Some(250),
    security_severity: Some(45),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    let Some(step) = cx.process().steps().last() else { return };
    let ports = cx.build.last_step_of(stage.index, Keyword::Expose).map(|step| &step.instruction.kind);
    let Some(InstructionKind::Expose(ports)) = ports else { return };
    // Servers such as nginx and Apache start as root by design, and give it up in their children.
    let is_root = matches!(cx.build.image_user(stage.index).value(), Some("root" | "0"));
    let is_ours = is_root && cx.build.stands_on_plain_image(stage.index);
    let has_user = cx.build.lineage(stage.index).any(|stage| stage.last_state.user.is_some());
    let idles = |name: &str| matches!(name, "bash" | "sh" | "ash" | "zsh" | "sleep" | "tail");
    if cx.process_commands().all(|command| command.name().is_some_and(idles)) {
        return;
    }
    if !is_ours || has_user || ports.is_empty() || cx.drops_privileges() {
        return;
    }
    let report = sink
        .report(step.instruction.keyword_span(), "this service runs as root: no USER says otherwise")
        .related(stage.from.image.span(), "leaves the user at root");
    let users = cx.commands.users(cx.build, stage.index);
    let image = cx.build.image_configuration(stage.index);
    let of_image = image
        .and_then(|image| image.users.iter().find(|user| !user.starts_with("ubuntu")))
        .and_then(|user| user.split(':').next());
    match users.created.iter().find_map(|user| user.name).or(of_image) {
        Some(user) => {
            let edit = cx.line_before(step.instruction, &format!("USER {user}"));
            report
                .help(format!("write `USER {user}` before it, and let that user own what the program writes"))
                .suggest(format!("run as `{user}`"), Effect::Runtime, vec![edit])
        }
        None => report.help("create a user, let it own what the program writes, and name it with USER"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_service_on_a_plain_image_is_reported() {
        fires!("FROM python:3.14\nEXPOSE 80\n«ENTRYPOINT» [\"gunicorn\"]\n");
    }

    #[test]
    fn a_user_that_is_there_is_named_and_none_invented() {
        fixes!(
            "FROM debian:13\nRUN useradd app\nEXPOSE 80\nENTRYPOINT [\"a\"]\nCMD [\"b\"]\n" =>
            "FROM debian:13\nRUN useradd app\nEXPOSE 80\nENTRYPOINT [\"a\"]\nUSER app\nCMD [\"b\"]\n"
        );
        assert!(findings(&META, check, "FROM debian:13\nEXPOSE 80\nCMD [\"b\"]\n")[0].fix.is_none());
    }

    #[test]
    fn images_that_offer_nothing_are_no_service() {
        silent!("FROM python:3.14\nENTRYPOINT [\"tool\"]\n");
    }

    #[test]
    fn nothing_is_said_of_unknown_images_and_of_servers_that_drop_root() {
        silent!("FROM example.com/own\nEXPOSE 80\nCMD a\n");
        silent!("FROM nginx\nEXPOSE 80\nCMD [\"nginx\"]\n");
        silent!("FROM php:8.4-apache\nEXPOSE 80\nCMD [\"apache2-foreground\"]\n");
        silent!("EXPOSE 80\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n");
    }

    #[test]
    fn servers_that_are_told_their_user_drop_root() {
        silent!("EXPOSE 80\nCMD [\"mini_httpd\", \"-p\", \"80\", \"-u\", \"www-data\"]\n");
        silent!("RUN useradd app\nEXPOSE 80\nCMD a --user=app\n");
        silent!("EXPOSE 23\nCMD [\"/usr/sbin/xinetd\", \"-dontfork\"]\n");
        fires!("EXPOSE 80\n«CMD» [\"python\", \"-u\", \"app.py\"]\n");
    }

    #[test]
    fn any_user_silences_it() {
        silent!("EXPOSE 80\nUSER $APP\nCMD a\n");
    }
}
