//! Whether the settings of Vite leave `vite preview` as it is.
//!
//! They are a program, so that only what is known is taken for harmless: a plugin may set where the site lies, and that of a
//! framework brings a server of its own.

use crate::context::BuildContext;
use crate::knowledge::file_name;

/// Packages that settings load and that change nothing of what is served. Sorted.
const HARMLESS: &[&str] = &[
    "@svgr/rollup",
    "@tailwindcss/vite",
    "@vitejs/plugin-react",
    "@vitejs/plugin-react-swc",
    "@vitejs/plugin-vue",
    "@vitejs/plugin-vue-jsx",
    "autoprefixer",
    "node:path",
    "node:url",
    "path",
    "tailwindcss",
    "url",
    "vite",
    "vite-plugin-eslint",
    "vite-plugin-svgr",
    "vite-svg-loader",
    "vite-tsconfig-paths",
    "vitest/config",
];

/// Names of settings and hooks that say where the site lies, below which path, or how it is served. `preview` takes what it
/// does not set itself from `server`. Sorted.
const CHANGING: &[&str] =
    &["appType", "base", "configurePreviewServer", "cors", "headers", "https", "outDir", "preview", "proxy", "root"];

/// Whether all files of settings are known, and none of them changes what is served.
pub fn is_left_as_it_is(context: Option<&BuildContext>) -> bool {
    let Some(context) = context.filter(|context| !context.is_truncated()) else { return false };
    let paths = context.entries().iter().map(|entry| entry.path.as_str());
    let mut settings = paths.filter(|path| file_name(path).starts_with("vite.config."));
    settings.all(|path| context.text(path).is_some_and(is_harmless))
}

fn is_harmless(text: &str) -> bool {
    let is_part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let changes = text.split(|c| !is_part_of_name(c)).any(|word| CHANGING.binary_search(&word).is_ok());
    !changes && loaded(text).all(|name| HARMLESS.binary_search(&name).is_ok())
}

/// What `import` and `require` name; the empty name where that is no literal.
fn loaded(text: &str) -> impl Iterator<Item = &str> {
    const QUOTES: [char; 3] = ['\'', '"', '`'];
    let names_next = |before: &str| {
        let before = before.trim_end();
        let before = before.strip_suffix('(').map_or(before, str::trim_end);
        ["from", "import", "require"].iter().any(|word| before.ends_with(word))
    };
    let pieces = || text.split(QUOTES);
    let named = pieces().zip(pieces().skip(1)).filter(move |(before, _)| names_next(before)).map(|(_, name)| name);
    let calls = ["import(", "require("].iter().flat_map(|call| text.split(*call).skip(1));
    let unknown = calls.filter(|rest| !rest.trim_start().starts_with(QUOTES)).map(|_| "");
    named.chain(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(HARMLESS.is_sorted() && CHANGING.is_sorted());
    }

    #[test]
    fn settings_that_change_nothing_are_known() {
        for text in [
            "",
            "export default { plugins: [] }",
            "import react from '@vitejs/plugin-react'\nimport { defineConfig } from \"vite\"\nimport path from 'path'\n\
             export default defineConfig({ plugins: [react()], resolve: { alias: { '@': path.resolve(__dirname, './src') } } })",
            "const { defineConfig } = require('vite')\nmodule.exports = defineConfig({ server: { port: 3000 } })",
        ] {
            assert!(is_harmless(text), "{text}");
        }
    }

    #[test]
    fn what_sets_something_or_loads_something_unknown_is_not() {
        for text in [
            "export default { base: '/a/' }",
            "export default { build: { outDir: 'out' } }",
            "export default { server: { headers: {} } }",
            "export default { appType: 'mpa' }",
            "import shared from './vite.shared'",
            "import '../settings'",
            "const shared = require( './shared' )",
            "const shared = await import(`./shared`)",
            "const shared = require(name)",
            "import { sveltekit } from '@sveltejs/kit/vite'",
            "import laravel from 'laravel-vite-plugin'",
        ] {
            assert!(!is_harmless(text), "{text}");
        }
    }
}
