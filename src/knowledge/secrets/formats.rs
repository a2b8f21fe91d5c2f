//! Secrets whose issuer has given them a form that nothing else has.
//!
//! Sources: the issuers' documentation (GitHub "behind GitHub's new authentication token formats", GitLab "token
//! prefixes", AWS IAM "unique identifiers", Slack "token types", Stripe "API keys", npm, PyPI, Docker Hub, Google,
//! OpenAI, Anthropic, Hugging Face), RFC 7468 for private keys, RFC 7519 for JSON web tokens.

use std::ops::Range;

use super::is_placeholder;

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFormat {
    /// What it is, with its article: "a GitHub token".
    pub what: &'static str,
    /// Its bytes in the text.
    pub place: Range<usize>,
    /// What may be shown of it: the part that all secrets of this form share.
    pub prefix: &'static str,
}

/// The bytes behind the prefix.
#[derive(Clone, Copy)]
enum Body {
    /// Letters and digits, and these bytes.
    Alphanumeric(&'static [u8]),
    /// Capitals and digits.
    Capitals,
}

struct Format {
    prefix: &'static str,
    body: Body,
    /// How many bytes of the body there are, from and to.
    length: (usize, usize),
    what: &'static str,
}

const fn format(prefix: &'static str, body: Body, length: (usize, usize), what: &'static str) -> Format {
    Format { prefix, body, length, what }
}

const PLAIN: Body = Body::Alphanumeric(b"");
const WORD: Body = Body::Alphanumeric(b"_-");
const MANY: usize = 4096;

const FORMATS: &[Format] = &[
    format("AKIA", Body::Capitals, (16, 16), "an AWS access key"),
    format("ghp_", PLAIN, (36, 255), "a GitHub token"),
    format("gho_", PLAIN, (36, 255), "a GitHub token"),
    format("ghu_", PLAIN, (36, 255), "a GitHub token"),
    format("ghs_", PLAIN, (36, 255), "a GitHub token"),
    format("ghr_", PLAIN, (36, 255), "a GitHub token"),
    format("github_pat_", WORD, (40, 255), "a GitHub token"),
    format("glpat-", Body::Alphanumeric(b"_-."), (20, 255), "a GitLab token"),
    format("gldt-", WORD, (20, 255), "a GitLab token"),
    format("npm_", PLAIN, (36, 36), "an npm token"),
    format("xoxb-", WORD, (20, 255), "a Slack token"),
    format("xoxp-", WORD, (20, 255), "a Slack token"),
    format("xoxa-", WORD, (20, 255), "a Slack token"),
    format("xoxs-", WORD, (20, 255), "a Slack token"),
    format("sk_live_", PLAIN, (20, 255), "a Stripe key"),
    format("rk_live_", PLAIN, (20, 255), "a Stripe key"),
    format("AIza", WORD, (35, 35), "a Google API key"),
    format("sk-proj-", WORD, (32, 255), "an OpenAI key"),
    format("sk-ant-", WORD, (32, 255), "an Anthropic key"),
    format("sk-", PLAIN, (40, 64), "an OpenAI key"),
    format("pypi-AgE", WORD, (50, MANY), "a PyPI token"),
    format("dckr_pat_", WORD, (20, 255), "a Docker Hub token"),
    format("hf_", PLAIN, (34, 40), "a Hugging Face token"),
    format("dop_v1_", PLAIN, (64, 64), "a DigitalOcean token"),
    format("SG.", Body::Alphanumeric(b"_-."), (66, 66), "a SendGrid key"),
    format("rubygems_", PLAIN, (48, 48), "a RubyGems key"),
    format("hvs.", WORD, (24, 255), "a Vault token"),
    format("AGE-SECRET-KEY-1", Body::Capitals, (58, 58), "an age key"),
    format("AccountKey=", Body::Alphanumeric(b"+/="), (88, 88), "an Azure storage key"),
    format("https://hooks.slack.com/services/", Body::Alphanumeric(b"/"), (40, 60), "a Slack webhook"),
];

/// The secrets in a text that can be told by their form alone, in order, without overlaps.
pub fn find_secrets(text: &str) -> Vec<SecretFormat> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut behind = 0;
    for (at, pair) in bytes.windows(2).enumerate() {
        let (first, second) = (pair[0], pair[1]);
        if BEGINS_SECRET[usize::from(first)] & bit_of(second) == 0 || at < behind {
            continue;
        }
        // All forms start where a word does; that also keeps the look-ahead from starting anew inside one long word.
        let goes_on = at.checked_sub(1).is_some_and(|before| GOES_ON[usize::from(bytes[before])]);
        if let Some((what, prefix, length)) = text.get(at..).filter(|_| !goes_on).and_then(secret_at) {
            found.push(SecretFormat { what, prefix, place: at..at + length });
            behind = at + length;
        }
    }
    found
}

