// Our commands and a bundled server that wants a key: they find it by themselves where they may read it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { mayRun } from "../../support/may-run.ts";
import { startKeyedMuster } from "../../support/keyed-muster.ts";
import { fromSource, type RunningMuster } from "../../support/muster.ts";
import { type ProgramResult, runProgram } from "../../support/run-program.ts";

let muster: RunningMuster;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ muster, stop } = await startKeyedMuster(`agents:
  helper: { model: local, instructions: You answer. }
  broken: { model: refusing, instructions: You cannot. }
`));
});

afterAll(() => stop());

/** As the user of `muster` would, without naming the state directory. */
function command(...args: string[]): Promise<ProgramResult> {
  return runProgram([...fromSource, ...args], { cwd: "/", env: { PATH: process.env["PATH"], HOME: muster.folder } });
}

/** Leaves a job and waits for its end. */
async function settled(agent: "helper" | "broken", id: string): Promise<void> {
  const { code } = await muster.command(["submit", agent, "Well?", "--id", id, "--tries", "1", "--wait"]);
  expect(code).toBe(agent === "helper" ? 0 : 1);
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

  test("replays and removes a job by the rights of the runtime", async () => {
    await settled("helper", "good");
    expect(await muster.command(["jobs", "rm", "good"])).toMatchObject({ code: 0 });
    expect((await muster.command(["jobs", "show", "good"])).code).toBe(3);
    await settled("broken", "bad");
    expect(await muster.command(["jobs", "replay", "bad"])).toMatchObject({
      code: 0,
      stderr: 'Job "bad" is queued again\n',
    });
  });

  test("may not change a job by the callers' key, and says so", async () => {
    await settled("helper", "kept");
    const { code, stderr } = await command("jobs", "rm", "kept", "--context", "muster");
    expect(code).toBe(1);
    expect(stderr).toContain("The NATS user may not publish to");
    expect((await muster.command(["jobs", "show", "kept"])).code).toBe(0);
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
