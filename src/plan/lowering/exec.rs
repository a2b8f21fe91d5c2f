//! RUN.

use crate::ir::Step;
use crate::plan::paths::absolute;
use crate::plan::{Cache, Exec, Mount, MountKind, Secret, Sharing, Source};
use crate::syntax::{CommandForm, Flag, Heredoc};

use super::{Lowering, source, unknown};

impl Lowering<'_> {
    pub(super) fn exec(&self, step: &Step<'_>, command: &CommandForm) -> Exec {
        let mut exec = Exec {
            arguments: Vec::new(),
            environment: self.environment.clone(),
            directory: self.directory.clone(),
            user: self.user(),
            mounts: Vec::new(),
            secrets: Vec::new(),
            network: unless_default(step, "network"),
            security: unless_default(step, "security").filter(|mode| mode != "sandbox"),
            devices: Vec::new(),
        };
        for flag in &step.instruction.flags {
            match flag.name.text() {
                "mount" => self.mount(step, flag, &mut exec),
                "device" => exec.devices.push(flag.value_text().to_owned()),
                _ => {}
            }
        }
        exec.arguments = self.arguments_of_run(step, command, &mut exec.mounts);
        exec.mounts.sort();
        exec
    }

    /// The words of the shell in force, and the script.
    pub(super) fn in_shell(&self, script: &str) -> Vec<String> {
        let is_windows = self.platform.as_ref().is_some_and(|platform| platform.os == "windows");
        let default: &[&str] = if is_windows { &["cmd", "/S", "/C"] } else { &["/bin/sh", "-c"] };
        let shell = &self.configuration.shell;
        let mut words: Vec<String> = match shell.as_slice() {
            [] => default.iter().map(|word| (*word).to_owned()).collect(),
            words => words.to_vec(),
        };
        words.push(script.to_owned());
        words
    }

    fn arguments_of_run(&self, step: &Step<'_>, command: &CommandForm, mounts: &mut Vec<Mount>) -> Vec<String> {
        let text = match command {
            CommandForm::Exec { words, .. } => return words.iter().map(|word| word.text().to_owned()).collect(),
            CommandForm::Shell(text) => text,
        };
        match step.instruction.heredocs.as_slice() {
            [] => self.in_shell(text.text()),
            // A heredoc and nothing else is the script itself.
            [heredoc] if heredoc.operator == text.span() => self.script_of(heredoc, mounts),
            heredocs => {
                let mut script = text.text().to_owned();
                for heredoc in heredocs {
                    let body = self.build.file.source.slice(heredoc.body);
                    script = format!("{script}\n{body}{}", heredoc.name);
                }
                self.in_shell(&script)
            }
        }
    }

    /// A script with `#!` becomes a file that is mounted and run (BuildKit's `dispatchRun`).
    fn script_of(&self, heredoc: &Heredoc, mounts: &mut Vec<Mount>) -> Vec<String> {
        let content = content(heredoc, self.build.file.source.slice(heredoc.body));
        if !content.starts_with("#!") {
            return self.in_shell(&content);
        }
        let from = Source::Inline { content };
        let kind = MountKind::Bind { from, path: "/".to_owned(), is_read_only: true };
        mounts.push(Mount { target: "/dev/pipes/".to_owned(), kind });
        self.in_shell(&format!("/dev/pipes/{}", heredoc.name))
    }

    fn mount(&self, step: &Step<'_>, flag: &Flag, exec: &mut Exec) {
        let fields = Fields { step, flag };
        let target = fields.text(&["target", "dst", "destination"]);
        // BuildKit joins and cleans relative targets only.
        let absolute_target = if target.starts_with('/') { target.clone() } else { absolute(&self.directory, &target) };
        let kind = match fields.text(&["type"]).to_ascii_lowercase().as_str() {
            "cache" => self.cache(&fields, &target),
            "tmpfs" => MountKind::Tmpfs { size: fields.text(&["size"]) },
            "secret" => {
                let secret = fields.secret(&target);
                // A secret that is only a variable is no file.
                if secret.variable.is_some() && target.is_empty() {
                    return exec.secrets.push(secret);
                }
                let default = || format!("/run/secrets/{}", last_part(&secret.id));
                let target = if target.is_empty() { default() } else { absolute_target };
                return exec.mounts.push(Mount { target, kind: MountKind::Secret(secret) });
            }
            "ssh" => MountKind::Ssh {
                id: fields.text(&["id"]),
                ownership: fields.ownership(),
                is_required: fields.is_set(&["required"]),
            },
            _ => MountKind::Bind {
                from: self.source_of_mount(&fields, Source::Context),
                path: absolute("/", &fields.text(&["source", "src"])),
                is_read_only: fields.is_read_only().unwrap_or(true),
            },
        };
        exec.mounts.push(Mount { target: absolute_target, kind });
    }

    fn cache(&self, fields: &Fields<'_>, target: &str) -> MountKind {
        let id = fields.text(&["id"]);
        MountKind::Cache(Cache {
            // BuildKit's default is the target as written, cleaned.
            id: if id.is_empty() { cleaned(target) } else { id },
            sharing: match fields.text(&["sharing"]).to_ascii_lowercase().as_str() {
                "private" => Sharing::Private,
                "locked" => Sharing::Locked,
                _ => Sharing::Shared,
            },
            from: self.source_of_mount(fields, Source::Scratch),
            path: absolute("/", &fields.text(&["source", "src"])),
            ownership: fields.ownership(),
            is_read_only: fields.is_read_only().unwrap_or(false),
        })
    }

    fn source_of_mount(&self, fields: &Fields<'_>, default: Source) -> Source {
        let Some(word) = fields.flag.mount_field(&["from"]) else { return default };
        let named = fields.step.sources.iter().find(|source| source.word.span() == word.span());
        named.map_or_else(|| unknown(&word), |named| source(&named.source, &named.word, None))
    }
}

