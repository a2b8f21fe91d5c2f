//! Which sites nginx serves, and why it does not serve others.

use super::super::testing::*;
use super::*;

const PACKAGE: &str = r#"{"scripts": {"build": "vite build", "start": "serve -s dist -l 5000", "preview": "vite preview",
    "both": "npm run build && serve dist"}, "dependencies": {"serve": "14"}, "devDependencies": {"vite": "5"}}"#;

fn file(rest: &str) -> String {
    format!("FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n{rest}")
}

/// What becomes of a file with `package.json` and more files.
fn served(rest: &str, files: &[(&str, &str)]) -> Result<(String, Vec<Assumption>), Refusal> {
    let known = [("package.json", PACKAGE), ("index.html", "")];
    let files: Vec<(&str, &str)> = known.into_iter().chain(files.iter().copied()).collect();
    outcome(&file(rest), Some(&files)).unwrap()
}

/// Why the server stays, where that is told.
fn reason_to_keep(text: &str, files: Option<&[(&str, &str)]>) -> Option<&'static str> {
    match whole_outcome(&BaseChoice::Slim, text, files).unwrap() {
        Err(Refusal::KeepsServer { why, .. }) => Some(why),
        Err(_) => None,
        Ok((after, split)) => {
            assert!(!after.contains("\nFROM nginx:"), "{after}");
            split.decisions.iter().find(|decision| decision.about == Subject::Started).map(|decision| decision.reason)
        }
    }
}

fn is_served_by_nginx(rest: &str, files: &[(&str, &str)]) -> bool {
    served(rest, files).is_ok_and(|(after, _)| after.contains("\nFROM nginx:"))
}

#[test]
fn nginx_serves_the_same_folder_at_the_same_port() {
    let (after, assumptions) = served("ENV A=b\nEXPOSE 5000\n# the site\nCMD [\"npm\", \"start\"]\n", &[]).unwrap();
    let image = static_server_image().unwrap();
    let expected = format!(
        "FROM {image}\nWORKDIR /app\nCOPY --from=build /app/dist /app/dist\nRUN printf 'server {{\\n    listen 5000;\\n    \
         root /app/dist;\\n    absolute_redirect off;\\n    location / {{\\n        try_files $uri $uri.html $uri/ \
         /index.html;\\n    }}\\n}}\\n' > /etc/nginx/conf.d/default.conf\nENV A=b\nEXPOSE 5000\n# the site\nCMD [\"nginx\", \
         \"-g\", \"daemon off;\"]\n"
    );
    let (build, stage) = after.split_once("\n\n").unwrap();
    assert_eq!(build, file("").trim_end().replace("FROM node:18", "FROM node:18 AS build"));
    assert_eq!(stage, expected);
    assert_eq!(assumptions, [Assumption::AnswersAs("serve")]);
}

#[test]
fn a_command_before_the_copies_is_replaced_where_it_moves_to() {
    let text = "FROM node:18\nWORKDIR /app\n# the site\nENTRYPOINT npx -y http-server@14 ./public --port=80\nCOPY . .\n\
                RUN npm ci\n";
    let (after, _) = outcome(text, Some(&[("package.json", PACKAGE)])).unwrap().unwrap();
    assert!(after.ends_with("default.conf\n# the site\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n"), "{after}");
    assert!(after.contains("root /app/public;\\n") && after.contains("$uri/ =404;"), "{after}");
    assert!(!after.contains("http-server"), "{after}");
}

