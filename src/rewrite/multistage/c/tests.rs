//! Programs of C and C++, before and after.

use super::super::testing::*;
use super::*;

const MAKEFILE: &str = "app: main.o\n\t$(CC) -o $@ $^\n";

#[test]
fn a_program_that_stands_for_itself_is_copied_alone() {
    let text = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends build-essential libpq-dev\n\
                COPY . /src\nWORKDIR /src\nRUN make -j$(nproc)\nCMD [\"./app\"]\n";
    let files = [("Makefile", MAKEFILE), ("main.c", "int main() {}"), ("main.h", ""), ("page.html", "")];
    let (after, assumptions) = split_with(text, Some(&files));
    let expected = "FROM debian:bookworm-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libpq5 \\\n    \
                    && rm -rf /var/lib/apt/lists/*\nWORKDIR /src\nCOPY --from=build /src/app /src/app\n\
                    COPY --from=build /src/page.html /src/page.html\nCMD [\"./app\"]\n";
    assert_eq!(after.split_once("\n\n").unwrap().1, expected);
    assert_eq!(assumptions, []);
}

#[test]
fn a_program_that_loads_libraries_takes_the_folder_of_its_build_with_it() {
    let text =
        "FROM debian:bookworm\nRUN apt-get install -y gcc make\nWORKDIR /src\nCOPY . .\nRUN make\nCMD [\"./app\"]\n";
    for files in [
        None,
        Some(&[("Makefile", "app:\n\tcc -shared -o libx.so x.c\n"), ("x.c", "")]),
        Some(&[("Makefile", MAKEFILE), ("x.c", "dlopen(name, 0);")]),
    ] {
        let stage = new_stage(text, files.map(|files| files.as_slice()));
        assert!(stage.contains("\nCOPY --from=build /src /src\n"), "{stage}");
    }
    assert_eq!(split_with(text, None).1, [Assumption::WritesBesideItself("make".to_owned())]);
}

#[test]
fn all_that_is_installed_below_the_prefix_is_copied() {
    let with = |build: &str, program: &str| {
        let run = format!("RUN apt-get install -y g++ cmake make && {build}");
        new_stage(&format!("FROM debian:bookworm\nWORKDIR /src\nCOPY . .\n{run}\nCMD [\"{program}\"]\n"), None)
    };
    for (build, program, folder) in [
        ("./configure && make && make install", "app", "/usr/local"),
        ("./configure --prefix=/opt/app && make && make install", "/opt/app/bin/app", "/opt/app"),
        ("make PREFIX=/opt/app install", "/opt/app/bin/app", "/opt/app"),
        ("mkdir build && cd build && cmake .. && make install", "app", "/usr/local"),
        (
            "cmake -B b -DCMAKE_INSTALL_PREFIX=/opt/app && cmake --build b && cmake --install b",
            "/opt/app/bin/app",
            "/opt/app",
        ),
        ("meson setup b --prefix /opt/app && ninja -C b install", "/opt/app/bin/app", "/opt/app"),
    ] {
        let stage = with(build, program);
        assert!(stage.contains(&format!("\nCOPY --from=build {folder} {folder}\n")), "{build}\n{stage}");
        assert!(!stage.contains("ldconfig"), "{stage}");
    }
    assert!(with("make && make install && ldconfig", "app").contains("/usr/local /usr/local\nRUN ldconfig\nCMD"));
}

#[test]
fn each_project_is_installed_below_its_own_prefix() {
    let text = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make\nCOPY a /s/a\nCOPY b /s/b\nCOPY c /s/c\n\
                RUN cd /s/a && ./configure --prefix=/opt/a && make && make install\nRUN cd /s/b && make install\n\
                RUN cd /s/c && make PREFIX=/opt/c install && make -C docs install\nCMD [\"app\"]\n";
    let stage = new_stage(text, None);
    for folder in ["/opt/a", "/usr/local", "/opt/c"] {
        assert!(stage.contains(&format!("\nCOPY --from=build {folder} {folder}\n")), "{folder}\n{stage}");
    }
}

#[test]
fn files_that_are_installed_beside_the_prefix_are_not_lost() {
    let with = |option: &str, build: &str| {
        let text =
            "FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc make cmake\nWORKDIR /s\nCOPY . .\n";
        outcome(&format!("{text}RUN {build} {option} && make install\nCMD [\"app\"]\n"), None).unwrap().map(drop)
    };
    for (option, build) in [
        ("--sysconfdir=/etc/app", "./configure"),
        ("--localstatedir=/var", "./configure --prefix=/usr/local"),
        ("-DCMAKE_INSTALL_SYSCONFDIR=/etc", "cmake ."),
        ("-DCMAKE_INSTALL_LIBDIR:PATH=/usr/lib", "cmake ."),
    ] {
        assert_eq!(with(option, build), Err(Refusal::UnknownPath(option.to_owned())), "{option}");
    }
    for option in ["--sysconfdir=/usr/local/etc", "--mandir=/usr/share/man", "--libdir=lib"] {
        assert_eq!(with(option, "./configure"), Ok(()), "{option}");
    }
}

#[test]
fn sources_that_are_fetched_stay_in_the_build_stage_and_data_comes_along() {
    let text = "FROM debian:bookworm\nRUN apt-get install -y gcc make git wget\nWORKDIR /opt\n\
                RUN git clone https://e.org/app.git && cd app && make && cp app /usr/local/bin/\n\
                RUN wget https://e.org/data.tgz && tar xzf data.tgz -C /srv/data\nCMD [\"app\"]\n";
    let stage = new_stage(text, None);
    assert!(stage.contains("COPY --from=build /usr/local/bin/app /usr/local/bin/app\n"), "{stage}");
    assert!(stage.contains("COPY --from=build /srv/data /srv/data\n"), "{stage}");
    assert!(!stage.contains("COPY --from=build /opt/app"), "{stage}");
}

#[test]
fn tools_that_the_sources_do_not_start_stay_behind() {
    let text = "FROM debian:12\nRUN apt-get install -y gcc git curl make\nWORKDIR /s\nCOPY . .\nRUN mkdir b && make -C b\n\
                HEALTHCHECK CMD curl -f http://localhost/\nCMD [\"b/app\"]\n";
    let packages = |source: &str| {
        let stage = new_stage(text, Some(&[("main.c", source), ("b/Makefile", MAKEFILE)]));
        assert!(!stage.contains("mkdir"), "{stage}");
        stage.lines().find(|line| line.contains("install")).unwrap().trim().to_owned()
    };
    assert_eq!(packages(""), "&& apt-get install -y curl \\");
    assert_eq!(packages("system(x);"), "&& apt-get install -y git curl \\");
}

#[test]
fn the_program_may_check_its_own_health() {
    let text =
        "FROM debian:12\nWORKDIR /s\nRUN gcc -o app a.c\nHEALTHCHECK CMD [\"./app\", \"check\"]\nCMD [\"./app\"]\n";
    assert!(new_stage(text, None).contains("COPY --from=build /s/app /s/app\nHEALTHCHECK"));
}

#[test]
fn the_image_of_gcc_gives_its_libraries() {
    let text = "FROM gcc:12\nCOPY . /src\nWORKDIR /src\nRUN g++ -o app main.cpp -lz\nCMD [\"./app\"]\n";
    let (after, assumptions) = split_with(text, Some(&[("main.cpp", "")]));
    for line in [
        "COPY --from=build /usr/local/lib64/libstdc++.so.6 /usr/local/lib64/libstdc++.so.6\n",
        "COPY --from=build /etc/ld.so.conf.d /etc/ld.so.conf.d\nRUN ldconfig\nCMD",
    ] {
        assert!(after.contains(line), "{after}");
    }
    assert!(matches!(assumptions.as_slice(), [Assumption::TagStays { .. }]), "{assumptions:?}");
    let hidden = text.replace("g++ -o app main.cpp -lz", "make");
    assert!(split_with(&hidden, None).1.contains(&Assumption::NeedsNoLibraries("gcc:12".to_owned())));
    let files = [("main.c", ""), ("Makefile", "app: main.o\n\tcc -lnobody\n")];
    let unknown = outcome(&hidden, Some(&files)).unwrap().unwrap_err();
    assert_eq!(unknown, Refusal::UnknownLibraries("-lnobody".to_owned()));
    assert_eq!(refusal(&text.replace("g++", "gfortran")), Refusal::UnknownLibraries("gfortran".to_owned()));
}

#[test]
fn a_program_of_alpine_gets_the_library_of_cpp() {
    let text = "FROM alpine:3.20\nRUN apk add --no-cache build-base\nWORKDIR /s\nCOPY . .\nRUN make\nCMD [\"./app\"]\n";
    assert!(
        new_stage(text, None).starts_with("alpine:3.20\nRUN apk add --no-cache libatomic libgomp libgcc libstdc++\n")
    );
    let files = [("Makefile", MAKEFILE), ("main.c", "")];
    assert!(!new_stage(text, Some(&files)).contains("apk add"));
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let with = |build: &str| refusal(&format!("FROM debian:12\nWORKDIR /s\nCOPY . .\nRUN {build}\nCMD [\"app\"]\n"));
    assert_eq!(with("make"), Refusal::NotBuilt("app".to_owned()));
    assert_eq!(with("make DESTDIR=/x install"), Refusal::UnknownPath("DESTDIR=/x".to_owned()));
    assert_eq!(with("./configure --prefix=$P && make install"), Refusal::UnknownPath("--prefix=$P".to_owned()));
    assert_eq!(with("./configure --prefix=/usr && make install"), Refusal::AmongSystemFiles("/usr".to_owned()));
    assert_eq!(with("make install && ./setup"), Refusal::UnknownCommand("setup".to_owned()));
    assert_eq!(with("tar xf a.tar -C /usr/share && make install"), Refusal::AmongSystemFiles("/usr/share".to_owned()));
}

#[test]
fn on_ubuntu_libraries_remain_that_its_own_lists_name() {
    let file = |image: &str, package: &str| {
        format!(
            "FROM ubuntu:{image}\nRUN apt-get update && apt-get install -y --no-install-recommends gcc {package}\n\
             WORKDIR /s\nCOPY . .\nRUN gcc -o a a.c\nCMD [\"./a\"]\n"
        )
    };
    for (image, codename, package, library) in [
        ("22.04", "jammy", "libpq-dev", "libpq5"),
        ("22.04", "jammy", "libssl-dev", "libssl3"),
        ("20.04", "focal", "libpq-dev", "libpq5"),
        ("24.04", "noble", "libcurl4-openssl-dev", "libcurl4t64"),
    ] {
        let stage = new_stage(&file(image, package), None);
        let installs = format!("install -y --no-install-recommends {library} ");
        assert!(stage.starts_with(&format!("ubuntu:{codename}\n")) && stage.contains(&installs), "{stage}");
    }
    for (image, package, release) in [("22.04", "libjpeg-dev", "jammy"), ("20.04", "libopencv-dev", "focal")] {
        let expected = Refusal::OtherLibraries { package: package.to_owned(), release };
        assert_eq!(refusal(&file(image, package)), expected);
    }
}

#[test]
fn a_makefile_that_installs_or_fetches_is_for_the_user_to_know() {
    let text =
        "FROM debian:bookworm\nRUN apt-get install -y gcc make\nWORKDIR /src\nCOPY . .\nRUN make\nCMD [\"./app\"]\n";
    let assumptions = |makefile: &str| split_with(text, Some(&[("Makefile", makefile), ("main.c", "int main() {}")])).1;
    let by_make = [Assumption::WritesBesideItself("make".to_owned())];
    assert_eq!(assumptions(&format!("{MAKEFILE}\tapt-get install -y ffmpeg\n")), by_make);
    assert_eq!(assumptions(&format!("{MAKEFILE}\tcurl -o /opt/model https://e.org/model\n")), by_make);
    assert_eq!(assumptions(MAKEFILE), []);
}

#[test]
fn folders_beside_the_sources_are_made_and_keep_their_owner() {
    let text = "FROM debian:12\nRUN apt-get install -y gcc make && useradd d\nWORKDIR /srv/d\nCOPY . .\n\
                RUN make && mkdir -p /srv/d/data && chown -R d:d /srv/d\nUSER d\nCMD [\"./app\"]\n";
    let stage = new_stage(text, Some(&[("Makefile", MAKEFILE), ("main.c", "int main() {}")]));
    assert!(stage.contains("RUN mkdir -p /srv/d/data \\\n    && chown -R d:d /srv/d\n"), "{stage}");
}
