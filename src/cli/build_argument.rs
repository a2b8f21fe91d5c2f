//! Build arguments on the command line.

/// Takes `NAME=VALUE` apart.
///
/// # Errors
///
/// If it is not of that form.
pub fn build_argument(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is not of the form NAME=VALUE".to_owned()),
    }
}
