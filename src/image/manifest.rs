//! Which part of an export is the configuration, and which are the layers, from the lowest to the highest.

use std::io::Read;

use oci_spec::image::{Descriptor, ImageIndex, ImageManifest, MediaType};
use serde::Deserialize;

use super::ReadError;
use super::store::Store;

/// Where the parts of an image lie in its export.
#[derive(Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The path of the configuration.
    pub configuration: String,
    /// The paths of the layers, the base's first.
    pub layers: Vec<String>,
}

impl Manifest {
    /// Reads the manifest of the one image of an export. Docker's form is asked first: newer engines write both into one
    /// archive, and only that one tells which of several platforms was meant.
    pub fn read(store: &dyn Store) -> Result<Self, ReadError> {
        if let Some(bytes) = part(store, "manifest.json")? {
            return of_docker(&bytes);
        }
        match part(store, "index.json")? {
            Some(bytes) => of_index(store, &bytes),
            None => Err(ReadError::malformed(
                "it is no image: neither `manifest.json` (docker save) nor `index.json` (an OCI layout) is in it",
            )),
        }
    }
}

/// Manifests are small; a hostile one must not fill the memory.
const LONGEST: u64 = 32 << 20;

/// A whole small part, if the export has it.
pub(super) fn part(store: &dyn Store, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(reader) = store.open(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    reader.take(LONGEST).read_to_end(&mut bytes).map_err(|error| ReadError::from(error).within(path))?;
    Ok(Some(bytes))
}

/// An element of the `manifest.json` of `docker save`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    layers: Vec<String>,
}

fn of_docker(bytes: &[u8]) -> Result<Manifest, ReadError> {
    let saved: Vec<Saved> = serde_json::from_slice(bytes)
        .map_err(|error| ReadError::malformed(format!("`manifest.json` is not what docker save writes: {error}")))?;
    match <[Saved; 1]>::try_from(saved) {
        Ok([Saved { config, layers }]) => Ok(Manifest { configuration: config, layers }),
        Err(saved) => Err(ReadError::malformed(format!("it holds {} images instead of one", saved.len()))),
    }
}

/// Indexes lie in indexes where an engine keeps the images of several platforms; more than this is no real one.
const DEEPEST_INDEX: usize = 4;

fn of_index(store: &dyn Store, bytes: &[u8]) -> Result<Manifest, ReadError> {
    let mut bytes = bytes.to_vec();
    for _ in 0..DEEPEST_INDEX {
        let index = ImageIndex::from_reader(bytes.as_slice())
            .map_err(|error| ReadError::malformed(format!("an index of images is damaged: {error}")))?;
        let images: Vec<&Descriptor> = index.manifests().iter().filter(|descriptor| is_image(descriptor)).collect();
        let [descriptor] = images[..] else {
            return Err(ReadError::malformed(format!("it holds {} images instead of one", images.len())));
        };
        let path = blob(descriptor);
        bytes = part(store, &path)?.ok_or_else(|| ReadError::malformed(format!("{path} is missing")))?;
        let is_index = *descriptor.media_type() == MediaType::ImageIndex || is_docker_list(descriptor);
        if !is_index {
            return of_manifest(&bytes);
        }
    }
    Err(ReadError::malformed("its indexes of images never come to an image"))
}

fn is_docker_list(descriptor: &Descriptor) -> bool {
    descriptor.media_type().to_string().ends_with("manifest.list.v2+json")
}

/// BuildKit puts attestations beside an image, as images for a platform called `unknown`.
fn is_image(descriptor: &Descriptor) -> bool {
    descriptor.platform().as_ref().is_none_or(|platform| platform.os().to_string() != "unknown")
}

fn of_manifest(bytes: &[u8]) -> Result<Manifest, ReadError> {
    let manifest = ImageManifest::from_reader(bytes)
        .map_err(|error| ReadError::malformed(format!("the manifest is damaged: {error}")))?;
    Ok(Manifest { configuration: blob(manifest.config()), layers: manifest.layers().iter().map(blob).collect() })
}

fn blob(descriptor: &Descriptor) -> String {
    let digest = descriptor.digest();
    format!("blobs/{}/{}", digest.algorithm(), digest.digest())
}
