//! Package managers of Ruby, PHP, Perl and Lua.
//!
//! Sources: the manuals of RubyGems, Bundler, Composer, PEAR, PECL, cpan, cpanm and LuaRocks.

use super::operand::VersionSyntax::{Dash, Separators};
use super::row::Action::{Build, Install, InstallProject, Other, Remove, Run, UpdateLists, Upgrade};
use super::row::{
    Cache,
    CacheKind::{Lists, Packages},
    Codes, Home, Launcher, Locked, Notice, PackageManager, Place, ProjectFiles, ProjectScripts, Spelling, Switch,
    cache, cleaner, directory, value, verb, version,
};

/// Only where `GEM_HOME` says where: otherwise the folder is `/usr/lib/ruby/gems/3.4.0/cache`, `/var/lib/gems/3.3.0/cache`.
const GEMS: Cache = cache("/usr/local/bundle/cache", &[("GEM_HOME", "cache")])
    .locked()
    .among_packages()
    .where_placed(None, "without `GEM_HOME`, gems are kept in a folder that is named after the version of Ruby");

const VERSIONED_GEMS: &str = "the folder is named after the version of Ruby";

pub(super) static GEM: PackageManager = PackageManager {
    name: "gem",
    home: Home::Language("ruby"),
    options: &[value("--config-file -s --source --clear-sources -p --http-proxy -B --bulk-threshold")],
    verbs: &[
        verb(Install, &["install", "i"]).on_project(InstallProject).options(&[
            version("-v --version"),
            super::row::requirements("-g --file"),
            value("-i --install-dir -n --bindir -P --trust-policy --platform --without --build-root --document"),
        ]),
        verb(Upgrade, &["update"]).options(&[value("-i --install-dir -n --bindir --platform --document")]),
        verb(Remove, &["uninstall"]).options(&[value("-v --version -i --install-dir -n --bindir --platform")]),
        verb(Build, &["build"]).options(&[value("-o --output")]),
        verb(Run, &["exec"]),
        verb(
            Other,
            &["cleanup", "list", "env", "environment", "sources", "push", "which", "pristine", "fetch", "info"],
        ),
    ],
    versions: Separators(&[":"]),
    package_files: &[".gem"],
    clean: Some("rm -rf \"$(gem env gemdir)\"/cache"),
    caches: &[
        GEMS,
        cache("/usr/local/lib/ruby/gems/cache", &[]).needless(VERSIONED_GEMS),
        cache("/var/lib/gems/cache", &[]).needless(VERSIONED_GEMS),
        // Gems too, with `--user-install`.
        cache(".gem", &[]).needless(VERSIONED_GEMS),
    ],
    elsewhere: "-i --install-dir --user-install --build-root -l --local",
    project: ProjectFiles {
        manifests: &["Gemfile", "gems.rb"],
        locks: &["Gemfile.lock", "gems.locked"],
        settings: &[],
    },
    codes: Codes { unpinned: &["DL3028", "KICS-22cd11f7"], ..Codes::NONE },
    ..PackageManager::BLANK
};

pub(super) static BUNDLER: PackageManager = PackageManager {
    name: "bundle",
    aliases: &["bundler"],
    home: Home::Language("ruby"),
    options: &[value("-r --retry")],
    verbs: &[
        verb(InstallProject, &["install", "i", ""]).options(&[
            value("-j --jobs --path --without --with --gemfile --binstubs --shebang --system --trust-policy"),
            value("--target-rbconfig --prefer-local --standalone --only"),
        ]),
        verb(InstallProject, &["package", "cache", "pack"]),
        verb(Install, &["add"])
            .options(&[version("-v --version"), value("-g --group -s --source --git --branch --path")]),
        verb(Upgrade, &["update"]).options(&[value("-j --jobs -g --group --source --ruby --gemfile")]),
        verb(Remove, &["clean", "remove"]),
        verb(Run, &["exec", "e"]).options(&[value("--gemfile")]),
        verb(Other, &["config", "config set", "config unset", "check", "lock", "binstubs", "info", "show", "list"]),
        verb(Other, &["env", "init", "outdated", "audit", "platform", "version"]),
    ],
    clean: Some("rm -rf ~/.bundle/cache \"$(gem env gemdir)\"/cache"),
    caches: &[
        // With BUNDLE_PATH it is `ruby/<version>/cache` below that.
        GEMS,
        cache(".bundle/cache", &[("BUNDLE_USER_CACHE", ""), ("BUNDLE_USER_HOME", "cache")]),
    ],
    elsewhere: "--path --deployment --standalone --local",
    project: ProjectFiles {
        manifests: &["Gemfile", "gems.rb"],
        locks: &["Gemfile.lock", "gems.locked"],
        settings: &[".bundle", "*.gemspec", ".ruby-version", ".tool-versions"],
    },
    locked: Some(Locked {
        command: "bundle install --frozen",
        verbs: &[],
        spellings: &[Spelling::Flag("--frozen --deployment")],
    }),
    // A Gemfile and a gemspec are Ruby programs; `gemspec` in a Gemfile reads the library's version file.
    project_scripts: ProjectScripts::Always,
    ..PackageManager::BLANK
};

