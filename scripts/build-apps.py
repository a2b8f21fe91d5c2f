#!/usr/bin/env python3
"""Really builds the applications of corpus/apps before and after `dfx fix`, compares the images, and asks them.

    scripts/build-apps.py [--dfx FILE] [--results FILE] [--timed] [APP...]
                                needs root and the package registries; installs Debian's buildah and debootstrap

Each application is built as it is, as `dfx fix` writes it, as it does in the strict profile, and with `--unsafe` and some suggestions.
`dfx verify` compares the images and asks them what the application's probe.toml says; it fails where the images differ
more than the fixes state, or answer differently. `--timed` builds each from nothing, with cache mounts that are empty, and
again after a line of a source file has changed. `--results` writes the tables to a file; of applications that are not asked for,
they tell what came of them when they were built last.

Docker Hub is not asked: the base images are made of Debian's own packages (debootstrap, then what the language needs) and
get the names that the applications use. They and what came of each application are kept in the folder DFX_BUILDS between runs,
which may be absent.
"""

import argparse
import datetime
import functools
import hashlib
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = pathlib.Path(os.environ.get("DFX_BUILDS", "/var/tmp/dfx-builds"))
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
CERTIFICATE_VARIABLES = ("PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CARGO_HTTP_CAINFO")
SUGGESTIONS = "cache/sources-before-dependencies,cache/whole-context-copy,size/build-tools-in-final-image"

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
COMPILERS = "gcc g++ make git"
PYTHON = "python3 python3-pip python3-venv"
AS_PYTHON = "ln -sf python3 /usr/bin/python && rm -f /usr/lib/python3.11/EXTERNALLY-MANAGED"
GEMS = {"GEM_HOME": "/usr/local/bundle", "BUNDLE_APP_CONFIG": "/usr/local/bundle", "PATH": f"/usr/local/bundle/bin:{PATH}"}
LIBRARIES_OF_GCC = ("mkdir -p /usr/local/lib64; cp -L /lib/x86_64-linux-gnu/libgcc_s.so.1 "
                    "/usr/lib/x86_64-linux-gnu/libstdc++.so.6 /usr/local/lib64/; "
                    "echo /usr/local/lib64 > /etc/ld.so.conf.d/000-local-lib.conf; ldconfig")
TIME_ZONES = "mkdir -p /go/src /usr/local/go/lib/time; cd /usr/share/zoneinfo; zip -q -r /usr/local/go/lib/time/zoneinfo.zip ."
# Maven asks no repository but the one that Debian's packages fill, in the versions that these have.
WITH_DEBIAN_REPOSITORY = ("echo '<settings><localRepository>/usr/share/maven-repo</localRepository><offline>true</offline></settings>' "
                          "> /etc/maven/settings.xml")

# As in the official images, npm is what its registry gives: Debian makes four hundred packages of it.
NPM_VERSION = "10.8.2"
WITH_NPM = ("useradd --create-home node; ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm; "
            "ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx")

