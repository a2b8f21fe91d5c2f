//! Python: packages lie in the interpreter's own folder or in a virtual environment, the program in its folder.
//!
//! The smaller image has the same interpreter at the same path, so that all of `/usr/local` can take its place: the
//! packages, the programs that they bring, and the data that some of them put beside the interpreter.

mod installed;
mod native;

use crate::ir::Command;

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, application, start};

pub const PYTHON: Ecosystem = Ecosystem {
    images: &["python"],
    builds,
    product: Maker::OfFolders(product),
    is_source: |_| false,
    runtime: Runtime::Interpreter,
};

fn builds(command: &Command<'_>) -> bool {
    let is_manager = |name: &str| matches!(name, "pip" | "pipenv" | "poetry" | "uv");
    command.manager.as_ref().is_some_and(|it| is_manager(it.manager.name))
        || installed::makes_environment(command)
        || installed::installs_project(command)
        || runs_program(command)
        || matches!(command.name(), Some("." | "source"))
}

/// Whether it is a program of the project, whose files stay in the project's folder unless it does otherwise.
fn runs_program(command: &Command<'_>) -> bool {
    matches!(command.name(), Some("python" | "python3"))
        && !installed::installs_project(command)
        && command.first_operand().and_then(|word| word.value).is_some_and(|word| word.ends_with(".py"))
}

