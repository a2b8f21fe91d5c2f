//! What reads badly and builds all the same.

crate::rules::group! {
    add_for_local_file,
}
