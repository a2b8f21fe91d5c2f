//! What goes wrong between the Dockerfile and the shell.

crate::rules::group! {}
