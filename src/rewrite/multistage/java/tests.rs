//! Programs of Java, before and after.

use super::super::testing::*;
use super::*;

const POM: &str = "<project><artifactId>a</artifactId></project>";
const APP: &str = "FROM maven:3.8-openjdk-17\nCOPY . /app\nWORKDIR /app\nRUN mvn package\n";

#[test]
fn the_archive_runs_on_the_runtime_environment_of_the_same_version() {
    let files = [("pom.xml", POM), ("src/main/java/A.java", ""), ("src/main/resources/a.txt", ""), ("conf/a.yml", "")];
    let (after, assumptions) =
        split_with(&format!("{APP}EXPOSE 80\nCMD java -Xmx1g -jar target/a-1.jar\n"), Some(&files));
    let expected = "FROM eclipse-temurin:17-jre\nWORKDIR /app\nCOPY --from=build /app/target/a-1.jar /app/target/a-1.jar\n\
                    COPY --from=build /app/conf /app/conf\nEXPOSE 80\nCMD java -Xmx1g -jar target/a-1.jar\n";
    assert_eq!(after.split_once("\n\n").unwrap().1, expected);
    assert_eq!(assumptions, []);
}

#[test]
fn what_the_command_names_beside_the_archive_is_copied() {
    let artifacts = |text: &str| -> Vec<String> {
        let stage = new_stage(text, None);
        let paths = stage.lines().filter_map(|line| line.strip_prefix("COPY --from=build ")?.split(' ').next());
        paths.map(str::to_owned).collect()
    };
    for (cmd, copied) in [
        (
            "CMD [\"java\", \"-jar\", \"target/a.jar\", \"--conf\", \"src/conf/a.json\"]",
            &["/app/target/a.jar", "/app/src/conf/a.json"][..],
        ),
        ("CMD java -cp 'target/classes:target/lib/*' a.Main", &["/app/target"]),
        ("CMD [\"java\", \"-jar\", \"target/quarkus-app/quarkus-run.jar\"]", &["/app/target/quarkus-app"]),
        ("CMD java -jar target/*.jar", &["/app/target"]),
        ("CMD java $OPTS -javaagent:agent/x.jar=a -jar target/a.jar", &["/app/agent/x.jar", "/app/target/a.jar"]),
        ("RUN mv target/*.jar app.jar\nCMD java -jar app.jar", &["/app/app.jar"]),
    ] {
        assert_eq!(artifacts(&format!("{APP}{cmd}\n")), copied, "{cmd}");
    }
}