/// The bytes behind which a word goes on.
const GOES_ON: [bool; 256] = {
    let mut goes_on = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        goes_on[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-' | b'.');
        byte += 1;
    }
    goes_on
};

/// For each byte with which a secret can begin, the bytes that can come second, as [`bit_of`] has them: nearly every word
/// of a Dockerfile begins otherwise.
const BEGINS_SECRET: [u32; 256] = {
    let mut begins = [0; 256];
    let mut at = 0;
    while at < FORMATS.len() {
        let prefix = FORMATS[at].prefix.as_bytes();
        begins[prefix[0] as usize] |= bit_of(prefix[1]);
        at += 1;
    }
    // Private keys, web tokens, and the names of `assigned`.
    let others = [b"--", b"ey", b"_a", b"aw", b"Aw"];
    at = 0;
    while at < others.len() {
        begins[others[at][0] as usize] |= bit_of(others[at][1]);
        at += 1;
    }
    begins
};

/// A bit that a byte shares with few others, a letter with the same one in the other case.
const fn bit_of(byte: u8) -> u32 {
    1 << (byte & 31)
}

fn secret_at(rest: &str) -> Option<(&'static str, &'static str, usize)> {
    issued(rest).or_else(|| private_key(rest)).or_else(|| web_token(rest)).or_else(|| assigned(rest))
}

fn issued(rest: &str) -> Option<(&'static str, &'static str, usize)> {
    let first = rest.as_bytes().first()?;
    FORMATS.iter().filter(|format| format.prefix.as_bytes().first() == Some(first)).find_map(|format| {
        let body = rest.strip_prefix(format.prefix)?;
        let (least, most) = format.length;
        let length = run(body, format.body, most + 1);
        let body = body.get(..length)?;
        let has_digit = body.bytes().any(|byte| byte.is_ascii_digit());
        let is_secret = (least..=most).contains(&length) && has_digit && !is_placeholder(body);
        is_secret.then_some((format.what, format.prefix, format.prefix.len() + length))
    })
}

/// The length of the run of bytes at the start of the text, up to `most`.
fn run(text: &str, body: Body, most: usize) -> usize {
    let belongs = |byte: u8| match body {
        Body::Alphanumeric(others) => byte.is_ascii_alphanumeric() || others.contains(&byte),
        Body::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
    };
    text.bytes().take(most).take_while(|byte| belongs(*byte)).count()
}

/// `-----BEGIN RSA PRIVATE KEY-----` with a key behind it.
fn private_key(rest: &str) -> Option<(&'static str, &'static str, usize)> {
    let label = rest.strip_prefix("-----BEGIN ")?;
    let end = label.bytes().take(40).position(|byte| byte == b'-')?;
    let label = label.get(..end)?;
    let head = "-----BEGIN ".len() + end + "-----".len();
    // Line ends, also written as `\n` for a shell, stand before the key's first line.
    let key = rest.get(head..)?.trim_start_matches(['\r', '\n', '\t', ' ', '\\', 'n', 'r', '"', '\'']);
    let is_key = label.ends_with("PRIVATE KEY") && run(key, Body::Alphanumeric(b"+/="), 32) == 32;
    is_key.then_some(("a private key", "-----BEGIN", head))
}

/// `header.payload.signature`, the first two of which are JSON in base64: `{"` is `eyJ`.
fn web_token(rest: &str) -> Option<(&'static str, &'static str, usize)> {
    if !rest.starts_with("eyJ") {
        return None;
    }
    let length = run(rest, Body::Alphanumeric(b"_-."), MANY);
    let parts: Vec<&str> = rest.get(..length)?.split('.').collect();
    match parts.as_slice() {
        [header, payload, signature]
            if header.len() > 15 && payload.len() > 15 && payload.starts_with("eyJ") && signature.len() > 20 =>
        {
            Some(("a JSON web token", "eyJ", length))
        }
        _ => None,
    }
}

