//! Programs of npm that serve the files of a folder, and nothing else.
//!
//! Read in the packages serve 10 to 14.2.7, http-server 0.12.3 and 14.1.1, sirv-cli 1.0.14, 2.0.2 and 3.0.1, vite 5.4.21.
//! Options that change what is served, such as a proxy, a password or a certificate, are left out: a command line with
//! one of them is not read.

use super::options::{Flag, OptionSyntax, is_among, is_option, read_option};

/// A program that serves files, and how its command line is read. Names of options stand with blanks between.
#[derive(Debug, PartialEq, Eq)]
pub struct StaticServer {
    /// The name of the program.
    pub name: &'static str,
    /// The ports that its versions listen on without being told.
    pub default_ports: &'static [u16],
    /// The variable of the environment that sets the port.
    pub port_variable: Option<&'static str>,
    /// Whether it answers that there is no such file for those whose path has a part that begins with a dot, but for
    /// `.well-known`.
    pub hides_dotfiles: bool,
    /// Whether it sends the `404.html` of the folder where there is no such file.
    pub sends_404_page: bool,
    /// Files that change what it does, beside what it serves or at the root of the project.
    pub settings: &'static [&'static str],
    verb: Option<&'static str>,
    port: &'static str,
    /// The option that names the folder, and the folder without it; `None` where the folder is an operand.
    folder: Option<(&'static str, &'static str)>,
    single: Single,
    /// Further options with a value.
    values: &'static str,
    /// Further options that may have a value.
    optional_values: &'static str,
    switches: &'static str,
}

/// Whether a path that names no file leads to the first page, as single-page applications need it.
#[derive(Debug, PartialEq, Eq)]
enum Single {
    Always,
    Never,
    WithOption(&'static str),
}

/// What a command line asks of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// The program.
    pub server: &'static StaticServer,
    /// The folder that is served, as written.
    pub folder: String,
    /// The port that it is told to listen on.
    pub port: Option<u16>,
    /// Whether a path that names no file leads to the first page.
    pub is_single_page: bool,
}

const ALL: &[StaticServer] = &[
    StaticServer {
        name: "http-server",
        default_ports: &[8080],
        port_variable: Some("PORT"),
        hides_dotfiles: false,
        sends_404_page: true,
        settings: &[],
        verb: None,
        port: "-p --port",
        folder: None,
        single: Single::Never,
        values: "-a -c -t",
        optional_values: "",
        switches: "-s --silent -U --utc --log-ip --no-dotfiles",
    },
    StaticServer {
        name: "serve",
        default_ports: &[3000, 5000],
        port_variable: Some("PORT"),
        hides_dotfiles: false,
        sends_404_page: true,
        settings: &["serve.json", "now.json"],
        verb: None,
        port: "-l --listen -p --port",
        folder: None,
        single: Single::WithOption("-s --single"),
        values: "",
        optional_values: "",
        switches: "-d --debug -L --no-request-logging -n --no-clipboard -u --no-compression --no-etag --no-port-switching",
    },
    StaticServer {
        name: "sirv",
        default_ports: &[5000, 8080],
        port_variable: Some("PORT"),
        hides_dotfiles: true,
        sends_404_page: false,
        settings: &[],
        verb: None,
        port: "-p --port",
        folder: None,
        single: Single::WithOption("-s --single"),
        values: "",
        optional_values: "-H --host -s --single",
        switches: "-e --etag -q --quiet --no-clear",
    },
    StaticServer {
        name: "vite",
        default_ports: &[4173],
        port_variable: None,
        hides_dotfiles: false,
        sends_404_page: false,
        settings: &[],
        verb: Some("preview"),
        port: "--port",
        folder: Some(("--outDir", "dist")),
        single: Single::Always,
        values: "--outDir",
        optional_values: "--host",
        switches: "--strictPort",
    },
];

/// The program that serves files by this command; `None` for any other command.
pub fn static_server(words: &[&str]) -> Option<&'static StaticServer> {
    let (name, rest) = words.split_first()?;
    ALL.iter().find(|server| {
        server.name == *name && server.verb.is_none_or(|verb| rest.first().is_some_and(|first| *first == verb))
    })
}

