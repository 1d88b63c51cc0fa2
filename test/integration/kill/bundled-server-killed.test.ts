// The bundled server killed in the middle of an answer: who asked is told that it comes back, and it does.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { descendantsWith } from "../../support/child-processes.ts";
import { startKeyedMuster } from "../../support/keyed-muster.ts";
import { fromSource } from "../../support/muster.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function answering() {
  const { muster, stop } = await startKeyedMuster("agents:\n  helper: { model: slow }\n  quick: { model: local }\n", {
    models: { slow: "s?tokens=2000&delayMs=20" },
  });
  ends.push(stop);
  const [, main = ""] = fromSource;
  const asking = Bun.spawn([process.execPath, main, "ask", "--state", muster.stateDirectory, "helper", "Talk"], {
    cwd: muster.folder,
    stdout: "pipe",
    stderr: "pipe",
  });
  const reader = asking.stdout.getReader();
  await reader.read();
  return { muster, asking, said: () => new Response(asking.stderr).text() };
}

test("the asker is told to ask again, and is answered then", async () => {
  const { muster, asking, said } = await answering();
  for (const pid of await descendantsWith(muster.pid(), "nats-server")) process.kill(pid, "SIGKILL");
  expect(await said()).toContain(
    '"helper" gave no whole answer: The connection to NATS is closed. The runtime starts its NATS server again: ask once more in a moment',
  );
  expect(await asking.exited).toBe(1);
  await until("an answer", async () => (await muster.command(["ask", "quick", "Again?"])).stdout === "word word \n");
});

test("a question that comes while it is away waits until it is back", async () => {
  const { muster, stop } = await startKeyedMuster("agents:\n  quick: { model: local }\n");
  ends.push(stop);
  const [server] = await descendantsWith(muster.pid(), "nats-server");
  if (server === undefined) throw new Error("No bundled server");
  process.kill(server, "SIGKILL");
  expect(await muster.command(["ask", "quick", "There?"])).toMatchObject({
    code: 0,
    stdout: "word word \n",
    stderr: "",
  });
  expect(await descendantsWith(muster.pid(), "nats-server")).not.toContain(server);
});

test("the asker of a runtime that has ended is promised nothing", async () => {
  const { muster, asking, said } = await answering();
  const servers = await descendantsWith(muster.pid(), "nats-server");
  await muster.kill();
  for (const pid of servers) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      expect(String(error)).toContain("ESRCH"); // It ended with its runtime.
    }
  }
  const text = await said();
  expect(text).toContain('"helper" gave no whole answer');
  expect(text).not.toContain("starts its NATS server again");
  expect(await asking.exited).toBe(1);
});
