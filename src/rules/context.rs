//! What a rule sees.

use crate::context::BuildContext;
use crate::edit::Edit;
use crate::finding::Weight;
use crate::finding::suppression::{Malformed, Unused};
use crate::ir::{Build, Command, Commands, Process, Stage, Step};
use crate::knowledge::images::Known;
use crate::source::{SourceFile, Span};
use crate::syntax::{Dockerfile, Instruction, InstructionKind, Keyword, TokenKind};

use super::Options;

/// One file with all that is known about it. Rules only ask.
pub struct Context<'a> {
    /// The syntax tree.
    pub file: &'a Dockerfile,
    /// What BuildKit makes of it.
    pub build: &'a Build<'a>,
    /// Every command that a RUN, CMD, ENTRYPOINT or HEALTHCHECK may run.
    pub commands: &'a Commands<'a>,
    /// The files that COPY can reach; `None` where they are not known, as on standard input.
    pub build_context: Option<&'a BuildContext>,
    /// What the user has set.
    pub options: &'a Options,
    /// How the comments that keep findings away have fared; `None` until all other rules have run.
    pub suppressions: Option<&'a JudgedSuppressions<'a>>,
}

/// The comments that keep findings away, once it is known what they were of use for.
#[derive(Debug)]
pub struct JudgedSuppressions<'a> {
    /// Codes that kept no finding away though their rules have run.
    pub unused: Vec<Unused<'a>>,
    /// Comments that were not understood.
    pub malformed: &'a [Malformed],
    /// Codes in dfx's own comments that name nothing.
    pub unknown: Vec<UnknownSuppression>,
}

/// A code that names nothing.
#[derive(Debug)]
pub struct UnknownSuppression {
    /// The code.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
    /// What was most likely meant.
    pub help: String,
}

