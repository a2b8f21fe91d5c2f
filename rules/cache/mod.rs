//! What makes builds rebuild more than they must.

crate::rules::group! {
    sources_before_dependencies,
    update_without_install,
    volatile_instruction_early,
}
