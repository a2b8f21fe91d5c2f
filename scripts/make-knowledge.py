#!/usr/bin/env python3
"""Write the tables under src/knowledge/data/ from a folder of facts.

    scripts/make-knowledge.py tables FACTS      write every table (deterministic: same facts, same bytes)
    scripts/make-knowledge.py sizes FACTS       refresh scripts/debian-package-sizes.tsv through apt-get (needs a network)

FACTS holds `images/` (images.jsonl.gz, codename-ranges.tsv, eol.tsv) and `debian/` (packages-REL.tsv, classes.tsv,
dev-to-runtime.tsv, base.tsv, closures-REL.tsv.gz), each described in a README.md there; the days
that these name date the tables (src/knowledge/made_on.rs). The closures name packages whose own size the facts leave out: that is what
debian-package-sizes.tsv adds, and `tables` stops unless it reproduces every closure size in the facts exactly.

Every table is ASCII text, one entry a line, fields parted by tabs, lists inside a field by U+001F, sorted by its key so
that Rust finds a line by binary search in the embedded text. `?` is "not known", an empty field "known to be none".
An offset is the byte offset of a line in another table, in four digits of base 36.
"""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.path.join(ROOT, "src", "knowledge", "data")
SIZES = os.path.join(ROOT, "scripts", "debian-package-sizes.tsv")
RELEASES = ("bullseye", "bookworm", "trixie")
LIST = "\x1f"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

# Node's LTS lines have names that are tags (node:gallium); endoflife.date does not list them.
NODE_NAMES = {"4": "argon", "6": "boron", "8": "carbon", "10": "dubnium", "12": "erbium", "14": "fermium",
              "16": "gallium", "18": "hydrogen", "20": "iron", "22": "jod", "24": "krypton"}
# Several vendors' cycles share these names, so a tag does not say which one is meant.
AMBIGUOUS = {"java", "openjdk"}
# Applications that few Dockerfiles build on, with thousands of tag runs.
RANGES_LEFT_OUT = {"drupal", "joomla", "nextcloud", "wordpress"}

# Images whose base the facts leave out, and which add to it without moving anything: their own settings are all there are.
NO_PATH_IN_FACTS = {"oven/bun"}


