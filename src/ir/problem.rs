//! What BuildKit refuses once it has read the file and starts to make sense of it.

use crate::source::Span;
use crate::syntax::Keyword;
use crate::syntax::expansion::ExpansionError;

use super::{ImageReferenceError, MountFault, PlatformError, PortError};

/// A reason for which BuildKit refuses the build, and the place that is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildProblem {
    /// What is wrong.
    pub kind: BuildProblemKind,
    /// The word at fault.
    pub span: Span,
    /// The stage in which it is; `None` before the first FROM. BuildKit never looks at a stage that nothing needs.
    pub stage: Option<usize>,
}

/// What BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildProblemKind {
    /// There is no FROM.
    NoStage,
    /// An instruction other than ARG before the first FROM.
    BeforeFrom {
        /// The instruction.
        keyword: Keyword,
    },
    /// A word that cannot be expanded.
    Expansion(ExpansionError),
    /// A base image whose name expands to nothing.
    BlankBaseName {
        /// The name as written.
        word: String,
    },
    /// A name that no image can have.
    InvalidImage {
        /// The name after expansion.
        name: String,
        /// What is wrong with it.
        error: ImageReferenceError,
    },
    /// `--platform` that expands to nothing.
    BlankPlatform,
    /// A platform that does not exist.
    InvalidPlatform {
        /// The platform after expansion.
        platform: String,
        /// What is wrong with it.
        error: PlatformError,
    },
    /// A stage that needs itself, by way of others or at once.
    CircularStages,
    /// `COPY --from=7` where there are fewer stages.
    NoSuchStage {
        /// The number.
        number: String,
    },
    /// A stage name that BuildKit refuses.
    InvalidStageName {
        /// The name.
        name: String,
    },
    /// A `--mount` that BuildKit refuses.
    InvalidMount(MountFault),
    /// A word of EXPOSE that is no port.
    InvalidPort {
        /// The port after expansion.
        port: String,
        /// What is wrong with it.
        error: PortError,
    },
    /// A source of files that is a stage further down.
    LaterStage {
        /// Its name.
        name: String,
    },
    /// A variable in `--from`, which BuildKit does not expand there.
    VariableInFrom {
        /// The value as written.
        word: String,
    },
    /// Another value that the instruction does not take.
    InvalidValue {
        /// What is wrong with it.
        reason: String,
        /// What to do, as an order.
        advice: String,
    },
}

impl std::fmt::Display for BuildProblemKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoStage => write!(f, "the file has no FROM, so there is nothing to build"),
            Self::BeforeFrom { keyword } => {
                write!(f, "{keyword} stands before the first FROM, where only ARG may stand")
            }
            Self::Expansion(error) => write!(f, "{error}"),
            Self::BlankBaseName { word } => write!(f, "the base image `{word}` expands to nothing"),
            Self::InvalidImage { name, error } => write!(f, "`{name}` cannot be the name of an image: {error}"),
            Self::BlankPlatform => write!(f, "`--platform` expands to nothing"),
            Self::InvalidPlatform { platform, error } => write!(f, "`{platform}` is not a platform: {error}"),
            Self::CircularStages => write!(f, "the stage needs itself"),
            Self::NoSuchStage { number } => write!(f, "there is no stage number {number} before this one"),
            Self::InvalidStageName { name } => {
                write!(
                    f,
                    "`{name}` cannot be the name of a stage: it must start with a letter and hold only letters, digits, `-`, `_` and `.`"
                )
            }
            Self::InvalidMount(fault) => write!(f, "{}", fault.reason),
            Self::InvalidPort { port, error } => write!(f, "`{port}` is not a port: {error}"),
            Self::LaterStage { name } => write!(f, "the stage `{name}` comes later in the file"),
            Self::VariableInFrom { word } => write!(f, "`--from` does not expand variables, so `{word}` names nothing"),
            Self::InvalidValue { reason, .. } => write!(f, "{reason}"),
        }
    }
}
