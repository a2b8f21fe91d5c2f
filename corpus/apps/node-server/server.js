const http = require("node:http");
const ms = require("ms");

const started = Date.now();

const server = http.createServer((request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ status: "ok", restartsEvery: ms(ms("2 days"), { long: true }), up: ms(Date.now() - started) }));
});

server.listen(process.env.PORT || 3000);
process.on("SIGTERM", () => server.close());
