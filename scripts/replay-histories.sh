#!/usr/bin/env bash
# What `dfx layers --history` says of real projects.
#
# usage: scripts/replay-histories.sh FOLDER [COMMITS]
#
# FOLDER holds streams for `git fast-import`, gzipped: *.fi.gz. Prints the headline of each, and the seconds that it took.
set -euo pipefail
cd "$(dirname "$0")/.."
histories=$(cd "$1" && pwd)
commits=${2:-200}
cargo build --release --locked --quiet
dfx=$PWD/target/release/dfx
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for stream in "$histories"/*.fi.gz; do
    name=$(basename "$stream" .fi.gz)
    git init --quiet "$work/$name"
    (
        cd "$work/$name"
        zcat "$stream" | git fast-import --quiet
        git checkout --quiet --force "$(git branch --format='%(refname:short)' | head -n 1)"
        start=$(date +%s.%N)
        headline=$("$dfx" layers --history "$commits" 2>/dev/null | grep -m 1 -E '^(Of|No) ')
        printf '%s (%.1f s): %s\n' "$name" "$(echo "$(date +%s.%N) - $start" | bc)" "$headline"
    )
done
