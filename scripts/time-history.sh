#!/usr/bin/env bash
# How long `dfx layers --history` takes for a long history of a large project.
#
# usage: scripts/time-history.sh [COMMITS] [FILES] [DFX]
#
# Makes a repository by `git fast-import`: FILES files in folders of fifty, then COMMITS commits that change three of them
# each, every tenth the lock file, every fiftieth the Dockerfile. More than ten seconds are a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
commits=${1:-1000}
files=${2:-5000}
if [ -z "${3:-}" ]; then cargo build --release --locked --quiet; fi
dfx=$(realpath "${3:-target/release/dfx}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git init --quiet "$work"
python3 - "$commits" "$files" <<'PYTHON' | git -C "$work" fast-import --quiet
import sys

commits, files = map(int, sys.argv[1:])


def write(path, text):
    print(f"M 100644 inline {path}\ndata {len(text)}\n{text}")


def commit(number):
    print(f"commit refs/heads/main\ncommitter a <a@example.com> {1_700_000_000 + number} +0000\ndata 1\nx")


def source(number):
    return f"src/{number // 50}/{number % 50}.js"


def dockerfile(number):
    return (
        "FROM node:22 AS build\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n"
        f"RUN npm run build -- --mode {number}\n"
        "FROM nginx:1.29\nRUN apt-get update && apt-get install -y curl\nCOPY --from=build /app/dist /srv\n"
    )


commit(0)
write("Dockerfile", dockerfile(0))
write(".dockerignore", "node_modules\n*.md\n.git\n")
write("package.json", "{}")
for number in range(files - 4):
    write(source(number), "0")
for number in range(1, commits + 1):
    commit(number)
    for place in range(3):
        write(source((number * 7919 + place * 104729) % (files - 4)), str(number))
    if number % 10 == 0:
        write("package-lock.json", str(number))
    if number % 50 == 0:
        write("Dockerfile", dockerfile(number))
PYTHON
git -C "$work" checkout --quiet --force main
cd "$work"
TIMEFORMAT='%R %U %S'
took=$({ time "$dfx" layers --history "$commits" >/dev/null 2>&1; } 2>&1)
read -r real user system <<<"$took"
printf '%s commits, %s files: %s s, of which %s s in the program and %s s in the system\n' \
    "$(git rev-list --count HEAD)" "$(git ls-files | wc -l)" "$real" "$user" "$system"
# The clock on the wall depends on what else runs.
awk "BEGIN { exit !($user + $system < 10) }" || { echo 'that is more than ten seconds' >&2; exit 1; }
