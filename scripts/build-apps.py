#!/usr/bin/env python3
"""Really builds applications of corpus/apps, as they are and as `dfx fix` writes them, and compares the images.

    scripts/build-apps.py [APP...]          needs root, Debian's buildah and debootstrap, and the package registries

Docker Hub is not asked: the base images are made of Debian's own packages (debootstrap, then what the language needs) and
get the names that the applications use, so that versions differ from the official images. They are kept in a folder below
/var/tmp between runs. Two images are equal on the rung *debris* if their configurations are, and their files but for what
package managers can make again: lists, archives, download caches, logs, compiled Python. Exits with 1 where one differs
more than its fixes have said.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = pathlib.Path("/var/tmp/dfx-builds")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

# The packages that stand for an official image, and what makes them look like it.
BASES = {
    "docker.io/library/debian:bookworm": ("", ""),
    "docker.io/library/gcc:12": ("gcc g++ make cmake", ""),
    "docker.io/library/golang:1.19": ("golang", "mkdir -p /go/src"),
    "docker.io/library/node:18": ("nodejs npm", "useradd --create-home node"),
    "docker.io/library/python:3.11": (
        "python3 python3-pip python3-venv python3-dev gcc",
        "ln -sf python3 /usr/bin/python && rm -f /usr/lib/python3.11/EXTERNALLY-MANAGED",
    ),
    "docker.io/library/php:8.2-cli": ("php-cli php-mbstring php-xml composer unzip", ""),
    "docker.io/library/ruby:3.1": ("ruby ruby-dev bundler gcc make", "mkdir -p /usr/local/bundle"),
    "docker.io/library/rust:1.63": ("cargo rustc gcc", ""),
    "docker.io/library/maven:3.8-openjdk-17": ("maven openjdk-17-jdk-headless", ""),
    "docker.io/library/gradle:7.6-jdk17": ("gradle openjdk-17-jdk-headless", ""),
    "docker.io/library/elixir:1.14": ("elixir", ""),
}

# What a package manager makes again, and what differs between two builds of the same file.
DEBRIS = re.compile(
    r"^(var/lib/apt/lists/|var/cache/|var/log/|tmp/|run/|root/\.(npm|cache|composer|bundle|local/share/composer)(/|$)"
    r"|usr/local/bundle/cache/|var/lib/dpkg/.*-old$|etc/ld\.so\.cache$|etc/machine-id$)"
    r"|\.pyc$|/__pycache__(/|$)|(^|/)gem_make\.out$|(^|/)mkmf\.log$|/node_modules/\.package-lock\.json$|/CMakeFiles/.*\.log$"
)


def buildah(*arguments, check=True, **options):
    command = ["buildah", "--storage-driver", "overlay", "--root", KEPT / "storage", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if check and done.returncode:
        raise RuntimeError(f"buildah {' '.join(map(str, arguments))}\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout.strip()


def has(image):
    return subprocess.run(
        ["buildah", "--storage-driver", "overlay", "--root", KEPT / "storage", "inspect", "--type", "image", image],
        capture_output=True, check=False,
    ).returncode == 0


def base(image):
    """Makes the image that stands for an official one, unless it is there."""
    if has(image):
        return
    packages, finish = BASES[image]
    root = KEPT / "rootfs"
    if not (root / "etc/debian_version").exists():
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root],
                       check=True, stdout=subprocess.DEVNULL)
    container = buildah("from", "scratch")
    buildah("copy", "--quiet", container, root, "/")
    script = "set -e; apt-get clean; rm -rf /var/lib/apt/lists/*"
    if packages:
        script = (f"set -e; apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "
                  f"--no-install-recommends {packages}; {finish or 'true'}; apt-get clean; rm -rf /var/lib/apt/lists/*")
    buildah("run", "--isolation", "chroot", "--network", "host", container, "sh", "-c", script)
    buildah("commit", "--quiet", "--rm", container, image)


def build(folder, dockerfile, tag):
    """Builds a Dockerfile with the registries' certificates mounted."""
    buildah(
        "bud", "--isolation", "chroot", "--layers", "--pull-never", "--network", "host",
        "--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro",
        *(f"--env={name}={CERTIFICATES}" for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")),
        "--file", dockerfile, "--tag", tag, folder,
    )


def contents(image):
    """Path to kind, mode, owner and digest of every file of an image, and its size in bytes."""
    container = buildah("from", "--pull-never", image)
    mounted = pathlib.Path(buildah("mount", container))
    files, size = {}, 0
    for folder, folders, names in os.walk(mounted):
        for name in folders + names:
            path = pathlib.Path(folder, name)
            status = path.lstat()
            kind = stat.S_IFMT(status.st_mode)
            what = ""
            if stat.S_ISLNK(status.st_mode):
                what = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                what = hashlib.sha256(path.read_bytes()).hexdigest()
                size += status.st_size
            mode = status.st_mode if kind != stat.S_IFLNK else 0
            files[str(path.relative_to(mounted))] = (kind, mode, status.st_uid, status.st_gid, what)
    buildah("umount", container)
    buildah("rm", container)
    return files, size


def configuration(image):
    config = json.loads(buildah("inspect", "--type", "image", image))["OCIv1"]["config"]
    config.pop("Labels", None)  # buildah's own
    return config


def layers(image):
    return len(json.loads(buildah("inspect", "--type", "image", image))["OCIv1"]["rootfs"]["diff_ids"])


def compare(name):
    folder = ROOT / "corpus/apps" / name
    dockerfile = folder / "Dockerfile"
    fixed = subprocess.run(
        [ROOT / "target/release/dfx", "fix", "--context", folder, "--format", "json", dockerfile],
        capture_output=True, text=True, check=False,
    )
    told = json.loads(fixed.stdout)["files"]
    applied = [f"{fix['effect']} {fix['rule']}" for file in told for fix in file["applied"]]
    with tempfile.TemporaryDirectory() as temporary:
        after = pathlib.Path(temporary, "Dockerfile")
        shutil.copy(dockerfile, after)
        subprocess.run([ROOT / "target/release/dfx", "fix", "--context", folder, "--write", after],
                       capture_output=True, check=False)
        for image in re.findall(r"(?mi)^FROM\s+(\S+)", dockerfile.read_text()):
            base(f"docker.io/library/{image}")
        build(folder, dockerfile, f"dfx/{name}:before")
        build(folder, after, f"dfx/{name}:after")
    (before, size_before), (after, size_after) = contents(f"dfx/{name}:before"), contents(f"dfx/{name}:after")
    is_kept = lambda path: not DEBRIS.search(path)
    differing = sorted(path for path in before.keys() | after.keys() if is_kept(path) and before.get(path) != after.get(path))
    same_configuration = configuration(f"dfx/{name}:before") == configuration(f"dfx/{name}:after")
    is_right = not differing and same_configuration
    print(f"{name}: {len(applied)} fixes ({', '.join(sorted(set(applied))) or 'none'}); "
          f"{layers(f'dfx/{name}:before')} -> {layers(f'dfx/{name}:after')} layers, "
          f"{size_before / 1e6:.1f} -> {size_after / 1e6:.1f} MB; "
          f"{'as promised' if is_right else 'DIFFERS MORE THAN PROMISED'}", flush=True)
    for path in differing[:20]:
        print(f"    {path}: {before.get(path)} -> {after.get(path)}")
    if not same_configuration:
        print("    the configurations differ")
    return is_right


def main():
    KEPT.mkdir(parents=True, exist_ok=True)
    names = sys.argv[1:] or sorted(path.name for path in (ROOT / "corpus/apps").iterdir() if (path / "Dockerfile").exists())
    results = {}
    for name in names:
        try:
            results[name] = compare(name)
        except (RuntimeError, KeyError, subprocess.CalledProcessError) as error:
            print(f"{name}: not built: {error}", flush=True)
    built = len(results)
    right = sum(results.values())
    print(f"{built} of {len(names)} applications built twice, {right} as promised")
    return 0 if built == right and built else 1


if __name__ == "__main__":
    sys.exit(main())
