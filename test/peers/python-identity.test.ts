// Sender identity (§13) between Muster and the independent Python SDK, in both directions, on a server with named NKEY users.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { jsonRecord, jsonRecords } from "../support/json-record.ts";
import { mayRun } from "../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../support/nats-server.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { testUser } from "../support/test-user.ts";
import { until } from "../support/until.ts";

const users = { muster: testUser(), python: testUser(), other: testUser() };
type UserName = keyof typeof users;

describe.if(mayRun("Python peer", missingForPythonPeer()))("with the Python SDK", () => {
  let folder: string;
  let nats: RunningNatsServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-peer-"));
    for (const [name, { seed }] of Object.entries(users)) await writeFile(seedOf(name), seed);
    const nkeys = Object.values(users).map(({ nkey }) => `{ nkey: ${nkey} }`);
    nats = await startNatsServer({
      config: `accounts { ACME { users: [ ${nkeys.join(", ")}, { user: guest, password: guest } ] } }`,
    });
  });

  afterAll(async () => {
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function seedOf(name: string): string {
    return join(folder, `${name}.nk`);
  }

  function idOf(name: UserName): string {
    return `ACME.${users[name].nkey}`;
  }

  describe("as a caller of Muster", () => {
    let model: ScriptedModel;
    let muster: RunningMuster;

    beforeAll(async () => {
      model = startScriptedModel();
      model.script("scripted", { text: "The press is warm." });
      muster = await startMuster({
        manifest: `
identity: { owner: peers }
nats: { servers: ["${nats.url}"], nkey_file: "${seedOf("muster")}" }
models:
  scripted: { provider: ollama, url: "${model.url}", model: scripted }
defaults: { heartbeat: 1s, model: scripted }
agents:
  strict: { callers: { trust: signed } }
  open: {}
  closed: { callers: { allow: ["${idOf("other")}"] } }
`,
      });
    });

    afterAll(async () => {
      await muster.stop();
      await model.stop();
    });

    async function call(user: UserName, signs: "yes" | "no", ...args: string[]): Promise<Record<string, unknown>> {
      const caller = join(import.meta.dirname, "python", "signed_caller.py");
      const { code, stdout, stderr } = await runProgram([peerPython, caller, nats.url, seedOf(user), signs, ...args]);
      if (code !== 0) throw new Error(stderr);
      return jsonRecord(stdout);
    }

    test("its signed prompt is served as its user's", async () => {
      expect(await call("python", "yes", "prompt", "strict", "Well?")).toEqual({ text: "The press is warm." });
      const line =
        muster
          .log()
          .split("\n")
          .find((text) => text.includes(idOf("python"))) ?? "";
      expect(line).toContain("verified");
    });

    test("without a signature it fails before it sends, by the registration alone", async () => {
      const { error } = await call("python", "no", "prompt", "strict", "Well?");
      expect(error).toBe("SenderSignatureRequiredError");
      expect(await call("python", "no", "prompt", "open", "Well?")).toEqual({ text: "The press is warm." });
    });

    test("its user is refused with 403 where it is not allowed, and another served", async () => {
      const { error, message } = await call("python", "yes", "prompt", "closed", "Well?");
      expect(error).toBe("ProtocolError");
      expect(String(message)).toContain("403");
      expect(await call("other", "yes", "prompt", "closed", "Well?")).toEqual({ text: "The press is warm." });
    });

    test("it finds registration and heartbeats signed by the runtime's user", async () => {
      expect(await call("python", "no", "record", "open")).toEqual({ identity: idOf("muster"), verified: true });
      expect(await call("python", "no", "beat", "open")).toEqual({ trust: "verified", sender: idOf("muster") });
    });
  });

  describe("as an agent that Muster calls", () => {
    let host: Bun.Subprocess<"pipe", "pipe", "ignore">;

    beforeAll(async () => {
      const program = join(import.meta.dirname, "python", "signed_host.py");
      host = Bun.spawn([peerPython, program, nats.url, seedOf("python"), users.other.nkey], {
        stdin: "pipe",
        stdout: "pipe",
        stderr: "ignore",
      });
      const first = await host.stdout.getReader().read();
      if (!new TextDecoder().decode(first.value).startsWith("ready")) throw new Error("The Python host did not start");
    });

    afterAll(async () => {
      await host.stdin.end();
      await host.exited;
    });

    async function as(user: UserName | "guest", ...args: string[]): Promise<ProgramResult> {
      const manifest = join(folder, `${user}.yaml`);
      const credentials = user === "guest" ? "user: guest, password: guest" : `nkey_file: "${seedOf(user)}"`;
      await writeFile(manifest, `nats: { servers: ["${nats.url}"], ${credentials} }\nagents: {}\n`);
      const env = { PATH: process.env["PATH"], HOME: folder };
      return runProgram([...fromSource, ...args, "-f", manifest], { cwd: folder, env });
    }

    test("a signed prompt is served as its user's", async () => {
      const { code, stdout } = await as("muster", "ask", "strict", "Well?");
      expect([code, stdout.trim()]).toEqual([0, `verified ${idOf("muster")}`]);
    });

    test("a caller without a key fails before it sends", async () => {
      const { code, stdout } = await as("guest", "ask", "strict", "Well?", "--json");
      expect([code, jsonRecord(stdout)["code"]]).toEqual([1, "signature_required"]);
    });

    test("a user that it does not accept is told so", async () => {
      const refused = await as("other", "ask", "choosy", "Well?");
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("403");
      expect((await as("muster", "ask", "choosy", "Well?")).code).toBe(0);
    });

    test("ps shows that it is who it says it is", async () => {
      await until("a verified agent", async () => {
        const agents = jsonRecords(jsonRecord((await as("guest", "ps", "--json")).stdout)["agents"]);
        const strict = agents.find(({ name, owner }) => name === "strict" && owner === "peer");
        const [instance] = jsonRecords(strict?.["instances"] ?? []);
        return instance?.["trust"] === "verified" && instance["identity"] === idOf("python");
      });
    });
  });
});
