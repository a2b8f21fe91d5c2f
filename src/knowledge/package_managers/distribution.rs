//! Package managers of distributions.
//!
//! Sources: the manual pages apt-get(8), apt.conf(5), aptitude(8), apk(8), dnf(8), yum(8), zypper(8), pacman(8);
//! Docker's best practices for `apt-get`.

use super::operand::VersionSyntax::{Rpm, Separators};
use super::row::Action::{Clean, Install, Other, Remove, UpdateLists, Upgrade};
use super::row::{
    Cache, CacheKind, Codes, FALSE, Family, Home, OptionSpec, PackageManager, Place, Spelling, Switch, TRUE, Verb,
    cache, cleaner, value, verb,
};
use CacheKind::{Lists, Packages};

const APT_OPTIONS: &[OptionSpec] = &[
    value("-o --option -c --config-file -t --target-release --default-release -a --host-architecture"),
    value("-P --build-profiles --with-source"),
];

const APT_NO_RECOMMENDS: Switch = Switch {
    insert: "--no-install-recommends",
    place: Place::AfterVerb,
    actions: &[Install],
    spellings: &[
        Spelling::Flag("--no-install-recommends"),
        Spelling::Valued("--install-recommends", FALSE),
        Spelling::Setting("-o --option", "APT::Install-Recommends", FALSE),
    ],
    environment: &[],
};

const APT_YES: Switch = Switch {
    insert: "-y",
    place: Place::AfterVerb,
    actions: &[Install, Upgrade, Remove],
    spellings: &[
        Spelling::Flag("-y --yes --assume-yes"),
        // apt-get(8): a quiet level of two implies the answer yes.
        Spelling::Repeated("-q --quiet", 2),
        Spelling::Valued("-q --quiet", &["2", "3"]),
        Spelling::Setting("-o --option", "APT::Get::Assume-Yes", TRUE),
        Spelling::Setting("-o --option", "quiet", &["2", "3"]),
        // These change nothing and ask nothing.
        Spelling::Flag("-s --simulate --just-print --dry-run --recon --no-act --print-uris"),
    ],
    environment: &[],
};

const APT_UNVERIFIED: &[Spelling] = &[
    Spelling::Flag("--allow-unauthenticated --force-yes --allow-insecure-repositories"),
    Spelling::Setting("-o --option", "APT::Get::AllowUnauthenticated", TRUE),
    Spelling::Setting("-o --option", "Acquire::AllowInsecureRepositories", TRUE),
    Spelling::Setting("-o --option", "Acquire::https::Verify-Peer", FALSE),
];

const APT_CACHES: &[Cache] = &[
    cache("/var/lib/apt/lists", &[]).of(Lists).locked(),
    // The official Debian and Ubuntu images delete archives by /etc/apt/apt.conf.d/docker-clean.
    cache("/var/cache/apt", &[]).locked().emptied(),
];

const APT_CODES: Codes = Codes {
    prompt: &["DL3014", "DS-0021", "KICS-77783205", "missing-assume-yes-switch", "aptGetInstallUseY", "S6584"],
    unpinned: &["DL3008", "KICS-965a08d7"],
    cache: &[
        "DL3009",
        "KICS-df746b39",
        "DKL-DI-0005",
        "remove-package-lists",
        "aptGetInstallThenRemoveAptLists",
        "S6587",
    ],
    upgrade: &["DS-0024", "KICS-682fe378", "avoid-apt-get-upgrade", "DKL-DI-0003"],
    unverified: &["CKV2_DOCKER_8", "CKV2_DOCKER_11"],
};

