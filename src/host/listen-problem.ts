// Whether a program could listen on an address now: tried, and given back at once.

import { createServer } from "node:net";

/** The system's code of why not, such as `EADDRINUSE`; undefined when it could. Never rejects. */
export function listenProblem(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  return promise;
}
