//! Whole files, before and after.

use super::testing::{new_stage, outcome, refusal, split_with};
use super::*;

#[track_caller]
fn assert_split(text: &str, files: &[(&str, &str)], after: &str) {
    let (text, assumptions) = outcome(text, Some(files)).expect("a build").expect("a split");
    assert_eq!(text, after);
    assert_eq!(assumptions, []);
}

const GO: &str = "package main\nimport \"os\"\nfunc main() {}\n";
const CERTIFICATES: &str = "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n\
                            COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/local/go/lib/time/zoneinfo.zip";

#[test]
fn a_go_program_is_copied_with_what_it_may_read() {
    assert_split(
        "FROM golang:1.19\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\nEXPOSE 80\nCMD [\"./app\"]\n",
        &[
            ("go.mod", "module a"),
            ("main.go", GO),
            ("README.md", ""),
            ("web/index.html", ""),
            ("web/css/a.css", ""),
            ("internal/a.go", ""),
            ("internal/sql/1.sql", ""),
        ],
        &format!(
            "FROM golang:1.19 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n\nFROM debian:bookworm-slim\n\
             WORKDIR /src\nCOPY --from=build /src/app /src/app\n{CERTIFICATES}\n\
             COPY --from=build /src/internal/sql /src/internal/sql\nCOPY --from=build /src/web /src/web\n\
             EXPOSE 80\nCMD [\"./app\"]\n"
        ),
    );
}

#[test]
fn a_folder_of_documents_comes_along_where_a_source_opens_it() {
    let text = "FROM golang:1.19\nWORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n";
    let is_copied = |source: &str| {
        let files =
            [("go.mod", "module a\nrequire b v1\n"), ("main.go", source), ("docs/swagger.json", ""), ("docs/a.md", "")];
        new_stage(text, Some(&files)).contains("COPY --from=build /s/docs /s/docs\n")
    };
    assert!(is_copied("http.ServeFile(w, r, \"./docs/swagger.json\")"));
    assert!(is_copied("http.Dir(`docs`)"));
    assert!(!is_copied("import \"e.org/a/docs\""));
}

#[test]
fn a_program_that_loads_plugins_is_not_known() {
    let text = "FROM golang:1.19\nWORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n";
    let refused = outcome(text, Some(&[("main.go", "import \"plugin\"\n")])).unwrap().unwrap_err();
    assert_eq!(refused, Refusal::UnknownLibraries("plugin".to_owned()));
}

#[test]
fn embedded_files_are_part_of_the_program() {
    let source = "package main\nimport _ \"embed\"\nimport \"os\"\n//go:embed page.html web\nvar page string\n";
    assert_split(
        "FROM golang:1.19\nCOPY . /src\nRUN cd /src && go build -o /app\nCMD [\"/app\"]\n",
        &[("main.go", source), ("page.html", ""), ("web/a.css", "")],
        &format!(
            "FROM golang:1.19 AS build\nCOPY . /src\nRUN cd /src && go build -o /app\n\nFROM debian:bookworm-slim\n\
             WORKDIR /go\nCOPY --from=build /app /app\n{CERTIFICATES}\nCMD [\"/app\"]\n"
        ),
    );
}

#[test]
fn what_describes_the_image_is_said_again_or_moves_with_its_comment() {
    assert_split(
        "FROM golang:1.19-alpine3.17\n# Who\nLABEL a=b\nEXPOSE 80\nARG V=1\nENV C=$V\nUSER root\nWORKDIR /src\n\
         COPY main.go .\nRUN go build -o /app .\nUSER nobody\nCMD [\"/app\"]\n",
        &[("main.go", GO)],
        &format!(
            "FROM golang:1.19-alpine3.17 AS build\nARG V=1\nENV C=$V\nUSER root\nWORKDIR /src\nCOPY main.go .\n\
             RUN go build -o /app .\n\nFROM alpine:3.17\nARG V=1\nENV C=$V\nWORKDIR /src\nCOPY --from=build /app /app\n\
             {CERTIFICATES}\n# Who\nLABEL a=b\nEXPOSE 80\nUSER nobody\nCMD [\"/app\"]\n"
        ),
    );
}

#[test]
fn packages_users_and_directories_come_along() {
    assert_split(
        "FROM golang:1.19-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev ffmpeg\n\
         RUN useradd -u 5 app && mkdir -p /data && chown app /data\nWORKDIR /src\nCOPY main.go .\nRUN go build -o /app .\n\
         USER app\nCMD [\"/app\"]\n",
        &[("main.go", GO)],
        &format!(
            "FROM golang:1.19-bookworm AS build\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev ffmpeg\n\
             RUN useradd -u 5 app && mkdir -p /data && chown app /data\nWORKDIR /src\nCOPY main.go .\nRUN go build -o /app .\n\n\
             FROM debian:bookworm-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libpq5 ffmpeg \\\n    \
             && rm -rf /var/lib/apt/lists/*\nRUN useradd -u 5 app\nWORKDIR /src\nRUN mkdir -p /data \\\n    && chown app /data\n\
             COPY --from=build /app /app\n{CERTIFICATES}\nUSER app\nCMD [\"/app\"]\n"
        ),
    );
}

