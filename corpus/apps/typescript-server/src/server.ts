import { createServer } from "node:http";
import ms from "ms";

const server = createServer((request, response) => {
  const duration = new URL(request.url ?? "/", "http://localhost").searchParams.get("duration") ?? "0";
  response.end(`${ms(duration)} milliseconds\n`);
});

server.listen(8080);
process.on("SIGTERM", () => server.close());
