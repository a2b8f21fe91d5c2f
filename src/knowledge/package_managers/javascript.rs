//! Package managers of JavaScript.
//!
//! Sources: the manuals of npm, Yarn 1 and Yarn Berry, pnpm, Bun and Deno; Node's page on Corepack.

use crate::knowledge::options::OptionSyntax::GnuWithBooleans;

use super::operand::VersionSyntax::Npm;
use super::row::Action::{Build, Install, InstallProject, Other, Remove, Run, Upgrade};
use super::row::{
    CacheKind::Packages, Codes, FALSE, Home, Launcher, Locked, PackageManager, Place, ProjectFiles, ProjectScripts,
    Spelling, Switch, cache, cleaner, directory, value, verb,
};

const TARBALLS: &[&str] = &[".tgz", ".tar.gz", ".tar"];

pub(super) static NPM: PackageManager = PackageManager {
    name: "npm",
    launchers: &[Launcher::Corepack],
    home: Home::Language("javascript"),
    syntax: GnuWithBooleans,
    options: &[
        directory("--prefix -C"),
        value("--registry --loglevel --cache --userconfig --globalconfig --omit --include --only -w --workspace"),
        value("--tag --script-shell --fetch-timeout --fetch-retries --fetch-retry-mintimeout --fetch-retry-maxtimeout"),
        value("--fetch-retry-factor --maxsockets --audit-level --install-strategy --before --otp --scope --cpu --os"),
        value("--libc --location --https-proxy --proxy --noproxy --python --node-options --network-timeout --cafile"),
        value("--auth-type --node-gyp --arch --target --target_arch --disturl --user-agent"),
    ],
    verbs: &[
        verb(Install, &["install", "i", "add", "in", "ins", "inst", "insta", "instal", "isnt", "isntall"])
            .on_project(InstallProject),
        verb(InstallProject, &["ci", "clean-install", "ic", "install-clean", "isntall-clean", "cit"]),
        verb(InstallProject, &["install-test", "it"]),
        verb(Install, &["update", "up", "upgrade", "udpate"]).on_project(Upgrade),
        verb(Remove, &["uninstall", "un", "unlink", "remove", "rm", "r", "prune"]),
        cleaner(&[Packages], &["cache clean", "cache clear", "cache rm"]),
        verb(Build, &["run", "run-script", "rum", "urn", "test", "t", "tst", "rebuild", "rb", "pack", "publish"]),
        verb(Run, &["exec", "x", "start", "init", "create", "stop", "restart"]),
        verb(Other, &["config", "config set", "config get", "set", "get", "view", "ls", "list", "audit", "audit fix"]),
        verb(Other, &["version", "link", "ln", "login", "adduser", "whoami", "root", "pkg", "fund", "dedupe", "cache"]),
    ],
    versions: Npm,
    package_files: TARBALLS,
    installs_paths: true,
    unverified: &[Spelling::Valued("--strict-ssl", FALSE), Spelling::Flag("--no-strict-ssl")],
    clean: Some("npm cache clean --force"),
    caches: &[cache(".npm", &[("npm_config_cache", ""), ("NPM_CONFIG_CACHE", "")])],
    elsewhere: "--cache",
    offline: "--offline",
    project: ProjectFiles {
        manifests: &["package.json"],
        locks: &["package-lock.json", "npm-shrinkwrap.json"],
        settings: &[".npmrc"],
    },
    locked: Some(Locked { command: "npm ci", verbs: &["ci"], spellings: &[] }),
    project_scripts: ProjectScripts::Unless(Spelling::Flag("--ignore-scripts")),
    codes: Codes {
        unpinned: &["DL3016", "KICS-e36d8880"],
        cache: &["npmCacheCleanAfterInstall", "S6587"],
        unverified: &["CKV2_DOCKER_13"],
        ..Codes::NONE
    },
    no_development: Some(Switch::of_project(
        "--omit=dev",
        &[
            Spelling::Flag("--production --prod -P"),
            Spelling::Valued("--omit", &["dev"]),
            Spelling::Valued("--only", &["prod", "production"]),
        ],
        &[
            ("NODE_ENV", &["production"]),
            ("npm_config_omit", &["dev"]),
            ("NPM_CONFIG_OMIT", &["dev"]),
            ("NPM_CONFIG_PRODUCTION", &["true"]),
            ("NPM_CONFIG_ONLY", &["production", "prod"]),
        ],
    )),
    ..PackageManager::BLANK
};

