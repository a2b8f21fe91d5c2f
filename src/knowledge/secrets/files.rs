//! Files that hold secrets, by their name.

const REGISTRY: &str = "credentials of a registry";
const NAMES: &[(&str, &str)] = &[
    (".npmrc", REGISTRY),
    (".yarnrc", REGISTRY),
    (".pypirc", REGISTRY),
    (".netrc", REGISTRY),
    ("_netrc", REGISTRY),
    (".git-credentials", REGISTRY),
    (".dockercfg", REGISTRY),
    (".env", "settings that are mostly secret"),
    ("kubeconfig", "credentials of a cluster"),
    (".htpasswd", "password hashes"),
    ("id_rsa", "a private key"),
    ("id_dsa", "a private key"),
    ("id_ecdsa", "a private key"),
    ("id_ed25519", "a private key"),
];
const IN_FOLDERS: &[(&str, &str, &str)] = &[
    (".docker", "config.json", REGISTRY),
    (".aws", "credentials", "credentials of a cloud"),
    (".kube", "config", "credentials of a cluster"),
];
const ENDINGS: &[&str] = &["pfx", "p12", "jks", "keystore", "ppk", "key", "pem"];

/// The last two bytes of all those names and endings: of a whole build context, which comes through here, hardly a file
/// ends so.
const LAST_BYTES: &[&[u8; 2]] =
    &[b"rc", b"ls", b"fg", b"nv", b"ig", b"wd", b"sa", b"19", b"on", b"fx", b"12", b"ks", b"re", b"pk", b"ey", b"em"];

/// What is in a file of that name, with its article: "a private key". `None` for files that hold no secret as far as
/// their name tells, and for examples and fixtures.
pub fn secret_file(path: &str) -> Option<&'static str> {
    let path = path.trim_end_matches('/');
    let last = path.as_bytes().last_chunk::<2>()?.map(|byte| byte.to_ascii_lowercase());
    if !LAST_BYTES.contains(&&last) {
        return None;
    }
    let (folder, name) = match path.bytes().rposition(|byte| byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => ("", path),
    };
    let what = by_name(folder, name)?;
    let path = path.to_ascii_lowercase();
    let is_for_show =
        ["example", "sample", "template", "dist", "test", "fixture", "pub"].iter().any(|word| path.contains(word));
    (!is_for_show).then_some(what)
}

/// What is in a file called `name`, in any case, in the folder with the path `folder`.
fn by_name(folder: &str, name: &str) -> Option<&'static str> {
    let is_it = |known: &str| name.eq_ignore_ascii_case(known);
    let named = NAMES.iter().find(|(known, _)| is_it(known)).map(|(_, what)| *what);
    let in_folder = || {
        let last = |of: &str| folder.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(of));
        let is_here = |known: &str, of: &str| is_it(known) && last(of);
        IN_FOLDERS.iter().find(|(of, known, _)| is_here(known, of)).map(|(_, _, what)| *what)
    };
    named.or_else(in_folder).or_else(|| by_ending(name))
}

fn by_ending(name: &str) -> Option<&'static str> {
    let dot = name.bytes().rposition(|byte| byte == b'.')?;
    let (stem, ending) = (&name[..dot], &name[dot + 1..]);
    let ending = *ENDINGS.iter().find(|known| ending.eq_ignore_ascii_case(known))?;
    let stem = stem.to_ascii_lowercase();
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
    fn no_name_is_passed_over_for_its_last_bytes() {
        let names = NAMES.iter().map(|(name, _)| *name);
        let names = names.chain(IN_FOLDERS.iter().map(|(_, name, _)| *name)).chain(ENDINGS.iter().copied());
        for name in names {
            assert!(LAST_BYTES.iter().any(|last| name.as_bytes().ends_with(*last)), "{name}");
        }
    }

    #[test]
    fn a_token_from_the_environment_is_none() {
        assert!(names_token("a=b\n//r.example.com/:_authToken=abc\n"));
        assert!(!names_token("registry=https://r\n//r/:_authToken=${NPM_TOKEN}\n"));
    }
}
