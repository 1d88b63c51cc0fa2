// `muster doctor` as a user runs it: with a runtime and without, on a machine that is well and on those that are not.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRecord } from "../../../src/model/json.ts";
import { freePort } from "../../support/free-port.ts";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { linesOf, runDoctor } from "../../support/run-doctor.ts";
import { type ProgramResult, runProgram } from "../../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";

setDefaultTimeout(60_000);

let folder: string;
let model: ScriptedModel;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  model = startScriptedModel();
});
afterAll(() => model.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-doctor-"));
  mkdirSync(join(folder, "state"), { mode: 0o700 });
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(folder, { recursive: true, force: true });
});

function manifest(local: string, nats = "{ embedded: { port: 0 } }"): string {
  return [
    "identity: { owner: test }",
    `nats: ${nats}`,
    `models: { local: { provider: ollama, ${local} } }`,
    "agents: { helper: { model: local, instructions: You answer. } }",
    "",
  ].join("\n");
}

function doctor(text: string | undefined, ...args: string[]): Promise<ProgramResult> {
  return runDoctor(folder, text, ...args);
}

function received(path: string) {
  return model.received.requests.filter((request) => request.path === path);
}

describe("without a runtime, doctor", () => {
  test("finds nothing wrong where all is well, leaves nothing behind, and asks the model for little", async () => {
    const result = await doctor(manifest(`url: "${model.url}", model: "m?tokens=30&delayMs=2"`), "--json");
    expect(linesOf(result, "model local")[0]).toMatch(/^ok: answers after \d+ ms, [\d.]+ tokens\/s$/);
    expect(linesOf(result, "nats")).toEqual(["ok: The bundled server can be started, on a free port"]);
    expect(linesOf(result, "runtime")[0]).toStartWith("skipped: None runs");
    expect(parseRecord(result.stdout)).toMatchObject({
      ok: true,
      offline: false,
      stateDirectory: join(folder, "state"),
    });
    expect(result.code).toBe(0);
    expect(readdirSync(join(folder, "state"))).toEqual([]);
    const asked = received("/api/chat").at(-1);
    expect(asked?.body).toMatchObject({ options: { num_predict: 24 } });
  });

  test("says of a dead endpoint what to do, as text with exit code 1", async () => {
    const { stdout, code } = await doctor(manifest(`url: "http://127.0.0.1:${await freePort()}", model: m`));
    expect(stdout).toMatch(
      /^problem {2}model local {6}Cannot reach Ollama at "http:\/\/127[^"]*": connection refused$/m,
    );
    expect(stdout).toMatch(/^ {9}-> Start it with "ollama serve"/m);
    expect(stdout).toContain("1 problem");
    expect(code).toBe(1);
  });

  test("says that a model is missing, and does not fetch it", async () => {
    const result = await doctor(manifest(`url: "${model.url}", model: "x?missing=true", pull: if-missing`), "--json");
    expect(linesOf(result, "model local")).toEqual(['warning: "x?missing=true" is not there yet']);
    expect(received("/api/pull")).toEqual([]);
  });

  test("gives a model that never answers the time that it is told to, and no more", async () => {
    const result = await doctor(manifest(`url: "${model.url}", model: "h?hang=true"`), "--json", "--wait", "300ms");
    expect(linesOf(result, "model local")).toEqual(["problem: No answer within 0.3 s"]);
  });

  test("tells of every problem of a bad manifest, and examines the rest", async () => {
    const result = await doctor("agents: { helper: { modle: local } }\n", "--json");
    expect(linesOf(result, "manifest")[0]).toContain("modle");
    expect(linesOf(result, "nats")).toEqual(["skipped: Without a manifest nobody knows which server"]);
    expect(linesOf(result, "disk")[0]).toStartWith("ok: ");
    expect(result.code).toBe(1);
    expect(linesOf(await doctor(undefined, "--json"), "manifest")[0]).toContain("modle");
  });

  test("says where there is no manifest at all", async () => {
    const result = await doctor(undefined, "--json");
    expect(linesOf(result, "manifest")).toEqual([`problem: No manifest at "${join(folder, "agents.yaml")}"`]);
  });

  test("connects to a real server, and says why it cannot", async () => {
    const server = await startNatsServer({ config: 'authorization { user: ada, password: "right-word" }' });
    ends.push(() => server.stop());
    const local = `url: "${model.url}", model: m`;
    const right = await doctor(
      manifest(local, `{ servers: ["${server.url}"], user: ada, password: right-word }`),
      "--json",
    );
    expect(linesOf(right, "nats")[0]).toMatch(/^ok: 127\.0\.0\.1:\d+ takes us, version 2\.\d+\.\d+, round trip \d+ ms/);
    const wrong = await doctor(
      manifest(local, `{ servers: ["${server.url}"], user: ada, password: wrong-word }`),
      "--json",
    );
    expect(linesOf(wrong, "nats")[0]).toContain("refused the credentials: authorization violation");
    await server.kill();
    const dead = await doctor(manifest(local, `{ servers: ["${server.url}"] }`), "--json");
    expect(linesOf(dead, "nats")[0]).toContain("connection refused");
  });

  test("sees that another program has the port of the bundled server", async () => {
    const server = createServer();
    const port = await listening(server);
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const local = `url: "${model.url}", model: m`;
    const result = await doctor(manifest(local, `{ mode: embedded, embedded: { port: ${port} } }`), "--json");
    expect(linesOf(result, "nats")).toEqual([
      `problem: The bundled server cannot listen on 127.0.0.1:${port}: another program has the port`,
    ]);
  });

  test("asks nobody elsewhere with --offline", async () => {
    const nats = "{ servers: [nats://nats.example:4222] }";
    const result = await doctor(manifest('url: "http://model.example", model: m', nats), "--json", "--offline");
    expect(linesOf(result, "model local")).toEqual(["skipped: It is not on this machine: not asked with --offline"]);
    expect(linesOf(result, "nats")).toEqual(["skipped: The server is not on this machine: not asked with --offline"]);
    expect(result.code).toBe(0);
  });

  test("sees an open state directory", async () => {
    chmodSync(join(folder, "state"), 0o777);
    const result = await doctor(manifest(`url: "${model.url}", model: m`), "--json");
    expect(linesOf(result, "permissions")).toEqual([
      `problem: The state directory "${join(folder, "state")}" is open to others (mode 777)`,
    ]);
  });

  test("asks a model that makes vectors for vectors, and looks at the documents of its agent", async () => {
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "docs", "press.md"), "The oil is changed every month.");
    const knowing = (paths: string) =>
      [
        "identity: { owner: test }",
        "nats: { embedded: { port: 0 } }",
        "models:",
        `  local: { provider: ollama, url: "${model.url}", model: scripted }`,
        `  embed: { provider: ollama, url: "${model.url}", model: embed }`,
        '  chats: { provider: ollama, url: "URL", model: chats }'.replace("URL", model.url),
        `agents: { helper: { model: local, knowledge: { paths: ${paths}, model: embed } } }`,
        "",
      ].join("\n");
    const well = await doctor(knowing("docs"), "--json");
    expect(linesOf(well, "knowledge helper")).toEqual([
      "ok: 1 document",
      'ok: Model "embed" makes vectors of 64 numbers',
    ]);
    expect(linesOf(well, "model embed")).toEqual([]);
    model.script("chats", { embeds: false });
    const ill = await doctor(knowing("nothing").replace("model: embed }", "model: chats }"), "--json");
    const [documents, vectors] = linesOf(ill, "knowledge helper");
    expect(documents).toBe("warning: No documents are there");
    expect(vectors).toMatch(/^problem: .*embed/);
  });
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

