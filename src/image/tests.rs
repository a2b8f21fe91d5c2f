//! Images made in memory: what their exports hold is read rightly.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use crate::edit::Effect;

use super::*;

/// A layer under construction.
struct LayerArchive(Builder<Vec<u8>>);

impl LayerArchive {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    fn header(kind: EntryType, mode: u32, size: usize) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(size as u64);
        header.set_mtime(1);
        header.set_uid(0);
        header.set_gid(0);
        header
    }

    fn file(mut self, path: &str, text: &str) -> Self {
        let mut header = Self::header(EntryType::Regular, 0o644, text.len());
        self.0.append_data(&mut header, path, text.as_bytes()).unwrap();
        self
    }

    fn folder(mut self, path: &str) -> Self {
        self.0.append_data(&mut Self::header(EntryType::Directory, 0o755, 0), path, &b""[..]).unwrap();
        self
    }

    fn link(mut self, kind: EntryType, path: &str, target: &str) -> Self {
        self.0.append_link(&mut Self::header(kind, 0o777, 0), path, target).unwrap();
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Builder<Vec<u8>>)) -> Self {
        change(&mut self.0);
        self
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

fn archive(parts: &[(String, Vec<u8>)]) -> Archive<Cursor<Vec<u8>>> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in parts {
        let mut header = LayerArchive::header(EntryType::Regular, 0o644, bytes.len());
        builder.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    Archive::new(Cursor::new(builder.into_inner().unwrap())).unwrap()
}

/// What `docker save` writes.
fn saved(configuration: &str, layers: Vec<LayerArchive>) -> Archive<Cursor<Vec<u8>>> {
    let mut parts: Vec<(String, Vec<u8>)> =
        layers.into_iter().enumerate().map(|(at, layer)| (format!("{at}/layer.tar"), layer.bytes())).collect();
    let names: Vec<&String> = parts.iter().map(|(path, _)| path).collect();
    let manifest = serde_json::json!([{ "Config": "c.json", "RepoTags": ["x:y"], "Layers": names }]).to_string();
    parts.push(("c.json".to_owned(), configuration.as_bytes().to_vec()));
    parts.push(("manifest.json".to_owned(), manifest.into_bytes()));
    archive(&parts)
}

fn image(layers: Vec<LayerArchive>) -> Image {
    Image::read(&saved("{}", layers)).unwrap()
}

fn paths(image: &Image) -> Vec<&str> {
    image.tree.entries().map(|(path, _)| path).collect()
}

fn compared(before: &Image, after: &Image) -> Comparison {
    Comparison::new(before, after, &BTreeSet::new())
}

fn rung(before: Vec<LayerArchive>, after: Vec<LayerArchive>) -> Effect {
    compared(&image(before), &image(after)).rung
}

#[test]
fn a_whiteout_hides_what_lies_below_and_nothing_of_its_own_layer() {
    let base = LayerArchive::new().folder("a/").file("a/b", "1").file("a/c", "1").file("d", "1");
    let over = LayerArchive::new().file("a/b", "2").file("a/.wh.b", "").file(".wh.d", "");
    let image = image(vec![base, over]);
    assert_eq!(paths(&image), ["a", "a/b", "a/c"]);
    assert_eq!((image.tree.size(), image.size()), (2, 4));
}

#[test]
fn an_opaque_directory_hides_all_that_lies_below() {
    let base = LayerArchive::new().folder("a/").file("a/b", "1").file("a/c/d", "1").file("ab", "1");
    let over = LayerArchive::new().folder("a/").file("a/e", "2").file("a/.wh..wh..opq", "");
    assert_eq!(paths(&image(vec![base, over])), ["a", "a/e", "ab"]);
}

#[test]
fn a_file_in_the_place_of_a_directory_hides_it_and_the_other_way_round() {
    let base = LayerArchive::new().file("a/b/c", "1").file("d", "1");
    let over = LayerArchive::new().file("a/b", "2").file("d/e", "2");
    assert_eq!(paths(&image(vec![base, over])), ["a", "a/b", "d", "d/e"]);
}

#[test]
fn hard_links_share_their_bytes() {
    let layer = LayerArchive::new().file("a", "1234").link(EntryType::Link, "b", "a");
    let two = image(vec![layer]);
    assert_eq!((two.tree.size(), two.size()), (4, 4));
    assert_eq!(two.tree.get("a"), two.tree.get("b"));
    let copies = LayerArchive::new().file("a", "1234").file("b", "1234");
    assert_eq!(compared(&two, &image(vec![copies])).rung, Effect::Equivalent);
    let gone = saved("{}", vec![LayerArchive::new().link(EntryType::Link, "b", "a")]);
    assert_eq!(Image::read(&gone).unwrap_err().to_string(), "layer 1: b is a hard link to a, which is not there");
}

#[test]
fn a_file_below_a_linked_directory_lies_where_the_link_leads() {
    let base = LayerArchive::new().folder("usr/lib/").link(EntryType::Symlink, "lib", "usr/lib");
    let over = LayerArchive::new().file("lib/x", "1");
    assert_eq!(paths(&image(vec![base, over])), ["lib", "usr", "usr/lib", "usr/lib/x"]);
}

#[test]
fn links_in_a_circle_are_not_followed_for_ever() {
    let base = LayerArchive::new().link(EntryType::Symlink, "a", "b").link(EntryType::Symlink, "b", "a");
    let over = LayerArchive::new().file("a/x", "1");
    assert!(paths(&image(vec![base, over])).iter().any(|path| path.ends_with("/x")));
}

#[test]
fn devices_pipes_and_attributes_are_kept() {
    let layer = || {
        LayerArchive::new().with(|builder| {
            let mut device = LayerArchive::header(EntryType::Char, 0o666, 0);
            device.set_device_major(1).unwrap();
            device.set_device_minor(3).unwrap();
            builder.append_data(&mut device, "dev/null", &b""[..]).unwrap();
            builder.append_data(&mut LayerArchive::header(EntryType::Fifo, 0o600, 0), "pipe", &b""[..]).unwrap();
        })
    };
    let capable = |value: &'static [u8]| {
        layer().with(move |builder| {
            builder.append_pax_extensions([("SCHILY.xattr.security.capability", value)]).unwrap();
            let mut header = LayerArchive::header(EntryType::Regular, 0o4755, 1);
            builder.append_data(&mut header, "bin/ping", &b"1"[..]).unwrap();
        })
    };
    let (before, after) = (image(vec![capable(b"\x01\0\n\n\x02")]), image(vec![capable(b"\x01\0\n\n\x03")]));
    assert_eq!(before.tree.get("dev/null").unwrap().kind, Kind::CharacterDevice(Device { major: 1, minor: 3 }));
    assert_eq!(before.tree.get("pipe").unwrap().kind, Kind::NamedPipe);
    assert_eq!(before.tree.get("bin/ping").unwrap().mode, 0o4755);
    let comparison = compared(&before, &after);
    assert_eq!(comparison.files.len(), 1);
    let name = "security.capability".to_owned();
    assert_eq!(comparison.files[0].change, Change::Changed(vec![Aspect::Attributes(vec![name])]));
    assert_eq!(comparison.rung, Effect::Content);
}

