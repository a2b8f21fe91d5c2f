//! Commands that are no package managers: those that run other commands, those that download, those that have no
//! use in a build.

mod downloads;
mod wrappers;

pub use downloads::{Download, download};
pub use wrappers::{Wrapped, Wrapper, WrapperKind, strip_wrapper};

/// Whether the program `name` has no use in a container build: it needs a terminal, a running system or another
/// machine's processes.
pub fn is_pointless(name: &str) -> bool {
    POINTLESS.binary_search(&name).is_ok()
}

/// Sorted. hadolint's DL3001 looks for free, kill, mount, ps, service, shutdown, ssh, top and vim.
const POINTLESS: &[&str] = &[
    "emacs",
    "free",
    "halt",
    "htop",
    "ifconfig",
    "kill",
    "killall",
    "mount",
    "nano",
    "poweroff",
    "ps",
    "reboot",
    "service",
    "shutdown",
    "ssh",
    "systemctl",
    "top",
    "umount",
    "vi",
    "vim",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointless_programs_are_found_by_their_names() {
        assert!(POINTLESS.is_sorted());
        assert!(is_pointless("vim") && is_pointless("ssh") && !is_pointless("sshd") && !is_pointless(""));
    }
}
