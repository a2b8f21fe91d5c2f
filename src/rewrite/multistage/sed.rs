//! The command line of `sed`, bundles of short options such as `-ri` included.

use crate::ir::Command;

/// What a command line of `sed` says.
#[derive(Default)]
pub struct SedOptions<'c> {
    /// Whether the files are changed.
    pub is_in_place: bool,
    /// The files, as written.
    pub files: Vec<&'c str>,
}

impl<'c> SedOptions<'c> {
    /// `None` where a file holds the script.
    pub fn of(command: &'c Command<'_>) -> Option<Self> {
        let mut options = Self::default();
        let mut has_script = false;
        let mut words = command.arguments().iter().map(|word| word.value.unwrap_or(word.written));
        while let Some(word) = words.next() {
            match word.strip_prefix("--") {
                Some(long) if long.starts_with("in-place") => options.is_in_place = true,
                Some(long) if long.starts_with("file") => return None,
                Some(long) if long.starts_with("expression") => {
                    has_script = true;
                    if !long.contains('=') {
                        words.next();
                    }
                }
                Some(_) => {}
                None if word.starts_with('-') => {
                    // Behind `i` stands the ending of a copy, behind `e` the script.
                    match word.char_indices().find(|(_, c)| matches!(c, 'e' | 'f' | 'i')) {
                        Some((_, 'f')) => return None,
                        Some((_, 'i')) => options.is_in_place = true,
                        Some((at, _)) => {
                            has_script = true;
                            if at + 1 == word.len() {
                                words.next();
                            }
                        }
                        None => {}
                    }
                }
                None => options.files.push(word),
            }
        }
        if !has_script && !options.files.is_empty() {
            options.files.remove(0);
        }
        Some(options)
    }
}
