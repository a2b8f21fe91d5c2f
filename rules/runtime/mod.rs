//! How the container runs: CMD, ENTRYPOINT, HEALTHCHECK, USER, signals, ports.

crate::rules::group! {}
