use super::closure::Lumps;
use super::*;

fn kib(release: Release, base: Base, recommends: Recommends, names: &[&str]) -> u64 {
    added(release, base, recommends, names.iter().copied()).installed_kib
}

#[test]
fn a_package_has_its_sizes() {
    let curl = package(Release::Bookworm, "curl").unwrap();
    assert_eq!((curl.installed_kib, curl.closure_kib, curl.closure_with_recommends_kib), (489, 11_703, 15_394));
    assert_eq!(curl.in_base, Some(Base::Curl));
    assert_eq!(package(Release::Trixie, "git").unwrap().closure_kib, 116_600);
    assert_eq!(package(Release::Bookworm, "no-such-package"), None);
}

#[test]
fn the_decoded_closure_of_every_package_has_the_size_in_the_table() {
    for release in Release::ALL {
        for row in release.packages().all().filter(|row| !row.field(6).is_empty()) {
            for (recommends, size) in [(Recommends::LeftOut, row.field(2)), (Recommends::Installed, row.field(3))] {
                let decoded = kib(release, Base::Minimal, recommends, &[row.field(0)]);
                assert_eq!(decoded.to_string(), size, "{release:?} {} {recommends:?}", row.field(0));
            }
        }
    }
}

#[test]
fn the_sums_of_each_base_are_those_of_the_tables() {
    for release in Release::ALL {
        let mut own = [0; 4];
        for row in release.packages().all() {
            if let (Some(base), Ok(size)) = (base_of_digit(row.field(4)), row.field(1).parse::<u64>()) {
                own[base as usize] += size;
            }
        }
        assert_eq!(OWN_KIB[release as usize], own, "{release:?}");
    }
}

#[test]
fn several_packages_share_their_dependencies() {
    let both = kib(Release::Bookworm, Base::Minimal, Recommends::LeftOut, &["curl", "git", "curl"]);
    assert!((106_251..106_251 + 11_703).contains(&both), "{both}");
    assert_eq!(kib(Release::Bookworm, Base::Minimal, Recommends::LeftOut, &[]), 0);
}

#[test]
fn what_the_base_image_holds_is_not_added_again() {
    let full = kib(Release::Bookworm, Base::Full, Recommends::LeftOut, &["build-essential", "git", "curl"]);
    let minimal = kib(Release::Bookworm, Base::Minimal, Recommends::LeftOut, &["build-essential", "git", "curl"]);
    assert!(full * 10 < minimal, "{full} of {minimal}");
    assert_eq!(kib(Release::Bookworm, Base::Curl, Recommends::LeftOut, &["curl"]), 0);
}

#[test]
fn unknown_names_are_handed_back() {
    let found = added(Release::Trixie, Base::Minimal, Recommends::Installed, ["docker-ce", "curl"]);
    assert_eq!(found.unknown, ["docker-ce"]);
    assert_eq!(found.installed_kib, 20_808);
}

#[test]
fn python_byte_code_makes_the_layer_larger_than_the_packages() {
    let pip = added(Release::Bookworm, Base::Minimal, Recommends::LeftOut, ["python3-pip"]);
    assert_eq!(pip.python_kib, 32_577);
    assert!(pip.layer_kib() > pip.installed_kib * 14 / 10);
    assert_eq!(added(Release::Bookworm, Base::Minimal, Recommends::LeftOut, []).layer_kib(), 0);
}

#[test]
fn classes_and_runtime_packages_are_found() {
    assert_eq!(class("curl"), Some((Class::Either, true)));
    assert_eq!(class("build-essential").map(|(class, _)| class), Some(Class::Build));
    assert_eq!(class("vim").map(|(class, _)| class), Some(Class::Debug));
    assert_eq!(class("no-such-package"), None);
    let libpq = runtime_packages(Release::Bookworm, "libpq-dev").unwrap();
    assert!(libpq.packages.contains("libpq5"), "{libpq:?}");
    assert!(runtime_packages(Release::Bookworm, "autotools-dev").unwrap().packages.is_empty());
    assert_eq!(runtime_packages(Release::Bookworm, "curl"), None);
}

#[test]
fn every_table_is_sorted_and_well_formed() {
    for release in Release::ALL {
        release.packages().assert_well_formed(release.codename(), 1, 8);
        let lumps = Lumps::of(release);
        assert!(lumps.0.lines().enumerate().all(|(number, line)| line.len() == 7 && lumps.get(number).is_some()));
        assert!(lumps.get(lumps.0.lines().count()).is_none() && lumps.get(usize::MAX / 8).is_none());
        for row in release.packages().all() {
            assert!(row.fields().skip(1).take(3).all(|size| size.parse::<u32>().is_ok()), "{}", row.text());
        }
    }
    CLASSES.assert_well_formed("classes", 1, 3);
    RUNTIME.assert_well_formed("runtime", 2, 4);
    assert!(CLASSES.all().all(|row| class(row.field(0)).is_some()));
}

#[test]
fn odd_names_are_looked_up_without_panic() {
    let long = "a".repeat(1_000_000);
    for odd in ["", "\t", "\n", "é", "+", "💥", &long] {
        assert_eq!(package(Release::Bookworm, odd), None);
        assert_eq!(class(odd), None);
        assert_eq!(runtime_packages(Release::Trixie, odd), None);
        assert_eq!(added(Release::Bullseye, Base::Full, Recommends::Installed, [odd]).unknown, [odd]);
    }
}

#[test]
fn a_compiler_would_lose_the_headers_that_it_only_recommends() {
    for release in Release::ALL {
        let left_out = |names: &[&str]| parts_of_builds_left_out(release, Base::Minimal, names);
        assert_eq!(left_out(&["gcc"]), ["libc6-dev"], "{release:?}");
        assert_eq!(left_out(&["cmake"]), ["gcc", "libc6-dev", "make"], "{release:?}");
        assert_eq!(left_out(&["python3-pip"]), ["build-essential", "python3-dev"], "{release:?}");
        assert_eq!(left_out(&["autoconf", "git"]), ["automake"], "{release:?}");
        for complete in [&["gcc", "libc6-dev"][..], &["g++"], &["cmake", "build-essential"], &["imagemagick"], &["git"]]
        {
            assert!(left_out(complete).is_empty(), "{release:?} {complete:?}");
        }
        assert!(parts_of_builds_left_out(release, Base::Full, &["gcc", "cmake"]).len() < 2, "{release:?}");
    }
}
