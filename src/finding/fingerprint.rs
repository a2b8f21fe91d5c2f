//! What a finding is known by from one version of a file to the next.

use foldhash::HashMap;
use sha2::{Digest, Sha256};

use crate::source::SourceFile;

use super::Finding;

/// Length of a fingerprint in bytes, each of which is two hexadecimal digits.
const LENGTH: usize = 16;

/// One fingerprint for each of `findings`, all of them about `source`, in the same order.
///
/// It is made of the rule, the text of the line where the primary span starts (without the white space that formatting
/// changes), and the how-manieth finding of this kind it is in the file. Lines that move keep their fingerprints. It
/// does not know the file's name: who collects findings of several files must add it.
pub fn fingerprints(source: &SourceFile, findings: &[Finding]) -> Vec<String> {
    let mut lines: HashMap<usize, [u8; 32]> = HashMap::default();
    let mut ordinals: HashMap<(&str, [u8; 32]), usize> = HashMap::default();
    let mut fingerprint = |finding: &Finding| {
        let line = source.line_at(finding.span.start);
        let text = *lines.entry(line).or_insert_with(|| digest_of_line(source.line_text(line)));
        let ordinal = ordinals.entry((finding.rule, text)).or_default();
        *ordinal += 1;
        let mut hash = Sha256::new_with_prefix("dfx/v1\0");
        hash.update(finding.rule);
        hash.update([0]);
        hash.update(text);
        hash.update((*ordinal as u64).to_be_bytes());
        const_hex::encode(&hash.finalize()[..LENGTH])
    };
    findings.iter().map(&mut fingerprint).collect()
}

fn digest_of_line(text: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for word in text.split_whitespace() {
        hash.update(word);
        hash.update(" ");
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::source::Span;

    use super::*;

    fn finding_at(offset: usize) -> Finding {
        Finding {
            rule: "pin/untagged-base-image",
            severity: Severity::Warning,
            weight: crate::finding::Weight::Ordinary,
            message: String::new(),
            span: Span::at(offset),
            label: String::new(),
            related: Vec::new(),
            flow: Vec::new(),
            notes: Vec::new(),
            decisions: Vec::new(),
            refusal: None,
            help: None,
            aliases: Vec::new(),
            fix: None,
        }
    }

    fn of(text: &str, offsets: &[usize]) -> Vec<String> {
        let findings: Vec<Finding> = offsets.iter().map(|&offset| finding_at(offset)).collect();
        fingerprints(&SourceFile::new("Dockerfile", text), &findings)
    }

    #[test]
    fn a_line_that_moves_or_is_indented_keeps_its_fingerprint() {
        let before = of("FROM a", &[5]);
        assert_eq!(before, of("# new\r\n\r\n  FROM\ta \r\n", &[14]));
        assert_eq!(before[0].len(), 2 * LENGTH);
    }

    #[test]
    fn equal_lines_are_told_apart_by_their_order() {
        let all = of("FROM a\nFROM a\nFROM b", &[5, 12, 19]);
        assert_eq!(all[0], of("FROM a", &[5])[0]);
        assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
    }
}
