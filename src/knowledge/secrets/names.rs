//! Names of variables and options that say secret.

/// What a name says is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretName {
    /// A password: any word may be one.
    Password,
    /// A token or key, which a program made.
    Token,
}

/// Whether a name says that its value is a secret: `DB_PASSWORD`, `npmAuthToken`, `--api-key`. The last word counts:
/// `PASSWORD_FILE`, `TOKEN_URL` and `SECRET_NAME` say where a secret is or what it is called.
pub fn secret_name(name: &str) -> Option<SecretName> {
    // Nearly every name ends here, without being cut into words.
    if !holds_stem(name) {
        return None;
    }
    let words = words_of(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    while words.last().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        || ends_secret_key_base(&words)
    {
        words.pop();
    }
    if words.iter().any(|word| HARMLESS.contains(word)) {
        return None;
    }
    let (last, before) = words.split_last()?;
    let previous = before.last().copied().unwrap_or_default();
    let ends = |endings: &[&str]| endings.iter().any(|ending| last.ends_with(ending));
    if ends(&["password", "passwd", "passphrase", "pword"])
        || matches!(*last, "pass" | "pwd" | "pw") && !previous.is_empty()
    {
        return Some(SecretName::Password);
    }
    let is_key = *last == "key" && KEYS.contains(&previous);
    let is_access_token = *last == "pat" && matches!(previous, "gh" | "github" | "gitlab" | "azure" | "ado");
    (is_key || is_access_token || ends(&["token", "secret", "apikey", "secretkey", "privatekey", "accesskey"]))
        .then_some(SecretName::Token)
}

/// Whether BuildKit's check `SecretsUsedInArgOrEnv` takes the name of an ARG or ENV for that of a secret
/// (`frontend/dockerfile/dockerfile2llb/convert.go`, `secretsRegexp`).
pub fn buildkit_calls_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let has = |wanted: &[&str]| name.split('_').any(|part| wanted.contains(&part));
    !has(&["public"])
        && has(&[
            "apikey",
            "auth",
            "credential",
            "credentials",
            "key",
            "password",
            "pword",
            "passwd",
            "secret",
            "token",
        ])
}

/// One of these is in every name that says secret.
const STEMS: [&str; 6] = ["key", "pass", "pat", "pw", "secret", "token"];

fn holds_stem(name: &str) -> bool {
    let bytes = name.as_bytes();
    let starts =
        bytes.iter().enumerate().filter(|(_, byte)| matches!(byte.to_ascii_lowercase(), b'k' | b'p' | b's' | b't'));
    starts.map(|(at, _)| &bytes[at..]).any(|rest| {
        let begins =
            |stem: &&str| rest.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem.as_bytes()));
        STEMS.iter().any(begins)
    })
}

/// What makes a key a secret one.
const KEYS: &[&str] =
    &["access", "account", "api", "app", "auth", "encryption", "master", "private", "secret", "signing", "ssh"];

/// Words of names behind which no secret is.
const HARMLESS: &[&str] = &["allow", "dedup", "disable", "enable", "no", "pub", "public", "require", "use", "without"];

/// Rails: `SECRET_KEY_BASE`.
fn ends_secret_key_base(words: &[&str]) -> bool {
    matches!(words, [.., "key", "base"])
}

/// The words of a name, in lower case: cut at everything that is no letter or digit, and before capitals.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || character.is_uppercase() && was_lower {
            words.push(String::new());
        }
        was_lower = character.is_lowercase();
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_end_in_what_is_secret() {
        for name in ["MYSQL_PASS", "adminPassword", "ROOTPASSWORD", "DB_PASSWORD_2", "MYSQL_PWD", "--db-password"] {
            assert_eq!(secret_name(name), Some(SecretName::Password), "{name}");
        }
        for name in ["API_KEY", "githubToken", "SECRET_KEY_BASE", "GH_PAT", "private-key", "AUTHTOKEN", "client_secret"]
        {
            assert_eq!(secret_name(name), Some(SecretName::Token), "{name}");
        }
    }

    #[test]
    fn names_of_something_about_a_secret_are_none() {
        for name in [
            "PASSWORD_FILE",
            "TOKEN_URL",
            "SECRET_NAME",
            "PASSWORD_MIN_LENGTH",
            "GPG_KEY",
            "PUBLIC_KEY",
            "PWD",
            "OLDPWD",
            "COMPASS_DIR",
            "BYPASS_CHECK",
            "PASS",
            "KEY",
            "ALLOW_EMPTY_PASSWORD",
            "AWS_ACCESS_KEY_ID",
            "",
            "__",
        ] {
            assert_eq!(secret_name(name), None, "{name}");
        }
    }

    #[test]
    fn buildkit_looks_for_whole_parts_of_the_name() {
        assert!(
            buildkit_calls_secret("DB_PASSWORD") && buildkit_calls_secret("key") && buildkit_calls_secret("GPG_KEY")
        );
        assert!(!buildkit_calls_secret("DB_PASS") && !buildkit_calls_secret("adminPassword"));
        assert!(!buildkit_calls_secret("PUBLIC_KEY") && !buildkit_calls_secret("KEYRING"));
    }
}