/// Downloads a package, if need be, and runs it.
pub(super) static NPX: PackageManager = PackageManager {
    name: "npx",
    aliases: &["pnpx", "bunx"],
    home: Home::Language("javascript"),
    options: &[value("-p --package -c --call --registry --cache --userconfig -w --workspace --node-options")],
    verbs: &[verb(Run, &["*"])],
    versions: Npm,
    caches: &[cache(".npm", &[("npm_config_cache", ""), ("NPM_CONFIG_CACHE", "")])],
    clean: Some("npm cache clean --force"),
    ..PackageManager::BLANK
};

pub(super) static YARN: PackageManager = PackageManager {
    name: "yarn",
    aliases: &["yarnpkg"],
    launchers: &[Launcher::Corepack],
    home: Home::Language("javascript"),
    syntax: GnuWithBooleans,
    options: &[
        directory("--cwd"),
        value("--registry --cache-folder --preferred-cache-folder --modules-folder --network-timeout --mutex"),
        value("--network-concurrency --child-concurrency --global-folder --link-folder --prefix --use-yarnrc --otp"),
        value("--https-proxy --proxy --emoji --har"),
    ],
    verbs: &[
        verb(InstallProject, &["", "install"]).options(&[value("--mode")]),
        verb(InstallProject, &["workspaces focus"]),
        verb(Install, &["add", "global add", "up"]).options(&[value("--mode")]),
        verb(Install, &["upgrade", "global upgrade", "upgrade-interactive"]).on_project(Upgrade),
        verb(Remove, &["remove", "global remove"]),
        cleaner(&[Packages], &["cache clean"]),
        verb(Build, &["run", "test", "build", "workspace", "workspaces run", "workspaces foreach", "rebuild", "pack"]),
        verb(Run, &["exec", "dlx", "create", "start", "node", "init"]),
        verb(Other, &["config", "config set", "config get", "set", "set version", "info", "list", "why", "link"]),
        verb(Other, &["version", "versions", "audit", "plugin import", "dedupe", "cache", "global bin", "policies"]),
        verb(Other, &["import", "login", "outdated", "bin", "licenses", "npm", "unlink", "check", "autoclean"]),
        // `yarn lint` is `yarn run lint`.
        verb(Build, &["*"]),
    ],
    versions: Npm,
    package_files: TARBALLS,
    installs_paths: true,
    unverified: &[Spelling::Valued("--strict-ssl", FALSE)],
    clean: Some("yarn cache clean"),
    caches: &[
        // https://github.com/yarnpkg/yarn/issues/4628
        cache(".cache/yarn", &[("YARN_CACHE_FOLDER", ""), ("XDG_CACHE_HOME", "yarn"), ("npm_config_cache_folder", "")])
            .of_root("/usr/local/share/.cache/yarn"),
        cache(".yarn/berry/cache", &[("YARN_CACHE_FOLDER", ""), ("YARN_GLOBAL_FOLDER", "cache")]).of_later_versions(),
    ],
    elsewhere: "--cache-folder",
    offline: "--offline",
    project: ProjectFiles {
        manifests: &["package.json"],
        locks: &["yarn.lock"],
        settings: &[".yarnrc.yml", ".yarnrc", ".npmrc", ".yarn", ".pnp.cjs"],
    },
    locked: Some(Locked {
        command: "yarn install --frozen-lockfile",
        verbs: &[],
        spellings: &[Spelling::Flag("--frozen-lockfile --immutable")],
    }),
    project_scripts: ProjectScripts::Unless(Spelling::Flag("--ignore-scripts")),
    codes: Codes {
        cache: &["DL3060", "yarnCacheCleanAfterInstall", "S6587"],
        unverified: &["CKV2_DOCKER_13"],
        ..Codes::NONE
    },
    no_development: Some(Switch::of_project(
        "--production",
        &[Spelling::Flag("--production --prod")],
        &[("NODE_ENV", &["production"])],
    )),
    ..PackageManager::BLANK
};

