//! Instructions that change the image's configuration and the state of the steps behind them.

use crate::ir::{PortSpec, Step};
use crate::plan::Healthcheck;
use crate::syntax::{self, CommandForm, InstructionKind, Pairs, parse_duration};

use super::Lowering;

impl Lowering<'_> {
    pub(super) fn configure(&mut self, step: &Step<'_>) {
        match &step.instruction.kind {
            InstructionKind::Env(pairs) => self.env(step, pairs),
            InstructionKind::Label(pairs) => {
                let labels = pairs.pairs.iter().map(|pair| self.pair(step, pair));
                let labels: Vec<(String, String)> = labels.collect();
                self.configuration.labels.extend(labels);
            }
            InstructionKind::User(word) => step.value(word).clone_into(&mut self.configuration.user),
            InstructionKind::Cmd(command) => {
                self.configuration.cmd = self.command(command);
                self.configuration.arguments_are_escaped = true;
                self.has_cmd = true;
            }
            InstructionKind::Entrypoint(command) => {
                self.configuration.entrypoint = self.command(command);
                if !self.has_cmd {
                    self.configuration.cmd.clear();
                }
            }
            InstructionKind::Expose(ports) => {
                let expanded = ports.iter().flat_map(|port| step.value(port).split_whitespace());
                self.configuration.exposed_ports.extend(expanded.flat_map(ports_of));
            }
            InstructionKind::Volume(paths) => {
                self.configuration.volumes.extend(paths.iter().map(|path| step.value(path).to_owned()));
            }
            InstructionKind::Stopsignal(word) => step.value(word).clone_into(&mut self.configuration.stop_signal),
            InstructionKind::Shell(words) => {
                self.configuration.shell = words.iter().map(|word| word.text().to_owned()).collect();
            }
            InstructionKind::Healthcheck(check) => self.configuration.healthcheck = Some(healthcheck(step, check)),
            InstructionKind::Onbuild(inner) => self.configuration.on_build.push(inner.text.text().to_owned()),
            InstructionKind::Maintainer(name) => name.text().clone_into(&mut self.configuration.author),
            _ => {}
        }
    }

    fn env(&mut self, step: &Step<'_>, pairs: &Pairs) {
        for (name, value) in pairs.pairs.iter().map(|pair| self.pair(step, pair)).collect::<Vec<_>>() {
            self.environment.set_last(&name, &value);
            self.configuration.environment.set_in_place(&name, &value);
        }
    }

    fn pair(&self, step: &Step<'_>, pair: &syntax::Pair) -> (String, String) {
        let value = pair.value.as_ref().map_or("", |value| step.value(value));
        (step.value(&pair.name).to_owned(), value.to_owned())
    }

    /// The words of CMD and ENTRYPOINT; those of the shell before a command in shell form.
    fn command(&self, command: &CommandForm) -> Vec<String> {
        match command {
            CommandForm::Shell(text) => self.in_shell(text.text()),
            CommandForm::Exec { words, .. } => words.iter().map(|word| word.text().to_owned()).collect(),
        }
    }
}

/// `80` is `80/tcp`, `80-82/udp` three ports.
fn ports_of(word: &str) -> Vec<String> {
    let Ok(spec) = PortSpec::parse(word) else { return Vec::new() };
    let protocol = spec.protocol.and_then(|span| word.get(span.range())).unwrap_or("tcp").to_lowercase();
    (spec.ports.0..=spec.ports.1).map(|port| format!("{port}/{protocol}")).collect()
}

fn healthcheck(step: &Step<'_>, check: &syntax::Healthcheck) -> Healthcheck {
    let test = match check {
        syntax::Healthcheck::None => vec!["NONE".to_owned()],
        syntax::Healthcheck::Cmd(CommandForm::Shell(text)) => vec!["CMD-SHELL".to_owned(), text.text().to_owned()],
        syntax::Healthcheck::Cmd(CommandForm::Exec { words, .. }) => {
            let words = words.iter().map(|word| word.text().to_owned());
            std::iter::once("CMD".to_owned()).chain(words).collect()
        }
    };
    let flag = |name: &str| step.instruction.flag(name).map(|flag| flag.value_text());
    let duration = |name: &str| flag(name).and_then(parse_duration).unwrap_or_default();
    Healthcheck {
        test,
        interval: duration("interval"),
        timeout: duration("timeout"),
        start_period: duration("start-period"),
        start_interval: duration("start-interval"),
        retries: flag("retries").and_then(|retries| retries.parse().ok()).unwrap_or_default(),
    }
}