const missing =
  process.platform !== "linux" || process.getuid?.() !== 0 || Bun.which("unshare") === null
    ? "file systems of one's own need Linux, root and unshare (util-linux)"
    : undefined;

describe.if(mayRun("a state directory on a disk of its own", missing))("a state directory on a disk of its own", () => {
  /** Doctor in a mount namespace where the state directory is a small disk. */
  function doctorOnDisk(prepare: string): Promise<ProgramResult> {
    writeFileSync(join(folder, "agents.yaml"), manifest(`url: "${model.url}", model: m`));
    const state = join(folder, "state");
    const script = `mount -t tmpfs -o size=64k,mode=700 tmpfs "$0" && ${prepare} && shift 0; exec "$@"`;
    const command = [...fromSource, "doctor", "-f", join(folder, "agents.yaml"), "--state", state, "--json"];
    return runProgram(["unshare", "-m", "sh", "-c", script, state, ...command], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder },
    });
  }

  test("that is full is a problem, twice: nothing can be written, and nothing is free", async () => {
    const result = await doctorOnDisk('{ dd if=/dev/zero of="$0/fill" bs=4k 2>/dev/null; true; }');
    expect(linesOf(result, "state directory")).toEqual([`problem: The disk of "${join(folder, "state")}" is full`]);
    expect(linesOf(result, "disk")[0]).toStartWith("problem: 0 B of 64 KB free");
    expect(result.code).toBe(1);
  });

  test("that is read-only is a problem", async () => {
    const result = await doctorOnDisk('mount -o remount,ro "$0"');
    expect(linesOf(result, "state directory")).toEqual([
      `problem: "${join(folder, "state")}" is on a disk that is mounted read-only`,
    ]);
  });
});

