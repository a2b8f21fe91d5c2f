use super::*;
use crate::knowledge::end_of_life::Support;

fn facts(repository: &str, tag: &str) -> ImageFacts {
    lookup(repository, Some(tag)).unwrap_or_else(|| panic!("{repository}:{tag}"))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Product cycle and distribution of a tag, as `nodejs 16, debian buster`.
fn bound(repository: &str, tag: &str) -> String {
    let facts = facts(repository, tag);
    let product = facts.product.map_or("-".to_owned(), |cycle| format!("{} {}", cycle.product, cycle.name));
    let distribution =
        facts.distribution.map_or("-".to_owned(), |it| format!("{} {}", it.family, it.release.unwrap_or("?")));
    format!("{product}, {distribution}")
}

#[test]
fn a_tag_says_which_release_line_and_distribution_it_is_bound_to() {
    for (repository, tag, expected) in [
        ("node", "16", "nodejs 16, debian buster"),
        ("node", "gallium", "nodejs 16, debian buster"),
        ("node", "16.20-bullseye-slim", "nodejs 16, debian bullseye"),
        ("node", "latest", "-, debian trixie"),
        ("python", "3", "-, debian trixie"),
        ("python", "3.7-slim-buster", "python 3.7, debian buster"),
        ("python", "3.7.3", "python 3.7, debian stretch"),
        ("debian", "stretch", "-, debian stretch"),
        ("debian", "9.13-slim", "-, debian stretch"),
        ("ubuntu", "18.04", "-, ubuntu bionic"),
        ("ubuntu", "focal-20210416", "-, ubuntu focal"),
        ("alpine", "3.12.1", "-, alpine 3.12"),
        ("golang", "1.17-alpine", "go 1.17, alpine 3.16"),
        ("php", "7.4-fpm", "php 7.4, debian bullseye"),
        ("openjdk", "8-jdk", "-, debian bullseye"),
        ("centos", "7", "-, centos 7"),
        ("mcr.microsoft.com/dotnet/sdk", "5.0", "dotnet 5, -"),
        ("ruby", "2.6", "ruby 2.6, debian bullseye"),
        ("postgres", "9.6", "postgresql 9.6, debian stretch"),
        ("postgres", "9", "postgresql 9.6, debian stretch"),
        ("gcr.io/distroless/base-debian12", "latest", "-, debian bookworm"),
        ("library/node", "16", "nodejs 16, debian buster"),
        ("node", "99-alpine", "-, alpine ?"),
    ] {
        assert_eq!(bound(repository, tag), expected, "{repository}:{tag}");
    }
    assert_eq!(facts("nginx", "1.14").product.map(|cycle| cycle.name), Some("1.14"));
}

#[test]
fn a_tag_is_tagged_or_no_longer_or_unlisted() {
    assert_eq!(facts("node", "26-alpine").tag, TagState::Tagged);
    assert_eq!(facts("node", "16").tag, TagState::NoLongerTagged { last: Some(day("2023-09-05")) });
    let past = facts("golang", "1.17.5-alpine");
    assert_eq!((past.tag, past.basis), (TagState::Unlisted, Basis::SameSeries("1.17-alpine")));
    assert_eq!(facts("python", "3.99").basis, Basis::Names);
}

#[test]
fn settings_and_contents_are_those_of_the_image() {
    let php = facts("php", "7.4-fpm").configuration.unwrap();
    assert_eq!(php.user, Known::Is("root"));
    assert_eq!(php.cmd.value().unwrap().iter().collect::<Vec<_>>(), ["php-fpm"]);
    assert_eq!(php.ports.value().unwrap().iter().collect::<Vec<_>>(), ["9000/tcp"]);
    assert_eq!((php.workdir, php.sh), (Known::Is("/var/www/html"), Known::Is("dash")));
    assert_eq!((php.volumes, php.stop_signal), (Known::Nothing, Known::Is("SIGQUIT")));
    assert_eq!(php.package_manager, Known::Is("apt-get"));
    assert_eq!((php.has("gcc"), php.has("git")), (Presence::Present, Presence::NotListed));
    assert!(php.packages_added.value().unwrap().contains("re2c"));

    let node = facts("node", "16").configuration.unwrap();
    assert_eq!(node.users.iter().collect::<Vec<_>>(), ["node:1000"]);
    assert_eq!((node.buildpack_deps, node.slim_sibling), (Some("full"), Some("node:16-slim")));

    let distroless = facts("gcr.io/distroless/base-debian12", "latest").configuration.unwrap();
    assert_eq!((distroless.shell, distroless.package_manager), (Known::Nothing, Known::Nothing));
    let ubi = facts("redhat/ubi8", "latest").configuration.unwrap();
    assert_eq!(
        (ubi.package_manager, ubi.entrypoint, ubi.has("curl")),
        (Known::Is("dnf"), Known::Unknown, Presence::Unknown)
    );
}

#[test]
fn repositories_that_were_given_up_carry_a_notice() {
    let openjdk = facts("openjdk", "8-jdk").notice.unwrap();
    assert_eq!((openjdk.kind, openjdk.since), (NoticeKind::Deprecated, Some("2022-07")));
    assert!(openjdk.replacements.contains("eclipse-temurin"));
    assert_eq!(facts("bitnami/redis", "latest").notice.map(|notice| notice.kind), Some(NoticeKind::Moved));
    assert!(facts("amazonlinux", "2018.03.0.1").notice.is_some());
    assert!(facts("amazonlinux", "2023").notice.is_none());
    assert!(facts("gcr.io/distroless/base-debian11", "latest").notice.is_some());
    assert!(facts("gcr.io/distroless/base-debian12", "latest").notice.is_none());
}

#[test]
fn official_images_are_told_from_others() {
    for name in ["node", "library/node", "alpine", "java", "centos"] {
        assert!(is_official(name), "{name}");
    }
    for name in ["nod", "bitnami/redis", "", "mcr.microsoft.com/dotnet/sdk"] {
        assert!(!is_official(name), "{name}");
    }
    assert!(official_names().any(|name| name == "postgres"));
    assert!(lookup("example.com/own/image", Some("1")).is_none());
}

#[test]
fn a_moving_tag_has_a_fixed_name() {
    let today = day("2026-11-23");
    assert_eq!(fixed_tag("node", None, today), Some("26-trixie"));
    assert_eq!(fixed_tag("node", Some("alpine"), today), Some("26-alpine3.24"));
    assert_eq!(fixed_tag("python", Some("3-slim"), today), Some("3.14-slim-trixie"));
    assert_eq!(fixed_tag("ubuntu", None, today), Some("26.04"));
    assert_eq!(fixed_tag("debian", Some("stable-slim"), today), None);
    assert_eq!(fixed_tag("alpine", None, today), Some("3.24"));
    assert_eq!(fixed_tag("centos", None, today), None);
    assert_eq!(fixed_tag("own/image", None, today), None);
}

#[test]
fn an_ended_tag_has_a_supported_successor_of_the_same_variant() {
    let today = day("2026-11-23");
    for (repository, tag, successor) in [
        ("node", "16-alpine", Some("26-alpine")),
        ("node", "16.20.1-bullseye-slim", Some("26-bullseye-slim")),
        ("python", "3.7-slim-buster", Some("3.14-slim")),
        ("golang", "1.17-alpine3.16", Some("1.27-alpine")),
        ("debian", "stretch-slim", Some("trixie-slim")),
        ("debian", "9", Some("13")),
        ("ubuntu", "18.04", Some("26.04")),
        ("postgres", "9.6", Some("18")),
        ("mcr.microsoft.com/dotnet/sdk", "5.0", Some("10.0")),
        ("centos", "7", None),
        ("node", "latest", None),
    ] {
        assert_eq!(supported_tag(repository, tag, today), successor, "{repository}:{tag}");
    }
}

#[test]
fn an_ended_distribution_is_left_with_the_same_version_of_the_product() {
    let today = day("2026-11-23");
    assert_eq!(rebased_tag("python", "3.12.1-slim-buster", today), Some("3.12-slim-trixie"));
    assert_eq!(rebased_tag("node", "24-alpine3.18", today), Some("24-alpine3.24"));
    assert_eq!(rebased_tag("node", "24", today), None);
    let notice = facts("bitnami/redis", "latest").notice.unwrap();
    assert_eq!(notice.replacements_of("bitnami/redis")[0], "bitnamilegacy/redis (no updates)");
}

#[test]
fn a_distribution_has_its_own_end_of_life() {
    let slim = facts("python", "3.7-slim-buster").distribution.unwrap();
    assert!(slim.named_in_tag);
    let ended = day("2022-09-10");
    assert_eq!(slim.cycle().unwrap().support(day("2023-01-01")), Support::Extended { ended, until: day("2024-06-30") });
    assert!(!facts("node", "24").distribution.unwrap().named_in_tag);
}

#[test]
fn what_has_ended_is_the_product_before_the_distribution() {
    let today = day("2026-11-23");
    let ended = |repository, tag| facts(repository, tag).ended(today).map(|ending| ending.cycle.title());
    assert_eq!(ended("node", "16-buster").as_deref(), Some("Node.js 16"));
    assert_eq!(ended("python", "3.12-buster").as_deref(), Some("Debian 10 (buster)"));
    assert_eq!(ended("ubuntu", "18.04").as_deref(), Some("Ubuntu 18.04 (bionic)"));
    assert_eq!(ended("debian", "bookworm"), None);
    assert_eq!(ended("node", "24"), None);
    assert_eq!(ended("rust", "1.70"), None);
    let nearly = |repository, tag| facts(repository, tag).nearly_ended(today, 90).map(|ending| ending.cycle.title());
    assert_eq!(nearly("debian", "bookworm").as_deref(), Some("Debian 12 (bookworm)"));
    assert_eq!(nearly("fedora", "43").as_deref(), Some("Fedora 43"));
    assert_eq!(nearly("debian", "trixie"), None);
}

#[test]
fn a_floating_tag_will_name_another_release_line() {
    for (repository, tag) in
        [("python", "3"), ("node", "lts"), ("alpine", "edge"), ("debian", "stable"), ("node", "alpine")]
    {
        assert!(is_floating(repository, tag), "{repository}:{tag}");
    }
    for (repository, tag) in [
        ("python", "3.14"),
        ("node", "24"),
        ("debian", "trixie-slim"),
        ("node", "latest"),
        ("own", "x"),
        ("node", "16"),
    ] {
        assert!(!is_floating(repository, tag), "{repository}:{tag}");
    }
}

#[test]
fn every_table_is_sorted_and_every_reference_leads_to_a_line() {
    TAGS.assert_well_formed("tags", 2, 3);
    BUILDS.assert_well_formed("builds", 0, 14);
    CODENAMES.assert_well_formed("codenames", 3, 6);
    OFFICIAL.assert_well_formed("official", 1, 1);
    configuration::CONFIGURATIONS.assert_well_formed("configurations", 0, 13);
    configuration::WORDS.assert_well_formed("words", 1, 1);
    notice::NOTICES.assert_well_formed("notices", 2, 7);
    let lines: std::collections::HashSet<&str> = BUILDS.all().map(Row::text).collect();
    for row in TAGS.all() {
        assert!(BUILDS.at(row.field(2)).is_some_and(|build| lines.contains(build.text())), "{}", row.text());
    }
    for row in BUILDS.all() {
        let offsets = [row.field(10), row.field(11), row.field(12)];
        let tables = [configuration::CONFIGURATIONS, configuration::WORDS, configuration::WORDS];
        for (offset, table) in offsets.into_iter().zip(tables).filter(|(offset, _)| *offset != "?") {
            assert!(table.at(offset).is_some(), "{}", row.text());
        }
    }
    for row in CODENAMES.all() {
        assert!(version_number(row.field(3)) <= version_number(row.field(4)), "{}", row.text());
    }
}

#[test]
fn the_cycle_read_from_a_version_is_the_cycle_of_the_build() {
    let differing: Vec<String> = TAGS
        .all()
        .filter(|row| row.field(1).starts_with(|c: char| c.is_ascii_digit()))
        .filter_map(|row| {
            let read = end_of_life::of_tag(row.field(0), row.field(1))?;
            let built = BUILDS.at(row.field(2)).map(Build::read)?.product?;
            (read != built).then(|| format!("{}:{} {} {}", row.field(0), row.field(1), read.name, built.name))
        })
        .collect();
    assert!(differing.is_empty(), "{} differ: {:?}", differing.len(), differing.get(..20.min(differing.len())));
}

#[test]
fn odd_names_are_looked_up_without_panic() {
    let long = "1.".repeat(100_000);
    for odd in ["", "\u{1f}", "\t", "\n", "é", "ééé-ß", "3.é", "-", "--", "v", "v.", "1..2", "*", "💥-alpine", &long]
    {
        lookup(odd, Some(odd));
        lookup("node", Some(odd));
        is_official(odd);
        fixed_tag("node", Some(odd), day("2026-11-23"));
        supported_tag("node", odd, day("2026-11-23"));
        supported_tag("debian", &format!("stretch-{odd}"), day("2026-11-23"));
    }
}

#[test]
fn a_slim_sibling_stands_on_the_same_release() {
    for (repository, tag, expected) in [
        ("node", "18", Some("18-slim")),
        ("node", "18-bullseye", Some("18-bullseye-slim")),
        ("node", "latest", Some("slim")),
        ("node", "16.13.1", Some("16.13.1-slim")),
        ("node", "18-alpine", None),
        ("node", "18-slim", None),
        ("python", "3.11", Some("3.11-slim")),
        ("python", "3.9-buster", Some("3.9-slim-buster")),
        ("python", "3.8.5", Some("3.8.5-slim")),
        ("python", "bookworm", Some("slim-bookworm")),
        ("library/ruby", "3.1", Some("3.1-slim")),
        ("php", "8.2-cli", None),
    ] {
        assert_eq!(slim_tag(repository, tag).as_deref(), expected, "{repository}:{tag}");
    }
}
