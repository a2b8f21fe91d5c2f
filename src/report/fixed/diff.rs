//! A unified diff, byte for byte.

use std::io::{self, Write};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::fix::Fixed;

use super::super::path::relative;
use super::{FixRenderer, FixReport};

/// Lines around a change that do not change.
const CONTEXT: usize = 3;

/// Writes the diffs of all files, one behind the other.
pub(super) struct Diff;

impl FixRenderer for Diff {
    fn file(&mut self, file: &FixReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        match file {
            FixReport::Fixed(fixed) => out.write_all(&unified_diff(fixed)),
            FixReport::Failed { .. } => Ok(()),
        }
    }
}

/// What was changed, as `git apply` and `patch -p1` take it. Empty where nothing was.
pub fn unified_diff(fixed: &Fixed) -> Vec<u8> {
    let mut diff = Vec::new();
    if fixed.is_dockerfile_changed() {
        let name = name(fixed.before.name());
        let names = [quoted(&format!("a/{name}")), quoted(&format!("b/{name}"))];
        push_file(names, fixed.before.bytes(), fixed.after.source.bytes(), &mut diff);
    }
    if let Some(file) = &fixed.other_file {
        let name = name(&file.path);
        let before = file.before.as_ref().map_or("/dev/null".to_owned(), |_| quoted(&format!("a/{name}")));
        let old = file.before.as_deref().unwrap_or_default().as_bytes();
        push_file([before, quoted(&format!("b/{name}"))], old, file.text().as_bytes(), &mut diff);
    }
    diff
}

fn push_file([before, after]: [String; 2], old: &[u8], new: &[u8], diff: &mut Vec<u8>) {
    let (old, new) = (lines(old), lines(new));
    diff.extend_from_slice(format!("--- {before}\n+++ {after}\n").as_bytes());
    for hunk in group_diff_ops(capture_diff_slices(Algorithm::Patience, &old, &new), CONTEXT) {
        push_hunk(&hunk, &old, &new, diff);
    }
}

/// The lines, each with its end.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The path below the root of the tree that the patch is for.
fn name(path: &str) -> String {
    relative(path).trim_start_matches('/').to_owned()
}

/// A name with a byte that git would quote stands in quotes, as git writes it; one with a blank ends with a tab.
fn quoted(name: &str) -> String {
    let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) && !matches!(byte, b'"' | b'\\');
    if name.bytes().all(is_plain) {
        return if name.contains(' ') { format!("{name}\t") } else { name.to_owned() };
    }
    let mut quoted = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            _ if is_plain(byte) => quoted.push(char::from(byte)),
            _ => quoted += &format!("\\{byte:03o}"),
        }
    }
    quoted + "\""
}

fn push_hunk(operations: &[DiffOp], old: &[&[u8]], new: &[&[u8]], diff: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (operations.first(), operations.last()) else { return };
    let removed = first.old_range().start..last.old_range().end;
    let added = first.new_range().start..last.new_range().end;
    diff.extend_from_slice(format!("@@ -{} +{} @@\n", header(&removed), header(&added)).as_bytes());
    for operation in operations {
        let (mark_old, show_new) = match operation {
            DiffOp::Equal { .. } => (b' ', false),
            _ => (b'-', true),
        };
        old[operation.old_range()].iter().for_each(|line| push_line(mark_old, line, diff));
        if show_new {
            new[operation.new_range()].iter().for_each(|line| push_line(b'+', line, diff));
        }
    }
}

/// `first,count` with a 1-based first line; an empty range names the line before it.
fn header(lines: &Range<usize>) -> String {
    let first = if lines.is_empty() { lines.start } else { lines.start + 1 };
    if lines.len() == 1 { first.to_string() } else { format!("{first},{}", lines.len()) }
}

fn push_line(mark: u8, line: &[u8], diff: &mut Vec<u8>) {
    diff.push(mark);
    diff.extend_from_slice(line);
    if !line.ends_with(b"\n") {
        diff.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
}
