//! Package managers and build tools of compiled languages.
//!
//! Sources: the manuals of Cargo, Go, Maven, Gradle, .NET, Mix, Cabal, Stack and opam.

use crate::knowledge::options::OptionSyntax::WholeWords;

use super::operand::VersionSyntax::{Dash, Npm, Separators};
use super::row::Action::{Build, Clean, Install, InstallProject, Other, Remove, Run, UpdateLists, Upgrade};
use super::row::{
    CacheKind::{Compiled, Lists, Packages},
    Codes, Home, Locked, Notice, OptionSpec, PackageManager, Place, ProjectFiles, ProjectScripts, Spelling, Switch,
    TRUE, Verb, cache, cleaner, directory, project, value, verb, version,
};

pub(super) static CARGO: PackageManager = PackageManager {
    name: "cargo",
    home: Home::Language("rust"),
    options: &[
        directory("-C"),
        value("--manifest-path --color --config -Z -j --jobs --target --target-dir --profile -F --features -p"),
        value("--package --bin --example --test --bench --exclude --message-format --registry --index --lockfile-path"),
    ],
    verbs: &[
        verb(InstallProject, &["fetch", "vendor"]),
        verb(Install, &["install"]).on_project(Build).when(&[("--path", Build)]).options(&[
            version("--version --vers"),
            project("--path"),
            value("--git --branch --tag --rev --root"),
        ]),
        verb(Install, &["binstall", "quickinstall"]).options(&[version("--version --vers"), value("--root --targets")]),
        verb(Upgrade, &["update"]).options(&[value("--precise")]),
        verb(Remove, &["uninstall"]),
        verb(Build, &["build", "b", "check", "c", "test", "t", "rustc", "bench", "doc", "clippy", "zigbuild"]),
        verb(Build, &["package", "publish", "fmt", "nextest run", "leptos build", "deb", "auditable build"]),
        verb(Build, &["chef prepare", "chef cook"]).options(&[value("--recipe-path")]),
        verb(Run, &["run", "r"]),
        verb(Other, &["clean", "add", "remove", "new", "init", "generate-lockfile", "metadata", "tree", "login"]),
    ],
    versions: Npm,
    installs_paths: true,
    clean: Some("rm -rf ~/.cargo/registry ~/.cargo/git"),
    caches: &[cache(".cargo/registry", &[("CARGO_HOME", "registry")]), cache(".cargo/git", &[("CARGO_HOME", "git")])],
    offline: "--offline --frozen",
    project: ProjectFiles {
        manifests: &["Cargo.toml"],
        locks: &["Cargo.lock"],
        settings: &[".cargo", "rust-toolchain.toml", "rust-toolchain", "build.rs"],
    },
    locked: Some(Locked {
        command: "cargo build --locked",
        verbs: &[],
        spellings: &[Spelling::Flag("--locked --frozen")],
    }),
    ..PackageManager::BLANK
};

const GO_BUILD: &[OptionSpec] = &[
    value("-o -p -asmflags -buildmode -buildvcs -compiler -gccgoflags -gcflags -installsuffix -ldflags -mod -modfile"),
    value("-overlay -pgo -pkgdir -tags -toolexec -run -count -timeout -coverprofile -coverpkg -covermode -bench"),
    value("--ldflags --tags --mod --gcflags -exec -parallel -covermode"),
];

pub(super) static GO: PackageManager = PackageManager {
    name: "go",
    home: Home::Language("go"),
    syntax: WholeWords,
    options: &[directory("-C")],
    verbs: &[
        verb(InstallProject, &["mod download"]),
        verb(InstallProject, &["mod vendor"]),
        verb(Install, &["install"]).on_project(Build).options(GO_BUILD),
        verb(Install, &["get"]).on_project(InstallProject).options(GO_BUILD),
        Verb { action: Other, ..cleaner(&[Packages, Compiled], &["clean"]) }.when(&[("-modcache -cache", Clean)]),
        verb(Build, &["build", "test", "vet", "generate", "list", "fmt", "fix"]).options(GO_BUILD),
        verb(Run, &["run", "tool"]).options(GO_BUILD),
        verb(Other, &["env", "mod tidy", "mod init", "mod verify", "mod edit", "mod graph", "version", "work"]),
    ],
    versions: Separators(&["@"]),
    installs_paths: true,
    clean: Some("go clean -modcache -cache"),
    caches: &[
        // The official image sets GOPATH=/go.
        cache("go/pkg/mod", &[("GOMODCACHE", ""), ("GOPATH", "pkg/mod")]),
        cache(".cache/go-build", &[("GOCACHE", ""), ("XDG_CACHE_HOME", "go-build")]).of(Compiled),
    ],
    project: ProjectFiles {
        manifests: &["go.mod", "go.work"],
        locks: &["go.sum", "go.work.sum"],
        settings: &["vendor"],
    },
    // Go refuses modules that do not fit go.sum.
    locked: Some(Locked { command: "go mod download", verbs: &["mod download"], spellings: &[] }),
    codes: Codes { unpinned: &["DL3062"], ..Codes::NONE },
    ..PackageManager::BLANK
};