pub(super) static APT_GET: PackageManager = PackageManager {
    name: "apt-get",
    home: Home::System(Family::Debian),
    options: APT_OPTIONS,
    verbs: &[
        verb(Install, &["install", "reinstall"]),
        verb(Install, &["build-dep", "satisfy"]),
        verb(UpdateLists, &["update"]),
        verb(Upgrade, &["upgrade", "dist-upgrade", "dselect-upgrade"]),
        verb(Remove, &["remove", "purge", "autoremove", "autopurge", "auto-remove"]),
        cleaner(&[Packages], &["clean", "autoclean", "auto-clean"]),
        // apt-get(8): "distclean is the same as clean, but also removes the package lists".
        cleaner(&[Lists, Packages], &["distclean", "dist-clean"]),
        verb(Other, &["download", "source", "changelog", "check", "indextargets"]),
    ],
    versions: Separators(&["=", "/"]),
    package_files: &[".deb"],
    no_prompt: Some(APT_YES),
    no_recommends: Some(APT_NO_RECOMMENDS),
    unverified: APT_UNVERIFIED,
    clean: Some("rm -rf /var/lib/apt/lists/*"),
    caches: APT_CACHES,
    codes: APT_CODES,
    ..PackageManager::BLANK
};

pub(super) static APT: PackageManager = PackageManager {
    name: "apt",
    home: Home::System(Family::Debian),
    options: APT_OPTIONS,
    verbs: &[
        verb(Install, &["install", "reinstall"]),
        verb(Install, &["build-dep", "satisfy"]),
        verb(UpdateLists, &["update"]),
        verb(Upgrade, &["upgrade", "full-upgrade", "dist-upgrade"]),
        verb(Remove, &["remove", "purge", "autoremove", "autopurge", "auto-remove"]),
        cleaner(&[Packages], &["clean", "autoclean", "auto-clean"]),
        // apt-get(8): "distclean is the same as clean, but also removes the package lists".
        cleaner(&[Lists, Packages], &["distclean", "dist-clean"]),
        verb(Other, &["list", "search", "show", "edit-sources", "download", "source", "policy"]),
    ],
    versions: Separators(&["=", "/"]),
    package_files: &[".deb"],
    no_prompt: Some(APT_YES),
    no_recommends: Some(APT_NO_RECOMMENDS),
    unverified: APT_UNVERIFIED,
    clean: Some("rm -rf /var/lib/apt/lists/*"),
    caches: APT_CACHES,
    // hadolint asks for DL3009 of its lists; Trivy and KICS look at apt-get alone.
    codes: Codes { cache: &["DL3009"], ..Codes::NONE },
    ..PackageManager::BLANK
};

pub(super) static APTITUDE: PackageManager = PackageManager {
    name: "aptitude",
    home: Home::System(Family::Debian),
    options: &[value("-o -t --target-release -q -F --display-format -O --sort -w --width --add-user-tag")],
    verbs: &[
        verb(Install, &["install", "reinstall"]),
        verb(Install, &["build-dep", "build-depends"]),
        verb(UpdateLists, &["update"]),
        verb(Upgrade, &["safe-upgrade", "full-upgrade", "upgrade", "dist-upgrade"]),
        verb(Remove, &["remove", "purge"]),
        cleaner(&[Packages], &["clean", "autoclean"]),
        verb(Other, &["search", "show", "hold", "unhold", "download", "why"]),
    ],
    versions: Separators(&["=", "/"]),
    package_files: &[".deb"],
    // aptitude(8): unlike apt-get, it does not take `-qq` for a yes.
    no_prompt: Some(Switch {
        insert: "-y",
        place: Place::AfterVerb,
        actions: &[Install, Upgrade, Remove],
        spellings: &[
            Spelling::Flag("-y --assume-yes -s --simulate"),
            Spelling::Setting("-o", "Aptitude::CmdLine::Assume-Yes", TRUE),
        ],
        environment: &[],
    }),
    no_recommends: Some(Switch {
        insert: "--without-recommends",
        place: Place::AfterVerb,
        actions: &[Install],
        spellings: &[
            Spelling::Flag("-R --without-recommends"),
            Spelling::Setting("-o", "APT::Install-Recommends", FALSE),
        ],
        environment: &[],
    }),
    unverified: &[Spelling::Flag("--allow-untrusted")],
    clean: Some("rm -rf /var/lib/apt/lists/*"),
    caches: APT_CACHES,
    codes: Codes { cache: &["DL3009"], ..Codes::NONE },
    ..PackageManager::BLANK
};

