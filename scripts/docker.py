"""A Docker daemon with BuildKit, for the scripts that ask a real builder.

The programs are those of Debian's packages, unpacked below target/ and not installed. All that a daemon keeps lies in a
temporary folder, which goes with it. Needs root, and Debian's packages for the first run.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIRROR = "http://deb.debian.org/debian"
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"

# The releases of Debian whose Docker can be started on Debian 12, and the packages that each takes from which release: the newer
# runc needs a newer C library than Debian 12 has, all else of Debian 13's Docker does not.
OLDER, NEWER = "bookworm", "trixie"
PACKAGES = {
    OLDER: {OLDER: ("docker.io", "containerd", "runc", "busybox-static")},
    NEWER: {OLDER: ("runc", "busybox-static"), NEWER: ("docker.io", "docker-cli", "docker-buildx", "containerd")},
}

# `#7 [build 3/5] COPY . .`, `#7 CACHED`, `#7 DONE 0.4s`; in JSON only `[build 3/5] COPY . .`.
# Numbers are padded: `[build  3/12]`.
STEP = re.compile(r"#(\d+) \[(?:([^\s/]+) )? *(\d+)/(\d+)\] ")
VERTEX = re.compile(r"\[(?:([^\s/]+) )? *(\d+)/(\d+)\] (.*)")
OUTCOME = re.compile(r"#(\d+) (CACHED|DONE|ERROR)")


def unpack_programs(release):
    """Fetches the packages of a release's Docker and unpacks them, unless that was done before. Tells where they are."""
    programs = ROOT / "target/docker" / release
    if (programs / "complete").exists():
        return programs
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir(parents=True)
    for origin, packages in PACKAGES[release].items():
        download(programs, origin, packages)
    for package in programs.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, programs], check=True)
        package.unlink()
    (programs / "complete").touch()
    return programs


def download(folder, release, packages):
    """Fetches packages of a release. The machine's own list of packages stays as it is."""
    apt = folder / "apt"
    (apt / "lists/partial").mkdir(parents=True)
    (apt / "sources").write_text(f"deb [signed-by={KEYS}] {MIRROR} {release} main\n")
    options = [f"--option={option}" for option in (
        f"Dir::Etc::SourceList={apt}/sources", "Dir::Etc::SourceParts=/dev/null", f"Dir::State::Lists={apt}/lists",
        f"Dir::Cache={apt}/cache", "Dir::State::Status=/dev/null", "APT::Sandbox::User=root")]
    for command in (["update"], ["download", *packages]):
        subprocess.run(["apt-get", "-qq", *options, *command], cwd=folder, check=True)
    shutil.rmtree(apt)