#[test]
fn a_rust_program_takes_its_libraries_with_it() {
    assert_split(
        "FROM rust:1.75-bookworm\r\nWORKDIR /s\r\nCOPY . .\r\nRUN cargo build --release\r\nCMD [\"target/release/a\"]\r\n",
        &[("Cargo.lock", "name = \"a\"\nname = \"pq-sys\"\n"), ("src/main.rs", "fn main() {}\n")],
        "FROM rust:1.75-bookworm AS build\r\nWORKDIR /s\r\nCOPY . .\r\nRUN cargo build --release\r\n\r\n\
         FROM debian:bookworm-slim\r\nRUN apt-get update \\\r\n    && apt-get install -y --no-install-recommends libpq5 \\\r\n    \
         && rm -rf /var/lib/apt/lists/*\r\nWORKDIR /s\r\nCOPY --from=build /s/target/release/a /s/target/release/a\r\n\
         COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\r\n\
         CMD [\"target/release/a\"]\r\n",
    );
}

#[test]
fn files_that_commands_write_are_copied_unless_they_are_removed_again() {
    let brought = |run: &str| {
        let text = format!("FROM golang:1.19\nWORKDIR /s\nRUN {run}\nRUN go build -o a\nCMD [\"./a\"]\n");
        outcome(&text, None).unwrap().unwrap().0.contains("COPY --from=build /opt/x /opt/x\n")
    };
    for run in
        ["curl -fo /opt/x https://e.org/x && chmod +x /opt/x", "wget -O /opt/x https://e.org/x", "sed -i s/a/b/ /opt/x"]
    {
        assert!(brought(run), "{run}");
        assert!(!brought(&format!("{run} && rm /opt/x")), "{run}");
        assert!(!brought(&format!("{run} && rm -rf /opt/*")), "{run}");
    }
}

/// The lines of the new stage of a Python program for whose sake a command runs.
fn lines_for(run: &str) -> Vec<String> {
    let text = format!(
        "FROM python:3.11-bookworm\nENV TZ=Europe/Rome\nWORKDIR /app\nRUN {run}\nCOPY . .\nRUN pip install flask\nCMD python a.py\n"
    );
    let known = [
        "python:3.11-slim-bookworm",
        "ENV TZ=Europe/Rome",
        "WORKDIR /app",
        "COPY --from=build /app /app",
        "COPY --from=build /usr/local /usr/local",
        "CMD python a.py",
    ];
    let stage = new_stage(&text, None);
    stage.lines().filter(|line| !known.contains(line)).map(str::to_owned).collect()
}

#[test]
fn what_is_fetched_for_an_interpreted_program_is_part_of_it() {
    for run in [
        "curl -fsSL https://e.org/x.tgz | tar xz -C /srv/x --strip-components=1",
        "git clone --depth 1 https://e.org/x.git /srv/x && cd /srv/x && git checkout v1",
        "wget -q https://e.org/x.zip -O /tmp/x.zip && unzip -q /tmp/x.zip -d /srv/x",
    ] {
        assert_eq!(lines_for(run), ["COPY --from=build /srv/x /srv/x"], "{run}");
    }
    assert_eq!(lines_for("wget https://e.org/x.tgz && tar xf x.tgz && rm x.tgz"), [""; 0]);
    let with = |run: &str| {
        refusal(&format!(
            "FROM python:3.11\nWORKDIR /app\nRUN {run}\nCOPY . .\nRUN pip install flask\nCMD python a.py\n"
        ))
    };
    assert_eq!(with("curl https://e.org/x | tar xz -C /opt"), Refusal::AmongSystemFiles("/opt".to_owned()));
    assert_eq!(with("gpg --dearmor -o /x.gpg x.asc"), Refusal::UnknownCommand("gpg".to_owned()));
    assert_eq!(with("curl https://e.org/x | bash"), Refusal::UnknownCommand("bash".to_owned()));
    assert_eq!(with("cp a \"$B\""), Refusal::UnknownPath("\"$B\"".to_owned()));
    assert_eq!(with("git clone https://e.org/$R"), Refusal::UnknownPath("$R".to_owned()));
}

#[test]
fn links_are_made_again_where_they_lead_somewhere() {
    let zone = "ln -snf /usr/share/zoneinfo/$TZ /etc/localtime && echo $TZ > /etc/timezone";
    assert_eq!(
        lines_for(zone),
        ["RUN ln -snf /usr/share/zoneinfo/Europe/Rome /etc/localtime", "COPY --from=build /etc/timezone /etc/timezone"]
    );
    assert_eq!(lines_for("ln -sf \"/usr/share/zoneinfo/${TZ}\" /etc/localtime").len(), 1);
    assert_eq!(lines_for("ln -s /app/run.py /usr/bin/run"), ["RUN ln -snf /app/run.py /usr/bin/run"]);
    // The folder is copied with the link in it.
    assert_eq!(lines_for("ln -s /etc/hosts /app/hosts"), [""; 0]);
    let with = |run: &str| {
        refusal(&format!(
            "FROM python:3.11\nRUN {run}\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD python a.py\n"
        ))
    };
    for run in
        ["ln -s /usr/lib/x.so /usr/bin/x", "ln -s /app/x /var/x/y", "ln /app/x /usr/bin/x", "ln -s $X /usr/bin/x"]
    {
        assert_eq!(with(run), Refusal::UnknownCommand("ln".to_owned()), "{run}");
    }
}