/// Secrets without a form of their own behind the name that their program's files give them.
fn assigned(rest: &str) -> Option<(&'static str, &'static str, usize)> {
    // Nearly every word ends here.
    if !rest.starts_with(['_', 'a', 'A']) {
        return None;
    }
    const NAMES: &[(&str, &str, usize)] =
        &[("_authtoken", "an npm token", 20), ("aws_secret_access_key", "an AWS secret key", 40)];
    NAMES.iter().find_map(|(name, what, least)| {
        let head = rest.get(..name.len())?;
        let value = rest.get(name.len()..).filter(|_| head.eq_ignore_ascii_case(name))?;
        let start = value.bytes().take(4).take_while(|byte| b" =:\"'".contains(byte)).count();
        let value = value.get(start..)?;
        let length = run(value, Body::Alphanumeric(b"+/=-_."), 256);
        let value = value.get(..length)?;
        let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
        let is_secret = start > 0 && (*least..=255).contains(&length) && has_digit && !is_placeholder(value);
        is_secret.then_some((*what, "", name.len() + start + length))
    })
}

/// The bytes of the password in an address, `scheme://user:password@host`; also a bare token before the `@` of an HTTP address.
/// Nothing for a placeholder and for this machine itself.
pub fn credentials_in_url(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(text.as_bytes().get(from..)?, b"://").map(|at| from + at) {
        let start = at + "://".len();
        from = start;
        let authority = text.get(start..)?;
        let end = authority.find(['/', '?', '#', ' ', '"', '\'', '\n', '\t', ',', '\\']).unwrap_or(authority.len());
        let authority = authority.get(..end)?;
        let Some((user, host)) = authority.rsplit_once('@') else { continue };
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, password),
            None => continue,
        };
        let is_local = ["localhost", "127.0.0.1", "example"].iter().any(|local| host.starts_with(local));
        if !is_local && !is_placeholder(password) && name != password && password.len() >= 3 {
            let start = start + name.len() + 1;
            return Some(start..start + password.len());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        find_secrets(text).iter().map(|secret| secret.what).collect()
    }

    #[test]
    fn issued_secrets_are_told_by_prefix_and_length() {
        for (text, what) in [
            ("K=AKIAQ3EGRTZ7LBD5KXWM", "an AWS access key"),
            ("'ghp_16C7e42F292c6912E7710c838347Ae178B4a'", "a GitHub token"),
            ("//r/:_authToken=0f1c9be4-8bf3-4a3c-9df0-2a1f4f1c7d55", "an npm token"),
            ("aws_secret_access_key wJalrXUtnFEMI/K7MDENG/bPxRfiCYq1w2e3r4t5", "an AWS secret key"),
            ("-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7", "a private key"),
            (
                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
                "a JSON web token",
            ),
        ] {
            assert_eq!(found(text), [what], "{text}");
        }
    }

    #[test]
    fn lookalikes_are_no_secrets() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "AKIAQ3EGRTZ7LBD5KXWM7",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "_authToken=${NPM_TOKEN}",
            "task-0123456789012345678901234567890123456789",
            "grep -q 'BEGIN RSA PRIVATE KEY'",
            "-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7",
            "é npm_ sk-",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn addresses_may_carry_passwords() {
        let password = |text: &'static str| credentials_in_url(text).map(|place| &text[place]);
        assert_eq!(password("postgres://bench:s3cretpw@db:5432/x"), Some("s3cretpw"));
        assert_eq!(password("a https://x/y https://me:t0ken@host"), Some("t0ken"));
        for text in [
            "https://host/a@b:c",
            "https://user:$PASS@host",
            "postgres://postgres:postgres@db",
            "postgres://u:pw12@localhost/x",
            "ssh://git@github.com",
            "https://user:password@host",
        ] {
            assert_eq!(password(text), None, "{text}");
        }
    }

    #[test]
    fn hostile_text_is_read_once() {
        assert!(found(&"eyJ".repeat(100_000)).is_empty());
        assert!(found(&"eyJ.".repeat(100_000)).is_empty());
        assert!(credentials_in_url(&"://".repeat(300_000)).is_none());
    }
}
