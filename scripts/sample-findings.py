#!/usr/bin/env python3
"""Draws findings for a reader to judge, always the same ones for the same seed.

    scripts/sample-findings.py --files 150                 what dfx says by default of 150 corpus files
    scripts/sample-findings.py --rule pin/latest-tag       20 findings of one rule, wherever in the corpus
    scripts/sample-findings.py --report                    the shares of docs/precision.tsv, as docs/precision.md

The corpus is the folder that DFX_CORPUS names. Verdicts go into docs/precision.tsv by hand: `right`, `wrong` (what the
finding says is not true there) or `pointless` (true, and not worth a reviewer's minute).
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERDICTS = ROOT / "docs" / "precision.tsv"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, help="lint so many files with the default rules")
    parser.add_argument("--rule", help="draw findings of this rule from the whole corpus")
    parser.add_argument("--count", type=int, default=20, help="how many findings of the rule (default: 20)")
    parser.add_argument("--seed", type=int, default=1, help="another number draws another sample (default: 1)")
    parser.add_argument("--report", action="store_true", help="print docs/precision.md")
    arguments = parser.parse_args()
    if arguments.report:
        return print(report(), end="")
    corpus = pathlib.Path(os.environ["DFX_CORPUS"])
    files = sorted(file for file in corpus.iterdir() if file.is_file())
    draw = random.Random(arguments.seed)
    if arguments.files:
        findings = lint(draw.sample(files, arguments.files))
    else:
        findings = lint(files, "--select", arguments.rule)
        findings = draw.sample(findings, min(arguments.count, len(findings)))
    for finding in findings:
        show(finding)


def lint(files, *options):
    dfx = ROOT / "target" / "release" / "dfx"
    command = [dfx, "lint", "--files-from", "-", "--format", "json", *options]
    names = "\n".join(map(str, files))
    done = subprocess.run(command, input=names, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        sys.exit(done.stderr)
    return json.loads(done.stdout)["diagnostics"]


def show(finding):
    path = pathlib.Path(finding["file"])
    line = finding["range"]["start"]["line"]
    text = path.read_text(errors="replace").splitlines()[line - 1].strip()
    print(f"{path.name}\t{line}\t{finding['rule']}\t{finding['message']} | {text[:120]}")


def report():
    rows = [line.split("\t") for line in VERDICTS.read_text().splitlines()[1:]]
    by_rule = collections.defaultdict(collections.Counter)
    for _, _, rule, verdict, *_ in rows:
        by_rule[rule][verdict] += 1
    total = sum(by_rule.values(), collections.Counter())
    bad = total["wrong"] + total["pointless"]
    on_purpose = sum("on purpose" in row[4] for row in rows)
    lines = [
        "# How often dfx is right",
        "",
        f"dfx says {len(rows)} things by default about 150 real Dockerfiles, drawn by `scripts/sample-findings.py --files 150",
        f"--seed 8` when the rules had been mended on other samples. Read one by one, {total['wrong']} are wrong and "
        f"{total['pointless']} pointless:",
        f"{100 * bad / len(rows):.1f} %. The verdicts are in [precision.tsv](precision.tsv); this page is made by",
        "`scripts/sample-findings.py --report`.",
        "",
        "A finding is judged by what its own file says. Another "
        f"{on_purpose} ({100 * on_purpose / len(rows):.1f} %) are true of their file and of no use to",
        "its owner, because the repository around it wants old images: a collection of vulnerable software, and tests.",
        "",
        "| rule | findings | right | wrong | pointless |",
        "|---|--:|--:|--:|--:|",
    ]
    for rule, verdicts in sorted(by_rule.items()):
        lines.append(
            f"| {rule} | {sum(verdicts.values())} | {verdicts['right']} | {verdicts['wrong']} | {verdicts['pointless']} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