#[test]
fn certificates_languages_and_capabilities_come_along() {
    let certificates = lines_for("update-ca-certificates");
    assert_eq!(certificates[0], "COPY --from=build /etc/ssl/certs /etc/ssl/certs");
    assert_eq!(certificates.len(), 2);
    let archive = "COPY --from=build /usr/lib/locale/locale-archive /usr/lib/locale/locale-archive";
    assert_eq!(lines_for("localedef -i en_US -f UTF-8 en_US.UTF-8"), [archive]);
    let java = "FROM maven:3.8-openjdk-17\nRUN localedef -i en_US -f UTF-8 en_US\nCOPY . /app\nWORKDIR /app\nRUN mvn package\nCMD java -jar target/a.jar\n";
    assert_eq!(
        refusal(&java.replace("3.8-openjdk-17", "3-openjdk-17-slim")),
        Refusal::UnknownDistribution("debian".to_owned())
    );
    assert_eq!(lines_for("echo it_IT.UTF-8 UTF-8 >> /etc/locale.gen && locale-gen")[1], archive);
    assert_eq!(lines_for("setcap cap_net_bind_service=+ep /opt/x"), ["COPY --from=build /opt/x /opt/x"]);
    assert_eq!(
        lines_for("sed -e 's/a/b/' -i /etc/hosts.allow"),
        ["COPY --from=build /etc/hosts.allow /etc/hosts.allow"]
    );
    for sed in [
        "sed -ri 's/a/b/' /etc/x",
        "sed -i.old -E -e s/a/b/ -e s/c/d/ /etc/x",
        "sed --in-place --expression=s/a/b/ /etc/x",
    ] {
        assert_eq!(lines_for(sed), ["COPY --from=build /etc/x /etc/x"], "{sed}");
    }
    assert_eq!(lines_for("sed -e s/i/j/ /etc/x"), [""; 0]);
    let pattern = "sed -ri -e 's/a/b/' /etc/apache2/sites-available/*.conf";
    assert_eq!(lines_for(pattern), ["COPY --from=build /etc/apache2/sites-available /etc/apache2/sites-available"]);
    assert_eq!(lines_for("echo x | tee /etc/x"), ["COPY --from=build /etc/x /etc/x"]);
    for run in [
        "gunicorn --version",
        "apt-cache depends redis-tools",
        "gpg --batch --verify a.asc a",
        "gpg --keyserver k.org --recv-keys $K && gpgconf --kill all",
        ". /etc/os-release && echo $ID",
    ] {
        assert_eq!(lines_for(run), [""; 0], "{run}");
    }
    assert_eq!(lines_for("A=$(dpkg --print-architecture) && yes | apt-mark hold x"), [""; 0]);
}

#[test]
fn a_language_beside_the_archive_lies_in_a_folder_of_its_own() {
    let copied = |path: &str| [format!("COPY --from=build {path} {path}")];
    assert_eq!(lines_for("localedef --no-archive -i en_US -f UTF-8 en_US.UTF-8"), copied("/usr/lib/locale/en_US.utf8"));
    assert_eq!(
        lines_for("localedef --no-archive -i de_DE -f ISO-8859-1 de_DE.ISO-8859-1@euro"),
        copied("/usr/lib/locale/de_DE.iso88591@euro")
    );
    assert_eq!(lines_for("localedef -i en_US -f UTF-8 /opt/languages/en_US"), copied("/opt/languages/en_US"));
    assert_eq!(lines_for("localedef --list-archive"), [""; 0]);
    for run in ["localedef --prefix=/x -i en_US -f UTF-8 en_US.UTF-8", "localedef --delete-from-archive en_US.utf8"] {
        assert_eq!(refused(run), Refusal::UnknownCommand("localedef".to_owned()), "{run}");
    }
}

#[test]
fn an_archive_of_languages_that_nobody_has_filled_is_not_copied() {
    // Debian's program takes no words, and does nothing for an empty list.
    for run in ["locale-gen", "locale-gen en_US.UTF-8", "locale-gen --purge en_US.UTF-8"] {
        assert_eq!(refused(run), Refusal::UnknownCommand("locale-gen".to_owned()), "{run}");
    }
}

/// Why a Python program stays in one stage for whose sake a command runs.
#[track_caller]
fn refused(run: &str) -> Refusal {
    refusal(&format!("FROM python:3.11\nRUN {run}\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD python a.py\n"))
}

/// The new stage of a Go program that is written to `/srv/app/app`, and for whose sake a command runs before CMD.
fn folders_of(run: &str, last: &str) -> Result<Vec<String>, Refusal> {
    let text = format!(
        "FROM golang:1.19-bookworm\nARG UID=7\nARG NAME\nENV OWNER=app\nWORKDIR /src\nCOPY main.go .\n{run}\n{last}\nCMD [\"/srv/app/app\"]\n"
    );
    let files = [("main.go", "package main\n"), ("go.mod", "module a\n")];
    let (text, _) = outcome(&text, Some(&files)).expect("a build")?;
    let known = ["WORKDIR /src", "ENV OWNER=app", "CMD [\"/srv/app/app\"]", "debian:bookworm-slim"];
    let stage = text.split_once("\n\nFROM ").unwrap().1.replace(" \\\n    ", " ");
    let lines = stage
        .lines()
        .filter(|line| !line.is_empty() && !known.contains(line))
        .filter(|line| !["certs/", "zoneinfo"].iter().any(|it| line.contains(it)));
    Ok(lines.map(str::to_owned).collect())
}

