//! A run over four files, made by hand.

use dfx::edit::{Edit, Effect, Fix};
use dfx::finding::{Finding, Label, Severity};
use dfx::report::{FileReport, RuleInfo, Run};
use dfx::rules::{Documentation, Meta};
use dfx::source::{SourceFile, Span};

/// Line feeds, and letters wider than a byte and wider than a column.
const APP: &str = "\
# syntax=docker/dockerfile:1
FROM python:3.12-slim
ENTRYPOINT [\"python\", \"世界 naïve.py\"]
RUN apt-get update && apt-get install -y curl
\tEXPOSE 8080/TCP
ENTRYPOINT [\"python\", \"app.py\"]
";

/// A byte order mark, CRLF, and no user until the end of the file.
const WEB: &str = "\u{FEFF}FROM node:20\r\nRUN echo \"héllo\"\r\n";

static OVERRIDDEN: Meta = Meta {
    name: "runtime/overridden-entrypoint",
    severity: Severity::Error,
    aliases: &["DL4004"],
    ..Meta::on_by_default()
};

static CACHE_KEPT: Meta = Meta {
    name: "size/package-cache-kept",
    effect: Some(Effect::Debris),
    aliases: &["DL3009", "DS-0017"],
    ..Meta::on_by_default()
};

static CASING: Meta = Meta {
    name: "style/protocol-casing",
    severity: Severity::Style,
    effect: Some(Effect::Identical),
    aliases: &["ExposeProtoCasing"],
    ..Meta::opt_in()
};

static ROOT: Meta = Meta {
    name: "security/root-user",
    severity: Severity::Warning,
    effect: Some(Effect::Runtime),
    cwe: Some(250),
    security_severity: Some(45),
    ..Meta::on_by_default()
};

pub struct Sample {
    rules: Vec<RuleInfo>,
    app: SourceFile,
    app_findings: Vec<Finding>,
    web: SourceFile,
    web_findings: Vec<Finding>,
    clean: SourceFile,
}

impl Sample {
    pub fn new() -> Self {
        let app = SourceFile::new("docker/Dockerfile", APP);
        let web = SourceFile::new("./web ui/Dockerfile", WEB);
        Self {
            rules: [&OVERRIDDEN, &ROOT, &CACHE_KEPT, &CASING].map(rule).into(),
            app_findings: vec![overridden(), cache_kept(), casing()],
            web_findings: vec![root()],
            app,
            web,
            clean: SourceFile::new("clean/Dockerfile", "FROM scratch\n"),
        }
    }

    pub fn run(&self) -> Run<'_> {
        Run { version: "1.2.3", rules: &self.rules }
    }

    pub fn files(&self) -> Vec<FileReport<'_>> {
        vec![
            FileReport::Checked { source: &self.app, findings: &self.app_findings, suppressed: 1 },
            FileReport::Checked { source: &self.web, findings: &self.web_findings, suppressed: 0 },
            FileReport::Checked { source: &self.clean, findings: &[], suppressed: 0 },
            FileReport::Unreadable { path: "missing/Dockerfile", error: "No such file or directory (os error 2)" },
        ]
    }

    pub fn clean_files(&self) -> Vec<FileReport<'_>> {
        vec![FileReport::Checked { source: &self.clean, findings: &[], suppressed: 0 }]
    }

    pub fn sources(&self) -> impl Iterator<Item = (&str, &[u8])> {
        [&self.app, &self.web, &self.clean].into_iter().map(|source| (source.name(), source.bytes()))
    }
}

fn rule(meta: &'static Meta) -> RuleInfo {
    let page = "//! What this rule finds, in one sentence.\n\
                //!\n\
                //! ## Why\n\
                //! It costs time\n\
                //! and space.\n\
                //!\n\
                //! ## Example\n\
                //! ```dockerfile,bad\n\
                //! FROM a\n\
                //! ```\n\
                //!\n\
                //! ## Sources\n\
                //! None.\n";
    RuleInfo { meta, documentation: Documentation::of(page) }
}

fn finding(meta: &'static Meta, span: Span, message: &str) -> Finding {
    Finding {
        rule: meta.name,
        severity: meta.severity,
        weight: dfx::finding::Weight::Ordinary,
        message: message.to_owned(),
        span,
        label: String::new(),
        related: Vec::new(),
        flow: Vec::new(),
        notes: Vec::new(),
        decisions: Vec::new(),
        refusal: None,
        help: None,
        aliases: meta.aliases.to_vec(),
        fix: None,
    }
}

fn span_of(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(start, start + part.len())
}

fn overridden() -> Finding {
    let second = APP.rfind("ENTRYPOINT").unwrap();
    Finding {
        label: "has no effect".into(),
        related: vec![Label { span: Span::new(second, second + 10), text: "this one wins".into() }],
        flow: vec![
            Label { span: span_of(APP, "curl"), text: "changes".into() },
            Label { span: span_of(APP, "EXPOSE"), text: String::new() },
        ],
        help: Some("remove it".into()),
        ..finding(&OVERRIDDEN, span_of(APP, "ENTRYPOINT"), "`ENTRYPOINT` is set again in the same stage")
    }
}

fn cache_kept() -> Finding {
    let span = span_of(APP, "apt-get update");
    let end = span_of(APP, "-y curl").end;
    let clean_up = Edit::insert(end, " && rm -rf /var/lib/apt/lists/*");
    Finding {
        notes: vec![
            "The lists that `apt-get update` downloads stay in this layer for good, about 20 MB, even if a later \
             instruction removes them."
                .into(),
        ],
        help: Some("remove `/var/lib/apt/lists/*` in the same `RUN`".into()),
        fix: Fix::new("remove the package lists at the end of this `RUN`", Effect::Debris, vec![clean_up]),
        ..finding(&CACHE_KEPT, span, "`apt-get update` leaves its package lists in the image")
    }
}

fn casing() -> Finding {
    let span = span_of(APP, "TCP");
    Finding {
        fix: Fix::new("write `tcp` in lower case", Effect::Identical, vec![Edit::replace(span, "tcp")]),
        ..finding(&CASING, span, "protocol `TCP` is not in lower case")
    }
}

fn root() -> Finding {
    let user = Edit::insert(WEB.len(), "USER node\r\n");
    Finding {
        notes: vec!["The image `node:20` has a user for this: `node`.".into()],
        fix: Fix::new("run as `node`", Effect::Runtime, vec![user]),
        ..finding(&ROOT, Span::at(WEB.len()), "the container runs as root")
    }
}
