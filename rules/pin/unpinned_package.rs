//! A package that is installed in whatever version there is.
//!
//! ## Why
//! The same line installs another version next month, and a build that worked fails or behaves differently. For
//! packages of a language (pip, npm, gem) a version or a lock file is what makes a build repeatable. For packages of a
//! distribution it is a trade: Debian and Alpine drop old versions from their archives, so that a pinned build fails as
//! soon as a fix is out. That is why this rule has to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14-slim
//! RUN pip install --no-cache-dir flask
//! ```
//! ```dockerfile,good
//! FROM python:3.14-slim
//! RUN pip install --no-cache-dir flask==3.1.0
//! ```
//!
//! ## Fix
//! None: only the registry knows which versions there are.
//!
//! ## Sources
//! hadolint DL3008, DL3013, DL3016, DL3018, DL3028, DL3033, DL3037, DL3041; KICS; Docker, "Building best practices".

use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::package_managers::{Invocation, Operand, OperandKind};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "pin/unpinned-package",
    severity: Severity::Info,
    aliases: &[
        "DL3008",
        "DL3013",
        "DL3016",
        "DL3018",
        "DL3028",
        "DL3033",
        "DL3037",
        "DL3041",
        "KICS-02d9c71f",
        "KICS-22cd11f7",
        "KICS-562952e4",
        "KICS-6452c424",
        "KICS-93d88cf7",
        "KICS-965a08d7",
        "KICS-d3499f6d",
        "KICS-e36d8880",
    ],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (command, install) in cx.commands.package_managers() {
        // `go install x` outside a module wants a version, and inside one `go.mod` gives it.
        if !install.installs() || install.respects_lock() || install.manager.name == "go" || is_constrained(install) {
            continue;
        }
        let open: Vec<&Operand<'_>> = install.operands.iter().filter(|operand| is_open(operand)).collect();
        let Some(first) = open.first() else { continue };
        let others = match open.len() - 1 {
            0 => String::new(),
            1 => " and one other package".to_owned(),
            more => format!(" and {more} other packages"),
        };
        let message =
            format!("`{}` takes `{}`{others} in whatever version there is", verb(command, install), first.name);
        sink.report(command.operand_span(first), message)
            .help(advice(install, first))
            .aliases(install.manager.codes.unpinned);
    }
}

/// Whether a file limits the versions: `pip install -c constraints.txt flask`.
fn is_constrained(install: &Invocation<'_>) -> bool {
    install.operands.iter().any(|operand| operand.kind == OperandKind::Constraints)
}

/// Whether neither version nor commit is given, or a version without an upper end. The tag `latest` is another rule's.
fn is_open(operand: &Operand<'_>) -> bool {
    let is_lower_bound = |operator: &str, text: &str| operator.starts_with('>') && !text.contains('<');
    let is_installed_by_name = match operand.kind {
        OperandKind::Named => !operand.name.starts_with(['.', '!']) && !operand.name.is_empty(),
        OperandKind::Vcs => true,
        _ => false,
    };
    is_installed_by_name && operand.version.is_none_or(|version| is_lower_bound(version.operator, version.text))
}

fn verb(command: &Command<'_>, install: &Invocation<'_>) -> String {
    let words = std::iter::once(install.tool).chain(install.verb.iter().copied());
    let words: Vec<&str> = words.filter_map(|at| command.words.get(at)?.value).collect();
    words.join(" ").rsplit('/').next().unwrap_or_default().to_owned()
}

fn advice(install: &Invocation<'_>, operand: &Operand<'_>) -> String {
    let name = operand.name;
    if operand.kind == OperandKind::Vcs {
        return "name the commit or the release's tag".to_owned();
    }
    match install.manager.name {
        "apt-get" | "apt" | "aptitude" | "apk" | "zypper" | "conda" => format!("write `{name}=VERSION`"),
        "pip" | "pipx" | "uv" | "poetry" | "pipenv" => format!("write `{name}==VERSION`, or install from a lock file"),
        "npm" | "yarn" | "pnpm" | "bun" | "deno" => format!("write `{name}@VERSION`"),
        "dnf" | "microdnf" | "yum" | "pecl" | "pear" => format!("write `{name}-VERSION`"),
        "gem" => format!("write `{name}:VERSION`"),
        "cargo" => "add `--locked` and a `--version`".to_owned(),
        "composer" => format!("write `{name}:VERSION`"),
        _ => "name a version".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_first_open_package_of_each_manager_is_reported() {
        fires!("RUN apt-get install -y a=1 «b» c\n");
        fires!("FROM alpine\nRUN apk add --no-cache -t .deps «gcc»\n");
        fires!("RUN dnf install -y «httpd»\n");
        fires!("RUN npm install -g «typescript»\n");
        fires!("RUN gem install «rails»\n");
        fires!("RUN python3 -m pip install --upgrade «pip»\n");
        fires!("RUN pip install '«»flask>=2'\n");
    }

    #[test]
    fn a_finding_answers_to_the_codes_of_its_manager() {
        let found = findings(&META, check, "FROM debian\nRUN apt-get install -y curl\nRUN conda install numpy\n");
        assert_eq!(found[0].aliases, ["DL3008", "KICS-965a08d7"]);
        assert!(found[1].aliases.is_empty());
    }

    #[test]
    fn a_commit_pins_a_source_tree() {
        fires!("RUN pip install «git+https://example.com/a/b.git»\n");
        silent!("RUN pip install git+https://example.com/a/b.git@v1.2\n");
    }

    #[test]
    fn versions_files_constraints_and_variables_are_left_alone() {
        silent!("RUN apt-get install -y curl=8.14.1-2 ./x.deb $PACKAGES \"nginx=${VERSION}\"\n");
        silent!("RUN pip install -r requirements.txt . && pip install -c limits.txt flask\n");
        silent!("RUN npm ci && npm install && npm install -g typescript@5\n");
        silent!("RUN go install example.com/a@latest\n");
    }
}
