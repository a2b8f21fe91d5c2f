//! The commands inside a RUN: the one adapter to the shell parser.
//!
//! [`Script::parse`] turns a [`ScriptSource`] (text with a map to the file) into a model of our own; no type of the
//! parser crate leaves this module. [`Script::commands`] is what most rules want: every command that the script may
//! run, whatever it is nested in or wrapped by, with the circumstances in which it runs.

mod dialect;
mod facts;
mod invoked;
mod links;
mod lint;
mod lower;
mod model;
mod parts;
mod script_source;
mod walk;
mod word;
mod wrappers;

pub use dialect::{Dialect, ShellOptions};
pub use facts::{Leak, Link, VariableUse};
pub use invoked::{Circumstances, Failure, Invoked, PipePosition, WorkingDirectory};
pub use links::ScriptLink;
pub use lint::{Code, Remark, ScriptLinter, UNLISTED, Worth, exports};
pub use model::{
    AndOr, Assignment, Case, Chain, Command, CommandKind, For, Function, If, Item, Pipeline, Redirection,
    RedirectionOperator, RedirectionTarget, Script, Sequence, Simple, Status, Terminator, While,
};
pub use parts::ScriptPart;
pub use script_source::{ScriptForm, ScriptSource, Segment};
pub use word::{Parameter, ParameterOperator, Part, Word};
pub use wrappers::{Wrapper, Wrapping};
