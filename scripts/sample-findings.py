#!/usr/bin/env python3
"""Draws findings for a reader to judge, always the same ones for the same seed, and counts the verdicts.

    scripts/sample-findings.py --files 150 --seed 8       what dfx says by default of 150 corpus files
    scripts/sample-findings.py --rules                    20 findings of each rule that has more than 20 in the corpus
    scripts/sample-findings.py --rules pin/latest-tag     20 findings of one rule, however few it has
    scripts/sample-findings.py --count                    renews the number of findings in docs/precision/rules.tsv
    scripts/sample-findings.py --report                   prints docs/precision.md, made of docs/precision/*.tsv

The corpus is the folder that DFX_CORPUS names; dfx is target/release/dfx, or the program that DFX names. A rule's
findings by default and those that only `--profile strict` shows are two populations, each with its own sample.

Verdicts are written by hand: `right`, `wrong` (what the finding says is not true there) or `pointless` (true, and not
worth a reviewer's minute; for what only strict shows: not worth the minute of somebody who asked for it). Those of
--files stand in docs/precision/files.tsv, those of --rules in docs/precision/findings.tsv. What `shell/shellcheck` finds
is counted for each of ShellCheck's codes: `shell/shellcheck SC2086`.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERDICTS = ROOT / "docs" / "precision"
SAMPLE = 20
GOOD = 95
# The samples of files: seed and number.
FILES = {8: 150, 21: 60, 22: 90, 23: 90, 24: 90}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--files", type=int, metavar="N", help="lint so many files with the default rules")
    what.add_argument("--rules", nargs="*", metavar="RULE", help="draw findings of these rules, or of all")
    what.add_argument("--count", action="store_true", help="renew the number of findings of each rule")
    what.add_argument("--report", action="store_true", help="print docs/precision.md")
    parser.add_argument("--seed", type=int, default=1, help="another number draws another sample (default: 1)")
    parser.add_argument("--excerpt", action="store_true", help="show the lines around each finding")
    arguments = parser.parse_args()
    if arguments.report:
        print(report(), end="")
    elif arguments.count:
        count()
    elif arguments.files:
        for finding in lint(random.Random(arguments.seed).sample(corpus(), arguments.files)):
            show(finding, arguments.excerpt)
    else:
        for (rule, profile), findings in sorted(populations().items()):
            if rule in arguments.rules or not arguments.rules and len(findings) > SAMPLE:
                for finding in draw(findings, arguments.seed):
                    show(finding, arguments.excerpt, profile, str(arguments.seed))


def corpus():
    return sorted(file for file in pathlib.Path(os.environ["DFX_CORPUS"]).iterdir() if file.is_file())


def lint(files, *options):
    dfx = os.environ.get("DFX", ROOT / "target" / "release" / "dfx")
    command = [dfx, "lint", "--files-from", "-", "--format", "json", *options]
    names = "\n".join(map(str, files))
    done = subprocess.run(command, input=names, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        sys.exit(done.stderr)
    return json.loads(done.stdout)["diagnostics"]


def populations():
    """The corpus's findings by rule and by the profile that is needed to see them."""
    found = collections.defaultdict(list)
    by_default = lint(corpus())
    for finding in by_default:
        found[kind(finding), "default"].append(finding)
    seen = {place(finding) for finding in by_default}
    for finding in lint(corpus(), "--profile", "strict"):
        if place(finding) not in seen:
            found[kind(finding), "strict"].append(finding)
    return found


def kind(finding):
    """The rule, and the code where one rule has one for each kind of fault."""
    is_many = finding["rule"] == "shell/shellcheck"
    return " ".join([finding["rule"], *(finding["aliases"] if is_many else [])])


def place(finding):
    """Where a finding is: what tells it from all others, however many there are."""
    return pathlib.Path(finding["file"]).name, finding["rule"], finding["range"]["start"]["offset"], finding["message"]


def draw(findings, seed):
    """A sample. Whether a finding is in it hangs on no other finding's being there, but for the size of the sample."""
    lot = lambda finding: hashlib.sha256(f"{seed} {place(finding)}".encode()).digest()
    return sorted(findings, key=lot)[:SAMPLE]


def show(finding, excerpt, *columns):
    path = pathlib.Path(finding["file"])
    first, last = (finding["range"][end]["line"] for end in ("start", "end"))
    lines = path.read_text(errors="replace").splitlines()
    heads = [path.name, str(first), kind(finding) if columns else finding["rule"], *columns]
    print("\t".join(heads), f"{finding['message']} | {lines[first - 1].strip()[:120]}", sep="\t")
    if excerpt:
        while last < min(first + 30, len(lines)) and lines[last - 1].rstrip().endswith("\\"):
            last += 1
        for number in range(max(first - 4, 1), min(last + 4, len(lines)) + 1):
            print(f"    {'>' if number == first else ' '} {number:4} {lines[number - 1][:160]}")
        print(f"    help: {finding.get('help')}\n")


