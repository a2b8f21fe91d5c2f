//! What makes builds rebuild more than they must.

crate::rules::group! {
    defeated_cache_mount,
    missing_cache_mount,
    packages_after_sources,
    packages_in_volatile_run,
    sources_before_dependencies,
    unlinked_copy,
    unlocked_cache_mount,
    update_without_install,
    volatile_instruction_early,
    whole_context_copy,
    whole_spring_archive,
}
