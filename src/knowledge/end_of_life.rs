//! Until when a product or a distribution release is maintained (source: endoflife.date).
//!
//! Every answer is a pure function of the table and the day that the caller passes.

use super::date::Date;
use super::table::{Row, Table};
use super::tag::Tag;

/// product, cycle, release date, end, extended end, long-term support, codename; newest cycle of a product first.
const CYCLES: Table = Table::new(include_str!("data/cycles.tsv"));
const CODENAME: usize = 6;
/// image repository, product.
const PRODUCTS: Table = Table::new(include_str!("data/cycle-products.tsv"));

/// One release line of a product: Node.js 16, Debian 12, Python 3.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// The product, as endoflife.date names it: `nodejs`, `debian`, `alpine-linux`.
    pub product: &'static str,
    /// The release line's name: `16`, `3.7`, `18.04`.
    pub name: &'static str,
    /// The codename that tags use for it, where it has one: `bookworm`, `focal`, `gallium`.
    pub codename: Option<&'static str>,
    released: Option<Date>,
    end: End,
    extended_end: Option<Date>,
    long_term: LongTerm,
}

/// When the ordinary maintenance of a cycle ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    NotAnnounced,
    Past,
    On(Date),
}

/// When a cycle becomes one with long-term support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LongTerm {
    Never,
    Always,
    From(Date),
}

/// How a cycle stands on a given day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Maintained, up to and including this day where an end is announced.
    Until(Option<Date>),
    /// Ordinary maintenance ended on the first day; extended support, often partial (Debian LTS) or paid (Ubuntu Pro),
    /// lasts to the second.
    Extended {
        /// The last day of ordinary maintenance.
        ended: Date,
        /// The last day of extended support.
        until: Date,
    },
    /// No longer maintained since this day, where it is known.
    EndedOn(Option<Date>),
}

impl Cycle {
    /// How the cycle stands on the day `today`.
    pub fn support(self, today: Date) -> Support {
        match (self.end, self.extended_end) {
            (End::On(end), _) if today <= end => Support::Until(Some(end)),
            (End::On(ended), Some(until)) if today <= until => Support::Extended { ended, until },
            (End::On(end), extended) => Support::EndedOn(extended.filter(|_| self.is_extended_for_all()).or(Some(end))),
            (End::NotAnnounced, _) => Support::Until(None),
            (End::Past, _) => Support::EndedOn(None),
        }
    }

    /// Product and release line as people write them: `Node.js 16`, `Debian 10 (buster)`.
    pub fn title(self) -> String {
        let title = format!("{} {}", product_title(self.product), self.name);
        match self.codename {
            Some(codename) if matches!(self.product, "debian" | "ubuntu") => format!("{title} ({codename})"),
            _ => title,
        }
    }

    /// For how many days ordinary maintenance is given, where both ends are known.
    pub(super) fn lifetime(self) -> Option<i32> {
        match (self.released, self.end) {
            (Some(released), End::On(end)) => Some(released.days_until(end)),
            _ => None,
        }
    }

    /// Whether extended support comes without a contract: Debian LTS, Microsoft's extended end date. Ubuntu Pro, RHEL
    /// ELS and the like are sold, or need an account.
    pub fn is_extended_for_all(self) -> bool {
        matches!(self.product, "debian" | "windows-server-core" | "windows-nano-server" | "mssqlserver")
    }

    /// Whether ordinary maintenance lasts on the day `today`.
    pub fn is_supported(self, today: Date) -> bool {
        matches!(self.support(today), Support::Until(_))
    }

    /// The cycle of the same product to move to: the newest with long-term support on the day `today`, or the newest at
    /// all where none has it. Only cycles newer than this one count, so the newest has no successor.
    pub fn successor(self, today: Date) -> Option<Cycle> {
        // The newest stand first: what follows this one is no newer.
        cycles(self.product)
            .take_while(|cycle| cycle.name != self.name)
            .filter(|cycle| cycle.released > self.released)
            .filter(|cycle| cycle.released.is_some_and(|released| released <= today) && cycle.is_supported(today))
            .max_by_key(|cycle| (cycle.is_long_term(today), cycle.released))
    }

    /// Whether the cycle has long-term support on the day `today`. Products without such a thing have no such cycle.
    pub fn is_long_term(self, today: Date) -> bool {
        match self.long_term {
            LongTerm::Never => false,
            LongTerm::Always => true,
            LongTerm::From(day) => day <= today,
        }
    }
}