#[test]
fn long_names_and_links_come_through_in_both_forms() {
    let long = format!("{}/x", "n".repeat(300));
    let gnu = LayerArchive::new().file(&long, "1").link(EntryType::Symlink, "l", &long);
    let pax = LayerArchive::new().with(|builder| {
        builder.append_pax_extensions([("path", long.as_bytes())]).unwrap();
        builder.append_data(&mut LayerArchive::header(EntryType::Regular, 0o644, 1), "short", &b"1"[..]).unwrap();
        builder.append_pax_extensions([("linkpath", long.as_bytes())]).unwrap();
        builder.append_link(&mut LayerArchive::header(EntryType::Symlink, 0o777, 0), "l", "short").unwrap();
    });
    let comparison = compared(&image(vec![gnu]), &image(vec![pax]));
    assert_eq!((comparison.rung, comparison.same_files), (Effect::Identical, 3));
}

#[test]
fn a_file_with_holes_is_the_file_with_zeros() {
    let sparse = LayerArchive::new().with(|builder| {
        let mut header = LayerArchive::header(EntryType::GNUSparse, 0o644, 3);
        let gnu = header.as_gnu_mut().unwrap();
        for (piece, (offset, length)) in gnu.sparse.iter_mut().zip([(2, 2), (6, 1)]) {
            piece.offset[..11].copy_from_slice(format!("{offset:011o}").as_bytes());
            piece.numbytes[..11].copy_from_slice(format!("{length:011o}").as_bytes());
        }
        gnu.realsize[..11].copy_from_slice(b"00000000011");
        header.set_path("a").unwrap();
        header.set_cksum();
        builder.append(&header, &b"abc"[..]).unwrap();
    });
    let dense = LayerArchive::new().file("a", "\0\0ab\0\0c\0\0");
    let behind = |layer: LayerArchive| layer.file("b", "1");
    assert_eq!(rung(vec![behind(sparse)], vec![behind(dense)]), Effect::Identical);
}

