//! The instructions that describe the image, said again for the new stage or moved to it.

use crate::ir::{Step, is_root_in_own_group};
use crate::knowledge::images::Known;
use crate::syntax::{InstructionKind, Keyword, TokenKind};

use super::Refusal;
use super::deeds::Deeds;
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;

/// Whether what describes the image means the same in the new stage.
///
/// # Errors
/// What does not.
pub fn check(single: &SingleStage<'_>, deeds: &Deeds<'_>, base: &RuntimeBase) -> Result<(), Refusal> {
    for step in &single.stage.steps {
        match &step.instruction.kind {
            InstructionKind::User(word) => {
                let user = step.certain_value(word).ok_or_else(|| Refusal::MissingUser(word.text().to_owned()))?;
                exists(single, deeds, base, user)?;
            }
            InstructionKind::Shell(words) => {
                let shell = words.first().map_or("", |word| word.text());
                if !base.has_shell(shell) {
                    return Err(Refusal::MissingTool(shell.to_owned()));
                }
            }
            _ => {}
        }
    }
    for step in single.steps_behind() {
        let Some(owner) = step.instruction.flag("chown").and_then(|flag| flag.value.as_ref()) else { continue };
        let owner = step.certain_value(owner).ok_or_else(|| Refusal::MissingUser(owner.text().to_owned()))?;
        exists(single, deeds, base, owner)?;
    }
    match moved(single).any(has_comment) {
        true => Err(Refusal::Comment),
        false => Ok(()),
    }
}

/// Whether a comment stands between the lines of the instruction.
pub fn has_comment(step: &Step<'_>) -> bool {
    step.instruction.tokens().iter().any(|token| token.kind == TokenKind::Comment)
}

/// Users of every base image: the intersection of Debian's base-passwd and Alpine's baselayout.
const EVERYWHERE: &[&str] = &["root", "bin", "daemon", "mail", "games", "nobody", "www-data"];

/// Whether the new stage has the user, and the group that stands behind a colon.
///
/// # Errors
/// Where it has not.
pub fn exists(single: &SingleStage<'_>, deeds: &Deeds<'_>, base: &RuntimeBase, user: &str) -> Result<(), Refusal> {
    let (name, group) = user.split_once(':').map_or((user, None), |(name, group)| (name, Some(group)));
    let is_known = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_digit())
            || base.reference != "scratch"
                && EVERYWHERE.contains(&name)
                && (name != "www-data" || single.distribution.family != "alpine")
            || base.has_user(name)
            || deeds.words_of_users.iter().any(|word| word == name)
    };
    match [Some(name), group].into_iter().flatten().find(|name| !is_known(name)) {
        Some(name) => Err(Refusal::MissingUser(name.to_owned())),
        None => Ok(()),
    }
}

/// The steps of the build stage that no step of it needs: they describe the image, and move.
pub fn moved<'b>(single: &SingleStage<'b>) -> impl Iterator<Item = &'b Step<'b>> {
    single.steps_of_build().filter(|step| {
        matches!(
            step.instruction.keyword,
            Some(
                Keyword::Cmd
                    | Keyword::Entrypoint
                    | Keyword::Expose
                    | Keyword::Healthcheck
                    | Keyword::Label
                    | Keyword::Maintainer
                    | Keyword::Stopsignal
                    | Keyword::Volume
            )
        )
    })
}

