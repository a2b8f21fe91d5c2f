//! Digests of vertices: two vertices have the same one if and only if BuildKit would ask for the same thing.
//!
//! The canonical form that is hashed is a list of fields, each written as its length in bytes, a colon and the bytes.
//! A list begins with the number of its elements, an optional field with `0` or `1`, an alternative with its name. A
//! vertex holds the digest of the vertex before it, so that a change reaches all vertices behind.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{
    Cache, Copied, Copy, Exec, Files, MakeDirectory, Mount, MountKind, Operation, Plan, Secret, Sharing, Source,
};

/// A SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", const_hex::encode(self.0))
    }
}

impl Digest {
    /// The digest of a list of digests.
    pub fn of_all(digests: &[Digest]) -> Self {
        let mut form = Form { digests: &[], hasher: Sha256::new() };
        form.list(digests, |form, digest| form.field(&digest.0));
        form.digest()
    }

    /// The digest of a list of texts.
    pub fn of_texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut form = Form { digests: &[], hasher: Sha256::new() };
        texts.into_iter().for_each(|text| form.text(text.as_ref()));
        form.digest()
    }
}

impl Operation {
    /// The digest of the operation alone, on whatever it works. Stages that it names count by their number.
    pub fn digest(&self) -> Digest {
        let mut form = Form { digests: &[], hasher: Sha256::new() };
        form.operation(self);
        form.digest()
    }
}

impl Source {
    /// The digest of the source; of a stage that of its number.
    pub fn digest(&self) -> Digest {
        end_of(self, &[])
    }
}

impl Plan {
    /// For each stage the digests of its vertices, in order.
    pub fn digests(&self) -> Vec<Vec<Digest>> {
        let mut digests: Vec<Vec<Digest>> = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let mut before = end_of(&stage.base, &digests);
            let of_stage = stage.vertices.iter().map(|vertex| {
                let mut form = Form { digests: &digests, hasher: Sha256::new() };
                form.field(before.0.as_slice());
                form.optional(stage.platform.as_ref().map(ToString::to_string).as_deref());
                form.operation(&vertex.operation);
                before = form.digest();
                before
            });
            let of_stage = of_stage.collect();
            digests.push(of_stage);
        }
        digests
    }
}

/// The digest of what a source holds: that of a stage is its last vertex's.
fn end_of(source: &Source, digests: &[Vec<Digest>]) -> Digest {
    let mut form = Form { digests, hasher: Sha256::new() };
    form.source(source);
    form.digest()
}

/// The canonical form while it is being written.
struct Form<'d> {
    /// Those of the stages before.
    digests: &'d [Vec<Digest>],
    hasher: Sha256,
}

