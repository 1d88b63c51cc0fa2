import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askRuntime, ControlError, runtimeStatus } from "../../../src/runtime/control-client.ts";
import { controlPath } from "../../../src/runtime/control-path.ts";
import { ControlStream, followRuntime } from "../../../src/runtime/control-stream.ts";
import { openControlSocket } from "../../../src/runtime/control-socket.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function stateDirectory(...below: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), "muster-test-"));
  cleanups.push(() => rmSync(root, { recursive: true }));
  const folder = join(root, ...below);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function serve(folder: string, handler: () => unknown = () => ({ hello: 1 })) {
  const socket = await openControlSocket(folder, handler, recordedLog());
  cleanups.push(() => socket.close());
  return socket;
}

test("a request is answered, on a socket that only its user can open", async () => {
  const folder = stateDirectory();
  const socket = await serve(folder);
  expect(statSync(socket.path).mode & 0o777).toBe(0o600);
  expect(await askRuntime(folder, { op: "status" }, 1000)).toEqual({ hello: 1 });
});

test("what an earlier runtime left behind is no obstacle", async () => {
  const folder = stateDirectory();
  writeFileSync(join(folder, "control.sock"), "");
  await serve(folder);
  expect(await askRuntime(folder, { op: "status" }, 1000)).toEqual({ hello: 1 });
});

test("a state directory whose path is too long for a socket works all the same, and leaves nothing", async () => {
  const folder = stateDirectory("x".repeat(120));
  const socket = await serve(folder);
  expect(socket.path.length).toBeLessThan(104);
  expect(await askRuntime(folder, { op: "status" }, 1000)).toEqual({ hello: 1 });
  await socket.close();
  expect(existsSync(join(socket.path, ".."))).toBe(false);
  expect(existsSync(join(folder, "control.path"))).toBe(false);
});

test("a handler's error is the asker's, and the next request is served", async () => {
  const folder = stateDirectory();
  let count = 0;
  await serve(folder, () => {
    if (++count === 1) throw new Error("Not now");
    return count;
  });
  expect(askRuntime(folder, { op: "status" }, 1000)).rejects.toThrow("The runtime refused: Not now");
  expect(await askRuntime(folder, { op: "status" }, 1000)).toBe(2);
});

test("a runtime that does not run, or says something else, is named", async () => {
  const folder = stateDirectory();
  expect(runtimeStatus(folder)).rejects.toThrow(`No runtime runs with the state directory "${folder}"`);
  await serve(folder);
  expect(runtimeStatus(folder)).rejects.toBeInstanceOf(ControlError);
});

test("a stream goes to its reader until that goes, and tells its source when nobody reads", async () => {
  const folder = stateDirectory();
  const ended = Promise.withResolvers<undefined>();
  const full = Promise.withResolvers<number>();
  await serve(
    folder,
    () =>
      new ControlStream((send) => {
        let sent = 0;
        while (sent < 1_000 && send({ text: "x".repeat(100_000) })) sent += 1;
        full.resolve(sent);
        return () => ended.resolve(undefined);
      }),
  );
  const reader = createConnection(controlPath(folder), () => reader.write('{"op":"status"}\n'));
  reader.pause();
  expect(await full.promise).toBeLessThan(100);
  reader.destroy();
  await ended.promise;
});

test("what a stream sends is followed until the signal fires, and its end is an error", async () => {
  const folder = stateDirectory();
  const socket = await serve(
    folder,
    () => new ControlStream((send) => (send({ n: 1 }), send({ n: 2 }), () => undefined)),
  );
  const results: unknown[] = [];
  const stop = new AbortController();
  await followRuntime(
    folder,
    { op: "logs", follow: true },
    (result) => {
      results.push(result);
      if (results.length === 2) stop.abort();
    },
    stop.signal,
  );
  expect(results).toEqual([{ n: 1 }, { n: 2 }]);
  const following = followRuntime(
    folder,
    { op: "logs", follow: true },
    () => void socket.close(),
    new AbortController().signal,
  );
  expect(following).rejects.toThrow("The runtime ended the connection: it has stopped");
});

test("answers come in the order of the requests, though the first takes longer", async () => {
  const folder = stateDirectory();
  const slow = Promise.withResolvers<string>();
  const answers = [slow.promise, Promise.resolve("second")];
  await serve(folder, () => answers.shift());
  const lines: string[] = [];
  const both = Promise.withResolvers<undefined>();
  const asker = createConnection(controlPath(folder), () => asker.write('{"op":"status"}\n{"op":"status"}\n'));
  asker.on("data", (chunk) => {
    lines.push(...String(chunk).trim().split("\n"));
    if (lines.length === 2) both.resolve(undefined);
  });
  setImmediate(() => slow.resolve("first"));
  await both.promise;
  asker.destroy();
  expect(lines).toEqual(['{"ok":true,"result":"first"}', '{"ok":true,"result":"second"}']);
});

test("a client that floods is cut off, and others are served", async () => {
  const folder = stateDirectory();
  await serve(folder);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const flood = createConnection(controlPath(folder), () => flood.write("x".repeat(3_000_000)));
  flood.on("error", () => resolve(undefined));
  flood.on("close", () => resolve(undefined));
  await promise;
  expect(await askRuntime(folder, { op: "status" }, 1000)).toEqual({ hello: 1 });
});
