//! What a user gives to be compared: a Dockerfile, or an image that was exported.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::image::{Archive, Image, ReadError, Store};

use super::super::failure::{Failure, reason};

/// One of the two that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// A Dockerfile, to be built.
    Dockerfile(PathBuf),
    /// A Dockerfile that is not written yet, in the place of another.
    Draft {
        /// The other.
        path: PathBuf,
        /// The new bytes.
        bytes: Vec<u8>,
    },
    /// A tar archive of `docker save`, or of an OCI layout.
    Archive(PathBuf),
    /// A folder in the OCI layout.
    Layout(PathBuf),
}

impl Side {
    /// What lies at the path.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::at("read", path, &error);
        if fs::metadata(path).map_err(failed)?.is_dir() {
            return match path.join("index.json").exists() || path.join("manifest.json").exists() {
                true => Ok(Side::Layout(path.to_owned())),
                false => Err(Failure::new(
                    format!("{} is a folder, and no image in the OCI layout", path.display()),
                    "name a Dockerfile, and the folder of its sources with --context",
                )),
            };
        }
        let mut start = Vec::new();
        File::open(path).map_err(failed)?.take(HEADER).read_to_end(&mut start).map_err(failed)?;
        let is_packed = start.starts_with(&[0x1F, 0x8B]) || start.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]);
        let is_tar = start.get(MAGIC..).is_some_and(|rest| rest.starts_with(b"ustar"));
        let is_named_so = path.extension().is_some_and(|extension| extension == "tar");
        let kind = if is_packed || is_tar || is_named_so { Side::Archive } else { Side::Dockerfile };
        Ok(kind(path.to_owned()))
    }

    /// Whether it has to be built.
    pub fn is_built(&self) -> bool {
        matches!(self, Side::Dockerfile(_) | Side::Draft { .. })
    }

    /// What it is called in messages.
    pub fn name(&self) -> String {
        match self {
            Side::Dockerfile(path) | Side::Archive(path) | Side::Layout(path) => path.display().to_string(),
            Side::Draft { path, .. } => format!("the new {}", path.display()),
        }
    }

    /// Reads the exported image.
    ///
    /// # Errors
    ///
    /// If it is none, or damaged.
    pub fn read(&self) -> Result<Image, Failure> {
        let (path, image) = match self {
            Side::Dockerfile(path) | Side::Draft { path, .. } => {
                (path, Err(ReadError::Malformed("it has to be built first".to_owned())))
            }
            Side::Archive(path) => (path, archive(path)),
            Side::Layout(path) => (path, Image::read(&Folder(path.clone()))),
        };
        image.map_err(|error| unreadable(path, &error))
    }
}

/// The size of a header of a tar archive, and where its magic word stands in it.
const HEADER: u64 = 512;
const MAGIC: usize = 257;

/// Reads the image in an archive.
pub fn archive(path: &Path) -> Result<Image, ReadError> {
    Image::read(&Archive::new(File::open(path)?)?)
}

/// An image that cannot be read.
pub fn unreadable(path: &Path, error: &ReadError) -> Failure {
    let told = match error {
        ReadError::Io { reading, error } => format!("{reading}: {}", reason(error)),
        ReadError::Malformed(message) => message.clone(),
    };
    Failure::new(format!("cannot read an image from {}: {told}", path.display()), "")
}

/// An export in a folder.
struct Folder(PathBuf);

impl Store for Folder {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        // A manifest may name anything; what it may read is its own folder.
        if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
            return Ok(None);
        }
        match File::open(self.0.join(path)) {
            Ok(file) => Ok(Some(Box::new(io::BufReader::new(file)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
