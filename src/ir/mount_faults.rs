//! What BuildKit refuses in `RUN --mount` (`instructions/commands_runmount.go`).

use crate::source::Span;
use crate::syntax::{Flag, MountField, Word};

use super::closest;

/// A mount that BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountFault {
    /// What is wrong with it.
    pub reason: String,
    /// The key or the value that was probably meant.
    pub suggestion: Option<String>,
    /// The field at fault.
    pub span: Span,
}

const TYPES: [&str; 5] = ["bind", "cache", "secret", "ssh", "tmpfs"];
const SHARING: [&str; 3] = ["shared", "private", "locked"];
const KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "src",
    "dst",
    "destination",
    "ro",
    "rw",
    "readwrite",
    "env",
];

/// The first fault of a `--mount`. `value_of` gives a word's value after expansion; `None` where only the build knows
/// it. `lies_in_root` says whether the working directory is `/`, which a mount without target would cover.
pub(super) fn fault<'w>(
    flag: &'w Flag,
    value_of: &dyn Fn(&Word) -> Option<String>,
    lies_in_root: bool,
) -> Option<MountFault> {
    let value = flag.value.as_ref()?;
    let Some(fields) = flag.mount_fields() else {
        let reason = "the mount cannot be read: a double quote must enclose a whole field".to_owned();
        return Some(MountFault { reason, suggestion: None, span: value.span() });
    };
    let mut mount = Mount { kind: "bind".to_owned(), ..Mount::default() };
    for field in &fields {
        let at_field = |(reason, suggestion)| MountFault { reason, suggestion, span: field_span(field) };
        if let Err(refusal) = mount.read(field, value_of) {
            return Some(at_field(refusal));
        }
    }
    let (reason, key) = mount.refusal(lies_in_root)?;
    let culprit = fields.iter().find(|field| field.key.text().eq_ignore_ascii_case(key));
    Some(MountFault { reason, suggestion: None, span: culprit.map_or(flag.span, field_span) })
}

fn field_span(field: &MountField) -> Span {
    field.value.as_ref().map_or(field.key.span(), |value| field.key.span().cover(value.span()))
}

/// The fields so far; BuildKit judges a field by the type that stands before it.
#[derive(Default)]
struct Mount {
    kind: String,
    /// The type is not known from the file.
    is_open: bool,
    /// The keys that are there, in their first spelling, with a value that is not empty.
    keys: Vec<&'static str>,
    /// The target after expansion.
    target: Option<String>,
}

type Refusal = (String, Option<String>);

impl Mount {
    fn has(&self, key: &str) -> bool {
        self.keys.contains(&key)
    }

    fn read(&mut self, field: &MountField, value_of: &dyn Fn(&Word) -> Option<String>) -> Result<(), Refusal> {
        let key = field.key.text().to_ascii_lowercase();
        let Some(key) = KEYS.into_iter().find(|known| *known == key) else {
            let suggestion = closest(&key, KEYS).map(str::to_owned);
            return Err((format!("a mount has no option `{}`", field.key.text()), suggestion));
        };
        let value = match &field.value {
            Some(word) => match value_of(word) {
                Some(value) => value,
                None => {
                    self.is_open |= key == "type";
                    self.keys.push(key);
                    return Ok(());
                }
            },
            None if matches!(key, "readonly" | "ro" | "readwrite" | "rw" | "required") => "true".to_owned(),
            None => return Err((format!("the mount's option `{key}` needs a value"), None)),
        };
        self.check_value(key, &value)?;
        if !value.is_empty() {
            self.keys.push(key);
        }
        Ok(())
    }

    fn check_value(&mut self, key: &str, value: &str) -> Result<(), Refusal> {
        let refuse = |what: &str| Err((format!("`{value}` is no {what}"), None));
        let lower = value.to_ascii_lowercase();
        match key {
            "type" if TYPES.contains(&lower.as_str()) => self.kind = lower,
            "type" => {
                let suggestion = closest(&lower, TYPES).map(str::to_owned);
                return Err((format!("there are no mounts of type `{value}`"), suggestion));
            }
            "sharing" if !SHARING.contains(&lower.as_str()) => {
                let suggestion = closest(&lower, SHARING).map(str::to_owned);
                return Err((format!("`sharing` takes `shared`, `private` or `locked`, not `{value}`"), suggestion));
            }
            "required" if !self.is_open && !matches!(self.kind.as_str(), "secret" | "ssh") => {
                return Err((
                    format!("`required` is for secrets and ssh, but the type so far is `{}`", self.kind),
                    None,
                ));
            }
            "size" if !self.is_open && self.kind != "tmpfs" => {
                return Err((format!("`size` is for tmpfs, but the type so far is `{}`", self.kind), None));
            }
            "readonly" | "ro" | "readwrite" | "rw" | "required" if !is_go_boolean(value) => {
                return refuse(&format!("value for `{key}`, which is true or false"));
            }
            "mode" if u32::from_str_radix(value, 8).is_err() => return refuse("mode in octal digits"),
            "uid" | "gid" if value.parse::<u32>().is_err() => return refuse(&format!("number for `{key}`")),
            "target" | "dst" | "destination" => self.target = Some(value.to_owned()),
            _ => {}
        }
        Ok(())
    }

    /// What is wrong with the whole, and the key that is to blame.
    fn refusal(&self, lies_in_root: bool) -> Option<(String, &'static str)> {
        if self.is_open {
            return None;
        }
        let kind = self.kind.as_str();
        let owner = ["mode", "uid", "gid"].into_iter().find(|key| self.has(key));
        if let Some(key) = owner.filter(|_| !matches!(kind, "secret" | "ssh" | "cache")) {
            return Some((format!("`{key}` does nothing for a mount of type `{kind}`, and BuildKit refuses it"), key));
        }
        if kind == "secret" {
            if self.has("from") {
                return Some(("a secret comes from outside the build and takes no `from`".to_owned(), "from"));
            }
            let has_source = self.has("source") || self.has("src");
            if !has_source && !self.has_target() && !self.has("id") {
                return Some(("the mount does not say which secret: it has no `id`".to_owned(), "type"));
            }
            if has_source && self.has("id") {
                return Some(("`id` and `source` both name the secret".to_owned(), "id"));
            }
        }
        if self.has("sharing") && kind != "cache" {
            return Some((format!("`sharing` is for caches, not for a mount of type `{kind}`"), "sharing"));
        }
        let needs_target = !matches!(kind, "secret" | "ssh");
        let covers_root = match &self.target {
            Some(target) => !target.is_empty() && super::clean_path(target) == "/" && target.starts_with('/'),
            None => !self.has_target() && lies_in_root,
        };
        if needs_target && covers_root {
            let reason = match &self.target {
                Some(_) => "a mount cannot cover the whole file system `/`",
                None => "the mount has no target",
            };
            return Some((reason.to_owned(), "target"));
        }
        None
    }

    fn has_target(&self) -> bool {
        self.target.is_some() || ["target", "dst", "destination"].iter().any(|key| self.has(key))
    }
}

/// What Go's `strconv.ParseBool` takes.
fn is_go_boolean(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False")
}