const BUILD: &str = "mkdir -p /srv/app && go build -o /srv/app/app .";
const COPY: &str = "COPY --from=build /srv/app/app /srv/app/app";

#[test]
fn a_folder_is_made_before_its_owner_is_set_and_before_the_copies() {
    let app = "RUN useradd app";
    let of = |run: &str| folders_of(&format!("RUN {BUILD} && useradd app && {run}"), "USER app");
    assert_eq!(
        of("chown -R app:app /srv/app").unwrap(),
        [app, "RUN mkdir -p /srv/app && chown -R app:app /srv/app", COPY, "USER app"]
    );
    for run in ["cd /srv && chown -R app app", "cd /srv/app && chown -R app ."] {
        assert_eq!(of(run).unwrap()[1], "RUN mkdir -p /srv/app && chown -R app /srv/app", "{run}");
    }
    assert_eq!(of("chmod -v g+w /srv/app").unwrap()[1], "RUN mkdir -p /srv/app && chmod -v g+w /srv/app");
    assert_eq!(of("chgrp -R app /srv").unwrap()[1], "RUN mkdir -p /srv/app && chgrp -R app /srv");
    // Owner and mode of a file come along with its copy.
    assert_eq!(
        of("chown app /srv/app/app && chmod -x /srv/app/app && chmod +x /srv/app/*").unwrap(),
        [app, COPY, "USER app"]
    );
    assert_eq!(of("chown app /srv/app/app /srv/app").unwrap()[1], "RUN mkdir -p /srv/app && chown app /srv/app");
    assert_eq!(of("chown app /srv/*").unwrap()[1], "RUN mkdir -p /srv/app && chown app /srv/app");
}

#[test]
fn owners_are_set_in_the_order_of_the_build() {
    let run = format!(
        "RUN {BUILD} && useradd app && mkdir -p /srv/a /srv/b && chown -R app /srv && mkdir /srv/c && chmod 700 /srv/c"
    );
    assert_eq!(
        folders_of(&run, "").unwrap()[1],
        "RUN mkdir -p /srv/a /srv/b /srv/app && chown -R app /srv && mkdir -p /srv/c && chmod 700 /srv/c"
    );
}

#[test]
fn values_of_options_are_no_paths() {
    let of = |run: &str| folders_of(&format!("RUN {BUILD} && {run}"), "");
    assert_eq!(of("mkdir -m 700 -p /data").unwrap()[0], "RUN mkdir -p /data && chmod 700 /data");
    assert_eq!(
        of("useradd app && install -d -m 750 -o app /data /logs").unwrap()[1],
        "RUN mkdir -p /data /logs && chown app /data /logs && chmod 750 /data /logs"
    );
    assert_eq!(
        of("install -m 755 app /usr/local/bin/").unwrap()[1],
        "COPY --from=build /usr/local/bin/app /usr/local/bin/app"
    );
    assert_eq!(of("touch -d 2020-01-01 /etc/x").unwrap()[1], "COPY --from=build /etc/x /etc/x");
    for run in ["chown --reference=/a /srv", "cp -t /etc a", "chown --from=a b /srv"] {
        assert!(matches!(of(run), Err(Refusal::UnknownCommand(_))), "{run}");
    }
}

#[test]
fn an_owner_in_a_variable_is_one_that_the_new_stage_knows() {
    let of = |run: &str| folders_of(&format!("RUN {BUILD} && mkdir /data && {run}"), "");
    assert_eq!(
        of("chown $UID:${UID} /data").unwrap(),
        ["ARG UID=7", "RUN mkdir -p /data && chown $UID:${UID} /data", COPY]
    );
    assert_eq!(
        of("useradd -u \"$UID\" $OWNER && chown \"$OWNER\" /data").unwrap(),
        ["ARG UID=7", "RUN useradd -u \"$UID\" $OWNER", "RUN mkdir -p /data && chown \"$OWNER\" /data", COPY]
    );
    for run in ["ID=5 && chown $ID /data", "chown $(id -u) /data", "chown `id -u` /data", "chown $NOBODY /data"] {
        assert_eq!(of(run), Err(Refusal::UnknownCommand("chown".to_owned())), "{run}");
    }
    assert_eq!(of("ID=5 && useradd -u $ID app"), Err(Refusal::UnknownCommand("useradd".to_owned())));
    assert_eq!(of("chown postgres /data"), Err(Refusal::MissingUser("postgres".to_owned())));
}

