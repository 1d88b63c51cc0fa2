import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { listenProblem } from "../../../src/host/listen-problem.ts";

test("a port that somebody has is told by the system's code, and a free one is left free", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  expect(await listenProblem("127.0.0.1", port)).toBe("EADDRINUSE");
  await new Promise((resolve) => server.close(resolve));
  expect(await listenProblem("127.0.0.1", port)).toBeUndefined();
  expect(await listenProblem("127.0.0.1", port)).toBeUndefined();
});