def rows(name):
    header, *lines = (VERDICTS / name).read_text().splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"))) for line in lines]


def count():
    """Renews the numbers, and keeps what was written beside them."""
    done = {(row["rule"], row["profile"]): row["what was done"] for row in rows("rules.tsv")}
    found = populations()
    lines = ["rule\tprofile\tfindings\twhat was done"]
    for key in sorted({key for key, findings in found.items() if len(findings) > SAMPLE} | set(done)):
        lines.append(f"{key[0]}\t{key[1]}\t{len(found[key])}\t{done.get(key, '')}")
    (VERDICTS / "rules.tsv").write_text("\n".join(lines) + "\n")

def report():
    lines = ["# How often dfx is right", ""]
    lines += [
        "Findings on real Dockerfiles, drawn by `scripts/sample-findings.py` and read one by one. *Right* is what is true",
        "and worth the minute of whoever asked; *wrong* is not true there; *pointless* is true and helps nobody. This page",
        "is made of the verdicts in [precision/](precision/) by `scripts/sample-findings.py --report`.",
        "",
        "A finding is judged by what its own file says. Some are true of their file and of no use to its owner, because the",
        "repository around it wants it so: a collection of vulnerable software, tests, fuzzers that want the newest sources.",
        "They count as right, and the table says how many they are (*on purpose*).",
        "",
    ]
    return "\n".join(lines + report_of_files() + report_of_rules()) + "\n"


def report_of_files():
    lines = ["## What dfx says by default of a file", ""]
    lines += ["As it was found. What was wrong has been mended since, and the verdicts say so.", ""]
    lines += table("files", "seed", "findings", "right", "wrong", "pointless", "bad", "on purpose", left=0)
    judged = rows("files.tsv")
    for seed, files in FILES.items():
        lines.append(row_of_files(files, seed, [row for row in judged if row["seed"] == str(seed)]))
    return [*lines, row_of_files(sum(FILES.values()), "all", judged), ""]


def row_of_files(files, seed, judged):
    right, wrong, pointless = (sum(row["verdict"] == it for row in judged) for it in ("right", "wrong", "pointless"))
    bad = percent(wrong + pointless, len(judged))
    return cells(files, seed, len(judged), right, wrong, pointless, bad, on_purpose(judged))


def report_of_rules():
    lines = ["## Rule by rule", ""]
    lines += [
        f"Each rule with more than {SAMPLE} findings in the corpus. Below {GOOD} % right, it is mended and drawn again with",
        "the next seed, made opt-in, or dropped. What only `--profile strict` shows is judged for somebody who asked for it.",
        "The figures are those of the last sample of a rule, drawn after what was done. How many of the samples *before* it",
        "were right says how good the rule was then: each sample is another one, and may be better or worse by chance.",
        "",
    ]
    lines += table("rule", "profile", "findings", "sample", "right", "share", "on purpose", "what was done", left=2)
    judged = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows("findings.tsv"):
        judged[row["rule"], row["profile"]][int(row["seed"])].append(row)
    for rule in rows("rules.tsv"):
        *earlier, last = sorted(judged[rule["rule"], rule["profile"]].items()) or [(0, [])]
        before = [f"{right(sample)} of {len(sample)}" for _, sample in earlier]
        done = [f"before: {', '.join(before)}"] if before else []
        done += [rule["what was done"]] if rule["what was done"] else []
        sample = last[1]
        share = percent(right(sample), len(sample)) if sample else "-"
        figures = (rule["findings"], len(sample), right(sample), share, on_purpose(sample))
        lines.append(cells(rule["rule"], rule["profile"], *figures, "; ".join(done)))
    return lines


def table(*names, left):
    rule = "|".join("---" if at < left or name == "what was done" else "--:" for at, name in enumerate(names))
    return [cells(*names), f"|{rule}|"]


def cells(*values):
    return f"| {' | '.join(map(str, values))} |"


def right(sample):
    return sum(row["verdict"] == "right" for row in sample)


def on_purpose(sample):
    return sum("on purpose" in row["remark"] for row in sample)


def percent(part, whole):
    return f"{100 * part / whole:.1f} %"


if __name__ == "__main__":
    main()