#[test]
fn folders_belong_to_the_user_who_made_them() {
    let of = |run: &str, last: &str| {
        folders_of(&format!("RUN {BUILD}\nRUN useradd -m app && mkdir /data && chown app /data\n{run}"), last)
    };
    let made = ["RUN useradd -m app", "RUN mkdir -p /data && chown app /data"];
    assert_eq!(
        of("USER app\nRUN mkdir /data/logs", "").unwrap(),
        [made[0], made[1], "USER app", "RUN mkdir -p /data/logs", COPY]
    );
    assert_eq!(
        of("USER app\nRUN mkdir /data/logs\nUSER root", "").unwrap(),
        [made[0], made[1], "USER app", "RUN mkdir -p /data/logs", COPY, "USER root"]
    );
    assert_eq!(
        of("USER app\nRUN sudo mkdir /data/logs", "USER root").unwrap()[1],
        "RUN mkdir -p /data && chown app /data && mkdir -p /data/logs"
    );
    assert_eq!(of("RUN su app -c 'mkdir /data/logs'", ""), Err(Refusal::UnknownCommand("su".to_owned())));
    assert_eq!(of("RUN gosu app mkdir /data/logs", ""), Err(Refusal::UnknownCommand("mkdir".to_owned())));
}

#[test]
fn what_root_did_before_a_user_took_over_is_done_by_root() {
    let text = "FROM golang:1.19-bookworm\nRUN useradd app && mkdir -p /data && chown app /data\nUSER app\nWORKDIR /home/app/src\nCOPY main.go .\nRUN go build -o /home/app/src/app .\nCMD [\"./app\"]\n";
    let stage = new_stage(text, Some(&[("main.go", "package main\n"), ("go.mod", "module a\n")]));
    let lines: Vec<&str> = stage.lines().skip(1).take(6).collect();
    assert_eq!(
        lines,
        [
            "RUN useradd app",
            "USER app",
            "WORKDIR /home/app/src",
            "USER root",
            "RUN mkdir -p /data \\",
            "    && chown app /data"
        ]
    );
    assert!(stage.ends_with("\nUSER app\nCMD [\"./app\"]\n"), "{stage}");
}

#[test]
fn a_copied_folder_itself_gets_its_owner_back() {
    let text = "FROM python:3.11-bookworm\nRUN useradd app\nCOPY . /srv/app\nRUN pip install flask && chown -R app:app /srv/app\nUSER app\nCMD [\"python\", \"/srv/app/a.py\"]\n";
    let stage = new_stage(text, None);
    // To set the owner of all files once more would double the layer.
    assert!(stage.contains("COPY --from=build /usr/local /usr/local\nRUN chown app:app /srv/app\n"), "{stage}");
    let made = text.replace("COPY", "RUN mkdir /srv/app\nCOPY");
    let stage = new_stage(&made, None);
    assert!(stage.contains("RUN mkdir -p /srv/app \\\n    && chown -R app:app /srv/app\nCOPY"), "{stage}");
}

#[test]
fn owners_of_what_packages_bring_are_not_lost() {
    let run = "apt-get update && apt-get install -y ffmpeg";
    let of = |owned: &str| folders_of(&format!("RUN {BUILD} && {run} && useradd app && {owned}"), "");
    assert_eq!(
        of("chown -R app /var/lib/ffmpeg"),
        Err(Refusal::OwnedFolders("chown -R app /var/lib/ffmpeg".to_owned()))
    );
    assert_eq!(of("chmod 1777 /run").unwrap()[2], "RUN chmod 1777 /run");
    // These belong to the image of the build alone.
    assert!(!of("chmod -R 777 /go /root/.cache").unwrap().iter().any(|line| line.contains("777")));
    assert!(!of("chmod +x /usr/bin/ffmpeg").unwrap().iter().any(|line| line.contains("chmod")));
}

#[test]
fn installed_programs_are_found_by_name() {
    let text = "FROM golang:1.19\nCOPY main.go go.mod /src/\nRUN cd /src && go install .\nCMD [\"a\"]\n";
    let (after, _) = outcome(text, Some(&[("main.go", GO), ("go.mod", "module b/a/v2\n")])).unwrap().unwrap();
    assert!(after.contains("ENV PATH=\"/go/bin:${PATH}\"\n"), "{after}");
    assert!(after.contains("COPY --from=build /go/bin/a /go/bin/a\n"), "{after}");
}

#[test]
fn what_only_the_user_can_know_is_an_assumption() {
    let assumptions = |text: &str, files: Option<&[(&str, &str)]>| outcome(text, files).unwrap().unwrap().1;
    let build = "WORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n";
    let old = format!("FROM golang:1.19\n{build}");
    assert_eq!(assumptions(&old, None), [Assumption::ReadsNoFiles]);
    let newest = assumptions(&format!("FROM golang\n{build}"), Some(&[("main.go", GO)]));
    assert!(matches!(newest.as_slice(), [Assumption::TagStays { .. }]), "{newest:?}");
    let pure = build.replace("RUN go", "RUN CGO_ENABLED=0 go");
    assert_eq!(assumptions(&format!("FROM golang\n{pure}"), Some(&[("main.go", GO)])), []);
    let calling = assumptions(&old, Some(&[("main.go", "import \"os/exec\"")]));
    assert_eq!(calling, [Assumption::StartsNoProgram("main.go".to_owned())]);
    let compose = ("compose.yaml", "services:\n  a:\n    build: .\n    command: ./b\n");
    let overridden = outcome(&old, Some(&[("main.go", GO), compose])).unwrap().unwrap_err();
    let (place, command) = ("compose.yaml:4".to_owned(), "./b".to_owned());
    assert_eq!(overridden, Refusal::RunElsewhere { place, program: command.clone(), command });
}