def base_archive(folder, note="", files=None):
    """Packs a file system of BusyBox, a note, and programs and texts by path; tells where the archive lies."""
    programs = unpack_programs(OLDER)
    root = folder / "base"
    for name in ("bin", "etc", "tmp"):
        (root / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(programs / "bin/busybox", root / "bin/busybox")
    # Not the copy: a process that another thread starts while it is written holds it open, and then it cannot be run (ETXTBSY).
    listed = subprocess.run([programs / "bin/busybox", "--list"], capture_output=True, text=True, check=True)
    for program in listed.stdout.split():
        if not (root / "bin" / program).exists():
            (root / "bin" / program).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\nuser:x:1000:1000:user:/:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\nuser:x:1000:\n")
    for path, text in {"etc/note": note, **(files or {})}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
        (root / path).chmod(0o755)
    archive = folder / "base.tar"
    subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
    return archive


class Docker:
    """A daemon that runs as long as the `with` block does; with a bridge containers can be asked at addresses of their own."""

    def __init__(self, release=OLDER, *, has_bridge=False):
        self.release, self.has_bridge = release, has_bridge

    def __enter__(self):
        self.programs = unpack_programs(self.release)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dfx-docker-", dir="/var/tmp"))
        # A newer client has BuildKit in a program of its own.
        (self.folder / "config").mkdir()
        (self.folder / "config/config.json").write_text(
            json.dumps({"cliPluginsExtraDirs": [f"{self.programs}/usr/libexec/docker/cli-plugins"]}))
        self.environment = os.environ | {
            "PATH": f"{self.programs}/usr/sbin:{self.programs}/usr/bin:{os.environ['PATH']}",
            "DOCKER_HOST": f"unix://{self.folder}/socket",
            "DOCKER_CONFIG": str(self.folder / "config"),
            "DOCKER_BUILDKIT": "1",
        }
        command = ["dockerd", "--iptables=false", "--ip6tables=false", f"--data-root={self.folder}/data",
                   f"--exec-root={self.folder}/exec", f"--pidfile={self.folder}/pid", f"--host=unix://{self.folder}/socket",
                   f"--config-file={self.folder}/daemon.json"]
        if not self.has_bridge:
            command.append("--bridge=none")
        # Without containerd's store of images Docker has no MergeOp: it takes `COPY --link` for COPY, and says nothing.
        (self.folder / "daemon.json").write_text(json.dumps({"features": {"containerd-snapshotter": self.release == NEWER}}))
        self.log = (self.folder / "log").open("w")
        self.daemon = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.daemon.terminate()
        self.daemon.wait()
        self.log.close()
        mounts = [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
        for mount in reversed([mount for mount in mounts if mount.startswith(f"{self.folder}/")]):
            subprocess.run(["umount", mount], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait_until_it_answers(self):
        for _ in range(120):
            if self.daemon.poll() is not None:
                break
            if self.call("version").returncode == 0:
                return
            time.sleep(0.5)
        raise RuntimeError(f"dockerd does not answer:\n{(self.folder / 'log').read_text()[-2000:]}")

    def call(self, *arguments):
        return subprocess.run([self.programs / "usr/bin/docker", *arguments], env=self.environment, capture_output=True,
                              text=True, check=False)

    def version(self):
        return self.call("version", "--format", "{{.Server.Version}}").stdout.strip()

    def make_base(self, name, note="", files=None):
        """Makes an image of BusyBox and of programs and texts, by path; with another note it is another image."""
        made = self.call("import", base_archive(self.folder, note, files), name)
        if made.returncode:
            raise RuntimeError(made.stderr)

    def build(self, folder, *options):
        """Builds a folder. Tells the steps that ran, each as the name of its stage and its place from the end of that."""
        how, tell = ["--progress=plain"], ran
        if self.release == NEWER:
            # The plain log of a newer client tells a linked copy and its merge as one step; an image is of no use here.
            how, tell = ["--progress=rawjson", "--output=type=cacheonly"], vertices_that_ran
        built = self.call("build", "--network=host", *how, *options, folder)
        if built.returncode:
            raise RuntimeError(f"the build of {folder} failed:\n{built.stderr[-2000:]}")
        return tell(built.stderr)


def stage_name(name):
    """How BuildKit calls a stage that dfx calls by its name or its number."""
    return f"stage-{name}" if name.isdigit() else name.lower()


def ran(log):
    """The steps that a log of `--progress=plain` tells to have been done, not taken from the cache."""
    steps, outcomes = {}, {}
    for line in log.splitlines():
        if step := STEP.match(line):
            # FROM counts where it names an image, so that places are sure from the end only.
            steps[step[1]] = (step[2] or "stage-0", int(step[4]) - int(step[3])), "FROM " in line
        elif outcome := OUTCOME.match(line):
            outcomes.setdefault(outcome[1], set()).add(outcome[2])
    is_done = {number for number in steps if "CACHED" not in outcomes.get(number, ())}
    return {step for number, (step, is_image) in steps.items() if number in is_done and not is_image}


def vertices_that_ran(log):
    """The same of a log of `--progress=rawjson`: documents one after the other."""
    decoder, at, vertices = json.JSONDecoder(), 0, {}
    log = log.strip()
    while at < len(log):
        document, at = decoder.raw_decode(log, at)
        at += len(log[at:]) - len(log[at:].lstrip())
        vertices |= {vertex["digest"]: vertex for vertex in document.get("vertexes", ())}
    done = set()
    for vertex in vertices.values():
        step = VERTEX.match(vertex["name"])
        # What merges a linked copy with the steps before it is no step of the Dockerfile.
        if step and not vertex.get("cached") and not step[4].startswith(("FROM ", "LINK ")):
            done.add((step[1] or "stage-0", int(step[3]) - int(step[2])))
    return done
