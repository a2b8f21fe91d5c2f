//! Where in the image's file system a step works: what it may read there, and what it may write.
//!
//! Two steps whose footprints do not meet can stand in either order: neither sees what the other does. What is not known
//! for sure is [`Footprint::Anywhere`], which meets everything.
//!
//! Paths are compared as they are written, with the links that distributions have had for years (`/bin`, `/var/run`)
//! followed. A link that a COPY brings below its own destination is not.

mod commands;

use crate::syntax::{InstructionKind, Keyword, Transfer};

use super::{Build, Command, Commands, Step, clean_path, lies_in};

/// The part of an image's file system that a step reads or writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Footprint {
    /// None or all of it: nobody knows.
    Anywhere,
    /// These files and folders, with all that lies in them.
    Trees(Trees),
}

/// Files and folders, with all that lies in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trees {
    /// Absolute paths.
    paths: Vec<String>,
    /// Who gets the folders above them, where they are made on the way. `None`: root, with the usual mode.
    ownership: Option<String>,
}

impl Footprint {
    /// Whether one of the steps may see what the other does.
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Footprint::Trees(own), Footprint::Trees(others)) => own.meet(others),
            _ => true,
        }
    }
}

impl Trees {
    fn new(paths: impl IntoIterator<Item = String>) -> Self {
        Self { paths: paths.into_iter().map(|path| followed(&path)).collect(), ownership: None }
    }

    fn meet(&self, other: &Self) -> bool {
        let pairs = || self.paths.iter().flat_map(|one| other.paths.iter().map(move |another| (one, another)));
        pairs().any(|(one, another)| lies_in(one, another) || lies_in(another, one))
            || self.ownership != other.ownership
                && pairs().any(|(one, another)| first_folder(one) == first_folder(another))
    }
}

/// `/app` of `/app/src`.
fn first_folder(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// Links of distributions whose `/usr` is merged (file-hierarchy(7)), and of those that have a `/run`.
const LINKS: &[(&str, &str)] = &[
    ("/bin", "/usr/bin"),
    ("/sbin", "/usr/sbin"),
    ("/lib", "/usr/lib"),
    ("/lib64", "/usr/lib64"),
    ("/var/run", "/run"),
    ("/var/lock", "/run/lock"),
];

/// Whether the path lies in a folder that is a link in most distributions.
pub fn is_behind_link(path: &str) -> bool {
    LINKS.iter().any(|(link, _)| lies_in(path, link))
}

fn followed(path: &str) -> String {
    let path = clean_path(path);
    match LINKS.iter().find(|(link, _)| lies_in(&path, link)) {
        Some((link, target)) => format!("{target}{}", &path[link.len()..]),
        None => path,
    }
}

impl Build<'_> {
    /// Where a step works. Steps that make nothing, such as ENV and LABEL, work nowhere.
    pub fn footprint(&self, commands: &Commands<'_>, step: &Step<'_>) -> Footprint {
        let trees = match &step.instruction.kind {
            InstructionKind::Run(_) => self.trees_of_run(commands, step),
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => self.trees_of_copy(step, transfer),
            InstructionKind::Workdir(path) => self.trees_of_workdir(step, step.certain_value(path)),
            InstructionKind::Malformed => None,
            _ => Some(Trees::default()),
        };
        trees.filter(|_| !step.is_windows).map_or(Footprint::Anywhere, Footprint::Trees)
    }

    /// Where some commands of a RUN work. They stand in no compound command.
    pub fn footprint_of<'c, 's: 'c>(
        &self,
        step: &Step<'_>,
        commands: impl Iterator<Item = &'c Command<'s>>,
    ) -> Footprint {
        self.trees_of_commands(step, commands).map_or(Footprint::Anywhere, Footprint::Trees)
    }

    fn trees_of_copy(&self, step: &Step<'_>, transfer: &Transfer) -> Option<Trees> {
        let flag = |name: &str| step.instruction.flag(name).and_then(|flag| flag.value.as_ref());
        let (owner, mode) = (flag("chown"), flag("chmod"));
        let accounts = step.names_owner().then(|| ACCOUNTS.map(str::to_owned));
        let destination = self.absolute_path(step, step.certain_value(&transfer.destination)?)?;
        let paths = std::iter::once(destination).chain(accounts.into_iter().flatten());
        let text = |flag: Option<&crate::syntax::Word>| flag.map_or("", |word| word.text()).to_owned();
        let ownership = (owner.is_some() || mode.is_some()).then(|| format!("{} {}", text(owner), text(mode)));
        Some(Trees { ownership, ..Trees::new(paths) })
    }

    fn trees_of_workdir(&self, step: &Step<'_>, path: Option<&str>) -> Option<Trees> {
        let user = step.state.user.as_ref().map(|setting| setting.value.clone());
        let accounts = user.is_some().then(|| ACCOUNTS.map(str::to_owned));
        let paths = std::iter::once(self.absolute_path(step, path?)?).chain(accounts.into_iter().flatten());
        Some(Trees { ownership: user, ..Trees::new(paths) })
    }
}

