//! The lossless syntax tree of a Dockerfile; parsing never fails.
