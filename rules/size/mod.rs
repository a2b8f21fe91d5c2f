//! What makes the image larger than it must be.

crate::rules::group! {
    development_dependencies,
    package_cache_kept,
    recommended_packages,
}
