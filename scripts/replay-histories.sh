#!/usr/bin/env bash
# What `dfx layers --history` says of real projects: the tables of docs/layers.md.
#
# usage: scripts/replay-histories.sh FOLDER [COMMITS] [DFX]
#
# FOLDER holds streams for `git fast-import`, gzipped: *.fi.gz. Prints how often steps that take long ran again in each, and in
# this repository, as it is, in the best order and with the proposed Dockerfile, and in how many commits of the others files
# of each kind changed.
set -euo pipefail
cd "$(dirname "$0")/.."
histories=$(cd "$1" && pwd)
commits=${2:-200}
if [ -z "${3:-}" ]; then cargo build --release --locked --quiet; fi
dfx=$(realpath "${3:-target/release/dfx}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for stream in "$histories"/*.fi.gz; do
    name=$(basename "$stream" .fi.gz)
    git init --quiet "$work/$name"
    (
        cd "$work/$name"
        zcat "$stream" | git fast-import --quiet
        git checkout --quiet --force "$(git branch --format='%(refname:short)' | head -n 1)"
        "$dfx" layers --history "$commits" --format json >"$work/$name.json" 2>/dev/null || true
    )
done
# This project comes last, and does not count for what is usual elsewhere.
git clone --quiet . "$work/own"
(cd "$work/own" && "$dfx" layers --history "$commits" --format json >"$work/own/dfx.json" 2>/dev/null)
python3 - "$work"/*.json "$work/own/dfx.json" <<'PYTHON'
import json
import os
import sys

TABLE = "| {:26} | {:>7} | {:>8} | {:>17} | {:>16} | {:>5} |"
kinds, all_commits = {}, 0
print(TABLE.format("project", "commits", "as it is", "in the best order", "and the proposal", "score"))
print("| --- | --: | --: | --: | --: | --: |")
for path in sys.argv[1:]:
    with open(path) as file:
        report = json.load(file)


    def runs(which):
        classes = [count for order in report["orders"] for name, count in order[which].items() if name != "instant"]
        return sum(classes)


    steps = report["score"]["steps"]
    proposed = sum(step["needed"] for step in steps) if report["proposal"] else "-"
    name = os.path.basename(path).removesuffix(".json").replace("_", "/", 1)
    commits = report["history"]["commits"]
    print(TABLE.format(name, commits, runs("as_it_is"), runs("best"), proposed, f"{report['score']['points']:.1f}"))
    if name == "dfx":
        continue
    all_commits += commits
    for kind, number in report["history"]["changed"].items():
        kinds[kind] = kinds.get(kind, 0) + number
print(f"\nOf {all_commits} commits, in a hundred: ", end="")
print(", ".join(f"{round(100 * number / all_commits)} changed {kind}" for kind, number in sorted(kinds.items())))
PYTHON
