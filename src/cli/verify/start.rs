//! Starting what was built, and asking it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::report::verified::Answer;

use super::super::failure::{Failure, reason};
use super::build::{Built, Workshop, failure};
use super::question::{Address, Question};
use super::sweeper;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

impl Workshop {
    /// Starts an image and asks it; it may take `patience` to answer.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or ends or stays silent before it has answered.
    pub fn ask(&mut self, built: &Built, question: &Question, patience: Duration) -> Result<Answer, Failure> {
        let log = self.sweeper.folder().join(format!("{}.start.log", built.name));
        let output = self.sweeper.folder().join(format!("{}.output", built.name));
        let name = format!("dfx-verify-{}-{}", std::process::id(), built.name);
        let told = |what: &str| failure(&format!("the image of {}", built.dockerfile), what, &log);
        if let Question::Probe(address) = question
            && address.ask().is_ok()
        {
            return Err(Failure::new(
                format!("something else answers at {address} already"),
                "end it, or ask another port",
            ));
        }
        self.sweeper.add_command(&self.engine.container_removal(&name));
        if let Some(preparation) = self.engine.preparation(&name, &built.tag) {
            self.run(preparation, &log).map_err(|error| told(&format!("cannot be started: {error}")))?;
        }
        let words = match question {
            Question::Run(words) => words.clone(),
            Question::Probe(_) => Vec::new(),
        };
        let start = self.engine.start(&name, &built.tag, &words, &built.image.configuration, question.port());
        let mut started =
            self.started(start, &output, &log).map_err(|error| told(&format!("cannot be started: {error}")))?;
        let answer = match question {
            Question::Run(_) => finished(&mut started, patience).map(|status| printed(status, &output)),
            Question::Probe(address) => served(&mut started, address, patience),
        };
        self.stop(&name, started);
        answer.map_err(|error| told(&error))
    }

    /// Starts a container in a group of processes of its own, so that all of them can be ended.
    fn started(&mut self, mut command: Command, output: &Path, log: &Path) -> Result<Child, String> {
        let file = |path: &Path| File::create(path).map(Stdio::from).map_err(|error| reason(&error));
        sweeper::outside_of_this_group(&mut command);
        let child = command.stdout(file(output)?).stderr(file(log)?).spawn().map_err(|error| reason(&error))?;
        self.sweeper.started(self.engine.container_processes(child.id()));
        Ok(child)
    }

    fn stop(&mut self, name: &str, mut child: Child) {
        // What cannot be ended or removed now is tried again when all is swept.
        self.engine.container_processes(child.id()).end(|| {
            let _ = child.try_wait();
        });
        sweeper::run(&self.engine.container_removal(name));
        let _ = child.wait();
        self.sweeper.ended();
    }
}

fn printed(status: ExitStatus, output: &Path) -> Answer {
    let text = String::from_utf8_lossy(&fs::read(output).unwrap_or_default()).into_owned();
    Answer { status: status.code().map_or(status.to_string(), |code| format!("exit code {code}")), text }
}

/// Waits for the end of a command.
fn finished(child: &mut Child, patience: Duration) -> Result<ExitStatus, String> {
    let end = Instant::now() + patience;
    loop {
        match child.try_wait().map_err(|error: io::Error| reason(&error))? {
            Some(status) => return Ok(status),
            None if Instant::now() >= end => return Err(format!("does not end within {} s", patience.as_secs())),
            None => thread::sleep(PAUSE),
        }
    }
}

/// Waits for an answer.
fn served(child: &mut Child, address: &Address, patience: Duration) -> Result<Answer, String> {
    let end = Instant::now() + patience;
    loop {
        if let Ok(answer) = address.ask() {
            return Ok(answer);
        }
        if let Some(status) = child.try_wait().map_err(|error: io::Error| reason(&error))? {
            return Err(format!("ends before it answers at {address}: {status}"));
        }
        if Instant::now() >= end {
            return Err(format!("does not answer at {address} within {} s", patience.as_secs()));
        }
        thread::sleep(PAUSE);
    }
}