describe("with a runtime, doctor", () => {
  let muster: RunningMuster;
  afterEach(() => muster.stop());

  test("takes the runtime's word, and has it ask its models with its own secrets", async () => {
    muster = await startMuster({
      manifest: manifest(`url: "${model.url}", model: "m?tokens=30&delayMs=2", api_key: "\${KEY}"`),
      environment: { KEY: "secret-of-the-runtime" },
    });
    const args = ["doctor", "--state", muster.stateDirectory, "--json"];
    // Without the secret in its environment, in another folder, and without a word which manifest.
    const result = await runProgram([...fromSource, ...args], {
      cwd: "/",
      env: { PATH: process.env["PATH"], HOME: muster.folder },
    });
    expect(linesOf(result, "runtime")[0]).toEndWith("1 of 1 agents ready");
    expect(linesOf(result, "nats")[0]).toStartWith("ok: Connected to the bundled server at nats://127.0.0.1:");
    expect(parseRecord(result.stdout)?.["manifest"]).toBe(join(muster.folder, "agents.yaml"));
    expect(linesOf(result, "manifest")).toEqual([]);
    expect(linesOf(result, "model local")[0]).toStartWith("ok: answers after");
    expect(received("/api/chat").at(-1)?.headers.get("authorization")).toBe("Bearer secret-of-the-runtime");
    expect(result.stdout).not.toContain("secret-of-the-runtime");
  });

  test("sees an agent that cannot answer, and why", async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    muster = await startMuster({ manifest: manifest(`url: "${dead}", model: m`), acceptsDegraded: true });
    const result = await muster.command(["doctor", "--json"]);
    expect(linesOf(result, "runtime")[1]).toStartWith(
      'problem: Agent "helper" is degraded: model "local": Cannot reach Ollama',
    );
    expect(linesOf(result, "model local")[0]).toContain("connection refused");
    expect(result.code).toBe(1);
  });

  test("leaves the runtime as it is", async () => {
    muster = await startMuster({ manifest: manifest(`url: "${model.url}", model: "m?tokens=3"`) });
    const before = await muster.status();
    expect((await muster.command(["doctor"])).code).toBe(0);
    const after = await muster.status();
    expect({ pid: after.pid, restarts: after.bus.serverRestarts }).toEqual({ pid: before.pid, restarts: 0 });
    expect((await muster.command(["ask", "helper", "Well?"])).stdout).toBe("word word word \n");
  });
});
