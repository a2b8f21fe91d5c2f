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
//! is for development or tests. `address=5005`, a port without a host, is open to other machines before Java 9 only.
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
    let has_old_java = runs_java_8(cx);
    for (step, pair) in pairs.into_iter().rev() {
        let name = pair.name.text();
        if !settled.contains(&name) {
            settled.push(name);
            variable(step, pair, has_old_java, sink);
        }
    }
    for command in cx.process_commands() {
        process(command, has_old_java, sink);
    }
}

/// Whether the tag of the base image says Java 8: `openjdk:8-jre`, `tomcat:9-jdk8`.
fn runs_java_8(cx: &Context<'_>) -> bool {
    let image = cx.final_stage().and_then(|stage| cx.build.root_image(stage.index));
    let Some((image, tag)) = image.and_then(|image| Some((image, image.tag.as_deref()?))) else { return false };
    let is_of_java = ["jdk", "jre", "java", "temurin", "corretto"].iter().any(|word| image.repository.contains(word));
    let is_8 = |part: &str| part == "8" || part.starts_with("8u");
    tag.split('-').any(|part| matches!(part, "jdk8" | "jre8" | "java8"))
        || is_of_java && tag.split('-').next().is_some_and(is_8)
}

fn variable(step: &Step<'_>, pair: &Pair, has_old_java: bool, sink: &mut Sink<'_>) {
    let (name, Some(word)) = (pair.name.text(), &pair.value) else { return };
    let Some(value) = step.certain_value(word) else { return };
    let is_on = |values: &[&str]| values.iter().any(|on| on.eq_ignore_ascii_case(value.trim()));
    let mode = VARIABLES.iter().find(|(variable, values, _)| *variable == name && is_on(values));
    if let Some((_, _, what)) = mode {
        sink.report(pair.span(), format!("`{name}={value}` turns on {what}"))
            .severity(Severity::Info)
            .help("leave it out, and set it where the developers start the container");
    } else if let Some(what) = value.split_whitespace().find_map(|option| debugger(option, has_old_java)) {
        open(sink, pair.span(), what);
    }
}

fn process(command: &Command<'_>, has_old_java: bool, sink: &mut Sink<'_>) {
    let is_of_module = |module: &str| command.has_argument("-m") && command.has_argument(module);
    match command.name() {
        Some("dlv") => open(sink, command.name_span(), "Go's debugger"),
        Some("gdbserver") => open(sink, command.name_span(), "GDB's server"),
        Some("python" | "python3") if is_of_module("debugpy") => open(sink, command.span(), "Python's debugger"),
        _ => {
            let option =
                (1..command.words.len()).find_map(|at| Some((at, debugger(command.written(at), has_old_java)?)));
            if let Some((at, what)) = option {
                open(sink, command.words[at].span, what);
            }
        }
    }
}

/// The debugger that an option, of a program or in a variable such as `NODE_OPTIONS`, opens to other machines.
fn debugger(option: &str, has_old_java: bool) -> Option<&'static str> {
    if option.starts_with("-agentlib:jdwp") || option.starts_with("-Xrunjdwp") {
        // Since Java 9, a port without a host is that of the own machine.
        let address = option.split_once("address=").and_then(|(_, address)| address.split(',').next());
        let host = address.and_then(|address| Some(address.rsplit_once(':')?.0));
        let is_open = host.map_or(has_old_java, |host| !["localhost", "127.0.0.1", "[::1]"].contains(&host));
        return is_open.then_some("Java's debugger");
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
        fires!("ENV «JAVA_OPTS=\"-Xmx1g -agentlib:jdwp=address=0.0.0.0:5005,server=y\"»\n");
        fires!("ENTRYPOINT [\"«/go/bin/dlv»\", \"exec\", \"/app\"]\n");
        fires!("CMD «python -m debugpy --listen 0.0.0.0:5678 a.py»\n");
    }

    #[test]
    fn a_debugger_that_listens_to_its_own_machine_is_fine() {
        silent!("CMD node --inspect a.js\n");
        silent!("CMD java -agentlib:jdwp=transport=dt_socket,server=y,address=localhost:5005 -jar a.jar\n");
        silent!("ENV JAVA_OPTS=-agentlib:jdwp=transport=dt_socket,server=y,address=5005\n");
        silent!("FROM eclipse-temurin:21\nENV JAVA_OPTS=-agentlib:jdwp=server=y,address=5005\n");
    }

    #[test]
    fn before_java_9_a_port_is_open_to_all() {
        fires!("FROM openjdk:8u342-jdk\nENV «JAVA_OPTS=-agentlib:jdwp=server=y,address=5005»\n");
        fires!("FROM tomcat:9.0-jdk8-temurin\nCMD java «-agentlib:jdwp=server=y» -jar a.jar\n");
        silent!("FROM openjdk:8-jre\nCMD java -agentlib:jdwp=server=y,address=localhost:5005 -jar a.jar\n");
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
