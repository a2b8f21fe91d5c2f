//! Users that the new stage creates again.

use crate::knowledge::debian::{self, Class};
use crate::syntax::Keyword;

use super::Assumption;
use super::deeds::Deeds;
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;

/// That a user of the system gets the number again that the build stage has given it: what is copied keeps the number of
/// its owner. `adduser` takes the first one that is free, and packages which stay behind may have users and groups of their own.
pub fn same_number(single: &SingleStage<'_>, deeds: &Deeds<'_>, base: &RuntimeBase) -> Option<Assumption> {
    let may_create_users = |package: &&str| debian::class(package).is_none_or(|(class, _)| class != Class::Build);
    let is_other = !base.is_build_image || deeds.left_out.iter().any(may_create_users);
    let mut named = deeds.users.iter().filter_map(|command| numbered_by_the_image(command));
    named.next().filter(|_| is_other && has_owners(single)).map(|name| Assumption::GetsItsNumber(name.to_owned()))
}

/// The user or group of the system that a command creates without a number.
fn numbered_by_the_image(command: &str) -> Option<&str> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let has = |options: &[&str]| words.iter().any(|word| options.contains(word) || is_with_value(word, options));
    let is_of_system = matches!(words.first(), Some(&("adduser" | "addgroup"))) && has(&["--system", "-S", "-r"]);
    let name = words.iter().rfind(|word| !word.starts_with('-'))?;
    (is_of_system && !has(&["--uid", "-u", "--gid", "-g"])).then_some(name)
}

/// `--uid=100`
fn is_with_value(word: &str, options: &[&str]) -> bool {
    word.split_once('=').is_some_and(|(option, _)| options.contains(&option))
}

/// Whether a step of the build gives files to somebody.
fn has_owners(single: &SingleStage<'_>) -> bool {
    let gives = |keyword: Option<Keyword>| keyword == Some(Keyword::User);
    single.steps_of_build().any(|step| gives(step.instruction.keyword) || step.instruction.flag("chown").is_some())
        || single.build_commands().any(|command| command.name() == Some("chown"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn a_number_that_the_image_hands_out_is_for_the_user_to_compare() {
        let assumed = |image: &str, install: &str, user: &str| {
            let text = format!(
                "FROM {image}\nRUN apt-get update && apt-get install -y --no-install-recommends {install}\nRUN {user}\nWORKDIR /app\n\
                 COPY --chown=app . .\nRUN pip install flask\nUSER app\nCMD [\"python\", \"a.py\"]\n"
            );
            let assumptions = split_with(&text, Some(&[("a.py", "")])).1;
            assumptions.contains(&Assumption::GetsItsNumber("app".to_owned()))
        };
        let (slim, full) = ("python:3.11-slim-bookworm", "python:3.11-bookworm");
        assert!(!assumed(slim, "gcc libpq-dev", "adduser --system app"));
        assert!(assumed(full, "libpq-dev", "adduser --system app"));
        assert!(!assumed(full, "libpq-dev", "adduser --system --uid 150 app"));
        assert!(!assumed(full, "libpq-dev", "useradd -r app"));
    }
}
