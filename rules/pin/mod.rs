//! What makes the same file build something else tomorrow: base images, versions, digests.

crate::rules::group! {}
