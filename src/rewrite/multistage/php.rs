//! PHP: packages lie in `vendor`, extensions where the official image keeps its own.
//!
//! There is no slim image of PHP, so that the new stage starts from the image of the build. What it spares are packages
//! of the distribution that only the build needs.

use crate::ir::Command;
use crate::knowledge::package_managers::Action;

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, application, native, start};

pub const PHP: Ecosystem = Ecosystem {
    images: &["php"],
    builds,
    product: Maker::OfFolders(product),
    is_source: |_| false,
    runtime: Runtime::Interpreter,
};

/// Where compiled extensions lie, and the settings that load them.
const EXTENSIONS: [&str; 2] = ["/usr/local/lib/php/extensions", "/usr/local/etc/php"];
/// Where the settings of Apache lie.
const OF_APACHE: &str = "/etc/apache2";

fn builds(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| matches!(it.manager.name, "composer" | "pear" | "pecl"))
        || makes_extensions(command)
        || sets_up_apache(command)
        || command.name() == Some("php")
}

fn makes_extensions(command: &Command<'_>) -> bool {
    let by_script = command.name().is_some_and(|name| name.starts_with("docker-php-"));
    by_script || command.manager.as_ref().is_some_and(|it| it.manager.name == "pecl")
}

/// Whether the command leaves something in the folder in which it works.
fn leaves_files(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_none_or(|it| it.installs() || it.action == Action::Build)
}

fn sets_up_apache(command: &Command<'_>) -> bool {
    matches!(command.name(), Some("a2disconf" | "a2dismod" | "a2dissite" | "a2enconf" | "a2enmod" | "a2ensite"))
}

fn product(single: &SingleStage<'_>, _: &Deeds<'_>) -> Result<Product, Refusal> {
    let mut product =
        Product { has_all_files: true, artifacts: application::of_context(single)?, ..Product::default() };
    for command in single.build_commands().filter(|command| builds(command)) {
        if makes_extensions(command) {
            product.artifacts.extend(EXTENSIONS.map(str::to_owned));
        } else if sets_up_apache(command) {
            product.artifacts.push(OF_APACHE.to_owned());
        } else if leaves_files(command) {
            product.artifacts.extend(application::working_folder(single, command)?);
        }
        if command.name() == Some("php") && command.manager.is_none() {
            product.assumptions.push(Assumption::writes_beside_itself(command, 3));
        }
        let is_for_all =
            command.manager.as_ref().and_then(|it| it.verb_name()).is_some_and(|it| it.starts_with("global"));
        if is_for_all {
            return Err(Refusal::UnknownCommand("composer global".to_owned()));
        }
    }
    product.packages.extend(native::of_compiler(single));
    product.tools_of_build = start::unused(single, &["composer"]);
    product.assumptions.extend(start::scripts(single));
    Ok(product)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::rewrite::multistage::BaseChoice;

    #[test]
    fn extensions_are_copied_with_their_libraries() {
        let text = "FROM php:8.2-cli-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends libzip-dev libpq-dev g++ \\\n    \
                    && docker-php-ext-install zip pdo_pgsql\nWORKDIR /app\nCOPY . .\nRUN composer install\nCMD [\"php\", \"a.php\"]\n";
        let (after, assumptions) = split_with(text, None);
        let expected = "FROM php:8.2-cli-bookworm\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libzip4 libpq5 \\\n    \
                        && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY --from=build /app /app\n\
                        COPY --from=build /usr/local/lib/php/extensions /usr/local/lib/php/extensions\n\
                        COPY --from=build /usr/local/etc/php /usr/local/etc/php\nCMD [\"php\", \"a.php\"]\n";
        assert_eq!(after.split_once("\n\n").unwrap().1, expected);
        assert_eq!(assumptions, []);
    }

    #[test]
    fn a_server_that_the_image_starts_needs_no_cmd() {
        let text = "FROM php:8.2-apache-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends libpq-dev g++ \\\n    \
                    && docker-php-ext-install pdo_pgsql\nCOPY . /var/www/html\n";
        let stage = new_stage(text, None);
        assert!(stage.starts_with("php:8.2-apache-bookworm\nRUN apt-get update"), "{stage}");
        assert!(stage.ends_with("\nCOPY . /var/www/html\n") && !stage.contains("build /var/www/html"), "{stage}");
        assert_eq!(refusal(&text.replace("apache", "cli")), Refusal::NoProgram);
        let other = outcome_on(&BaseChoice::Image("php:8.2-cli-bookworm".to_owned()), text, None);
        assert_eq!(other.unwrap().unwrap_err(), Refusal::InheritedEntrypoint);
    }

    #[test]
    fn composer_alone_is_not_worth_a_stage() {
        let text = "FROM php:8.2-cli\nWORKDIR /app\nCOPY . .\nRUN composer install\nCMD [\"php\", \"a.php\"]\n";
        assert_eq!(refusal(text), Refusal::NothingToSplit);
    }
}
