#!/usr/bin/env python3
"""Has BuildKit build applications with many dependencies, from nothing and after a line of a source file has changed.

    scripts/time-rebuilds.py [DFX] [APP...]     needs root and the package registries

`scripts/build-apps.py --timed` asks Buildah, which copies all that a stage takes from another again whenever that other has
changed anywhere. BuildKit compares what is copied. What comes of it is kept for the page that build-apps.py writes.
"""

import datetime
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
    called(docker, "build", "--network=host", "--file", dockerfile, *options, folder)
    return time.monotonic() - start


def timed(docker, name, folder, dfx):
    """Seconds from nothing and after a change, the least of some, by what `dfx fix` was told."""
    application = apps.Application(name, folder / name, dfx)
    dockerfiles = {"before": application.before} | {
        variant: application.fixed(variant, *options)[0] for variant, options in apps.VARIANTS.items()}
    images = folder / "images"
    images.mkdir(exist_ok=True)
    for image in {image for dockerfile in dockerfiles.values() for image in apps.bases_of(dockerfile)}:
        hand_over(docker, image, images)
    apps.run(*apps.MORE_DEPENDENCIES[name][1], cwd=application.folder)
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


def main():
    dfx = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else apps.ROOT / "target/release/dfx").resolve()
    apps.install()
    apps.KEPT.mkdir(parents=True, exist_ok=True)
    kept = apps.kept_rebuilds()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary, Docker(OLDER) as docker:
        for name in sys.argv[2:] or apps.MORE_DEPENDENCIES:
            times = timed(docker, name, pathlib.Path(temporary), dfx)
            kept[name] = {"docker": docker.version(), "date": str(datetime.date.today()), **times}
            (apps.KEPT / "rebuilds.json").write_text(json.dumps(kept))
            print(name, *(f"{variant} {times['cold'][variant]:.1f} s, after a change {times['warm'][variant]:.1f} s"
                          for variant in times["cold"]), sep="\n    ", flush=True)


if __name__ == "__main__":
    main()
