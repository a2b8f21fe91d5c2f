//! Symbolic links that the build makes: COPY of a link alone would bring what it points to, so that it is made again.

use crate::ir::{Command, Origin, clean_path, lies_in};

use super::Refusal;
use super::deeds::{Deeds, is_folder_by_name, needed_at_run_time};
use super::operands::Operands;
use super::single_stage::SingleStage;

/// What the package `tzdata` holds.
const TIME_ZONES: &str = "/usr/share/zoneinfo";

impl<'b> Deeds<'b> {
    /// A symbolic link that is made again: COPY of the link alone would bring what it points to.
    ///
    /// # Errors
    /// Where it is no symbolic link, or one to what is only known when the build runs.
    pub fn link(&mut self, single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<(), Refusal> {
        let unknown = || Refusal::UnknownCommand("ln".to_owned());
        let operands = Operands::of(command)?;
        let words: Vec<&str> = operands.texts().collect();
        let (true, [target, written]) = (operands.has("-s --symbolic"), words.as_slice()) else {
            return Err(unknown());
        };
        let mut link = single.path_of(command, written)?;
        if written.ends_with('/') || is_folder_by_name(&link) {
            link = clean_path(&format!("{link}/{}", target.rsplit('/').next().unwrap_or(target)));
        }
        let target = self.target_of_link(single, command, target)?.ok_or_else(unknown)?;
        if !is_plain(&link) {
            return Err(unknown());
        }
        self.links.push((target, link));
        Ok(())
    }

    /// What a link points to, absolute; the name of a time zone may stand in a variable. `None` where it is not known.
    fn target_of_link(
        &mut self,
        single: &SingleStage<'b>,
        command: &'b Command<'b>,
        written: &str,
    ) -> Result<Option<String>, Refusal> {
        let written = written.trim_matches('"');
        let (folder, name) = written.rsplit_once('/').unwrap_or(("", written));
        let variable = name.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
        // A build argument may be another one in the next build, which the new stage would not hear of.
        let is_certain = |name: &&str| {
            let variable = single.build.visible(command.step).variable(name);
            variable.is_some_and(|variable| variable.origin == Origin::Env && variable.is_certain)
        };
        let value = match variable {
            Some(name) => Some(name).filter(is_certain).and_then(|name| single.build.environment(command, name)),
            None => Some(name.to_owned()),
        };
        let target = value.filter(|value| !value.is_empty()).map(|value| clean_path(&format!("{folder}/{value}")));
        let target = target.filter(|target| written.starts_with('/') && is_plain(target));
        if target.as_ref().is_some_and(|target| lies_in(target, TIME_ZONES)) {
            self.add_packages(&needed_at_run_time(single, "tzdata")?);
        }
        Ok(target)
    }

    /// The links that no copy brings, each with what it points to.
    ///
    /// # Errors
    /// Where the smaller image may not have what one points to, or the folder in which it lies; and where a copy goes to
    /// where a link leads to another place.
    pub fn links_beside(
        &self,
        single: &SingleStage<'_>,
        artifacts: &[String],
    ) -> Result<Vec<&(String, String)>, Refusal> {
        let destinations = if self.links.is_empty() { Vec::new() } else { single.late_destinations()? };
        let is_behind_link = |path: &String| self.links.iter().any(|(_, link)| lies_in(path, link));
        if artifacts.iter().chain(&destinations).any(is_behind_link) {
            return Err(Refusal::UnknownCommand("ln".to_owned()));
        }
        const FOLDERS: &[&str] =
            &["", "/bin", "/etc", "/opt", "/sbin", "/srv", "/usr/bin", "/usr/local/bin", "/usr/sbin"];
        let is_copied = |path: &str| artifacts.iter().any(|artifact| lies_in(path, artifact));
        let is_there =
            |target: &str| is_copied(target) || [TIME_ZONES, "/dev", "/proc"].iter().any(|it| lies_in(target, it));
        let of_package = |folder: &str| {
            let below = folder.strip_prefix("/var/log/").or_else(|| folder.strip_prefix("/etc/"));
            below.is_some_and(|name| self.packages.contains(&name))
        };
        let links: Vec<&(String, String)> = self.links.iter().filter(|(_, link)| !is_copied(link)).collect();
        let is_possible = |(target, link): &&(String, String)| {
            let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
            is_there(target) && (FOLDERS.contains(&folder) || of_package(folder))
        };
        if links.iter().all(is_possible) { Ok(links) } else { Err(Refusal::UnknownCommand("ln".to_owned())) }
    }
}

/// Whether a shell takes the path as it stands.
fn is_plain(path: &str) -> bool {
    path.chars().all(|c| c.is_ascii_alphanumeric() || "/._+-".contains(c))
}
