const fs = require("node:fs");
const mustache = require("mustache");

const page = fs.readFileSync("src/index.html", "utf8");
fs.mkdirSync("dist", { recursive: true });
fs.writeFileSync("dist/index.html", mustache.render(page, { title: "Boat hire" }));
fs.copyFileSync("src/app.js", "dist/app.js");
