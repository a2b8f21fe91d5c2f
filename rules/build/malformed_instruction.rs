//! Arguments that the instruction does not take.
//!
//! ## Why
//! BuildKit refuses the whole file: an instruction has too few arguments or too many, a flag stands twice or lacks its
//! value, a JSON array holds something else than strings, or one pair among several has no `=`.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ENV LANG=C.UTF-8 TZ
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ENV LANG=C.UTF-8 TZ=UTC
//! ```
//!
//! ## Fix
//! None: what is missing cannot be guessed.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/instructions/parse.go` and `frontend/dockerfile/parser/line_parsers.go`; hadolint
//! DL3043 for instructions that ONBUILD may not carry.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{Keyword, ProblemKind};

pub const META: Meta = Meta {
    name: "build/malformed-instruction",
    severity: Severity::Error,
    aliases: &["DL3043"],
    is_refusal: true,
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.file.problems {
        let Some(advice) = advice(&problem.kind) else { continue };
        sink.report(problem.span, problem.kind.to_string()).help(advice);
    }
}

/// What to do; `None` for the problems that have a rule of their own.
fn advice(problem: &ProblemKind) -> Option<String> {
    Some(match problem {
        ProblemKind::LineTooLong => "break the line with a continuation, or move the data to a file".to_owned(),
        ProblemKind::RepeatedFlag { name } => format!("keep one `--{name}`"),
        ProblemKind::FlagWithoutValue { name } => format!("write `--{name}=VALUE`"),
        ProblemKind::InvalidFlagValue { expected, .. } => format!("give it {expected}"),
        ProblemKind::WrongArguments { keyword, .. } => usage(*keyword).to_owned(),
        ProblemKind::JsonNotStrings => "put the element in double quotes".to_owned(),
        ProblemKind::PairWithoutEquals { word, .. } => {
            format!("write `{word}=VALUE`, or quote the value that this word belongs to")
        }
        ProblemKind::EmptyName { .. } => "put the name before the `=`, without blanks around it".to_owned(),
        ProblemKind::ForbiddenInOnbuild { keyword } => match keyword {
            Keyword::Onbuild => "write ONBUILD once".to_owned(),
            _ => format!("move {keyword} to the file that builds on this image"),
        },
        ProblemKind::UnknownHealthcheckType { .. } => "put `CMD` before the command".to_owned(),
        ProblemKind::ShellNotJson => "write it as `SHELL [\"/bin/bash\", \"-c\"]`".to_owned(),
        ProblemKind::NoInstructions
        | ProblemKind::UnknownInstruction { .. }
        | ProblemKind::UnknownFlag { .. }
        | ProblemKind::UnterminatedHeredoc { .. }
        | ProblemKind::InvalidEscape { .. }
        | ProblemKind::RepeatedDirective { .. } => return None,
    })
}

/// How the instruction is written.
fn usage(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Add | Keyword::Copy => "write it as `COPY SOURCE... DESTINATION`",
        Keyword::Arg => "write it as `ARG NAME` or `ARG NAME=DEFAULT`",
        Keyword::Env => "write it as `ENV NAME=VALUE`",
        Keyword::Label => "write it as `LABEL NAME=VALUE`",
        Keyword::From => "write it as `FROM IMAGE` or `FROM IMAGE AS NAME`",
        Keyword::Healthcheck => "write it as `HEALTHCHECK CMD COMMAND` or `HEALTHCHECK NONE`",
        Keyword::Expose => "write it as `EXPOSE 8080`",
        Keyword::Shell => "write it as `SHELL [\"/bin/bash\", \"-c\"]`",
        Keyword::Stopsignal => "write it as `STOPSIGNAL SIGTERM`",
        Keyword::User => "write it as `USER NAME`",
        Keyword::Volume => "write it as `VOLUME /PATH`",
        Keyword::Workdir => "write it as `WORKDIR /PATH`",
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Maintainer | Keyword::Onbuild | Keyword::Run => {
            "add the argument, or take the instruction out"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn every_kind_of_malformed_arguments_is_reported() {
        for text in [
            "«COPY» a\n",
            "«EXPOSE»\n",
            "ENV «a»\n",
            "LABEL a=b «c»\n",
            "ENV «=b»\n",
            "COPY --from=a «--from=b» c d\n",
            "COPY «--chown» a b\n",
            "ADD «--link=maybe» a b\n",
            "CMD [\"a\", «1»]\n",
            "ONBUILD «FROM» a\n",
            "SHELL «bash -c»\n",
            "HEALTHCHECK «curl» a\n",
            "HEALTHCHECK --interval=«5» CMD a\n",
        ] {
            fires!(text);
        }
    }

    #[test]
    fn problems_with_a_rule_of_their_own_are_left_to_it() {
        silent!("FORM a\nRUN --nope b\nRUN <<EOF\n");
    }
}