pub(super) static PNPM: PackageManager = PackageManager {
    name: "pnpm",
    launchers: &[Launcher::Corepack],
    home: Home::Language("javascript"),
    syntax: GnuWithBooleans,
    options: &[
        directory("-C --dir --prefix"),
        value("-F --filter --filter-prod --store-dir --virtual-store-dir --registry --loglevel --reporter"),
        value("--network-concurrency --child-concurrency --workspace-concurrency --fetch-timeout --fetch-retries"),
        value("--node-linker --package-import-method --modules-dir --lockfile-dir --global-dir --config --cpu --os"),
        value("--libc --changed-files-ignore-pattern --test-pattern"),
    ],
    verbs: &[
        verb(InstallProject, &["install", "i", "fetch", "install-test", "it"]),
        verb(Install, &["add"]),
        verb(InstallProject, &["ci"]),
        verb(Install, &["update", "up", "upgrade"]).on_project(Upgrade),
        verb(Remove, &["remove", "rm", "uninstall", "un", "prune"]),
        cleaner(&[Packages], &["store prune"]),
        verb(Build, &["run", "run-script", "test", "t", "tst", "deploy", "rebuild", "rb", "pack", "build"]),
        verb(Run, &["exec", "dlx", "create", "start", "node"]),
        verb(Other, &["config", "config set", "config get", "c", "set", "get", "list", "ls", "store path", "store"]),
        verb(Other, &["env use", "env add", "setup", "link", "ln", "import", "audit", "outdated", "why", "dedupe"]),
        verb(Other, &["approve-builds", "patch", "self-update", "help"]),
        // `pnpm lint` is `pnpm run lint`.
        verb(Build, &["*"]),
    ],
    versions: Npm,
    package_files: TARBALLS,
    installs_paths: true,
    unverified: &[Spelling::Valued("--strict-ssl", FALSE), Spelling::Flag("--no-strict-ssl")],
    clean: Some("pnpm store prune"),
    caches: &[
        cache(
            ".local/share/pnpm/store",
            &[("npm_config_store_dir", ""), ("PNPM_HOME", "store"), ("XDG_DATA_HOME", "pnpm/store")],
        ),
        cache(".cache/pnpm", &[("XDG_CACHE_HOME", "pnpm")]),
    ],
    elsewhere: "--store-dir",
    offline: "--offline",
    project: ProjectFiles {
        manifests: &["package.json", "pnpm-workspace.yaml"],
        locks: &["pnpm-lock.yaml"],
        settings: &[".npmrc", ".pnpmfile.cjs", ".pnpmfile.mjs", "patches"],
    },
    locked: Some(Locked {
        command: "pnpm install --frozen-lockfile",
        verbs: &["ci"],
        spellings: &[Spelling::Flag("--frozen-lockfile")],
    }),
    project_scripts: ProjectScripts::Unless(Spelling::Flag("--ignore-scripts")),
    no_development: Some(Switch::of_project(
        "--prod",
        &[Spelling::Flag("--prod --production -P")],
        &[("NODE_ENV", &["production"])],
    )),
    ..PackageManager::BLANK
};

