//! What makes the image larger than it must be.

crate::rules::group! {
    archive_kept,
    build_folder_copied,
    build_tools_in_final_image,
    chown_after_copy,
    cleanup_in_later_layer,
    consecutive_runs,
    debug_tools,
    development_dependencies,
    full_base_image,
    package_cache_kept,
    recommended_packages,
    two_download_tools,
    virtual_package_kept,
}
