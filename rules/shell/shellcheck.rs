//! What a linter of shell scripts finds in the scripts of a Dockerfile, under ShellCheck's codes.
//!
//! ## Why
//! A RUN is a shell script. `[ -n $x ]` is always true, `2>&1 >file` leaves the errors on the terminal, and `[[` is no
//! command in Debian's `sh`: the build goes on and does something else than was meant.
//!
//! RUN, CMD, ENTRYPOINT and HEALTHCHECK in shell form, heredocs and `sh -c` are looked at in the language of the shell
//! that runs them: that of SHELL, of `#!`, or what `sh` is in the base image. The variables of ENV and ARG are known. What
//! is likely a bug is part of the default profile; what is a matter of taste, or sound as long as no value holds a blank
//! (`SC2086`, `SC2046`), is told with `--profile strict`, or by selecting the code. Silent where the value is known to be
//! one word, or a list that is meant to be split.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN if [[ -f /etc/motd ]]; then rm /etc/motd; fi
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN if [ -f /etc/motd ]; then rm /etc/motd; fi
//! ```
//!
//! ## Fix
//! None. Quotes around `$FLAGS` would change a command that wants several words of it.
//!
//! ## Sources
//! The linter is `shuck-linter`; the codes are those of ShellCheck, and `docs/shell.md` tells how well the two agree.

use crate::finding::{Severity, Weight};
use crate::ir::Step;
use crate::rules::{Context, Linter, Meta, Sink};
use crate::shell::{Dialect, Remark, Script, UNLISTED, Worth};

pub const META: Meta = Meta {
    name: "shell/shellcheck",
    aliases: &[
        "SC1001", "SC1003", "SC1007", "SC1010", "SC1075", "SC2003", "SC2004", "SC2005", "SC2006", "SC2010", "SC2011",
        "SC2016", "SC2018", "SC2019", "SC2026", "SC2027", "SC2028", "SC2034", "SC2035", "SC2038", "SC2043", "SC2044",
        "SC2045", "SC2046", "SC2050", "SC2059", "SC2061", "SC2067", "SC2069", "SC2070", "SC2086", "SC2089", "SC2090",
        "SC2091", "SC2094", "SC2097", "SC2098", "SC2115", "SC2116", "SC2129", "SC2140", "SC2144", "SC2145", "SC2153",
        "SC2154", "SC2155", "SC2156", "SC2157", "SC2162", "SC2163", "SC2164", "SC2166", "SC2174", "SC2185", "SC2196",
        "SC2211", "SC2231", "SC2233", "SC2261", "SC2267", "SC2268", "SC2291", "SC3003", "SC3009", "SC3010", "SC3014",
        "SC3020", "SC3026", "SC3028", "SC3037", "SC3040", "SC3043", "SC3044", "SC3045", "SC3046", "SC3053", "SC3057",
        "SC3060",
    ],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let visible = cx.build.visible(step);
        let (variables, value) = (visible.names(), |name: &str| visible.variable(name)?.value.clone());
        for script in scripts(cx, step) {
            let remarks = match &cx.options.script_linter {
                Linter::BuiltIn => script.without_idioms(script.remarks(&variables), &value),
                Linter::Off => Vec::new(),
                Linter::Other(linter) => linter.remarks(script, &variables),
            };
            remarks.into_iter().for_each(|remark| report(script, remark, sink));
        }
    }
}

/// The scripts of a step, and those in the `-c` arguments of shells in them.
fn scripts<'c>(cx: &'c Context<'_>, step: &'c Step<'_>) -> Vec<&'c Script> {
    let mut scripts: Vec<&Script> = cx.build.scripts(step).iter().collect();
    for command in cx.commands.of_step(step).iter().filter_map(|command| command.invoked.as_ref()) {
        if !scripts.iter().any(|script| std::ptr::eq(*script, command.script)) {
            scripts.push(command.script);
        }
    }
    scripts
}

fn report(script: &Script, remark: Remark, sink: &mut Sink<'_>) {
    // What an unknown image calls `sh` may be Bash.
    let is_certain = script.source.dialect() != Dialect::Sh;
    let (severity, weight) = match remark.code.worth {
        Worth::Bug => (Severity::Warning, Weight::Ordinary),
        Worth::Dialect if is_certain => (Severity::Warning, Weight::Ordinary),
        Worth::Dialect => (Severity::Warning, Weight::Minor),
        Worth::Taste => (Severity::Info, Weight::Minor),
    };
    let codes: &[&str] = if remark.code == &UNLISTED { &[] } else { &[remark.code.name] };
    sink.report(script.source.to_file_cover(remark.span), remark.message)
        .help(remark.code.help)
        .aliases(codes)
        .severity(severity)
        .weight(weight);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;
    use crate::shell::Code;

    #[test]
    fn all_findings_of_a_script_are_told_each_at_its_place() {
        fires!("FROM debian:13\nRUN [ -n ««$x»» ] && a > b «2>&1» > c\n");
    }

    #[test]
    fn a_value_that_quotes_would_not_change_needs_none() {
        silent!("FROM debian:13\nENV V=1.2 FLAGS=\"-a -b\"\nRUN curl -O https://a/$V.tar && make -j$(nproc) $FLAGS\n");
        fires!("FROM debian:13\nRUN read -r V; curl -O https://a/«$V».tar\n");
    }

    #[test]
    fn powershell_that_a_comment_names_is_no_sh() {
        silent!("FROM example.com/a\n# hadolint shell=powershell\nRUN echo $null >> C:/a\n");
        assert!(!findings(&META, check, "FROM example.com/a\nRUN echo $null >> C:/a\n").is_empty());
    }

    #[test]
    fn every_code_is_one_that_is_looked_for() {
        for alias in META.aliases {
            let number = alias[2..].parse().expect("a number");
            assert_eq!(Code::numbered(number).name, *alias);
        }
    }

    #[test]
    fn the_shell_in_force_decides() {
        fires!("FROM debian:13\nRUN «[[ -f a ]]»\n");
        silent!("FROM debian:13\nSHELL [\"/bin/bash\", \"-c\"]\nRUN [[ -f a ]]\n");
        silent!("FROM alpine:3.22\nRUN [[ -f a ]]\n");
    }

    #[test]
    fn scripts_of_other_instructions_and_of_other_shells_are_looked_at() {
        fires!("FROM debian:13\nCMD [ -n ««$x»» ]\n");
        fires!("FROM debian:13\nHEALTHCHECK CMD a «2>&1» >/dev/null\n");
        fires!("FROM debian:13\nRUN bash -c 'a «2>&1» >/dev/null'\n");
        fires!("FROM debian:13\nRUN <<EOF\na «2>&1» >/dev/null\nEOF\n");
    }
}
