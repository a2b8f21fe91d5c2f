//! Which stages run on Windows.

use crate::knowledge::base_environment::is_bare_system;

use super::{Base, Platform};

/// Whether a stage's commands run on Windows, as far as the file tells: by `--platform`, by the base image's name, or
/// because the escape character is the backtick, which makes sense there only. Some people like it elsewhere, too.
pub(super) fn is_windows(platform: Option<&Platform>, base: &Base, escape: char) -> bool {
    if let Some(platform) = platform {
        return platform.os == "windows";
    }
    let is_linux_alone = || matches!(base, Base::Image(image) if is_bare_system(&image.familiar_name()));
    let is_named_so = match base {
        Base::Image(image) => {
            let name = format!("{}:{}", image.repository, image.tag.as_deref().unwrap_or_default());
            let hints = ["windows", "nanoserver", "servercore", "-win-"];
            hints.iter().any(|hint| name.to_ascii_lowercase().contains(hint))
        }
        _ => false,
    };
    is_named_so || escape == '`' && !is_linux_alone()
}

/// Whether a comment says that the base image's SHELL is one of Windows, as hadolint wants to be told.
pub(super) fn names_shell(comment: &str) -> bool {
    let shell = comment
        .trim_start_matches('#')
        .trim()
        .strip_prefix("hadolint ")
        .and_then(|it| it.trim().strip_prefix("shell="));
    shell.is_some_and(|shell| matches!(shell.trim(), "powershell" | "pwsh" | "cmd"))
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::super::Build;

    fn is_windows(text: &str) -> bool {
        let file = parse(SourceFile::new("Dockerfile", text));
        Build::new(&file).stages[0].is_windows
    }

    #[test]
    fn the_backtick_means_windows_unless_the_image_is_linux_alone() {
        assert!(is_windows("# escape=`\nFROM golang\n"));
        assert!(!is_windows("# escape=`\nFROM debian:13\n"));
        assert!(!is_windows("FROM golang\n"));
        assert!(is_windows("FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"));
    }
}
