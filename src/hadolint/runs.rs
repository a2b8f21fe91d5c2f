//! What hadolint says of one RUN, whatever stands around it.

use crate::syntax::Instruction;

use super::command::{Command, Commands};

/// The codes that a RUN gets. Inside ONBUILD, some are not asked.
pub(super) fn codes(run: &Instruction, commands: &Commands, is_onbuild: bool) -> Vec<&'static str> {
    let mounts = Mounts::of(run);
    let any = |name: &str, is_bad: &dyn Fn(&Command) -> bool| commands.named(name).any(is_bad);
    let apt_install = |is_bad: &dyn Fn(&Command) -> bool| any("apt-get", &|it| it.says(&["install"]) && is_bad(it));
    let of_dnf = |is_bad: &dyn Fn(&Command) -> bool| any("dnf", is_bad) || any("microdnf", is_bad);
    let rules: &[(&'static str, &dyn Fn() -> bool)] = &[
        ("DL3001", &|| commands.has(&["free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim"])),
        ("DL3003", &|| !is_onbuild && commands.has(&["cd"])),
        ("DL3004", &|| commands.has(&["sudo"])),
        ("DL3008", &|| {
            apt_install(&|it| {
                packages(it, &["t", "target-release"], &["install"])
                    .any(|word| !word.contains(['=', '/']) && !word.ends_with(".deb"))
            })
        }),
        ("DL3013", &|| commands.list.iter().any(installs_unpinned_python)),
        ("DL3014", &|| {
            apt_install(&|it| {
                !it.has_flag(&["y", "yes", "qq", "assume-yes"])
                    && it.count("q") != 2
                    && it.count("quiet") != 2
                    && !it.says(&["-q=2"])
            })
        }),
        ("DL3015", &|| {
            apt_install(&|it| !it.has_flag(&["no-install-recommends"]) && !it.says(&["APT::Install-Recommends=false"]))
        }),
        ("DL3016", &|| any("npm", &installs_unpinned_node)),
        ("DL3018", &|| {
            any("apk", &|it| {
                it.says(&["add"])
                    && packages(it, &["t", "virtual", "repository", "X"], &["add"])
                        .any(|word| !word.contains(['=', '~', '>', '<']) && !word.ends_with(".apk"))
            })
        }),
        ("DL3019", &|| {
            any("apk", &|it| it.says(&["add"]) && !it.has_flag(&["no-cache"])) && !mounts.hold("/var/cache/apk")
        }),
        ("DL3027", &|| commands.has(&["apt"])),
        ("DL3028", &|| any("gem", &installs_unpinned_gem)),
        ("DL3030", &|| any("yum", &installs_with_questions)),
        ("DL3032", &|| {
            let cleans =
                |it: &Command| it.name == "yum" && it.says(&["clean", "all"]) || removes(it, "/var/cache/yum/*");
            is_not_cleaned(commands, &|it| it.name == "yum" && it.says(&["install"]), &cleans)
        }),
        ("DL3034", &|| {
            any("zypper", &|it| {
                it.says(&["install", "in", "remove", "rm", "source-install", "si", "patch"])
                    && !it.has_flag(&["non-interactive", "n", "no-confirm", "y"])
            })
        }),
        ("DL3035", &|| any("zypper", &|it| it.says(&["dist-upgrade", "dup"]))),
        ("DL3036", &|| {
            let cleans = |it: &Command| it.name == "zypper" && it.says(&["clean", "cc"]);
            !mounts.hold("/var/cache/zypp")
                && is_not_cleaned(commands, &|it| it.name == "zypper" && it.says(&["install", "in"]), &cleans)
        }),
        ("DL3037", &|| {
            any("zypper", &|it| {
                it.says(&["install", "in"])
                    && packages(it, &[], &["install", "in"])
                        .any(|word| !word.contains(['=', '>', '<']) && !word.ends_with(".rpm"))
            })
        }),
        ("DL3038", &|| of_dnf(&installs_with_questions)),
        ("DL3040", &|| {
            !mounts.hold("/var/cache/libdnf5")
                && !mounts.hold(".cache/libdnf5")
                && ["dnf", "microdnf"].iter().any(|dnf| {
                    let verbs = ["install", "in", "upgrade", "up", "upgrade-minimal", "up-min", "reinstall", "rei"];
                    let cleans = |it: &Command| {
                        it.name == *dnf && it.says(&["clean", "all"]) || removes(it, "/var/cache/libdnf5*")
                    };
                    is_not_cleaned(commands, &|it| it.name == *dnf && it.says(&verbs), &cleans)
                })
        }),
        ("DL3046", &|| {
            any("useradd", &|it| {
                !it.has_flag(&["l", "no-log-init"]) && it.has_flag(&["u", "uid"]) && {
                    let mut words = it.words.iter();
                    words.any(|word| word == "-u") && words.next().is_some_and(|id| id.chars().count() > 5)
                }
            })
        }),
        ("DL3047", &|| {
            any("wget", &|it| {
                let names = ["progress", "q", "quiet", "o", "output-file", "a", "append-output", "no-verbose"];
                !it.has_flag(&names) && !it.says(&["-nv"])
            })
        }),
        ("DL3062", &|| installs_unpinned_go(commands)),
        ("DL4005", &|| any("ln", &|it| it.says(&["/bin/sh"]))),
    ];
    rules.iter().filter(|(_, holds)| holds()).map(|(code, _)| *code).collect()
}