#[test]
fn times_count_for_nothing_and_layers_for_no_more_than_equivalent() {
    let later = LayerArchive::new().with(|builder| {
        let mut header = LayerArchive::header(EntryType::Regular, 0o644, 1);
        header.set_mtime(99);
        builder.append_data(&mut header, "a", &b"1"[..]).unwrap();
    });
    assert_eq!(rung(vec![LayerArchive::new().file("a", "1")], vec![later]), Effect::Identical);
    let merged = LayerArchive::new().file("a", "1").file("b", "2");
    let split = vec![LayerArchive::new().file("a", "1"), LayerArchive::new().file("b", "2")];
    assert_eq!(rung(split, vec![merged]), Effect::Equivalent);
}

#[test]
fn what_a_package_manager_makes_again_is_debris_and_its_logs_are_nothing() {
    let base = |log: &str| LayerArchive::new().folder("root/").folder("var/lib/apt/").file("var/log/dpkg.log", log);
    let cached = base("1").file("var/lib/apt/lists/x", "1").file("root/.cache/pip/y", "1");
    let clean = base("2").folder("var/lib/apt/lists/");
    assert_eq!(rung(vec![cached], vec![clean]), Effect::Debris);
    assert_eq!(rung(vec![base("1")], vec![base("2")]), Effect::Equivalent);
    assert_eq!(rung(vec![base("1")], vec![base("1").file("app", "1")]), Effect::Content);
}

#[test]
fn the_place_where_a_cache_was_mounted_is_debris() {
    let base = || LayerArchive::new().folder("root/");
    let mounted = base().folder("root/.hex/").folder("root/.hex/packages/");
    assert_eq!(rung(vec![base()], vec![mounted]), Effect::Debris);
    let above_the_mount = base().folder("root/.hex/");
    assert_eq!(rung(vec![base()], vec![above_the_mount]), Effect::Debris);
    assert_eq!(rung(vec![base()], vec![base().folder("root/.hexagon/")]), Effect::Content);
    assert_eq!(rung(vec![base()], vec![base().folder("root/.hex/plans/")]), Effect::Content);
    let with_more = base().folder("root/.hex/").folder("root/.hex/packages/").file("root/.hex/hex.config", "1");
    assert_eq!(rung(vec![base()], vec![with_more]), Effect::Content);
}

#[test]
fn paths_that_vary_from_build_to_build_do_not_count() {
    let build = |time: &str| image(vec![LayerArchive::new().file("app.jar", time).file("b", "1")]);
    let varying = compared(&build("1"), &build("2")).differing_paths();
    assert_eq!(Comparison::new(&build("1"), &build("3"), &varying).rung, Effect::Equivalent);
}

