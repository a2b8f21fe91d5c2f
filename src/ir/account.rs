//! The user that runs a step, with the home directory.

use crate::knowledge::{base_environment, file_name};
use crate::shell::{Simple, Wrapper};

use super::{Build, Command, Commands, CreatedUser, Step};

/// A user of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The home directory, as programs are told by `HOME`.
    pub home: String,
    /// The number of the user; 0 is root.
    pub number: u32,
    /// The number of the group that USER names.
    pub group: Option<u32>,
}

impl Build<'_> {
    /// The user that runs the step. `None` where the number or the home directory is only known to the image.
    pub fn account<'b>(&self, commands: &'b Commands<'b>, step: &Step<'_>) -> Option<Account> {
        let of_environment = self.variable(step, "HOME").map(|home| (!home.is_empty()).then_some(home));
        let home_of = |known: Option<String>| of_environment.clone().unwrap_or(known);
        let user = self.user_named(step);
        if step.state.user.as_ref().is_some_and(|setting| !setting.is_certain) {
            return None;
        }
        let (name, group) = user.split_once(':').map_or((user, None), |(name, group)| (name, Some(group)));
        let group = group.and_then(|group| group.parse().ok());
        if is_root(name) {
            return Some(Account { home: home_of(Some("/root".to_owned()))?, number: 0, group });
        }
        if let Ok(number) = name.parse() {
            return Some(Account { home: home_of(None)?, number, group });
        }
        let users = commands.users(self, step.stage);
        let created = users.created.iter().rfind(|user| user.name == Some(name));
        let number_and_home = |user: &CreatedUser<'_>| Some((user.number?.parse().ok()?, user.home.clone()));
        let (number, home) = created.and_then(number_and_home).or_else(|| self.account_of_image(step, name))?;
        Some(Account { home: home_of(home)?, number, group })
    }

    /// What the last USER says, else the base image: `app`, `1000:1000`.
    pub(super) fn user_named<'s>(&'s self, step: &'s Step<'_>) -> &'s str {
        match &step.state.user {
            Some(setting) => &setting.value,
            None => self.image_user(step.stage).value().unwrap_or("root"),
        }
    }

    /// Number and home directory of a user that the base image has. Some tags of an image give another number to it.
    fn account_of_image(&self, step: &Step<'_>, name: &str) -> Option<(u32, Option<String>)> {
        let image = self.root_image(step.stage)?;
        let (number, home) = base_environment::account(&image.familiar_name(), name)?;
        let of_tag = || {
            let users = self.image_configuration(step.stage)?.users;
            users.iter().filter_map(|user| user.split_once(':')).find(|(user, _)| *user == name)?.1.parse().ok()
        };
        let may_differ = base_environment::may_have_other_numbers(&image.familiar_name(), image.tag_or_latest());
        let number = of_tag().or_else(|| (!may_differ).then_some(number))?;
        Some((number, Some(home.to_owned())))
    }

    /// Whether a command is run as a user other than its step's: below `su`, `sudo -u app`, `gosu app`. Plain `sudo` leads
    /// to root.
    pub fn changes_user(&self, command: &Command<'_>) -> bool {
        let Some(invoked) = &command.invoked else { return false };
        let is_other = |wrapper: &Wrapper| {
            wrapper.user.is_some() || wrapper.name == "sudo" && !is_root(self.user_named(command.step))
        };
        let is_below = |outer: &Simple| {
            let name = outer.words.get(outer.wrapping.head).and_then(|word| word.literal()).map(file_name);
            matches!(name, Some("su" | "runuser")) || outer.wrapping.wrappers.iter().any(is_other)
        };
        invoked.wrappers().iter().any(is_other) || invoked.circumstances.inside.is_some_and(is_below)
    }
}

/// Whether what USER says is root, in whatever group.
pub fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("root" | "0"))
}

/// Whether what USER says is root in root's own group: what it makes belongs to nobody else.
pub fn is_root_in_own_group(user: &str) -> bool {
    is_root(user) && user.split(':').nth(1).is_none_or(is_root)
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn account(text: &str) -> Option<(String, u32, Option<u32>)> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let account = build.account(&commands, build.steps().last()?)?;
        Some((account.home, account.number, account.group))
    }

    #[test]
    fn root_is_who_nobody_else_is() {
        assert_eq!(account("FROM a\nRUN b"), Some(("/root".to_owned(), 0, None)));
        assert_eq!(account("FROM a\nENV HOME=/app\nRUN b"), Some(("/app".to_owned(), 0, None)));
        assert_eq!(account("FROM a\nARG HOME\nRUN b"), None);
    }

    #[test]
    fn users_of_the_file_have_the_number_and_the_home_that_it_gives() {
        let created = |with: &str| account(&format!("FROM a\nRUN {with}\nUSER app\nRUN b"));
        let at = |home: &str| Some((home.to_owned(), 1001, None));
        assert_eq!(created("useradd -m -u 1001 app"), at("/home/app"));
        assert_eq!(created("useradd -u 1001 -d /srv/app app"), at("/srv/app"));
        assert_eq!(created("adduser -D -u 1001 -h /app app"), at("/app"));
        assert_eq!(created("adduser --system --uid 1001 app"), None);
        assert_eq!(created("useradd -m app"), None);
    }

    #[test]
    fn a_number_that_only_some_tags_give_is_not_taken_for_that_of_a_tag_nobody_knows() {
        assert_eq!(account("FROM gradle:99-jdk99-ubi\nUSER gradle\nRUN b"), None);
        assert_eq!(account("FROM gradle:${V}-ubi\nUSER gradle\nRUN b"), None);
    }

    #[test]
    fn plain_sudo_leads_away_from_the_user_of_the_image() {
        let changes_user = |text: &str| {
            let file = parse(SourceFile::new("Dockerfile", text));
            let build = Build::new(&file);
            let commands = Commands::new(&build);
            commands.all().iter().any(|command| build.changes_user(command))
        };
        assert!(changes_user("FROM gradle:5.4.1-jdk8-slim\nRUN sudo b"));
        assert!(!changes_user("FROM gradle:5.4.1-jdk8-slim\nUSER root\nRUN sudo b"));
        assert!(!changes_user("FROM debian:13\nUSER 0:5\nRUN sudo b"));
    }

    #[test]
    fn roots_own_group_is_that_of_no_other() {
        assert!(["root", "0", "0:0", "root:0"].iter().all(|user| is_root_in_own_group(user)));
        assert!(!["root:staff", "0:5", "app", "5:0"].iter().any(|user| is_root_in_own_group(user)));
    }

    #[test]
    fn users_of_known_images_and_numbers_are_known() {
        assert_eq!(account("FROM node:24\nUSER node\nRUN b"), Some(("/home/node".to_owned(), 1000, None)));
        assert_eq!(account("FROM a\nUSER node\nRUN b"), None);
        assert_eq!(
            account("FROM gradle:8-jdk21-ubi\nUSER gradle\nRUN b"),
            Some(("/home/gradle".to_owned(), 101, None))
        );
        assert_eq!(account("FROM gradle:5.4.1-jdk8-slim\nRUN b"), Some(("/home/gradle".to_owned(), 1000, None)));
        assert_eq!(account("FROM a\nUSER 1000:1000\nRUN b"), None);
        assert_eq!(account("FROM a\nENV HOME=/h\nUSER 1000:1001\nRUN b"), Some(("/h".to_owned(), 1000, Some(1001))));
    }
}
