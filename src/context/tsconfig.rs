//! What the settings of TypeScript's compiler say.

use serde_json::Value;

use super::BuildContext;
use super::clean::clean;
use super::json_with_comments::json_with_comments;

/// No project has more files that extend each other.
const MOST_FILES: usize = 8;

impl BuildContext {
    /// The folder of the build context that TypeScript's compiler writes with these settings; `None` where they do not say, or
    /// name one that is not there to be read.
    pub fn out_dir_of_tsconfig(&self, path: &str) -> Option<String> {
        self.out_dir(path, MOST_FILES)
    }

    /// `extends` names a file, or several of which the last wins. A folder is meant from the file that names it.
    fn out_dir(&self, path: &str, most_files: usize) -> Option<String> {
        let settings = json_with_comments(self.text(path)?).ok()?;
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
        let in_context = |path: &str| {
            let path = if path.starts_with('/') { path.to_owned() } else { clean(&format!("{folder}/{path}")) };
            (!path.starts_with(['.', '/'])).then_some(path)
        };
        if let Some(told) = settings.pointer("/compilerOptions/outDir") {
            return told.as_str().and_then(in_context);
        }
        let bases = match settings.get("extends")? {
            Value::Array(files) => files.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
            file => vec![file.as_str()?],
        };
        // What a package brings says nothing of folders here.
        let beside = bases.into_iter().rev().filter(|base| base.starts_with('.'));
        let with_ending = |base: &str| if base.ends_with(".json") { base.to_owned() } else { format!("{base}.json") };
        let most_files = most_files.checked_sub(1)?;
        beside.filter_map(|base| in_context(&with_ending(base))).find_map(|base| self.out_dir(&base, most_files))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn out_dir(files: &[(&str, &str)]) -> Option<String> {
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        BuildContext::new(Vec::new(), None, texts, false).out_dir_of_tsconfig(files[0].0)
    }

    #[test]
    fn settings_on_one_line_and_with_comments_are_read() {
        let told = [("tsconfig.json", "{ \"compilerOptions\": { \"outDir\": \"./dist/\" } }")];
        assert_eq!(out_dir(&told).as_deref(), Some("dist"));
        let told = [("tsconfig.json", "{\n  // \"outDir\": \"a\",\n  \"compilerOptions\": {\"outDir\": \"lib\",},\n}")];
        assert_eq!(out_dir(&told).as_deref(), Some("lib"));
        assert_eq!(out_dir(&[("tsconfig.json", "{\"outDir\": \"a\"}")]), None);
        assert_eq!(out_dir(&[("tsconfig.json", "{\"compilerOptions\": {\"outDir\": \"../a\"}}")]), None);
    }

    #[test]
    fn settings_that_are_extended_say_the_rest() {
        let base = ("tsconfig.json", "{\"compilerOptions\": {\"outDir\": \"dist\"}}");
        let of = |extends: &str| out_dir(&[("tsconfig.build.json", &format!("{{\"extends\": {extends}}}")), base]);
        assert_eq!(of("\"./tsconfig.json\"").as_deref(), Some("dist"));
        assert_eq!(of("\"./tsconfig\"").as_deref(), Some("dist"));
        assert_eq!(of("[\"./tsconfig.json\", \"@tsconfig/node22/tsconfig.json\"]").as_deref(), Some("dist"));
        assert_eq!(of("\"@tsconfig/node22/tsconfig.json\""), None);
        assert_eq!(of("\"./tsconfig.build.json\""), None);
        let web = [("web/tsconfig.json", "{\"extends\": \"../tsconfig.json\"}"), base];
        assert_eq!(out_dir(&web).as_deref(), Some("dist"));
    }
}