#[test]
fn what_a_generator_writes_is_for_the_user_to_know() {
    let with = |run: &str| {
        let text = format!("FROM golang:1.19\nWORKDIR /s\nCOPY . .\nRUN {run} && go build -o a .\nCMD [\"./a\"]\n");
        split_with(&text, Some(&[("main.go", GO), ("go.mod", "module a\n")])).1
    };
    assert_eq!(with("go generate ./..."), [Assumption::ReadsNothingOf("go generate".to_owned())]);
    assert_eq!(with("go vet ./..."), []);
    let rust = "FROM rust:1.75-bookworm\nWORKDIR /s\nCOPY . .\nRUN cargo run --bin seed && cargo build --release\nCMD [\"target/release/a\"]\n";
    let (_, assumptions) = split_with(rust, Some(&[("Cargo.lock", ""), ("src/main.rs", "fn main() {}\n")]));
    assert_eq!(assumptions, [Assumption::ReadsNothingOf("cargo run".to_owned())]);
}

#[test]
fn a_copy_that_goes_where_a_link_leads_elsewhere_is_refused() {
    let with = |link: &str| {
        refusal(&format!(
            "FROM python:3.11-bookworm\nRUN mkdir -p /srv/app && {link}\nCOPY . /app\nRUN pip install flask\nCMD python /app/a.py\n"
        ))
    };
    let refused = Refusal::UnknownCommand("ln".to_owned());
    assert_eq!(with("ln -s /srv/app /app"), refused);
    // Below a link, the late copy would find another folder; all goes through the build stage then.
    let late = "FROM python:3.11-bookworm\nRUN pip install flask && ln -s /usr/local/share/x /opt/x\nCOPY x /opt/x\nCOPY . /app\nWORKDIR /app\nCMD python a.py\n";
    assert_eq!(refusal(late), refused);
    assert!(outcome(&late.replace("COPY x /opt/x\n", ""), None).unwrap().is_ok());
}

#[test]
fn what_is_not_understood_is_refused() {
    let with = |run: &str| refusal(&format!("FROM golang:1.19\nWORKDIR /s\n{run}\nRUN go build -o a\nCMD [\"./a\"]\n"));
    assert_eq!(with("RUN ./setup.sh"), Refusal::UnknownCommand("setup.sh".to_owned()));
    assert_eq!(with("RUN ./setup --version"), Refusal::UnknownCommand("setup".to_owned()));
    assert_eq!(with("RUN setup --version --force"), Refusal::UnknownCommand("setup".to_owned()));
    assert_eq!(with("RUN curl https://e.org/x | sh"), Refusal::UnknownCommand("curl".to_owned()));
    assert_eq!(with("RUN apt-get install -y $P"), Refusal::UnknownPackage);
    assert_eq!(with("RUN echo deb http://e.org x main > /etc/apt/sources.list.d/x.list"), Refusal::UnknownPackage);
    assert_eq!(with("COPY x.list /etc/apt/sources.list.d/"), Refusal::UnknownPackage);
    assert_eq!(with("RUN . ./settings"), Refusal::UnknownCommand(".".to_owned()));
    assert_eq!(with("RUN apt-get build-dep -y nginx"), Refusal::UnknownPackage);
    assert_eq!(with("RUN sed -i s/a/b/ /etc/*.conf"), Refusal::UnknownPath("/etc/*.conf".to_owned()));
    assert_eq!(with("RUN adduser $A"), Refusal::UnknownCommand("adduser".to_owned()));
    assert_eq!(with("RUN apt-get install -y libnobody-dev"), Refusal::UnknownLibraries("libnobody-dev".to_owned()));
    assert_eq!(with("USER app"), Refusal::MissingUser("app".to_owned()));
    assert_eq!(with("HEALTHCHECK CMD nc localhost"), Refusal::MissingTool("nc".to_owned()));
    assert_eq!(with("WORKDIR $D"), Refusal::UnknownPath("./a".to_owned()));
    assert_eq!(with("ONBUILD RUN x"), Refusal::Onbuild);
}

#[test]
fn a_file_that_another_front_end_reads_is_left_alone() {
    let text = "FROM golang:1.19\nWORKDIR /s\nRUN go build -o a\nCMD [\"./a\"]\n";
    let with = |image: &str| outcome(&format!("# syntax={image}\n{text}"), None).unwrap().map(|_| ());
    assert_eq!(with("docker/dockerfile:1-labs"), Ok(()));
    assert_eq!(with("edrevo/dockerfile-plus"), Err(Refusal::UnknownFrontEnd("edrevo/dockerfile-plus".to_owned())));
}

#[test]
fn servers_that_watch_their_sources_are_for_those_who_work_on_them() {
    let with = |cmd: &str| {
        outcome(&format!("FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD {cmd}\n"), None)
            .unwrap()
            .map(|_| ())
    };
    assert_eq!(with("flask run --debug"), Err(Refusal::BuildToolAtStart("flask".to_owned())));
    assert_eq!(with("[\"uvicorn\", \"a:app\", \"--reload\"]"), Err(Refusal::BuildToolAtStart("uvicorn".to_owned())));
    assert_eq!(with("flask run"), Ok(()));
}