/// The fields of a `--mount`.
struct Fields<'f> {
    step: &'f Step<'f>,
    flag: &'f Flag,
}

impl Fields<'_> {
    fn text(&self, keys: &[&str]) -> String {
        self.flag.mount_field(keys).map_or(String::new(), |word| self.step.value(&word).to_owned())
    }

    /// Whether a field that needs no value is there and not false.
    fn is_set(&self, keys: &[&str]) -> bool {
        self.boolean(keys).unwrap_or(false)
    }

    /// What the last of the fields says that grant or refuse writing.
    fn is_read_only(&self) -> Option<bool> {
        let fields = self.flag.mount_fields().unwrap_or_default();
        let last = fields.iter().rev().find_map(|field| {
            let key = field.key.text().to_ascii_lowercase();
            ["ro", "readonly", "rw", "readwrite"].into_iter().find(|known| *known == key)
        })?;
        let grants_writing = matches!(last, "rw" | "readwrite");
        Some(self.boolean(&[last])? != grants_writing)
    }

    /// The value of the last of the fields, which is true where the field stands alone.
    fn boolean(&self, keys: &[&str]) -> Option<bool> {
        let fields = self.flag.mount_fields().unwrap_or_default();
        let field = fields.iter().rfind(|field| keys.iter().any(|key| field.key.text().eq_ignore_ascii_case(key)))?;
        let value = field.value.as_ref().map(|word| self.step.value(word));
        Some(value.is_none_or(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "t" | "true")))
    }

    fn ownership(&self) -> [String; 3] {
        [self.text(&["uid"]), self.text(&["gid"]), self.text(&["mode"])]
    }

    fn secret(&self, target: &str) -> Secret {
        // BuildKit's `dispatchSecret`: the source is another word for the id.
        let names = [self.text(&["source", "src"]), self.text(&["id"])];
        let variable = self.text(&["env"]);
        Secret {
            id: names.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| last_part(target).to_owned()),
            variable: Some(variable).filter(|variable| !variable.is_empty()),
            ownership: self.ownership(),
            is_required: self.is_set(&["required"]),
        }
    }
}

/// What stands behind the last slash.
fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Go's `path.Clean`: a relative path stays relative.
fn cleaned(path: &str) -> String {
    let clean = crate::ir::clean_path(path);
    if path.starts_with('/') { clean } else { clean.trim_start_matches('/').to_owned() }
}

