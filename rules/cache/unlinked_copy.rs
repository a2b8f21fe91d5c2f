//! The last COPY instructions of the image are done again whenever what stands before them changes, of which they need
//! nothing.
//!
//! ## Why
//! A COPY is a step behind the one before it: packages that were updated, or a new build of the base image, make it run
//! again, and its layer is pushed and pulled again, though it holds the same files. With `--link` the files become a layer
//! of their own, which stays in the cache and in the registry whatever stands below it. Nothing is gained where a RUN stands
//! behind the COPY: that needs all files before it.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.26 AS build
//! COPY . /src
//! RUN cd /src && go build -o /server .
//!
//! FROM scratch
//! COPY certificates.pem /etc/ssl/certs/ca-certificates.crt
//! COPY --from=build /server /server
//! ENTRYPOINT ["/server"]
//! ```
//! ```dockerfile,good
//! FROM golang:1.26 AS build
//! COPY . /src
//! RUN cd /src && go build -o /server .
//!
//! FROM scratch
//! COPY certificates.pem /etc/ssl/certs/ca-certificates.crt
//! COPY --link --from=build /server /server
//! ENTRYPOINT ["/server"]
//! ```
//!
//! ## Fix
//! Adds `--link`. *Equivalent* in a stage that starts from `scratch`, where no other step works at the same place: then no
//! symbolic link lies on the way, and no folder has another owner. Above an image nobody knows that from the file alone: the
//! layer brings the folders on the way along, as root's and with the usual mode. There it is a suggestion.
//!
//! Not reported are copies to `/bin`, `/lib` and the like, which are links in most images, and to `/tmp`, `/root` and below
//! `/home`, those behind USER, those with `--chmod`, beside which BuildKit does not heed `--link`, with `--chown` by a name,
//! which would have to be in the copied files, and those of a file to a place that may be a folder.
//!
//! `--link` needs BuildKit of 2022 (`# syntax=docker/dockerfile:1.4`, Docker 23); older versions refuse it.
//!
//! ## Sources
//! Dockerfile reference, `COPY --link`; BuildKit, `frontend/dockerfile/dockerfile2llb/convert_copy.go`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Base, Stage, Step, is_behind_link, lies_in};
use crate::knowledge::front_ends::knows_linked_copies;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta =
    Meta { name: "cache/unlinked-copy", severity: Severity::Info, effect: Some(Effect::Content), ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    if cx.file.front_ends().any(|image| !knows_linked_copies(image)) {
        return;
    }
    let copies: Vec<&Step<'_>> = last_copies(stage).filter(|copy| is_independent(cx, stage, copy)).collect();
    let [first, ..] = copies.as_slice() else { return };
    let message = match last_before(stage, first) {
        Some(before) => {
            let line = cx.source().line_at(before.instruction.span.start);
            format!("these files are copied again whenever line {line} runs again, of which they need nothing")
        }
        None => "these files are copied again whenever what the stage starts from changes, of which they need nothing"
            .to_owned(),
    };
    let edits = copies.iter().map(|copy| Edit::insert(copy.instruction.keyword_span().end, " --link")).collect();
    let others = copies.iter().skip(1).map(|copy| (copy.instruction.keyword_span(), "and so are these".to_owned()));
    let report = sink
        .report(first.instruction.keyword_span(), message)
        .related_all(others)
        .help("add `--link`: the layer then stays whatever stands below it");
    let title = "make layers of these files that do not depend on those below";
    match copies.iter().all(|copy| cx.build.link_makes_no_difference(cx.commands, copy)) {
        true => report.fix(title, Effect::Equivalent, edits),
        false => report
            .note("The layer brings the folders on the way along, as root's and with the usual mode.")
            .suggest(title, Effect::Content, edits),
    };
}

/// Folders of another owner or mode than root's and 0755, which the folders of a linked layer would lay over them.
const UNUSUAL: &[&str] = &["/home", "/root", "/tmp", "/var/tmp"];