impl StaticServer {
    /// What the command line, of which this is the program, asks for. `None` where a word of it is not known to leave what is
    /// served as it is.
    pub fn read(&'static self, words: &[&str]) -> Option<Serving> {
        let words = words.get(1 + usize::from(self.verb.is_some())..)?;
        let (flags, operands) = self.options(words);
        let is_single_option = |flag: &Flag<'_>| match self.single {
            Single::WithOption(names) => flag.is_one_of(names),
            Single::Always | Single::Never => false,
        };
        let is_known = |flag: &Flag<'_>| {
            // With a value, the option names another page.
            is_single_option(flag) && flag.value.is_none()
                || !is_single_option(flag)
                    && [self.port, self.values, self.optional_values, self.switches].iter().any(|it| flag.is_one_of(it))
        };
        let folder = match (self.folder, operands.as_slice()) {
            (None, [folder]) => (*folder).to_owned(),
            (Some((option, default)), []) => {
                let told = flags.iter().find(|flag| flag.is_one_of(option));
                told.map_or(Some(default), Flag::text)?.to_owned()
            }
            _ => return None,
        };
        let mut ports = flags.iter().filter(|flag| flag.is_one_of(self.port));
        let port = match (ports.next(), ports.next()) {
            (None, _) => None,
            (Some(flag), None) => Some(port_of(flag.text()?)?),
            _ => return None,
        };
        let is_single_page = self.single == Single::Always || flags.iter().any(is_single_option);
        flags.iter().all(is_known).then_some(Serving { server: self, folder, port, is_single_page })
    }

    /// The options and the other words.
    fn options<'w>(&self, words: &[&'w str]) -> (Vec<Flag<'w>>, Vec<&'w str>) {
        let known: Vec<Option<&'w str>> = words.iter().copied().map(Some).collect();
        let (mut flags, mut operands) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let next_is_value = words.get(at + 1).is_some_and(|next| !is_option(next));
            let takes_value = |name: &str| {
                is_among(name, self.port)
                    || is_among(name, self.values)
                    || next_is_value && is_among(name, self.optional_values)
            };
            if is_option(word) {
                at = read_option(&known, at, OptionSyntax::Gnu, &takes_value, &mut flags);
            } else {
                operands.push(*word);
                at += 1;
            }
        }
        (flags, operands)
    }
}

/// The port of `3000` and of `tcp://0.0.0.0:3000`.
fn port_of(text: &str) -> Option<u16> {
    let number = text.strip_prefix("tcp://").and_then(|address| address.rsplit(':').next()).unwrap_or(text);
    number.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, Option<u16>, bool)> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let serving = static_server(&words).unwrap().read(&words)?;
        Some((serving.folder, serving.port, serving.is_single_page))
    }

    #[test]
    fn folder_port_and_first_page_are_read() {
        for (line, folder, port, is_single_page) in [
            ("serve -s build", "build", None, true),
            ("serve build -l 3000", "build", Some(3000), false),
            ("serve -sL dist --listen=tcp://0.0.0.0:80", "dist", Some(80), true),
            ("http-server ./dist -p 8080 -c-1 --silent", "./dist", Some(8080), false),
            ("sirv dist --single --host 0.0.0.0 --port 5000", "dist", Some(5000), true),
            ("sirv dist --host --port 5000", "dist", Some(5000), false),
            ("vite preview --host --port 80", "dist", Some(80), true),
            ("vite preview --outDir out --host 0.0.0.0", "out", None, true),
        ] {
            assert_eq!(read(line), Some((folder.to_owned(), port, is_single_page)), "{line}");
        }
    }

    #[test]
    fn what_changes_the_answers_is_not_read() {
        for line in [
            "serve",
            "serve a b",
            "serve -s build -l 3000 -l 4000",
            "serve -s build -l unix:/run/a",
            "serve build --cors",
            "serve build -c other.json",
            "http-server dist -P http://api:80",
            "http-server dist -S",
            "sirv dist --single other.html",
            "sirv --single dist",
            "sirv dist --dev",
            "vite preview web",
            "vite preview --config other.ts",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn other_programs_serve_no_files() {
        for words in [&["vite"][..], &["vite", "build"], &["node", "serve"], &[]] {
            assert_eq!(static_server(words), None, "{words:?}");
        }
    }
}
