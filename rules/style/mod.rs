//! What reads badly and builds all the same.

crate::rules::group! {}