/// What tells numbers of names.
const ACCOUNTS: [&str; 2] = ["/etc/passwd", "/etc/group"];

impl Step<'_> {
    /// Whether the text of the instruction has the variable's name as a word. Also true of heredocs.
    pub fn mentions(&self, name: &str) -> bool {
        let text = self.instruction.text.text();
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        !self.instruction.heredocs.is_empty()
            || text.match_indices(name).any(|(at, _)| {
                !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next())
            })
    }

    /// Whether it makes a step that BuildKit runs or takes from its cache, as opposed to a setting.
    pub fn is_run_by_builder(&self) -> bool {
        matches!(self.instruction.keyword, Some(Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir))
    }
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    /// Whether the last two steps of a stage can stand in either order.
    fn commute(steps: &str) -> bool {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM debian:13\nWORKDIR /app\n{steps}")));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let [.., one, other] = build.stages[0].steps.as_slice() else { unreachable!() };
        !build.footprint(&commands, one).meets(&build.footprint(&commands, other))
    }

    #[test]
    fn copies_to_different_folders_commute() {
        assert!(commute("COPY a /x/\nCOPY b /y/\n"));
        assert!(commute("COPY a x/\nADD https://example.com/b /y\n"));
        assert!(!commute("COPY a /x/\nCOPY b /x/y\n"));
        assert!(!commute("COPY a x/\nCOPY b .\n"));
        assert!(!commute("COPY a /bin/\nCOPY b /usr/bin/b\n"));
        assert!(!commute("COPY a $X/\nCOPY b /y/\n"));
    }

    #[test]
    fn a_folder_belongs_to_who_comes_first() {
        assert!(commute("COPY --chown=1 a /x/y/\nCOPY --chown=1 b /x/z/\n"));
        assert!(!commute("COPY --chown=1 a /x/y/\nCOPY b /x/z/\n"));
        assert!(!commute("USER u\nCOPY a /x/y/\nWORKDIR /x/z\n"));
    }

    #[test]
    fn packages_of_the_distribution_are_installed_beside_the_project() {
        assert!(commute("COPY . .\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\n"));
        assert!(commute("COPY . .\nRUN set -eux; DEBIAN_FRONTEND=noninteractive apt-get install git\n"));
        assert!(commute("COPY . /usr/src/app\nRUN [\"apk\", \"add\", \"git\"]\n"));
        assert!(commute("COPY . .\nRUN mkdir -p /data && chmod 700 /data\n"));
        assert!(!commute("COPY . .\nRUN apt-get install -y ./a.deb\n"));
        assert!(!commute("COPY sources.list /etc/apt/\nRUN apt-get update\n"));
        assert!(!commute("COPY . .\nRUN apt-get install -y $(cat packages)\n"));
        assert!(!commute("COPY . .\nRUN apt-get install -y git && make\n"));
        assert!(!commute("COPY . .\nRUN mkdir data\n"));
        assert!(!commute("COPY . /\nRUN apt-get install -y git\n"));
        assert!(!commute("COPY . .\nRUN echo x > y && apt-get update\n"));
    }

    #[test]
    fn programs_are_found_in_the_folders_of_path() {
        assert!(!commute("ENV PATH=/app/bin:$PATH\nCOPY . .\nRUN apt-get update\n"));
        assert!(commute("ENV PATH=/tools/bin:$PATH\nCOPY . .\nRUN apt-get update\n"));
    }

    #[test]
    fn what_reads_the_names_of_users_stays_behind_those_who_make_them() {
        assert!(!commute("RUN useradd a\nCOPY --chown=a . .\n"));
        assert!(commute("RUN useradd a\nCOPY --chown=1000 . .\n"));
        assert!(!commute("COPY . /home/a\nRUN useradd -m a\n"));
        assert!(!commute("RUN apt-get update\nRUN apk add git\n"));
    }

    #[test]
    fn a_mount_shows_other_files() {
        assert!(commute("COPY . .\nRUN --mount=type=cache,target=/var/cache/apt apt-get update\n"));
        assert!(!commute("COPY . .\nRUN --mount=type=bind,target=/etc/apt,source=apt apt-get update\n"));
    }
}
