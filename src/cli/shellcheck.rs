//! A ShellCheck of the user's in the place of the linter that is built in.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::rules::Linter;
use crate::shell::{Code, Dialect, Remark, Script, ScriptLinter, UNLISTED, exports};
use crate::source::{Position, SourceFile, Span};

use super::failure::{Failure, reason};

/// Who looks at shell scripts.
#[derive(Debug, Clone)]
pub enum ShellCheck {
    /// The linter that is built in.
    Auto,
    /// Nobody.
    Off,
    /// A program that takes ShellCheck's options.
    Program(Arc<Program>),
}

/// A program that takes ShellCheck's options. It is run once for each script.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    /// Why it was of no use, the first time that it was.
    failure: OnceLock<String>,
}

impl FromStr for ShellCheck {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "auto" => Self::Auto,
            "off" => Self::Off,
            path => Self::Program(Arc::new(Program { path: path.into(), failure: OnceLock::new() })),
        })
    }
}

impl ShellCheck {
    /// The linter for the rule.
    ///
    /// # Errors
    ///
    /// A program that cannot be started.
    pub fn linter(&self) -> Result<Linter, Failure> {
        Ok(match self {
            Self::Auto => Linter::BuiltIn,
            Self::Off => Linter::Off,
            Self::Program(program) => {
                program.run(&["--version"], "").map_err(|error| Failure::at("run", &program.path, &error))?;
                Linter::Other(program.clone())
            }
        })
    }

    /// Tells of a program that failed while files were looked at.
    pub fn failure(&self) -> Result<(), Failure> {
        match self {
            Self::Program(program) => program.failure.get().map_or(Ok(()), |why| Err(program.told(why))),
            Self::Auto | Self::Off => Ok(()),
        }
    }
}

impl ScriptLinter for Program {
    fn remarks(&self, script: &Script, variables: &[&str]) -> Vec<Remark> {
        if self.failure.get().is_some() || !script.is_clean() {
            return Vec::new();
        }
        let Some(shell) = shell(script.source.dialect()) else { return Vec::new() };
        let head = exports(variables);
        let text = SourceFile::new("script", format!("{head}{}", script.source.text()));
        let told = self.run(&["--format", "json1", "--shell", shell, "-"], &String::from_utf8_lossy(text.bytes()));
        let comments = told.map_err(|error| reason(&error)).and_then(|output| comments(&output));
        match comments {
            Ok(comments) => comments.iter().filter_map(|comment| comment.remark(&text, head.len())).collect(),
            Err(why) => {
                self.failure.get_or_init(|| why);
                Vec::new()
            }
        }
    }
}

impl Program {
    fn run(&self, arguments: &[&str], input: &str) -> io::Result<Output> {
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read to the end says why itself.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output()
    }

    fn told(&self, why: &str) -> Failure {
        let program = self.path.display();
        Failure::new(
            format!("{program} did not answer as ShellCheck does: {why}"),
            "`--shellcheck auto` needs no program",
        )
    }
}

/// How ShellCheck is told of a shell; `None` for those that it does not know.
fn shell(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sh => Some("sh"),
        Dialect::Dash => Some("dash"),
        Dialect::Ash => Some("busybox"),
        Dialect::Bash => Some("bash"),
        Dialect::Ksh => Some("ksh"),
        Dialect::Zsh | Dialect::Opaque => None,
    }
}

#[derive(Deserialize)]
struct Report {
    comments: Vec<Comment>,
}

/// What ShellCheck says of a place: lines and columns from 1, columns in characters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    code: u64,
    message: String,
}

fn comments(output: &Output) -> Result<Vec<Comment>, String> {
    let report = serde_json::from_slice(&output.stdout);
    report.map(|report: Report| report.comments).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        said.lines().find(|line| !line.trim().is_empty()).map_or(error.to_string(), str::to_owned)
    })
}

impl Comment {
    /// The remark in the script, which begins `head` bytes into the text.
    fn remark(&self, text: &SourceFile, head: usize) -> Option<Remark> {
        let offset = |line, column| text.offset(Position { line, column })?.checked_sub(head);
        let start = offset(self.line, self.column)?;
        let end = offset(self.end_line, self.end_column)?.max(start);
        let code = Code::numbered(self.code);
        let message = self.message.trim_end_matches('.');
        let message = if code == &UNLISTED { format!("SC{}: {message}", self.code) } else { message.to_owned() };
        Some(Remark { span: Span::new(start, end), code, message })
    }
}
