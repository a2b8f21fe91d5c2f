"""A Docker daemon with BuildKit, for the scripts that ask a real builder.

The programs are those of Debian 12's packages, unpacked below target/ and not installed. All that a daemon keeps lies in a
temporary folder, which goes with it. Needs root, and Debian's packages for the first run.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "target/docker"
PACKAGES = ("docker.io", "containerd", "runc", "busybox-static")

# `#7 [build 3/5] COPY . .`, `#7 CACHED`, `#7 DONE 0.4s`
STEP = re.compile(r"#(\d+) \[(?:(\S+) )?(\d+)/(\d+)\] ")
OUTCOME = re.compile(r"#(\d+) (CACHED|DONE|ERROR)")


def unpack_programs():
    """Fetches Debian's packages and unpacks them, unless that was done before."""
    if (PROGRAMS / "complete").exists():
        return
    shutil.rmtree(PROGRAMS, ignore_errors=True)
    PROGRAMS.mkdir(parents=True)
    download = ["apt-get", "download", "-qq", *PACKAGES]
    if subprocess.run(download, cwd=PROGRAMS, capture_output=True, check=False).returncode:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(download, cwd=PROGRAMS, check=True, stderr=subprocess.DEVNULL)
    for package in PROGRAMS.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, PROGRAMS], check=True)
        package.unlink()
    (PROGRAMS / "complete").touch()


class Docker:
    """A daemon that runs as long as the `with` block does."""

    def __enter__(self):
        unpack_programs()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dfx-docker-", dir="/var/tmp"))
        self.environment = os.environ | {
            "PATH": f"{PROGRAMS}/usr/sbin:{PROGRAMS}/usr/bin:{os.environ['PATH']}",
            "DOCKER_HOST": f"unix://{self.folder}/socket",
            "DOCKER_CONFIG": str(self.folder / "config"),
            "DOCKER_BUILDKIT": "1",
        }
        command = ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", f"--data-root={self.folder}/data",
                   f"--exec-root={self.folder}/exec", f"--pidfile={self.folder}/pid", f"--host=unix://{self.folder}/socket"]
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
        return subprocess.run([PROGRAMS / "usr/bin/docker", *arguments], env=self.environment, capture_output=True,
                              text=True, check=False)

    def make_base(self, name, note="", files=None):
        """Makes an image of BusyBox and of programs and texts, by path; with another note it is another image."""
        root = self.folder / "base"
        for folder in ("bin", "etc", "tmp"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        busybox = root / "bin/busybox"
        shutil.copy(PROGRAMS / "bin/busybox", busybox)
        for program in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
            if not (root / "bin" / program).exists():
                (root / "bin" / program).symlink_to("busybox")
        (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\nuser:x:1000:1000:user:/:/bin/sh\n")
        (root / "etc/group").write_text("root:x:0:\nuser:x:1000:\n")
        for path, text in {"etc/note": note, **(files or {})}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
            (root / path).chmod(0o755)
        archive = self.folder / "base.tar"
        subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
        made = self.call("import", archive, name)
        if made.returncode:
            raise RuntimeError(made.stderr)

    def build(self, folder, *options):
        """Builds a folder. Tells the steps that ran, each as the name of its stage and its place from the end of that."""
        built = self.call("build", "--network=host", "--progress=plain", *options, folder)
        if built.returncode:
            raise RuntimeError(f"the build of {folder} failed:\n{built.stderr[-2000:]}")
        return ran(built.stderr)


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
