//! Ruby: gems lie in the folder that the official image sets apart for them, or below the program.

use crate::ir::Command;

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::native::Needs;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, application, start};

pub const RUBY: Ecosystem = Ecosystem {
    images: &["ruby"],
    builds,
    product: Maker::OfFolders(product),
    is_source: |_| false,
    runtime: Runtime::Interpreter,
};

/// Where the official image keeps gems, and what Bundler is told of them.
const GEMS: &str = "/usr/local/bundle";

const NEEDS: Needs = Needs {
    linking: &[
        ("charlock_holmes", "libicu-dev"),
        ("curb", "libcurl4-openssl-dev"),
        ("ethon", "libcurl4-openssl-dev"),
        ("ffi", "libffi-dev"),
        ("mysql2", "default-libmysqlclient-dev"),
        ("nokogiri", "libxslt1-dev"),
        ("pg", "libpq-dev"),
        ("rmagick", "libmagickwand-dev"),
        ("ruby-vips", "libvips-dev"),
        ("sqlite3", "libsqlite3-dev"),
        ("tiny_tds", "freetds-dev"),
    ],
    loading: &[],
    calling: &[
        ("git", "git"),
        ("mini_magick", "imagemagick"),
        ("streamio-ffmpeg", "ffmpeg"),
        ("wicked_pdf", "wkhtmltopdf"),
    ],
};

fn builds(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| matches!(it.manager.name, "bundle" | "gem")) || runs_program(command)
}

/// Whether it is a program of the project or of a gem, whose files stay in the project's folder unless it does otherwise.
fn runs_program(command: &Command<'_>) -> bool {
    let is_run_by_bundler =
        command.manager.as_ref().is_some_and(|it| it.manager.name == "bundle" && it.verb_name() == Some("exec"));
    is_run_by_bundler || matches!(command.name(), Some("rails" | "rake"))
}

fn product(single: &SingleStage<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let mut product =
        Product { has_all_files: true, artifacts: application::of_context(single)?, ..Product::default() };
    for command in single.build_commands().filter(|command| builds(command)) {
        product.artifacts.extend(folder_of_gems(single, command)?);
        if runs_program(command) {
            product.artifacts.extend(application::working_folder(single, command)?);
            product.assumptions.push(Assumption::writes_beside_itself(command, 3));
        }
    }
    product.packages = NEEDS.packages(single, deeds, &names(single))?;
    product.assumptions.extend(start::scripts(single));
    product.assumptions.extend(start::starting_source(single, ".rb", &["Open3.", "IO.popen", "Process.spawn"]));
    Ok(product)
}

/// The folder into which a command installs gems, where it is not that of the program.
fn folder_of_gems(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<String>, Refusal> {
    let Some(invocation) = command.manager.as_ref().filter(|it| it.installs() || it.verb_name() == Some("config"))
    else {
        return Ok(None);
    };
    let told = invocation.flag("--path -i --install-dir").and_then(|flag| flag.value?.text).map(str::to_owned);
    let folder = told.or_else(|| single.build.environment(command, "BUNDLE_PATH"));
    let folder = folder.or_else(|| single.build.environment(command, "GEM_HOME"));
    match folder.as_deref() {
        Some("") => Err(Refusal::UnknownPath("BUNDLE_PATH".to_owned())),
        Some(folder) => single.path_of(command, folder).map(Some),
        None => Ok(Some(GEMS.to_owned())),
    }
}

/// The names of the gems that commands and the files of Bundler name.
fn names(single: &SingleStage<'_>) -> Vec<String> {
    let managers = single.build_commands().filter_map(|command| command.manager.as_ref());
    let gems = managers.filter(|it| it.manager.name == "gem").flat_map(|it| it.packages());
    let mut names: Vec<String> = gems.map(|gem| gem.name.to_owned()).collect();
    let Some(context) = single.context else { return names };
    let lock = context.text("Gemfile.lock").unwrap_or_default();
    // The description of a gem that comes from git asks git for its files, each time that it is loaded.
    names.extend(lock.lines().any(|line| line == "GIT").then(|| "git".to_owned()));
    names.extend(lock.lines().filter_map(locked_gem));
    names.extend(context.text("Gemfile").unwrap_or_default().lines().filter_map(listed_gem));
    names
}

/// The gem in a line of the lock file such as `    pg (1.5.4)`.
fn locked_gem(line: &str) -> Option<String> {
    line.strip_prefix("    ")?.split_once(" (").map(|(name, _)| name.trim().to_owned())
}

/// The gem in a line of the Gemfile such as `gem "pg", "~> 1.5"`.
fn listed_gem(line: &str) -> Option<String> {
    let rest = line.trim().strip_prefix("gem ")?.trim_start().trim_start_matches('(');
    rest.split(['"', '\'']).nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const APP: &str = "FROM ruby:3.1\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD bundle exec ruby a.rb\n";
    const LOCK: &str = "GEM\n  specs:\n    pg (1.5.4)\n";

    #[test]
    fn gems_come_along_with_the_libraries_that_they_link() {
        let (after, assumptions) = split_with(APP, Some(&[("Gemfile.lock", LOCK), ("a.rb", "")]));
        let expected = "FROM ruby:3.1-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libpq5 \\\n    \
                        && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY --from=build /app /app\n\
                        COPY --from=build /usr/local/bundle /usr/local/bundle\nCMD bundle exec ruby a.rb\n";
        assert_eq!(after.split_once("\n\n").unwrap().1, expected);
        assert_eq!(assumptions, [Assumption::NeedsNoExtras("ruby:3.1".to_owned())]);
    }

    #[test]
    fn gems_below_the_program_are_part_of_its_folder() {
        let stage = new_stage(&APP.replace("RUN bundle", "ENV BUNDLE_PATH=vendor\nRUN bundle"), None);
        assert!(!stage.contains(GEMS), "{stage}");
        let stage = new_stage(&APP.replace("RUN bundle", "ENV GEM_HOME=/gems\nRUN bundle"), None);
        assert!(stage.contains("COPY --from=build /gems /gems\n"), "{stage}");
    }

    #[test]
    fn what_a_program_makes_among_system_files_is_not_found() {
        let text = APP.replace("WORKDIR /app", "RUN cd /usr/src && rails new blog\nWORKDIR /app");
        assert_eq!(refusal(&text), Refusal::AmongSystemFiles("/usr/src".to_owned()));
    }

    #[test]
    fn gems_from_git_need_git() {
        let git = LOCK.replace("GEM\n", "GIT\n");
        let stage = new_stage(APP, Some(&[("Gemfile.lock", &git)]));
        assert!(stage.contains("install -y --no-install-recommends git libpq5 "), "{stage}");
        let without =
            APP.replace("ruby:3.1\n", "ruby:3.1-slim\nRUN apt-get update && apt-get install -y build-essential\n");
        let refused = outcome(&without, Some(&[("Gemfile.lock", &git)])).unwrap().unwrap_err();
        assert_eq!(refused, Refusal::MissingTool("git".to_owned()));
    }

    #[test]
    fn gems_are_read_from_both_files() {
        assert_eq!(locked_gem("    pg (1.5.4)").as_deref(), Some("pg"));
        assert_eq!(locked_gem("PLATFORMS"), None);
        assert_eq!(listed_gem("  gem 'pg', '~> 1'").as_deref(), Some("pg"));
    }
}
