//! What a secret looks like: the names that people give it, the forms that issuers give it, and the words that stand in
//! for one and are none.

mod files;
mod formats;
mod names;

pub use files::{names_token, secret_file};
pub use formats::{SecretFormat, credentials_in_url, find_secrets};
pub use names::{SecretName, buildkit_calls_secret, secret_name};

/// Whether a name that says secret together with this literal value is a secret, as far as one can tell: no
/// placeholder, no path, and for tokens and keys, which are generated, not a mere word.
pub fn is_secret_value(name: SecretName, value: &str) -> bool {
    if is_placeholder(value) {
        return false;
    }
    match name {
        SecretName::Password => value.chars().count() >= 4,
        SecretName::Token => looks_generated(value),
    }
}

/// Whether a value stands where a secret will come, or is so well known that it protects nothing.
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    let first = value.bytes().next();
    let is_path = value.starts_with(['/', '~', '.', '@']) || value.contains("://");
    let is_dynamic = value.contains(['$', '<', '>', '`', ' ', '{', '}', '%']);
    first.is_none()
        || is_path
        || is_dynamic
        || value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        || value.bytes().all(|byte| Some(byte) == first)
        || WELL_KNOWN.contains(&value.as_str())
        || STAND_INS.iter().any(|word| value.contains(word))
}

/// Whether a value has letters and digits and the length of something that a program made.
fn looks_generated(value: &str) -> bool {
    value.len() >= 16
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && value.bytes().filter(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()).count() >= 4
}

/// Values that everybody would try first.
const WELL_KNOWN: &[&str] = &[
    "admin", "default", "empty", "false", "guest", "hunter2", "nil", "no", "none", "null", "off", "on", "pass",
    "passwd", "password", "postgres", "root", "secret", "string", "test", "test1234", "testing", "toor", "true",
    "user", "username", "yes",
];

/// Parts of values that stand for another.
const STAND_INS: &[&str] = &[
    "change-me",
    "change_me",
    "changeit",
    "changeme",
    "changethis",
    "change_this",
    "change-this",
    "dummy",
    "example",
    "fake",
    "foobar",
    "insecure",
    "insert",
    "mypassword",
    "mysecret",
    "not_used",
    "not-used",
    "notasecret",
    "notused",
    "password1",
    "placeholder",
    "redacted",
    "replace",
    "sample",
    "unused",
    "xxxx",
    "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_secrets() {
        for value in
            ["", "changeme", "<REPLACE_ME>", "$TOKEN", "xxxxxxxx", "000000", "/run/secrets/x", "your-key", "password"]
        {
            assert!(is_placeholder(value), "{value}");
        }
        assert!(!is_placeholder("benchmarkdbpass"));
    }

    #[test]
    fn a_password_may_be_a_word_and_a_token_may_not() {
        assert!(is_secret_value(SecretName::Password, "pokemon"));
        assert!(!is_secret_value(SecretName::Token, "precompile"));
        assert!(is_secret_value(SecretName::Token, "5791628bb0b13ce0c676dfde280ba245"));
    }
}
