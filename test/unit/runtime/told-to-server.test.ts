import { expect, test } from "bun:test";
import { toldToServer } from "../../../src/runtime/told-to-server.ts";

test("an agent that comes up while the server is asked is not told as ready before the server knows it", async () => {
  let state = "starting";
  const server = Promise.withResolvers<boolean>();
  const flush = () => {
    state = "ready"; // Its subscription goes out behind the question.
    return server.promise;
  };
  const told = toldToServer(() => state, flush);
  server.resolve(true);
  expect(await told).toBe("starting");
  expect(await toldToServer(() => state, flush)).toBe("ready");
});

test("a server that is away keeps nobody from being told", async () => {
  expect(
    await toldToServer(
      () => "reconnecting",
      () => Promise.resolve(false),
    ),
  ).toBe("reconnecting");
});
