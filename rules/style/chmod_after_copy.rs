//! A RUN sets the mode of files that a COPY above it has brought.
//!
//! ## Why
//! `COPY --chmod` sets the mode while it writes the file. A RUN for it is one more step to run, stores the file a second
//! time in a layer of its own, and cannot be run at all where the image has no shell.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY entrypoint.sh /
//! RUN chmod +x /entrypoint.sh
//! ENTRYPOINT ["/entrypoint.sh"]
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY --chmod=755 entrypoint.sh /
//! ENTRYPOINT ["/entrypoint.sh"]
//! ```
//!
//! Only where the RUN begins with `chmod`, names every file of the copies that it is about and nothing else, and these are files
//! and no folders, whose content `--chmod` would change, too: heredocs, files that dfx sees in the build context, and
//! scripts by their name. Folders with much in them are for `size/chown-after-copy`.
//!
//! ## Fix
//! Writes `--chmod` into the copies and takes `chmod` out of the RUN. *Content*: a mode in letters, such as `+x`, is added to
//! the mode that the file has in the build context; where dfx does not see it, to 644, which is what git gives a file that
//! nobody may execute. `--chmod=+x` itself needs Dockerfile syntax 1.14.
//!
//! ## Sources
//! Docker's reference, COPY: "`--chmod`"; the overlay file system of Linux ("copy up").

use std::collections::BTreeSet;

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Step};
use crate::knowledge::front_ends::knows_modes_of_copies;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{InstructionKind, Keyword, Transfer, Word};

pub const META: Meta =
    Meta { name: "style/chmod-after-copy", severity: Severity::Style, effect: Some(Effect::Content), ..Meta::opt_in() };

/// As many steps above the RUN are looked at; real files have the copies right there.
const MOST_STEPS: usize = 20;

/// The mode of a file that git does not call executable.
const PLAIN_MODE: u32 = 0o644;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.file.front_ends().any(|image| !knows_modes_of_copies(image)) {
        return;
    }
    for step in cx.build.steps_of(Keyword::Run) {
        let Some(command) = cx.commands.of_step(step).first().filter(|first| first.name() == Some("chmod")) else {
            continue;
        };
        let Some(changed) = Changed::by(cx, command) else { continue };
        let Some((copies, edits)) = edits(cx, step, command, &changed) else { continue };
        sink.report(command.name_span(), "`COPY` could set this mode, without a step of its own")
            .related_all(copies.into_iter().map(|copy| (copy.instruction.keyword_span(), "brings it".to_owned())))
            .help("give the mode with `COPY --chmod`")
            .fix("let `COPY` set the mode", Effect::Content, edits);
    }
}

/// What a `chmod` without options does.
struct Changed<'b> {
    mode: &'b str,
    /// Absolute.
    paths: BTreeSet<String>,
}

impl<'b> Changed<'b> {
    fn by(cx: &Context<'b>, chmod: &Command<'b>) -> Option<Self> {
        let words: Vec<&str> = chmod.arguments().iter().map(|word| word.value).collect::<Option<_>>()?;
        let (mode, files) = words.split_first()?;
        let is_plain = |word: &&&str| !word.starts_with('-') && !word.contains(['*', '?', '[']);
        let paths: Option<BTreeSet<String>> =
            files.iter().filter(is_plain).map(|word| cx.build.path_of(chmod, word)).collect();
        let paths = paths.filter(|paths| paths.len() == files.len() && !paths.is_empty())?;
        Some(Self { mode, paths })
    }
}

/// The copies that brought the files, each with the flag, and the RUN without `chmod`. `None` where a file comes from
/// elsewhere, or with others.
fn edits<'b>(
    cx: &Context<'b>,
    run: &'b Step<'b>,
    chmod: &Command<'b>,
    changed: &Changed<'b>,
) -> Option<(Vec<&'b Step<'b>>, Vec<Edit>)> {
    let mut edits = vec![without_command(cx, run, chmod)?];
    let mut copies = Vec::new();
    let mut open = changed.paths.clone();
    let above = cx.build.stages.get(run.stage)?.steps.get(..run.index)?.iter().rev().take(MOST_STEPS);
    for step in above.take_while(|step| !matches!(step.instruction.keyword, Some(Keyword::Run | Keyword::Volume))) {
        let InstructionKind::Copy(transfer) = &step.instruction.kind else { continue };
        let files = files_of(cx, step, transfer, &open);
        if files.is_empty() {
            continue;
        }
        let modes: Option<BTreeSet<String>> =
            transfer.sources.iter().map(|source| new_mode(changed.mode, mode_of_file(cx, step, source)?)).collect();
        let modes = modes.filter(|modes| modes.len() == 1 && files.len() == transfer.sources.len())?;
        if step.instruction.flag("chmod").is_some() {
            return None;
        }
        open.retain(|path| !files.contains(path));
        edits.extend(
            modes.iter().map(|mode| Edit::insert(step.instruction.keyword_span().end, format!(" --chmod={mode}"))),
        );
        copies.push(step);
    }
    open.is_empty().then_some((copies, edits))
}

/// Those of the paths that the COPY fills.
fn files_of(cx: &Context<'_>, step: &Step<'_>, transfer: &Transfer, paths: &BTreeSet<String>) -> Vec<String> {
    let Some(copied) = cx.build.copied_to(step) else { return Vec::new() };
    let mut files: Vec<String> = copied.below.into_iter().filter(|file| paths.contains(file)).collect();
    // Else the destination is the file's own name.
    if let [_] = transfer.sources.as_slice()
        && files.is_empty()
        && !step.value(&transfer.destination).ends_with('/')
        && paths.contains(&copied.destination)
    {
        files.push(copied.destination);
    }
    files
}

