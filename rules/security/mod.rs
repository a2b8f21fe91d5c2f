//! What weakens the image or leaks from it.

crate::rules::group! {
    add_without_checksum,
    apt_key,
    debug_mode,
    disabled_verification,
    docker_socket,
    fixed_password,
    hard_coded_secret,
    needless_sudo,
    passwordless_sudo,
    pipe_to_shell,
    plain_http_download,
    privileged_run,
    secret_build_argument,
    secret_file_copied,
    secret_named_variable,
    untrusted_registry,
    unverified_download,
    world_writable,
}
