#!/usr/bin/env python3
"""Runs `dfx verify` with real engines: Docker 26.1 with BuildKit, Docker 20.10 with its old builder, Podman, Buildah.

    scripts/check-verify.py [DFX] [ENGINE...]   needs root; installs Debian's podman and buildah, fetches its Docker

Small Dockerfiles are built in pairs that are alike, that differ, of which one cannot be built, and that are interrupted.
It fails where dfx tells something else than what is so, where anything is left behind, and where an engine is missing.
"""

import concurrent.futures
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from docker import NEWER, OLDER, ROOT, Docker, base_archive, unpack_programs  # noqa: E402

# In texts: a number of each engine's own, for a port, and for a program that goes on until it is ended.
NUMBER = "NUMBER"
ENDLESS = f"sleep {NUMBER}"
FIRST_NUMBER = 48213

BASE = "dfx.local/base:1"
FROM = f"FROM {BASE}\n"
APP = FROM + "COPY app /app\nRUN echo built > /built\nARG GREETING=none\nRUN echo $GREETING > /greeting\n"
# As the first process of a container, a program gets no signal that it does not ask for.
SERVER = APP + f"CMD trap exit TERM; httpd -f -p {NUMBER} -h /www & wait\n"
STAGES = FROM.replace("\n", " AS first\n") + "RUN echo 1 > /one\n" + FROM + "RUN echo 2 > /two; exit 9\n"

DOCKERFILES = {
    "app": APP,
    "alike": APP.replace("COPY app /app\n", "# Written otherwise.\ncopy ./app   /app\n"),
    "other-file": APP.replace("echo built", "echo another"),
    "other-user": APP + "USER user\n",
    "failing": APP + "RUN echo told before; echo told at last >&2; exit 7\n",
    "missing": FROM + "COPY nowhere /\n",
    "server": SERVER,
    "other-server": SERVER.replace("/built\n", "/built; echo changed > /www/index.html\n"),
    # A process in a session of its own, as Erlang's port mapper, and one that takes its time to end.
    "daemon": APP + f"CMD setsid {ENDLESS} & trap 'sleep 1; exit' TERM; httpd -f -p {NUMBER} -h /www & wait\n",
    "program": APP + 'VOLUME /data\nENTRYPOINT ["cat"]\nCMD ["/greeting"]\n',
    "stages": STAGES,
    "other-stages": STAGES.replace("exit 9", "exit 8"),
    "endless": APP + f"RUN {ENDLESS}\n",
    "endless-program": APP + f"CMD trap exit TERM; {ENDLESS} & wait\n",
}

# What a `dfx verify` of two Dockerfiles has to tell: the exit code, and texts of standard output or error.
CASES = {
    "alike": ("app alike --expect identical", 0, ["app.Dockerfile -> alike.Dockerfile: identical"]),
    "another file": ("app other-file --expect equivalent", 1, ["content, which is more than equivalent", "/built"]),
    "another user": ("app other-user", 0, ["runtime", "User"]),
    "the second cannot be built": (
        "app failing", 2, ["cannot build failing.Dockerfile at ", "RUN echo told before;", "  | ", "told at last", "7"]),
    "the first cannot be built": ("failing app", 2, ["cannot build failing.Dockerfile at ", "told at last"]),
    "a file is missing": ("app missing", 2, ["cannot build missing.Dockerfile", "COPY nowhere /", "nowhere"]),
    "a command": ("app alike --run|cat /greeting; echo more; exit 3", 0, ["exit code 3", "the same"]),
    "a command in exec form": ('app alike --run|["cat", "/built"]', 0, ["the same"]),
    "a command that prints something else": ("app other-file --expect runtime --run|cat /built", 1, ["built", "another"]),
    "a command that is not there": ('app alike --run|["/nowhere"]', 0, ["the same"]),
    "the image's own command": ("program program --run", 0, ["none"]),
    "a command that does not end": (f"app alike --patience 2 --run|{ENDLESS}", 2, ["does not end within 2 s"]),
    "an address": (f"server server --probe http://localhost:{NUMBER}/", 0, ["HTTP 200"]),
    "an address that answers otherwise": (
        f"server other-server --probe http://localhost:{NUMBER}/", 1, ["HTTP 200", "changed"]),
    "a stage": ("stages other-stages --target first --expect identical", 0, ["identical"]),
    "a build argument": ("app alike --build-arg GREETING=hello --run|cat /greeting", 0, ["exit code 0 and 6 B"]),
}