/// The release of a distribution, by codename (`bookworm`) or number (`12`, `9.13`, `3.12.1`). `family` is the name that
/// [`Distribution`](super::images::Distribution) uses.
pub fn of_distribution(family: &str, release: &str) -> Option<Cycle> {
    named(distribution_product(family)?, release)
}

/// The cycle that an image's tag is bound to: `node:16.20-slim` and `node:gallium` to Node.js 16. `node:latest` and
/// `python:3` move on when a new cycle comes out, so they are bound to none.
pub fn of_tag(repository: &str, tag: &str) -> Option<Cycle> {
    named(product_of(repository)?, tag)
}

/// The product that an image repository ships, if the table knows one.
pub(super) fn product_of(repository: &str) -> Option<&'static str> {
    PRODUCTS.find([repository]).map(|row| row.field(1))
}

/// The cycle of this very name.
pub(super) fn cycle(product: &str, name: &str) -> Option<Cycle> {
    CYCLES.rows([product]).find(|row| row.field(1) == name).map(read)
}

/// The product whose cycles are the releases of this distribution family.
pub(super) fn distribution_product(family: &str) -> Option<&'static str> {
    Some(match family {
        "almalinux" => "almalinux",
        "alpine" => "alpine-linux",
        "amazonlinux" => "amazon-linux",
        "centos" => "centos",
        "debian" => "debian",
        "fedora" => "fedora",
        "mageia" => "mageia",
        "opensuse" => "opensuse",
        "oraclelinux" => "oracle-linux",
        "photon" => "vmware-photon",
        "rhel-ubi" => "rhel",
        "rocky" => "rocky-linux",
        "ubuntu" => "ubuntu",
        _ => return None,
    })
}

/// The cycle that a tag or release text begins with: the longest version prefix that is a cycle, or a codename.
fn named(product: &str, text: &str) -> Option<Cycle> {
    let tag = Tag::parse(text);
    let mut rows = CYCLES.rows([product]);
    let mut by_version = tag.shortened();
    // The name of the cycle stands behind that of the product: no row is taken apart.
    let is_named = |row: &Row, version| {
        let behind = row.text().get(product.len() + 1..).and_then(|rest| rest.strip_prefix(version));
        behind.is_some_and(|rest| rest.starts_with('\t'))
    };
    let found = by_version.find_map(|version| rows.clone().find(|row| is_named(row, version)));
    let by_codename = || {
        let word = tag.words().next().filter(|_| tag.version.is_empty())?;
        // The codename ends the row: hardly a row is taken apart.
        rows.find(|row| row.text().ends_with(word) && row.field(CODENAME) == word)
    };
    found.or_else(by_codename).map(read)
}

