//! The container runs with a debugger open, or in the mode for developers.
//!
//! ## Why
//! Who reaches the port of a debugger (Node's `--inspect`, Java's `jdwp`, Python's `debugpy`, Go's `dlv`) runs code in the
//! program: it asks for no password. The debug modes of Flask, Django, Laravel and Symfony show source code, settings and
//! the environment with its passwords to whoever provokes an error; Flask's runs code.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14-slim
//! ENV FLASK_DEBUG=1
//! CMD ["gunicorn", "app:app"]
//! ```
//! ```dockerfile,good
//! FROM python:3.14-slim
//! CMD ["gunicorn", "app:app"]
//! ```
//!
//! The last value of a variable in the final image counts. Silent where the file's or the stage's name says that the image
//! is for development or tests.
//!
//! ## Fix
//! None: some images are for developers, and only their names say so.
//!
//! ## Sources
//! CWE-489, active debug code; SonarQube S4507; Node.js, "Debugging Node.js: security implications"; Flask, "Debug mode";
//! Oracle, "JPDA connection and invocation"; Laravel, "Debug mode".

use crate::finding::Severity;
use crate::ir::{Command, Step};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{InstructionKind, Keyword, Pair};

pub const META: Meta = Meta {
    name: "security/debug-mode",
    aliases: &["S4507"],
    cwe: Some(489),
    security_severity: Some(60),
    ..Meta::on_by_default()
};

/// Variables that turn a debug mode on: the name, the values that do, what it is the mode of.
const VARIABLES: &[(&str, &[&str], &str)] = &[
    ("APP_DEBUG", ON, "the debug mode of Laravel and Symfony"),
    ("ASPNETCORE_ENVIRONMENT", &["development"], "ASP.NET Core's pages for developers"),
    ("DJANGO_DEBUG", ON, "Django's debug mode"),
    ("FLASK_DEBUG", ON, "Flask's debug mode"),
    ("FLASK_ENV", &["development"], "Flask's debug mode"),
    ("NODE_ENV", &["development"], "Node.js libraries' mode for developers"),
    ("RACK_ENV", &["development"], "Rack's mode for developers"),
    ("RAILS_ENV", &["development"], "Rails' mode for developers"),
];

const ON: &[&str] = &["1", "true", "on", "yes"];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.is_meant_for_development() {
        return;
    }
    let mut settled: Vec<&str> = Vec::new();
    let environment = cx.steps_of(Keyword::Env).filter(|step| cx.shapes_final_image(step));
    let pairs: Vec<(&Step<'_>, &Pair)> = environment
        .flat_map(|step| match &step.instruction.kind {
            InstructionKind::Env(pairs) => pairs.pairs.iter().map(|pair| (step, pair)).collect(),
            _ => Vec::new(),
        })
        .collect();
    for (step, pair) in pairs.into_iter().rev() {
        let name = pair.name.text();
        if !settled.contains(&name) {
            settled.push(name);
            variable(step, pair, sink);
        }
    }
    for command in cx.process_commands() {
        process(command, sink);
    }
}

fn variable(step: &Step<'_>, pair: &Pair, sink: &mut Sink<'_>) {
    let (name, Some(word)) = (pair.name.text(), &pair.value) else { return };
    let Some(value) = step.certain_value(word) else { return };
    let is_on = |values: &[&str]| values.iter().any(|on| on.eq_ignore_ascii_case(value.trim()));
    let mode = VARIABLES.iter().find(|(variable, values, _)| *variable == name && is_on(values));
    if let Some((_, _, what)) = mode {
        sink.report(pair.span(), format!("`{name}={value}` turns on {what}"))
            .severity(Severity::Info)
            .help("leave it out, and set it where the developers start the container");
    } else if let Some(what) = value.split_whitespace().find_map(debugger) {
        open(sink, pair.span(), what);
    }
}

fn process(command: &Command<'_>, sink: &mut Sink<'_>) {
    let is_of_module = |module: &str| command.has_argument("-m") && command.has_argument(module);
    match command.name() {
        Some("dlv") => open(sink, command.name_span(), "Go's debugger"),
        Some("gdbserver") => open(sink, command.name_span(), "GDB's server"),
        Some("python" | "python3") if is_of_module("debugpy") => open(sink, command.span(), "Python's debugger"),
        _ => {
            let option = (1..command.words.len()).find_map(|at| Some((at, debugger(command.written(at))?)));
            if let Some((at, what)) = option {
                open(sink, command.words[at].span, what);
            }
        }
    }
}

/// The debugger that an option, of a program or in a variable such as `NODE_OPTIONS`, opens to other machines.
fn debugger(option: &str) -> Option<&'static str> {
    let is_local = ["localhost", "127.0.0.1"].iter().any(|host| option.contains(host));
    if option.starts_with("-agentlib:jdwp") || option.starts_with("-Xrunjdwp") {
        return (!is_local).then_some("Java's debugger");
    }
    // Without an address, Node listens to its own machine.
    let (name, address) = option.split_once('=')?;
    let is_open = address.starts_with("0.0.0.0") || address.starts_with("[::]");
    (name.starts_with("--inspect") && is_open).then_some("Node's debugger")
}

fn open(sink: &mut Sink<'_>, span: Span, what: &str) {
    sink.report(span, format!("the container opens {what} to whoever reaches its port"))
        .help("leave it out, and name it where the developers start the container");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn debuggers_that_wait_for_a_visitor_are_reported() {
        fires!("CMD [\"node\", \"«--inspect=0.0.0.0:9229»\", \"a.js\"]\n");
        fires!("CMD java «-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005» -jar a.jar\n");
        fires!("ENV «JAVA_OPTS=\"-Xmx1g -agentlib:jdwp=server=y\"»\n");
        fires!("ENTRYPOINT [\"«/go/bin/dlv»\", \"exec\", \"/app\"]\n");
        fires!("CMD «python -m debugpy --listen 0.0.0.0:5678 a.py»\n");
    }

    #[test]
    fn a_debugger_that_listens_to_its_own_machine_is_fine() {
        silent!("CMD node --inspect a.js\n");
        silent!("CMD java -agentlib:jdwp=transport=dt_socket,server=y,address=localhost:5005 -jar a.jar\n");
    }

    #[test]
    fn debug_modes_are_reported_where_they_stay() {
        fires!("ENV A=b «APP_DEBUG=true»\n");
        fires!("FROM a AS b\nENV «FLASK_DEBUG=1»\nFROM b\n");
        silent!("ENV FLASK_DEBUG=1\nRUN ./test\nENV FLASK_DEBUG=0\n");
        silent!("FROM a AS b\nENV NODE_ENV=development\nFROM a\nCOPY --from=b /c /c\n");
    }

    #[test]
    fn images_for_developers_may_have_one() {
        silent!("FROM a AS dev\nENV NODE_ENV=development\nCMD node --inspect a.js\n");
    }

    #[test]
    fn production_and_unknown_values_are_fine() {
        silent!("ARG E=development\nENV NODE_ENV=$E RAILS_ENV=production\nCMD node a.js\n");
    }
}