# Buildah, told to isolate by chroot, gives a container no processes of its own: what it leaves behind is for dfx to end.
CASES_OF_BUILDAH = {
    "a program that leaves another behind": (f"daemon daemon --probe http://localhost:{NUMBER}/", 0, ["HTTP 200"]),
}


class Engine:
    """An engine with a folder of its own, and how it is asked for what it keeps."""

    def __init__(self, name, environment, questions, folder):
        self.name, self.questions, self.folder = name, questions, folder
        self.environment = os.environ | environment
        self.number = str(FIRST_NUMBER + list(QUESTIONS).index(name))

    def ask(self, *words):
        done = subprocess.run([self.name, *words], env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{self.name} {words}: {done.stderr}")
        return done.stdout

    def make_project(self):
        for path, text in {"app": "app\n", **{f"{name}.Dockerfile": text for name, text in DOCKERFILES.items()}}.items():
            (self.folder / path).write_text(text.replace(NUMBER, self.number))
        (self.folder / "temporary").mkdir(exist_ok=True)
        (self.folder / ".dockerignore").write_text("*\n!app\n")

    def verify(self, dfx, case):
        # What stands behind the bar is one word.
        words, *last = case.replace(NUMBER, self.number).split("|")
        before, after, *rest = words.split()
        command = [dfx, "verify", f"{before}.Dockerfile", f"{after}.Dockerfile", "--engine", self.name,
                   "--build-option=--network=host", *rest, *last]
        environment = self.environment | {"TMPDIR": str(self.folder / "temporary")}
        return subprocess.Popen(command, cwd=self.folder, env=environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, start_new_session=True)

    def endless(self):
        """The processes of endless steps and programs."""
        words = ["pgrep", "-fx", ENDLESS.replace(NUMBER, self.number)]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()

    def leftovers(self):
        """Names of images but the base, containers, volumes, temporary files, and processes."""
        left = [line for question in self.questions for line in self.ask(*question).splitlines()]
        left = [line for line in left if line.strip() and line != BASE]
        return left + [str(path) for path in (self.folder / "temporary").iterdir()] + self.endless()

    def left_behind(self):
        # The second process of dfx may have to wait for the engine.
        wait_for(lambda: not self.leftovers())
        return [f"left behind: {left}" for left in self.leftovers()]


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.2)
    return result


def check_case(engine, dfx, case, code, texts):
    process = engine.verify(dfx, case)
    try:
        out, error = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        return ["it does not end"]
    wrong = [f"exit code {process.returncode} in the place of {code}"] if process.returncode != code else []
    wrong += [f"does not tell {text!r}" for text in texts if text not in out + error]
    if wrong:
        wrong.append(out + error)
    return wrong + engine.left_behind()


# How dfx is ended: as the terminal does it, which tells all of its processes, and in a way that it cannot notice.
ENDS = {
    "Ctrl-C": lambda process: os.killpg(process.pid, signal.SIGINT),
    "a kill": lambda process: process.kill(),
}


def check_interruption(engine, dfx, case, end):
    process = engine.verify(dfx, case)
    is_at_work = wait_for(engine.endless)
    end(process)
    out, error = process.communicate()
    if not is_at_work:
        return ["the endless program was not reached", out + error]
    return engine.left_behind()


def tried(engine, label, name, attempt):
    """What is wrong; with Docker, what still is when it is tried once more. Once a minute its daemon removes the paths of network
    namespaces that nobody uses, and at times that of a container which is just being started (libnetwork's removeUnusedPaths):
    "bind-mount /proc/N/ns/net: no such file or directory"."""
    wrong = attempt()
    if wrong and engine.name.startswith("docker"):
        print(f"{label}: {name}: once more, since {wrong[0]}", flush=True)
        wrong = attempt()
    return wrong


