//! Every report format, as its readers see it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod hostile;
mod sample;
mod shapes;
mod well_formed;

use std::fs;
use std::path::Path;

use dfx::report::{FileReport, Format, Run, Summary, termcolor::Buffer};
use insta::assert_snapshot;

use sample::Sample;

/// The report of `files` in `format`, without colours.
fn render(format: Format, run: Run<'_>, files: &[FileReport<'_>]) -> String {
    let mut out = Buffer::no_color();
    render_into(&mut out, format, run, files);
    String::from_utf8(out.into_inner()).unwrap()
}

fn render_into(out: &mut Buffer, format: Format, run: Run<'_>, files: &[FileReport<'_>]) {
    let mut renderer = format.renderer(run);
    let mut summary = Summary::default();
    renderer.start(out).unwrap();
    for file in files {
        summary.add(file);
        renderer.file(file, out).unwrap();
    }
    renderer.finish(&summary, out).unwrap();
}

fn with_snapshots(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(check);
}

#[test]
fn a_report_of_good_and_bad_files_reads_well_in_every_format() {
    let sample = Sample::new();
    with_snapshots(|| {
        for format in Format::ALL {
            let report = render(format, sample.run(), &sample.files());
            // One line for each finding is good for streams and poor for readers of snapshots.
            let readable = match serde_json::from_str::<serde_json::Value>(&report) {
                Ok(json) => serde_json::to_string_pretty(&json).unwrap(),
                Err(_) => report,
            };
            assert_snapshot!(format!("report__{format}"), readable);
        }
    });
}

#[test]
fn a_report_of_a_clean_file_reads_well_in_every_format() {
    let sample = Sample::new();
    let reports =
        Format::ALL.map(|format| format!("== {format}\n{}", render(format, sample.run(), &sample.clean_files())));
    with_snapshots(|| assert_snapshot!("report__clean", reports.join("\n")));
}

#[test]
fn colours_are_only_for_people() {
    let sample = Sample::new();
    for format in Format::ALL {
        let mut out = Buffer::ansi();
        render_into(&mut out, format, sample.run(), &sample.files());
        let report = String::from_utf8(out.into_inner()).unwrap();
        assert_eq!(report.contains('\x1b'), format == Format::Full, "{format}");
    }
}

#[test]
fn no_line_for_people_is_too_wide_or_ends_in_white_space() {
    let sample = Sample::new();
    for format in [Format::Full, Format::Concise, Format::Gnu, Format::Github] {
        for line in render(format, sample.run(), &sample.files()).lines() {
            assert_eq!(line, line.trim_end(), "{format}");
        }
    }
    let full = render(Format::Full, sample.run(), &sample.files());
    let mut below_header = full.lines().filter(|line| line.starts_with([' ', '1', '2', '3', '4', '5', '6']));
    assert!(below_header.all(|line| line.chars().count() <= 100), "{full}");
}

/// `scripts/validate-reports.sh` shows these files to the validators of their formats.
#[test]
fn reports_are_written_for_the_validators() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    let (sample, hostile) = (Sample::new(), hostile::Hostile::new());
    for (path, bytes) in sample.sources().chain(hostile.sources()) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    for format in Format::ALL {
        for (name, files) in [("sample", sample.files()), ("clean", sample.clean_files()), ("hostile", hostile.files())]
        {
            fs::write(folder.join(format!("{name}.{format}")), render(format, sample.run(), &files)).unwrap();
        }
    }
}

#[test]
fn a_format_is_found_by_its_name() {
    for format in Format::ALL {
        assert_eq!(Format::named(format.name()), Some(format));
    }
    assert_eq!(Format::named("html"), None);
}
