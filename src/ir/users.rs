//! Which users a build creates.

use std::collections::HashSet;

use crate::knowledge::images::Known;
use crate::knowledge::options::{Flag, OptionSyntax, is_option, read_option};
use crate::source::Span;
use crate::syntax::InstructionKind;

use super::{Base, Build, Command, Commands};

/// A user that a RUN creates.
#[derive(Debug)]
pub struct CreatedUser<'b> {
    /// The command.
    pub command: &'b Command<'b>,
    /// The name, where it is known before the build runs.
    pub name: Option<&'b str>,
    /// The place of the name; of the command where the name is not found.
    pub span: Span,
    /// The number that the command asks for.
    pub number: Option<&'b str>,
    /// The home directory: what the command asks for, else the one that such a command gives; `None` for users of the
    /// system that Debian's `adduser` makes, which have none by default.
    pub home: Option<String>,
    /// Whether it is made for a service: `useradd -r`, `adduser --system`.
    pub is_system: bool,
}

/// The users of an image.
#[derive(Debug)]
pub struct Users<'b> {
    /// Those that RUN instructions create, in order.
    pub created: Vec<CreatedUser<'b>>,
    /// The names that the base image has for sure.
    pub of_base: Vec<&'static str>,
    /// Whether there are no others: the base image is known, and nothing in the build could create more.
    pub is_complete: bool,
}

impl Users<'_> {
    /// Whether a user of that name exists for sure.
    pub fn has(&self, name: &str) -> bool {
        self.of_base.contains(&name) || self.created.iter().any(|user| user.name == Some(name))
    }
}

impl<'b> Commands<'b> {
    /// The users that exist when `stage` ends.
    pub fn users(&'b self, build: &Build<'_>, stage: usize) -> Users<'b> {
        let lineage: HashSet<usize> = build.lineage(stage).map(|stage| stage.index).collect();
        let here = || self.of_build().filter(|command| lineage.contains(&command.step.stage));
        let created: Vec<CreatedUser<'_>> = here().filter_map(created_by).collect();
        let of_base = users_of_base(build, stage);
        let is_complete = of_base.is_some()
            && created.iter().all(|user| user.name.is_some())
            && build.lineage(stage).flat_map(|stage| &stage.steps).all(|step| !may_bring_users(build, step))
            && here().all(|command| !may_create_users(command));
        Users { created, of_base: of_base.unwrap_or_default(), is_complete }
    }
}

/// The command taken apart, if it creates a user.
fn created_by<'b>(command: &'b Command<'b>) -> Option<CreatedUser<'b>> {
    if !matches!(command.name()?, "useradd" | "adduser") {
        return None;
    }
    let values: Vec<Option<&str>> = command.words.iter().map(|word| word.value).collect();
    let mut flags: Vec<Flag<'_>> = Vec::new();
    let mut operands = Vec::new();
    let mut at = 1;
    while at < values.len() {
        match values[at] {
            Some(word) if is_option(word) => {
                at = read_option(&values, at, OptionSyntax::Gnu, &takes_value, &mut flags);
            }
            Some("--") => at += 1,
            _ => {
                operands.push(at);
                at += 1;
            }
        }
    }
    // `useradd -D` sets defaults; `adduser user group` puts a user that exists into a group.
    let is_useradd = command.name() == Some("useradd");
    let sets_defaults = is_useradd && flags.iter().any(|flag| flag.is_one_of("-D --defaults"));
    if sets_defaults || (!is_useradd && operands.len() > 1) {
        return None;
    }
    let word = operands.last().and_then(|&at| command.words.get(at));
    let number = flags.iter().find(|flag| flag.is_one_of("-u --uid")).and_then(|flag| flag.value?.text);
    let is_system = flags.iter().any(|flag| match command.name() {
        Some("adduser") => flag.is_one_of("-S -r --system"),
        _ => flag.is_one_of("-r --system"),
    });
    let span = word.map_or(command.span(), |word| word.span);
    let name = word.and_then(|word| word.value);
    Some(CreatedUser { command, name, span, number, home: home_of(is_useradd, name, &flags), is_system })
}

