// Our commands and a bundled server that wants a key: they find it by themselves where they may read it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ProgramResult, runProgram } from "../../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";

let model: ScriptedModel;
let muster: RunningMuster;

beforeAll(async () => {
  model = startScriptedModel();
  muster = await startMuster({
    manifest: `
identity: { owner: test }
nats: { embedded: { port: 0, auth: nkey } }
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" } }
agents: { helper: { model: local, instructions: You answer. } }
`,
  });
});

afterAll(async () => {
  await muster.stop();
  await model.stop();
});

/** As the user of `muster` would, without naming the state directory. */
function command(...args: string[]): Promise<ProgramResult> {
  return runProgram([...fromSource, ...args], { cwd: "/", env: { PATH: process.env["PATH"], HOME: muster.folder } });
}

describe("a command", () => {
  test("finds the key through the state directory", async () => {
    expect((await muster.command(["ps"])).stdout).toContain("helper");
    expect(await muster.command(["ask", "helper", "Well?"])).toMatchObject({ code: 0, stdout: "word word \n" });
  });

  test("takes the context that was written for other tools", async () => {
    expect(await command("ask", "helper", "Well?", "--context", "muster")).toMatchObject({
      code: 0,
      stdout: "word word \n",
    });
  });

  test("is refused without the key, in words that say so", async () => {
    const { url } = (await muster.status()).bus;
    const { code, stderr } = await command("ps", "--server", url ?? "");
    expect(code).toBe(1);
    expect(stderr).toContain("refused the credentials: authorization violation");
  });
});

const missing =
  process.getuid?.() !== 0 || Bun.which("setpriv") === null ? "it needs root and setpriv (util-linux)" : undefined;

describe.if(mayRun("commands of another user", missing))("a command of a user who may not read the key", () => {
  test("says where it is and what to do", async () => {
    await chmod(muster.folder, 0o755);
    const manifest = join(muster.folder, "agents.yaml");
    const other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const { code, stderr } = await runProgram(
      [...other, ...fromSource, "ps", "-f", manifest, "--state", muster.stateDirectory],
      { cwd: "/", env: { PATH: process.env["PATH"], HOME: "/nonexistent" } },
    );
    expect(stderr).toContain(
      `Cannot find out how to reach the bundled NATS server of "${manifest}". Its address and key are in "${muster.stateDirectory}", which this user may not read: run the command with sudo`,
    );
    expect(code).toBe(1);
  });
});
