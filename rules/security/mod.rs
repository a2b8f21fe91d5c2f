//! What weakens the image or leaks from it.

crate::rules::group! {
    add_without_checksum,
    disabled_verification,
    hard_coded_secret,
    pipe_to_shell,
    plain_http_download,
    secret_file_copied,
    secret_named_variable,
    unverified_download,
}