#[test]
fn what_is_no_program_of_the_build_is_refused() {
    let with = |cmd: &str| refusal(&format!("FROM golang:1.19\nWORKDIR /s\nRUN go build -o a\n{cmd}\n"));
    assert_eq!(with(""), Refusal::NoProgram);
    assert_eq!(with("CMD go run ."), Refusal::BuildToolAtStart("go".to_owned()));
    assert_eq!(with("CMD [\"bash\"]"), Refusal::NotAProgram("bash".to_owned()));
    assert_eq!(with("CMD ./migrate && ./a"), Refusal::SeveralCommands);
    assert_eq!(with("ENTRYPOINT [\"/entrypoint.sh\"]"), Refusal::Script("/entrypoint.sh".to_owned()));
    assert_eq!(with("CMD [\"./b\"]"), Refusal::NotBuilt("./b".to_owned()));
    assert_eq!(refusal("FROM example.com/go\nRUN go build\nCMD ./a\n"), Refusal::UnknownImage);
}

#[test]
fn files_of_several_stages_and_without_a_build_have_nothing_to_split() {
    assert_eq!(outcome("FROM golang:1.19\nRUN go build\nFROM debian:13\nCMD a\n", None), None);
    assert_eq!(outcome("FROM debian:13\nRUN a\nCMD a\n", None), None);
}

/// The lines of the new stage that copy from a build of Go in `/src`, with the given RUN behind `COPY . .`.
fn copied_behind(run: &str) -> Result<Vec<String>, Refusal> {
    let text = format!("FROM golang:1.19-bookworm\nWORKDIR /src\nCOPY . .\n{run}\nCMD [\"/srv/a\"]\n");
    let files =
        [("main.go", GO), ("go.mod", "module a\n"), ("migrations/1.sql", "select 1;\n"), ("conf/a.toml", "a = 1\n")];
    let (after, _) = outcome(&text, Some(&files)).expect("a build")?;
    let lines = after.lines().filter(|line| line.starts_with("COPY --from=build /s"));
    Ok(lines.map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect())
}

#[test]
fn files_of_the_context_that_the_build_removes_are_not_copied() {
    let of = |run: &str| copied_behind(run);
    assert_eq!(of("RUN go build -o /srv/a .").unwrap(), ["/srv/a", "/src/conf", "/src/migrations"]);
    for run in [
        "RUN go build -o /srv/a . && cd / && rm -rf /src",
        "RUN go build -o /srv/a .\nRUN rm -rf /src",
        "RUN go build -o /srv/a .\nRUN rm -rf ./*",
        "RUN go build -o /srv/a . && rm -rf migrations conf",
    ] {
        assert_eq!(of(run).unwrap(), ["/srv/a"], "{run}");
    }
    assert_eq!(
        of("RUN go build -o /srv/a . && mv migrations /srv/sql").unwrap(),
        ["/srv/a", "/src/conf", "/srv/sql"],
        "where it was moved to is copied"
    );
    assert_eq!(
        of("RUN go build -o /srv/a . && if [ -n \"$SLIM\" ]; then rm -rf /src; fi"),
        Err(Refusal::Conditional("rm".to_owned()))
    );
    assert_eq!(of("RUN go build -o /srv/a . && rm -rf \"$PWD\""), Err(Refusal::UnknownPath("\"$PWD\"".to_owned())));
}

#[test]
fn what_stands_under_a_condition_is_not_done_for_sure() {
    let of = |run: &str| folders_of(&format!("RUN {BUILD}\nRUN mkdir /data\nRUN {run}"), "");
    for (run, command) in [
        ("if [ \"$NAME\" = dev ]; then chmod -R 777 /data; fi", "chmod"),
        ("if [ \"$NAME\" = dev ]; then apt-get update && apt-get install -y gdb; fi", "apt-get"),
        ("[ -e /etc/x ] && ln -s /etc/x /etc/y || true", "ln"),
        ("test -d /logs || mkdir /logs", "mkdir"),
        ("[ -n \"$NAME\" ] && mkdir /logs; true", "mkdir"),
        ("for i in 1 2; do touch /etc/x; done", "touch"),
        ("case \"$NAME\" in a) mkdir /logs;; esac", "mkdir"),
        ("! mkdir /logs", "mkdir"),
        ("id app || useradd app", "useradd"),
        ("[ -n \"$NAME\" ] && echo a > /etc/x || true", "echo"),
        ("make() { mkdir /logs; }", "mkdir"),
        ("if [ -n \"$NAME\" ]; then rmdir /data; fi", "rmdir"),
    ] {
        assert_eq!(of(run), Err(Refusal::Conditional(command.to_owned())), "{run}");
    }
    for run in [
        "mkdir /logs",
        "(mkdir /logs)",
        "{ mkdir /logs; }",
        "mkdir /logs || true",
        "mkdir /logs || exit 1",
        "[ -d /data ] && mkdir /logs",
        "set -e; cd /; mkdir /logs; true",
    ] {
        assert_eq!(of(run).expect(run)[0], "RUN mkdir -p /data /logs", "{run}");
    }
}

