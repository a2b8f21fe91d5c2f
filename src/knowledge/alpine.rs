//! What remains of Alpine's `-dev` packages once a program is built.
//!
//! Read in the APKBUILDs of Alpine's aports (alpinelinux/aports) in November 2026: bzip2, cairo, expat, gdbm, giflib, gmp,
//! icu, ImageMagick, libevent, libpng, libsodium, libwebp, mariadb-connector-c, both PCREs, postgresql, python3, readline,
//! ruby, tiff, unixodbc. The rest was written from memory and has not been held against a recipe. `openssl` stands for `libssl` and
//! `libcrypto`, whose names hold a version. A name that not every branch from 3.14 to 3.22 has is given as a package that
//! depends on it: `libwebp-tools` for `libwebpmux`. What has none is left out: ncurses, vips.

/// The packages with the libraries behind a `-dev` package; none where it is for compiling alone. `None` if the table
/// does not know it, which is not "nothing".
pub fn runtime_packages(dev_package: &str) -> Option<&'static [&'static str]> {
    let at = RUNTIME.binary_search_by_key(&dev_package, |(name, _)| name).ok()?;
    Some(RUNTIME[at].1)
}

const RUNTIME: &[(&str, &[&str])] = &[
    ("build-base", &[]),
    ("bzip2-dev", &["libbz2"]),
    ("cairo-dev", &["cairo", "cairo-gobject"]),
    ("curl-dev", &["libcurl"]),
    ("expat-dev", &["expat"]),
    ("freetype-dev", &["freetype"]),
    ("gcompat-dev", &[]),
    ("gdbm-dev", &["gdbm"]),
    ("geos-dev", &["geos"]),
    ("gettext-dev", &["libintl"]),
    ("giflib-dev", &["giflib"]),
    ("gmp-dev", &["gmp", "libgmpxx"]),
    ("icu-dev", &["icu-libs"]),
    ("imagemagick-dev", &["imagemagick", "imagemagick-c++"]),
    ("jpeg-dev", &["libjpeg-turbo"]),
    ("lcms2-dev", &["lcms2"]),
    ("libc-dev", &[]),
    ("libevent-dev", &["libevent"]),
    ("libffi-dev", &["libffi"]),
    ("libjpeg-turbo-dev", &["libjpeg-turbo"]),
    ("libpng-dev", &["libpng"]),
    ("libpq-dev", &["libpq"]),
    ("libsodium-dev", &["libsodium"]),
    ("libwebp-dev", &["libwebp", "libwebp-tools"]),
    ("libxml2-dev", &["libxml2"]),
    ("libxslt-dev", &["libxslt"]),
    ("libzip-dev", &["libzip"]),
    ("linux-headers", &[]),
    ("mariadb-connector-c-dev", &["mariadb-connector-c"]),
    ("mariadb-dev", &["mariadb-connector-c"]),
    ("musl-dev", &[]),
    ("oniguruma-dev", &["oniguruma"]),
    ("openldap-dev", &["libldap"]),
    ("openssl-dev", &["openssl"]),
    ("pango-dev", &["pango"]),
    ("pcre-dev", &["pcre", "libpcrecpp", "libpcre16", "libpcre32"]),
    ("pcre2-dev", &["pcre2", "libpcre2-16", "libpcre2-32"]),
    ("postgresql-dev", &["libpq"]),
    // The headers depend on the interpreter, and so may have brought it.
    ("python3-dev", &["python3"]),
    ("readline-dev", &["readline"]),
    ("ruby-dev", &["ruby"]),
    ("sqlite-dev", &["sqlite-libs"]),
    ("tiff-dev", &["tiff"]),
    ("unixodbc-dev", &["unixodbc"]),
    ("yaml-dev", &["yaml"]),
    ("zlib-dev", &["zlib"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_remain_of_headers_and_nothing_of_compilers() {
        assert!(RUNTIME.is_sorted());
        assert_eq!(runtime_packages("postgresql-dev"), Some(&["libpq"][..]));
        assert_eq!(runtime_packages("build-base"), Some(&[][..]));
        assert_eq!(runtime_packages("nobody-dev"), None);
    }
}