pub(super) static APK: PackageManager = PackageManager {
    name: "apk",
    home: Home::System(Family::Alpine),
    options: &[
        value("-p --root -X --repository --arch --cache-dir --cache-max-age --keys-dir --repositories-file --wait"),
        value("--progress-fd --timeout"),
    ],
    verbs: &[
        verb(Install, &["add"]).options(&[value("-t --virtual")]),
        verb(UpdateLists, &["update"]),
        verb(Upgrade, &["upgrade", "fix"]),
        verb(Remove, &["del"]),
        cleaner(&[Lists, Packages], &["cache clean", "cache purge"]),
        verb(Other, &["info", "search", "fetch", "policy", "list", "version", "audit", "verify", "index"]),
    ],
    versions: Separators(&["~=", ">=", "<=", "=", "~", ">", "<", "@"]),
    package_files: &[".apk"],
    no_cache: Some(Switch {
        insert: "--no-cache",
        place: Place::AfterVerb,
        actions: &[Install, Upgrade, UpdateLists],
        spellings: &[Spelling::Flag("--no-cache")],
        environment: &[],
    }),
    unverified: &[Spelling::Flag("--allow-untrusted")],
    clean: Some("rm -rf /var/cache/apk/*"),
    caches: &[cache("/var/cache/apk", &[]).of(Lists).locked().needless(
        "`apk` keeps packages only where `/etc/apk/cache` is a link, and lists alone are fetched in a second",
    )],
    codes: Codes {
        unpinned: &["DL3018", "KICS-d3499f6d"],
        cache: &[
            "DL3019",
            "DS-0025",
            "KICS-ae9c56a6",
            "DKL-DI-0004",
            "missing-apk-no-cache",
            "apkAddUseNoCache",
            "S6587",
        ],
        upgrade: &["KICS-989ab888", "avoid-apk-upgrade"],
        unverified: &["CKV2_DOCKER_7"],
        ..Codes::NONE
    },
    ..PackageManager::BLANK
};

const DNF_OPTIONS: &[OptionSpec] = &[
    value("-c --config -d --debuglevel -e --errorlevel -R --randomwait -x --exclude --excludepkgs --setopt"),
    value("--enablerepo --disablerepo --repo --repoid --enable-repo --disable-repo --releasever --installroot"),
    value("--forcearch --comment --advisory --advisories --disableexcludes --disableplugin --enableplugin"),
    value("--repofrompath --downloaddir --destdir --color --rpmverbosity --sec-severity --use-host-config --from-repo"),
];

const DNF_YES: Switch = Switch {
    insert: "-y",
    place: Place::AfterVerb,
    actions: &[Install, Upgrade, Remove],
    spellings: &[
        Spelling::Flag("-y --assumeyes --assume-yes"),
        Spelling::Setting("--setopt", "assumeyes", TRUE),
        Spelling::Setting("--setopt", "defaultyes", TRUE),
    ],
    environment: &[],
};

const DNF_NO_RECOMMENDS: Switch = Switch {
    insert: "--setopt=install_weak_deps=False",
    place: Place::AfterVerb,
    actions: &[Install],
    spellings: &[Spelling::Setting("--setopt", "install_weak_deps", FALSE)],
    environment: &[],
};

/// dnf.conf(5), yum.conf(5), `keepcache`: off unless it is set. yum of CentOS 7 takes it too.
const DNF_KEEPS: Switch = Switch {
    insert: "--setopt=keepcache=1",
    place: Place::AfterVerb,
    actions: &[Install, Upgrade],
    spellings: &[Spelling::Setting("--setopt", "keepcache", TRUE)],
    environment: &[],
};