fn product(single: &SingleStage<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let mut product =
        Product { has_all_files: true, artifacts: application::of_context(single)?, ..Product::default() };
    product.artifacts.extend(installed::folders(single)?);
    for command in single.build_commands().filter(|command| runs_program(command)) {
        product.artifacts.extend(application::working_folder(single, command)?);
        let program = command.first_operand().map_or("", |word| word.written);
        product.assumptions.push(Assumption::WritesBesideItself(program.to_owned()));
    }
    product.packages = native::NEEDS.packages(single, deeds, &native::names(single))?;
    product.assumptions.extend(installed::assumption(single));
    product.tools_of_build = start::unused(single, &["uv", "uvx"]);
    product.assumptions.extend(start::scripts(single));
    let starting = ["import subprocess", "from subprocess", "os.system(", "os.popen(", "os.exec", "os.spawn"];
    product.assumptions.extend(start::starting_source(single, ".py", &starting));
    Ok(product)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const SLIM: &str = "FROM python:3.12-slim-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends build-essential libpq-dev python3-dev\n\
                        WORKDIR /app\n";

    #[test]
    fn libraries_that_the_full_image_has_are_installed() {
        let text = |package: &str| {
            format!("FROM python:3.11-bookworm\nWORKDIR /app\nCOPY . .\nRUN pip install {package}\nCMD python a.py\n")
        };
        for (package, library) in
            [("uWSGI==2.0", "libxml2"), ("opencv-python", "libglib2.0-0"), ("weasyprint", "libpango-1.0-0")]
        {
            let stage = new_stage(&text(package), None);
            assert!(stage.split_whitespace().any(|word| word == library), "{package}\n{stage}");
        }
    }

    #[test]
    fn libraries_that_came_with_the_compiler_are_installed() {
        let alpine = "FROM python:3.12-alpine\nRUN apk add --no-cache build-base\nWORKDIR /app\nCOPY . .\nRUN pip install x\nCMD python a.py\n";
        assert!(new_stage(alpine, None).contains("RUN apk add --no-cache libgcc libstdc++\n"));
        let debian = format!("{SLIM}COPY . .\nRUN pip install lightgbm\nCMD python a.py\n");
        assert!(
            new_stage(&debian, None).contains("--no-install-recommends libpq5 libgomp1 "),
            "{}",
            new_stage(&debian, None)
        );
    }

    #[test]
    fn what_compiles_or_starts_programs_when_it_runs_is_told() {
        let text = format!("{SLIM}COPY . .\nRUN pip install -r requirements.txt\nCMD python a.py\n");
        let with = |requirements: &str, source: &str| {
            split_with(&text, Some(&[("requirements.txt", requirements), ("a.py", source)])).1
        };
        assert_eq!(with("flask\n", "import flask\n"), []);
        assert_eq!(with("flask\n", "import subprocess\n"), [Assumption::StartsNoProgram("a.py".to_owned())]);
        let triton = outcome(&text, Some(&[("requirements.txt", "triton\n"), ("a.py", "")]));
        assert_eq!(triton.unwrap().unwrap_err(), Refusal::MissingTool("gcc".to_owned()));
    }

    #[test]
    fn the_question_of_a_package_is_answered_as_in_the_build() {
        for set in ["ARG DEBIAN_FRONTEND=noninteractive\n", "ENV DEBIAN_FRONTEND=noninteractive\n"] {
            let text = SLIM.replacen("RUN", &format!("{set}RUN"), 1);
            let stage = new_stage(&format!("{text}COPY . .\nRUN pip install flask\nCMD python a.py\n"), None);
            assert!(stage.contains("    && DEBIAN_FRONTEND=noninteractive apt-get install"), "{stage}");
        }
    }

    #[test]
    fn a_user_that_the_file_makes_has_a_home_to_install_to() {
        let text = "FROM python:3.11-bookworm\nRUN useradd -m -u 1000 app\nUSER app\nWORKDIR /home/app/src\nCOPY . .\nRUN pip install --user flask\n\
                    CMD [\"python\", \"a.py\"]\n";
        let stage = new_stage(text, None);
        assert!(stage.contains("COPY --from=build /home/app/.local /home/app/.local\n"), "{stage}");
    }

    #[test]
    fn packages_come_with_the_interpreter_and_the_program_with_its_folder() {
        assert_eq!(
            new_stage(
                &format!("{SLIM}COPY r.txt .\nRUN pip install -r r.txt\nCOPY . .\nCMD [\"gunicorn\", \"a:b\"]\n"),
                None
            ),
            "python:3.12-slim-bookworm\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libpq5 \\\n    \
             && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY --from=build /app /app\n\
             COPY --from=build /usr/local /usr/local\nCOPY . .\nCMD [\"gunicorn\", \"a:b\"]\n"
        );
    }

    #[test]
    fn sources_that_come_last_do_not_go_through_the_build_stage() {
        let with = |late: &str, start: &str| {
            let text = format!("{SLIM}COPY r.txt .\nRUN pip install -r r.txt\n{late}CMD {start}\n");
            new_stage(&text, None).split_once("/usr/local /usr/local\n").unwrap().1.to_owned()
        };
        for late in [
            "COPY . .\n",
            "COPY a.py /srv/\nADD data /srv/data\n",
            "ENV A=1\nCOPY --chown=www-data $A .\nUSER www-data\nCOPY b.py .\n",
            "# The program.\nCOPY --link --exclude=x . /app\nEXPOSE 80\n",
            "COPY run.sh /usr/local/bin/\n",
        ] {
            assert_eq!(with(late, "gunicorn a:b"), format!("{late}CMD gunicorn a:b\n"));
        }
        assert_eq!(
            with("COPY a.py /srv/\n", "[\"python\", \"/srv/a.py\"]"),
            "COPY a.py /srv/\nCMD [\"python\", \"/srv/a.py\"]\n"
        );
        // A step behind them that changes files may need them.
        let needing = "COPY . .\nRUN python setup.py install\n";
        assert_eq!(with(needing, "gunicorn a:b"), "CMD gunicorn a:b\n");
    }

    #[test]
    fn a_working_directory_that_is_set_behind_the_build_does_not_move_a_copy_above_it() {
        let text = format!("{SLIM}RUN pip install flask\nCOPY . .\nWORKDIR /srv/x\nCMD flask run\n");
        let expected =
            "WORKDIR /app\nCOPY --from=build /usr/local /usr/local\nCOPY . .\nWORKDIR /srv/x\nCMD flask run\n";
        assert!(new_stage(&text, None).ends_with(expected), "{}", new_stage(&text, None));
        let before = text.replace("COPY . .\nWORKDIR /srv/x\n", "WORKDIR /srv/x\nCOPY . .\n");
        let expected = "rm -rf /var/lib/apt/lists/*\nCOPY --from=build /usr/local /usr/local\nWORKDIR /srv/x\nCOPY . .\nCMD flask run\n";
        assert!(new_stage(&before, None).ends_with(expected), "{}", new_stage(&before, None));
    }

    #[test]
    fn sources_of_a_user_whom_only_the_build_image_has_stay_in_the_build_stage() {
        let text = format!("{SLIM}RUN pip install flask\nCOPY --chown=ghost . .\nCMD flask run\n");
        assert!(new_stage(&text, None).contains("COPY --from=build /app /app\n"));
    }

    #[test]
    fn of_an_active_environment_nothing_else_is_needed() {
        for install in [
            "ENV PATH=\"/opt/venv/bin:$PATH\"\nRUN python -m venv /opt/venv && pip install flask\n",
            "RUN python -m venv /opt/venv && /opt/venv/bin/pip install flask\n",
            "RUN virtualenv /opt/venv && . /opt/venv/bin/activate && pip install flask\n",
            "RUN pip install --target /opt/venv flask\n",
        ] {
            let stage = new_stage(&format!("{SLIM}{install}COPY a.py .\nCMD [\"python\", \"a.py\"]\n"), None);
            assert!(stage.contains("COPY --from=build /opt/venv /opt/venv\n"), "{stage}");
            assert!(!stage.contains("/usr/local"), "{stage}");
        }
    }

    #[test]
    fn tools_of_projects_say_where_their_environment_lies() {
        for (install, folder) in [
            ("poetry install", "/root/.cache/pypoetry/virtualenvs"),
            ("poetry config virtualenvs.create false && poetry install", "/usr/local"),
            ("POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install", "/opt/x/.venv"),
            ("uv sync", "/opt/x/.venv"),
            ("uv pip install --system flask", "/usr/local"),
            ("python setup.py install", "/usr/local"),
            ("POETRY_CACHE_DIR=/opt/c poetry install", "/opt/c/virtualenvs"),
            ("WORKON_HOME=/opt/w pipenv install", "/opt/w"),
            ("pipenv install --system", "/usr/local"),
            ("pipenv install", "/root/.local/share/virtualenvs"),
        ] {
            let stage = new_stage(
                &format!("{SLIM}WORKDIR /opt/x\nRUN {install}\nWORKDIR /srv/y\nCMD [\"python\", \"-m\", \"a\"]\n"),
                None,
            );
            assert!(stage.contains(&format!("COPY --from=build {folder} {folder}\n")), "{stage}");
        }
    }

    #[test]
    fn a_tool_that_only_the_build_calls_is_not_copied() {
        let text = |cmd: &str| {
            let uv =
                "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv\nENV UV_PYTHON_DOWNLOADS=0\nCOPY . .\nRUN uv sync\n";
            format!("{SLIM}{uv}CMD {cmd}\n")
        };
        assert!(!new_stage(&text(".venv/bin/python a.py"), None).contains("/bin/uv"));
        assert!(new_stage(&text("uv run a.py"), None).contains("COPY --from=build /bin/uv /bin/uv\n"));
    }

    #[test]
    fn a_full_image_gives_way_to_its_slim_sibling_where_the_user_agrees() {
        let text = "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n\
                    HEALTHCHECK CMD curl localhost\nCMD python a.py\n";
        let (after, assumptions) = split_with(text, Some(&[("requirements.txt", "psycopg2==2.9\n"), ("a.py", "")]));
        assert!(after.contains("\nFROM python:3.11-slim\n"), "{after}");
        assert!(after.contains("libpq5 curl"), "{after}");
        assert_eq!(assumptions, [Assumption::NeedsNoExtras("python:3.11".to_owned())]);
    }

    #[test]
    fn what_a_second_stage_would_not_help_or_would_break_stays() {
        let install = "WORKDIR /app\nCOPY . .\nRUN pip install";
        let flask = format!("FROM python:3.12-slim\n{install} flask\n");
        assert_eq!(refusal(&format!("{flask}CMD flask run\n")), Refusal::NothingToSplit);
        assert_eq!(refusal(&format!("{flask}CMD pytest\n")), Refusal::BuildToolAtStart("pytest".to_owned()));
        assert_eq!(refusal(&format!("{flask}CMD [\"python\"]\n")), Refusal::NotAProgram("python".to_owned()));
        let compiling = format!("FROM python:3.12\n{install} theano\nCMD python a.py\n");
        assert_eq!(refusal(&compiling), Refusal::MissingTool("g++".to_owned()));
        let in_root = "FROM python:3.12\nCOPY . .\nRUN pip install flask\nCMD python a.py\n";
        assert_eq!(refusal(in_root), Refusal::AmongSystemFiles("/".to_owned()));
        let removed = "RUN apt-get update && apt-get install -y gcc && pip install flask && apt-get purge -y gcc\n";
        assert_eq!(refusal(&format!("{flask}{removed}CMD python a.py\n")), Refusal::NothingToSplit);
    }

    #[test]
    fn behind_an_entrypoint_are_its_arguments_or_what_its_script_starts() {
        let with = |start: &str| outcome(&format!("{SLIM}COPY . .\nRUN pip install flask\n{start}\n"), None).unwrap();
        for start in [
            "ENTRYPOINT [\"python\"]\nCMD [\"a.py\"]",
            "ENTRYPOINT [\"python\", \"a.py\"]\nCMD [\"/data/x\"]",
            "COPY docker-entrypoint.sh /usr/local/bin/\nENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD [\"flask\", \"run\"]",
        ] {
            with(start).unwrap();
        }
        let developing = with("ENTRYPOINT [\"./entrypoint.sh\"]\nCMD [\"pytest\"]").unwrap_err();
        assert_eq!(developing, Refusal::BuildToolAtStart("pytest".to_owned()));
    }

    #[test]
    fn a_script_and_a_program_of_the_build_are_left_to_the_user() {
        let text =
            format!("{SLIM}COPY . .\nRUN pip install -r r.txt && python manage.py collectstatic\nCMD [\"./run.sh\"]\n");
        let (_, assumptions) = split_with(&text, None);
        let expected = [
            Assumption::WritesBesideItself("manage.py".to_owned()),
            Assumption::ScriptInstallsNothing("./run.sh".to_owned()),
        ];
        assert_eq!(assumptions, expected);
        let with = |script: &str| split_with(&text, Some(&[("run.sh", script), ("a.py", "")])).1.len();
        assert_eq!(with("#!/bin/sh\npython manage.py migrate\nexec \"$@\"\n"), 1);
        assert_eq!(with("pip install x\n"), 2);
    }
}
