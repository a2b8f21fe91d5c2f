#!/usr/bin/env bash
# Prints the n-th command of the README: the n-th line inside a ```sh fence. `.ci/run` runs what the reader would.
set -euo pipefail
awk -v n="$1" '/^```sh$/ {on = 1; next} /^```$/ {on = 0} on && NF && !/^#/ && ++count == n' "$(dirname "$0")/../README.md"
