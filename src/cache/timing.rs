//! How long steps took in a real build.

use crate::cache::layers::one_line;

/// How long one step took, as the log of a build tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// Its stage, by name or as `stage-1`; `None` in a build of one stage.
    pub stage: Option<String>,
    /// The instruction, with its variables replaced.
    pub instruction: String,
    /// Thousandths of a second.
    pub milliseconds: u64,
}

impl Timing {
    /// What a log says under the name that BuildKit gives a step: `[build 3/5] RUN npm ci`. `None` for what is no step of
    /// a Dockerfile, such as `[internal] load build context`.
    pub fn new(name: &str, milliseconds: u64) -> Option<Self> {
        let (place, instruction) = name.strip_prefix('[')?.split_once("] ")?;
        // The merge of a linked copy with the steps before it, which takes no time.
        if instruction.starts_with("LINK ") {
            return None;
        }
        let mut words = place.split_ascii_whitespace().rev();
        let (number, all) = words.next()?.split_once('/')?;
        number.parse::<usize>().ok().and(all.parse::<usize>().ok())?;
        // Before the stage stands the platform, where several are built.
        let stage = words.next().filter(|word| !word.contains('/')).map(str::to_owned);
        Some(Self { stage, instruction: one_line(instruction), milliseconds })
    }

    /// Whether it is that of an instruction, in the stage that has this name or number.
    pub(super) fn is_of(&self, stage: &str, instruction: &str) -> bool {
        let is_stage = self.stage.as_ref().is_none_or(|own| {
            own.eq_ignore_ascii_case(stage) || own.strip_prefix("stage-").is_some_and(|number| number == stage)
        });
        is_stage && is_expansion(&one_line(instruction), &self.instruction)
    }
}

/// Whether `expanded` is `written` with something in the place of each variable.
fn is_expansion(written: &str, expanded: &str) -> bool {
    let keyword_end = written.find(' ').unwrap_or(written.len());
    if !expanded.get(..keyword_end).is_some_and(|keyword| keyword.eq_ignore_ascii_case(&written[..keyword_end])) {
        return false;
    }
    let mut rest = &expanded[keyword_end..];
    let pieces = pieces(&written[keyword_end..]);
    let last = pieces.len() - 1;
    for (at, piece) in pieces.into_iter().enumerate() {
        let found = match at {
            0 if at == last => return rest == piece,
            0 => rest.starts_with(piece).then_some(0),
            _ if at == last => rest.ends_with(piece).then(|| rest.len() - piece.len()),
            _ => rest.find(piece),
        };
        let Some(found) = found else { return false };
        rest = &rest[found + piece.len()..];
    }
    true
}

/// What stands between the variables of a text: at least one piece.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        pieces.push(&rest[..start]);
        let name = &rest[start + 1..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = match name.strip_prefix('{') {
            Some(braced) => braced.find('}').map_or(name.len(), |end| end + 2),
            None => name.find(|c| !is_part(c)).unwrap_or(name.len()),
        };
        rest = &name[length..];
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_known_by_its_stage_and_its_instruction() {
        let timing = |name: &str| Timing::new(name, 1).unwrap();
        assert!(timing("[2/3] RUN npm  ci").is_of("0", "run npm ci"));
        assert!(timing("[build 2/3] RUN npm ci").is_of("build", "RUN npm ci"));
        assert!(timing("[linux/amd64 stage-1 2/3] COPY a b").is_of("1", "COPY a b"));
        assert!(!timing("[build 2/3] RUN npm ci").is_of("test", "RUN npm ci"));
        assert!(!timing("[2/3] RUN npm ci").is_of("0", "RUN npm ci && a"));
        assert_eq!(Timing::new("[internal] load build context", 1), None);
        assert_eq!(Timing::new("exporting to image", 1), None);
        assert_eq!(Timing::new("[3/5] LINK COPY --link a /a", 1), None);
    }

    #[test]
    fn variables_stand_for_anything() {
        let is_of = |name: &str, written: &str| Timing::new(&format!("[2/3] {name}"), 1).unwrap().is_of("0", written);
        assert!(is_of("COPY a /srv/x", "COPY a ${ROOT:-/}/x"));
        assert!(is_of("RUN make V=1.2 -j4", "RUN make V=$VERSION -j$JOBS"));
        assert!(!is_of("RUN make W=1.2", "RUN make V=$VERSION"));
    }
}
