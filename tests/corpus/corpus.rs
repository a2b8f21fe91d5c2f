//! The corpus: files, and what BuildKit says of them.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::PathBuf;

use serde_json::Value;

/// The real Dockerfiles and BuildKit's verdicts.
pub struct Corpus {
    folder: PathBuf,
    /// File name to contents, sorted.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Corpus {
    /// The corpus that `DFX_CORPUS` names; `None`, with a loud word, where it is not set.
    pub fn open() -> Option<Self> {
        let Some(folder) = std::env::var_os("DFX_CORPUS").map(PathBuf::from) else {
            // Past the capture of the test runner, so that it is seen although the test passes.
            let name = std::thread::current().name().unwrap_or("a test").to_owned();
            let word = format!("SKIPPED {name}: DFX_CORPUS names no folder of Dockerfiles\n");
            std::io::stderr().write_all(word.as_bytes()).unwrap();
            assert!(std::env::var_os("CI").is_none(), "CI must set DFX_CORPUS");
            return None;
        };
        let files: BTreeMap<String, Vec<u8>> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()))
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
            .collect();
        assert!(!files.is_empty(), "no files in {}", folder.display());
        Some(Self { folder, files })
    }

    /// The lines of a file of verdicts beside the folder, each a JSON object.
    pub fn verdicts(&self, name: &str) -> Vec<Value> {
        let path = self.folder.join("..").join(name);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// As [`verdicts`](Self::verdicts), of a file that is packed with gzip.
    pub fn compressed_verdicts(&self, name: &str) -> Vec<Value> {
        let path = self.folder.join("..").join(name);
        let packed =
            std::fs::File::open(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        let lines = std::io::BufReader::new(flate2::read::GzDecoder::new(packed)).lines();
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
    }
}

/// What a panic said.
pub fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
