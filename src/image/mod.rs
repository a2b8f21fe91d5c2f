//! Built images: read from what an engine exports, and compared.
//!
//! Nothing here knows an engine or a disk. A [`Store`] hands out the parts of an export, as `docker save`, `podman save`
//! and `buildah push` write it; layers are read as streams, and of files only their digests are kept.

mod comparison;
mod configuration;
mod debris;
mod entry;
mod error;
mod layer;
mod manifest;
mod packages;
mod store;
mod tar_stream;
#[cfg(test)]
mod tests;
mod tree;

pub use comparison::{Aspect, Change, Comparison, FieldDifference, FileDifference, PackageDifference, Sizes, Whole};
pub use configuration::Configuration;
pub use entry::{Content, Device, Entry, Kind};
pub use error::ReadError;
pub use packages::{Ecosystem, Package};
pub use store::{Archive, Store};
pub use tree::Tree;

use layer::Changes;
use manifest::Manifest;

/// An image, as a container sees it and as it is stored.
#[derive(Debug, Clone)]
pub struct Image {
    /// What runs in it, as whom, and for which machine.
    pub configuration: Configuration,
    /// Its layers, the base's first.
    pub layers: Vec<Layer>,
    /// Its files.
    pub tree: Tree,
}

/// A layer, without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// SHA-256 of what the layer changes, times left out. Two builds of one step that does the same have the same.
    pub digest: [u8; 32],
    /// The bytes that its files hold.
    pub size: u64,
    /// The number of paths that it brings.
    pub entries: usize,
    /// Whether it brings the file that names the distribution.
    pub is_distribution: bool,
}

impl Image {
    /// Reads the one image of an export.
    ///
    /// # Errors
    ///
    /// If the export is incomplete or damaged, holds several images, or cannot be read.
    pub fn read(store: &dyn Store) -> Result<Self, ReadError> {
        let manifest = Manifest::read(store)?;
        let missing = |path: &str| ReadError::malformed(format!("{path} is missing"));
        let path = &manifest.configuration;
        let configuration = manifest::part(store, path)?.ok_or_else(|| missing(path))?;
        let mut image =
            Self { configuration: Configuration::parse(&configuration)?, layers: Vec::new(), tree: Tree::default() };
        for (at, path) in manifest.layers.iter().enumerate() {
            let within = |error: ReadError| error.within(&format!("layer {}", at + 1));
            let layer = store.open(path)?.ok_or_else(|| missing(path))?;
            let changes = store::unpacked(layer).and_then(Changes::read).map_err(within)?;
            image.layers.push(changes.summary());
            image.tree.apply(changes).map_err(within)?;
        }
        Ok(image)
    }

    /// The bytes that all layers hold, hidden files included: what is stored and sent.
    pub fn size(&self) -> u64 {
        self.layers.iter().map(|layer| layer.size).sum()
    }

    /// The packages that are installed, sorted, each once.
    pub fn packages(&self) -> Vec<&Package> {
        let contents = self.tree.entries().filter_map(|(_, entry)| entry.content());
        let mut packages: Vec<&Package> = contents.flat_map(|content| &content.packages).collect();
        packages.sort();
        packages.dedup();
        packages
    }
}
