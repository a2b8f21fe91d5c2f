//! Commands that fetch from the net: `curl`, `wget`, `git clone`.
//!
//! Sources: the manual pages curl(1), wget(1), git(1), git-clone(1), aria2c(1).

use crate::knowledge::file_name;
use crate::knowledge::options::{Flag, OptionSyntax, is_among, is_option, read_option};

/// A command that fetches from the net. All indices are indices of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download<'w> {
    /// The program: `curl`.
    pub program: &'static str,
    /// All options, in order.
    pub flags: Vec<Flag<'w>>,
    /// The words that are addresses, or may be.
    pub addresses: Vec<usize>,
    /// The word that names the file or directory to write; `None` when the program writes to its standard output or
    /// makes a name from the address.
    pub output: Option<usize>,
    /// The word that turns off the verification of the server.
    pub unverified: Option<usize>,
    /// The words that hold credentials.
    pub credentials: Vec<usize>,
    /// Whether every word is known.
    pub all_static: bool,
}

/// Recognises a command that downloads; `words` as for
/// [`recognise`](crate::knowledge::package_managers::recognise).
pub fn download<'w>(words: &[Option<&'w str>]) -> Option<Download<'w>> {
    let name = file_name((*words.first()?)?);
    let row = ROWS.iter().find(|row| row.program == name)?;
    let (flags, mut operands) = read(words, row);
    if !row.verbs.is_empty() {
        let verb = operands.first().and_then(|at| words.get(*at).copied().flatten())?;
        if !row.verbs.contains(&verb) {
            return None;
        }
        operands.remove(0);
    }
    let value_of = |names: &str| flags.iter().find(|flag| flag.is_one_of(names)).and_then(|flag| flag.value);
    let output = value_of(row.output).map(|value| value.word);
    let addressed = flags.iter().filter(|flag| flag.is_one_of(row.address)).filter_map(|flag| flag.value);
    let mut addresses: Vec<usize> = addressed.map(|value| value.word).collect();
    let directory = if row.program == "git" { operands.get(1).copied() } else { None };
    addresses.extend(operands.iter().take(if row.program == "git" { 1 } else { usize::MAX }));
    let unverified = flags.iter().find(|flag| row.turns_verification_off(flag)).map(|flag| flag.word);
    let mut credentials: Vec<usize> = flags
        .iter()
        .filter(|flag| holds_credentials(flag, row))
        .filter_map(|flag| flag.value.map(|v| v.word))
        .collect();
    let text = |at: &usize| words.get(*at).copied().flatten().unwrap_or_default();
    credentials.extend(addresses.iter().filter(|at| has_password(text(at))));
    let all_static = words.iter().all(Option::is_some);
    let output = output.or(directory);
    Some(Download { program: row.program, flags, addresses, output, unverified, credentials, all_static })
}

struct Row {
    program: &'static str,
    /// The verbs that download; empty when the program has none.
    verbs: &'static [&'static str],
    /// The options that take a value.
    values: &'static str,
    /// Of these, those that name the file to write.
    output: &'static str,
    /// Those whose value is an address.
    address: &'static str,
    /// The options that turn the verification of the server off.
    unverified: &'static str,
    /// Options with the settings that do so.
    settings: (&'static str, &'static [&'static str]),
    /// The options whose value holds credentials.
    credentials: &'static str,
    /// The options that add a header to the request.
    header: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        program: "curl",
        verbs: &[],
        values: "-o --output -u --user -H --header -d --data --data-raw --data-binary --data-urlencode --json -X \
            --request -A --user-agent -e --referer -x --proxy -U --proxy-user -b --cookie -c --cookie-jar -F --form \
            -T --upload-file -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -w --write-out \
            -C --continue-at -r --range -z --time-cond -K --config --cacert --capath -E --cert --key --ciphers \
            --tls-max --proto --proto-default --proto-redir --resolve --connect-to --interface --limit-rate \
            --max-filesize --max-redirs -D --dump-header --output-dir --stderr --trace --trace-ascii --url \
            --oauth2-bearer --netrc-file --noproxy --socks5 --socks5-hostname --dns-servers -Q --quote -y -Y -t \
            --pass --pinnedpubkey --unix-socket --aws-sigv4 --local-port --etag-save --etag-compare --variable \
            --create-file-mode --keepalive-time --rate --parallel-max --delegation --engine --form-string --hostpubmd5",
        output: "-o --output",
        address: "--url",
        unverified: "-k --insecure --proxy-insecure --doh-insecure",
        settings: ("", &[]),
        credentials: "-u --user -U --proxy-user --oauth2-bearer --pass",
        header: "-H --header",
    },
    Row {
        program: "wget",
        verbs: &[],
        values: "-O --output-document -o --output-file -a --append-output -P --directory-prefix -t --tries -T --timeout \
            --dns-timeout --connect-timeout --read-timeout -w --wait --waitretry -Q --quota -U --user-agent --header \
            --user --password --http-user --http-password --ftp-user --ftp-password --proxy-user --proxy-password \
            --referer --post-data --post-file --body-data --body-file --method --ca-certificate --ca-directory \
            --certificate --private-key -e --execute -i --input-file -B --base -A --accept -R --reject -l --level \
            -D --domains --exclude-domains -I --include-directories -X --exclude-directories --cut-dirs --limit-rate \
            --load-cookies --save-cookies --secure-protocol --progress --max-redirect --bind-address --prefer-family \
            --local-encoding --remote-encoding --default-page --ciphers --pinnedpubkey --retry-on-http-error",
        output: "-O --output-document",
        address: "",
        unverified: "--no-check-certificate",
        settings: ("-e --execute", &["check_certificate=off", "check-certificate=off", "check_certificate = off"]),
        credentials: "--user --password --http-user --http-password --ftp-user --ftp-password --proxy-user --proxy-password",
        header: "--header",
    },
    Row {
        program: "git",
        verbs: &["clone"],
        values: "-c -C --git-dir --work-tree --namespace --config-env -b --branch --depth -o --origin -u --upload-pack \
            --reference --reference-if-able --separate-git-dir --template -j --jobs --shallow-since --shallow-exclude \
            --filter --config --server-option --bundle-uri --revision",
        output: "",
        address: "",
        unverified: "",
        settings: (
            "-c --config",
            &["http.sslverify=false", "http.sslverify=0", "http.sslverify=off", "http.sslverify=no"],
        ),
        credentials: "",
        header: "",
    },
    Row {
        program: "aria2c",
        verbs: &[],
        values: "-o --out -d --dir -x --max-connection-per-server -s --split -j -k --http-user --http-passwd --header -i \
            --checksum -t --timeout -m --max-tries -U --user-agent",
        output: "-o --out",
        address: "",
        unverified: "",
        settings: ("--check-certificate", &["false"]),
        credentials: "--http-user --http-passwd",
        header: "--header",
    },
    Row {
        program: "svn",
        verbs: &["checkout", "co", "export"],
        values: "--username --password -r --revision --depth --config-option --config-dir",
        output: "",
        address: "",
        unverified: "--trust-server-cert",
        settings: ("", &[]),
        credentials: "--username --password",
        header: "",
    },
];

