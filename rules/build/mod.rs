//! What makes BuildKit refuse the file, or build something else than it says.

crate::rules::group! {
    apt_in_script,
    install_without_lists,
    prompting_install,
    unknown_instruction,
    wrong_package_manager,
}