/// The steps of the build stage that are said again at the head of the new stage: variables and shell, in their order,
/// with the build arguments that they or what follows them refer to.
pub fn repeated<'b>(single: &SingleStage<'b>, deeds: &Deeds<'_>) -> Vec<&'b Step<'b>> {
    let is_kept = |step: &Step<'_>| matches!(step.instruction.keyword, Some(Keyword::Env | Keyword::Shell));
    let needs_arguments = |step: &&Step<'_>| is_kept(step) || moved(single).any(|it| it.index == step.index);
    let text = |step: &Step<'b>| single.build.file.source.slice(step.instruction.span);
    let mut readers: Vec<&str> = single.steps_of_build().filter(needs_arguments).map(text).collect();
    readers.extend(single.steps_behind().iter().map(text));
    readers.extend(deeds.users.iter().copied().chain(deeds.ownership().map(|ownership| ownership.setting)));
    let is_read = |step: &Step<'_>| match &step.instruction.kind {
        InstructionKind::Arg(pairs) => pairs.pairs.iter().any(|pair| {
            let name = pair.name.text();
            readers.iter().any(|text| text.contains(&format!("${name}")) || text.contains(&format!("${{{name}")))
        }),
        _ => false,
    };
    single.steps_of_build().filter(|step| is_kept(step) || is_read(step)).collect()
}

/// The USER that is in force behind the build stage.
pub fn last_user<'b>(single: &SingleStage<'b>) -> Option<&'b Step<'b>> {
    single.steps_of_build().rfind(|step| step.instruction.keyword == Some(Keyword::User))
}

/// Whether a USER stands behind the build stage, before anything that the one above it would have a say in.
pub fn is_user_set_behind(single: &SingleStage<'_>) -> bool {
    const DONE_BY_USERS: &[Keyword] = &[Keyword::Add, Keyword::Copy, Keyword::User, Keyword::Workdir];
    let mut keywords = single.steps_behind().iter().filter_map(|step| step.instruction.keyword);
    keywords.find(|keyword| DONE_BY_USERS.contains(keyword)) == Some(Keyword::User)
}

/// The user that it names; none for root.
pub fn name_of_last_user<'b>(single: &SingleStage<'b>) -> Option<&'b str> {
    let step = last_user(single)?;
    match &step.instruction.kind {
        InstructionKind::User(word) => step.certain_value(word).filter(|user| !is_root_in_own_group(user)),
        _ => None,
    }
}

/// The user to whom the working directory belongs, as it was in force when WORKDIR made it; none for root.
pub fn user_of_directory<'b>(single: &SingleStage<'b>) -> Option<&'b str> {
    let made = single.steps_of_build().rfind(|step| step.instruction.keyword == Some(Keyword::Workdir));
    let user = made.and_then(|step| step.state.user.as_ref()).map(|user| user.value.as_str());
    user.filter(|user| !is_root_in_own_group(user))
}

/// The working directory that the new stage has to set: none where it is that of the image already.
///
/// # Errors
/// Where it is only known when the build runs.
pub fn directory(single: &SingleStage<'_>, base: &RuntimeBase) -> Result<Option<String>, Refusal> {
    let last = single.steps_of_build().rfind(|step| step.instruction.keyword == Some(Keyword::Workdir));
    let is_set = last.is_some();
    let written = last.map(|step| step.instruction.arguments.text()).filter(|path| is_plain_path(path));
    let directory = written.map_or_else(|| single.directory_after_build(), |path| Ok(path.to_owned()))?;
    let is_replaced = single
        .steps_behind()
        .iter()
        .find(|step| matches!(step.instruction.keyword, Some(Keyword::Workdir | Keyword::Copy | Keyword::Add)))
        .filter(|step| step.instruction.keyword == Some(Keyword::Workdir))
        .is_some_and(|step| step.instruction.arguments.text().starts_with('/'));
    let is_needed = !is_replaced && (is_set || directory != base.directory());
    Ok(is_needed.then_some(directory))
}

fn is_plain_path(path: &str) -> bool {
    path.starts_with('/') && !path.contains(['$', '"', '\'', '\\', '`'])
}

/// The stop signal that the image sets and the smaller one does not.
pub fn stop_signal(single: &SingleStage<'_>, base: &RuntimeBase) -> Option<&'static str> {
    let is_set = single.build.last_step_of(single.stage.index, Keyword::Stopsignal).is_some();
    let of_base = base.configuration.as_ref().and_then(|image| image.stop_signal.value());
    match single.configuration.stop_signal {
        Known::Is(signal) if !is_set && Some(signal) != of_base => Some(signal),
        _ => None,
    }
}
