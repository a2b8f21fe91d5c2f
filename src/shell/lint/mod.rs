//! What is to be said of a shell script, under ShellCheck's codes.
//!
//! Most of it comes from a linter (`linter`, the one adapter to it), some of it from `own`; `codes` says what is looked for,
//! `idioms` what is not worth telling.

mod codes;
mod idioms;
#[cfg(feature = "shellcheck")]
mod linter;
mod own;

use std::fmt::Debug;

use crate::shell::wrappers::is_variable_name;
use crate::shell::{Dialect, Script};
use crate::source::Span;

use codes::LACKING_IN_ASH;

pub use codes::{Code, UNLISTED};

/// What is said of a place in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The place in the script's text.
    pub span: Span,
    /// What kind of fault it is.
    pub code: &'static Code,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// What a remark is worth to the author of a Dockerfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// The script hardly does what was meant.
    Bug,
    /// The shell in force lacks this.
    Dialect,
    /// Sound, or sound with the values at hand; better written otherwise.
    Taste,
}

/// A linter of shell scripts other than the one that is built in.
pub trait ScriptLinter: Debug + Send + Sync {
    /// What it says of a script that a shell can read. `variables` are those that the environment sets.
    fn remarks(&self, script: &Script, variables: &[&str]) -> Vec<Remark>;
}

impl Script {
    /// What is to be said of a script that a shell can read, in the order of the text. `variables` are those that the
    /// environment sets. Without the feature `shellcheck`, only what is looked for in `own`.
    pub fn remarks(&self, variables: &[&str]) -> Vec<Remark> {
        self.remarks_in(self.source.dialect(), variables)
    }

    /// What is to be said if a certain shell is to run it.
    pub fn remarks_in(&self, dialect: Dialect, variables: &[&str]) -> Vec<Remark> {
        if !self.is_clean() || matches!(dialect, Dialect::Zsh | Dialect::Opaque) {
            return Vec::new();
        }
        let mut remarks = own::remarks(self, dialect, variables);
        #[cfg(feature = "shellcheck")]
        remarks.extend(linter::remarks(self, dialect, variables));
        remarks.retain(|remark| is_kept(self, dialect, remark));
        // Some rules of the linter tell what they find in the order of a hash table.
        remarks.sort_by(|one, other| one.key().cmp(&other.key()));
        remarks.dedup_by_key(|remark| (remark.span, remark.code.name));
        leave_last_use(self, &mut remarks);
        remarks
    }
}

impl Code {
    /// The row of ShellCheck's code of that number, [`UNLISTED`] for one that is not looked for.
    pub fn numbered(number: u64) -> &'static Code {
        codes::code_named(&format!("SC{number}")).unwrap_or(&UNLISTED)
    }
}

impl Remark {
    fn key(&self) -> (Span, &str, &str) {
        (self.span, self.code.name, &self.message)
    }
}

/// The variables of the environment, as a script would set them: lines for the head of one.
pub fn exports(variables: &[&str]) -> String {
    variables.iter().filter(|name| is_variable_name(name)).map(|name| format!("export {name}=1\n")).collect()
}

/// `cat file | sed >file` is one fault: the place where it is written.
fn leave_last_use(script: &Script, remarks: &mut Vec<Remark>) {
    let is_use = |remark: &Remark| remark.code.name == "SC2094";
    let uses: Vec<Span> = remarks.iter().filter(|remark| is_use(remark)).map(|remark| remark.span).collect();
    let is_used_again =
        |span: Span| uses.iter().any(|it| it.start > span.start && script.slice(*it) == script.slice(span));
    remarks.retain(|remark| !is_use(remark) || !is_used_again(remark.span));
}

fn is_kept(script: &Script, dialect: Dialect, remark: &Remark) -> bool {
    let is_lacking =
        dialect != Dialect::Ash || remark.code.worth != Worth::Dialect || LACKING_IN_ASH.contains(&remark.code.name);
    // A path that is written out is no accident: only what a variable may leave empty is.
    let is_accident = remark.code.name != "SC2115" || script.slice(remark.span).contains(['$', '`']);
    is_lacking && is_accident
}