#[test]
fn the_port_is_told_or_that_of_expose() {
    for (rest, port) in [
        ("CMD serve dist -p 80\n", Some("80")),
        ("ENV PORT=90\nCMD serve dist\n", Some("90")),
        ("EXPOSE 3000\nCMD serve dist\n", Some("3000")),
        ("EXPOSE 4173/tcp\nCMD npm run preview\n", Some("4173")),
        ("EXPOSE 4173\nCMD [\"npm\", \"run\", \"preview\", \"--\", \"--host\", \"0.0.0.0\"]\n", Some("4173")),
        ("CMD npm run preview -- --port 80\n", Some("80")),
        ("CMD yarn preview --port 80\n", Some("80")),
        ("CMD npm run preview --port 80\n", None),
        ("CMD serve dist\n", None),
        ("EXPOSE 80\nCMD serve dist\n", None),
        ("EXPOSE 3000 5000\nCMD serve dist\n", None),
        ("ENV PORT=90\nCMD sirv dist --port 80\n", None),
        ("CMD PORT=70 serve dist\n", Some("70")),
        ("CMD serve dist\nENV PORT=60\n", Some("60")),
        ("ARG PORT=4000\nCMD serve dist\n", None),
        ("ARG PORT=4000\nEXPOSE 3000\nCMD serve dist\n", Some("3000")),
        ("ARG PORT=4000\nENV PORT=90\nCMD serve dist\n", Some("90")),
        ("ARG P=4000\nENV PORT=$P\nCMD serve dist\n", None),
        ("ENV PORT=90\nEXPOSE 4173\nCMD npm run preview\n", Some("4173")),
    ] {
        let listens = port.map(|port| format!("listen {port};"));
        let after = served(rest, &[]).map_or(String::new(), |(after, _)| after);
        assert_eq!(after.contains("listen "), listens.is_some(), "{rest}");
        assert!(listens.is_none_or(|listens| after.contains(&listens)), "{rest}: {after}");
    }
}

#[test]
fn what_nginx_would_do_otherwise_stays_and_the_reason_is_told() {
    const SETTINGS: &str = "a file of settings changes what it does, or may do so";
    const NAME: &str = "the name of its folder holds signs with a meaning of their own";
    let cmd = "EXPOSE 3000\nCMD serve -s dist\n";
    assert!(is_served_by_nginx(cmd, &[]));
    for (rest, reason) in [
        ("CMD serve -s dist --cors\n", "its options are not all known"),
        ("CMD serve -s .\n", "it serves the folder in which the project itself lies"),
        ("CMD serve -s \"my dist\"\n", NAME),
        ("USER node\nCMD serve -s dist\n", "nginx's image starts as root, and the file sets another user"),
        (
            "HEALTHCHECK CMD node check.js\nCMD serve -s dist\n",
            "a health check asks it in a way that may not suit another server",
        ),
        ("ENTRYPOINT [\"serve\", \"dist\"]\nCMD [\"-n\"]\n", "ENTRYPOINT and CMD start it together"),
        ("CMD [\"serve\", \\\n# hi\n  \"dist\"]\n", "a comment stands inside the instruction that starts it"),
        ("ENV PATH=/app/bin:/usr/bin\nCMD serve -s dist\n", "ENV sets a PATH without `/usr/sbin`, where nginx lies"),
        ("VOLUME /app/dist\nCMD serve -s dist\n", "its folder comes from a volume"),
        ("VOLUME [\"/app/dist/uploads\"]\nCMD serve -s dist\n", "its folder comes from a volume"),
        ("CMD serve -s /data\n", "no step is known to make its folder"),
    ] {
        let (text, files) = (file(&format!("EXPOSE 3000\n{rest}")), [("package.json", PACKAGE)]);
        assert_eq!(reason_to_keep(&text, Some(&files)), Some(reason), "{rest}");
    }
    for rest in ["CMD echo started && serve -s dist && echo ended\n", "CMD npm run both\n", "CMD node server.js\n"] {
        let (text, files) = (file(&format!("EXPOSE 3000\n{rest}")), [("package.json", PACKAGE)]);
        assert_eq!(reason_to_keep(&text, Some(&files)), None, "{rest}");
    }
    let files = [("package.json", PACKAGE), ("serve.json", "{}")];
    assert_eq!(reason_to_keep(&file(cmd), Some(&files)), Some(SETTINGS));
}

#[test]
fn root_by_any_name_and_no_health_check_are_as_in_the_image_of_nginx() {
    for rest in ["USER root:root\n", "USER 0:0\n", "USER 0\n", "HEALTHCHECK NONE\n", "ENV PATH=/app/bin:$PATH\n"] {
        assert!(is_served_by_nginx(&format!("EXPOSE 3000\n{rest}CMD serve -s dist\n"), &[]), "{rest}");
    }
}

