//! What makes BuildKit refuse the file, or build something else than it says.

crate::rules::group! {
    apt_in_script,
    copy_destination_without_slash,
    install_without_lists,
    prompting_install,
    unknown_instruction,
    wrong_package_manager,
}
