//! Several files are copied to a destination that does not end in a slash.
//!
//! ## Why
//! Where the destination does not exist, BuildKit takes its name for that of a file: the first source becomes the file,
//! and each further one overwrites it. The build goes through, and the image holds the last source under the name of
//! the folder. The classic builder refuses such a line. With a slash at its end, the destination is a folder for both.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY server.crt server.key /etc/service
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY server.crt server.key /etc/service/
//! ```
//!
//! ## Fix
//! Puts the slash behind the destination. *Content*: where the folder was missing, the image now holds all files in it.
//! Holds back where the destination is quoted or an array's.
//!
//! ## Sources
//! moby/buildkit#1853; hadolint DL3021; Trivy DS-0011; KICS; Docker's reference, COPY: "must be a directory".

use crate::edit::{Edit, Effect};
use crate::ir::{Step, clean_path};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Transfer;

pub const META: Meta = Meta {
    name: "build/copy-destination-without-slash",
    effect: Some(Effect::Content),
    aliases: &["DL3021", "DS-0011", "KICS-6db6e0c2"],
    ..Meta::on_by_default()
};

/// Folders that images have, as good as all of them.
const USUAL_FOLDERS: [&str; 24] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/sbin",
    "/usr/share",
    "/var",
];

/// Stages with more steps than this are not judged.
const MOST_STEPS: usize = 2000;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (step, transfer) in cx.transfers() {
        let Some(destination) = step.certain_value(&transfer.destination) else { continue };
        let is_folder =
            destination.ends_with(['/', '\\']) || matches!(destination, "" | "." | "..") || destination.ends_with("/.");
        if transfer.sources.len() < 2
            || is_folder
            || cx.build.stage_of(step).is_windows
            || !starts_with_files(step, transfer)
        {
            continue;
        }
        if is_broken_array(transfer) || exists(cx, step, destination) {
            continue;
        }
        let word = &transfer.destination;
        let report = sink
            .report(word.span(), format!("each of {} sources overwrites `{destination}`", transfer.sources.len()))
            .note("BuildKit takes a destination that does not exist and has no slash at its end for a file.")
            .help(format!("write `{destination}/`"));
        if !transfer.json && word.is_contiguous() && word.text() == destination {
            let edits = vec![Edit::insert(word.span().end, "/")];
            report.fix(format!("write `{destination}/`"), Effect::Content, edits);
        }
    }
}

/// Whether the arguments were meant as a JSON array, so that the brackets are words or parts of them.
fn is_broken_array(transfer: &Transfer) -> bool {
    !transfer.json && transfer.sources.first().is_some_and(|first| first.text().starts_with('['))
}

/// Whether the first two sources look like files: a folder that comes first makes the destination one.
fn starts_with_files(step: &Step<'_>, transfer: &Transfer) -> bool {
    transfer.sources.iter().take(2).all(|source| {
        let path = step.certain_value(source).unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let has_extension =
            name.rsplit_once('.').is_some_and(|(front, extension)| !front.is_empty() && !extension.is_empty());
        let is_script_of_heredoc = step.instruction.heredoc_of(source).is_some();
        (has_extension && !name.ends_with(".d")) || is_script_of_heredoc
    })
}

/// Whether the destination is, or may well be, there already: a working directory, the folder above one, what an earlier
/// step has named, or a folder that images have. What an unknown base image holds nobody can say; a path that it is likely
/// to have made is left alone.
fn exists(cx: &Context<'_>, step: &Step<'_>, destination: &str) -> bool {
    let workdir = step.state.workdir.as_ref().map_or("/", |workdir| workdir.value.as_str());
    let path = if destination.starts_with('/') { destination.to_owned() } else { format!("{workdir}/{destination}") };
    let path = clean_path(&path);
    let holds =
        |below: &str| below.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if USUAL_FOLDERS.contains(&path.as_str()) || holds(&clean_path(workdir)) {
        return true;
    }
    // With so many steps, one of them may well have made the folder; asking each for each COPY would take for ever.
    if cx.build.stage_of(step).steps.len() > MOST_STEPS {
        return true;
    }
    let is_earlier = |other: &Step<'_>| other.stage != step.stage || other.index < step.index;
    let name = path.rsplit('/').next().unwrap_or_default();
    cx.build.inherited_steps(step.stage).into_iter().filter(|other| is_earlier(other)).any(|other| {
        let workdir = other.state.workdir.as_ref().is_some_and(|workdir| holds(&clean_path(&workdir.value)));
        // Whatever names the folder may have made it: `mkdir`, `useradd --home`, `git clone`, another COPY.
        workdir || other.instruction.arguments.text().contains(name)
    }) || !cx.build.stands_on_plain_image(step.stage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_destination_is_reported_and_gets_its_slash() {
        fires!("COPY a.py b.py «/app»\n");
        fixes!("COPY --chown=1:1 a.py \\\n  b.py app\n" => "COPY --chown=1:1 a.py \\\n  b.py app/\n");
        fires!("COPY [\"a.py\", \"b.py\", \"«/app»\"]\n");
    }

    #[test]
    fn a_folder_that_is_there_takes_all_files() {
        silent!("WORKDIR /app\nCOPY a.py b.py /app\n");
        silent!("RUN mkdir -p /app\nCOPY a.py b.py /app\n");
        silent!("COPY a.py b.py .\nCOPY a.py b.py /usr/local/bin\n");
        silent!("FROM example.com/own:1\nCOPY a.py b.py /app\n");
    }

    #[test]
    fn folders_make_the_destination_a_folder() {
        silent!("COPY lib/ app.py /app\nCOPY src test /app\n");
    }

    #[test]
    fn an_array_that_lost_a_comma_is_another_matter() {
        silent!("COPY [\"a.py\" \"b.py\", \"/app\"]\n");
    }

    #[test]
    fn one_source_may_be_renamed() {
        silent!("COPY a.py /app\n");
    }
}