/// The value of a flag whose default is `default`.
fn unless_default(step: &Step<'_>, name: &str) -> Option<String> {
    step.instruction.flag(name).map(|flag| flag.value_text().to_owned()).filter(|value| value != "default")
}

/// The text of a heredoc: `<<-` takes tabs away from the start of its lines.
pub(super) fn content(heredoc: &Heredoc, body: &str) -> String {
    if !heredoc.strips_tabs {
        return body.to_owned();
    }
    body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
}

#[cfg(test)]
mod tests {
    use crate::ir::Build;
    use crate::plan::{Exec, Mount, MountKind, Operation, Plan, Source};
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn exec(text: &str) -> Exec {
        let plan = Plan::new(&Build::new(&parse(SourceFile::new("Dockerfile", text))));
        match &plan.stages.last().unwrap().vertices.last().unwrap().operation {
            Operation::Exec(exec) => (**exec).clone(),
            other => panic!("{other:?}"),
        }
    }

    fn mount(fields: &str) -> Mount {
        exec(&format!("FROM a\nRUN --mount={fields} b")).mounts.remove(0)
    }

    #[test]
    fn a_script_with_its_own_interpreter_is_still_started_by_the_shell() {
        let text = "FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN <<X\n#!/usr/bin/env python3\nprint(1)\nX\n";
        assert_eq!(exec(text).arguments, ["/bin/bash", "-c", "/dev/pipes/X"]);
    }

    #[test]
    fn the_last_word_on_writing_to_a_bind_mount_counts() {
        let is_read_only = |fields: &str| match mount(&format!("target=/b{fields}")).kind {
            MountKind::Bind { is_read_only, .. } => is_read_only,
            other => panic!("{other:?}"),
        };
        assert!(is_read_only("") && is_read_only(",ro") && is_read_only(",rw=false") && is_read_only(",rw,ro"));
        assert!(!is_read_only(",rw") && !is_read_only(",ro=false") && !is_read_only(",ro,readwrite"));
    }

    #[test]
    fn a_secret_is_named_by_its_source_and_lies_under_its_last_part() {
        let found = |fields: &str| {
            let mount = mount(&format!("type=secret,{fields}"));
            let MountKind::Secret(secret) = mount.kind else { panic!("{:?}", mount.kind) };
            (secret.id, mount.target)
        };
        assert_eq!(found("source=a/b"), ("a/b".to_owned(), "/run/secrets/b".to_owned()));
        assert_eq!(found("target=/c/d"), ("d".to_owned(), "/c/d".to_owned()));
    }

    #[test]
    fn only_a_base_that_is_pulled_has_the_platform_of_its_from() {
        let text = "FROM a AS b\nFROM --platform=linux/arm64 b\nRUN c";
        let plan = |text: &str| Plan::new(&Build::new(&parse(SourceFile::new("Dockerfile", text))));
        assert_eq!(plan(text).stages[1].platform, None);
        let files = plan("FROM --platform=linux/arm64 a\nCOPY --from=c:1 d e");
        let Operation::Files(files) = &files.stages[0].vertices[0].operation else { panic!() };
        assert!(matches!(&files.copies[0].from, Source::Image { platform: None, .. }));
    }

    #[test]
    fn what_the_base_stage_keeps_for_others_runs_first() {
        let text = "FROM a AS b\nONBUILD ENV C=1\nONBUILD ARG D=$C\nONBUILD WORKDIR /e\nONBUILD RUN f\nFROM b\nRUN g\n";
        let plan = Plan::new(&Build::new(&parse(SourceFile::new("Dockerfile", text))));
        let runs = plan.stages[1].vertices.iter().filter_map(|vertex| match &vertex.operation {
            Operation::Exec(exec) => Some((exec.arguments[2].as_str(), exec.directory.as_str(), vertex.maker.step)),
            _ => None,
        });
        assert_eq!(runs.collect::<Vec<_>>(), [("f", "/e", None), ("g", "/e", Some(0))]);
        let environment: Vec<_> =
            exec(text).environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(environment[1..], ["C=1", "D=1"]);
        assert!(plan.stages[0].configuration.on_build.len() == 4 && plan.stages[1].configuration.on_build.is_empty());
    }
}