/// `Factory::getHomeDir` takes the first of `~/.config/composer` and `~/.composer` that is there, where there is `/etc/xdg`.
const COMPOSER_HOME: Notice = Notice {
    what: "`composer global` installs into `~/.composer` where that is there, and a mount would put it there",
    unless_moved: true,
    unless: "",
};

pub(super) static COMPOSER: PackageManager = PackageManager {
    name: "composer",
    aliases: &["composer.phar"],
    launchers: &[Launcher::Php],
    home: Home::Language("php"),
    options: &[directory("-d --working-dir")],
    verbs: &[
        verb(InstallProject, &["install", "i"])
            .options(&[value("--prefer-install --ignore-platform-req --apcu-autoloader-prefix")]),
        verb(InstallProject, &["global install", "global update"]).notices(COMPOSER_HOME),
        verb(Install, &["global require"])
            .options(&[value("--prefer-install --ignore-platform-req")])
            .notices(COMPOSER_HOME),
        verb(Install, &["require", "r", "create-project"])
            .options(&[value("--prefer-install --ignore-platform-req --repository -s --stability --repository-url")]),
        verb(Upgrade, &["update", "u", "upgrade", "self-update", "selfupdate"])
            .options(&[value("--prefer-install --ignore-platform-req --with")]),
        verb(Remove, &["remove", "rm", "uninstall", "global remove"]),
        cleaner(&[Lists, Packages], &["clear-cache", "clearcache", "cc"]),
        verb(Build, &["dump-autoload", "dumpautoload", "run-script", "run", "archive"]),
        verb(Run, &["exec"]),
        verb(
            Other,
            &["config", "global config", "validate", "check-platform-reqs", "show", "diagnose", "init", "audit"],
        ),
        // A script of composer.json.
        verb(Build, &["*"]),
    ],
    versions: Separators(&[":", "=", " "]),
    no_cache: Some(Switch {
        insert: "--no-cache",
        place: Place::AfterVerb,
        actions: &[Install, InstallProject],
        spellings: &[Spelling::Flag("--no-cache")],
        environment: &[("COMPOSER_CACHE_DIR", &["/dev/null"])],
    }),
    clean: Some("composer clear-cache"),
    caches: &[
        // The XDG directory is for machines that have `/etc/xdg` or an `XDG_` variable: desktops, not php's images.
        cache(
            ".composer/cache",
            &[("COMPOSER_CACHE_DIR", ""), ("COMPOSER_HOME", "cache"), ("XDG_CACHE_HOME", "composer")],
        ),
        cache(".cache/composer", &[("COMPOSER_CACHE_DIR", ""), ("COMPOSER_HOME", "cache")]),
    ],
    project: ProjectFiles {
        manifests: &["composer.json"],
        locks: &["composer.lock"],
        settings: &["auth.json", "symfony.lock"],
    },
    // Composer installs what composer.lock says and fails where that does not fit the platform.
    locked: Some(Locked { command: "composer install", verbs: &["install"], spellings: &[] }),
    project_scripts: ProjectScripts::Unless(Spelling::Flag("--no-scripts")),
    no_development: Some(Switch::of_project("--no-dev", &[Spelling::Flag("--no-dev")], &[("COMPOSER_NO_DEV", &["1"])])),
    ..PackageManager::BLANK
};

/// `PEAR_Downloader` asks for the file each time; `cache_dir` has the channel's answers about versions.
const PEAR_DOWNLOADS: &str = "PEAR's installer downloads each package again, whatever lies in `/tmp/pear`";

