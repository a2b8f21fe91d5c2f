//! A RUN installs packages of the distribution, and then does what will change more often.
//!
//! ## Why
//! BuildKit keeps a RUN or runs all of it again. `apt-get install` takes long and hardly ever changes; in one RUN with a
//! program that is compiled from the project's files, it is repeated after every edit of a file. In a RUN of its own, above
//! the COPY, it comes out of the cache. The same goes for a RUN that downloads a certain version of something: every new
//! version installs all packages again.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.13-slim
//! WORKDIR /app
//! COPY . .
//! RUN apt-get update && apt-get install -y --no-install-recommends gcc && pip install . && rm -rf /var/lib/apt/lists/*
//! CMD ["python", "main.py"]
//! ```
//! ```dockerfile,good
//! FROM python:3.13-slim
//! WORKDIR /app
//! COPY . .
//! RUN apt-get update && apt-get install -y --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*
//! RUN pip install .
//! CMD ["python", "main.py"]
//! ```
//!
//! Silent where the commands behind remove packages or files of the system, because the layer of the packages alone would
//! keep them, and where they go on with packages. A RUN that downloads something, with no copied files above it, is left
//! to `--profile strict`, and its fix to those who select the rule by name: it is a matter of how often the download is
//! changed.
//!
//! ## Fix
//! Cuts the RUN in two, with the same flags and the same `set`: at an `&&`, or at a `;` where `set -e` is in force, and the
//! command before it is one whose failure ends the RUN. *Equivalent*; *debris* where a clean-up or a cache mount of
//! the package manager is for the first half alone, whose layer would keep what is removed. `cache/packages-after-sources`
//! then puts the first half above the COPY. The rest of the stage is built anew once.
//!
//! ## Sources
//! Docker's documentation, "Optimize cache usage in builds: order your layers"; BuildKit, `solver/llbsolver/ops/exec.go`, for
//! what enters a cache key.

use crate::edit::Effect;
use crate::finding::{Severity, Weight};
use crate::ir::{ContextCopy, Stage, Step};
use crate::rewrite::{PackagesFirst, SplitRefusal};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "cache/packages-in-volatile-run",
    severity: Severity::Info,
    effect: Some(Effect::Debris),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages().filter(|stage| !stage.is_windows) {
        for step in stage.steps.iter().filter(|step| step.instruction.keyword == Some(Keyword::Run)) {
            if let Some(run) = PackagesFirst::of(cx.build, cx.commands, step) {
                report(cx, sink, stage, step, &run);
            }
        }
    }
}

fn report<'a>(cx: &Context<'a>, sink: &mut Sink<'_>, stage: &'a Stage<'a>, step: &Step<'_>, run: &PackagesFirst<'a>) {
    let installs = run.packages.iter().find(|it| it.manager.as_ref().is_some_and(|it| it.installs()));
    let (Some(install), Some(other)) = (installs, run.others.first()) else { return };
    let copy = copy_before(cx, stage, step, run);
    if copy.is_none() && !run.others.iter().any(|it| it.download().is_some()) {
        return;
    }
    let split = run.split(cx.build, cx.commands);
    if matches!(split, Err(SplitRefusal::Removes(_) | SplitRefusal::Installs(_))) {
        return;
    }
    let words = cx.text(install.name_span().cover(install.verb_span()));
    let cause = match &copy {
        Some(_) => "change of what is copied above",
        None => "change of the commands behind it",
    };
    let is_download_alone = copy.is_none();
    let mut report = sink
        .report(install.verb_span(), format!("every {cause} makes `{words}` run again"))
        .related(other.name_span(), "is in the same RUN")
        .help("give the packages a RUN of their own")
        .weight(if is_download_alone { Weight::Minor } else { Weight::Ordinary });
    if let Some(copy) = copy {
        report = report.related(copy.source.span(), "the packages need nothing of it");
    }
    let title = "give the packages a RUN of their own";
    match split {
        Ok((edits, is_debris)) => {
            let effect = if is_debris { Effect::Debris } else { Effect::Equivalent };
            if is_download_alone { report.suggest(title, effect, edits) } else { report.fix(title, effect, edits) }
        }
        Err(refusal) => report.no_fix(refusal),
    };
}

