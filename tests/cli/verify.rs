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
    program(folder, "docker", &format!("version) ;;\n{script}"));
}

fn program(folder: &Folder, name: &str, answers: &str) {
    folder.write(&format!("bin/{name}"), &format!("#!/bin/sh\necho \"$@\" >> calls\ncase $1 in\n{answers}\nesac\n"));
    let path = folder.path().join("bin").join(name);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn verify(folder: &Folder, arguments: &str) -> Run {
    with_engine(folder, &format!("verify {arguments}"))
}

fn with_engine(folder: &Folder, arguments: &str) -> Run {
    let path = format!("{}:/usr/bin:/bin", folder.path().join("bin").display());
    let temporary = folder.path().join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    folder.run_with(arguments, "", &[("PATH", &path), ("TMPDIR", temporary.to_str().unwrap())])
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

/// An engine that gives one image for the Dockerfile before and another for the one after; `$1` stands for the rest.
fn engine_of(folder: &Folder, before: &str, after: &str, rest: &str) {
    let save = format!("save) case $4 in *after) cp {after} $3 ;; *) cp {before} $3 ;; esac ;;");
    engine(folder, &format!("{save}\n{rest}"));
}

#[test]
fn what_differs_in_every_build_does_not_count() {
    let folder = images();
    let build = |name: &str, time: &str| {
        let text: &'static str = String::leak(time.to_owned());
        save(&folder.path().join(name), "{}", &[BASE, &[("app.jar", text, 0o644)]]);
    };
    for number in ["1", "2", "3"] {
        build(&format!("{number}.tar"), &format!("time {number}"));
    }
    engine(&folder, "save) case $4 in *before) cp 1.tar $3 ;; *after) cp 2.tar $3 ;; *) cp 3.tar $3 ;; esac ;;");
    folder.write("new", "FROM scratch\n");
    assert!(verify(&folder, "Dockerfile new").stdout.contains("new: content\n"));
    let run = verify(&folder, "Dockerfile new --expect debris");
    assert!(run.stdout.starts_with("Dockerfile -> new: equivalent, within debris\n"), "{}", run.stdout);
    assert!(run.stdout.contains("1 new in every build"), "{}", run.stdout);
    assert!(
        run.stderr.ends_with("building Dockerfile once more, to see what differs in every build\n"),
        "{}",
        run.stderr
    );
    assert!(calls(&folder).contains("--no-cache"));
}

#[test]
fn both_images_are_started_and_their_output_is_compared() {
    let folder = images();
    folder.write("new", "FROM scratch\n");
    let run = "run) case \"$*\" in *before*) echo one ;; *) echo two; exit 3 ;; esac ;;";
    engine_of(&folder, "old.tar", "old.tar", run);
    let run = verify(&folder, "Dockerfile new --run=[\"/app\"]");
    assert_eq!(run.code, 1);
    snapshot("verify_other_output", &run.text());
    let calls = calls(&folder);
    assert!(calls.contains("run --name dfx-verify-N-before --entrypoint /app dfx-verify:N-before\n"), "{calls}");
    assert!(calls.contains("rm --force --volumes dfx-verify-N-after\n"), "{calls}");
    assert_eq!(verify(&folder, "Dockerfile Dockerfile --run=true").code, 1);
    let run = verify(&folder, "old.tar old.tar --run=true");
    assert!(run.stderr.starts_with("error: an exported image is read and not started"), "{}", run.stderr);
}

#[test]
fn what_buildah_may_have_lost_of_an_output_is_asked_for_once_more() {
    let folder = images();
    let run = |loses: &str| {
        let answers = format!("push) cp old.tar ${{3#docker-archive:}} ;;\nrun) {loses} || echo hello; touch asked ;;");
        program(&folder, "buildah", &answers);
        verify(&folder, "Dockerfile Dockerfile --engine buildah --run=true").code
    };
    assert_eq!(run("! [ -e asked ]"), 0);
    assert_eq!(run("case $4 in *before) ;; *) false ;; esac"), 1);
}

#[test]
fn an_image_that_does_not_end_or_serve_in_time_is_told() {
    let folder = images();
    engine_of(&folder, "old.tar", "old.tar", "run) echo waiting >&2; exec sleep 60 ;;");
    let run = verify(&folder, "Dockerfile Dockerfile --run --patience 1");
    assert_eq!(run.code, 2);
    let expected = "error: the image of Dockerfile: does not end within 1 s\n  | waiting\n";
    assert!(run.stderr.ends_with(expected), "{}", run.stderr);
    let run = verify(&folder, "Dockerfile Dockerfile --probe http://localhost:1/ --patience 1");
    assert!(run.stderr.contains("does not answer at http://localhost:1/ within 1 s"), "{}", run.stderr);
    assert!(is_clean(&folder));
}

/// A Dockerfile with something to clean up.
const LEFTOVERS: &str = "FROM python:3.13\nRUN pip install flask==3.1.0\nCMD [\"python3\"]\n";

#[test]
fn a_repaired_file_is_written_if_a_build_agrees() {
    let folder = images();
    folder.write("app/Dockerfile", LEFTOVERS);
    engine_of(&folder, "old.tar", "clean.tar", "");
    let run = with_engine(&folder, "fix --write --verify app");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(folder.read("app/Dockerfile").contains("--no-cache-dir"));
    assert!(is_clean(&folder));
}

#[test]
fn a_file_whose_fixes_do_more_than_they_state_stays_as_it_was() {
    let folder = images();
    folder.write("app/Dockerfile", LEFTOVERS);
    engine_of(&folder, "old.tar", "other.tar", "");
    let run = with_engine(&folder, "fix --write --verify app");
    assert_eq!((run.code, folder.read("app/Dockerfile").as_str()), (2, LEFTOVERS));
    snapshot("verify_fix_kept", &run.text());
    engine(&folder, "build) echo 'no network'; exit 1 ;;");
    let run = with_engine(&folder, "fix --write --verify app");
    assert_eq!((run.code, folder.read("app/Dockerfile").as_str()), (2, LEFTOVERS));
    assert!(
        run.stderr.contains("error: nothing is changed in app/Dockerfile: cannot build app/Dockerfile"),
        "{}",
        run.stderr
    );
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
    engine(&folder, "build) sleep 1; echo $$ > started; exec sleep 60 ;;");
    kill_during_build(&folder);
    wait_for(|| calls(&folder).ends_with("rmi --force dfx-verify:N-before\n") && is_clean(&folder));
    // A process that has ended may be listed until somebody asks for its exit code.
    let state = std::fs::read_to_string(format!("/proc/{}/stat", folder.read("started").trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "the engine is still at work: {state}");
}

#[test]
fn an_engine_is_asked_to_end_with_the_signal_that_has_it_tidy_up() {
    let folder = images();
    engine(&folder, "build) trap 'kill $!; echo told > tidied; exit 1' HUP; sleep 60 & echo $$ > started; wait ;;");
    kill_during_build(&folder);
    wait_for(|| folder.path().join("tidied").exists() && is_clean(&folder));
}

/// Kills dfx while the engine builds, which has then written the file `started`.
fn kill_during_build(folder: &Folder) {
    std::fs::create_dir_all(folder.path().join("tmp")).unwrap();
    let mut command = folder.command("verify Dockerfile old.tar");
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.path().join("bin").display()));
    let mut child = command.env("TMPDIR", folder.path().join("tmp")).spawn().unwrap();
    wait_for(|| folder.path().join("started").exists());
    child.kill().unwrap();
    child.wait().unwrap();
}

fn wait_for(condition: impl Fn() -> bool) {
    let comes = (0..600).any(|_| {
        condition() || {
            std::thread::sleep(std::time::Duration::from_millis(50));
            false
        }
    });
    assert!(comes, "it does not come");
}
