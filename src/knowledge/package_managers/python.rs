//! Package managers of Python.
//!
//! Sources: pip, pipx, uv, Poetry, Pipenv and conda, their manuals; PEP 508.

use super::operand::VersionSyntax::{Python, Separators};
use super::row::Action::{Build, Clean, Install, InstallProject, Other, Remove, Run, Upgrade};
use super::row::{
    ANY_BOOLEAN, CacheKind, Codes, Home, Launcher, Locked, OptionSpec, PackageManager, Place, ProjectFiles,
    ProjectScripts, Spelling, Switch, TRUE, cache, cleaner, constraints, directory, project, requirements, value, verb,
};
use CacheKind::{Lists, Packages};

const PYTHON_FILES: &[&str] = &[".whl", ".tar.gz", ".zip", ".tar.bz2"];

const PIP_INSTALL: &[OptionSpec] = &[
    requirements("-r --requirement"),
    constraints("-c --constraint --build-constraint"),
    project("-e --editable"),
    value("-t --target -i --index-url --pypi-url --extra-index-url -f --find-links --platform --python-version"),
    value("--implementation --abi --root --prefix --src --source-dir -b --build -d --dest -w --wheel-dir"),
    value("--upgrade-strategy -C --config-settings --config-setting --global-option --install-option --no-binary"),
    value("--only-binary --progress-bar --root-user-action --report --use-feature --use-deprecated --group"),
];

pub(super) static PIP: PackageManager = PackageManager {
    name: "pip",
    versioned: true,
    launchers: &[Launcher::PythonModule],
    home: Home::Language("python"),
    options: &[
        value("--proxy --log --log-file --local-log --timeout --default-timeout --retries --exists-action"),
        value("--trusted-host --cert --client-cert --cache-dir --python --keyring-provider --use-feature"),
        value("--use-deprecated --resume-retries"),
    ],
    verbs: &[
        verb(Install, &["install"]).on_project(InstallProject).options(PIP_INSTALL),
        verb(Install, &["download", "wheel"]).on_project(InstallProject).options(PIP_INSTALL),
        verb(Remove, &["uninstall"]).options(&[requirements("-r --requirement")]),
        cleaner(&[Packages], &["cache purge", "cache remove"]),
        verb(Other, &["list", "freeze", "show", "check", "config", "config set", "index", "hash", "debug", "cache"]),
    ],
    versions: Python,
    package_files: PYTHON_FILES,
    installs_paths: true,
    no_prompt: Some(Switch {
        insert: "-y",
        place: Place::AfterVerb,
        actions: &[Remove],
        spellings: &[Spelling::Flag("-y --yes")],
        environment: &[],
    }),
    no_cache: Some(Switch {
        insert: "--no-cache-dir",
        place: Place::AfterVerb,
        actions: &[Install, InstallProject],
        // pip takes any beginning of an option's name that is no other's.
        spellings: &[Spelling::Flag("--no-cache-dir --no-cache --no-cache-di --no-cache-d")],
        // pip's option handler turns the cache off for any boolean, `false` included, as old pips did.
        environment: &[("PIP_NO_CACHE_DIR", ANY_BOOLEAN)],
    }),
    unverified: &[Spelling::Flag("--trusted-host")],
    clean: Some("pip cache purge"),
    caches: &[cache(".cache/pip", &[("PIP_CACHE_DIR", ""), ("XDG_CACHE_HOME", "pip")])],
    project: ProjectFiles {
        manifests: &["requirements.txt", "pyproject.toml", "setup.py", "setup.cfg"],
        locks: &["pylock.toml"],
        settings: &["constraints.txt", "pip.conf", "MANIFEST.in"],
    },
    project_scripts: ProjectScripts::Never,
    codes: Codes {
        unpinned: &["DL3013", "KICS-02d9c71f"],
        cache: &["DL3042", "KICS-f2f903fb", "missing-pip-no-cache-dir", "pipUseNoCacheDir", "S6587"],
        unverified: &["CKV2_DOCKER_4"],
        ..Codes::NONE
    },
    ..PackageManager::BLANK
};

