//! Reports in the forms of hadolint, for programs that were written to read them.

mod code_climate;
mod lines;
mod objects;
mod xml;

/// What hadolint would report at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// `DL3006`; `DL1000` for what BuildKit refuses.
    pub code: String,
    /// `error`, `warning`, `info` or `style`.
    pub level: &'static str,
    /// 1-based; the first line of the instruction.
    pub line: usize,
    /// 1-based; 1 but for `DL1000`.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl Reported {
    /// Whether the file could not be read as a Dockerfile here.
    fn is_parse_error(&self) -> bool {
        self.code == "DL1000"
    }
}

/// The findings of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfFile {
    /// The file as it was named; `-` for standard input.
    pub name: String,
    /// Its findings, by line.
    pub findings: Vec<Reported>,
}

/// A form of hadolint's reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HadolintFormat {
    /// A line for each finding, coloured on request.
    Tty,
    /// One array.
    Json,
    /// A line for each finding, as the GNU coding standards want it.
    Gnu,
    /// Checkstyle's XML.
    Checkstyle,
    /// Code Climate's objects, apart by NUL.
    Codeclimate,
    /// GitLab's array of Code Climate's objects.
    GitlabCodeclimate,
    /// Codacy's objects, one after another.
    Codacy,
    /// SonarQube's generic issues.
    Sonarqube,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit's XML.
    Junit,
}

impl HadolintFormat {
    /// All forms.
    pub const ALL: [HadolintFormat; 10] = [
        HadolintFormat::Tty,
        HadolintFormat::Json,
        HadolintFormat::Gnu,
        HadolintFormat::Checkstyle,
        HadolintFormat::Codeclimate,
        HadolintFormat::GitlabCodeclimate,
        HadolintFormat::Codacy,
        HadolintFormat::Sonarqube,
        HadolintFormat::Sarif,
        HadolintFormat::Junit,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            HadolintFormat::Tty => "tty",
            HadolintFormat::Json => "json",
            HadolintFormat::Gnu => "gnu",
            HadolintFormat::Checkstyle => "checkstyle",
            HadolintFormat::Codeclimate => "codeclimate",
            HadolintFormat::GitlabCodeclimate => "gitlab_codeclimate",
            HadolintFormat::Codacy => "codacy",
            HadolintFormat::Sonarqube => "sonarqube",
            HadolintFormat::Sarif => "sarif",
            HadolintFormat::Junit => "junit",
        }
    }

    /// The form with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether a run in this form always succeeds: Code Climate and Codacy take any other exit code for a crash.
    pub fn never_fails(self) -> bool {
        matches!(self, HadolintFormat::Codeclimate | HadolintFormat::Codacy)
    }

    /// Whether a report in this form names files as `--file-path-in-report` says.
    pub fn takes_other_path(self) -> bool {
        matches!(
            self,
            HadolintFormat::Checkstyle
                | HadolintFormat::Codeclimate
                | HadolintFormat::GitlabCodeclimate
                | HadolintFormat::Sonarqube
                | HadolintFormat::Junit
        )
    }

    /// The report.
    pub fn render(self, files: &[OfFile], version: &str, has_color: bool) -> String {
        match self {
            HadolintFormat::Tty => lines::tty(files, has_color),
            HadolintFormat::Gnu => lines::gnu(files),
            HadolintFormat::Json => objects::json(files),
            HadolintFormat::Codacy => objects::codacy(files),
            HadolintFormat::Sonarqube => objects::sonarqube(files),
            HadolintFormat::Sarif => objects::sarif(files, version),
            HadolintFormat::Codeclimate => code_climate::stream(files),
            HadolintFormat::GitlabCodeclimate => code_climate::array(files),
            HadolintFormat::Checkstyle => xml::checkstyle(files),
            HadolintFormat::Junit => xml::junit(files, version),
        }
    }
}

/// Every finding with its file.
fn all(files: &[OfFile]) -> impl Iterator<Item = (&str, &Reported)> {
    files.iter().flat_map(|file| file.findings.iter().map(|finding| (file.name.as_str(), finding)))
}
