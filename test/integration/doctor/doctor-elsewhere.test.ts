// `muster doctor` and what stands beside a runtime: a real hub with TLS, a real Ollama, the built-in engine.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packParts } from "../../../build/carry/carried-parts.ts";
import { hostTarget } from "../../../build/target/target.ts";
import { probeHub } from "../../../src/bus/bundled/probe-hub.ts";
import type { HubConfig } from "../../../src/manifest/manifest.ts";
import { missingForEngine } from "../../support/engine-folder.ts";
import { freePort } from "../../support/free-port.ts";
import { mayRun } from "../../support/may-run.ts";
import { fromSource } from "../../support/muster.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { missingForOllama, smallModelFile, startOllama } from "../../support/ollama/ollama.ts";
import { runProgram } from "../../support/run-program.ts";
import { documentedHub, edgeKey, hubCaFile } from "../hub/documented-hub.ts";

setDefaultTimeout(180_000);

let folder: string;
const ends: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-doctor-"));
  mkdirSync(join(folder, "state"), { mode: 0o700 });
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(folder, { recursive: true, force: true });
});

describe("a hub", () => {
  const never = new AbortController().signal;

  /** The documented one, with TLS. Resolves to its port for leaf nodes and that for clients. */
  async function startHub(): Promise<{ readonly leafPort: number; readonly clientPort: number }> {
    const leafPort = await freePort();
    const { publicKey } = edgeKey();
    const hub = await startNatsServer({
      config: documentedHub({ publicKey, leafPort, storeDirectory: join(folder, "hub") }),
    });
    ends.push(() => hub.stop());
    return { leafPort, clientPort: hub.port };
  }

  async function failure(hub: HubConfig, limitMs = 10_000): Promise<string> {
    const probe = await probeHub(hub, limitMs, never);
    return probe.type === "failed" ? probe.reason : "answers";
  }

  test("answers by TLS with the right authority, and not with another", async () => {
    const { leafPort } = await startHub();
    const url = `tls://localhost:${leafPort}`;
    expect(await probeHub({ url, tls: { caFile: hubCaFile } }, 10_000, never)).toMatchObject({
      type: "answers",
      isTls: true,
    });
    expect(await failure({ url })).toMatch(/^Cannot make a TLS connection to the hub at "localhost:\d+": /);
  });

  test("that is not there, is no NATS server, or says nothing is told from one that is", async () => {
    expect(await failure({ url: `tls://127.0.0.1:${await freePort()}` })).toEndWith("connection refused");
    const mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    const loud = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { open: (socket) => void socket.write("SSH-2.0-x\r\n"), data: () => undefined },
    });
    ends.push(() => {
      mute.stop(true);
      loud.stop(true);
      return Promise.resolve();
    });
    expect(await failure({ url: `nats://127.0.0.1:${mute.port}` }, 200)).toContain("no answer in time");
    expect(await failure({ url: `nats://127.0.0.1:${loud.port}` })).toContain("is no NATS server");
  });

  test("whose key file is missing is told without a connection", async () => {
    expect(await failure({ url: "tls://127.0.0.1:1", nkeyFile: join(folder, "hub.nk") })).toContain(
      "Cannot read the NKEY file",
    );
  });
});

/** The model's row. */
async function modelRow(model: string): Promise<string> {
  const file = join(folder, "agents.yaml");
  const agent = "agents: { helper: { model: local, instructions: You answer. } }";
  writeFileSync(file, `nats: { embedded: { port: 0 } }\nmodels: { local: ${model} }\n${agent}\n`);
  const command = ["doctor", "-f", file, "--state", join(folder, "state"), "--offline", "--wait", "2m"];
  const { stdout } = await runProgram([...fromSource, ...command], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder },
    limitMs: 150_000,
  });
  return stdout.split("\n").find((line) => line.includes("model local")) ?? stdout;
}

const answers = /^(ok|warning) +model local +answers after .*, [\d.]+ tokens\/s, context \d+ tokens$/;

describe.if(mayRun("Ollama", missingForOllama()))("a real Ollama", () => {
  test("is measured, and a model that it does not have is told with what fetches it", async () => {
    const ollama = await startOllama();
    ends.push(() => ollama.stop());
    expect(await modelRow(`{ provider: ollama, url: "${ollama.url}", model: ${ollama.model}, context: 1024 }`)).toMatch(
      answers,
    );
    expect(await modelRow(`{ provider: ollama, url: "${ollama.url}", model: nope }`)).toEndWith('"nope" is not there');
  });
});

describe.if(mayRun("the built-in engine", missingForEngine() ?? missingForOllama()))("the built-in engine", () => {
  test("is started for one answer, and measured", async () => {
    await packParts(hostTarget(), { natsServer: "auto", say: () => undefined });
    const file = await smallModelFile();
    expect(await modelRow(`{ provider: builtin, file: "${file}", threads: 1, context: 1024 }`)).toMatch(answers);
  });

  test("tells of a file that is no model", async () => {
    const file = join(folder, "model.gguf");
    writeFileSync(file, "no model");
    expect(await modelRow(`{ provider: builtin, file: "${file}" }`)).toContain("is not a GGUF file");
  });
});
