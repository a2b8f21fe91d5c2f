#!/usr/bin/env python3
"""Holds what `dfx layers --compare` foretells against what BuildKit does: of each step of each build after an edit.

    scripts/check-cache.py [DFX] [EDIT...]      needs root; fetches Debian's docker.io for the first run (scripts/docker.py)

Four projects are built by Docker 20.10 and by Docker 26.1, two more by the latter alone, and each of them again after every
edit on its list. With names of edits only those are tried.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from docker import NEWER, OLDER, ROOT, Docker, stage_name, unpack_programs  # noqa: E402


def write(path, text):
    def edit(folder):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return edit


def replace(old, new, path="Dockerfile"):
    def edit(folder):
        text = (folder / path).read_text()
        assert old in text, f"{path} has no {old!r}"
        (folder / path).write_text(text.replace(old, new, 1))
    return edit


def replace_all(old, new):
    return lambda folder: (folder / "Dockerfile").write_text((folder / "Dockerfile").read_text().replace(old, new))


def rename(old, new):
    def edit(folder):
        (folder / new).parent.mkdir(parents=True, exist_ok=True)
        (folder / old).rename(folder / new)
    return edit


def link(path, target):
    def edit(folder):
        (folder / path).unlink(missing_ok=True)
        (folder / path).symlink_to(target)
    return edit


def mode(path, bits):
    return lambda folder: (folder / path).chmod(bits)


def in_turn(*edits):
    return lambda folder: [edit(folder) for edit in edits]


class Argument(str):
    """A build argument, `NAME=VALUE`, that the first build was not given; the files stay."""

    default = "V=1"


# What a stage gives is not known to dfx: an edit tells by this whether it gave the same files again.
SAME_FILES = "same files"

FILES = {
    "files": {".dockerignore": "*.md\n**/*.log\ntmp\n", "package.json": "{}", "src/main.js": "1", "src/lib/a.js": "a",
              "src/notes.md": "n", "src/debug.log": "l", "README.md": "r", "tmp/x": "x", "conf/a.conf": "a", "other": "o"},
    "dockerfile": "FROM base:1\nWORKDIR /app\nCOPY package.json ./\nRUN echo install\nCOPY src src\n"
                  "COPY --chown=1000:1000 conf/ /etc/app/\nRUN echo build\n",
    "edits": {
        "content of a source file": write("src/main.js", "2"),
        "content of a manifest": write("package.json", "{ }"),
        "content of the last copy": write("conf/a.conf", "b"),
        "content that no step takes in": write("other", "p"),
        "a file that the ignore file names": write("README.md", "s"),
        "a file that an ignore pattern finds below": write("src/debug.log", "m"),
        "a folder that the ignore file names": write("tmp/y", "y"),
        "a file that a pattern of the root does not find below": write("src/notes.md", "m"),
        "the ignore file, without effect on copies": replace("tmp\n", "tmp\nother\n", ".dockerignore"),
        "the ignore file, with effect on a copy": replace("*.md", "**/*.md", ".dockerignore"),
        "an ignore file of the Dockerfile's own": write("Dockerfile.dockerignore", "src/lib\n"),
        "time stamps": lambda folder: os.utime(folder / "src/main.js", (1, 1)),
        "an owner": lambda folder: os.chown(folder / "src/main.js", 1234, 1234),
        "a mode": mode("src/main.js", 0o755),
        "the mode of a folder": mode("src/lib", 0o700),
        "the mode of the folder that is copied": mode("src", 0o700),
        "a name": rename("src/main.js", "src/index.js"),
        "the name of a folder": rename("src/lib", "src/library"),
        "the name of a file whose folder is copied": rename("conf/a.conf", "conf/b.conf"),
        "a file moved up": rename("src/lib/a.js", "src/a.js"),
        "a new file": write("src/new.js", ""),
        "a new empty folder": lambda folder: (folder / "src/empty").mkdir(),
        "a file taken away": lambda folder: (folder / "src/lib/a.js").unlink(),
        "a symbolic link in the place of a file": link("src/main.js", "lib/a.js"),
        "a hard link in the place of an equal file": in_turn(
            lambda folder: (folder / "src/main.js").unlink(),
            write("copy", "1"), lambda folder: os.link(folder / "copy", folder / "src/main.js")),
        "the name of the copied folder": in_turn(rename("src", "lib"), replace("COPY src", "COPY lib")),
        "a folder that has moved": in_turn(rename("src", "moved/src"), replace("COPY src", "COPY moved/src")),
    },
}

SETTINGS = {
    "files": {"a": "a", "b": "b"},
    "dockerfile": "FROM base:1\nENV A=1\nENV B=2\nARG V=1\nRUN echo one\nLABEL x=1\nEXPOSE 80\nRUN echo two && \\\n"
                  "    # a comment\n    echo three\nUSER root\nCOPY a /a\nCOPY b /b\nRUN echo four\nENV C=3\nCMD [\"x\"]\n",
    "edits": {
        "ENV in another order": replace("ENV A=1\nENV B=2\n", "ENV B=2\nENV A=1\n"),
        "two ENV as one": replace("ENV A=1\nENV B=2\n", "ENV A=1 B=2\n"),
        "ENV without an equals sign": replace("ENV A=1", "ENV A 1"),
        "ENV with quotes": replace("ENV A=1", "ENV A='1'"),
        "the value of ENV": replace("ENV A=1", "ENV A=2"),
        "the value of an ENV behind all steps": replace("ENV C=3", "ENV C=4"),
        "an ENV moved below a RUN": in_turn(replace("ENV B=2\n", ""), replace("LABEL", "ENV B=2\nLABEL")),
        "the default of ARG": replace("ARG V=1", "ARG V=2"),
        "a build argument": Argument("V=3"),
        "a build argument that is the default": Argument("V=1"),
        "a build argument that nothing declares": Argument("W=1"),
        "a proxy": Argument("http_proxy=http://localhost:1"),
        "an ARG without a value": replace("ARG V=1", "ARG V=1\nARG W"),
        "an ARG moved below a RUN": in_turn(replace("ARG V=1\n", ""), replace("LABEL", "ARG V=1\nLABEL")),
        "LABEL": replace("LABEL x=1", "LABEL x=2"),
        "EXPOSE and CMD": in_turn(replace("EXPOSE 80", "EXPOSE 81"), replace('"x"', '"y"')),
        "a comment": replace("ENV A", "# new\nENV A"),
        "a comment within a RUN": replace("# a comment", "# another"),
        "blank lines": replace("USER", "\n\nUSER"),
        "the indentation within a RUN": replace("    echo three", "  echo three"),
        "the case of keywords": in_turn(replace("RUN echo one", "run echo one"), replace("COPY a", "copy a")),
        "a RUN": replace("echo two", "echo 2"),
        "a RUN in exec form": replace("RUN echo one", 'RUN ["/bin/sh", "-c", "echo one"]'),
        "a RUN in the exec form of something else": replace("RUN echo one", 'RUN ["echo", "one"]'),
        "SHELL": replace("LABEL", 'SHELL ["/bin/ash", "-c"]\nLABEL'),
        "USER": replace("USER root", "USER user"),
        "WORKDIR": replace("USER root", "WORKDIR /w"),
        "COPY in another order": replace("COPY a /a\nCOPY b /b\n", "COPY b /b\nCOPY a /a\n"),
        "two COPY as one": replace("COPY a /a\nCOPY b /b\n", "COPY a b /\n"),
        "the destination of a COPY": replace("COPY b /b", "COPY b /c"),
        "the owner of a COPY": replace("COPY b", "COPY --chown=1000 b"),
        "ADD in the place of COPY": replace("COPY b", "ADD b"),
        "a new step at the end": replace("ENV C=3", "RUN echo five"),
        "a new step before others": replace("ENV A", "RUN echo zero\nENV A"),
    },
}

STAGES = {
    "files": {"src/a": "a", "src/b": "b", "c": "c"},
    "dockerfile": "FROM base:1 AS build\nWORKDIR /src\nCOPY src .\nRUN cat a b > /out\nFROM base:1 AS unused\nRUN echo unused\n"
                  "FROM build AS more\nRUN echo more > /more\nFROM base:1\nCOPY --from=build /out /out\nRUN echo done\n"
                  "COPY --from=more /more /src/a /\n",
    "edits": {
        "the name of a stage": replace_all("build", "maker"),
        "a stage by its number": replace("--from=build", "--from=0"),
        "a stage that nothing needs": replace("echo unused", "echo useless"),
        "a stage that nothing needs, taken away": replace("FROM base:1 AS unused\nRUN echo unused\n", ""),
        "the last stage": replace("RUN echo done", "RUN echo over"),
        "a source file": write("src/b", "2"),
        "a file that no stage takes in": write("c", "2"),
        "a step that gives the same files": (SAME_FILES, replace("cat a b > /out", "cat  a b > /out")),
        "a stage's own step that gives the same files": (SAME_FILES, replace("echo more >", "echo more  >")),
        "the image of one stage": replace("FROM base:1\nCOPY", "FROM base:2\nCOPY"),
        "the image of all stages": replace_all("base:1", "base:3"),
    },
}

MOUNTS = {
    "files": {"conf/a": "a", "conf/sub/b": "b", "a.txt": "a", "b.log": "b", "dir/x/f": "f", "dir/x/g": "g", "list": "l"},
    "dockerfile": "FROM base:1\nRUN --mount=type=bind,source=conf,target=/conf cat /conf/a\n"
                  "RUN --mount=type=cache,target=/cache echo cached\nRUN --mount=type=tmpfs,target=/scratch echo scratch\n"
                  "COPY *.txt /t/\nCOPY dir/*/f /f/\nADD list /list\n",
    "edits": {
        "a file that is mounted": write("conf/a", "2"),
        "a file in a folder that is mounted": write("conf/sub/b", "2"),
        "the name of a mounted file": rename("conf/sub/b", "conf/sub/c"),
        "a mounted folder of another name": in_turn(rename("conf", "settings"), replace("source=conf", "source=settings")),
        "the target of a mount": replace("target=/conf cat /conf", "target=/co cat /co"),
        "the target of a cache": replace("target=/cache", "target=/kept"),
        "the id of a cache": replace("target=/cache", "target=/cache,id=mine"),
        "the place of a file system in memory": replace("target=/scratch", "target=/tmp"),
        "a mount taken away": replace("--mount=type=tmpfs,target=/scratch ", ""),
        "a file that a wildcard finds": write("a.txt", "2"),
        "another file that a wildcard finds": write("c.txt", "c"),
        "a file that no wildcard finds": write("b.log", "2"),
        "a file that a wildcard finds in a folder": write("dir/x/f", "2"),
        "a file beside the one that is found": write("dir/x/g", "2"),
        "another folder that a wildcard finds": write("dir/y/f", "f"),
        "a file that ADD takes": write("list", "2"),
    },
}


LINKS = {
    "files": {"src/a": "a", "conf/x": "x", "conf/y": "y", "b": "b", "c": "c", "d": "d"},
    "dockerfile": "FROM base:1 AS build\nWORKDIR /src\nCOPY src .\nRUN cat a > /out\nFROM base:1\nRUN echo one\n"
                  "COPY --link conf /etc/app/\nCOPY --link --chown=1000:1000 b /b\nCOPY --link --from=build /out /out\n"
                  "ADD --link c /c\nCOPY d /d\nCOPY --link d /e\nRUN echo two\n",
    "edits": {
        "a file that is linked": write("b", "2"),
        "a file in a folder that is linked": write("conf/x", "2"),
        "a file that ADD links": write("c", "2"),
        "a file that is copied and linked": write("d", "2"),
        "the mode of a linked file": mode("b", 0o755),
        "the name of a linked file": rename("conf/x", "conf/z"),
        "time stamps of a linked file": lambda folder: os.utime(folder / "b", (1, 1)),
        "a step before links": replace("echo one", "echo 1"),
        "an ENV before links": replace("RUN echo one", "ENV A=1\nRUN echo one"),
        "the image below links": replace("FROM base:1\nRUN", "FROM base:2\nRUN"),
        "a user before links": replace("RUN echo one", "RUN echo one\nUSER user"),
        "a working directory before links": replace("RUN echo one", "RUN echo one\nWORKDIR /w"),
        "links in another order": replace("COPY --link --chown=1000:1000 b /b\nCOPY --link --from=build /out /out\n",
                                          "COPY --link --from=build /out /out\nCOPY --link --chown=1000:1000 b /b\n"),
        "a link taken away": replace("COPY --link conf /etc/app/\n", ""),
        "a copy in the place of a link": replace("COPY --link conf", "COPY conf"),
        "a link in the place of a copy": replace("COPY d /d", "COPY --link d /d"),
        "a link that is written out": replace("COPY --link conf", "COPY --link=true conf"),
        "a link that is denied": replace("ADD --link c", "ADD --link=false c"),
        "the owner of a link": replace("--chown=1000:1000", "--chown=1000"),
        "the mode that a link gives": replace("--chown=1000:1000", "--chown=1000:1000 --chmod=600"),
        "the destination of a link": replace("b /b", "b /bb"),
        "COPY in the place of ADD that links": replace("ADD --link", "COPY --link"),
        "a stage that a link takes from": write("src/a", "2"),
        "a stage that a link takes from, with the same files": (SAME_FILES, replace("cat a >", "cat  a >")),
        "the name of a stage that a link takes from": replace_all("build", "maker"),
        "a step behind links": replace("echo two", "echo 2"),
    },
}

HEREDOCS = {
    "files": {"a": "text\n", "b": "b"},
    "dockerfile": "FROM base:1\nARG V=1\nRUN <<EOF\n# a comment\necho one\necho $V\nEOF\nCOPY <<one <<two /texts/\ntext\none\nt $V\ntwo\n"
                  "COPY <<'raw' /raw\n$V\nraw\nRUN --mount=type=tmpfs,target=/scratch,size=1048576 cat <<x > /x && cat <<y > /y\n"
                  "of x\nx\nof y\ny\nCOPY a /copied\nRUN echo two\n",
    "edits": {
        "a line of a script": replace("echo one", "echo 1"),
        "a comment in a script": replace("# a comment", "# another"),
        "a blank line in a script": replace("echo one", "\necho one"),
        "the word that ends a script": replace("<<EOF\n# a comment\necho one\necho $V\nEOF", "<<END\n# a comment\necho one\necho $V\nEND"),
        "quotes of the word that ends a script": replace("<<EOF", "<<'EOF'"),
        "a script with tabs": replace("<<EOF\n# a comment\necho one", "<<-EOF\n\t# a comment\n\techo one"),
        "tabs in a script": replace("echo one", "\techo one"),
        "a script with a first line": replace("RUN <<EOF\n", "RUN <<EOF\n#!/bin/sh\n"),
        "a script of one line in the place of a script": replace("RUN <<EOF\n# a comment\necho one\necho $V\nEOF", "RUN echo one; echo $V"),
        "the text of a file": replace("\ntext\n", "\nTEXT\n"),
        "the name of a file": replace("<<one <<two /texts/\ntext\none", "<<uno <<two /texts/\ntext\nuno"),
        "the files in another order": replace("<<one <<two /texts/\ntext\none\nt $V\ntwo", "<<two <<one /texts/\nt $V\ntwo\ntext\none"),
        "an argument that a file and a script hold": replace("ARG V=1", "ARG V=2"),
        "a build argument that a file and a script hold": Argument("V=3"),
        "a text in quotes": replace("\n$V\nraw", "\n$W\nraw"),
        "a text without quotes": replace("'raw'", "raw"),
        "a text with tabs": replace("<<'raw' /raw\n$V", "<<-'raw' /raw\n\t$V"),
        "the destination of a text": replace("/raw\n", "/crude\n"),
        "the mode of a text": replace("COPY <<'raw'", "COPY --chmod=600 <<'raw'"),
        "the owner of a text": replace("COPY <<'raw'", "COPY --chown=1000 <<'raw'"),
        "a link of a text": replace("COPY <<'raw'", "COPY --link <<'raw'"),
        "ADD of a text": replace("COPY <<'raw'", "ADD <<'raw'"),
        "a text in the place of an equal file": replace("COPY a /copied", "COPY <<a /copied\ntext\na"),
        "what a command reads": replace("of y", "for y"),
        "the word that ends what a command reads": replace("<<x > /x && cat <<y > /y\nof x\nx", "<<z > /x && cat <<y > /y\nof x\nz"),
        "the size of a file system in memory": replace("size=1048576", "size=2097152"),
        "a file beside texts": write("a", "2"),
        "a file that no step takes in": write("b", "2"),
    },
}

# What is built by which Docker: the older one knows neither links nor heredocs. A daemon is asked one thing at a time, as it tells
# other outcomes where builds run beside each other; several daemons know nothing of each other.
DAEMONS = (
    (OLDER, (FILES, SETTINGS, STAGES, MOUNTS)),
    (NEWER, (FILES, SETTINGS, STAGES)),
    (NEWER, (MOUNTS, LINKS, HEREDOCS)),
)


def make(folder, project):
    folder.mkdir()
    for path, text in project["files"].items():
        write(path, text)(folder)
    (folder / "Dockerfile").write_text(project["dockerfile"])


def foretold(dfx, before, after, argument, gives_same_files):
    """The steps that dfx expects to be done."""
    command = [dfx, "layers", after / "Dockerfile", "--context", after, "--compare", before, "--format", "json"]
    command += [f"--build-arg={argument}", f"--compare-build-arg={Argument.default}"] if argument else []
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    names = {stage["index"]: stage_name(stage["name"]) for stage in report["stages"]}
    is_done = {"rebuilt": True, "unknown": not gives_same_files, "kept": False}
    done = set()
    for stage, name in names.items():
        steps = [step for step in report["comparison"]["steps"] if step["stage"] == stage]
        done |= {(name, len(steps) - 1 - step["index"]) for step in steps if is_done[step["fate"]]}
    return done


def check(docker, dfx, folder, project, wanted):
    """Builds a project, and again after each edit. Tells how many edits were tried, and how many foretold wrongly."""
    before = folder / "before"
    make(before, project)
    docker.build(before)
    tried, wrong = 0, 0
    for name, edit in project["edits"].items():
        if wanted and name not in wanted:
            continue
        # In a folder that it has seen before, Docker 20.10 does not see that the mode of a folder has changed.
        after = folder / f"after-{tried}"
        shutil.copytree(before, after, symlinks=True)
        same, edit = edit if isinstance(edit, tuple) else (None, edit)
        argument = edit if isinstance(edit, Argument) else None
        if not argument:
            edit(after)
        done = docker.build(after, *([f"--build-arg={argument}"] if argument else []))
        expected = foretold(dfx, before, after, argument, same == SAME_FILES)
        tried += 1
        if done != expected:
            wrong += 1
            print(f"{name}: done {sorted(done)}, foretold {sorted(expected)}", flush=True)
        shutil.rmtree(after)
    return tried, wrong


def check_projects(release, projects, dfx, wanted):
    """Has the Docker of a release build projects. Tells how many edits were tried, and how many foretold wrongly."""
    counts = []
    with Docker(release) as docker, tempfile.TemporaryDirectory() as temporary:
        docker.make_base("base:1")
        docker.make_base("base:2", "another")
        docker.make_base("base:3", "a third")
        for place, project in enumerate(projects):
            folder = pathlib.Path(temporary) / str(place)
            folder.mkdir()
            counts.append(check(docker, dfx, folder, project, wanted))
        tried, wrong = map(sum, zip(*counts))
        print(f"Docker {docker.version()}, {tried} edits; after {tried - wrong} of them every step was kept or done as foretold",
              flush=True)
    return tried, wrong


def main():
    dfx = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/dfx").resolve()
    # Before two daemons at once ask for them.
    for release in (OLDER, NEWER):
        unpack_programs(release)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        counts = list(pool.map(lambda daemon: check_projects(*daemon, dfx, sys.argv[2:]), DAEMONS))
    return 0 if any(tried for tried, _ in counts) and not any(wrong for _, wrong in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
