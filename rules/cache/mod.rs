//! What makes builds rebuild more than they must.

crate::rules::group! {
    update_without_install,
}
