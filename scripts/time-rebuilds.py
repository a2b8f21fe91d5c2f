#!/usr/bin/env python3
"""Has BuildKit build applications with many dependencies, from nothing and after a line of a source file has changed.

    scripts/time-rebuilds.py [DFX] [APP...]     needs root and the package registries

These are all applications whose dependencies come from a registry that can be reached, each with those that build-apps.py
names. What comes of each is kept for the page that build-apps.py writes; an application that was timed already with the same
program, engine, files and dependencies is left out, unless it is named. So it can be stopped, and go on later.
"""

import datetime
import hashlib
import importlib
import json
import math
import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from docker import OLDER, Docker  # noqa: E402

apps = importlib.import_module("build-apps")

# As there are no volumes in a build of Docker's, the certificates of this machine lie in the base images.
WITH_CERTIFICATES = "FROM without:1\nCOPY certificates.crt /certificates.crt\nENV " + " ".join(
    f"{name}=/certificates.crt" for name in apps.CERTIFICATE_VARIABLES) + "\n"


def called(docker, *words):
    done = docker.call(*words)
    if done.returncode:
        raise RuntimeError(f"docker {' '.join(map(str, words))}\n{done.stderr[-2000:]}")


def hand_over(docker, name, folder):
    """Has Docker know a stand-in that Buildah keeps."""
    apps.base(name)
    archive = folder / "base.tar"
    apps.run("buildah", "push", f"docker.io/library/{name}", f"docker-archive:{archive}:without:1")
    called(docker, "load", "--input", archive)
    archive.unlink()
    shutil.copy(apps.CERTIFICATES, folder / "certificates.crt")
    (folder / "Dockerfile").write_text(WITH_CERTIFICATES)
    called(docker, "build", "--tag", name, folder)


def seconds(docker, folder, dockerfile, *options):
    start = time.monotonic()
    called(docker, "build", "--network=host", "--quiet", "--file", dockerfile, *options, folder)
    return time.monotonic() - start


def timed(docker, name, folder, dfx):
    """Seconds from nothing and after a change, the least of some, by what `dfx fix` was told."""
    application = apps.Application(name, folder / name, dfx)
    apps.add_dependencies(application)
    dockerfiles = {"before": application.before} | {
        variant: application.fixed(variant, *apps.VARIANTS[variant])[0] for variant in apps.TIMED}
    images = folder / "images"
    images.mkdir(exist_ok=True)
    for image in {image for dockerfile in dockerfiles.values() for image in apps.bases_of(dockerfile)}:
        hand_over(docker, image, images)
    cold = {variant: seconds(docker, application.folder, dockerfile, "--no-cache")
            for variant, dockerfile in dockerfiles.items()}
    warm = dict.fromkeys(dockerfiles, math.inf)
    source = application.source()
    for _ in range(apps.ROUNDS):
        for variant, dockerfile in dockerfiles.items():
            with source.open("a") as file:
                file.write(f"{apps.COMMENTS[source.suffix]} {time.time_ns()}\n")
            warm[variant] = min(warm[variant], seconds(docker, application.folder, dockerfile))
    return {"cold": cold, "warm": warm}


def key(name, dfx, docker):
    """What a result depends on, as far as it is known before."""
    folder = apps.ROOT / "corpus/apps" / name
    files = sorted((str(path.relative_to(folder)), path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    known = (dfx.read_bytes(), docker.version(), files, apps.MORE_DEPENDENCIES[name], apps.SUGGESTIONS)
    return hashlib.sha256(repr(known).encode()).hexdigest()


def version(dfx):
    """The version of the program, and the digest of its file, since a version has many builds."""
    return f"{apps.run(dfx, '--version').stdout.split()[1]} ({hashlib.sha256(dfx.read_bytes()).hexdigest()[:12]})"


def main():
    dfx = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else apps.ROOT / "target/release/dfx").resolve()
    apps.install()
    apps.KEPT.mkdir(parents=True, exist_ok=True)
    kept, failed = apps.kept_rebuilds(), []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary, Docker(OLDER) as docker:
        for name in sys.argv[2:] or apps.MORE_DEPENDENCIES:
            known = key(name, dfx, docker)
            if not sys.argv[2:] and kept.get(name, {}).get("key") == known:
                continue
            try:
                times = timed(docker, name, pathlib.Path(temporary), dfx)
            except RuntimeError as error:
                print(f"{name}: not timed: {error}", flush=True)
                failed.append(name)
                continue
            kept[name] = {"docker": docker.version(), "dfx": version(dfx), "date": str(datetime.date.today()), "key": known, **times}
            (apps.KEPT / "rebuilds.json").write_text(json.dumps(kept))
            print(name, *(f"{variant} {times['cold'][variant]:.1f} s, after a change {times['warm'][variant]:.1f} s"
                          for variant in times["cold"]), f"{apps.faster(times['warm']):.1f} x", sep="\n    ", flush=True)
    if kept:
        print(apps.rebuilds_on_average(kept))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
