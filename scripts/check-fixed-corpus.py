#!/usr/bin/env python3
"""Repairs real files in four ways, counts what was done, and shows the results to the official parser.

    scripts/check-fixed-corpus.py DFX [--report docs/fixes.md]

DFX is the program. The files are those of the folder DFX_CORPUS; they are copied, and the copies repaired. Of each file
that the official parser has read before `dfx fix`, it has to read what comes out: else the exit code is 1. That parser is
BuildKit's own, as the module `dockerfile` of PyPI, installed into target/peers. --report writes the page that tells what
was fixed, by rule, what was held back and why, and how long it took.
"""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from pypi import install  # noqa: E402

WAYS = {
    "identical": "--profile strict --effect identical",
    "default": "",
    "strict": "--profile strict",
    "unsafe": "--profile strict --unsafe",
}
# Fewer would mean that the folder is another one, or that the parser does not work.
FEWEST_READ = 1_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dfx", help="the program")
    parser.add_argument("--report", metavar="FILE", type=pathlib.Path, help="write what was counted into this page")
    arguments = parser.parse_args()
    reads = official_parser()
    corpus = sorted(pathlib.Path(os.environ["DFX_CORPUS"]).iterdir())
    read = {file.name for file in corpus if reads(file)}
    outcomes = {name: repair(arguments.dfx, options, corpus, read, reads) for name, options in WAYS.items()}
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome.changed} of {len(corpus)} files repaired in {outcome.seconds:.1f} s of CPU, "
              f"{len(outcome.refused)} of {len(read)} no longer read")
        print("".join(f"    {file}\n" for file in outcome.refused), end="")
    if arguments.report:
        arguments.report.write_text(page(outcomes, len(corpus), len(read)))
    return 1 if any(outcome.refused for outcome in outcomes.values()) or len(read) < FEWEST_READ else 0


@dataclasses.dataclass
class Outcome:
    """What came of one way of calling `dfx fix`."""

    options: str
    # Of the processor, for all files, read and written; start of the program included.
    seconds: float
    changed: int
    # Files that the official parser has read before and does not read now.
    refused: list
    # (rule, rung): number of fixes that were made.
    applied: collections.Counter
    # (rule, reason): number of fixes that were allowed and not made.
    held_back: collections.Counter
    # (rule, rung): number of fixes that the user has to decide on.
    offered: collections.Counter


def repair(dfx, options, corpus, read, reads):
    with tempfile.TemporaryDirectory() as folder:
        copies = [pathlib.Path(shutil.copyfile(file, pathlib.Path(folder, file.name))) for file in corpus]
        command = [dfx, "fix", "--isolated", "--no-context", "--quiet", "--write", "--format", "json",
                   "--files-from", "-", *options.split()]
        before = seconds_of_children()
        done = subprocess.run(command, input="\n".join(map(str, copies)), text=True, check=False, capture_output=True)
        seconds = seconds_of_children() - before
        if done.returncode:
            sys.exit(done.stderr)
        refused = [copy.name for copy in copies if copy.name in read and not reads(copy)]
    files = json.loads(done.stdout)["files"]
    if any(file["gave_up"] for file in files):
        sys.exit(f"dfx fix {options} comes to no end")

    def counter(kind, detail):
        return collections.Counter((fix["rule"], detail(fix)) for file in files for fix in file[kind])

    def rung(fix):
        return fix["effect"]

    return Outcome(options, seconds, sum(file["changed"] for file in files), refused, counter("applied", rung),
                   counter("held_back", lambda fix: fix["reason"].split(":")[0]), counter("offered", rung))


def seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def page(outcomes, files, read):
    """The page about what fixes do."""
    ways = list(outcomes.values())
    summary = {f"{name} | `{f'dfx fix {way.options}'.strip()}`":
               [way.changed, way.applied.total(), way.held_back.total(), len(way.refused), f"{way.seconds:.1f}"]
               for name, way in outcomes.items()}
    by_rule = by_key(way.applied for way in ways)
    held_back = by_key(way.held_back for way in ways)
    offered = by_key([outcomes["unsafe"].offered])
    return f"""# What fixes do to real files

Written by `scripts/check-fixed-corpus.py target/release/dfx --report docs/fixes.md`. {files:,} real Dockerfiles were repaired,
each in {len(ways)} ways, without their build contexts; the official parser reads {read:,} of them as they are. What else holds of
every result is in `tests/corpus/fixes.rs`, for the same files and ways: a second run changes nothing, no comment is lost, the
bytes outside the edits are the same, the findings are gone, what BuildKit would run differs only as the fixes
state, and the number of threads makes no difference.

{table("way | command", ["files changed", "findings fixed", "held back", "no longer read", "seconds of CPU"], summary)}
*Held back* are fixes that were allowed and could not be shown to do no more than they state; *no longer read* are files that the
official parser refuses once they are repaired.

## Fixed, by rule

{table("rule | effect", outcomes, by_rule)}
## Held back

{table("rule | reason", outcomes, held_back) if held_back else "None."}

## Left to the user

Suggestions, which are made only where their rule is selected by name.

{table("rule | effect", ["number"], offered)}"""


def by_key(counters):
    """Rows of a table: for each key of the counters what each of them says."""
    counters = list(counters)
    return {" | ".join(key): [counter[key] for counter in counters] for key in sorted(set().union(*counters))}


def table(head, columns, rows):
    """A table in Markdown: heads of rows to the left, numbers to the right."""
    lines = [f"| {head} | {' | '.join(columns)} |", f"|{'---|' * (head.count('|') + 1)}{'--:|' * len(columns)}"]
    lines += [f"| {name} | {' | '.join(map(str, numbers))} |" for name, numbers in rows.items()]
    return "\n".join(lines) + "\n"


def official_parser():
    """Whether BuildKit's parser reads a file."""
    packages = next((install("dockerfile==3.4.0").parent / "lib").glob("python*/site-packages"))
    sys.path.insert(0, str(packages))
    import dockerfile

    def reads(file):
        try:
            dockerfile.parse_file(str(file))
        except dockerfile.GoParseError:
            return False
        return True

    return reads


if __name__ == "__main__":
    sys.exit(main())
