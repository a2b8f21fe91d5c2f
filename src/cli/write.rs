//! Files that nobody sees half written.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::fix::Fixed;

/// A new version of a file beside it, which goes unless it takes the file's name.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    target: PathBuf,
}

impl Draft {
    /// Starts a new version of the file at `target`.
    pub fn create(target: &Path) -> io::Result<(Self, File)> {
        let name = target.file_name().ok_or_else(|| io::Error::other("it has no name"))?.to_string_lossy();
        let path = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        // One that was left behind by a dfx of the same number, which somebody has killed; nobody's link is followed.
        let _ = fs::remove_file(&path);
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok((Self { path, target: target.to_owned() }, file))
    }

    /// Gives the new version the file's name.
    pub fn finish(self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is nothing left; else dfx fails already and has told why.
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes what has come of the Dockerfile at `path`, and the file that one of its fixes adds.
pub fn write_fixed(fixed: &Fixed, path: &Path) -> io::Result<()> {
    // What may fail because something else has that name by now comes first: the Dockerfile is then as it was.
    if let Some(file) = &fixed.other_file {
        let path = Path::new(&file.path);
        match &file.before {
            None => create(path, file.text().as_bytes())?,
            Some(before) if fs::read(path)? == before.as_bytes() => replace(path, file.text().as_bytes())?,
            Some(_) => return Err(io::Error::other(format!("{} has changed meanwhile", file.path))),
        }
    }
    if fixed.is_dockerfile_changed() {
        replace(path, fixed.after.source.bytes())?;
    }
    Ok(())
}

/// Writes a file where there is none: all of `bytes` or nothing.
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let (draft, mut file) = Draft::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    draft.finish()
}

/// Puts `bytes` in the place of a file that exists: all of them or none. The file keeps its mode and its owner; where the
/// path is a symbolic link, the file that it leads to is replaced.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    let before = fs::metadata(&target)?;
    // A rename would not mind; the owner who took the write permission away does.
    if before.permissions().readonly() {
        return Err(io::Error::other("it is read-only"));
    }
    let (draft, mut file) = Draft::create(&target)?;
    // In this order: who gets a file loses its set-user-ID bit, and nobody else may read it meanwhile.
    keep_owner(&file, &before)?;
    file.set_permissions(before.permissions())?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    draft.finish()
}

/// Gives the file to the owner that it had. Only root may do so where that is somebody else: for all others, a file that they
/// may replace becomes theirs.
#[cfg(unix)]
fn keep_owner(file: &File, before: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let now = file.metadata()?;
    if (now.uid(), now.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    match fchown(file, Some(before.uid()), Some(before.gid())) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        outcome => outcome,
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}