def check(engine, label, dfx, *, is_started=True):
    """Runs all cases, or those that start nothing; tells whether every one came out as expected."""
    start = time.monotonic()
    engine.make_project()
    cases = CASES | (CASES_OF_BUILDAH if engine.name == "buildah" else {})
    outcomes = {name: tried(engine, label, name, lambda: check_case(engine, dfx, *case)) for name, case in cases.items()
                if is_started or not ("--run" in case[0] or "--probe" in case[0])}
    for name, end in ENDS.items():
        for place, case in (("step", "app endless"), ("trial", "endless-program app --run"))[:1 + is_started]:
            trial = f"{name} in a {place}"
            outcomes[trial] = tried(engine, label, trial, lambda: check_interruption(engine, dfx, case, end))
    for name, wrong in outcomes.items():
        for text in wrong:
            print(f"{label}: {name}: {text}", flush=True)
    right = sum(not wrong for wrong in outcomes.values())
    print(f"{label}: {right} of {len(outcomes)} as expected, {time.monotonic() - start:.0f} s", flush=True)
    return right == len(outcomes)


# What each engine keeps: images with a name, containers, also those of builds, and volumes.
IMAGES = ["images", "--filter", "dangling=false", "--format"]
VOLUMES = ["volume", "ls", "--format", "volume {{.Name}}"]
QUESTIONS = {
    "docker": [[*IMAGES, "{{.Repository}}:{{.Tag}}"], ["ps", "--all", "--format", "container {{.Names}}"], VOLUMES],
    "podman": [[*IMAGES, "{{.Repository}}:{{.Tag}}"], ["ps", "--all", "--external", "--format", "container {{.Names}}"], VOLUMES],
    "buildah": [[*IMAGES, "{{.Name}}:{{.Tag}}"], ["containers", "--format", "container {{.ContainerName}}"]],
}


def check_docker(name, dfx, folder, base):
    """Docker as it is, with BuildKit, and with the builder that it had before."""
    outcomes = []
    for release, builder, described in ((NEWER, "1", "BuildKit"), (OLDER, "0", "its old builder")):
        with Docker(release, has_bridge=True) as daemon:
            daemon.call("import", base, BASE)
            engine = Engine(name, daemon.environment | {"DOCKER_BUILDKIT": builder}, QUESTIONS[name], folder)
            # What was built is started in the same way.
            outcomes.append(check(engine, f"{name} {daemon.version()}, {described}", dfx, is_started=release == NEWER))
    return all(outcomes)


def check_daemonless(name, dfx, folder, base):
    """Podman or Buildah, with images of their own, and with no more privileges than a container of CI has."""
    storage, settings = folder / "storage.conf", folder / "containers.conf"
    storage.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/images"\nrunroot = "{folder}/run"\n')
    settings.write_text('[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
                        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n')
    environment = {"CONTAINERS_STORAGE_CONF": str(storage), "CONTAINERS_CONF": str(settings), "BUILDAH_ISOLATION": "chroot",
                   "PATH": f"{unpack_programs(OLDER)}/usr/sbin:{os.environ['PATH']}"}
    # Buildah shares its images with Podman, and cannot import a file system.
    podman = Engine("podman", environment, [], folder)
    podman.ask("import", base, BASE)
    try:
        return check(Engine(name, environment, QUESTIONS[name], folder), name, dfx)
    finally:
        podman.ask("system", "reset", "--force")


CHECKS = {"docker": check_docker, "podman": check_daemonless, "buildah": check_daemonless}


def install():
    """Installs what is missing of Debian's packages."""
    if not all(map(shutil.which, ("podman", "buildah", "iptables"))):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "podman", "buildah", "netavark",
                        "iptables"], check=True, stdout=subprocess.DEVNULL)


def main():
    dfx = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/dfx").resolve()
    install()
    # Before several at once ask for them.
    for release in (OLDER, NEWER):
        unpack_programs(release)
    # Not in /tmp, which may be in memory: there the layers of images cannot lie over each other.
    with tempfile.TemporaryDirectory(prefix="dfx-check-verify-", dir="/var/tmp") as temporary:
        base = base_archive(pathlib.Path(temporary), files={"www/index.html": "hello\n"})
        with concurrent.futures.ThreadPoolExecutor() as pool:
            checks = []
            for name in sys.argv[2:] or CHECKS:
                folder = pathlib.Path(temporary) / name
                folder.mkdir()
                checks.append(pool.submit(CHECKS[name], name, dfx, folder, base))
        return 0 if all([check.result() for check in checks]) else 1


if __name__ == "__main__":
    sys.exit(main())