#[test]
fn what_find_does_to_the_files_it_finds_is_not_known() {
    let of = |run: &str| folders_of(&format!("RUN {BUILD} && mkdir /data && touch /etc/x && {run}"), "");
    for run in [
        "find /data -exec chown 7 {} +",
        "find /data -type d -exec chmod 777 {} \\;",
        "find /data -fprint /etc/list",
        "find /etc -delete",
        "find /etc -name x -exec rm {} +",
    ] {
        assert_eq!(of(run), Err(Refusal::UnknownCommand("find".to_owned())), "{run}");
    }
    for run in ["find / -name '*.go'", "find /go -name '*.go' -delete"] {
        assert_eq!(of(run).expect(run)[0], "RUN mkdir -p /data", "{run}");
    }
    assert_eq!(of("rmdir /data").unwrap(), [COPY, "COPY --from=build /etc/x /etc/x"]);
    assert_eq!(
        copied_behind("RUN go build -o /srv/a . && find . -name '*.sql' -delete"),
        Err(Refusal::UnknownCommand("find".to_owned()))
    );
}

#[test]
fn a_program_that_a_command_writes_as_text_is_a_script() {
    let of = |run: &str| {
        let text = format!(
            "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc\nWORKDIR /s\nCOPY . .\n\
             RUN gcc -o /srv/a a.c\nRUN {run}\nCMD [\"run\"]\n"
        );
        outcome(&text, Some(&[("a.c", "int main() {}\n"), ("start", "#!/bin/sh\nexec /srv/a\n")])).expect("a build")
    };
    for run in [
        "printf '#!/bin/sh\\nexec /srv/a\\n' > /usr/local/bin/run && chmod +x /usr/local/bin/run",
        "echo 'exec /srv/a' | tee /usr/local/bin/run",
        "cat > /usr/local/bin/run <<EOF\n#!/bin/sh\nexec /srv/a\nEOF",
        "echo '/srv/a' > /tmp/run && mv /tmp/run /usr/local/bin/run",
        "cp start /usr/local/bin/run",
    ] {
        assert_eq!(of(run), Err(Refusal::Script("run".to_owned())), "{run}");
    }
    assert!(of("cp /srv/a /usr/local/bin/run").is_ok());
}

#[test]
fn a_path_in_a_variable_of_env_is_known() {
    let with = |head: &str, run: &str| folders_of(&format!("{head}\nRUN {BUILD}\nRUN {run}"), "");
    for run in ["mkdir -p $HERE/logs", "mkdir -p \"${HERE}/logs\"", "mkdir -p \"$HERE\"/logs"] {
        let lines = with("ENV HERE=/home/web", run).expect(run);
        assert!(lines.contains(&"RUN mkdir -p /home/web/logs".to_owned()), "{run}: {lines:?}");
    }
    for (head, run) in [
        ("ARG HERE=/home/web", "mkdir -p $HERE/logs"),
        ("ARG AT=/home/web\nENV HERE=$AT", "mkdir -p $HERE/logs"),
        ("ENV HERE=/home/web", "HERE=/tmp && mkdir -p $HERE/logs"),
    ] {
        assert_eq!(with(head, run), Err(Refusal::UnknownPath("$HERE/logs".to_owned())), "{head} {run}");
    }
}

#[test]
fn no_user_is_set_directly_above_another() {
    let lines = folders_of(&format!("RUN {BUILD}\nRUN useradd app\nUSER root\nRUN mkdir /data"), "USER app").unwrap();
    assert_eq!(lines, ["RUN useradd app", "RUN mkdir -p /data", COPY, "USER app"]);
}

#[test]
fn a_folder_keeps_the_owner_that_copy_or_cp_gave_it() {
    let python = |rest: &str| {
        let text = format!("FROM python:3.11-bookworm\nRUN useradd app\n{rest}\nUSER app\nCMD python /srv/app/a.py\n");
        new_stage(&text, None)
    };
    let stage = python("COPY --chown=app:app . /srv/app\nWORKDIR /srv/app\nRUN pip install flask");
    assert!(stage.contains("RUN chown app:app /srv/app\n"), "{stage}");
    let stage = python("WORKDIR /srv/app\nCOPY --chown=app:app . /srv/app\nRUN pip install flask");
    assert!(!stage.contains("RUN chown"), "the folder was root's before: {stage}");
    let go = "FROM golang:1.22-bookworm\nRUN useradd app\nWORKDIR /srv/app\nCOPY --chown=app . .\nRUN go build -o app .\nUSER app\nCMD [\"./app\"]\n";
    let source = "import \"os\"\nfunc main() { os.WriteFile(\"data/x\", nil, 0644) }";
    let stage = new_stage(go, Some(&[("go.mod", "module a\n"), ("main.go", source), ("data/y", "")]));
    assert!(stage.contains("\nRUN chown app /srv/app/data\n"), "{stage}");
    let run = format!("RUN {BUILD} && useradd app && cp -r static /opt/a/static && chown -R app:app /opt/a");
    let lines = folders_of(&run, "USER app").unwrap();
    assert!(lines.contains(&"RUN chown app:app /opt/a/static".to_owned()), "{lines:?}");
}