/// The copies behind the last RUN of a stage.
fn last_copies<'s>(stage: &'s Stage<'s>) -> impl Iterator<Item = &'s Step<'s>> {
    let last_run = stage.steps.iter().rposition(|step| step.instruction.keyword == Some(Keyword::Run));
    let behind = stage.steps.iter().skip(last_run.map_or(0, |run| run + 1));
    behind.filter(|step| matches!(step.instruction.keyword, Some(Keyword::Copy)))
}

/// Whether the copy stands behind something and needs nothing of it, as far as the file tells.
fn is_independent(cx: &Context<'_>, stage: &Stage<'_>, copy: &Step<'_>) -> bool {
    let is_first = stage.base == Base::Scratch && last_before(stage, copy).is_none();
    let has_flag = |name: &str| copy.instruction.flag(name).is_some();
    !is_first
        && !["link", "chmod", "parents"].into_iter().any(has_flag)
        && !copy.names_owner()
        && goes_to_a_sure_place(cx, copy)
}

/// Whether the destination is known, lies in no folder that is a link in most images, and cannot be a folder that is there
/// where a file is meant.
fn goes_to_a_sure_place(cx: &Context<'_>, copy: &Step<'_>) -> bool {
    let InstructionKind::Copy(transfer) = &copy.instruction.kind else { return false };
    let Some(written) = copy.certain_value(&transfer.destination) else { return false };
    let Some(path) = cx.build.absolute_path(copy, written) else { return false };
    let is_folder = written.ends_with('/') || written.ends_with("/.") || written == ".";
    let is_known = || cx.build.link_makes_no_difference(cx.commands, copy);
    let is_unusual = || UNUSUAL.iter().any(|folder| lies_in(&path, folder)) || copy.state.user.is_some();
    path != "/" && !is_behind_link(&path) && (is_folder && !is_unusual() || is_known())
}

/// The last step before that may be run again by itself.
fn last_before<'s>(stage: &'s Stage<'s>, step: &Step<'_>) -> Option<&'s Step<'s>> {
    stage
        .steps
        .get(..step.index)?
        .iter()
        .rfind(|other| matches!(other.instruction.keyword, Some(Keyword::Run | Keyword::Copy | Keyword::Add)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_last_copies_are_reported_once() {
        fires!("FROM a\nRUN apk add b\n«COPY» c /c/\nCOPY d /d/\nCMD e\n");
        fires!("FROM a\nWORKDIR /app\n«COPY» . .\n");
    }

    #[test]
    fn a_run_behind_needs_all_files_anyway() {
        silent!("FROM a\nCOPY c /c/\nRUN d\n");
        silent!("FROM a AS b\nCOPY c /c/\nFROM a\nRUN d\n");
    }

    #[test]
    fn what_a_copy_may_need_of_the_files_below_keeps_it_there() {
        silent!("FROM a\nCOPY b /usr/../bin/\nCOPY b /bin/\nCOPY b /var/run/\nCOPY b /\nCOPY b /c\nCOPY b $D\n");
        silent!("FROM a\nCOPY b /root/\nCOPY b /tmp/b/\nUSER c\nWORKDIR /d\nCOPY b .\n");
        silent!("FROM a\nCOPY --chmod=755 b /c/\nCOPY --chown=user b /c/\nCOPY --link b /c/\n");
        silent!("FROM scratch\nCOPY b /c\n");
        silent!("# syntax=docker/dockerfile:1.3\nFROM a\nCOPY b /c/\n");
        fires!("# syntax=docker/dockerfile:1.4\nFROM a\n«COPY» b /c/\n");
    }

    #[test]
    fn above_scratch_the_image_stays_the_same() {
        fixes!(
            "FROM scratch\nCOPY a /etc/a\nCOPY --from=b:1 /c /c\ncopy d /d/\n" =>
            "FROM scratch\nCOPY a /etc/a\nCOPY --link --from=b:1 /c /c\ncopy --link d /d/\n"
        );
        let found = findings(&META, check, "FROM a\nCOPY b /c/\n");
        assert_eq!(found[0].fix.as_ref().map(|fix| fix.effect), Some(Effect::Content));
    }
}
