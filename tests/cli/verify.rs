//! `dfx verify`, on exported images and with an engine that only plays one.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tar::{Builder, Header};

use super::{Folder, Run, snapshot};

/// A file of an image: its path, its text, its mode.
type Given = (&'static str, &'static str, u32);

/// Writes the archive of `docker save` for an image of some layers.
fn save(path: &Path, config: &str, layers: &[&[Given]]) {
    let mut archive = Builder::new(File::create(path).unwrap());
    let mut names = Vec::new();
    for (at, files) in layers.iter().enumerate() {
        let mut layer = Builder::new(Vec::new());
        for (path, text, mode) in *files {
            append(&mut layer, path, text.as_bytes(), *mode);
        }
        names.push(format!("{at}/layer.tar"));
        append(&mut archive, &names[at], &layer.into_inner().unwrap(), 0o644);
    }
    let config = format!(r#"{{"architecture":"amd64","os":"linux","config":{config}}}"#);
    append(&mut archive, "config.json", config.as_bytes(), 0o644);
    let manifest = serde_json::json!([{ "Config": "config.json", "RepoTags": null, "Layers": names }]).to_string();
    append(&mut archive, "manifest.json", manifest.as_bytes(), 0o644);
    archive.finish().unwrap();
}

fn append(builder: &mut Builder<impl std::io::Write>, path: &str, bytes: &[u8], mode: u32) {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    builder.append_data(&mut header, path, bytes).unwrap();
}

const BASE: &[Given] =
    &[("etc/os-release", "ID=debian\n", 0o644), ("var/lib/dpkg/status", "Package: libc6\nVersion: 2.36\n", 0o644)];
const LISTS: &[Given] = &[("var/lib/apt/lists/a", "lists", 0o644), ("var/log/dpkg.log", "1", 0o644)];

/// A folder with exported images of one application: as it was, cleaned up, and with another user and package.
fn images() -> Folder {
    let folder = Folder::with(&[("Dockerfile", "FROM scratch\n")]);
    let config = r#"{"Env":["PATH=/bin"],"Cmd":["/app"]}"#;
    let at = |name: &str| folder.path().join(name);
    save(&at("old.tar"), config, &[BASE, LISTS, &[("app", "1", 0o755)]]);
    save(&at("clean.tar"), config, &[BASE, &[("app", "1", 0o755), ("var/log/dpkg.log", "2", 0o644)]]);
    let status = ("var/lib/dpkg/status", "Package: libc6\nVersion: 2.41\n\nPackage: curl\nVersion: 8.0\n", 0o644);
    let other = r#"{"Env":["PATH=/bin","A=|b|"],"Cmd":["/app"],"User":"app"}"#;
    save(&at("other.tar"), other, &[BASE, &[("app", "22", 0o700), status, ("\u{1b}[31m", "x", 0o644)]]);
    folder
}

#[test]
fn the_rung_of_two_exported_images_is_told() {
    let folder = images();
    snapshot("verify_same", &folder.run("verify old.tar old.tar").text());
    snapshot("verify_debris", &folder.run("verify old.tar clean.tar").text());
    for format in ["full", "json", "markdown"] {
        snapshot(
            &format!("verify_{format}"),
            &folder.run(&format!("verify old.tar other.tar --format {format}")).text(),
        );
    }
}

#[test]
fn an_image_that_differs_more_than_expected_is_exit_code_1() {
    let folder = images();
    assert_eq!(folder.run("verify old.tar clean.tar --expect debris").code, 0);
    let run = folder.run("verify old.tar clean.tar --expect equivalent");
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("old.tar -> clean.tar: debris, which is more than equivalent\n"), "{}", run.stdout);
}

#[test]
fn what_is_no_image_is_told() {
    let folder = images();
    folder.write("broken.tar", "no archive at all");
    let run = folder.run("verify old.tar broken.tar");
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with("error: cannot read an image from broken.tar: "), "{}", run.stderr);
    let run = folder.run("verify old.tar missing.tar");
    assert_eq!((run.code, run.stderr.as_str()), (2, "error: cannot read missing.tar: No such file or directory\n"));
}