/// The mode that a file has before `chmod`; `None` for what may be a folder.
fn mode_of_file(cx: &Context<'_>, step: &Step<'_>, source: &Word) -> Option<u32> {
    if step.instruction.heredoc_of(source).is_some() {
        return Some(PLAIN_MODE);
    }
    let path = step.certain_value(source)?;
    let context = cx.build_context.filter(|_| step.instruction.flag("from").is_none());
    match context.and_then(|context| context.entry(path)) {
        Some(entry) => (!entry.is_dir()).then_some(entry.mode),
        None => is_script(path).then_some(PLAIN_MODE),
    }
}

fn is_script(path: &str) -> bool {
    const ENDINGS: [&str; 7] = ["bash", "php", "pl", "py", "rb", "sh", "zsh"];
    path.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending)) && !path.contains(['*', '?', '['])
}

/// What `chmod` makes of a mode, in digits. `None` for what depends on more than the mode, and for what everybody may write
/// to, of which `security/world-writable` has to say more.
fn new_mode(written: &str, before: u32) -> Option<String> {
    let is_octal = matches!(written.len(), 3 | 4) && written.bytes().all(|byte| byte.is_ascii_digit());
    let mode = if is_octal { u32::from_str_radix(written, 8).ok()? } else { before | added(written)? };
    (mode & 0o002 == 0).then(|| format!("{mode:o}"))
}

/// The bits that `u+x`, `a+rx` or `+x` add.
fn added(written: &str) -> Option<u32> {
    let (who, what) = written.split_once('+')?;
    let bits = |letters: &str, known: &[(char, u32)]| -> Option<u32> {
        letters.chars().try_fold(0, |bits, letter| Some(bits | known.iter().find(|(it, _)| *it == letter)?.1))
    };
    // Without a letter for whom, the umask counts; it takes nothing from reading and executing.
    let who = if who.is_empty() { "a" } else { who };
    let who = bits(who, &[('u', 0o700), ('g', 0o070), ('o', 0o007), ('a', 0o777)])?;
    let what = bits(what, &[('r', 0o444), ('x', 0o111)])?;
    (what != 0).then_some(who & what)
}

/// The RUN without its first command, or no RUN.
fn without_command(cx: &Context<'_>, run: &Step<'_>, command: &Command<'_>) -> Option<Edit> {
    let [script] = cx.build.scripts(run) else { return None };
    let links = script.top_level_and_chain()?;
    let first = links.first()?.pipeline.span;
    let is_whole = script.source.to_file_cover(first) == command.span();
    if !is_whole || !run.instruction.flags.is_empty() || !run.instruction.heredocs.is_empty() {
        return None;
    }
    match links.get(1) {
        Some(next) => Some(Edit::delete(script.source.to_file_cover(Span::new(first.start, next.pipeline.span.start)))),
        None => cx.whole_paragraph(run.instruction).map(Edit::delete),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_copy_gives_the_mode() {
        fixes!("COPY a.sh /b/\nRUN chmod 755 /b/a.sh && c\n" => "COPY --chmod=755 a.sh /b/\nRUN c\n");
        fixes!("WORKDIR /w\nCOPY a.sh b.sh ./\nRUN chmod u+x a.sh ./b.sh\n" => "WORKDIR /w\nCOPY --chmod=744 a.sh b.sh ./\n");
        fixes!("COPY --chown=1 a.py /b\nRUN chmod 0500 /b\n" => "COPY --chmod=500 --chown=1 a.py /b\n");
        fixes!("COPY <<E /a\nb\nE\nRUN chmod a+rx /a\n" => "COPY --chmod=755 <<E /a\nb\nE\n");
    }

    #[test]
    fn several_copies_give_it_each() {
        fixes!(
            "COPY a.sh /\nCOPY b.conf /etc/\nCOPY c.sh /d.sh\nRUN chmod +x /a.sh /d.sh\n" =>
            "COPY --chmod=755 a.sh /\nCOPY b.conf /etc/\nCOPY --chmod=755 c.sh /d.sh\n"
        );
    }

    #[test]
    fn the_mode_in_the_build_context_counts() {
        fires!("# context: tool\nFROM a\nCOPY tool /usr/bin/\nRUN «chmod» +x /usr/bin/tool\n");
        silent!("# context: tool/x\nFROM a\nCOPY tool /usr/bin/tool\nRUN chmod +x /usr/bin/tool\n");
    }

    #[test]
    fn blank_lines_do_not_pile_up() {
        fixes!("COPY a.sh /\n\nRUN chmod +x /a.sh\n\nRUN b\n" => "COPY --chmod=755 a.sh /\n\nRUN b\n");
        silent!("COPY a.sh /\n# why\nRUN chmod +x /a.sh\n");
    }

    #[test]
    fn what_copy_cannot_say_is_left_to_chmod() {
        silent!("COPY a /a\nRUN chmod 755 /a\n");
        silent!("COPY a.sh b.sh /\nRUN chmod +x /a.sh\n");
        silent!("COPY a.sh /\nRUN chmod +x /a.sh /usr/bin/b\n");
        silent!("COPY a.sh /\nRUN chmod 777 /a.sh\n");
        silent!("COPY a.sh /\nRUN chmod -x /a.sh\n");
        silent!("COPY a.sh /\nRUN chmod -R 755 /a.sh\n");
        silent!("COPY a.sh /\nRUN chmod +x /*.sh\n");
        silent!("COPY a.sh /\nRUN b\nRUN chmod +x /a.sh\n");
        silent!("COPY a.sh /\nRUN chmod +x /a.sh; b\n");
        silent!("COPY --chmod=600 a.sh /\nRUN chmod +x /a.sh\n");
        silent!("ADD a.sh /\nRUN chmod +x /a.sh\n");
    }
}