# What the slim images of Debian lack, and do not get with packages either.
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/man/*", "/usr/share/lintian/*")
MADE_SLIM = (f"printf 'path-exclude %s\\n' {' '.join(map(repr, LEFT_OUT))} > /etc/dpkg/dpkg.cfg.d/docker; "
             f"rm -rf {' '.join(LEFT_OUT)}")
ON_SLIM = ("-slim", "-cli")

# The packages that stand for an official image, what makes them look like it, and the environment that it sets. As with
# the official images, those without `slim` in their name hold a compiler.
BASES = {
    "debian:bookworm": ("", "", {}),
    "debian:bookworm-slim": ("", MADE_SLIM, {}),
    "debian:bullseye-slim": ("", MADE_SLIM, {}),
    "composer:2": ("composer", "", {}),
    "gcc:12": ("gcc g++ make cmake", LIBRARIES_OF_GCC, {}),
    "golang:1.19": (
        f"golang tzdata zip {COMPILERS}",
        TIME_ZONES,
        {"GOPATH": "/go", "PATH": f"/go/bin:/usr/local/go/bin:{PATH}"},
    ),
    "node:18": (f"nodejs python3 {COMPILERS}", WITH_NPM, {}),
    "node:18-slim": ("nodejs", WITH_NPM, {}),
    "nginx:1.30-alpine3.24": ("nginx", "", {}),
    "python:3.11": (f"{PYTHON} python3-dev {COMPILERS}", AS_PYTHON, {}),
    "python:3.11-slim": (PYTHON, AS_PYTHON, {}),
    "php:8.2-cli": ("php-cli php-mbstring php-xml composer unzip", "", {}),
    "ruby:3.1": (f"ruby ruby-dev ruby-webrick bundler {COMPILERS}", "mkdir -p /usr/local/bundle", GEMS),
    "ruby:3.1-slim": ("ruby ruby-webrick bundler", "mkdir -p /usr/local/bundle", GEMS),
    "rust:1.63": (COMPILERS, "", {"CARGO_HOME": "/usr/local/cargo"}),
    "eclipse-temurin:17-jre": ("openjdk-17-jre-headless", "", {}),
    "eclipse-temurin:17-jre-noble": ("openjdk-17-jre-headless", "", {}),
    "maven:3.8-openjdk-17": ("maven maven-debian-helper openjdk-17-jdk-headless", WITH_DEBIAN_REPOSITORY, {}),
    "gradle:7.6-jdk17": ("gradle openjdk-17-jdk-headless", "", {}),
    "elixir:1.14": (f"elixir {COMPILERS}", "", {}),
    "elixir:1.14-slim": ("elixir", "", {}),
}

# What of Rust's toolchain on this machine stands in an image: the cargo of Debian 12 asks an index that cannot be reached.
TOOLCHAIN = ("bin/cargo", "bin/rustc", "lib")

# Applications whose image holds neither a compiler nor a JDK as it is.
WITHOUT_TOOLCHAIN = ("php-composer",)

# Applications that are not built, and why.
NOT_BUILT = {
    "dotnet-web": "Debian has no .NET SDK",
}

# The applications have few dependencies, so that all can be built in CI. Those that install them from a registry which can be
# reached here are timed with as many as projects of their kind have: what is added, and the commands that add it.
NPM = ("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact")
NPM_TOOLS = ("webpack@5.95.0", "eslint@8.57.1", "jest@29.7.0")
PYPI = ("Django==4.2.16", "pandas==2.2.3", "SQLAlchemy==2.0.36")
CRATES = ("regex@1.10.6", "serde_json@1.0.128", "rand@0.8.5")
FROM_NPM, FROM_PYPI = "express, webpack, eslint and jest", "Django, pandas and SQLAlchemy"
MORE_DEPENDENCIES = {
    "node-monorepo": (FROM_NPM, [(*NPM, "--workspace", "packages/api", "express@4.21.1"), (*NPM, "--save-dev", *NPM_TOOLS)]),
    "node-server": (FROM_NPM, [(*NPM, "express@4.21.1", *NPM_TOOLS)]),
    "node-spa": ("react, webpack, eslint and jest", [(*NPM, "react@18.3.1", "react-dom@18.3.1"), (*NPM, "--save-dev", *NPM_TOOLS)]),
    "python-pip": (FROM_PYPI, [("sh", "-c", "printf '%s\\n' \"$@\" >> requirements.txt", "sh", *PYPI)]),
    "python-poetry": (FROM_PYPI, [("{poetry==1.8.5}", "add", "--lock", *PYPI)]),
    "python-uv": (FROM_PYPI, [("{uv==0.9.5}", "add", "--no-sync", *PYPI)]),
    "rust-server": ("regex, serde_json and rand", [("cargo", "add", "--quiet", *CRATES), ("cargo", "generate-lockfile", "--quiet")]),
    "typescript-server": (FROM_NPM, [(*NPM, "express@4.21.1"), (*NPM, "--save-dev", *NPM_TOOLS)]),
}

# Why some of them are not built faster behind a change.
NOT_FASTER = {
    "python-poetry": "the project itself is installed among its dependencies in /usr/local, all of which is copied again",
    "rust-server": "Cargo compiles the dependencies in the command that compiles the program",
}

# These are timed with Buildah, too.
ALSO_BY_BUILDAH = ("node-server", "python-pip")

# A file of each application that is changed by one line, and that line's comment.
COMMENTS = {".js": "//", ".ts": "//", ".go": "//", ".rs": "//", ".java": "//", ".cpp": "//", ".php": "//",
            ".py": "#", ".rb": "#", ".ex": "#"}


def environment(driver="overlay"):
    """Tells buildah where images are kept, and to need no privileges that a container lacks."""
    configuration = KEPT / f"{driver}.conf"
    configuration.write_text(
        f'[storage]\ndriver = "{driver}"\ngraphroot = "{KEPT}/{driver}"\nrunroot = "{KEPT}/run-{driver}"\n')
    # Buildah has its cache mounts where temporary files are.
    (KEPT / "temporary").mkdir(exist_ok=True)
    return {**os.environ, "CONTAINERS_STORAGE_CONF": str(configuration), "BUILDAH_ISOLATION": "chroot",
            "TMPDIR": str(KEPT / "temporary")}


@functools.cache
def engine_environment():
    """The environment in which buildah works: its layers lie over each other where the system can, else they are copied."""
    tried = subprocess.run(["buildah", "info"], capture_output=True, check=False, env=environment())
    return environment() if tried.returncode == 0 else environment("vfs")


def run(*words, check=True, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False,
                          env=engine_environment(), **options)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}\n{(done.stdout + done.stderr)[-3000:]}")
    return done


def root_file_system():
    root = KEPT / "rootfs"
    if not (root / "etc/debian_version").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root)
    for left in [*root.glob("var/cache/apt/*.bin"), *root.glob("var/cache/apt/archives/*.deb"), *root.glob("var/lib/apt/lists/*_*")]:
        left.unlink()
    return root


def copies(name):
    """What a stand-in takes from this machine besides packages: paths here, and in the image."""
    if name.startswith("node:"):
        return {npm(): "/usr/local/lib/node_modules/npm"}
    if not name.startswith("rust:"):
        return {}
    sysroot = pathlib.Path(run("rustc", "--print", "sysroot").stdout.strip())
    return {sysroot / part: f"/usr/local/{part}" for part in TOOLCHAIN}


def npm():
    """A folder with npm."""
    folder = KEPT / f"npm-{NPM_VERSION}"
    if not (folder / "package/package.json").exists():
        folder.mkdir(exist_ok=True)
        packed = run("npm", "pack", "--silent", f"npm@{NPM_VERSION}", cwd=folder).stdout.strip()
        run("tar", "-xzf", packed, cwd=folder)
    return folder / "package"


def base(name):
    """Makes the image that stands for an official one, unless it is there as it is described here."""
    recipe = hashlib.sha256(repr((BASES[name], MADE_SLIM, copies(name))).encode()).hexdigest()
    image = f"docker.io/library/{name}"
    made = run("buildah", "inspect", "--type", "image", "--format", "{{.OCIv1.Author}}", image, check=False)
    if made.stdout.strip() == recipe:
        return
    packages, finish, variables = BASES[name]
    below = "debian:bookworm-slim" if name.endswith(ON_SLIM) else "debian:bookworm"
    if packages:
        base(below)
        container = run("buildah", "from", f"docker.io/library/{below}").stdout.strip()
        script = (f"set -e; apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "
                  f"--no-install-recommends {packages}; {finish or 'true'}; apt-get clean; rm -rf /var/lib/apt/lists/*")
        run("buildah", "run", "--network", "host", container, "--", "sh", "-c", script)
        for source, target in copies(name).items():
            run("buildah", "copy", "--quiet", container, source, target)
    else:
        container = run("buildah", "from", "scratch").stdout.strip()
        run("buildah", "copy", "--quiet", container, root_file_system(), "/")
        run("buildah", "run", container, "--", "sh", "-c", finish or "true")
    settings = [f"--env={name}={value}" for name, value in ({"PATH": PATH} | variables).items()]
    run("buildah", "config", "--cmd", "/bin/sh", "--author", recipe, *settings, container)
    run("buildah", "commit", "--quiet", "--rm", container, image)


def bases_of(dockerfile):
    """The images that a Dockerfile starts from or copies from, as far as there are stand-ins for them."""
    words = dockerfile.read_text().replace("--from=", "FROM ").split()
    return [word for before, word in zip(words, words[1:]) if before == "FROM" and word in BASES]


def build_options():
    """Lets the steps of a build reach the registries, with the certificates of this machine."""
    mounts = [f"--volume={CERTIFICATES}:{CERTIFICATES}:ro"]
    return ["--pull-never", "--network=host", *mounts, *(f"--env={name}={CERTIFICATES}" for name in CERTIFICATE_VARIABLES)]


def build(folder, dockerfile, tag, *more):
    """Builds, and tells the seconds that it took."""
    start = time.monotonic()
    run("buildah", "build", "--layers", "--format", "docker", *build_options(), *more,
        "--file", dockerfile, "--tag", tag, folder)
    return time.monotonic() - start


class Application:
    """An application in a folder of its own, with its Dockerfile before and after."""

    def __init__(self, name, folder, dfx):
        self.name, self.folder, self.dfx = name, folder, dfx
        self.reset()
        self.probe = tomllib.loads((folder / "probe.toml").read_text())
        self.before = folder / "Dockerfile"

    def reset(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT / "corpus/apps" / self.name, self.folder)

    def fixed(self, name, *options):
        """Writes the Dockerfile that `dfx fix` makes, and tells its path and the greatest rung of its fixes."""
        # Outside of the build context: it must not be copied into the image.
        path = self.folder.parent / f"{self.name}.{name}"
        shutil.copy(self.before, path)
        words = [self.dfx, "fix", "--context", self.folder, *options, path]
        rungs, ignored = [], self.folder / ".dockerignore"
        given = ignored.read_bytes() if ignored.exists() else None
        # What an ignore file makes possible, the next run does.
        for _ in range(2):
            files = json.loads(run(*words, "--format", "json", check=False).stdout)["files"]
            run(*words, "--write", "--quiet")
            rungs += [fix["effect"] for file in files for fix in file["applied"]]
            if ignored.exists() and ignored.read_bytes() != given:
                # For this Dockerfile alone, as the others are built in the same folder.
                ignored.rename(f"{path}.dockerignore")
                if given is not None:
                    ignored.write_bytes(given)
        return path, max(rungs, key=RUNGS.index, default="identical")

    def question(self):
        if self.probe["kind"] == "http":
            return ["--probe", f"http://localhost:{self.probe['port']}{self.probe['path']}"]
        return ["--run"]

    def verify(self, after, rung):
        """What `dfx verify` tells of the difference, and whether it is no more than the rung."""
        options = [f"--build-option={option}" for option in build_options()]
        done = run(self.dfx, "verify", self.before, after, "--context", self.folder, "--engine", "buildah", *options,
                   "--expect", rung, "--format", "json", *self.question(), check=False)
        if done.returncode == 2:
            raise RuntimeError(done.stderr)
        told = json.loads(done.stdout)
        # What is answered may hold a time: the part that counts stands in probe.toml.
        before, after = (told["trials"][0][side] for side in ("before", "after"))
        told["answers"] = before["status"] == after["status"] and all(
            self.probe["expect"] in answer["text"] for answer in (before, after))
        told["is_right"] = told["answers"] and RUNGS.index(told["rung"]) <= RUNGS.index(rung)
        return told

    def timed(self, dockerfiles):
        """Seconds of builds from nothing, and of builds after a line of a source file has changed, in turn; the least of each."""
        cold, warm = {}, {name: math.inf for name in dockerfiles}
        for name, dockerfile in dockerfiles.items():
            shutil.rmtree(KEPT / "temporary", ignore_errors=True)
            (KEPT / "temporary").mkdir()
            cold[name] = build(self.folder, dockerfile, "dfx/timed", "--no-cache")
        source = self.source()
        text = source.read_text()
        for _ in range(ROUNDS):
            for name, dockerfile in dockerfiles.items():
                source.write_text(f"{text}{COMMENTS[source.suffix]} {time.time_ns()}\n")
                warm[name] = min(warm[name], build(self.folder, dockerfile, "dfx/timed"))
        source.write_text(text)
        run("buildah", "rmi", "--force", "dfx/timed", check=False)
        return {"cold": cold, "warm": warm}

    def source(self):
        files = sorted(path for path in self.folder.rglob("*") if path.suffix in COMMENTS)
        return max(files, key=lambda path: path.stat().st_size)


RUNGS = ["identical", "equivalent", "debris", "content", "runtime"]

# How an application is fixed, by the name of that. The second takes what the rules of the strict profile repair up to debris:
# cache mounts, joined instructions and clean-ups that the default leaves alone.
VARIANTS = {"default": (), "strict": ("--profile", "strict"), "unsafe": ("--unsafe", "--extend-select", SUGGESTIONS)}
TIMED = ("default", "unsafe")

TABLE_OF_TIMES = ("| application | from nothing | after a change | faster |", "| --- | ---: | ---: | ---: |")

# So often is each built after a change: other programs may be at work at one time or another.
ROUNDS = 2


def row(name, folder, dfx, is_timed):
    """Builds an application, and tells what came of it."""
    application = Application(name, folder / name, dfx)
    fixed = {}
    for variant, options in VARIANTS.items():
        path, promised = application.fixed(variant, *options)
        if path.read_bytes() == application.before.read_bytes():
            print(f"{name}, {variant}: nothing to fix", flush=True)
            continue
        fixed[variant] = path, promised
        for image in bases_of(application.before) + bases_of(path):
            base(image)
    # What is built to be timed need not be built again to be compared.
    to_time = {variant: path for variant, (path, _) in fixed.items() if variant in TIMED}
    seconds = timed(application, to_time) if is_timed and to_time else {}
    variants = [compared(application, variant, *told) for variant, told in fixed.items()]
    return {"name": name, "date": str(datetime.date.today()), "variants": variants, "seconds": seconds}


def timed(application, variants):
    """Seconds of builds, by what is built."""
    dockerfiles = {"before": application.before} | variants
    seconds = {application.name: application.timed(dockerfiles)}
    if application.name in ALSO_BY_BUILDAH:
        what = add_dependencies(application)
        seconds[f"{application.name} with {what}"] = application.timed(dockerfiles)
        application.reset()
    for name, kinds in seconds.items():
        print(f"{name}: " + "; ".join(f"{kind} " + ", ".join(f"{variant} {time:.1f} s" for variant, time in of_kind.items())
                                      for kind, of_kind in kinds.items()), flush=True)
    return seconds


def add_dependencies(application):
    """Gives an application as many dependencies as usual, and tells which."""
    what, commands = MORE_DEPENDENCIES[application.name]
    for program, *words in commands:
        run(tool_of_python(program.strip("{}")) if program.startswith("{") else program, *words, cwd=application.folder)
    return what


def tool_of_python(requirement):
    """A program of PyPI's in an environment of its own."""
    name, folder = requirement.partition("==")[0], KEPT / requirement
    if not (folder / "bin" / name).exists():
        run(sys.executable, "-m", "venv", "--clear", folder)
        run(folder / "bin/pip", "install", "--quiet", requirement)
    return folder / "bin" / name


def compared(application, variant, path, promised):
    """What `dfx verify` tells of a variant."""
    told = application.verify(path, promised)
    before, after = told["sizes"]["before"], told["sizes"]["after"]
    print(f"{application.name}, {variant}: promised {promised}, measured {told['rung']}; "
          f"{len(before['layers'])} -> {len(after['layers'])} layers, "
          f"{before['all_layers'] / 1e6:.1f} -> {after['all_layers'] / 1e6:.1f} MB; "
          f"{'as promised' if told['is_right'] else 'NOT AS PROMISED'}", flush=True)
    if not told["is_right"]:
        explain(told)
    # The files would be most of what is kept.
    told["files"] = []
    return {"variant": variant, "promised": promised, "told": told}


def explain(told):
    for field in told["configuration"]:
        print(f"    {field['field']}: {field['before']} -> {field['after']}")
    for file in [file for file in told["files"] if file["rung"] in ("content", "runtime")][:20]:
        print(f"    {json.dumps(file)}")
    for trial in told["trials"]:
        print(f"    {trial['question']}: {trial['before']} -> {trial['after']}")


def table(rows, others):
    """The results as a page."""
    engine, system = run("buildah", "--version").stdout.partition(" (")[0], pathlib.Path("/etc/debian_version").read_text().strip()
    dates = sorted({entry["date"] for entry in rows})
    lines = [
        "# What real builds say",
        "",
        f"Written by `scripts/build-apps.py --timed --results docs/results.md`, {' to '.join(dates[:1] + dates[1:][-1:])}, with "
        f"{engine} on Debian {system}, {os.cpu_count()} processors.",
        "",
        "Each application of `corpus/apps` is built as it is, as `dfx fix` writes it, as `dfx fix --profile strict` does, and as "
        f"`dfx fix --unsafe --extend-select {SUGGESTIONS}` does. `dfx verify` compares the images, starts them, and compares what they print or serve. "
        "*Promised* is the greatest rung that one of the fixes states, *measured* the rung on which the images differ.",
        "",
        "**The base images are stand-ins**, made of Debian's packages under the names of the official images, and of this machine's "
        "toolchain for Rust: the sizes say what a rewrite takes away, not how large an image from Docker Hub would be.",
        "",
        "| application | fixes | promised | measured | answers | layers | MB in all layers | change |",
        "| --- | --- | --- | --- | --- | ---: | ---: | ---: |",
    ]
    for entry in rows:
        for variant in entry["variants"]:
            lines.append(size_line(entry["name"], variant))
    lines += sizes_on_average(rows) + times([entry for entry in rows if entry["seconds"]])
    unchanged = [entry["name"] for entry in rows if not entry["variants"]]
    if unchanged:
        lines += ["", f"Nothing to fix: {', '.join(unchanged)}."]
    if others:
        lines += ["", "Not built:", ""] + [f"* {name}: {reason}" for name, reason in others.items()]
    return "\n".join(lines) + "\n"


def sizes_on_average(rows):
    changes = {entry["name"]: variant["told"]["sizes"]["after"]["all_layers"] / variant["told"]["sizes"]["before"]["all_layers"] - 1
               for entry in rows for variant in entry["variants"] if variant["variant"] == "unsafe"}
    shipping = {name: change for name, change in changes.items() if name not in WITHOUT_TOOLCHAIN}
    if not shipping:
        return []
    others = ", ".join(f"{name} ({change:+.1%})" for name, change in changes.items() if name in WITHOUT_TOOLCHAIN)
    lines = ["", f"`--unsafe` changes the size of the {len(shipping)} images that ship a compiler or a JDK by "
             f"{statistics.fmean(shipping.values()):+.1%} on average."]
    return lines + (["", f"No toolchain is in {others}."] if others else [])


def times(rows):
    """The seconds of builds, as far as they were taken."""
    sections = few_dependencies(rows) + usual_dependencies()
    return ["", "## How long they take"] + sections if sections else []


def few_dependencies(rows):
    if not rows:
        return []
    lines = ["", "Seconds of a build from nothing, with empty cache mounts, and of one after a line of a source file has changed "
             f"(the least of {ROUNDS}, in turn): as it is, as `dfx fix` writes it, as `--unsafe` does. The applications have one or "
             "two dependencies, which a mirror nearby hands out in less than a second, so that more steps and a second stage "
             f"cost more than they spare; {' and '.join(ALSO_BY_BUILDAH)} have been built with as many as usual, too.", "",
             *TABLE_OF_TIMES]
    return lines + [time_line(name, seconds) for entry in rows for name, seconds in entry["seconds"].items()]


def usual_dependencies():
    kept = kept_rebuilds()
    if not kept:
        return []
    versions = " and ".join(sorted({f"Docker {entry['docker']}, dfx {entry['dfx']}, {entry['date']}" for entry in kept.values()}))
    lines = ["", "### With as many dependencies as usual", "",
             f"The same by BuildKit, of every application whose dependencies come from a registry that can be reached "
             f"here, by `scripts/time-rebuilds.py` ({versions}):", "", *TABLE_OF_TIMES]
    lines += [time_line(f"{name} with {MORE_DEPENDENCIES[name][0]}", seconds) for name, seconds in sorted(kept.items())]
    slow = [f"{name}, since {NOT_FASTER[name]}" for name in sorted(NOT_FASTER.keys() & kept.keys())]
    return lines + ["", rebuilds_on_average(kept)] + (["", f"Not faster: {'; '.join(slow)}."] if slow else [])


def rebuilds_on_average(kept):
    ratios = [faster(seconds["warm"]) for seconds in kept.values()]
    missing = ", ".join(sorted(MORE_DEPENDENCIES.keys() - kept.keys()))
    return (f"On average of these {len(ratios)}, a build after a change is {statistics.fmean(ratios):.1f} times faster (geometric mean "
            f"{statistics.geometric_mean(ratios):.1f})." + (f" Not timed: {missing}." if missing else ""))


def faster(warm):
    """How many times faster the last variant is built after a change than the original."""
    return warm["before"] / list(warm.values())[-1]


def time_line(name, seconds):
    cold, warm = seconds["cold"], seconds["warm"]
    in_turn = [" -> ".join(f"{kind[variant]:.1f}" if variant in kind else "same" for variant in ("before", *TIMED))
               for kind in (cold, warm)]
    return f"| {name} | {in_turn[0]} | {in_turn[1]} | {faster(warm):.1f} x |"


def size_line(name, variant):
    told = variant["told"]
    before, after = told["sizes"]["before"], told["sizes"]["after"]
    answers = "the same" if told["answers"] else "others"
    return (f"| {name} | {variant['variant']} | {variant['promised']} | {told['rung']} | {answers} "
            f"| {len(before['layers'])} -> {len(after['layers'])} "
            f"| {before['all_layers'] / 1e6:.1f} -> {after['all_layers'] / 1e6:.1f} "
            f"| {after['all_layers'] / before['all_layers'] - 1:+z.1%} |")


def kept_rows(names):
    """What came of applications when they were built last, by name."""
    rows = json.loads((KEPT / "results.json").read_text()) if (KEPT / "results.json").exists() else {}
    return {name: entry for name, entry in rows.items() if name in names and name not in NOT_BUILT}


def kept_rebuilds():
    """What `scripts/time-rebuilds.py` has measured, by the name of the application."""
    kept = json.loads((KEPT / "rebuilds.json").read_text()) if (KEPT / "rebuilds.json").exists() else {}
    return {name: entry for name, entry in kept.items() if name in MORE_DEPENDENCIES and "key" in entry}


def keep(rows):
    (KEPT / "results.json").write_text(json.dumps(rows))


def install():
    """Installs what is missing of Debian's packages."""
    if not all(map(shutil.which, ("buildah", "debootstrap"))):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "buildah", "debootstrap",
                        "debian-archive-keyring"], check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dfx", type=pathlib.Path, default=ROOT / "target/release/dfx", metavar="FILE")
    parser.add_argument("--results", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--timed", action="store_true")
    parser.add_argument("names", nargs="*", metavar="APP")
    arguments = parser.parse_args()
    install()
    KEPT.mkdir(parents=True, exist_ok=True)
    every = sorted(path.parent.name for path in (ROOT / "corpus/apps").glob("*/Dockerfile"))
    names = [name for name in arguments.names or every if name not in NOT_BUILT]
    rows, failures = kept_rows(every), {}
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            rows.pop(name, None)
            try:
                rows[name] = row(name, pathlib.Path(temporary), arguments.dfx, arguments.timed)
            except RuntimeError as error:
                failures[name] = "the build failed"
                print(f"{name}: not built: {error}", flush=True)
            if arguments.results:
                # Whoever has no hour may go on later: the page says how far it came.
                keep(rows)
                missing = {name: (NOT_BUILT | failures).get(name, "not reached") for name in every if name not in rows}
                arguments.results.write_text(table([rows[name] for name in every if name in rows], missing))
    built = [rows[name] for name in names if name in rows]
    wrong = sum(not variant["told"]["is_right"] for entry in built for variant in entry["variants"])
    print(f"{len(built)} applications built, {wrong} rewrites not as promised, {len(failures)} builds failed")
    return 1 if wrong or failures or not built else 0


if __name__ == "__main__":
    sys.exit(main())
