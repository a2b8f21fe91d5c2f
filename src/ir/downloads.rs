//! What a build fetches from the net, and whether it looks at what it got.

use crate::knowledge::commands::{Download, download};

use super::{Command, Commands, Step};

/// A command of RUN that fetches from the net.
#[derive(Debug)]
pub struct Fetch<'c, 'b> {
    /// The command.
    pub command: &'c Command<'b>,
    /// The command taken apart. Indices are indices of [`Command::words`].
    pub download: &'c Download<'b>,
    /// The interpreter that runs what comes: `curl ... | sh`, `sh -c "$(curl ...)"`, `bash <(curl ...)`.
    pub run_by: Option<&'c Command<'b>>,
    /// Whether a command of the same RUN compares a checksum or verifies a signature.
    pub is_checked: bool,
}

/// As many commands behind a download as are looked at for the one that runs its output.
const NEIGHBOURS: usize = 64;

impl<'b> Commands<'b> {
    /// The commands of RUN that fetch from the net, in order.
    pub fn downloads(&self) -> Vec<Fetch<'_, 'b>> {
        let mut fetches: Vec<Fetch<'_, 'b>> = Vec::new();
        for (index, command) in self.all().iter().enumerate() {
            let Some(download) = command.download().filter(|_| command.is_in_build()) else { continue };
            let behind = self.all().get(index + 1..).unwrap_or_default().iter().take(NEIGHBOURS);
            let is_checked = match fetches.last() {
                Some(last) if std::ptr::eq(last.command.step, command.step) => last.is_checked,
                _ => self.checks_downloads(command.step),
            };
            let run_by = command.runner_of_output(behind);
            fetches.push(Fetch { command, download, run_by, is_checked });
        }
        fetches
    }

    /// Whether a command of the step compares a checksum or verifies a signature.
    pub fn checks_downloads(&self, step: &Step<'_>) -> bool {
        self.of_step(step).iter().any(Command::checks_download)
    }
}

impl<'b> Command<'b> {
    /// The command as a download, if it is one.
    pub fn download(&self) -> Option<&Download<'b>> {
        let take_apart = || {
            let values: Vec<Option<&'b str>> = self.words.iter().map(|word| word.value).collect();
            download(&values)
        };
        self.download.get_or_init(take_apart).as_ref()
    }

    /// The folder that `git clone` makes, where it is known: the one that it names, or the last part of the address.
    pub fn cloned_folder(&self) -> Option<&str> {
        let clone = self.download().filter(|download| download.program == "git")?;
        if let Some(folder) = clone.output {
            return self.words.get(folder)?.value;
        }
        let address = clone.addresses.first().map(|&address| self.written(address))?.trim_end_matches('/');
        let name = address.rsplit(['/', ':']).next()?;
        Some(name.strip_suffix(".git").unwrap_or(name)).filter(|name| !name.contains('$'))
    }

    /// The word at `index` as it stands in its script, without quotes around it: `http://x/$VERSION`.
    pub fn written(&self, index: usize) -> &str {
        let word = self.words.get(index);
        let written = || {
            let invoked = self.invoked.as_ref()?;
            Some(invoked.script.slice(invoked.words().get(index)?.span))
        };
        word.and_then(|word| word.value).or_else(written).unwrap_or_default().trim_matches(['"', '\''])
    }

    /// The command among those behind this one that runs its output as a program.
    fn runner_of_output<'c>(&self, mut behind: impl Iterator<Item = &'c Command<'b>>) -> Option<&'c Command<'b>>
    where
        'b: 'c,
    {
        let own = self.invoked.as_ref()?;
        behind.find(|reader| {
            let Some(invoked) = reader.invoked.as_ref().filter(|it| std::ptr::eq(it.script, own.script)) else {
                return false;
            };
            let piped = own.circumstances.piped_into.is_some_and(|simple| std::ptr::eq(simple, invoked.simple));
            if piped {
                return reader.name().is_some_and(is_interpreter) && reader.reads_program_from_input();
            }
            let takes_output = || {
                invoked
                    .arguments()
                    .iter()
                    .any(|word| word.span != own.simple.span && word.span.contains(own.simple.span))
            };
            let name = reader.name().unwrap_or_default();
            let runs_arguments = match name {
                "eval" | "source" | "." => true,
                _ => is_interpreter(name) && (reader.has_argument("-c") || !self.is_substituted_value(reader)),
            };
            runs_arguments && takes_output()
        })
    }

    /// Whether the command stands in `$(...)` of a word of `reader`, so that its output is a value there.
    fn is_substituted_value(&self, reader: &Command<'_>) -> bool {
        let Some(own) = self.invoked.as_ref() else { return false };
        (0..reader.words.len()).any(|index| {
            let inside = reader.invoked.as_ref().and_then(|it| it.words().get(index));
            inside.is_some_and(|word| word.span.contains(own.simple.span)) && !reader.written(index).starts_with('<')
        })
    }

    /// `sh`, `bash -s -- --yes`, `python3 -`: an interpreter that is given no script of its own.
    fn reads_program_from_input(&self) -> bool {
        let mut words = self.arguments().iter();
        loop {
            match words.next().map(|word| word.value) {
                None | Some(Some("-" | "-s" | "--" | "/dev/stdin")) => return true,
                Some(Some("-c" | "-m" | "-e" | "-r" | "-ne" | "-pe")) => return false,
                Some(Some("-o")) => {
                    words.next();
                }
                Some(Some(option)) if option.starts_with('-') => {}
                Some(_) => return false,
            }
        }
    }

    fn checks_download(&self) -> bool {
        let Some(name) = self.name() else { return false };
        let has_short = |letter: char| {
            let is_bundle = |text: &str| text.starts_with('-') && !text.starts_with("--") && text.contains(letter);
            self.arguments().iter().any(|word| word.value.is_some_and(is_bundle))
        };
        let has =
            |start: &str| self.arguments().iter().any(|word| word.value.is_some_and(|text| text.starts_with(start)));
        match name {
            "sha256sum" | "sha512sum" | "sha384sum" | "sha224sum" | "sha1sum" | "md5sum" | "shasum" | "b2sum"
            | "b3sum" | "cksum" => has_short('c') || has("--check") || self.is_compared(),
            "gpg" | "gpg2" | "gpgv" | "gpgv2" => name.starts_with("gpgv") || has("--verify") || has("--decrypt"),
            "openssl" => has("dgst") || has("sha"),
            "rpm" | "rpmkeys" => has("--checksig") || has("-K"),
            "aria2c" => has("--checksum"),
            "cosign" | "minisign" | "signify" | "slsa-verifier" | "sigstore" | "jarsigner" => true,
            // A function of the file's own: `verify_checksum file sum`.
            _ => ["checksum", "sha256", "sha512", "verify_sig"].iter().any(|part| name.contains(part)),
        }
    }

    /// Whether the sum goes into a test, a comparison or a pipe.
    fn is_compared(&self) -> bool {
        use crate::shell::PipePosition;
        self.invoked.as_ref().is_some_and(|invoked| {
            let circumstances = &invoked.circumstances;
            circumstances.in_substitution || matches!(circumstances.pipe, PipePosition::First | PipePosition::Middle)
        })
    }
}

