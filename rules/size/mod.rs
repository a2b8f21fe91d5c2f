//! What makes the image larger than it must be.

crate::rules::group! {
    package_cache_kept,
}
