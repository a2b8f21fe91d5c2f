//! What goes wrong between the Dockerfile and the shell.

crate::rules::group! {
    cd_instead_of_workdir,
    exec_form_not_json,
    invalid_syntax,
    noninteractive_in_env,
    pipe_without_pipefail,
    pointless_command,
    replaced_shell,
    service_started_in_build,
    setting_without_effect,
    shell_syntax_in_exec_form,
    shellcheck,
    unnoticed_download_failure,
    variable_in_exec_form,
}