impl<'a> Context<'a> {
    /// The text with its lines.
    pub fn source(&self) -> &'a SourceFile {
        &self.file.source
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &'a str {
        self.file.source.slice(span)
    }

    /// The steps with the keyword, in all stages.
    pub fn steps_of(&self, keyword: Keyword) -> impl Iterator<Item = &'a Step<'a>> {
        self.build.steps_of(keyword)
    }

    /// The stages that the last one needs, itself included: what BuildKit builds without `--target`.
    pub fn reachable_stages(&self) -> impl Iterator<Item = &'a Stage<'a>> {
        self.build.stages.iter().filter(|stage| stage.is_reachable)
    }

    /// The stage that becomes the image without `--target`.
    pub fn final_stage(&self) -> Option<&'a Stage<'a>> {
        self.build.target()
    }

    /// Whether the step shapes the final image: it is in the last stage, or in a stage that the last one is built
    /// FROM. What other stages do ends with them, but for the files that are copied.
    pub fn shapes_final_image(&self, step: &Step<'_>) -> bool {
        self.ends_in_final_image(step.stage)
    }

    /// Whether the stage with this number is the last one, or one that the last one is built FROM.
    pub fn ends_in_final_image(&self, stage: usize) -> bool {
        self.final_stage().is_some_and(|last| self.build.lineage(last.index).any(|below| below.index == stage))
    }

    /// What the container of the final image runs; nothing on Windows, whose commands are other ones.
    pub fn process(&self) -> Process<'a> {
        match self.final_stage() {
            Some(last) if !last.is_windows => self.build.process(last.index),
            _ => Process::default(),
        }
    }

    /// The commands that the container of the final image starts with.
    pub fn process_commands(&self) -> impl Iterator<Item = &'a Command<'a>> {
        self.process().commands(self.commands)
    }

    /// Whether the program of the final image is likely to give up root by itself: its command names `gosu` and the
    /// like or a server that changes its user, it starts with a script that may, or its image is made so.
    pub fn drops_privileges(&self) -> bool {
        let Some(last) = self.final_stage() else { return false };
        let base_name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
        let mut words = Vec::new();
        for step in self.process().steps() {
            let text = self.text(step.instruction.arguments.span());
            let parts = text.split(|c: char| c.is_whitespace() || "\"',[];&|".contains(c));
            words.extend(parts.filter(|part| !part.is_empty()).map(base_name));
        }
        let starts_script =
            |word: &String| word.ends_with(".sh") || word.contains("entrypoint") || word.contains("init");
        let installs_helper =
            self.commands.of_build().filter(|command| command.step.stage == last.index).any(|command| {
                command.words.iter().filter_map(|word| word.value).any(|word| matches!(word, "gosu" | "su-exec"))
            });
        words.iter().any(|word| DROPPING.contains(&word.as_str()) || starts_script(word) || word.starts_with("php-fpm"))
            || self.tells_user(last.index, &words)
            || installs_helper
            || !self.build.stands_on_plain_image(last.index) && self.process().entrypoint.is_none() && {
                let image = self.build.image_configuration(last.index);
                image.is_some_and(|image| {
                    // A script that starts as another user than root has nothing to give up.
                    matches!(image.user, Known::Is("root" | "0"))
                        && image.entrypoint.value().is_some_and(|words| !words.is_empty())
                })
            }
    }

    /// Whether an option tells the program which user to become: `-u www-data`.
    fn tells_user(&self, stage: usize, words: &[String]) -> bool {
        const OPTIONS: &[&str] = &["-u", "--user", "--uid", "--setuid"];
        let users = self.commands.users(self.build, stage);
        let is_user = |word: &str| {
            matches!(word, "www-data" | "nobody" | "daemon") || users.created.iter().any(|user| user.name == Some(word))
        };
        let in_two = words.windows(2).any(|pair| OPTIONS.contains(&pair[0].as_str()) && is_user(&pair[1]));
        let in_one = |word: &String| {
            word.split_once('=').is_some_and(|(option, user)| OPTIONS.contains(&option) && is_user(user))
        };
        in_two || words.iter().any(in_one)
    }

    /// Whether the file's or the final stage's name says that the image is for development or tests.
    pub fn is_meant_for_development(&self) -> bool {
        const WORDS: &[&str] = &[
            "dev",
            "devcontainer",
            "devel",
            "develop",
            "development",
            "local",
            "test",
            "tests",
            "debug",
            "demo",
            "ci",
        ];
        let says_so = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
        };
        says_so(self.source().name())
            || self.final_stage().and_then(|stage| stage.name()).is_some_and(|name| says_so(&name))
    }

    /// The lines of an instruction with the end of the last one, to be taken out; `None` where a comment would be lost.
    pub fn whole_lines(&self, instruction: &Instruction) -> Option<Span> {
        let has_comment = instruction.tokens().iter().any(|token| token.kind == TokenKind::Comment);
        let first = self.source().line_span(instruction.first_line);
        let last = self.source().line_span(instruction.last_line);
        (!has_comment).then(|| first.cover(last))
    }

    /// As [`whole_lines`](Self::whole_lines), with the blank line above where one follows, too. `None` where a comment stands
    /// right above, which would then speak of something else.
    pub fn whole_paragraph(&self, instruction: &Instruction) -> Option<Span> {
        let lines = self.whole_lines(instruction)?;
        let is_blank = |line: usize| self.source().line_text(line).trim().is_empty();
        let Some(above) = instruction.first_line.checked_sub(1).filter(|line| *line > 0) else { return Some(lines) };
        if self.source().line_text(above).trim_start().starts_with('#') {
            return None;
        }
        let below = instruction.last_line + 1;
        let is_apart = is_blank(above) && (below > self.source().line_count() || is_blank(below));
        Some(if is_apart { self.source().line_span(above).cover(lines) } else { lines })
    }

    /// Puts `line` before an instruction, as a line of its own with the same indentation and line end.
    pub fn line_before(&self, instruction: &Instruction, line: &str) -> Edit {
        let start = instruction.span.start;
        let line_ending = self.source().line_ending(instruction.first_line);
        Edit::insert(start, format!("{line}{line_ending}{}", self.indentation(start)))
    }

    /// How much advice on base images weighs: little where nothing is built on them, as in a fixture of a test.
    pub fn weight_of_base_images(&self) -> Weight {
        let makes_layers =
            |step: &&Step<'_>| matches!(step.instruction.keyword, Some(Keyword::Run | Keyword::Copy | Keyword::Add));
        if self.build.steps().any(|step| makes_layers(&step)) { Weight::Ordinary } else { Weight::Minor }
    }

    /// The text before the byte at `offset` in its line: the blanks before an instruction.
    pub fn indentation(&self, offset: usize) -> &'a str {
        let line = self.source().line_span(self.source().line_at(offset));
        self.text(Span::new(line.start, offset))
    }

    /// COPY and ADD steps with their arguments, in all stages.
    pub fn transfers(&self) -> impl Iterator<Item = (&'a Step<'a>, &'a crate::syntax::Transfer)> {
        self.build.steps().filter_map(|step| match &step.instruction.kind {
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => Some((step, transfer)),
            _ => None,
        })
    }
}

/// Programs that start as root and run their work as another user, or start programs that do.
#[rustfmt::skip]
const DROPPING: &[&str] = &[
    "apache2-foreground", "apache2ctl", "apachectl", "capsh", "chpst", "chronyd", "cron", "crond", "dockerd",
    "dovecot", "gosu", "haproxy", "httpd", "httpd-foreground", "inetd", "init", "my_init", "mysqld", "mysqld_safe",
    "named", "nginx", "php-fpm", "postfix", "runsvdir", "runuser", "s6-setuidgid", "s6-svscan", "setpriv",
    "setuidgid", "squid", "sshd", "su", "su-exec", "sudo", "supervisord", "systemd", "unbound", "varnishd",
    "xinetd",
];