pub(super) static PIPX: PackageManager = PackageManager {
    name: "pipx",
    launchers: &[Launcher::PythonModule],
    home: Home::Language("python"),
    verbs: &[
        verb(Install, &["install", "inject"])
            .options(&[value("--python --suffix -i --index-url --pip-args --preinstall --backend -r --requirement")]),
        verb(Upgrade, &["upgrade", "upgrade-all", "reinstall", "reinstall-all"]),
        verb(Remove, &["uninstall", "uninstall-all"]),
        verb(Run, &["run"]).options(&[value("--spec --python -i --index-url --pip-args --with")]),
        verb(Other, &["list", "ensurepath", "environment", "completions", "runpip"]),
    ],
    versions: Python,
    package_files: PYTHON_FILES,
    installs_paths: true,
    clean: Some("rm -rf ~/.cache/pip ~/.cache/pipx"),
    caches: &[
        cache(".cache/pip", &[("PIP_CACHE_DIR", ""), ("XDG_CACHE_HOME", "pip")]),
        // The environments of `pipx run`, which go with one interpreter.
        cache(".cache/pipx", &[("XDG_CACHE_HOME", "pipx")]).needless("environments are no downloads"),
    ],
    elsewhere: "--backend",
    no_cache: Some(Switch {
        insert: "--pip-args=--no-cache-dir",
        place: Place::AfterVerb,
        actions: &[Install],
        spellings: &[Spelling::Valued("--pip-args", &["--no-cache-dir"])],
        // pip's option handler turns the cache off for any boolean, `false` included, as old pips did.
        environment: &[("PIP_NO_CACHE_DIR", ANY_BOOLEAN)],
    }),
    codes: Codes { unpinned: &["DL3013"], ..Codes::NONE },
    ..PackageManager::BLANK
};