pub(super) static MAVEN: PackageManager = PackageManager {
    name: "mvn",
    aliases: &["mvnw", "mvnd", "maven"],
    home: Home::Language("java"),
    syntax: WholeWords,
    options: &[
        directory("-f --file"),
        value("-pl --projects -s --settings -gs --global-settings -t --toolchains -gt -T --threads -P"),
        value("--activate-profiles -D --define -rf --resume-from -l --log-file -b --builder -emp -ep --color"),
    ],
    verbs: &[
        verb(InstallProject, &["dependency:go-offline", "dependency:resolve", "dependency:resolve-plugins"]),
        verb(
            InstallProject,
            &["dependency:copy-dependencies", "de.qaware.maven:go-offline-maven-plugin:resolve-dependencies"],
        ),
        verb(
            Build,
            &["package", "install", "verify", "compile", "test", "test-compile", "deploy", "process-resources"],
        ),
        verb(Build, &["site", "integration-test", "prepare-package", "generate-sources", "generate-resources"]),
        verb(Run, &["spring-boot:run", "exec:java", "exec:exec", "jetty:run", "quarkus:dev"]),
        verb(Other, &["clean", "validate", "*"]),
    ],
    several_verbs: true,
    clean: Some("rm -rf ~/.m2/repository"),
    caches: &[cache(".m2/repository", &[]).locked()],
    elsewhere: "-Dmaven.repo.local",
    offline: "-o --offline",
    project: ProjectFiles { manifests: &["pom.xml"], locks: &[], settings: &[".mvn", "mvnw", "settings.xml"] },
    project_scripts: ProjectScripts::Never,
    ..PackageManager::BLANK
};

pub(super) static GRADLE: PackageManager = PackageManager {
    name: "gradle",
    aliases: &["gradlew"],
    home: Home::Language("java"),
    syntax: WholeWords,
    options: &[
        directory("-p --project-dir"),
        value("-b --build-file -c --settings-file -g --gradle-user-home -I --init-script -x --exclude-task -P -D"),
        value("--console --max-workers --warning-mode --include-build --tests --project-cache-dir --priority -F -M"),
    ],
    verbs: &[
        verb(InstallProject, &["dependencies", "resolveDependencies", "downloadDependencies"]),
        verb(Build, &["build", "assemble", "jar", "war", "bootJar", "bootWar", "shadowJar", "installDist", "distZip"]),
        verb(Build, &["distTar", "test", "check", "classes", "compileJava", "compileKotlin", "publishToMavenLocal"]),
        verb(Run, &["run", "bootRun", "quarkusDev"]),
        verb(Other, &["clean", "wrapper", "tasks", "properties", "*"]),
    ],
    several_verbs: true,
    clean: Some("rm -rf ~/.gradle/caches"),
    caches: &[cache(".gradle/caches", &[("GRADLE_USER_HOME", "caches")]).locked()],
    elsewhere: "-g --gradle-user-home -Dgradle.user.home",
    offline: "--offline",
    project: ProjectFiles {
        manifests: &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"],
        locks: &["gradle.lockfile", "buildscript-gradle.lockfile"],
        settings: &["gradle.properties", "gradle", "gradlew", "buildSrc"],
    },
    project_scripts: ProjectScripts::Always,
    ..PackageManager::BLANK
};