impl Form<'_> {
    fn digest(self) -> Digest {
        Digest(self.hasher.finalize().into())
    }

    fn field(&mut self, bytes: &[u8]) {
        // By hand, for a context of thousands of files comes through here for each of thousands of commits.
        let mut digits = [b':'; 21];
        let (mut at, mut rest) = (20, bytes.len());
        while at == 20 || rest > 0 {
            at -= 1;
            digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        self.hasher.update(&digits[at..]);
        self.hasher.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.field(text.as_bytes());
    }

    fn optional(&mut self, text: Option<&str>) {
        self.text(if text.is_some() { "1" } else { "0" });
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn flag(&mut self, flag: bool) {
        self.text(if flag { "1" } else { "0" });
    }

    fn list<T>(&mut self, elements: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.text(&elements.len().to_string());
        elements.iter().for_each(|element| write(self, element));
    }

    fn texts(&mut self, texts: &[String]) {
        self.list(texts, |form, text| form.text(text));
    }

    fn operation(&mut self, operation: &Operation) {
        match operation {
            Operation::Exec(exec) => {
                self.text("exec");
                self.exec(exec);
            }
            Operation::Files(Files { copies, is_linked }) => {
                self.text("files");
                self.list(copies, Self::copy);
                self.flag(*is_linked);
            }
            Operation::MakeDirectory(MakeDirectory { path, owner }) => {
                self.text("directory");
                self.text(path);
                self.optional(owner.as_deref());
            }
        }
    }

    fn exec(&mut self, exec: &Exec) {
        let Exec { arguments, environment, directory, user, mounts, secrets, network, security, devices } = exec;
        self.texts(arguments);
        let variables: Vec<String> = environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.texts(&variables);
        self.text(directory);
        self.optional(user.as_deref());
        self.list(mounts, Self::mount);
        self.list(secrets, Self::secret);
        self.optional(network.as_deref());
        self.optional(security.as_deref());
        self.texts(devices);
    }

    fn mount(&mut self, mount: &Mount) {
        self.text(&mount.target);
        match &mount.kind {
            MountKind::Bind { from, path, is_read_only } => {
                self.text("bind");
                self.source(from);
                self.text(path);
                self.flag(*is_read_only);
            }
            MountKind::Cache(Cache { id, sharing, from, path, ownership, is_read_only }) => {
                self.text("cache");
                self.text(id);
                self.text(match sharing {
                    Sharing::Shared => "shared",
                    Sharing::Private => "private",
                    Sharing::Locked => "locked",
                });
                self.source(from);
                self.text(path);
                self.texts(ownership);
                self.flag(*is_read_only);
            }
            MountKind::Tmpfs { size } => {
                self.text("tmpfs");
                self.text(size);
            }
            MountKind::Secret(secret) => {
                self.text("secret");
                self.secret(secret);
            }
            MountKind::Ssh { id, ownership, is_required } => {
                self.text("ssh");
                self.text(id);
                self.texts(ownership);
                self.flag(*is_required);
            }
        }
    }

    fn secret(&mut self, secret: &Secret) {
        self.text(&secret.id);
        self.optional(secret.variable.as_deref());
        self.texts(&secret.ownership);
        self.flag(secret.is_required);
    }

    fn copy(&mut self, copy: &Copy) {
        let Copy { from, copied, destination, owner, mode, excluded } = copy;
        self.source(from);
        match copied {
            Copied::Paths { path, kept, unpacks } => {
                self.text("paths");
                self.text(path);
                self.optional(kept.as_deref());
                self.flag(*unpacks);
            }
            Copied::File { name } => {
                self.text("file");
                self.text(name);
            }
            Copied::Everything => self.text("everything"),
        }
        self.text(destination);
        self.optional(owner.as_deref());
        self.optional(mode.as_deref());
        self.texts(excluded);
    }

    fn source(&mut self, source: &Source) {
        match source {
            Source::Scratch => self.text("scratch"),
            Source::Context => self.text("context"),
            Source::Unknown { word } => {
                self.text("unknown");
                self.text(word);
            }
            // A stage is what it holds, whatever its name and number.
            Source::Stage(index) => {
                self.text("stage");
                let last = self.digests.get(*index).and_then(|stage| stage.last()).copied();
                self.field(last.map(|digest| digest.0).unwrap_or_default().as_slice());
                if last.is_none() {
                    self.text(&index.to_string());
                }
            }
            Source::Image { reference, platform } => {
                self.text("image");
                self.text(reference);
                self.optional(platform.as_deref());
            }
            Source::Http { address, checksum } => {
                self.text("http");
                self.text(address);
                self.optional(checksum.as_deref());
            }
            Source::Git { address, keeps_git_directory, checksum } => {
                self.text("git");
                self.text(address);
                self.flag(*keeps_git_directory);
                self.optional(checksum.as_deref());
            }
            Source::Inline { content } => {
                self.text("inline");
                self.text(content);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::Build;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn digests(text: &str) -> Vec<Digest> {
        let file = parse(SourceFile::new("Dockerfile", text));
        Plan::new(&Build::new(&file)).digests().concat()
    }

    #[test]
    fn a_change_reaches_what_stands_behind_it_and_nothing_before() {
        let before = digests("FROM a\nRUN b\nRUN c\nRUN d\n");
        let after = digests("FROM a\nRUN b\nRUN x\nRUN d\n");
        assert_eq!(before[0], after[0]);
        assert!(before[1] != after[1] && before[2] != after[2]);
    }

    #[test]
    fn names_comments_and_configuration_do_not_count() {
        let before = digests("FROM a AS b\nRUN c\nFROM d\nCOPY --from=b /e /f\n");
        let after = digests("FROM a AS x\n# y\nrun c\nLABEL z=1\nFROM d\nCOPY --from=0 /e /f\nCMD g\n");
        assert_eq!(before, after);
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        assert_ne!(digests("FROM a\nRUN [\"b\", \"cd\"]\n"), digests("FROM a\nRUN [\"bc\", \"d\"]\n"));
    }
}