/// The product as its makers write it. Where the table has no entry, its parts with a capital letter will do.
fn product_title(product: &str) -> String {
    let known = match product {
        "alpine-linux" => "Alpine",
        "almalinux" => "AlmaLinux",
        "centos" => "CentOS",
        "centos-stream" => "CentOS Stream",
        "couchbase-server" => "Couchbase Server",
        "docker-engine" => "Docker",
        "dotnet" => ".NET",
        "eclipse-temurin" => "Eclipse Temurin",
        "ghc" => "GHC",
        "haproxy" => "HAProxy",
        "hashicorp-vault" => "Vault",
        "influxdb" => "InfluxDB",
        "jruby" => "JRuby",
        "mariadb" => "MariaDB",
        "mediawiki" => "MediaWiki",
        "mongodb" => "MongoDB",
        "mssqlserver" => "SQL Server",
        "mysql" => "MySQL",
        "nodejs" => "Node.js",
        "opensearch" => "OpenSearch",
        "opensuse" => "openSUSE",
        "php" => "PHP",
        "phpmyadmin" => "phpMyAdmin",
        "postgresql" => "PostgreSQL",
        "rabbitmq" => "RabbitMQ",
        "rhel" => "RHEL",
        "ros" => "ROS",
        "ros-2" => "ROS 2",
        "wordpress" => "WordPress",
        "vmware-photon" => "Photon OS",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    product.split('-').map(capital).collect::<Vec<String>>().join(" ")
}

fn cycles(product: &str) -> impl Iterator<Item = Cycle> {
    CYCLES.rows([product]).map(read)
}

fn read(row: Row) -> Cycle {
    let mut fields = row.fields();
    let mut next = || fields.next().unwrap_or_default();
    let (product, name, released) = (next(), next(), next().parse().ok());
    let end = match next() {
        "true" => End::Past,
        day => day.parse().map_or(End::NotAnnounced, End::On),
    };
    let extended_end = next().parse().ok();
    let long_term = match next() {
        "true" => LongTerm::Always,
        day => day.parse().map_or(LongTerm::Never, LongTerm::From),
    };
    let codename = Some(next()).filter(|codename| !codename.is_empty());
    Cycle { product, name, codename, released, end, extended_end, long_term }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_cycle_is_supported_up_to_its_last_day() {
        let node = of_tag("node", "16").unwrap();
        let end = day("2023-09-11");
        assert_eq!(node.support(end), Support::Until(Some(end)));
        assert_eq!(node.support(day("2023-09-12")), Support::EndedOn(Some(end)));
    }

    #[test]
    fn extended_support_is_told_from_the_ordinary_one() {
        let focal = of_distribution("ubuntu", "20.04").unwrap();
        let extended = Support::Extended { ended: day("2025-05-31"), until: day("2030-04-02") };
        assert_eq!(focal.support(day("2026-11-23")), extended);
        assert_eq!(of_distribution("debian", "bookworm"), of_distribution("debian", "12.5"));
        assert_eq!(
            of_distribution("alpine", "3.16").unwrap().support(day("2026-11-23")),
            Support::EndedOn(Some(day("2024-05-23")))
        );
        assert_eq!(of_distribution("busybox", "1"), None);
    }

    #[test]
    fn support_that_anyone_may_use_counts_to_its_end() {
        let stretch = of_distribution("debian", "stretch").unwrap();
        assert_eq!(stretch.support(day("2026-11-23")), Support::EndedOn(Some(day("2022-07-01"))));
    }

    #[test]
    fn an_end_may_be_past_without_a_day_or_not_announced() {
        assert!(matches!(cycle("nginx", "1.31").unwrap().support(day("2026-11-23")), Support::Until(None)));
        assert!(
            cycle("nodejs", "3").unwrap().is_supported(day("2026-11-23"))
                == matches!(cycle("nodejs", "3").unwrap().end, End::NotAnnounced)
        );
    }

    #[test]
    fn a_cycle_has_a_title_for_people() {
        let title = |product, name| cycle(product, name).unwrap().title();
        assert_eq!(title("nodejs", "16"), "Node.js 16");
        assert_eq!(title("debian", "10"), "Debian 10 (buster)");
        assert_eq!(title("oracle-linux", "7"), "Oracle Linux 7");
    }

    #[test]
    fn the_successor_is_the_newest_with_long_term_support_that_day() {
        let successor =
            |product, name, today| cycle(product, name).unwrap().successor(day(today)).map(|cycle| cycle.name);
        assert_eq!(successor("nodejs", "16", "2026-11-23"), Some("26"));
        assert_eq!(successor("nodejs", "16", "2026-09-01"), Some("24"));
        assert_eq!(successor("python", "3.7", "2026-11-23"), Some("3.14"));
        assert_eq!(successor("ubuntu", "18.04", "2026-11-23"), Some("26.04"));
        assert_eq!(successor("debian", "9", "2026-11-23"), Some("13"));
        assert_eq!(successor("nodejs", "26", "2026-11-23"), None);
        assert_eq!(successor("centos", "7", "2026-11-23"), None);
    }

    #[test]
    fn every_table_is_sorted_and_well_formed() {
        CYCLES.assert_well_formed("cycles", 1, 7);
        PRODUCTS.assert_well_formed("products", 1, 2);
        for row in CYCLES.all() {
            assert!(row.field(2).is_empty() || row.field(2).parse::<Date>().is_ok(), "{}", row.text());
            assert!(
                ["", "true", "false"].contains(&row.field(3)) || row.field(3).parse::<Date>().is_ok(),
                "{}",
                row.text()
            );
        }
        for row in PRODUCTS.all() {
            assert!(cycles(row.field(1)).next().is_some(), "{}", row.text());
        }
    }

    #[test]
    fn odd_names_are_looked_up_without_panic() {
        for odd in ["", "\t", "é", "1.2.3.4.5.6.7.8.9", "18446744073709551616", "-", "💥"] {
            assert!(of_tag(odd, odd).is_none() && of_tag("node", odd).is_none_or(|cycle| cycle.name == "1"));
            assert_eq!(of_distribution("debian", odd).filter(|cycle| !odd.starts_with(cycle.name)), None);
        }
    }
}