#[test]
fn the_configuration_is_compared_field_by_field() {
    let build = |config: &str| {
        Image::read(&saved(&format!(r#"{{"os":"linux","config":{config}}}"#), vec![LayerArchive::new().file("a", "1")]))
            .unwrap()
    };
    let before = build(r#"{"Env":["A=1","B=2"],"Cmd":["x"],"Labels":{"a":"b"}}"#);
    assert_eq!(
        compared(&before, &build(r#"{"Env":["B=2","A=1"],"Cmd":["x"],"Labels":{"a":"b"},"User":""}"#)).rung,
        Effect::Identical
    );
    assert_eq!(compared(&before, &build(r#"{"Env":["A=1","B=2"],"Cmd":["x"]}"#)).rung, Effect::Content);
    let other = compared(&before, &build(r#"{"Env":["A=1","B=2"],"Cmd":["x"],"Labels":{"a":"b"},"User":"app"}"#));
    assert_eq!(other.rung, Effect::Runtime);
    assert_eq!(other.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["User"]);
}

#[test]
fn another_distribution_below_is_told_even_where_its_files_are_the_same() {
    let base = |text: &str| LayerArchive::new().file("etc/os-release", text);
    let over = || LayerArchive::new().file("etc/os-release", "3");
    let comparison = compared(&image(vec![base("1"), over()]), &image(vec![base("2"), over()]));
    assert!(comparison.has_other_base && comparison.files.is_empty());
    assert_eq!(comparison.rung, Effect::Runtime);
}

#[test]
fn packages_are_compared_by_version() {
    let build = |version: &str| {
        let text = format!("Package: a\nVersion: {version}\n\nPackage: b\nVersion: 1\n");
        image(vec![LayerArchive::new().file("var/lib/dpkg/status", &text)])
    };
    let comparison = compared(&build("1"), &build("2"));
    let [difference] = &comparison.packages[..] else { panic!("{:?}", comparison.packages) };
    assert_eq!((difference.name.as_str(), &difference.removed[0][..], &difference.added[0][..]), ("a", "1", "2"));
    assert_eq!(comparison.same_packages, 1);
}

/// The digest of a blob, as a descriptor of it.
fn descriptor(kind: &str, bytes: &[u8]) -> (serde_json::Value, (String, Vec<u8>)) {
    let digest = const_hex::encode(Sha256::digest(bytes));
    let value = serde_json::json!({
        "mediaType": format!("application/vnd.oci.image.{kind}"), "digest": format!("sha256:{digest}"), "size": bytes.len(),
    });
    (value, (format!("blobs/sha256/{digest}"), bytes.to_vec()))
}

/// An OCI layout of an image of one layer, packed, beside an attestation.
fn layout(media_type: &str, packed: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (layer, layer_part) = descriptor(media_type, packed);
    let (config, config_part) = descriptor("config.v1+json", b"{}");
    let manifest = serde_json::json!({ "schemaVersion": 2, "config": config, "layers": [layer] });
    let (mut manifest, manifest_part) = descriptor("manifest.v1+json", manifest.to_string().as_bytes());
    manifest["platform"] = serde_json::json!({ "architecture": "amd64", "os": "linux" });
    let (mut attestation, _) = descriptor("manifest.v1+json", b"no image");
    attestation["platform"] = serde_json::json!({ "architecture": "unknown", "os": "unknown" });
    let inner = serde_json::json!({ "schemaVersion": 2, "manifests": [manifest, attestation] }).to_string();
    let (inner, inner_part) = descriptor("index.v1+json", inner.as_bytes());
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": [inner] }).to_string();
    vec![layer_part, config_part, manifest_part, inner_part, ("./index.json".to_owned(), index.into_bytes())]
}

#[test]
fn an_oci_layout_with_packed_layers_and_attestations_is_the_same_image() {
    let layer = || LayerArchive::new().file("a", "1");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&layer().bytes()).unwrap();
    let zstandard = || zstd::encode_all(layer().bytes().as_slice(), 1).unwrap();
    // What follows the data of zstd:chunked: a frame that readers pass over.
    let chunked = [zstandard(), [0x184D_2A50_u32, 3].map(u32::to_le_bytes).concat(), b"abc".to_vec()].concat();
    for (media_type, packed) in [
        ("layer.v1.tar+gzip", gzip.finish().unwrap()),
        ("layer.v1.tar+zstd", zstandard()),
        ("layer.v1.tar+zstd", chunked),
    ] {
        let image = Image::read(&archive(&layout(media_type, &packed))).unwrap();
        assert_eq!(compared(&image, &super::tests::image(vec![layer()])).rung, Effect::Identical, "{media_type}");
    }
}

#[test]
fn what_is_no_image_is_told_in_words() {
    let told = |parts: &[(String, Vec<u8>)]| Image::read(&archive(parts)).unwrap_err().to_string();
    assert!(told(&[("a".to_owned(), Vec::new())]).starts_with("it is no image: neither"));
    let two = br#"[{"Config":"a","Layers":[]},{"Config":"b","Layers":[]}]"#.to_vec();
    assert_eq!(told(&[("manifest.json".to_owned(), two)]), "it holds 2 images instead of one");
    let missing = br#"[{"Config":"a","Layers":["b"]}]"#.to_vec();
    assert_eq!(told(&[("manifest.json".to_owned(), missing.clone())]), "a is missing");
    let cut =
        vec![("manifest.json".to_owned(), missing), ("a".to_owned(), b"{}".to_vec()), ("b".to_owned(), vec![7; 600])];
    assert_eq!(told(&cut), "layer 1: it is not a tar archive, or damaged: the sum over a header is wrong");
    assert!(Archive::new(Cursor::new(vec![0x1F, 0x8B, 0, 0, 0])).unwrap_err().to_string().contains("gunzip"));
}

#[test]
fn a_layer_that_ends_early_is_told() {
    let mut bytes = LayerArchive::new().file("a", &"1".repeat(2000)).bytes();
    bytes.truncate(1000);
    let error = Changes::read(bytes.as_slice()).unwrap_err();
    assert!(matches!(error, ReadError::Io { .. }), "{error}");
}
