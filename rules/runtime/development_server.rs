//! A container that starts a server which its makers call unfit for production.
//!
//! ## Why
//! Development servers serve one request after another, recompile on every change, show stack traces and, with a
//! debugger, let whoever provokes an error run code. Flask, Django, PHP and the bundlers say so in their documents.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14-slim
//! CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]
//! ```
//! ```dockerfile,good
//! FROM python:3.14-slim
//! CMD ["gunicorn", "--bind", "0.0.0.0:8000", "project.wsgi"]
//! ```
//!
//! ## Fix
//! None: which server takes its place is a choice.
//!
//! ## Sources
//! Django, `runserver`: "DO NOT USE THIS SERVER IN A PRODUCTION SETTING"; Flask, "Deploying to Production";
//! PHP manual, "Built-in web server"; CWE-489.

use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "runtime/development-server",
    severity: Severity::Info,
    cwe: Some(489),
    security_severity: Some(45),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.is_meant_for_development() {
        return;
    }
    for command in cx.process_commands() {
        let Some((what, instead)) = development_server(command).or_else(|| rails(cx, command)) else { continue };
        sink.report(command.span(), format!("{what} is a development server")).help(instead.to_owned());
    }
}

/// What the command starts, and what to do instead.
fn development_server(command: &Command<'_>) -> Option<(&'static str, &'static str)> {
    const WSGI: &str = "serve the application with gunicorn, uwsgi or uvicorn";
    const STATIC: &str = "build the site in a stage of its own, and serve the files with a web server";
    let values: Vec<&str> = command.words.iter().map(|word| word.value.unwrap_or_default()).collect();
    let name = command.name()?;
    let has = |value: &str| values.iter().skip(1).any(|word| *word == value);
    let script = match (name, values.get(1..)?) {
        ("npm" | "pnpm" | "yarn" | "bun", ["run", script, ..]) => *script,
        ("yarn" | "pnpm", [script, ..]) => *script,
        _ => "",
    };
    match name {
        _ if script == "dev" || script.starts_with("dev:") => Some(("the script `dev`", STATIC)),
        "manage.py" if has("runserver") => Some(("`runserver`", WSGI)),
        "python" | "python3" | "uv" | "poetry"
            if has("runserver") && values.iter().any(|it| it.ends_with("manage.py")) =>
        {
            Some(("`runserver`", WSGI))
        }
        "flask" if has("run") => Some(("`flask run`", WSGI)),
        "python" | "python3" if values.get(1..4) == Some(&["-m", "flask", "run"]) => Some(("`flask run`", WSGI)),
        "php" if has("artisan") && has("serve") => {
            Some(("`artisan serve`", "serve the application with PHP-FPM or FrankenPHP"))
        }
        "php" if has("-S") => {
            Some(("PHP's built-in web server", "serve the application with PHP-FPM, Apache or FrankenPHP"))
        }
        "ng" if has("serve") => Some(("`ng serve`", STATIC)),
        "vite" if values.len() == 1 || has("dev") || has("--host") && !has("preview") => Some(("`vite`", STATIC)),
        "next" | "nuxt" | "astro" if has("dev") => Some(("`dev`", STATIC)),
        "nodemon" => Some(("`nodemon`", "start the program with `node`")),
        "uvicorn" | "gunicorn" if has("--reload") => Some(("a server with `--reload`", "leave out `--reload`")),
        _ => None,
    }
}

/// `rails server`, which is in development mode unless it is told otherwise.
fn rails(cx: &Context<'_>, command: &Command<'_>) -> Option<(&'static str, &'static str)> {
    let words: Vec<&str> = command.words.iter().filter_map(|word| word.value).collect();
    let starts = words.windows(2).any(|pair| pair[0].ends_with("rails") && matches!(pair[1], "server" | "s"));
    let says = |name: &str| {
        let at_end = cx.final_stage().map(|stage| cx.build.visible_at_end(stage));
        at_end.is_some_and(|variables| variables.variable(name).is_some())
            || cx.text(command.step.instruction.span).contains(name)
    };
    let is_told = words.iter().any(|word| word.starts_with("-e") || word.starts_with("--environment"));
    (starts && !is_told && !says("RAILS_ENV") && !says("RACK_ENV"))
        .then_some(("without `RAILS_ENV`, `rails server`", "write `ENV RAILS_ENV=production`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn development_servers_are_known_by_their_commands() {
        for command in [
            "python3 manage.py runserver 0.0.0.0:80",
            "flask run --host 0.0.0.0",
            "php artisan serve",
            "php -S 0.0.0.0:80 -t public",
            "npm run dev",
            "yarn dev",
            "uvicorn app:app --reload",
        ] {
            fires!(&format!("CMD «{command}»\n"));
        }
    }

    #[test]
    fn rails_is_in_development_mode_unless_it_is_told_otherwise() {
        fires!("CMD [\"«bundle\", \"exec\", \"rails\", \"s»\"]\n");
        silent!("ENV RAILS_ENV=production\nCMD rails server -b 0.0.0.0\n");
        silent!("CMD rails server -e production\n");
    }

    #[test]
    fn a_stage_or_file_for_development_may_run_one() {
        silent!("FROM node AS dev\nCMD npm run dev\n");
    }

    #[test]
    fn servers_for_production_are_no_finding() {
        silent!("CMD [\"gunicorn\", \"app\"]\n");
        silent!("CMD php-fpm\n");
        silent!("CMD vite preview --host\n");
    }
}
