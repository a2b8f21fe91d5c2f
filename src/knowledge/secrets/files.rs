//! Files that hold secrets, by their name.

/// What is in a file of that name, with its article: "a private key". `None` for files that hold no secret as far as
/// their name tells, and for examples and fixtures.
pub fn secret_file(path: &str) -> Option<&'static str> {
    const KEYS: &[&str] = &["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let folder = folder.rsplit('/').next().unwrap_or_default();
    if ["example", "sample", "template", "dist", "test", "fixture", "pub"].iter().any(|word| path.contains(word)) {
        return None;
    }
    match name {
        ".npmrc" | ".yarnrc" | ".pypirc" | ".netrc" | "_netrc" | ".git-credentials" | ".dockercfg" => {
            Some("credentials of a registry")
        }
        "config.json" if folder == ".docker" => Some("credentials of a registry"),
        ".env" => Some("settings that are mostly secret"),
        "credentials" if folder == ".aws" => Some("credentials of a cloud"),
        "kubeconfig" => Some("credentials of a cluster"),
        "config" if folder == ".kube" => Some("credentials of a cluster"),
        ".htpasswd" => Some("password hashes"),
        name if KEYS.contains(&name) => Some("a private key"),
        name => by_ending(name),
    }
}

fn by_ending(name: &str) -> Option<&'static str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let says = |words: &[&str]| words.iter().any(|word| stem.contains(word));
    match ending {
        "pfx" | "p12" | "jks" | "keystore" if !says(&["trust", "cacert"]) => Some("a key store"),
        "ppk" => Some("a private key"),
        // Signing keys of repositories are public and are called `.key` as well.
        "key" | "pem"
            if says(&["priv", "server", "client", "ssl", "tls", "privkey", "id_rsa"]) && !says(&["cert", "chain"]) =>
        {
            let is_key = ending == "key" || says(&["key", "priv", "id_rsa"]);
            (is_key && !says(&["gpg", "repo", "sign", "apt"])).then_some("a private key")
        }
        _ => None,
    }
}

/// Whether the text of a package manager's settings, `.npmrc` and its kind, holds a token or a password.
pub fn names_token(text: &str) -> bool {
    text.lines().any(|line| {
        let value = line.split_once('=').map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()));
        value.is_some_and(|(name, value)| {
            let says_secret = ["_authtoken", "_password", "_auth"].iter().any(|end| name.ends_with(end));
            says_secret && !value.trim_matches('"').starts_with("${")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names() {
        for (path, what) in [
            ("web/.env", "settings that are mostly secret"),
            (".ssh/id_rsa", "a private key"),
            ("tls-private-key.pem", "a private key"),
            ("app.p12", "a key store"),
        ] {
            assert_eq!(secret_file(path), Some(what), "{path}");
        }
        for path in [".env.example", "id_rsa.pub", "cert.pem", "test/.env", "config", "truststore.jks"] {
            assert_eq!(secret_file(path), None, "{path}");
        }
    }

    #[test]
    fn a_token_from_the_environment_is_none() {
        assert!(names_token("a=b\n//r.example.com/:_authToken=abc\n"));
        assert!(!names_token("registry=https://r\n//r/:_authToken=${NPM_TOKEN}\n"));
    }
}
