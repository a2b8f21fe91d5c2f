#!/usr/bin/env bash
# usage: scripts/validate-layers.sh DFX
# Show the pages and pictures of `dfx layers` to those who read them: Chromium with axe-core, Graphviz, Mermaid, an XML
# parser. Installs what it needs: Debian's packages as root, and npm packages below target/.
set -euo pipefail
cd "$(dirname "$0")/.."

dfx=$(realpath "$1")
tools=$PWD/target/validate-layers
reports=$PWD/target/tmp/layers
rm -rf "$reports"
mkdir -p "$tools" "$reports"

packages=()
command -v chromium >/dev/null || packages+=(chromium fonts-dejavu-core)
command -v dot >/dev/null || packages+=(graphviz)
command -v xmllint >/dev/null || packages+=(libxml2-utils)
if [ ${#packages[@]} -gt 0 ]; then
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
fi
[ -d "$tools/node_modules/mermaid" ] || npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$tools" \
    axe-core@4.14.1 playwright-core@1.64.1 mermaid@12.3.0

# Applications of one stage and of several, and a file that would break out of every form if it could.
hostile=$reports/hostile.Dockerfile
printf '%s\n' 'FROM alpine AS a' "RUN echo '</code><script>document.title=1</script>' \"|\`]\\\"" 'FROM scratch' \
    'COPY --from=a ["<img src=x onerror=alert(1)>", "/x"]' >"$hostile"
for dockerfile in corpus/apps/*/Dockerfile corpus/guide/multi*Dockerfile* "$hostile"; do
    name=$(basename "$(dirname "$dockerfile")")-$(basename "$dockerfile")
    for format in html svg dot mermaid; do
        "$dfx" layers "$dockerfile" --format $format >"$reports/$name.$format"
    done
done

for picture in "$reports"/*.svg; do xmllint --noout "$picture"; done
for graph in "$reports"/*.dot; do dot -Tsvg "$graph" >/dev/null; done
NODE_PATH=$tools/node_modules node scripts/validate-layers.cjs "$reports" "$tools/node_modules"