/// The last COPY from the context before the RUN that its packages do not see and above which they could be installed.
fn copy_before<'a>(
    cx: &Context<'a>,
    stage: &'a Stage<'a>,
    step: &Step<'_>,
    run: &PackagesFirst<'a>,
) -> Option<ContextCopy<'a>> {
    let packages = cx.build.footprint_of(step, run.packages.iter().copied());
    let footprint = |step: &Step<'_>| cx.build.footprint(cx.commands, step);
    let before = stage.steps.iter().take(step.index).rev();
    let mut unseen = before.take_while(|step| !footprint(step).meets(&packages));
    let copy = unseen.find_map(|step| cx.build.context_copies(step).into_iter().next())?;
    // They run in the working directory, which may have to be made behind the COPY.
    let between = stage.steps.iter().take(step.index).skip(copy.step.index + 1);
    let mut directories = between.filter(|step| step.instruction.keyword == Some(Keyword::Workdir));
    (!directories.any(|directory| footprint(directory).meets(&footprint(copy.step)))).then_some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    const COPY: &str = "FROM debian:13\nWORKDIR /app\nCOPY . .\n";

    #[test]
    fn packages_beside_the_project_get_a_run_of_their_own() {
        fires!(&format!("{COPY}RUN apt-get update && apt-get «install» -y gcc && make\n"));
        fixes!(
            &format!("{COPY}RUN apk add gcc && make\n") => &format!("{COPY}RUN apk add gcc\nRUN make\n")
        );
    }

    #[test]
    fn a_clean_up_goes_with_the_packages() {
        fixes!(
            &format!("{COPY}RUN set -ex \\\n    && apt-get update \\\n    && apt-get install -y gcc \\\n    # now\n    && make \\\n    && rm -rf /var/lib/apt/lists/* /tmp/*\n") =>
            &format!("{COPY}RUN set -ex \\\n    && apt-get update \\\n    && apt-get install -y gcc \\\n    && rm -rf /var/lib/apt/lists/*\n# now\nRUN set -ex \\\n    && make \\\n    && rm -rf /tmp/*\n")
        );
    }

    #[test]
    fn a_list_is_cut_where_set_e_stops_it() {
        fixes!(
            &format!("{COPY}RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y gcc; \\\n    # now\n    make; \\\n    rm -rf /var/lib/apt/lists/*\n") =>
            &format!("{COPY}RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y gcc; \\\n    rm -rf /var/lib/apt/lists/*\n# now\nRUN set -eux; \\\n    make\n")
        );
        fixes!(
            &format!("{COPY}RUN set -eu -o pipefail; apk add gcc; ./a | b; if c; then d; fi;\n") =>
            &format!("{COPY}RUN set -eu -o pipefail; apk add gcc\nRUN set -eu -o pipefail; ./a | b; if c; then d; fi;\n")
        );
        fixes!(
            &format!("{COPY}RUN set -x; apk add gcc && make && rm -rf /var/cache/apk/*\n") =>
            &format!("{COPY}RUN set -x; apk add gcc && rm -rf /var/cache/apk/*\nRUN set -x; make\n")
        );
        fixes!(
            &format!("{COPY}SHELL [\"/bin/bash\", \"-ec\"]\nRUN apk add gcc; make\n") =>
            &format!("{COPY}SHELL [\"/bin/bash\", \"-ec\"]\nRUN apk add gcc\nRUN make\n")
        );
    }

    #[test]
    fn a_list_stays_where_a_failed_installation_may_be_passed_over() {
        silent!(&format!("{COPY}RUN apk add gcc; make\n"));
        silent!(&format!("{COPY}RUN set -x; apk add gcc; make\n"));
        silent!(&format!("{COPY}RUN set -e; set +e; apk add gcc; make\n"));
        silent!(&format!("{COPY}RUN set -e; apt-get update && apt-get install -y gcc; make\n"));
        silent!(&format!("{COPY}RUN set -e; apk add gcc || true; make\n"));
        silent!(&format!("{COPY}RUN set -e; (apk add gcc); make\n"));
    }

    #[test]
    fn cache_mounts_are_for_the_halves_that_use_them() {
        let mount = "--mount=type=cache,target=/c";
        fixes!(
            &format!("{COPY}RUN {mount} apk add gcc && make\n") =>
            &format!("{COPY}RUN {mount} apk add gcc\nRUN {mount} make\n")
        );
        let pip = "--mount=type=cache,target=/root/.cache/pip";
        fixes!(
            &format!("{COPY}RUN {pip} \\\n    {mount} \\\n    apk add gcc && pip install .\n") =>
            &format!("{COPY}RUN {mount} \\\n    apk add gcc\nRUN {pip} {mount} pip install .\n")
        );
        let lists = "--mount=type=cache,target=/var/lib/apt/lists";
        fixes!(
            &format!("{COPY}RUN {lists} {mount} apt-get update && apt-get install -y gcc && make\n") =>
            &format!("{COPY}RUN {lists} {mount} apt-get update && apt-get install -y gcc\nRUN {mount} make\n")
        );
        let found = findings(&META, check, &format!("{COPY}RUN --network=host apk add gcc && make\n"));
        assert!(found[0].fix.is_none() && !found[0].notes.is_empty());
    }

    #[test]
    fn a_comment_between_the_flags_keeps_no_mount_in_the_wrong_half() {
        let (npm, mount) = ("--mount=type=cache,target=/root/.npm", "--mount=type=cache,target=/c");
        fixes!(
            &format!("{COPY}RUN {npm} \\\n    # why\n    {mount} \\\n    apk add gcc && npm ci\n") =>
            &format!("{COPY}RUN \\\n    # why\n    {mount} \\\n    apk add gcc\nRUN {npm} {mount} npm ci\n")
        );
        fixes!(
            &format!("{COPY}RUN {mount} \\\n    {npm} \\\n    # why\n    apk add gcc && npm ci\n") =>
            &format!("{COPY}RUN {mount} \\\n    # why\n    apk add gcc\nRUN {mount} {npm} npm ci\n")
        );
    }

    #[test]
    fn what_is_removed_again_stays_in_one_layer() {
        silent!(&format!("{COPY}RUN apk add gcc && make && apk del gcc\n"));
        silent!(&format!("{COPY}RUN apk add gcc && make && rm -rf /usr/lib/gcc\n"));
        silent!(&format!("{COPY}RUN apk add gcc && make && rm -rf $X\n"));
        silent!(&format!("{COPY}RUN apt-get update && make && apt-get install -y gcc\n"));
        fires!(&format!("{COPY}RUN apk «add» gcc && make && rm -rf /tmp/x build *.o\n"));
    }

    #[test]
    fn a_download_is_a_minor_matter() {
        let weight =
            |text: &str| findings(&META, check, &format!("FROM a\n{text}")).first().map(|finding| finding.weight);
        assert_eq!(weight("RUN apk add git && git clone https://example.com/a\n"), Some(Weight::Minor));
        assert_eq!(weight("RUN apk add git && useradd a\n"), None);
        assert_eq!(weight("COPY . /app\nWORKDIR /app\nRUN apk add git && make\n"), None);
        assert_eq!(weight("COPY a.list /etc/apt/\nRUN apt-get update && apt-get install -y a && make\n"), None);
    }
}
