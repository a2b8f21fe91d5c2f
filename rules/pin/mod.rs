//! What makes the same file build something else tomorrow: base images, versions, digests.

crate::rules::group! {
    deprecated_base_image,
    end_of_life_base_image,
    latest_tag,
    misspelt_base_image,
    nearly_end_of_life,
    removed_tag,
    untagged_base_image,
}
