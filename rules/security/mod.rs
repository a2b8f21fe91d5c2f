//! What weakens the image or leaks from it.

crate::rules::group! { hard_coded_secret }