const DNF_UNVERIFIED: &[Spelling] = &[
    Spelling::Flag("--nogpgcheck --no-gpgchecks"),
    Spelling::Setting("--setopt", "gpgcheck", FALSE),
    Spelling::Setting("--setopt", "*.gpgcheck", FALSE),
    Spelling::Setting("--setopt", "sslverify", FALSE),
    Spelling::Setting("--setopt", "*.sslverify", FALSE),
];

const DNF_VERBS: &[Verb] = &[
    verb(Install, &["install", "in", "localinstall", "reinstall", "rei", "downgrade", "dg", "swap"]),
    verb(Install, &["groupinstall", "group install", "groups install", "grp install", "module install"]),
    verb(Install, &["builddep", "install-n", "install-na", "install-nevra"]),
    verb(UpdateLists, &["makecache", "mc", "check-update", "check-upgrade"]),
    verb(Upgrade, &["upgrade", "update", "up", "upgrade-minimal", "update-minimal", "up-min", "distro-sync", "dsync"]),
    verb(Upgrade, &["groupupdate", "group upgrade", "group update"]),
    verb(Remove, &["remove", "rm", "erase", "autoremove", "groupremove", "group remove", "module remove"]),
    cleaner(&[Lists, Packages], &["clean all"]),
    cleaner(&[Packages], &["clean packages"]),
    cleaner(&[Lists], &["clean metadata", "clean expire-cache", "clean dbcache"]),
    verb(Clean, &["clean"]),
    verb(
        Other,
        &["repolist", "list", "info", "search", "provides", "config-manager", "module enable", "module disable"],
    ),
    verb(Other, &["module reset", "copr", "download", "repoquery", "versionlock", "history", "config-manager addrepo"]),
];

const RPM_ELSEWHERE: &str = "--installroot -c --config -C --cacheonly --downloadonly --downloaddir --destdir";

pub(super) static DNF: PackageManager = PackageManager {
    name: "dnf",
    aliases: &["dnf5", "dnf-3"],
    home: Home::System(Family::Fedora),
    options: DNF_OPTIONS,
    verbs: DNF_VERBS,
    versions: Rpm,
    package_files: &[".rpm"],
    no_prompt: Some(DNF_YES),
    no_recommends: Some(DNF_NO_RECOMMENDS),
    unverified: DNF_UNVERIFIED,
    keeps: Some(DNF_KEEPS),
    clean: Some("dnf clean all"),
    caches: &[cache("/var/cache/dnf", &[]).of(Lists).locked(), cache("/var/cache/libdnf5", &[]).of(Lists).locked()],
    elsewhere: RPM_ELSEWHERE,
    codes: Codes {
        prompt: &["DL3038", "KICS-7ebd323c", "missing-dnf-assume-yes-switch", "S6584"],
        unpinned: &["DL3041", "KICS-93d88cf7"],
        cache: &["DL3040", "DS-0019", "KICS-295acb63", "missing-dnf-clean-all", "S6587"],
        upgrade: &["KICS-09fda05e", "avoid-dnf-update"],
        unverified: &["CKV2_DOCKER_9", "CKV2_DOCKER_15"],
    },
    ..PackageManager::BLANK
};

/// Photon's and Azure Linux' own, which reads dnf's options, and no other package manager is beside it.
pub(super) static TDNF: PackageManager = PackageManager {
    name: "tdnf",
    home: Home::System(Family::Fedora),
    options: DNF_OPTIONS,
    verbs: DNF_VERBS,
    versions: Rpm,
    package_files: &[".rpm"],
    no_prompt: Some(DNF_YES),
    unverified: DNF_UNVERIFIED,
    clean: Some("tdnf clean all"),
    // `client/rpmtrans.c`; not all versions heed `--setopt=keepcache=1`.
    caches: &[cache("/var/cache/tdnf", &[])
        .of(Lists)
        .locked()
        .needless("`tdnf` deletes packages once they are installed, and not every version can be told to keep them")],
    codes: DNF.codes,
    ..PackageManager::BLANK
};

