#!/usr/bin/env python3
"""Write src/knowledge/data/ubuntu-runtime.tsv: the libraries behind `-dev` packages of Ubuntu's releases.

    scripts/make-ubuntu-libraries.py

Reads Ubuntu's own package lists, which apt-get fetches into a temporary folder (needs a network; the machine's own lists stay as
they are, and need not hold Ubuntu's keys). A package is taken whose libraries Debian's releases beside that of Ubuntu name by the
version on which the `-dev` package depends (`exact-version` of src/knowledge/data/debian-runtime.tsv), and of which Ubuntu's
depends on as many in its own version. All others stay unknown.

Lines are sorted by codename and package, as the other tables are (see make-knowledge.py).
"""

import collections
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "src/knowledge/data"
MIRROR = "http://archive.ubuntu.com/ubuntu"
# Codename, and the releases of Debian before and after, as far as there are tables of them.
RELEASES = {"focal": ("bullseye",), "jammy": ("bullseye", "bookworm"), "noble": ("bookworm", "trixie")}
SURE = {"exact-version", "same-source"}
NO_LIBRARY = ("-arch-config", "-bin", "-common", "-data", "-dev", "-doc", "-headers", "-tools", "-utils")
SAME_VERSION = re.compile(r"([a-z0-9.+-]+)(?::any)?\s*\(= ([^)]+)\)")


def packages_of(release):
    """The packages of a release by name."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "lists/partial").mkdir(parents=True)
        (folder / "sources").write_text(f"deb [trusted=yes] {MIRROR} {release} main universe\n")
        (folder / "status").touch()
        options = [f"--option={option}" for option in (
            f"Dir::Etc::SourceList={folder}/sources", "Dir::Etc::SourceParts=/dev/null", f"Dir::State::Lists={folder}/lists",
            f"Dir::Cache={folder}/cache", f"Dir::State::Status={folder}/status", "APT::Sandbox::User=root",
            "APT::Architecture=amd64", "Acquire::Languages=none", "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false")]
        subprocess.run(["apt-get", "-qq", *options, "update"], check=True, stderr=subprocess.DEVNULL)
        told = subprocess.run(["apt-cache", *options, "dumpavail"], check=True, capture_output=True, text=True).stdout
    packages = {}
    for paragraph in told.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.split("\n") if ": " in line and not line.startswith(" "))
        if "Package" in fields:
            packages.setdefault(fields["Package"], fields)
    return packages


def libraries(packages, name):
    """The libraries on which a package depends in its own version, else those of such `-dev` packages."""
    package = packages.get(name, {})
    told = SAME_VERSION.findall(re.sub(r"\|[^,]*", "", package.get("Depends", "")))
    same = [other for other, version in told if version == package["Version"]]
    own = {other for other in same if other.startswith("lib") and not other.endswith(NO_LIBRARY)}
    if own:
        return own
    return set().union(*(libraries(packages, other) for other in same if other.endswith("-dev") and other != name))


def main():
    debian = collections.defaultdict(dict)
    for line in (DATA / "debian-runtime.tsv").read_text("ascii").splitlines():
        release, package, runtime, how = line.split("\t")
        debian[package][release] = (runtime.split(), how)
    lines = []
    for release, beside in RELEASES.items():
        packages = packages_of(release)
        for name, known in sorted(debian.items()):
            neighbours = [known[it] for it in beside if it in known]
            found = libraries(packages, name)
            if neighbours and found and all(how in SURE for _, how in neighbours) \
                    and any(len(runtime) == len(found) for runtime, _ in neighbours):
                lines.append(f"{release}\t{name}\t{' '.join(sorted(found))}")
    lines.sort(key=lambda line: line.split("\t")[:2])
    (DATA / "ubuntu-runtime.tsv").write_text("".join(f"{line}\n" for line in lines), "ascii")
    print(f"{len(lines)} lines")


if __name__ == "__main__":
    main()