pub(super) static UV: PackageManager = PackageManager {
    name: "uv",
    launchers: &[Launcher::PythonModule],
    home: Home::Language("python"),
    options: &[
        directory("--directory --project"),
        value("--cache-dir --config-file --color --allow-insecure-host -p --python --index --default-index"),
        value("-i --index-url --extra-index-url -f --find-links --index-strategy --keyring-provider --resolution"),
        value("--prerelease --exclude-newer --link-mode -C --config-setting -P --upgrade-package"),
        value("--reinstall-package --no-build-package --no-binary-package --refresh-package"),
        value("--no-build-isolation-package --python-preference"),
    ],
    verbs: &[
        verb(Install, &["pip install"]).on_project(InstallProject).options(&[
            requirements("-r --requirement --requirements"),
            constraints("-c --constraint --constraints --override --overrides -b --build-constraint"),
            project("-e --editable"),
            value("--target --prefix --python-version --python-platform --extra --group --torch-backend --only-binary"),
            value("--no-binary"),
        ]),
        verb(InstallProject, &["pip sync"])
            .options(&[constraints("-c --constraint --constraints"), value("--target --prefix --python-platform")]),
        verb(InstallProject, &["sync"]).options(&[
            value("--extra --no-extra --group --no-group --only-group --package --no-install-package --script"),
            value("--python-platform"),
        ]),
        verb(Install, &["add"]).on_project(InstallProject).options(&[
            requirements("-r --requirements --requirement"),
            constraints("-c --constraints"),
            value("--group --optional --rev --tag --branch --package --script --extra --bounds -m --marker"),
        ]),
        verb(Install, &["tool install"]).options(&[value(
            "-w --with --with-editable --with-requirements --with-executables-from -c --constraints",
        )]),
        verb(Install, &["python install"]).options(&[value("--install-dir --mirror --pypy-mirror")]),
        verb(Remove, &["remove", "pip uninstall", "tool uninstall", "python uninstall"]),
        verb(Upgrade, &["tool upgrade", "self update", "python upgrade"]),
        cleaner(&[Packages], &["cache clean", "cache prune", "clean"]),
        verb(Build, &["build"]).options(&[value("-o --out-dir --package")]),
        verb(Run, &["run", "tool run"])
            .options(&[value("-w --with --with-editable --with-requirements --extra --group --env-file -m --from")]),
        verb(Other, &["venv", "lock", "export", "init", "tree", "version", "pip compile", "pip list", "pip freeze"])
            .options(&[value("-o --output-file --format")]),
        verb(Other, &["pip check", "pip show", "python find", "python pin", "python list", "tool list", "cache dir"]),
    ],
    versions: Python,
    package_files: PYTHON_FILES,
    installs_paths: true,
    no_cache: Some(Switch {
        insert: "--no-cache",
        place: Place::AfterVerb,
        actions: &[Install, InstallProject],
        spellings: &[Spelling::Flag("-n --no-cache --no-cache-dir")],
        environment: &[("UV_NO_CACHE", TRUE)],
    }),
    unverified: &[Spelling::Flag("--allow-insecure-host --trusted-host")],
    clean: Some("uv cache clean"),
    caches: &[cache(".cache/uv", &[("UV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "uv")])],
    project: ProjectFiles {
        manifests: &["pyproject.toml", "requirements.txt"],
        locks: &["uv.lock", "pylock.toml"],
        settings: &["uv.toml", ".python-version"],
    },
    locked: Some(Locked { command: "uv sync --locked", verbs: &[], spellings: &[Spelling::Flag("--locked --frozen")] }),
    // `uv sync` builds the project itself, unless it is told not to.
    project_scripts: ProjectScripts::Unless(Spelling::Flag("--no-install-project --no-install-workspace")),
    no_development: Some(Switch::of_project(
        "--no-dev",
        &[Spelling::Flag("--no-dev --no-default-groups --only-group --no-group")],
        &[("UV_NO_DEV", TRUE), ("UV_NO_DEFAULT_GROUPS", TRUE)],
    )),
    ..PackageManager::BLANK
};

pub(super) static POETRY: PackageManager = PackageManager {
    name: "poetry",
    launchers: &[Launcher::PythonModule],
    home: Home::Language("python"),
    options: &[directory("-C --directory -P --project")],
    verbs: &[
        verb(InstallProject, &["install", "sync"]).options(&[value("--without --with --only -E --extras")]),
        verb(Install, &["add", "self add"])
            .options(&[value("-G --group -E --extras --optional-group --python --platform --markers --source")]),
        verb(Upgrade, &["update", "self update"]).options(&[value("--without --with --only")]),
        verb(Remove, &["remove"]).options(&[value("-G --group")]),
        cleaner(&[Packages], &["cache clear"]),
        verb(Build, &["build"]).options(&[value("-f --format -o --output")]),
        verb(Run, &["run"]),
        verb(Other, &["config", "export", "lock", "env use", "check", "show", "publish", "version", "new", "init"])
            .options(&[value("-f --format -o --output --with --without --only -E --extras")]),
    ],
    versions: Separators(&["==", ">=", "<=", "~=", "!=", "@", ">", "<"]),
    package_files: PYTHON_FILES,
    installs_paths: true,
    no_cache: Some(Switch {
        insert: "--no-cache",
        place: Place::AfterVerb,
        actions: &[Install, InstallProject],
        spellings: &[Spelling::Flag("--no-cache")],
        environment: &[],
    }),
    clean: Some("rm -rf ~/.cache/pypoetry"),
    caches: &[cache(".cache/pypoetry", &[("POETRY_CACHE_DIR", ""), ("XDG_CACHE_HOME", "pypoetry")])],
    project: ProjectFiles { manifests: &["pyproject.toml"], locks: &["poetry.lock"], settings: &["poetry.toml"] },
    // Poetry refuses a lock file that does not fit pyproject.toml.
    locked: Some(Locked { command: "poetry install", verbs: &["install"], spellings: &[] }),
    // The root project is installed from its source tree.
    project_scripts: ProjectScripts::Unless(Spelling::Flag("--no-root --no-directory")),
    no_development: Some(Switch::of_project(
        "--only main",
        &[Spelling::Flag("--only --without --no-dev --only-root")],
        &[],
    )),
    ..PackageManager::BLANK
};

pub(super) static PIPENV: PackageManager = PackageManager {
    name: "pipenv",
    launchers: &[Launcher::PythonModule],
    home: Home::Language("python"),
    options: &[value("--python --pypi-mirror -i --index --extra-pip-args --categories")],
    verbs: &[
        verb(Install, &["install"])
            .on_project(InstallProject)
            .options(&[requirements("-r --requirements"), project("-e --editable")]),
        verb(InstallProject, &["sync"]),
        verb(Upgrade, &["update", "upgrade"]),
        verb(Remove, &["uninstall"]),
        verb(Run, &["run"]),
        verb(Other, &["lock", "requirements", "graph", "check", "verify", "shell", "clean"]),
    ],
    versions: Python,
    package_files: PYTHON_FILES,
    installs_paths: true,
    no_cache: None,
    clean: Some("rm -rf ~/.cache/pipenv ~/.cache/pip"),
    caches: &[
        cache(".cache/pipenv", &[("PIPENV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "pipenv")]),
        cache(".cache/pip", &[("PIP_CACHE_DIR", ""), ("XDG_CACHE_HOME", "pip")]),
    ],
    project: ProjectFiles { manifests: &["Pipfile"], locks: &["Pipfile.lock"], settings: &[] },
    locked: Some(Locked {
        command: "pipenv install --deploy",
        verbs: &["sync"],
        spellings: &[Spelling::Flag("--deploy --ignore-pipfile")],
    }),
    ..PackageManager::BLANK
};

pub(super) static CONDA: PackageManager = PackageManager {
    name: "conda",
    aliases: &["mamba", "micromamba"],
    home: Home::Language("python"),
    options: &[
        value("-n --name -p --prefix -c --channel --solver --console --experimental -r --root-prefix --rc-file"),
        value("--repodata-fn --subdir --platform --download-only-dir --log-level"),
    ],
    verbs: &[
        verb(Install, &["install", "create"])
            .on_project(InstallProject)
            .options(&[requirements("-f --file"), value("--revision --clone --default-packages --freeze-packages")]),
        // conda-env goes on without a question, and its `update` knows no `--yes`.
        verb(Install, &["env create", "env update"])
            .on_project(InstallProject)
            .options(&[requirements("-f --file"), value("--default-packages")])
            .without_questions(),
        verb(Install, &["update", "upgrade"]).on_project(Upgrade).options(&[requirements("-f --file")]),
        verb(Remove, &["remove", "uninstall", "env remove"]),
        cleaner(&[Lists, Packages], &["clean"]),
        verb(Build, &["build"]),
        verb(Run, &["run"]),
        verb(Other, &["config", "config set", "init", "info", "list", "activate", "shell", "search", "env export"]),
    ],
    versions: Separators(&["==", ">=", "<=", "!=", "~=", "=", ">", "<", " "]),
    package_files: &[".conda", ".tar.bz2"],
    no_prompt: Some(Switch {
        insert: "-y",
        place: Place::AfterVerb,
        actions: &[Install, InstallProject, Upgrade, Remove, Clean],
        spellings: &[Spelling::Flag("-y --yes")],
        environment: &[("CONDA_ALWAYS_YES", TRUE), ("MAMBA_ALWAYS_YES", TRUE)],
    }),
    unverified: &[Spelling::Flag("-k --insecure")],
    clean: Some("conda clean -afy"),
    caches: &[
        // Where no hard links can be made, files are copied into the environment: conda's user guide, "Using custom
        // locations for environment and package cache".
        cache("/opt/conda/pkgs", &[("CONDA_PKGS_DIRS", ""), ("MAMBA_ROOT_PREFIX", "pkgs")])
            .locked()
            .among_packages()
            .where_placed(
                Some("/opt/conda/bin"),
                "it is not known where `conda` is installed, which has its packages beside it",
            ),
        // For users who may not write there.
        cache(".conda/pkgs", &[]).locked().needless("others are the packages of the installation"),
    ],
    elsewhere: "-r --root-prefix --download-only --rc-file",
    offline: "--offline --use-index-cache -C",
    project: ProjectFiles {
        manifests: &["environment.yml", "environment.yaml"],
        locks: &["conda-lock.yml"],
        settings: &[".condarc"],
    },
    ..PackageManager::BLANK
};
