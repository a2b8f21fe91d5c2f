#!/usr/bin/env bash
# Makes the databases beside this script, which the tests of src/image/packages/rpm read: of rpm's own hand, and of Berkeley
# DB's. On Debian: apt-get install rpm db5.3-util python3
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

# More text than fits into one page of a database.
text=$(seq --format 'line %g of a text that is too long' 1 9000 9000000)
for name in alpha beta; do
    epoch=$([ "$name" = beta ] && echo 'Epoch: 2' || true)
    printf '%s\n' "Name: $name" 'Version: 1.2' 'Release: 3' "$epoch" 'Summary: Test' 'License: MIT' 'BuildArch: noarch' \
        '%description' "$text" '%files' >"$work/$name.spec"
    rpmbuild -bb --quiet --define "_topdir $work" "$work/$name.spec" 2>/dev/null
done
rpm --dbpath "$work/db" --install --justdb --nodeps "$work"/RPMS/noarch/*.rpm 2>/dev/null
gzip -9nc "$work/db/rpmdb.sqlite" >rpmdb.sqlite.gz

# The older form holds the same blobs behind their numbers, and the greatest number behind 0.
python3 - "$work/db/rpmdb.sqlite" <<'PYTHON' | db5.3_load "$work/Packages"
import sqlite3, struct, sys
number = lambda value: " " + struct.pack("<I", value).hex()
print("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END")
rows = sqlite3.connect(sys.argv[1]).execute("select hnum, blob from Packages").fetchall()
print(number(0), number(len(rows)), sep="\n")
for hnum, blob in rows:
    print(number(hnum), " " + blob.hex(), sep="\n")
print("DATA=END")
PYTHON
gzip -9nc "$work/Packages" >Packages.gz