/// `dnf_context_set_cache_age` and `dnf_context_set_keep_cache` in its `dnf-main.c`; versions before 3.6 fail at
/// `--setopt=keepcache=1` (rpm-software-management/microdnf#98).
const MICRODNF_FETCHES: &str =
    "`microdnf` fetches all lists again when it starts, and deletes packages once they are installed";

pub(super) static MICRODNF: PackageManager = PackageManager {
    name: "microdnf",
    home: Home::System(Family::Fedora),
    options: DNF_OPTIONS,
    verbs: DNF_VERBS,
    versions: Rpm,
    package_files: &[".rpm"],
    no_prompt: Some(DNF_YES),
    no_recommends: Some(DNF_NO_RECOMMENDS),
    unverified: DNF_UNVERIFIED,
    clean: Some("microdnf clean all"),
    caches: &[
        cache("/var/cache/yum", &[]).of(Lists).locked().needless(MICRODNF_FETCHES),
        cache("/var/cache/dnf", &[]).of(Lists).locked().needless(MICRODNF_FETCHES),
        cache("/var/cache/libdnf5", &[]).of(Lists).locked().needless(MICRODNF_FETCHES),
    ],
    codes: Codes {
        prompt: &["DL3038", "S6584"],
        unpinned: &["DL3041"],
        cache: &["DL3040", "DS-0027", "S6587"],
        ..Codes::NONE
    },
    ..PackageManager::BLANK
};

pub(super) static YUM: PackageManager = PackageManager {
    name: "yum",
    home: Home::System(Family::Fedora),
    options: DNF_OPTIONS,
    verbs: DNF_VERBS,
    versions: Rpm,
    package_files: &[".rpm"],
    no_prompt: Some(DNF_YES),
    unverified: DNF_UNVERIFIED,
    keeps: Some(DNF_KEEPS),
    clean: Some("yum clean all"),
    // Since RHEL 8, yum is another name of dnf and fills dnf's directory.
    caches: &[
        cache("/var/cache/yum", &[]).of(Lists).locked(),
        cache("/var/cache/dnf", &[]).of(Lists).locked(),
        cache("/var/cache/libdnf5", &[]).of(Lists).locked(),
    ],
    elsewhere: RPM_ELSEWHERE,
    codes: Codes {
        prompt: &["DL3030", "KICS-6e19193a", "missing-yum-assume-yes-switch", "yumInstallForceYes", "S6584"],
        unpinned: &["DL3033", "KICS-6452c424"],
        cache: &["DL3032", "DS-0015", "KICS-00481784", "yumInstallRmVarCacheYum", "S6587"],
        upgrade: &["KICS-8f6456be", "avoid-yum-update"],
        unverified: &["CKV2_DOCKER_9", "CKV2_DOCKER_15"],
    },
    ..PackageManager::BLANK
};