#[test]
fn a_folder_that_the_workers_cannot_enter_or_that_nothing_makes_stays() {
    let home = file("CMD serve dist -p 80\n").replace("/app", "/root/app");
    let reason = "its folder lies below `/root`, which nginx's workers cannot read";
    assert_eq!(reason_to_keep(&home, Some(&[("package.json", PACKAGE)])), Some(reason));
    let global = "FROM node:18\nRUN npm install -g http-server\n";
    for rest in ["VOLUME /data\nCMD [\"http-server\", \"/data\", \"-p\", \"80\"]\n", "CMD http-server /data -p 80\n"] {
        let after = outcome(&format!("{global}{rest}"), None).and_then(Result::ok);
        assert!(!after.is_some_and(|(after, _)| after.contains("FROM nginx:")), "{rest}");
    }
}

#[test]
fn settings_of_vite_have_to_be_known() {
    let preview = "EXPOSE 4173\nCMD npm run preview\n";
    assert!(is_served_by_nginx(preview, &[("vite.config.ts", "export default { plugins: [] }")]));
    for text in ["export default { base: '/a/' }", "import a from './a'\nexport default a"] {
        assert!(!is_served_by_nginx(preview, &[("vite.config.ts", text)]), "{text}");
    }
    let why = "a file of settings changes what it does, or may do so";
    assert_eq!(reason_to_keep(&file("CMD npx vite preview --port 80\n"), None), Some(why));
}

#[test]
fn a_script_is_that_of_the_folder_in_which_the_container_starts() {
    let files = [("package.json", PACKAGE), ("web/package.json", r#"{"scripts": {"start": "node server.js"}}"#)];
    for (copies, is_of_root) in [
        ("COPY . .\n", true),
        ("COPY package*.json ./\nRUN npm ci\nCOPY web web\n", true),
        ("COPY package.json /app/package.json\n", true),
        ("COPY web/ ./\n", false),
        ("COPY . .\nCOPY web/package.json .\n", false),
        ("COPY . .\nCOPY web .\n", false),
        ("COPY . /app\nWORKDIR /app/web\n", false),
    ] {
        let text = format!("FROM node:18\nWORKDIR /app\n{copies}RUN npm ci\nCMD [\"npm\", \"start\"]\n");
        let after = outcome(&text, Some(&files)).and_then(Result::ok).map_or(String::new(), |(after, _)| after);
        assert_eq!(after.contains("FROM nginx:"), is_of_root, "{copies}: {after}");
    }
}

#[test]
fn files_that_the_server_hides_or_sends_for_others_are_hidden_and_sent() {
    const HIDES: &str = "location ~ /[.](?!well-known) {\\n        return 404;\\n    }\\n";
    const SENDS: &str = "error_page 404 /404.html;\\n";
    for (cmd, hides, sends) in [
        ("CMD sirv dist -p 80\n", true, false),
        ("CMD sirv dist -p 80 --single\n", true, false),
        ("CMD serve dist -p 80\n", false, true),
        ("CMD serve dist -p 80 -s\n", false, false),
        ("CMD http-server dist -p 80\n", false, true),
    ] {
        let (after, _) = served(cmd, &[]).unwrap();
        assert_eq!((after.contains(HIDES), after.contains(SENDS)), (hides, sends), "{after}");
    }
}

#[test]
fn a_comment_that_says_the_same_stays() {
    let text = "FROM node:18\nWORKDIR /app\n# CMD serve -s dist -l 80\nCMD serve -s dist -l 80\nCOPY . .\nRUN npm ci\n";
    let (after, _) = outcome(text, Some(&[("package.json", PACKAGE)])).unwrap().unwrap();
    assert!(after.ends_with("\n# CMD serve -s dist -l 80\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n"), "{after}");
}

#[test]
fn a_tool_that_builds_is_refused_with_the_reason_why_it_stays() {
    let refusal = served("CMD npm run preview\n", &[]).unwrap_err();
    assert_eq!(refusal, Refusal::KeepsServer { server: "vite", why: "its port is not written down" });
}

#[test]
fn a_rewrite_that_needs_nobody_to_agree_comes_first() {
    let text = "FROM node:18-alpine\nRUN apk add --no-cache make g++\nWORKDIR /app\nCOPY . .\nRUN npm ci\n\
                CMD [\"npx\", \"serve\", \"dist\", \"-l\", \"80\"]\n";
    let package = r#"{"dependencies": {"serve": "14"}}"#;
    let (after, assumptions) = outcome(text, Some(&[("package.json", package)])).unwrap().unwrap();
    assert_eq!(assumptions, []);
    assert!(after.contains("\n\nFROM node:18-alpine\n"), "{after}");
}
