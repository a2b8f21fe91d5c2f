#!/usr/bin/env bash
# Show dfx's reports to the validators of their formats: JSON Schema, SARIF with GitHub's rules, XML.
# Installs what it needs below target/; needs python3 and npm, and the network for the first run only.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/target/validate-reports
reports=$PWD/target/tmp/reports
python=$tools/venv/bin/python
multitool_package=@microsoft/sarif-multitool-linux
multitool=$tools/node_modules/$multitool_package/Sarif.Multitool
sarif_schema=$tools/node_modules/$multitool_package/sarif-2.1.0.json

mkdir -p "$tools"
[ -x "$tools/venv/bin/check-jsonschema" ] || {
    python3 -m venv "$tools/venv"
    "$tools/venv/bin/pip" install --quiet check-jsonschema==0.39.0
}
[ -f "$multitool" ] || npm install --silent --no-fund --no-audit --prefix "$tools" "$multitool_package@5.7.0"
chmod u+x "$multitool" # npm does not run the package's install script, which would do this.

cargo test --quiet --test reports reports_are_written_for_the_validators

echo "JSON against docs/schema/lint-v1.schema.json"
check_schema() { "$tools/venv/bin/check-jsonschema" "$@"; }
check_schema --check-metaschema docs/schema/lint-v1.schema.json
check_schema --schemafile docs/schema/lint-v1.schema.json "$reports"/*.json
check_schema --schemafile "$sarif_schema" "$reports"/*.sarif

echo "SARIF against the rules of the specification and of GitHub"
# The tool exits with 0 whatever it finds, so its log decides.
(cd "$reports" && "$multitool" validate --rule-kind 'Sarif;Ghas' --log ForceOverwrite \
    -o "$tools/validation.sarif" ./*.sarif >/dev/null)
"$python" - "$reports" "$tools" <<'PYTHON'
import json, sys
from pathlib import Path
from xml.dom import minidom

reports, tools = map(Path, sys.argv[1:])
found = [r for run in json.loads((tools / "validation.sarif").read_text())["runs"] for r in run.get("results", [])]
for result in found:
    print(result["ruleId"], result.get("level", "warning"), result["message"], file=sys.stderr)
for report in [*reports.glob("*.checkstyle"), *reports.glob("*.junit")]:
    minidom.parse(str(report))
for report in reports.glob("*.jsonl"):
    for line in report.read_text(encoding="utf-8").split("\n")[:-1]:
        json.loads(line)
for report in reports.glob("*.sarif"):
    log = json.loads(report.read_text(encoding="utf-8"))
    # Sarif.Multitool hashes only files whose absolute place it knows.
    log["runs"][0]["originalUriBaseIds"] = {"REPORTS": {"uri": reports.as_uri() + "/"}}
    for result in log["runs"][0]["results"]:
        del result["partialFingerprints"], result["fingerprints"]
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] = "REPORTS"
    (reports / f"{report.stem}.unhashed").write_text(json.dumps(log), encoding="utf-8")
sys.exit(bool(found))
PYTHON

echo "SARIF's line hashes, taken out above, against those that Sarif.Multitool puts in"
for unhashed in "$reports"/*.unhashed; do
    name=$(basename "$unhashed" .unhashed)
    "$multitool" rewrite "$unhashed" -o "$tools/$name.rehashed" \
        --insert RollingHashPartialFingerprints --log ForceOverwrite >/dev/null
    "$python" - "$reports/$name.sarif" "$tools/$name.rehashed" <<'PYTHON'
import json, sys

def hashes(path):
    with open(path, encoding="utf-8-sig") as log:
        results = json.load(log)["runs"][0].get("results", [])
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]

ours, theirs = map(hashes, sys.argv[1:])
if ours != theirs:
    sys.exit(f"{sys.argv[1]}: {ours} where Sarif.Multitool has {theirs}")
print(f"{sys.argv[1]}: {len(ours)} hashes agree")
PYTHON
done

# With a program as argument: what it says of the Dockerfiles in corpus/, all rules on.
[ $# -eq 1 ] || exit 0
echo "The reports of $1 about corpus/"
real=$PWD/target/tmp/reports-of-corpus
mkdir -p "$real"
for format in json sarif checkstyle junit; do
    "$1" lint --isolated --profile strict --exit-zero --format "$format" corpus >"$real/corpus.$format"
done
check_schema --schemafile docs/schema/lint-v1.schema.json "$real/corpus.json"
"$1" fix --isolated --profile strict --effect runtime --format json corpus >"$real/fixes" 2>/dev/null
check_schema --base-uri "file://$PWD/docs/schema/fix-v1.schema.json" \
    --schemafile docs/schema/fix-v1.schema.json "$real/fixes"
check_schema --check-metaschema docs/schema/layers-v1.schema.json
for dockerfile in corpus/apps/*/Dockerfile; do
    "$1" layers "$dockerfile" --compare corpus/guide/Dockerfile --format json >"$real/layers.json"
    check_schema --schemafile docs/schema/layers-v1.schema.json "$real/layers.json"
done
echo "What dfx verify says of two images"
"$python" - "$real" <<'PYTHON'
import gzip, io, json, sys, tarfile
from pathlib import Path

def archive(path, files):
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))

def image(path, files, variables):
    layer = Path(f"{path}.layer")
    archive(layer, files)
    config = {"architecture": "amd64", "os": "linux", "config": {"Env": variables}}
    manifest = [{"Config": "config.json", "Layers": ["layer.tar"]}]
    archive(path, {"manifest.json": json.dumps(manifest).encode(), "config.json": json.dumps(config).encode(),
                   "layer.tar": layer.read_bytes()})

real = sys.argv[1]
packages = gzip.decompress(Path("tests/rpm/rpmdb.sqlite.gz").read_bytes())
image(f"{real}/before.tar", {"var/lib/rpm/rpmdb.sqlite": packages, "etc/a": b"1"}, ["A=1"])
image(f"{real}/after.tar", {"etc/a": b"2", "var/cache/x": b"3"}, ["A=2"])
PYTHON
check_schema --check-metaschema docs/schema/verify-v1.schema.json
"$1" verify "$real/before.tar" "$real/after.tar" --format json >"$real/verify.json"
check_schema --schemafile docs/schema/verify-v1.schema.json "$real/verify.json"
grep --quiet '"name": "alpha"' "$real/verify.json" || { echo "no package of rpm in the report" >&2; exit 1; }
check_schema --schemafile "$sarif_schema" "$real/corpus.sarif"
"$multitool" validate --rule-kind 'Sarif;Ghas' --log ForceOverwrite \
    -o "$real/validation.log" "$real/corpus.sarif" >/dev/null
"$python" - "$real" <<'PYTHON'
import json, sys
from pathlib import Path
from xml.dom import minidom

real = Path(sys.argv[1])
for name in ("corpus.checkstyle", "corpus.junit"):
    minidom.parse(str(real / name))
found = [r for run in json.loads((real / "validation.log").read_text())["runs"] for r in run.get("results", [])]
for result in found:
    print(result["ruleId"], result.get("level", "warning"), result["message"], file=sys.stderr)
results = json.loads((real / "corpus.sarif").read_text())["runs"][0]["results"]
print(f"{len(results)} results, {len(found)} complaints")
sys.exit(bool(found) or not results)
PYTHON
