const http = require("node:http");
const { format } = require("@shop/prices");

const server = http.createServer((request, response) => response.end(`tea costs ${format(350)}\n`));

server.listen(4000);
process.on("SIGTERM", () => server.close());
