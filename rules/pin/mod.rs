//! What makes the same file build something else tomorrow: base images, versions, digests.

crate::rules::group! {
    deprecated_base_image,
    digest_without_tag,
    end_of_life_base_image,
    floating_tag,
    latest_package_version,
    latest_tag,
    missing_digest,
    misspelt_base_image,
    nearly_end_of_life,
    package_upgrade,
    removed_tag,
    unlocked_install,
    unofficial_base_image,
    unpinned_git_clone,
    unpinned_package,
    untagged_base_image,
}