pub(super) static ZYPPER: PackageManager = PackageManager {
    name: "zypper",
    home: Home::System(Family::Suse),
    options: &[
        value("-c --config --userdata --reposd-dir -D --cache-dir -C --raw-cache-dir --solv-cache-dir --pkg-cache-dir"),
        value("--root -R --installroot --plus-repo -p --plus-content --releasever --xmlstream"),
    ],
    verbs: &[
        verb(Install, &["install", "in", "source-install", "si", "install-new-recommends", "inr"])
            .options(&[value("-r --repo --from -t --type --download")]),
        verb(UpdateLists, &["refresh", "ref", "refresh-services", "refs"]).options(&[value("-r --repo")]),
        verb(Upgrade, &["update", "up", "patch", "dist-upgrade", "dup"])
            .options(&[value("-r --repo --from -t --type -b --bugzilla --bz --cve -g --category --date --download")]),
        verb(Remove, &["remove", "rm"]).options(&[value("-r --repo -t --type")]),
        cleaner(&[Lists, Packages], &["clean", "cc"]).options(&[value("-r --repo")]),
        verb(Other, &["addrepo", "ar", "removerepo", "rr", "modifyrepo", "mr", "repos", "lr", "search", "se", "info"]),
        verb(Other, &["addlock", "al", "verify", "ve", "locks", "ll"]),
    ],
    versions: Separators(&[">=", "<=", "=", ">", "<"]),
    package_files: &[".rpm"],
    no_prompt: Some(Switch {
        insert: "--non-interactive",
        place: Place::AfterTool,
        actions: &[Install, Upgrade, Remove],
        spellings: &[Spelling::Flag("-n --non-interactive -y --no-confirm")],
        environment: &[],
    }),
    no_recommends: Some(Switch {
        insert: "--no-recommends",
        place: Place::AfterVerb,
        actions: &[Install],
        spellings: &[Spelling::Flag("--no-recommends")],
        environment: &[("ZYPP_ONLY_REQUIRES", TRUE)],
    }),
    unverified: &[Spelling::Flag("--no-gpg-checks --gpgcheck-allow-unsigned --allow-unsigned-rpm -G --no-gpgcheck")],
    clean: Some("zypper clean --all"),
    caches: &[cache("/var/cache/zypp", &[]).of(Lists).locked().needless(
        "`zypper` keeps packages only of repositories that are set to `keeppackages=1`, and lists of the same name in all releases",
    )],
    codes: Codes {
        prompt: &["DL3034", "KICS-45e1fca5", "S6584"],
        unpinned: &["DL3037", "KICS-562952e4"],
        cache: &["DL3036", "DS-0020", "KICS-38300d1a", "missing-zypper-clean", "S6587"],
        upgrade: &["DL3035", "KICS-d4895357", "avoid-zypper-update"],
        ..Codes::NONE
    },
    ..PackageManager::BLANK
};

pub(super) static PACMAN: PackageManager = PackageManager {
    name: "pacman",
    home: Home::System(Family::Arch),
    options: &[
        value("-b --dbpath -r --root --arch --cachedir --color --config --gpgdir --hookdir --logfile --sysroot"),
        value("--ignore --ignoregroup --assume-installed --overwrite --print-format --ask"),
    ],
    // Verbs are options here; those with more letters come first.
    verbs: &[
        cleaner(&[Packages], &["-Sc"]),
        verb(Install, &["-Su"]).on_project(Upgrade),
        verb(Install, &["-Sy"]).on_project(UpdateLists),
        verb(Other, &["-Ss", "-Si", "-Sg", "-Sl"]),
        verb(Install, &["-S", "-U", "--sync", "--upgrade"]).when(&[
            ("--clean", Clean),
            ("-u --sysupgrade", Upgrade),
            ("-s -i --search --info", Other),
        ]),
        verb(Remove, &["-R", "--remove"]),
        verb(Other, &["-Q", "-F", "-D", "-T", "--query", "--files", "--database", "--deptest"]),
    ],
    versions: Separators(&[">=", "<=", "=", ">", "<"]),
    package_files: &[".pkg.tar.zst", ".pkg.tar.xz", ".pkg.tar.gz"],
    no_prompt: Some(Switch {
        insert: "--noconfirm",
        place: Place::AfterVerb,
        actions: &[Install, Upgrade, Remove, Clean],
        spellings: &[Spelling::Flag("--noconfirm")],
        environment: &[],
    }),
    clean: Some("rm -rf /var/cache/pacman/pkg/* /var/lib/pacman/sync/*"),
    caches: &[
        cache("/var/cache/pacman/pkg", &[])
            .locked()
            .needless("`package-cleanup.hook` of the archlinux image deletes packages behind each installation"),
        cache("/var/lib/pacman/sync", &[])
            .of(Lists)
            .locked()
            .needless("lists that are older than the packages that are there make `pacman` fail"),
    ],
    ..PackageManager::BLANK
};