pub(super) static PECL: PackageManager = PackageManager {
    name: "pecl",
    home: Home::Language("php"),
    options: &[value("-c -C -d -D -s -S -u")],
    verbs: &[
        verb(Install, &["install", "i"]).options(&[value("-D --configureoptions -R --installroot -P --packagingroot")]),
        verb(UpdateLists, &["channel-update", "update-channels"]),
        verb(Upgrade, &["upgrade", "up", "upgrade-all"]),
        verb(Remove, &["uninstall", "un"]),
        cleaner(&[Packages], &["clear-cache", "cc"]),
        verb(Other, &["config-set", "config-show", "list", "info", "bundle", "download", "build", "run-tests"]),
    ],
    versions: Dash,
    package_files: &[".tgz", ".tar"],
    clean: Some("rm -rf /tmp/pear"),
    caches: &[cache("/tmp/pear", &[]).needless(PEAR_DOWNLOADS)],
    ..PackageManager::BLANK
};

pub(super) static PEAR: PackageManager = PackageManager {
    name: "pear",
    home: Home::Language("php"),
    options: &[value("-c -C -d -D -s -S -u")],
    verbs: &[
        verb(Install, &["install", "i"]).options(&[value("-R --installroot -P --packagingroot")]),
        verb(UpdateLists, &["channel-update", "update-channels"]),
        verb(Upgrade, &["upgrade", "up", "upgrade-all"]),
        verb(Remove, &["uninstall", "un"]),
        cleaner(&[Packages], &["clear-cache", "cc"]),
        verb(Other, &["config-set", "config-show", "list", "info", "channel-discover", "config-create", "download"]),
    ],
    versions: Dash,
    package_files: &[".tgz", ".tar"],
    clean: Some("rm -rf /tmp/pear"),
    caches: &[cache("/tmp/pear", &[]).needless(PEAR_DOWNLOADS)],
    ..PackageManager::BLANK
};

pub(super) static CPAN: PackageManager = PackageManager {
    name: "cpan",
    home: Home::Language("perl"),
    options: &[value("-j -M -I -s")],
    // cpan has no verb: its operands are modules, unless an option says otherwise.
    verbs: &[verb(Install, &["*"]).when(&[("-l -O -D -A -C -L -r -u", Other)])],
    package_files: &[".tar.gz"],
    installs_paths: true,
    clean: Some("rm -rf ~/.cpan"),
    caches: &[
        // Its configuration lies there too, and what it has built.
        cache(".cpan", &[]).needless("settings lie there too"),
        cache(".cpan/sources", &[]).locked(),
    ],
    ..PackageManager::BLANK
};

pub(super) static CPANM: PackageManager = PackageManager {
    name: "cpanm",
    home: Home::Language("perl"),
    options: &[
        value("-l --local-lib -L --local-lib-contained --mirror --from -M --cpanfile --configure-timeout"),
        value("--build-timeout --test-timeout --cascade-search --with-feature --pp"),
    ],
    verbs: &[verb(Install, &["*"]).on_project(InstallProject).when(&[
        ("--installdeps", InstallProject),
        ("-U --uninstall", Remove),
        ("--info --look", Other),
    ])],
    versions: Separators(&["@", "~"]),
    package_files: &[".tar.gz", ".tgz"],
    installs_paths: true,
    clean: Some("rm -rf ~/.cpanm"),
    // `work/` has a new folder for each run, with the archives in it.
    caches: &[cache(".cpanm", &[("PERL_CPANM_HOME", "")])
        .needless("`cpanm` downloads each archive again, into a new folder of `~/.cpanm/work`")],
    project: ProjectFiles {
        manifests: &["cpanfile", "Makefile.PL", "Build.PL"],
        locks: &["cpanfile.snapshot"],
        settings: &["META.json", "META.yml"],
    },
    project_scripts: ProjectScripts::Always,
    ..PackageManager::BLANK
};

pub(super) static LUAROCKS: PackageManager = PackageManager {
    name: "luarocks",
    home: Home::Language("lua"),
    options: &[value("--server --only-server --only-sources --lua-dir --lua-version --tree --timeout --namespace")],
    verbs: &[
        verb(Install, &["install", "build"]),
        verb(Build, &["make", "test", "pack"]),
        verb(Remove, &["remove"]),
        verb(Other, &["list", "search", "config", "path", "show", "purge", "init", "download", "upload"]),
    ],
    package_files: &[".rock", ".rockspec"],
    clean: Some("rm -rf ~/.cache/luarocks"),
    caches: &[cache(".cache/luarocks", &[("XDG_CACHE_HOME", "luarocks")]).locked()],
    project: ProjectFiles { manifests: &["*.rockspec"], locks: &["luarocks.lock"], settings: &[] },
    ..PackageManager::BLANK
};