/// The targets of cache and tmpfs mounts.
pub(super) struct Mounts(Vec<String>);

impl Mounts {
    pub(super) fn of(run: &Instruction) -> Self {
        let mounts = run.flags.iter().filter(|flag| flag.name.text() == "mount");
        let targets = mounts.filter_map(|flag| {
            let field = |names: &[&str]| flag.mount_field(names).map(|word| word.text().to_owned());
            let kind = field(&["type"])?;
            matches!(kind.as_str(), "cache" | "tmpfs").then(|| field(&["target", "dst", "destination"])).flatten()
        });
        Self(targets.collect())
    }

    /// Whether one lies at a path with this in it.
    pub(super) fn hold(&self, part: &str) -> bool {
        self.0.iter().any(|target| target.contains(part))
    }
}

/// The operands that are not the verb.
fn packages<'c>(
    command: &'c Command,
    with_value: &[&str],
    verbs: &'static [&'static str],
) -> impl Iterator<Item = &'c str> + use<'c> {
    command.operands(with_value).into_iter().filter(move |word| !verbs.contains(word))
}

/// `rm` with `-rf`, whatever it removes, or of this path.
pub(super) fn removes(command: &Command, path: &str) -> bool {
    command.name == "rm" && command.says(&["-rf", path])
}

/// Whether something is installed, and the first clean-up, if any, does not stand behind the first installation.
fn is_not_cleaned(commands: &Commands, installs: &dyn Fn(&Command) -> bool, cleans: &dyn Fn(&Command) -> bool) -> bool {
    let install = commands.list.iter().position(installs);
    let clean = commands.list.iter().position(cleans);
    install.is_some_and(|install| clean.is_none_or(|clean| clean <= install))
}

fn installs_with_questions(command: &Command) -> bool {
    command.says(&["install", "groupinstall", "localinstall"]) && !command.has_flag(&["y", "assumeyes"])
}

/// Options of pip that take a value.
const PIP_VALUES: &[&str] = &[
    "abi",
    "b",
    "build",
    "e",
    "editable",
    "extra-index-url",
    "f",
    "find-links",
    "i",
    "index-url",
    "implementation",
    "no-binary",
    "only-binary",
    "platform",
    "prefix",
    "progress-bar",
    "proxy",
    "python",
    "python-version",
    "root",
    "root-user-action",
    "src",
    "t",
    "target",
    "trusted-host",
    "upgrade-strategy",
];

