#!/usr/bin/env python3
"""Really builds the last commits of a project, one after the other, and counts what BuildKit runs again: with today's
Dockerfile, and with the one that `dfx fix` makes of it. `dfx layers --history` has to have foretold the same numbers.

    scripts/build-history.py HISTORY [COMMITS] [DFX]     needs root; fetches Debian's docker.io for the first run

HISTORY is a gzipped stream for `git fast-import`. Since it holds names of contents in the place of contents, the images hold
stand-ins for the programs: they read all files of the folder that they run in, and write what a build would.
"""

import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from docker import ROOT, Docker, stage_name  # noqa: E402

DIGEST = "find . -type f -not -path './node_modules/*' | sort | xargs sha256sum | sha256sum"
PROGRAMS = {
    "addgroup": 'for name; do :; done; echo "$name:x:101:" >> /etc/group',
    "adduser": 'for name; do :; done; echo "$name:x:101:101::/:/bin/sh" >> /etc/passwd',
    "apk": "",
    "go": f'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then mkdir -p "$(dirname "$2")"; {DIGEST} > "$2"; fi; shift; done',
    "node": f"mkdir -p build && {DIGEST} > build/index.js",
    "npm": "mkdir -p node_modules && sha256sum package*.json > node_modules/.package-lock.json",
}
# What the images of these projects hold beside programs.
FOLDERS = ("usr/share/nginx/html", "etc/nginx/conf.d", "docker-entrypoint.d")
RULE = "cache/sources-before-dependencies"


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


def check_out(history, folder):
    folder.mkdir()
    git(folder, "init", "--quiet")
    with gzip.open(history) as stream:
        subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=stream.read(), check=True)
    git(folder, "checkout", "--quiet", "--force", git(folder, "branch", "--format=%(refname:short)").split()[0])


def layers(dfx, dockerfile, commits):
    command = [dfx, "layers", dockerfile, "--history", str(commits), "--format", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def make_images(docker, dockerfile):
    """Makes a stand-in for each image that the Dockerfile starts from."""
    files = {f"bin/{name}": f"#!/bin/sh\n{text}\n" for name, text in PROGRAMS.items()}
    files |= {f"{folder}/default.conf": "" for folder in FOLDERS}
    for image in sorted(set(re.findall(r"^FROM (\S+[:/]\S+)", dockerfile.read_text(), re.M))):
        docker.make_base(image, image, files)


def observed(docker, project, dockerfile, commits):
    """How often each step ran again, by the name of its stage and its place from the end of that."""
    counts = {}
    names = git(project, "log", "--first-parent", "--format=%H", "-n", str(commits + 1)).split()
    for place, commit in enumerate(reversed(names)):
        with tempfile.TemporaryDirectory() as folder:
            archive = subprocess.run(["git", "-C", project, "archive", commit], check=True, capture_output=True).stdout
            subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
            done = docker.build(folder, "--file", dockerfile)
        for step in done if place else ():
            counts[step] = counts.get(step, 0) + 1
    return counts


def compare(report, foretold, counts):
    """Tells the table, and whether every number is as foretold."""
    names = {stage["index"]: stage["name"] for stage in report["stages"]}
    agree = True
    for step in foretold:
        behind = sum(other["stage"] == step["stage"] and other["index"] > step["index"] for other in foretold)
        built = counts.get((stage_name(names[step["stage"]]), behind), 0)
        # Where dfx does not know whether a stage gives the same files again: a stand-in never does.
        expected = step["history"]["rebuilt"] + step["history"]["unknown"]
        agree &= built == expected
        print(f"  {expected:>8}  {built:>5}  {step['instruction'][:80]}")
    return agree


def main():
    history = pathlib.Path(sys.argv[1])
    commits = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    dfx = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else ROOT / "target/release/dfx").resolve()
    agree = True
    with tempfile.TemporaryDirectory() as temporary, Docker() as docker:
        project = pathlib.Path(temporary) / "project"
        check_out(history, project)
        dockerfile, repaired = project / "Dockerfile", pathlib.Path(temporary) / "Dockerfile"
        report = layers(dfx, dockerfile, commits)
        repair = [dfx, "fix", "--isolated", "--select", RULE, "--effect", "content", "--stdin-filename", dockerfile, "-"]
        repaired.write_bytes(subprocess.run(repair, check=True, capture_output=True, input=dockerfile.read_bytes()).stdout)
        make_images(docker, dockerfile)
        proposal = report["proposal"]
        for title, path, steps in (("as it is", dockerfile, proposal["steps_as_it_is"]),
                                   ("repaired", repaired, proposal["steps"])):
            print(f"{history.name}, {commits} commits, the Dockerfile {title}: foretold, built, step")
            # What one Dockerfile has left in the cache is of no use to the other.
            docker.call("builder", "prune", "--all", "--force")
            agree &= compare(report, steps, observed(docker, project, path, commits))
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
