//! The build of small files.

use crate::source::SourceFile;
use crate::syntax::{Dockerfile, InstructionKind, Keyword, parse};

use super::{Base, Build, BuildProblemKind, Commands};

fn file(text: &str) -> Dockerfile {
    parse(SourceFile::new("Dockerfile", text))
}

#[test]
fn a_stage_is_found_by_name_in_any_case_and_by_number() {
    let file =
        file("FROM a AS Build\nFROM b\nCOPY --from=BUILD x y\nCOPY --from=0 x y\nCOPY --from=c x y\nFROM build\n");
    let build = Build::new(&file);
    let sources: Vec<&Base> = build.stages[1].steps.iter().map(|step| &step.sources[0].source).collect();
    assert_eq!(sources[..2], [&Base::Stage(0), &Base::Stage(0)]);
    assert!(matches!(sources[2], Base::Image(image) if image.familiar_name() == "c"));
    assert_eq!(build.stages[2].base, Base::Stage(0));
}

#[test]
fn only_what_the_last_stage_needs_is_reachable() {
    let file = file("FROM a AS x\nFROM b AS y\nFROM c AS z\nRUN --mount=from=y,target=/y make\n");
    let reachable: Vec<bool> = Build::new(&file).stages.iter().map(|stage| stage.is_reachable).collect();
    assert_eq!(reachable, [false, true, true]);
}

#[test]
fn each_default_of_an_arg_sees_the_names_before_it() {
    let file = file("FROM x\nARG A=1 B=$A C=$D\nENV E=2 F=$E G=$B\n");
    let build = Build::new(&file);
    let [arg, env] = build.stages[0].steps.as_slice() else { panic!() };
    let value = |step, name| build.visible(step).variable(name).and_then(|variable| variable.value.clone());
    assert_eq!(value(env, "B").as_deref(), Some("1"));
    assert_eq!(value(arg, "A"), None);
    assert_eq!(env.expanded[3].value(), "");
    assert_eq!(env.expanded[5].value(), "1");
    assert_eq!(arg.expanded.iter().flat_map(|word| &word.undefined).count(), 1);
}

#[test]
fn args_before_from_reach_from_and_those_stages_that_ask() {
    let file = file("ARG TAG=3.20\nFROM alpine:$TAG\nRUN a\nARG TAG\nLABEL t=$TAG\nFROM alpine:${TAG%.*}\n");
    let build = Build::new(&file);
    assert_eq!(build.stages[0].image.as_ref().unwrap().value, "alpine:3.20");
    assert_eq!(build.stages[1].image.as_ref().unwrap().value, "alpine:3");
    assert!(build.visible(&build.stages[0].steps[1]).variable("TAG").is_none());
    assert_eq!(build.stages[0].steps[2].expanded[1].value(), "3.20");
    assert!(!build.stages[0].steps[2].expanded[1].is_certain);
}

#[test]
fn all_pairs_of_an_env_see_the_variables_before_it() {
    let file = file("FROM a\nENV x=1\nENV x=2 y=$x\nENV z=$y\n");
    let build = Build::new(&file);
    assert_eq!(build.visible_at_end(&build.stages[0]).variable("y").unwrap().value.as_deref(), Some("1"));
    assert_eq!(build.visible(&build.stages[0].steps[2]).variable("z"), None);
}

#[test]
fn user_workdir_and_shell_pass_to_stages_built_on_this_one() {
    let file = file("FROM a AS base\nUSER app\nWORKDIR /srv\nWORKDIR x\nFROM base\nRUN a\n");
    let build = Build::new(&file);
    let state = &build.stages[1].steps[0].state;
    assert_eq!(state.user.as_ref().unwrap().value, "app");
    assert_eq!(state.workdir.as_ref().unwrap().value, "/srv/x");
    assert!(state.workdir.as_ref().unwrap().is_certain);
}

#[test]
fn a_relative_workdir_is_uncertain_below_an_unknown_one() {
    let file = file("FROM a\nWORKDIR x\nRUN a\n");
    let build = Build::new(&file);
    let workdir = build.stages[0].last_state.workdir.clone().unwrap();
    assert_eq!((workdir.value.as_str(), workdir.is_certain), ("/x", false));
}

#[test]
fn what_nobody_has_set_or_declared_is_undefined() {
    let file = file("FROM a\nARG known\nENV a=$known b=$unknown c=$PATH\n");
    let build = Build::new(&file);
    let undefined: Vec<&str> = build.stages[0].steps[1]
        .expanded
        .iter()
        .flat_map(|word| &word.undefined)
        .map(|reference| reference.name.as_str())
        .collect();
    assert_eq!(undefined, ["unknown"]);
}

#[test]
fn problems_name_their_words() {
    let text = "RUN a\nFROM $NOTHING\nFROM x/UPPER\nCOPY --from=9 a b\nFROM a AS 1x\n";
    let file = file(text);
    let build = Build::new(&file);
    let problems: Vec<(&str, &BuildProblemKind)> =
        build.problems.iter().map(|problem| (&text[problem.span.range()], &problem.kind)).collect();
    let words: Vec<&str> = problems.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, ["RUN", "$NOTHING", "x/UPPER", "9", "1x"]);
}

#[test]
fn commands_are_found_in_every_form() {
    let file = file(concat!(
        "FROM a\n",
        "RUN sudo apt-get update && \\\n  # why\n  apt-get install -y curl\n",
        "RUN [\"/bin/sh\", \"-c\", \"apk add git\"]\n",
        "RUN <<EOF\npip install flask\nEOF\n",
        "CMD [\"npm\", \"start\"]\n",
        "ENTRYPOINT exec node server.js\n",
    ));
    let build = Build::new(&file);
    let commands = Commands::new(&build);
    let names: Vec<&str> = commands.all().iter().filter_map(|command| command.name()).collect();
    assert_eq!(names, ["apt-get", "apt-get", "apk", "pip", "npm", "node"]);
    let install = &commands.all()[1];
    assert_eq!(file.source.slice(install.span()), "apt-get install -y curl");
    assert_eq!(file.source.slice(install.verb_span()), "install");
    assert_eq!(commands.of_step(&build.stages[0].steps[2])[0].name(), Some("pip"));
    assert_eq!(commands.package_managers().count(), 4);
}

#[test]
fn windows_shells_are_never_read_as_sh() {
    let file = file(
        "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN echo a & del b\nSHELL [\"powershell\", \"-Command\"]\nRUN Get-Item x | Remove-Item\n",
    );
    let build = Build::new(&file);
    assert!(Commands::new(&build).all().is_empty());
    assert_eq!(build.steps_of(Keyword::Run).count(), 2);
    assert!(build.steps().all(|step| !matches!(step.instruction.kind, InstructionKind::Malformed)));
}

#[test]
fn twenty_thousand_stages_on_top_of_each_other_are_no_trouble() {
    let text: String = (0..20_000).map(|i| format!("FROM s{} AS s{}\nENV x{i}=1\n", i.max(1) - 1, i)).collect();
    let file = file(&text);
    assert_eq!(Build::new(&file).stages.len(), 20_000);
}

#[test]
fn a_heredoc_that_is_never_closed_brings_no_bytes_from_behind_the_file() {
    for text in ["FROM a\nRUN cat <<EOF\nb\n", "FROM a\nRUN cat <<é"] {
        let file = file(text);
        let build = Build::new(&file);
        let source = &build.scripts(&build.stages[0].steps[0])[0].source;
        let place = source.to_file_cover(crate::source::Span::new(0, source.text().len()));
        assert!(text.get(place.range()).is_some(), "{place:?}");
    }
}