fn installs_unpinned_python(command: &Command) -> bool {
    if !command.is_pip_install()
        || command.says(&["--requirement", "-r", "."])
        || command.has_flag(&["constraint", "c"])
    {
        return false;
    }
    let operands = command.operands(PIP_VALUES);
    let verb = operands.iter().position(|word| *word == "install").map_or(0, |at| at + 1);
    operands.iter().skip(verb).any(|package| {
        let is_vcs = ["git", "hg", "svn", "bzr"]
            .iter()
            .any(|vcs| package.starts_with(&format!("{vcs}+")) || package.starts_with(&format!("{vcs}:")));
        let is_versioned = ["==", ">=", "<=", ">", "<", "!=", "~=", "==="].iter().any(|sign| package.contains(sign));
        let is_file = package.ends_with(".whl") || package.ends_with(".tar.gz");
        !(is_versioned || is_file || if is_vcs { package.contains('@') } else { package.contains('/') })
    })
}

fn installs_unpinned_node(command: &Command) -> bool {
    let operands = command.operands(&["loglevel", "registry"]);
    if operands.first() != Some(&"install") {
        return false;
    }
    operands.iter().skip(1).any(|package| {
        let is_git =
            ["git://", "git+ssh://", "git+http://", "git+https://"].iter().any(|scheme| package.starts_with(scheme));
        let is_file = [".tar", ".tar.gz", ".tgz"].iter().any(|end| package.ends_with(end));
        let is_folder = ["/", "./", "../", "~/"].iter().any(|start| package.starts_with(start));
        match (is_git, is_file || is_folder) {
            (true, _) => !package.contains('#'),
            (false, true) => false,
            (false, false) => !package.strip_prefix('@').unwrap_or(package).contains('@'),
        }
    })
}

fn installs_unpinned_gem(command: &Command) -> bool {
    let gives_version = |word: &String| matches!(word.as_str(), "-v" | "--version") || word.starts_with("--version=");
    if !command.says(&["install", "i"]) || command.words.iter().any(gives_version) {
        return false;
    }
    let mut words = command.words.iter().take_while(|word| *word != "--");
    let mut gems = Vec::new();
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            words.next();
        } else if !matches!(word.as_str(), "install" | "i") {
            gems.push(word);
        }
    }
    gems.iter().any(|gem| !gem.contains(':'))
}

fn installs_unpinned_go(commands: &Commands) -> bool {
    let is_unpinned = |word: &&str| {
        let is_local = *word == "." || word.starts_with(['/', '.']);
        !is_local && (!word.contains('@') || word.ends_with("@latest") || word.ends_with("@none"))
    };
    let runs: Vec<&Command> = commands.named("go").filter(|it| it.says(&["run"])).collect();
    if !runs.is_empty() {
        return runs.iter().any(|it| packages(it, &[], &["run"]).take(2).any(|word| is_unpinned(&word)));
    }
    let mut installs = commands.named("go").filter(|it| it.says(&["install", "get"]));
    installs.any(|it| packages(it, &[], &["install", "get", "tool"]).any(|word| is_unpinned(&word)))
}

/// Whether packages of yum or dnf lack their version. `variables` are those that are set, as `${NAME}`.
pub(super) fn installs_unpinned_rpm(command: &Command, variables: &[String]) -> bool {
    if !command.says(&["install"]) || command.name != "yum" && command.says(&["group"]) {
        return false;
    }
    let is_module = command.says(&["module"]);
    packages(command, &[], &["install", "module"]).any(|word| {
        if is_module {
            return !word.contains(':');
        }
        let mut parts = word.split('-').skip(1).peekable();
        if parts.peek().is_none() {
            return true;
        }
        if word.ends_with(".rpm") {
            return false;
        }
        if word.contains('$') {
            return !variables.iter().any(|variable| word.contains(variable.as_str()));
        }
        let parts: Vec<&str> = parts.collect();
        let is_plain = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || ".~^_:+".contains(c));
        !(parts.iter().all(is_plain) && parts.iter().any(|part| part.starts_with(|c: char| c.is_ascii_digit())))
    })
}