/// shadow's useradd and BusyBox's adduser put homes into `/home`, where a flag or a base directory does not say otherwise.
fn home_of(is_useradd: bool, name: Option<&str>, flags: &[Flag<'_>]) -> Option<String> {
    let names = if is_useradd { "-d --home --home-dir" } else { "-h --home" };
    if let Some(flag) = flags.iter().find(|flag| flag.is_one_of(names)) {
        return flag.value?.text.map(str::to_owned);
    }
    let may_be_elsewhere = if is_useradd { "-b --base-dir -R --root" } else { "--system --conf" };
    let is_elsewhere = flags.iter().any(|flag| flag.is_one_of(may_be_elsewhere));
    name.filter(|_| !is_elsewhere).map(|name| format!("/home/{name}"))
}

/// The options of shadow's useradd, Debian's adduser and BusyBox's adduser that take a value.
fn takes_value(name: &str) -> bool {
    const LONG: &[&str] = &[
        "--base-dir",
        "--comment",
        "--conf",
        "--expiredate",
        "--firstuid",
        "--gecos",
        "--gid",
        "--groups",
        "--home",
        "--home-dir",
        "--inactive",
        "--ingroup",
        "--key",
        "--lastuid",
        "--password",
        "--prefix",
        "--root",
        "--selinux-user",
        "--shell",
        "--skel",
        "--uid",
    ];
    match name.strip_prefix('-') {
        Some(letter) if letter.len() == 1 => "bcdefgGhkKpPRsuZ".contains(letter),
        _ => LONG.contains(&name),
    }
}

/// The users of Debian's `base-passwd`, of Alpine's `alpine-baselayout` and of Red Hat's `setup` that all three have,
/// and those that the image's own Dockerfiles create. `None` where the base image is not known.
fn users_of_base(build: &Build<'_>, stage: usize) -> Option<Vec<&'static str>> {
    const EVERYWHERE: &[&str] = &["root", "bin", "daemon", "mail", "games", "ftp", "sync", "nobody"];
    // Debian's base-passwd and Alpine's baselayout; also what their packages are known to add.
    const DEBIAN: &[&str] = &["sys", "man", "lp", "news", "uucp", "proxy", "www-data", "backup", "list", "irc", "_apt"];
    const ALPINE: &[&str] =
        &["adm", "lp", "shutdown", "halt", "news", "uucp", "cron", "sshd", "squid", "xfs", "cyrus", "ntp", "guest"];
    if build.root(stage).is_some_and(|root| root.base == Base::Scratch) {
        return Some(Vec::new());
    }
    let facts = build.image_facts(stage)?;
    let image = build.image_configuration(stage).filter(|image| !image.partial)?;
    let mut users: Vec<&str> = match facts.distribution.map(|distribution| distribution.family) {
        Some("debian" | "ubuntu") => DEBIAN.to_vec(),
        Some("alpine") => ALPINE.to_vec(),
        _ => return None,
    };
    users.extend(EVERYWHERE);
    users.extend(image.users.iter().map(|user| user.split(':').next().unwrap_or(user)));
    if let Known::Is(user) = image.user {
        users.push(user.split(':').next().unwrap_or(user));
    }
    Some(users)
}

/// Whether a step that is no RUN may bring a user list, or its text cannot be read.
fn may_bring_users(build: &Build<'_>, step: &super::Step<'_>) -> bool {
    match &step.instruction.kind {
        InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
            let destination = step.value(&transfer.destination).trim_end_matches('/');
            matches!(destination, "" | "/etc") || destination.contains("passwd")
        }
        InstructionKind::Run(_) => {
            let scripts = build.scripts(step);
            scripts.is_empty()
                || scripts.iter().any(|script| !script.is_clean() || script.source.text().contains("passwd"))
        }
        InstructionKind::Malformed => true,
        _ => false,
    }
}

/// Whether a command may create users that it does not name: a package's installation, a script.
fn may_create_users(command: &Command<'_>) -> bool {
    if command.manager.as_ref().is_some_and(|manager| manager.installs() && manager.manager.is_system()) {
        return true;
    }
    match command.name() {
        // Assignments alone have no words.
        None => !command.words.is_empty(),
        Some("newusers" | "usermod" | "bash" | "sh" | "ash" | "dash" | "source" | "." | "eval" | "make") => true,
        Some("ansible-playbook" | "puppet" | "chef-client" | "dpkg" | "rpm") => true,
        Some(name) => {
            let path = command.words.first().and_then(|word| word.value).unwrap_or(name);
            name.ends_with(".sh") || path.starts_with("./") || path.starts_with("/tmp/")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn users(text: &str) -> (Vec<String>, bool) {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let users = commands.users(&build, build.stages.len() - 1);
        let shown = |user: &CreatedUser<'_>| format!("{}:{}", user.name.unwrap_or("?"), user.number.unwrap_or("-"));
        (users.created.iter().map(shown).collect(), users.is_complete)
    }

    #[test]
    fn users_are_created_in_the_ways_of_all_distributions() {
        for (command, user) in [
            ("useradd -m -u 1000 -s /bin/bash app", "app:1000"),
            ("useradd -r -g app --uid=5 app", "app:5"),
            ("adduser -S -D -H -h /app -G app app", "app:-"),
            ("adduser -Su1000 app", "app:1000"),
            ("adduser --disabled-password --gecos '' app", "app:-"),
            ("adduser --system --group app", "app:-"),
            ("useradd $NAME", "?:-"),
        ] {
            assert_eq!(users(&format!("FROM debian:12\nRUN {command}")).0, [user], "{command}");
        }
        assert!(users("FROM alpine:3.20\nRUN adduser app wheel && useradd -D -s /bin/sh").0.is_empty());
    }

    #[test]
    fn the_users_are_all_known_where_nothing_else_may_create_one() {
        assert!(users("FROM debian:12\nRUN useradd app").1);
        assert!(users("FROM scratch\nCOPY a /a").1);
        for more in ["RUN apt-get install -y nginx", "COPY passwd /etc/passwd", "RUN ./setup.sh", "COPY . /"] {
            assert!(!users(&format!("FROM debian:12\n{more}")).1, "{more}");
        }
        assert!(!users("FROM example.com/own").1);
    }
}
