//! What makes BuildKit refuse the file, or build something else than it says.

crate::rules::group! {
    unknown_instruction,
}