impl Row {
    fn turns_verification_off(&self, flag: &Flag<'_>) -> bool {
        let (names, settings) = self.settings;
        let is_setting = |text: &str| settings.iter().any(|setting| setting.eq_ignore_ascii_case(text));
        flag.is_one_of(self.unverified) || flag.is_one_of(names) && flag.text().is_some_and(is_setting)
    }
}

fn read<'w>(words: &[Option<&'w str>], row: &Row) -> (Vec<Flag<'w>>, Vec<usize>) {
    let takes_value = |name: &str| is_among(name, row.values);
    let (mut flags, mut operands) = (Vec::new(), Vec::new());
    let (mut at, mut only_operands) = (1, false);
    while at < words.len() {
        match words.get(at).copied().flatten() {
            Some("--") if !only_operands => {
                only_operands = true;
                at += 1;
            }
            Some(word) if is_option(word) && !only_operands => {
                at = read_option(words, at, OptionSyntax::Gnu, &takes_value, &mut flags);
            }
            _ => {
                operands.push(at);
                at += 1;
            }
        }
    }
    (flags, operands)
}

fn holds_credentials(flag: &Flag<'_>, row: &Row) -> bool {
    let is_authorization = |text: &str| {
        let name = text.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(name.as_str(), "authorization" | "private-token" | "job-token" | "x-api-key" | "proxy-authorization")
    };
    flag.is_one_of(row.credentials) || flag.is_one_of(row.header) && flag.text().is_some_and(is_authorization)
}

/// Whether an address carries a password or token: `https://user:token@host`.
fn has_password(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user).unwrap_or_default();
    // Over HTTP a bare user is a token; over SSH it is the login name.
    if scheme.starts_with("http") { !user.is_empty() } else { user.contains(':') }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(command: &'static str) -> Option<String> {
        let words: Vec<_> = command.split_whitespace().map(|word| (word != "?").then_some(word)).collect();
        let found = download(&words)?;
        let (addresses, credentials) = (&found.addresses, &found.credentials);
        Some(format!("{addresses:?} {:?} {:?} {credentials:?}", found.output, found.unverified))
    }

    #[test]
    fn addresses_output_and_risks_are_found() {
        for (command, expected) in [
            ("curl -fsSL https://x/a", "[2] None None []"),
            ("curl -fsSLo /tmp/a https://x/a", "[3] Some(2) None []"),
            ("curl -kL --retry 3 https://x/a -o a", "[4] Some(6) Some(1) []"),
            ("curl --insecure --url https://x/a", "[3] None Some(1) []"),
            ("curl -u me:pw https://x/a", "[3] None None [2]"),
            ("curl -H PRIVATE-TOKEN:x https://x/a", "[3] None None [2]"),
            ("curl -H Accept:x https://me:pw@x/a", "[3] None None [3]"),
            ("curl -o ? ?", "[3] Some(2) None []"),
            ("/usr/bin/wget -qO- https://x/a", "[2] Some(1) None []"),
            ("wget -O a --no-check-certificate https://x/a", "[4] Some(2) Some(3) []"),
            ("wget --user me --password=pw https://x/a", "[4] None None [2, 3]"),
            ("git clone --depth 1 -b v1 https://x/a.git /src", "[6] Some(7) None []"),
            ("git -c http.sslVerify=false clone https://x/a.git", "[4] None Some(1) []"),
            ("git clone https://token@x/a.git", "[2] None None [2]"),
            ("git clone ssh://git@x/a.git", "[2] None None []"),
            ("aria2c --check-certificate=false https://x/a", "[2] None Some(1) []"),
            ("svn export https://x/a", "[2] None None []"),
        ] {
            assert_eq!(shown(command).as_deref(), Some(expected), "{command}");
        }
    }

    #[test]
    fn other_commands_do_not_download() {
        for command in ["", "?", "git", "git status", "git ? clone", "curly x", "svn", "/"] {
            assert_eq!(shown(command), None, "{command}");
        }
    }
}
