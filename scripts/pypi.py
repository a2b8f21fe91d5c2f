"""What dfx is compared with or asks, from PyPI, in target/peers."""

import pathlib
import subprocess
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent


def install(*packages):
    """Installs packages, each with its version, and tells the folder of their programs."""
    folder = ROOT / "target/peers"
    if not folder.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", *packages], check=True)
    return folder / "bin"
