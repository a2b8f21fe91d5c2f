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
        ("CMD serve dist\n", None),
        ("EXPOSE 80\nCMD serve dist\n", None),
        ("EXPOSE 3000 5000\nCMD serve dist\n", None),
        ("ENV PORT=90\nCMD sirv dist --port 80\n", None),
    ] {
        let listens = port.map(|port| format!("listen {port};"));
        let after = served(rest, &[]).map_or(String::new(), |(after, _)| after);
        assert_eq!(after.contains("listen "), listens.is_some(), "{rest}");
        assert!(listens.is_none_or(|listens| after.contains(&listens)), "{rest}: {after}");
    }
}

#[test]
fn what_nginx_would_do_otherwise_stays() {
    let cmd = "EXPOSE 3000\nCMD serve -s dist\n";
    assert!(is_served_by_nginx(cmd, &[]));
    for rest in [
        "EXPOSE 3000\nCMD serve -s dist --cors\n",
        "EXPOSE 3000\nCMD serve -s .\n",
        "EXPOSE 3000\nCMD serve -s \"my dist\"\n",
        "EXPOSE 3000\nUSER node\nCMD serve -s dist\n",
        "EXPOSE 3000\nHEALTHCHECK CMD node check.js\nCMD serve -s dist\n",
        "EXPOSE 3000\nCMD echo started && serve -s dist && echo ended\n",
        "EXPOSE 3000\nENTRYPOINT [\"serve\"]\nCMD [\"-s\", \"dist\"]\n",
        "CMD npm run both\n",
        "CMD node server.js\n",
    ] {
        assert!(!is_served_by_nginx(rest, &[]), "{rest}");
    }
    assert!(!is_served_by_nginx(cmd, &[("serve.json", "{}")]));
    let preview = "EXPOSE 4173\nCMD npm run preview\n";
    assert!(is_served_by_nginx(preview, &[("vite.config.ts", "export default { plugins: [] }")]));
    assert!(!is_served_by_nginx(preview, &[("vite.config.ts", "export default { base: '/a/' }")]));
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
