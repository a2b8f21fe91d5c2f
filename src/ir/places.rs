//! Where in the image the paths of commands and copies lie.

use crate::shell::WorkingDirectory;
use crate::syntax::{InstructionKind, Keyword};

use super::{Build, Command, Step, clean_path};

/// The places that one COPY or ADD fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTo {
    /// The destination.
    pub destination: String,
    /// The destination with each source's own name below it: where a file lies if the destination is a folder.
    pub below: Vec<String>,
}

impl Build<'_> {
    /// The absolute path of `path` for a step; `None` where a variable or the base image has a say.
    pub fn absolute_path(&self, step: &Step<'_>, path: &str) -> Option<String> {
        if path.contains(['$', '`']) {
            return None;
        }
        if path.starts_with('/') {
            return Some(clean_path(path));
        }
        let directory = match &step.state.workdir {
            Some(setting) => setting.is_certain.then_some(setting.value.as_str())?,
            None => self.image_configuration(step.stage)?.workdir.value().unwrap_or("/"),
        };
        Some(clean_path(&format!("{directory}/{path}")))
    }

    /// The absolute path of a word of a command, `~` and `cd` taken into account.
    pub fn path_of(&self, command: &Command<'_>, word: &str) -> Option<String> {
        if let Some(below) = word.strip_prefix("~/") {
            return Some(clean_path(&format!("{}/{below}", self.home(command.step)?)));
        }
        let directory = command.invoked.as_ref().map(|invoked| &invoked.circumstances.directory);
        match directory {
            _ if word.starts_with('/') => self.absolute_path(command.step, word),
            Some(WorkingDirectory::Path(directory)) => self.absolute_path(command.step, &format!("{directory}/{word}")),
            Some(WorkingDirectory::Unknown) => None,
            Some(WorkingDirectory::Initial) | None => self.absolute_path(command.step, word),
        }
    }

    /// Where a COPY or ADD puts its files; `None` for other steps, and where a variable or the base image has a say.
    pub fn copied_to(&self, step: &Step<'_>) -> Option<CopiedTo> {
        let (InstructionKind::Copy(transfer) | InstructionKind::Add(transfer)) = &step.instruction.kind else {
            return None;
        };
        let destination = self.absolute_path(step, step.certain_value(&transfer.destination)?)?;
        let is_add = step.instruction.keyword == Some(Keyword::Add);
        let mut below = Vec::new();
        for source in &transfer.sources {
            let source = step.certain_value(source)?.trim_end_matches('/');
            let name = source.rsplit('/').next().unwrap_or_default();
            // ADD unpacks local archives: no file of their name arrives.
            let is_unpacked = is_add && !source.contains("://") && name.contains(".t");
            if !is_unpacked && !matches!(name, "" | "." | "..") && !name.contains(['*', '?', '[', '<']) {
                below.push(clean_path(&format!("{destination}/{name}")));
            }
        }
        Some(CopiedTo { destination, below })
    }
}

/// Whether the directory is one of those that a distribution's own files lie in; not what lies below.
pub fn is_system_directory(path: &str) -> bool {
    const SYSTEM: &[&str] = &[
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/lib",
        "/lib64",
        "/proc",
        "/sbin",
        "/sys",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/usr/sbin",
    ];
    let trimmed = path.trim_end_matches('/');
    trimmed.is_empty() && path.starts_with('/') || SYSTEM.contains(&trimmed)
}

/// Whether a file of that name is large, as files of its kind are: archives, packages, programs as one file.
pub fn is_large_by_name(path: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".7z", ".apk", ".bin", ".bz2", ".deb", ".dump", ".ear", ".exe", ".gz", ".iso", ".jar", ".msi", ".rar", ".rpm",
        ".run", ".tar", ".tgz", ".war", ".whl", ".xz", ".zip", ".zst",
    ];
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Whether a file of that name is small, as files of its kind are: settings, scripts, keys, lists.
pub fn is_small_by_name(path: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "Gemfile",
        "Gemfile.lock",
        ".asc",
        ".cfg",
        ".conf",
        ".crt",
        ".env",
        ".gpg",
        ".html",
        ".ini",
        ".js",
        ".json",
        ".key",
        ".list",
        ".lock",
        ".md",
        ".pem",
        ".php",
        ".properties",
        ".py",
        ".sh",
        ".sig",
        ".toml",
        ".txt",
        ".xml",
        ".yaml",
        ".yml",
    ];
    ENDINGS.iter().any(|ending| path.trim_end_matches('/').ends_with(ending))
}

#[cfg(test)]
mod tests {
    use crate::ir::Commands;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    #[test]
    fn paths_are_resolved_as_the_build_would() {
        let text =
            "FROM debian:13\nWORKDIR /app\nCOPY a b/c sub/\nRUN rm x && cd y && rm z ~/q /r\nUSER u\nRUN rm ~/q $A\n";
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let copied = build.copied_to(&build.stages[0].steps[1]).unwrap();
        assert_eq!(copied.destination, "/app/sub");
        assert_eq!(copied.below, ["/app/sub/a", "/app/sub/c"]);
        let removed = commands.all().iter().filter(|command| command.name() == Some("rm"));
        let paths: Vec<Option<String>> = removed
            .flat_map(|command| command.arguments().iter().map(|word| build.path_of(command, word.written)))
            .collect();
        let shown: Vec<&str> = paths.iter().map(|path| path.as_deref().unwrap_or("?")).collect();
        assert_eq!(shown, ["/app/x", "/app/y/z", "/root/q", "/r", "?", "?"]);
    }
}