fn is_interpreter(name: &str) -> bool {
    const NAMES: &[&str] =
        &["ash", "bash", "dash", "fish", "ksh", "node", "perl", "php", "pwsh", "python", "ruby", "sh", "zsh"];
    NAMES.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

#[cfg(test)]
mod tests {
    use super::super::Build;
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn with<T>(run: &str, ask: impl FnOnce(&Build<'_>, &Commands<'_>) -> T) -> T {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM debian:13\nRUN {run}\n")));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        ask(&build, &commands)
    }

    fn is_checked(run: &str) -> bool {
        with(run, |build, commands| build.steps().any(|step| commands.checks_downloads(step)))
    }

    fn is_run(run: &str) -> bool {
        with(run, |_, commands| commands.downloads().iter().any(|fetch| fetch.run_by.is_some()))
    }

    #[test]
    fn checksums_and_signatures_are_checks() {
        for run in [
            "curl -o a https://x && echo \"$SUM  a\" | sha256sum -c -",
            "curl -o a https://x && sha256sum --strict --check sums",
            "curl -o a https://x && test \"$(sha256sum a | cut -d' ' -f1)\" = \"$SUM\"",
            "curl -o a https://x && gpg --batch --verify a.asc a",
        ] {
            assert!(is_checked(run), "{run}");
        }
        for run in ["curl -o a https://x", "curl -o a https://x && sha256sum a", "gpg --import key"] {
            assert!(!is_checked(run), "{run}");
        }
    }

    #[test]
    fn what_an_interpreter_reads_is_run() {
        for run in [
            "curl -fsSL https://x | sh",
            "curl -fsSL https://x | sudo -E bash -",
            "wget -qO- https://x | sh -s -- -y",
            "curl https://x | python3 - --version 1",
            "sh -c \"$(curl -fsSL https://x)\"",
            "bash <(curl -fsSL https://x) -y",
            "eval \"$(curl https://x)\"",
        ] {
            assert!(is_run(run), "{run}");
        }
        for run in [
            "curl https://x | tar xz",
            "curl https://x | python3 -c 'import json'",
            "curl https://x | bash script.sh",
            "sh install.sh \"$(curl https://x/version)\"",
            "echo \"$(curl https://x)\"",
        ] {
            assert!(!is_run(run), "{run}");
        }
    }
}
