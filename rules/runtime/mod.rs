//! How the container runs: CMD, ENTRYPOINT, HEALTHCHECK, USER, signals, ports.

crate::rules::group! {
    cmd_wrapped_in_shell,
    development_server,
    entrypoint_ignores_cmd,
    exposed_ssh,
    missing_user,
    numeric_user,
    package_manager_as_process,
    relative_workdir,
    repeated_instruction,
    root_user,
    shell_form_command,
    stop_signal,
    unknown_user,
    user_never_used,
}
