//! What makes builds rebuild more than they must.

crate::rules::group! {}
