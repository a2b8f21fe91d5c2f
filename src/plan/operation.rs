//! What a vertex does, with all that enters its cache key.

use super::Environment;

/// What a vertex does to the file system that it starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// RUN: runs a program.
    Exec(Box<Exec>),
    /// COPY and ADD: copies files.
    Files(Files),
    /// WORKDIR: makes a directory, unless it is there.
    MakeDirectory(MakeDirectory),
}

/// A program and its surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exec {
    /// The program and its arguments; in shell form the shell, its options and the script.
    pub arguments: Vec<String>,
    /// The variables of ENV and ARG.
    pub environment: Environment,
    /// The working directory, absolute.
    pub directory: String,
    /// The user, where one is set.
    pub user: Option<String>,
    /// What is mounted for the run, by target.
    pub mounts: Vec<Mount>,
    /// Secrets that become variables.
    pub secrets: Vec<Secret>,
    /// `--network`, unless it is the default.
    pub network: Option<String>,
    /// `--security`, unless it is the default.
    pub security: Option<String>,
    /// `--device`, in order.
    pub devices: Vec<String>,
}

/// A `--mount`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
    /// Where, absolute.
    pub target: String,
    /// What.
    pub kind: MountKind,
}

/// What is mounted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MountKind {
    /// Files of another stage, an image or the build context.
    Bind {
        /// Whose files.
        from: Source,
        /// Which of them, absolute.
        path: String,
        /// Whether the program may not write to them.
        is_read_only: bool,
    },
    /// A directory that stays for the next build.
    Cache(Cache),
    /// A file system in memory.
    Tmpfs {
        /// Its greatest size in bytes, as written; empty for no limit.
        size: String,
    },
    /// A secret as a file.
    Secret(Secret),
    /// A connection to the SSH agent.
    Ssh {
        /// The name under which `docker build` is given it.
        id: String,
        /// Owner and mode of the socket, as written.
        ownership: [String; 3],
        /// Whether the build fails without it.
        is_required: bool,
    },
}

/// A cache mount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cache {
    /// The name that builds share.
    pub id: String,
    /// What happens when two builds want it at once.
    pub sharing: Sharing,
    /// What it starts with: nothing, or the files of a stage or an image.
    pub from: Source,
    /// Which of those files, absolute.
    pub path: String,
    /// User, group and mode of the directory, as written; empty for the defaults.
    pub ownership: [String; 3],
    /// Whether the program may not write to it.
    pub is_read_only: bool,
}

/// How builds share a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sharing {
    /// All write at once.
    Shared,
    /// Each gets its own.
    Private,
    /// One waits for the other.
    Locked,
}

/// A secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// The name under which `docker build` is given it.
    pub id: String,
    /// The variable that holds it, where one does.
    pub variable: Option<String>,
    /// User, group and mode of the file, as written.
    pub ownership: [String; 3],
    /// Whether the build fails without it.
    pub is_required: bool,
}

/// Copies that make one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The copies, in order.
    pub copies: Vec<Copy>,
    /// `--link`: the layer does not depend on those below.
    pub is_linked: bool,
}

/// One source of COPY or ADD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Whose files.
    pub from: Source,
    /// Which of them, and what is done with them.
    pub copied: Copied,
    /// Where to, absolute; a final `/` or `/.` says that it is a directory.
    pub destination: String,
    /// `--chown`
    pub owner: Option<String>,
    /// `--chmod`
    pub mode: Option<String>,
    /// `--exclude`, in order.
    pub excluded: Vec<String>,
}

/// What is copied of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// Files and directories by a path or a pattern, absolute.
    Paths {
        /// The path.
        path: String,
        /// `--parents`: the part of the path that is kept.
        kept: Option<String>,
        /// Whether archives are unpacked.
        unpacks: bool,
    },
    /// The one file of a download or a heredoc.
    File {
        /// Its name.
        name: String,
    },
    /// All files of a git repository.
    Everything,
}

/// Directories made for WORKDIR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeDirectory {
    /// The directory, absolute; those above it are made, too.
    pub path: String,
    /// The user that owns it, where one is set.
    pub owner: Option<String>,
}

/// Where files come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Nothing: `FROM scratch`.
    Scratch,
    /// The build context.
    Context,
    /// Another stage of the file, by its number.
    Stage(usize),
    /// An image, by its full name.
    Image {
        /// `docker.io/library/node:22`
        reference: String,
        /// The platform, where it is not the default.
        platform: Option<String>,
    },
    /// A download.
    Http {
        /// The address.
        address: String,
        /// `--checksum`
        checksum: Option<String>,
    },
    /// A git repository.
    Git {
        /// The address, with branch and folder.
        address: String,
        /// `--keep-git-dir`
        keeps_git_directory: bool,
        /// `--checksum`
        checksum: Option<String>,
    },
    /// A heredoc.
    Inline {
        /// Its text.
        content: String,
    },
    /// Only the build knows. Two of them are the same where the same is written.
    Unknown {
        /// The word.
        word: String,
    },
}
