#!/usr/bin/env python3
"""Really builds the applications of corpus/apps before and after `dfx fix`, compares the images, and asks them.

    scripts/build-apps.py [--dfx FILE] [--results FILE] [--timed] [APP...]
                                needs root and the package registries; installs Debian's buildah and debootstrap

Each application is built as it is, as `dfx fix` writes it, and as `dfx fix --unsafe` with two suggestions writes it.
`dfx verify` compares the images and asks them what the application's probe.toml says; it fails where the images differ
more than the fixes state, or answer differently. `--timed` builds each once more from nothing, and again after a line of a
source file has changed. `--results` writes the table to a file.

Docker Hub is not asked: the base images are made of Debian's own packages (debootstrap, then what the language needs) and
get the names that the applications use. They are kept in the folder DFX_BUILDS between runs, which may be absent.
"""

import argparse
import datetime
import functools
import hashlib
import json
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
SUGGESTIONS = "cache/sources-before-dependencies,size/build-tools-in-final-image"

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

# The packages that stand for an official image, what makes them look like it, and the environment that it sets. As with
# the official images, those without `slim` in their name hold a compiler.
BASES = {
    "debian:bookworm": ("", "", {}),
    "debian:bookworm-slim": ("", "", {}),
    "debian:bullseye-slim": ("", "", {}),
    "composer:2": ("composer", "", {}),
    "gcc:12": ("gcc g++ make cmake", LIBRARIES_OF_GCC, {}),
    "golang:1.19": (
        f"golang tzdata zip {COMPILERS}",
        TIME_ZONES,
        {"GOPATH": "/go", "PATH": f"/go/bin:/usr/local/go/bin:{PATH}"},
    ),
    "node:18": (f"nodejs npm python3 {COMPILERS}", "useradd --create-home node", {}),
    "node:18-slim": ("nodejs npm", "useradd --create-home node", {}),
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

# Applications that are not built, and why.
NOT_BUILT = {
    "dotnet-web": "Debian has no .NET SDK",
}

# A file of each application that is changed by one line, and that line's comment.
COMMENTS = {".js": "//", ".ts": "//", ".go": "//", ".rs": "//", ".java": "//", ".cpp": "//", ".php": "//",
            ".py": "#", ".rb": "#", ".ex": "#"}


def environment(driver="overlay"):
    """Tells buildah where images are kept, and to need no privileges that a container lacks."""
    configuration = KEPT / f"{driver}.conf"
    configuration.write_text(
        f'[storage]\ndriver = "{driver}"\ngraphroot = "{KEPT}/{driver}"\nrunroot = "{KEPT}/run-{driver}"\n')
    return {**os.environ, "CONTAINERS_STORAGE_CONF": str(configuration), "BUILDAH_ISOLATION": "chroot"}


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
    return root


def copies(name):
    """What a stand-in takes from this machine besides packages: paths here, and in the image."""
    if not name.startswith("rust:"):
        return {}
    sysroot = pathlib.Path(run("rustc", "--print", "sysroot").stdout.strip())
    return {sysroot / part: f"/usr/local/{part}" for part in TOOLCHAIN}


def base(name):
    """Makes the image that stands for an official one, unless it is there as it is described here."""
    recipe = hashlib.sha256(repr((BASES[name], copies(name))).encode()).hexdigest()
    image = f"docker.io/library/{name}"
    made = run("buildah", "inspect", "--type", "image", "--format", "{{.OCIv1.Author}}", image, check=False)
    if made.stdout.strip() == recipe:
        return
    packages, finish, variables = BASES[name]
    if packages:
        base("debian:bookworm")
        container = run("buildah", "from", "docker.io/library/debian:bookworm").stdout.strip()
        script = (f"set -e; apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "
                  f"--no-install-recommends {packages}; {finish or 'true'}; apt-get clean; rm -rf /var/lib/apt/lists/*")
        run("buildah", "run", "--network", "host", container, "--", "sh", "-c", script)
        for source, target in copies(name).items():
            run("buildah", "copy", "--quiet", container, source, target)
    else:
        container = run("buildah", "from", "scratch").stdout.strip()
        run("buildah", "copy", "--quiet", container, root_file_system(), "/")
    settings = [f"--env={name}={value}" for name, value in ({"PATH": PATH} | variables).items()]
    run("buildah", "config", "--cmd", "/bin/sh", "--author", recipe, *settings, container)
    run("buildah", "commit", "--quiet", "--rm", container, image)


def bases_of(dockerfile):
    """The images that a Dockerfile starts from or copies from, as far as there are stand-ins for them."""
    words = dockerfile.read_text().replace("--from=", "FROM ").split()
    return [word for before, word in zip(words, words[1:]) if before == "FROM" and word in BASES]


def build_options():
    """Lets the steps of a build reach the registries, with the certificates of this machine."""
    names = ("PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CARGO_HTTP_CAINFO")
    mounts = [f"--volume={CERTIFICATES}:{CERTIFICATES}:ro"]
    return ["--pull-never", "--network=host", *mounts, *(f"--env={name}={CERTIFICATES}" for name in names)]


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
        shutil.copytree(ROOT / "corpus/apps" / name, folder)
        self.probe = tomllib.loads((folder / "probe.toml").read_text())
        self.before = folder / "Dockerfile"

    def fixed(self, name, *options):
        """Writes the Dockerfile that `dfx fix` makes, and tells its path and the greatest rung of its fixes."""
        # Outside of the build context: it must not be copied into the image.
        path = self.folder.parent / f"{self.name}.{name}"
        shutil.copy(self.before, path)
        words = [self.dfx, "fix", "--context", self.folder, *options, path]
        files = json.loads(run(*words, "--format", "json", check=False).stdout)["files"]
        run(*words, "--write", "--quiet")
        rungs = [fix["effect"] for file in files for fix in file["applied"]]
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

    def timed(self, dockerfile):
        """Seconds of a build from nothing, and of one after a line of a source file has changed."""
        cold = build(self.folder, dockerfile, "dfx/timed", "--no-cache")
        source = self.source()
        text = source.read_text()
        source.write_text(f"{text}{COMMENTS[source.suffix]} {time.time_ns()}\n")
        warm = build(self.folder, dockerfile, "dfx/timed")
        source.write_text(text)
        run("buildah", "rmi", "--force", "dfx/timed", check=False)
        return cold, warm

    def source(self):
        files = sorted(path for path in self.folder.rglob("*") if path.suffix in COMMENTS)
        return max(files, key=lambda path: path.stat().st_size)


RUNGS = ["identical", "equivalent", "debris", "content", "runtime"]


def row(name, folder, dfx, is_timed):
    """Builds an application, and tells what came of it."""
    application = Application(name, folder / name, dfx)
    results = {"name": name, "variants": [], "seconds": None}
    for variant, options in (("default", ()), ("unsafe", ("--unsafe", "--extend-select", SUGGESTIONS))):
        path, promised = application.fixed(variant, *options)
        if path.read_bytes() == application.before.read_bytes():
            print(f"{name}, {variant}: nothing to fix", flush=True)
            continue
        for image in bases_of(application.before) + bases_of(path):
            base(image)
        told = application.verify(path, promised)
        results["variants"].append({"variant": variant, "promised": promised, "told": told})
        verdict = "as promised" if told["is_right"] else "NOT AS PROMISED"
        before, after = told["sizes"]["before"], told["sizes"]["after"]
        print(f"{name}, {variant}: promised {promised}, measured {told['rung']}; "
              f"{len(before['layers'])} -> {len(after['layers'])} layers, "
              f"{before['all_layers'] / 1e6:.1f} -> {after['all_layers'] / 1e6:.1f} MB; {verdict}", flush=True)
        if not told["is_right"]:
            explain(told)
    if is_timed and results["variants"]:
        results["seconds"] = application.timed(application.before), application.timed(path)
    return results


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
    lines = [
        "# What real builds say",
        "",
        f"Written by `scripts/build-apps.py --results docs/results.md`, {datetime.date.today()}, with {engine} on Debian "
        f"{system}, {os.cpu_count()} processors.",
        "",
        "Each application of `corpus/apps` is built as it is, as `dfx fix` writes it, and as `dfx fix --unsafe --extend-select "
        f"{SUGGESTIONS}` does. `dfx verify` compares the images, starts them, and compares what they print or serve. "
        "*Promised* is the greatest rung that one of the fixes states, *measured* the rung on which the images differ.",
        "",
        "**The base images are stand-ins**, made of Debian's packages under the names of the official images: the sizes say "
        "what a rewrite takes away, not how large an image from Docker Hub would be.",
        "",
        "| application | fixes | promised | measured | answers | layers | MB in all layers | change |",
        "| --- | --- | --- | --- | --- | ---: | ---: | ---: |",
    ]
    for entry in rows:
        for variant in entry["variants"]:
            lines.append(size_line(entry["name"], variant))
    unsafe = [variant["told"]["sizes"] for entry in rows for variant in entry["variants"] if variant["variant"] == "unsafe"]
    if unsafe:
        mean = statistics.fmean(sizes["after"]["all_layers"] / sizes["before"]["all_layers"] - 1 for sizes in unsafe)
        lines += ["", f"On average `--unsafe` changes the size by {mean:+.0%}."]
    timed = [entry for entry in rows if entry["seconds"]]
    if timed:
        lines += ["", "Seconds of a build from nothing and of one after a line of a source file has changed, as it is and as "
                  "`--unsafe` writes it. Cache mounts keep what they hold.", "",
                  "| application | from nothing | after a change | faster |", "| --- | ---: | ---: | ---: |"]
    for entry in timed:
        (cold_before, warm_before), (cold_after, warm_after) = entry["seconds"]
        lines.append(f"| {entry['name']} | {cold_before:.0f} -> {cold_after:.0f} | {warm_before:.0f} -> {warm_after:.0f} "
                     f"| {warm_before / warm_after:.1f} x |")
    unchanged = [entry["name"] for entry in rows if not entry["variants"]]
    if unchanged:
        lines += ["", f"Nothing to fix: {', '.join(unchanged)}."]
    if others:
        lines += ["", "Not built:", ""] + [f"* {name}: {reason}" for name, reason in others.items()]
    return "\n".join(lines) + "\n"


def size_line(name, variant):
    told = variant["told"]
    before, after = told["sizes"]["before"], told["sizes"]["after"]
    answers = "the same" if told["answers"] else "others"
    return (f"| {name} | {variant['variant']} | {variant['promised']} | {told['rung']} | {answers} "
            f"| {len(before['layers'])} -> {len(after['layers'])} "
            f"| {before['all_layers'] / 1e6:.1f} -> {after['all_layers'] / 1e6:.1f} "
            f"| {after['all_layers'] / before['all_layers'] - 1:+z.1%} |")


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
    others = {name: NOT_BUILT.get(name, "not asked for") for name in every if name not in names}
    rows, failed = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        for at, name in enumerate(names):
            try:
                rows.append(row(name, pathlib.Path(temporary), arguments.dfx, arguments.timed))
            except RuntimeError as error:
                failed += 1
                others[name] = "the build failed"
                print(f"{name}: not built: {error}", flush=True)
            if arguments.results:
                # Whoever has no hour may stop it: the page says how far it came.
                arguments.results.write_text(table(rows, others | dict.fromkeys(names[at + 1:], "not reached")))
    wrong = sum(not variant["told"]["is_right"] for entry in rows for variant in entry["variants"])
    print(f"{len(rows)} applications built, {wrong} rewrites not as promised, {failed} builds failed")
    return 1 if wrong or failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
