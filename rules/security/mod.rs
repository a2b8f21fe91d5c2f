//! What weakens the image or leaks from it.

crate::rules::group! {
    add_without_checksum,
    apt_key,
    disabled_verification,
    fixed_password,
    hard_coded_secret,
    needless_sudo,
    pipe_to_shell,
    plain_http_download,
    secret_file_copied,
    secret_named_variable,
    unverified_download,
    world_writable,
}