#[test]
fn a_copy_does_not_fail_where_java_passes_over_what_is_missing_in_its_class_path() {
    let files = [("pom.xml", POM), ("src/A.java", ""), ("conf/a.yml", "")];
    let copies = |class_path: &str| {
        let stage = new_stage(&format!("{APP}CMD [\"java\", \"-cp\", \"{class_path}\", \"a.Main\"]\n"), Some(&files));
        let paths = stage.lines().filter_map(|line| line.strip_prefix("COPY --from=build ")?.split(' ').next());
        paths.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(copies("target/classes:config:conf"), ["/app/target/classes", "/app/conf"]);
    assert_eq!(copies("target/classes:target/dependency/*"), ["/app/target", "/app/conf"]);
    assert_eq!(copies("target/all.jar"), ["/app/target/all.jar", "/app/conf"]);
}

#[test]
fn folders_that_hold_data_by_their_names_come_along() {
    let text = APP.replace(
        "COPY . /app\nWORKDIR /app",
        "WORKDIR /app\nRUN mkdir -p src\nCOPY src src\nCOPY conf conf\nCOPY public /srv/www",
    );
    let stage = new_stage(&format!("{text}CMD java -jar target/a.jar\n"), None);
    let copies = "WORKDIR /app\nCOPY --from=build /app/target/a.jar /app/target/a.jar\nCOPY --from=build /app/conf /app/conf\n\
                  COPY --from=build /srv/www /srv/www\nCMD";
    assert!(stage.contains(copies), "{stage}");
}

#[test]
fn archives_that_look_for_others_take_their_folder_with_them() {
    let pom = "<project><addClasspath>true</addClasspath></project>";
    let stage = new_stage(&format!("{APP}CMD java -jar target/a.jar\n"), Some(&[("pom.xml", pom)]));
    assert!(stage.contains("COPY --from=build /app/target /app/target\n"), "{stage}");
}

#[test]
fn an_installation_of_gradle_is_copied_whole() {
    let text =
        "FROM gradle:8.7.0-jdk21\nWORKDIR /app\nCOPY . .\nRUN gradle installDist\nCMD [\"build/install/a/bin/a\"]\n";
    let stage = new_stage(text, None);
    assert!(stage.starts_with("eclipse-temurin:21-jre-jammy\n"), "{stage}");
    assert!(stage.contains("COPY --from=build /app/build/install/a /app/build/install/a\n"), "{stage}");
}

#[test]
fn what_a_runtime_environment_may_lack_is_for_the_user_to_know() {
    let text = format!("{APP}CMD java -jar target/a.jar\n");
    assert!(split_with(&text, None).1.contains(&Assumption::NeedsNoDevelopmentKit));
    let with = |source: &str| split_with(&text, Some(&[("pom.xml", POM), ("src/A.java", source)])).1;
    assert_eq!(with("new ProcessBuilder()"), [Assumption::StartsNoProgram("src/A.java".to_owned())]);
    assert_eq!(with("import javax.tools.ToolProvider;"), [Assumption::NeedsNoDevelopmentKit]);
}

#[test]
fn what_runs_on_no_runtime_environment_is_refused() {
    assert_eq!(refusal(&format!("{APP}CMD mvn spring-boot:run\n")), Refusal::BuildToolAtStart("mvn".to_owned()));
    assert_eq!(refusal(&format!("{APP}CMD java -jar /x.jar\n")), Refusal::NotBuilt("/x.jar".to_owned()));
    let old = format!("{}CMD java -jar target/a.jar\n", APP.replace("3.8-openjdk-17", "3-jdk-7"));
    assert_eq!(refusal(&old), Refusal::UnknownImage);
    let packages = format!("{}CMD java -jar target/a.jar\n", APP.replace("RUN", "RUN apt-get install -y ffmpeg &&"));
    assert_eq!(
        refusal(&packages.replace("3.8-openjdk-17", "3-openjdk-17-slim")),
        Refusal::UnknownDistribution("debian".to_owned())
    );
}

#[test]
fn java_of_another_maker_is_for_the_user_to_know() {
    let of = |image: &str| {
        let text = APP.replace("maven:3.8-openjdk-17", image);
        split_with(&format!("{text}ENTRYPOINT [\"java\", \"-jar\", \"target/a-1.jar\"]\n"), Some(&[("pom.xml", POM)]))
    };
    let image = "maven:3.9-amazoncorretto-17";
    let (after, assumptions) = of(image);
    assert!(after.contains("\n\nFROM eclipse-temurin:17-jre\n"), "{after}");
    assert_eq!(assumptions, [Assumption::NeedsNothingOfMaker(image.to_owned())]);
    assert_eq!(of("maven:3.9-eclipse-temurin-17").1, []);
}

#[test]
fn a_runtime_environment_that_the_build_makes_is_refused() {
    let text = format!(
        "{APP}RUN jlink --add-modules java.base --output /jre\nENTRYPOINT [\"/jre/bin/java\", \"-jar\", \"target/a.jar\"]\n"
    );
    assert_eq!(refusal(&text), Refusal::UnknownCommand("jlink".to_owned()));
}

#[test]
fn folders_in_the_project_keep_their_owner_and_are_made() {
    let text = "FROM eclipse-temurin:17-jdk-jammy\nWORKDIR /app\nCOPY . .\nRUN ./mvnw package && mkdir -p /app/uploads target/x\n\
                RUN useradd spring && chown -R spring:spring /app\nUSER spring\nCMD java -jar target/a.jar\n";
    let stage = new_stage(text, Some(&[("pom.xml", POM)]));
    assert!(stage.contains("RUN mkdir -p /app/uploads"), "{stage}");
    assert!(stage.contains("chown -R spring:spring /app\n"), "{stage}");
    assert!(!stage.contains("target/x"), "{stage}");
}