pub(super) static BUN: PackageManager = PackageManager {
    name: "bun",
    home: Home::Language("javascript"),
    options: &[
        directory("--cwd"),
        value(
            "-c --config --cache-dir --registry --concurrent-scripts --network-concurrency --backend --omit --filter",
        ),
        value("--linker --cafile --ca --minimum-release-age"),
    ],
    verbs: &[
        verb(Install, &["install", "i"]).on_project(InstallProject),
        verb(InstallProject, &["ci"]),
        verb(Install, &["add", "a"]),
        verb(Install, &["update"]).on_project(Upgrade),
        verb(Remove, &["remove", "rm"]),
        cleaner(&[Packages], &["pm cache rm"]),
        verb(Build, &["build", "test"]).options(&[value("--outdir --outfile --target --format --entrypoint")]),
        verb(Run, &["run", "x", "create", "c", "exec", "init"]),
        verb(Other, &["pm", "link", "unlink", "upgrade", "outdated", "audit", "publish", "patch", "repl"]),
        verb(Run, &["*"]),
    ],
    versions: Npm,
    package_files: TARBALLS,
    installs_paths: true,
    no_cache: Some(Switch {
        insert: "--no-cache",
        place: Place::AfterVerb,
        actions: &[Install, InstallProject],
        spellings: &[Spelling::Flag("--no-cache")],
        environment: &[],
    }),
    clean: Some("bun pm cache rm"),
    caches: &[cache(".bun/install/cache", &[("BUN_INSTALL_CACHE_DIR", ""), ("BUN_INSTALL", "install/cache")])],
    project: ProjectFiles {
        manifests: &["package.json"],
        locks: &["bun.lock", "bun.lockb"],
        settings: &["bunfig.toml", ".npmrc"],
    },
    locked: Some(Locked {
        command: "bun install --frozen-lockfile",
        verbs: &["ci"],
        spellings: &[Spelling::Flag("--frozen-lockfile")],
    }),
    project_scripts: ProjectScripts::Unless(Spelling::Flag("--ignore-scripts")),
    no_development: Some(Switch::of_project(
        "--production",
        &[Spelling::Flag("-p --production --prod"), Spelling::Valued("--omit", &["dev"])],
        &[],
    )),
    ..PackageManager::BLANK
};

pub(super) static DENO: PackageManager = PackageManager {
    name: "deno",
    home: Home::Language("javascript"),
    options: &[value("-c --config --import-map --lock --cert -L --log-level --node-modules-dir --vendor-dir")],
    verbs: &[
        verb(Install, &["install", "i"])
            .on_project(InstallProject)
            .when(&[("-e --entrypoint", InstallProject)])
            .options(&[value("-n --name --root")]),
        verb(Install, &["add"]),
        verb(InstallProject, &["cache"]),
        verb(Remove, &["remove", "uninstall"]),
        cleaner(&[Packages], &["clean"]),
        verb(Build, &["compile", "test", "check", "bundle", "bench", "lint", "task"])
            .options(&[value("-o --output --target --include")]),
        verb(Run, &["run", "serve", "eval"]).options(&[value("--port --host --env-file")]),
        verb(Upgrade, &["upgrade", "outdated", "update"]),
        verb(Other, &["info", "fmt", "doc", "init", "types", "completions", "publish", "repl"]),
        verb(Run, &["*"]),
    ],
    versions: Npm,
    installs_paths: true,
    unverified: &[Spelling::Flag("--unsafely-ignore-certificate-errors")],
    clean: Some("deno clean"),
    caches: &[cache(".cache/deno", &[("DENO_DIR", ""), ("XDG_CACHE_HOME", "deno")])],
    project: ProjectFiles {
        manifests: &["deno.json", "deno.jsonc", "package.json"],
        locks: &["deno.lock"],
        settings: &[".npmrc", "import_map.json"],
    },
    locked: Some(Locked { command: "deno install --frozen", verbs: &[], spellings: &[Spelling::Flag("--frozen")] }),
    project_scripts: ProjectScripts::Never,
    ..PackageManager::BLANK
};