/// Puts a program called `docker` into the folder `bin` that answers as a script says, and writes its calls to `calls`.
fn engine(folder: &Folder, script: &str) {
    let text = format!("#!/bin/sh\necho \"$@\" >> calls\ncase $1 in\nversion) ;;\n{script}\nesac\n");
    folder.write("bin/docker", &text);
    let path = folder.path().join("bin/docker");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn verify(folder: &Folder, arguments: &str) -> Run {
    let path = format!("{}:/usr/bin:/bin", folder.path().join("bin").display());
    let temporary = folder.path().join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    folder.run_with(&format!("verify {arguments}"), "", &[("PATH", &path), ("TMPDIR", temporary.to_str().unwrap())])
}

/// The calls that the engine got, without the number of the process.
fn calls(folder: &Folder) -> String {
    let calls = folder.read("calls");
    let number: String = calls.split("dfx-verify:").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    calls.replace(&number, "N").replace(&folder.path().display().to_string(), "FOLDER")
}

fn is_clean(folder: &Folder) -> bool {
    std::fs::read_dir(folder.path().join("tmp")).unwrap().next().is_none()
}

#[test]
fn both_dockerfiles_are_built_and_everything_is_removed_again() {
    let folder = images();
    folder.write("new/Dockerfile", "FROM scratch\n");
    engine(&folder, "save) case $4 in *before) cp old.tar $3 ;; *) cp clean.tar $3 ;; esac ;;");
    let run = verify(
        &folder,
        "Dockerfile new/Dockerfile --build-arg A=b --target x --build-option=--network=host --expect debris",
    );
    assert_eq!(run.stderr, "building Dockerfile with docker\nbuilding new/Dockerfile with docker\n");
    assert_eq!(run.code, 0);
    assert!(run.stdout.starts_with("Dockerfile -> new/Dockerfile: debris, as expected\n"), "{}", run.stdout);
    snapshot("verify_calls", &calls(&folder));
    assert!(is_clean(&folder));
}

#[test]
fn a_build_that_fails_is_told_with_its_step_and_the_end_of_its_log() {
    let folder = images();
    folder.write("new", "FROM scratch\n");
    engine(
        &folder,
        "build) echo 'STEP 1/2: FROM scratch'; echo 'STEP 2/2: RUN false'; echo oh >&2; exit 3 ;;\nrmi) ;;",
    );
    let run = verify(&folder, "old.tar new");
    assert_eq!(run.code, 2);
    snapshot("verify_failing_build", &run.stderr);
    assert!(calls(&folder).ends_with("rmi --force dfx-verify:N-after\n"));
    assert!(is_clean(&folder));
}

#[test]
fn a_full_disk_is_told_as_such() {
    let folder = images();
    engine(&folder, "save) echo 'write /x: no space left on device'; exit 1 ;;");
    let run = verify(&folder, "Dockerfile old.tar");
    assert!(run.stderr.contains("help: the disk is full"), "{}", run.stderr);
    assert!(is_clean(&folder));
}

#[test]
fn a_missing_or_silent_engine_is_told() {
    let folder = images();
    let path = folder.path().join("bin");
    engine(&folder, "x) ;;");
    folder.write("bin/docker", "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n");
    let run = folder.run_with("verify Dockerfile old.tar", "", &[("PATH", path.to_str().unwrap())]);
    assert_eq!(run.code, 2);
    snapshot("verify_no_engine", &run.stderr);
}

#[test]
fn an_interrupted_run_leaves_nothing_behind() {
    let folder = images();
    engine(&folder, "build) echo $$ > started; exec sleep 60 ;;");
    std::fs::create_dir_all(folder.path().join("tmp")).unwrap();
    let mut command = folder.command("verify Dockerfile old.tar");
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.path().join("bin").display()));
    let mut child = command.env("TMPDIR", folder.path().join("tmp")).spawn().unwrap();
    wait_for(|| folder.path().join("started").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for(|| calls(&folder).ends_with("rmi --force dfx-verify:N-before\n") && is_clean(&folder));
    let engine = format!("/proc/{}", folder.read("started").trim());
    assert!(!Path::new(&engine).exists(), "the engine is still at work");
}

fn wait_for(condition: impl Fn() -> bool) {
    let comes = (0..200).any(|_| {
        condition() || {
            std::thread::sleep(std::time::Duration::from_millis(50));
            false
        }
    });
    assert!(comes, "it does not come");
}
