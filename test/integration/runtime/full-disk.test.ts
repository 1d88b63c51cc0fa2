// A runtime whose state directory is on a disk that fills up, is full through everything that may happen, and has room again.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { carriedPart } from "../../../src/host/carried-parts.ts";
import { descendantsWith } from "../../support/child-processes.ts";
import { mayRun } from "../../support/may-run.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { missingForSmallDisk, mountSmallDisk, type SmallDisk } from "../../support/small-disk.ts";
import { until } from "../../support/until.ts";

const missing =
  missingForSmallDisk() ??
  (carriedPart("nats-server") === undefined ? 'nats-server is not packed: run "npm test"' : undefined);
const limitMs = 60_000;

describe.if(mayRun("a full disk", missing))("a full disk", () => {
  let model: ScriptedModel;
  let disk: SmallDisk;
  let muster: RunningMuster;

  const manifest = (more = "") => `
identity: { owner: full }
nats: { mode: embedded, embedded: { port: 0 } }
endpoints: { m: { provider: ollama, url: "${model.url}" } }
models: { scripted: { endpoint: m, model: scripted } }
agents:
  helper: { model: scripted, instructions: You are short., heartbeat: 1s }
${more}`;
  const storage = async () => (await muster.status()).storage?.state;
  const ask = async (agent = "helper") => (await muster.command(["ask", agent, "Hello?"])).stdout.trim();

  beforeAll(async () => {
    model = startScriptedModel();
    model.script("scripted", { text: "Here." });
    disk = await mountSmallDisk(64);
    muster = await startMuster({ manifest: manifest(), stateDirectory: join(disk.folder, "state") });
  }, limitMs);

  afterAll(async () => {
    await muster.stop();
    await disk.stop();
    await model.stop();
  });

  test(
    "agents go on answering, and it is said: in status, and in the log once",
    async () => {
      expect(await muster.command(["submit", "helper", "Before?", "--id", "before", "--wait"])).toMatchObject({
        code: 0,
      });
      disk.fill();
      await until("the full disk to be noticed", async () => (await storage()) === "full");
      for (let time = 0; time < 3; time++) expect(await ask()).toBe("Here.");
      expect((await muster.command(["status"])).stdout).toContain("Disk   full: agents answer, nothing is stored");
      expect(muster.log().match(/The disk of the state directory is full/g)).toHaveLength(1);
    },
    limitMs,
  );

  test(
    "a job that is not kept is said to be none",
    async () => {
      const { code, stderr } = await muster.command(["submit", "helper", "During?", "--id", "during"]);
      expect(code).toBe(4);
      expect(stderr).toContain("The job was not kept: ");
    },
    limitMs,
  );

  test(
    "a reload adds an agent, and the control socket answers",
    async () => {
      await writeFile(
        join(muster.folder, "agents.yaml"),
        manifest("  second: { model: scripted, instructions: Hm. }\n"),
      );
      expect((await muster.command(["reload"])).code).toBe(0);
      expect(await ask("second")).toBe("Here.");
      expect(muster.log()).toContain("Last good manifest cannot be kept");
    },
    limitMs,
  );

  test(
    "the bundled server that is killed comes back, and its clients find it",
    async () => {
      const [server] = await descendantsWith(muster.pid(), "nats-server -c");
      if (server === undefined) throw new Error("No nats-server runs");
      process.kill(server, "SIGKILL");
      await until("another server", async () => {
        const { bus } = await muster.status();
        return bus.serverRestarts === 1 && bus.state === "connected";
      });
      expect(await ask()).toBe("Here.");
    },
    limitMs,
  );

  test(
    "a runtime that is killed starts again, and its agents answer",
    async () => {
      await muster.kill();
      await muster.restart();
      expect(await storage()).toBe("full");
      expect([await ask(), await ask("second")]).toEqual(["Here.", "Here."]);
    },
    limitMs,
  );

  test(
    "with room again jobs are kept and run, what was kept before is there, and the manifest's good form, too",
    async () => {
      disk.free();
      await until("room", async () => (await storage()) === "ok");
      const after = await until("a job to be kept", async () => {
        const result = await muster.command(["submit", "helper", "After?", "--id", "after", "--wait"]);
        return result.code === 0 ? result : undefined;
      });
      expect(after.stdout).toContain("Here.");
      const jobs = (await muster.command(["jobs"])).stdout;
      expect(jobs).toContain("before");
      expect(jobs).not.toContain("during");
      await writeFile(join(muster.folder, "agents.yaml"), "agents: broken");
      await muster.kill();
      await muster.restart();
      const { agents, files } = await muster.status();
      expect(agents.map(({ name }) => name)).toEqual(["helper", "second"]);
      expect(files[0]?.usesLastGood).toBe(true);
    },
    limitMs,
  );
});