def rows(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def write(name, lines):
    text = "".join(line + "\n" for line in lines)
    assert text.isascii(), name
    with open(os.path.join(DATA, name), "w", encoding="ascii", newline="") as file:
        file.write(text)
    print(f"{len(text):>9,} bytes {text.count(chr(10)):>7,} lines  {name}")


def fields(*values):
    for value in values:
        assert "\t" not in value and "\n" not in value, value
    return "\t".join(values)


def base36(number, width):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    assert len(digits) <= width
    return digits.rjust(width, "0")


def write_dates(facts):
    """The only generated Rust: the days the facts describe."""
    def day(part, pattern):
        with open(os.path.join(facts, part, "README.md"), encoding="utf-8") as file:
            return [int(number) for number in re.search(pattern, file.read()).groups()]
    date = r"(\d{4})-(\d{2})-(\d{2})"
    tagged, debian = day("images", '"tagged now" means on ' + date), day("debian", "made " + date)
    with open(os.path.join(ROOT, "src", "knowledge", "made_on.rs"), "w", encoding="ascii", newline="") as file:
        file.write(f"""//! The days the tables describe. Written by `scripts/make-knowledge.py`: do not edit.

use super::date::Date;

/// The day whose image tags and end-of-life dates the tables hold: a tag published later is not known.
pub const IMAGES: Date = Date::known({tagged[0]}, {tagged[1]}, {tagged[2]});
/// The day whose Debian packages the tables hold.
pub const DEBIAN: Date = Date::known({debian[0]}, {debian[1]}, {debian[2]});
""")


# ---------------------------------------------------------------- images


class Pool:
    """Lines that many rows share; a row holds the offset of its line."""

    def __init__(self, lines):
        self.lines = sorted(set(lines))
        self.offset, at = {}, 0
        for line in self.lines:
            self.offset[line] = base36(at, 4)
            at += len(line) + 1


def known(row, key):
    if key not in row:
        return "?"
    value = row[key]
    return LIST.join(value) if isinstance(value, list) else value or ""


def configuration(row):
    if "user" not in row and "cmd" not in row:
        return None
    users = row.get("users", [])
    return fields(known(row, "user"), LIST.join(users), known(row, "entrypoint"), known(row, "cmd"), known(row, "ports"),
                  known(row, "volumes"), known(row, "workdir"), known(row, "shell"), known(row, "sh"), known(row, "libc"),
                  known(row, "package_manager"), known(row, "stopsignal"), known(row, "onbuild"))


def environments(images):
    """Image, the variables that any of its tags sets, and the values that are paths and the same in all tags. Left out are
    images of which too many tags are not known, and Windows. A value that a tag in twenty lacks is that of the image all the
    same: the oldest tag of ruby has no GEM_HOME."""
    by_image = {}
    for row in images:
        if not any("\\" in value for value in row.get("env", {}).values()):
            for name in [row["image"]] + row.get("aliases", []):
                by_image.setdefault(name, []).append(row)
    for name, builds in sorted(by_image.items()):
        read = [row for row in builds if "env" in row]
        whole = [row["env"] for row in read if "PATH" in row["env"]]
        if len(read) * 4 < len(builds) or not (whole or name in NO_PATH_IN_FACTS):
            continue
        variables = sorted({variable for row in read for variable in [*row["env"], *row.get("env_other", [])]})
        values = []
        for variable in variables:
            found = [env[variable] for env in whole if variable in env]
            if len(found) * 20 >= len(whole) * 19 and len(set(found)) == 1 and re.fullmatch(r"/[!-~]*", found[0]):
                values.append(f"{variable}={found[0]}")
        yield fields(name, LIST.join(variables), LIST.join(values))


def buildpack_deps(row):
    for base in [row["image"] + ":" + row["tags"][0]] + row.get("chain", []) + [row.get("from") or ""]:
        if base.startswith("buildpack-deps:"):
            return next((part for part in ("curl", "scm") if base.endswith("-" + part)), "full")
    return ""


def cycle(row, key):
    value = row.get(key)
    return (value["product"], value["cycle"]) if isinstance(value, dict) else ("", "")


# `node:*-slim` installs these, fetches Node.js with them, and purges them in the same layer (docker-node's Dockerfiles): the facts
# hold what is installed.
PURGED_FROM_NODE = {"ca-certificates", "curl", "dirmngr", "gnupg", "wget", "xz", "xz-utils"}


def word_list(row, key):
    """What an image holds, or what its own Dockerfile adds, in one line."""
    is_purged = row["image"] == "node" and all("slim" in tag for tag in row.get("tags", []))
    return " ".join(word for word in row.get(key, []) if not (is_purged and word in PURGED_FROM_NODE))


def image_row(row, configurations, words):
    config = configuration(row)
    has, added = word_list(row, "has"), word_list(row, "packages_added")
    state = row.get("last_tagged", "?") if row.get("status") == "unmaintained" or "last_tagged" in row else "tagged"
    return fields(state, row.get("distro", ""), row.get("release") or "", *cycle(row, "eol"), *cycle(row, "distro_eol"),
                  row.get("slim_sibling", ""), row.get("alpine_sibling", ""), buildpack_deps(row),
                  configurations.offset[config] if config else "?",
                  words.offset[has] if "has" in row else "?",
                  words.offset[added] if "packages_added" in row else "?",
                  row.get("derived", "") + (" partial" if row.get("partial") or row.get("has_partial") else ""))


def write_images(facts):
    with gzip.open(os.path.join(facts, "images", "images.jsonl.gz"), "rt", encoding="utf-8") as file:
        everything = [json.loads(line) for line in file]
    images = [row for row in everything if row.get("tags")]
    configurations = Pool(config for row in images if (config := configuration(row)))
    words = Pool(word_list(row, key) for row in images for key in ("has", "packages_added"))
    # One line per build, even where two read the same: the tags that share a line are the tags of one build.
    table = sorted((image_row(row, configurations, words), number) for number, row in enumerate(images))
    at, index, official = 0, [], set()
    for line, number in table:
        for name in [images[number]["image"]] + images[number].get("aliases", []):
            index += ((name, tag, base36(at, 4)) for tag in images[number]["tags"])
        at += len(line) + 1
    for row in everything:
        if "/" not in row["image"]:
            official.add(row["image"])
    index.sort()
    assert len({entry[:2] for entry in index}) == len(index)
    write("image-tags.tsv", (fields(*entry) for entry in index))
    write("image-rows.tsv", (line for line, _ in table))
    write("image-configurations.tsv", configurations.lines)
    write("image-words.tsv", words.lines)
    write("image-environments.tsv", environments(images))
    write("image-official.tsv", sorted(official))
    write("image-notices.tsv", sorted(notices(everything)))
    write_codenames(facts, {entry[:2] for entry in index})


def notices(everything):
    for row in everything:
        if "tag_pattern" not in row:
            continue
        for image in expand(row["image"]):
            for tags in row["tag_pattern"].split("|"):
                yield fields(image, tags, row["status"], row.get("since", ""), LIST.join(row["replacement"]),
                             row.get("note", ""), row["source"])


def expand(pattern):
    found = re.fullmatch(r"(.*)\{(.*)\}(.*)", pattern)
    return [found[1] + part + found[3] for part in found[2].split(",")] if found else [pattern]


def write_codenames(facts, indexed):
    """Runs of version tags and the release they were last built on, only where image-tags.tsv does not say it."""
    lines = []
    for row in rows(os.path.join(facts, "images", "codename-ranges.tsv")):
        image, suffix, first, last = row["image"], row["suffix"], row["from"], row["to"]
        released = suffix == "" or re.fullmatch(r"(-[a-z]+[0-9.]*)+", suffix) and not re.search("-(alpha|beta|rc|ea|m[0-9]|onbuild)", suffix)
        if image in RANGES_LEFT_OUT or not released or not re.fullmatch(r"\d+(\.\d+)*", first) or not re.fullmatch(r"\d+(\.\d+)*", last):
            continue
        if int(row["version_parts"]) <= 2 and (image, first + suffix) in indexed and (image, last + suffix) in indexed:
            continue
        lines.append(((image, suffix, row["version_parts"]), [int(part) for part in first.split(".")],
                      fields(image, suffix, row["version_parts"], first, last, row["codename"])))
    write("image-codenames.tsv", (line[2] for line in sorted(lines)))


def write_cycles(facts):
    cycles, products = [], set()
    for row in rows(os.path.join(facts, "images", "eol.tsv")):
        product, name = row["product"], row["cycle"]
        codename = (row["codename"].split() or [""])[0].lower()
        codename = codename if codename.isascii() else ""
        if product == "nodejs":
            codename = NODE_NAMES.get(name, "")
        # The images tagged 1809 are those of the long-term channel, which are rebuilt; the row is the semi-annual one's.
        if product in ("windows-server-core", "windows-nano-server") and name == "1809":
            continue
        cycles.append((product, name, row["release_date"], row["eol"], row["extended_eol"], row["lts"], codename))
        for images in re.split(r",(?![^{]*\})", row["images"]):
            products.update((image, product) for image in expand(images) if image and "*" not in image)
    order = {entry: at for at, entry in enumerate(cycles)}
    cycles.sort(key=lambda entry: (entry[0], order[entry]))
    write("cycles.tsv", (fields(*entry) for entry in cycles))
    write("cycle-products.tsv", (fields(*entry) for entry in sorted(products) if entry[0] not in AMBIGUOUS))


# ---------------------------------------------------------------- debian


def read_sizes():
    sizes = {release: {} for release in RELEASES}
    for row in rows(SIZES):
        for release in RELEASES:
            if row[release]:
                sizes[release][row["package"]] = int(row[release])
    return sizes


def read_closures(facts, release):
    """name -> (packages installed without recommends, with recommends)."""
    closures = {}
    for row in rows(os.path.join(facts, "debian", f"closures-{release}.tsv.gz")):
        without = frozenset(row["new_without_recommends"].split())
        more, less = (row["additional_with_recommends"] or "").split(), (row["only_without_recommends"] or "").split()
        closures[row["package"]] = (without, without.union(more).difference(less))
    return closures


def is_python(package):
    return package.startswith(("python", "libpython"))


def lumps(closures, level):
    """Packages that always arrive together (same closures, same base images, Python or not) need one number only."""
    signature = {}
    for name in sorted(closures):
        for which, closure in enumerate(closures[name]):
            for package in closure:
                signature.setdefault(package, []).append((which, name))
    number, of = {}, {}
    for package in sorted(signature):
        key = (tuple(signature[package]), level.get(package, 0), is_python(package))
        of[package] = number.setdefault(key, len(number))
    return of


def cover(closures, which, lump):
    """name -> (names whose closures it contains, further lumps): most of a closure is the closures of its parts."""
    sets = {name: frozenset(lump[package] for package in pair[which]) for name, pair in closures.items()}
    order = sorted(sets, key=lambda name: (len(sets[name]), name))
    rank = {name: at for at, name in enumerate(order)}
    covers = {}
    for name in order:
        wanted, parts = set(sets[name]), []
        candidates = sorted(q for q in closures[name][which] if q in sets and rank[q] < rank[name] and sets[q] <= sets[name])
        while wanted and candidates:
            best = max(candidates, key=lambda q: (len(sets[q] & wanted), q))
            if len(sets[best] & wanted) < 2:
                break
            wanted -= sets[best]
            parts.append(best)
        covers[name] = (parts, sorted(wanted))
    return covers


def write_debian(facts):
    sizes = read_sizes()
    base = {release: {} for release in RELEASES}
    for row in rows(os.path.join(facts, "debian", "base.tsv")):
        base[row["release"]][row["name"]] = ("minbase", "buildpack-deps-curl", "buildpack-deps-scm", "buildpack-deps-full").index(row["set"])
    for release in RELEASES:
        write_release(facts, release, sizes[release], base[release])
    classes = ((row["package"], row["class"], "judgement" if row["class_by"] == "judgement" else "rule")
               for row in rows(os.path.join(facts, "debian", "classes.tsv")))
    write("debian-classes.tsv", (fields(*entry) for entry in sorted(classes)))
    runtime = ((row["release"], row["dev_package"], "" if row["runtime_packages"] == "-" else row["runtime_packages"], row["how"])
               for row in rows(os.path.join(facts, "debian", "dev-to-runtime.tsv")))
    write("debian-runtime.tsv", (fields(*entry) for entry in sorted(runtime)))


def write_release(facts, release, sizes, level):
    packages = {row["name"]: row for row in rows(os.path.join(facts, "debian", f"packages-{release}.tsv"))}
    closures = read_closures(facts, release)
    for name, pair in closures.items():
        for closure, column in zip(pair, ("closure_kb", "closure_recommends_kb")):
            assert sum(sizes[package] for package in closure) == int(packages[name][column]), (release, name, column)
    lump = lumps(closures, level)
    members = {}
    for package, number in lump.items():
        members.setdefault(number, []).append(package)
    # Fixed width, so that lump n starts at byte 8n: KiB in base 36, first base image that holds it, Python or not.
    write(f"debian-{release}-lumps.txt", (base36(sum(sizes[package] for package in members[number]), 5)
          + str(level.get(members[number][0], 9)) + ("p" if is_python(members[number][0]) else "-") for number in sorted(members)))
    # A package's closures refer to other packages by the offset of their line, whose width does not depend on its value.
    covers = [cover(closures, which, lump) for which in (0, 1)]

    def line(name, offset):
        row = packages[name]
        text = ["".join("+" + base36(offset[part], 4) for part in parts) + "".join("." + base36(number, 3) for number in rest)
                for parts, rest in (covers[which].get(name, ([], [])) for which in (0, 1))]
        return fields(name, row["installed_size_kb"], row["closure_kb"], row["closure_recommends_kb"],
                      str(level.get(row["resolved_to"] or name, 9)), row["resolved_to"], *text)

    names, offset, at = sorted(packages), {}, 0
    for name in names:
        offset[name], at = at, at + len(line(name, dict.fromkeys(packages, 0))) + 1
    write(f"debian-{release}.tsv", (line(name, offset) for name in names))


def refresh_sizes(facts):
    """Installed-Size of every package in a closure, from apt's own index, with a state of its own per release."""
    sizes = {}
    for release in RELEASES:
        with tempfile.TemporaryDirectory() as home:
            wanted = {package for pair in read_closures(facts, release).values() for closure in pair for package in closure}
            os.makedirs(os.path.join(home, "lists", "partial"))
            os.makedirs(os.path.join(home, "cache", "archives", "partial"))
            open(os.path.join(home, "status"), "w").close()
            with open(os.path.join(home, "sources.list"), "w", encoding="ascii") as file:
                file.write(f"deb http://deb.debian.org/debian {release} main\ndeb http://deb.debian.org/debian {release}-updates main\n"
                           f"deb http://deb.debian.org/debian-security {release}-security main\n")
            options = [f"Dir::Etc::sourcelist={home}/sources.list", "Dir::Etc::sourceparts=-", f"Dir::State={home}",
                       f"Dir::State::status={home}/status", f"Dir::Cache={home}/cache", "Acquire::Languages=none"]
            options = [word for option in options for word in ("-o", option)]
            subprocess.run(["apt-get", *options, "update"], check=True)
            text = subprocess.run(["apt-cache", *options, "dumpavail"], check=True, capture_output=True, text=True).stdout
            for paragraph in text.split("\n\n"):
                name = re.search(r"^Package: (.*)$", paragraph, re.M)
                if name and name[1] in wanted:
                    size = re.search(r"^Installed-Size: (\d+)$", paragraph, re.M)
                    sizes.setdefault(name[1], {})[release] = size[1] if size else "0"
            for package in wanted:
                sizes.setdefault(package, {}).setdefault(release, "0")
    with open(SIZES, "w", encoding="ascii", newline="") as file:
        file.write("\t".join(("package", *RELEASES)) + "\n")
        for package in sorted(sizes):
            file.write("\t".join((package, *(sizes[package].get(release, "") for release in RELEASES))) + "\n")


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("tables", "sizes"):
        sys.exit(__doc__)
    facts = sys.argv[2]
    if sys.argv[1] == "sizes":
        return refresh_sizes(facts)
    os.makedirs(DATA, exist_ok=True)
    write_images(facts)
    write_cycles(facts)
    write_debian(facts)
    write_dates(facts)


main()