pub(super) static DOTNET: PackageManager = PackageManager {
    name: "dotnet",
    home: Home::Language("dotnet"),
    syntax: WholeWords,
    options: &[value("-c --configuration -o --output -r --runtime -f --framework -v --verbosity -a --arch --os")],
    verbs: &[
        verb(InstallProject, &["restore", "tool restore"])
            .options(&[value("-s --source --packages --configfile --lock-file-path --tool-manifest --add-source")]),
        verb(Install, &["add package", "package add", "tool install", "new install", "workload install"])
            .options(&[version("--version"), value("--tool-path --add-source -s --source --configfile --project")]),
        // A project may stand between: `dotnet add src/app.csproj package Name`.
        verb(Install, &["add"]).options(&[version("-v --version"), value("-s --source --package-directory")]),
        verb(Upgrade, &["tool update", "workload update"]).options(&[value("--tool-path --version")]),
        verb(Remove, &["remove package", "tool uninstall", "workload uninstall"]),
        cleaner(&[Packages], &["nuget locals"]),
        verb(Build, &["build", "publish", "pack", "test", "msbuild", "format", "vstest", "ef"])
            .options(&[value("-p -l --logger --version-suffix --filter --source -s --settings --self-contained --sc")]),
        verb(Run, &["run", "exec", "watch"]).options(&[value("-p --project --launch-profile")]),
        verb(Other, &["clean", "new", "sln", "nuget", "nuget add source", "dev-certs", "dev-certs https", "list"]),
        verb(Run, &["*"]),
    ],
    versions: Npm,
    clean: Some("dotnet nuget locals all --clear"),
    caches: &[
        cache(".nuget/packages", &[("NUGET_PACKAGES", "")]),
        cache(".local/share/NuGet/http-cache", &[("NUGET_HTTP_CACHE_PATH", ""), ("XDG_DATA_HOME", "NuGet/http-cache")]),
    ],
    elsewhere: "--packages --package-directory",
    offline: "--no-restore",
    project: ProjectFiles {
        manifests: &["*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "*.slnf"],
        locks: &["packages.lock.json"],
        settings: &[
            "NuGet.config",
            "nuget.config",
            "NuGet.Config",
            "Directory.Build.props",
            "Directory.Build.targets",
            "Directory.Packages.props",
            "global.json",
            "*.props",
            "*.targets",
            "dotnet-tools.json",
        ],
    },
    locked: Some(Locked {
        command: "dotnet restore --locked-mode",
        verbs: &[],
        spellings: &[Spelling::Flag("--locked-mode -p:RestoreLockedMode")],
    }),
    ..PackageManager::BLANK
};

pub(super) static MIX: PackageManager = PackageManager {
    name: "mix",
    home: Home::Language("elixir"),
    verbs: &[
        verb(InstallProject, &["deps.get"]).options(&[value("--only --target")]),
        verb(Install, &["archive.install", "escript.install", "local.hex", "local.rebar"])
            .on_project(Install)
            .options(&[value("--sha512 --submodules --app --organization --repo --branch --tag --ref")]),
        verb(Build, &["compile", "release", "deps.compile", "test", "assets.deploy", "assets.build", "phx.digest"]),
        verb(Build, &["assets.setup", "escript.build", "ecto.migrate", "tailwind", "esbuild"]),
        verb(Run, &["run", "phx.server"]),
        verb(Upgrade, &["deps.update"]),
        verb(Remove, &["archive.uninstall", "deps.clean"]),
        verb(Other, &["do", "clean", "new", "phx.new", "hex.info", "deps.unlock", "hex.repo", "hex.organization"]),
    ],
    clean: Some("rm -rf ~/.hex/packages ~/.cache/rebar3"),
    caches: &[
        cache(".hex/packages", &[("HEX_HOME", "packages")]),
        cache(".cache/rebar3", &[("REBAR_CACHE_DIR", ""), ("XDG_CACHE_HOME", "rebar3")]),
    ],
    project: ProjectFiles { manifests: &["mix.exs"], locks: &["mix.lock"], settings: &["config", ".formatter.exs"] },
    locked: Some(Locked {
        command: "mix deps.get --check-locked",
        verbs: &[],
        spellings: &[Spelling::Flag("--check-locked")],
    }),
    project_scripts: ProjectScripts::Never,
    ..PackageManager::BLANK
};

pub(super) static CABAL: PackageManager = PackageManager {
    name: "cabal",
    home: Home::Language("haskell"),
    options: &[
        directory("--project-dir"),
        value("--config-file --store-dir --project-file --builddir -w --with-compiler -j --jobs -O -f --flags"),
        value("--constraint --ghc-options --installdir --install-method --overwrite-policy --index-state"),
    ],
    verbs: &[
        verb(UpdateLists, &["update", "v2-update", "new-update"]),
        verb(Install, &["install", "v2-install", "new-install"])
            .on_project(Build)
            .when(&[("--only-dependencies --dependencies-only", InstallProject)]),
        verb(Build, &["build", "v2-build", "new-build", "test", "bench", "configure", "haddock", "sdist"])
            .when(&[("--only-dependencies --dependencies-only", InstallProject)]),
        verb(Run, &["run", "exec", "repl"]),
        verb(Other, &["clean", "user-config", "user-config init", "freeze", "init", "list-bin", "check", "get"]),
    ],
    versions: Dash,
    installs_paths: true,
    clean: Some("rm -rf ~/.cabal/packages ~/.cache/cabal"),
    caches: &[
        // cabal 3.10 and later take `~/.cabal` for everything, also for what they install, where it is there, else the
        // XDG directories; a mount would put it there (haskell/cabal#7386).
        cache(".cabal/packages", &[("CABAL_DIR", "packages")]).of(Lists).locked().where_placed(
            None,
            "without `CABAL_DIR`, `cabal` installs into `~/.cabal` or `~/.local`, by what is there",
        ),
        cache(".cache/cabal", &[("XDG_CACHE_HOME", "cabal")]).of(Lists).locked().needless("`CABAL_DIR` overrules it"),
    ],
    elsewhere: "--config-file --remote-repo-cache",
    offline: "--offline",
    project: ProjectFiles {
        manifests: &["*.cabal", "cabal.project", "package.yaml"],
        locks: &["cabal.project.freeze"],
        settings: &["cabal.project.local"],
    },
    ..PackageManager::BLANK
};

pub(super) static STACK: PackageManager = PackageManager {
    name: "stack",
    home: Home::Language("haskell"),
    options: &[
        value("--stack-yaml --resolver --snapshot --work-dir --stack-root --local-bin-path -j --jobs --ghc-options"),
        value("--flag --compiler --docker-image --color --verbosity"),
    ],
    verbs: &[
        verb(Install, &["install", "build", "test", "bench"])
            .on_project(Build)
            .when(&[("--only-dependencies --dependencies-only --only-snapshot", InstallProject)]),
        verb(InstallProject, &["setup"]),
        verb(UpdateLists, &["update"]),
        verb(Upgrade, &["upgrade"]),
        verb(Run, &["run", "exec", "ghci", "ghc", "runghc", "runhaskell"]),
        verb(Other, &["clean", "purge", "config", "config set", "path", "new", "init", "unpack"]),
    ],
    versions: Dash,
    installs_paths: true,
    clean: Some("rm -rf ~/.stack/pantry"),
    caches: &[cache(".stack/pantry", &[("STACK_ROOT", "pantry")]).of(Lists).locked()],
    elsewhere: "--stack-root",
    project: ProjectFiles {
        manifests: &["stack.yaml", "package.yaml", "*.cabal"],
        locks: &["stack.yaml.lock"],
        settings: &[],
    },
    ..PackageManager::BLANK
};

pub(super) static OPAM: PackageManager = PackageManager {
    name: "opam",
    home: Home::Language("ocaml"),
    options: &[value("--switch --root --color --cli -j --jobs --repositories --packages -c --compiler --criteria")],
    verbs: &[
        verb(Install, &["install", "reinstall"])
            .on_project(InstallProject)
            .options(&[value("--destdir --assume-depexts")]),
        verb(Install, &["switch create"]),
        verb(UpdateLists, &["update"]),
        verb(Upgrade, &["upgrade"]),
        verb(Remove, &["remove", "uninstall"]),
        cleaner(&[Packages], &["clean"]),
        verb(Run, &["exec"]),
        verb(Other, &["init"]).notices(Notice {
            what: "`opam init` asks before it uses a root that is not empty",
            unless_moved: false,
            unless: "-y --yes",
        }),
        verb(Other, &["depext", "pin", "pin add", "switch", "env", "config", "repo", "repository", "repo add"]),
    ],
    versions: Separators(&[">=", "<=", "=", ".", ">", "<"]),
    installs_paths: true,
    no_prompt: Some(Switch {
        insert: "-y",
        place: Place::AfterVerb,
        actions: &[Install, InstallProject, Upgrade, Remove],
        spellings: &[Spelling::Flag("-y --yes --confirm-level")],
        environment: &[("OPAMYES", TRUE)],
    }),
    clean: Some("opam clean -a -c -s --logs -r"),
    caches: &[cache(".opam/download-cache", &[("OPAMROOT", "download-cache")]).locked()],
    elsewhere: "--root",
    project: ProjectFiles { manifests: &["*.opam", "opam", "dune-project"], locks: &["*.opam.locked"], settings: &[] },
    ..PackageManager::BLANK
};
