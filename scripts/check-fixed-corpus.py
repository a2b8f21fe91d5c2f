#!/usr/bin/env python3
"""Shows repaired files to the official parser: what it has read before `dfx fix`, it reads after.

    scripts/check-fixed-corpus.py DFX

DFX is the program. The files are those of the folder DFX_CORPUS; they are copied, and repaired three ways. The parser is
BuildKit's own, as the module `dockerfile` of PyPI, installed below target/.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT / "target" / "official-parser"
WAYS = {
    "identical": ["--profile", "strict", "--effect", "identical"],
    "default": [],
    "unsafe": ["--profile", "strict", "--unsafe"],
}


def main(dfx):
    reads = official_parser()
    corpus = pathlib.Path(os.environ["DFX_CORPUS"])
    readable = [file for file in sorted(corpus.iterdir()) if reads(file)]
    broken = 0
    for name, options in WAYS.items():
        with tempfile.TemporaryDirectory() as folder:
            copies = [pathlib.Path(shutil.copyfile(file, pathlib.Path(folder, file.name))) for file in readable]
            command = [dfx, "fix", "--isolated", "--no-context", "--write", "--files-from", "-", *options]
            done = subprocess.run(command, input="\n".join(map(str, copies)), text=True, check=False,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if done.returncode:
                sys.exit(done.stderr)
            changed = sum(copy.read_bytes() != (corpus / copy.name).read_bytes() for copy in copies)
            refused = [copy.name for copy in copies if not reads(copy)]
        print(f"{name}: {changed} of {len(readable)} files repaired, {len(refused)} no longer read")
        print("".join(f"    {file}\n" for file in refused), end="")
        broken += len(refused)
    return 1 if broken or len(readable) < 1_000 else 0


def official_parser():
    """Whether BuildKit's parser reads a file."""
    if not (TOOLS / "bin/python").exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([TOOLS / "bin/pip", "install", "--quiet", "dockerfile==3.4.0"], check=True)
    packages = next((TOOLS / "lib").glob("python*/site-packages"))
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
    sys.exit(main(sys.argv[1]))
