// What an executable must do, whichever machine it is for. Each test file of this folder runs it for one of them.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startMuster } from "../support/muster.ts";
import { smallModelFile } from "../support/ollama/ollama.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";
import { startScriptedModel } from "../support/scripted-model.ts";
import { bareEnvironment, boxManifest, trappedFolder, type TrappedFolder } from "./black-box.ts";

export interface ExecutableSuite {
  readonly executable: string;
  readonly target: string;
  /** For one prompt, start included. */
  readonly limitMs: number;
}

export function executableSuite({ executable, target, limitMs }: ExecutableSuite): void {
  let folder: TrappedFolder;

  beforeAll(async () => {
    folder = await trappedFolder();
  });

  afterAll(async () => {
    await folder.remove();
  });

  test(
    "version names itself and its target, and springs no trap of the folder that it is started in",
    async () => {
      const { code, stdout } = await run(["version"]);
      expect(code).toBe(0);
      expect(stdout).toContain(target);
      expect(existsSync(join(folder.path, "sprung"))).toBe(false);
    },
    limitMs,
  );

  test(
    "check takes a good manifest and names the place of a problem in a bad one",
    async () => {
      await writeFile(join(folder.path, "agents.yaml"), boxManifest({ url: "http://127.0.0.1:9" }));
      expect((await run(["check"])).code).toBe(0);
      await writeFile(join(folder.path, "bad.yaml"), "agents:\n  a: { modle: ollama/x }\n");
      const { code, stdout, stderr } = await run(["check", "-f", "bad.yaml"]);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain("bad.yaml:2:8");
    },
    limitMs,
  );

  test(
    "a prompt is answered on the bundled server by a model server",
    async () => {
      await using model = startScriptedModel();
      model.script("scripted", { text: "The press is warm." });
      const answer = await askOnce(boxManifest({ url: model.url }), "Which alarm?");
      expect(answer).toEqual({ code: 0, text: "The press is warm.", exitCode: 0 });
    },
    limitMs,
  );

  test(
    "a prompt is answered on the bundled server by the engine inside",
    async () => {
      const answer = await askOnce(boxManifest({ file: await smallModelFile() }), "Hi");
      expect([answer.code, answer.exitCode]).toEqual([0, 0]);
      expect(answer.text.length).toBeGreaterThan(0);
    },
    limitMs,
  );

  test("nothing was left in the folder but what was put there", async () => {
    const names = await readdir(folder.path);
    expect(names.sort()).toEqual([
      ".env",
      "agents.yaml",
      "bad.yaml",
      "bunfig.toml",
      "package.json",
      "state",
      "trap.ts",
      "tsconfig.json",
    ]);
  });

  function run(args: readonly string[]): Promise<ProgramResult> {
    return runProgram([executable, ...args], { cwd: folder.path, env: bareEnvironment, limitMs });
  }

  async function askOnce(manifest: string, prompt: string): Promise<{ code: number; text: string; exitCode: number }> {
    const muster = await startMuster({
      manifest,
      program: [executable],
      environment: { ...bareEnvironment, HOME: undefined },
      readyWithinMs: limitMs,
    });
    try {
      const { code, stdout, stderr } = await muster.command(["ask", "assistant", prompt], { limitMs });
      if (code !== 0) throw new Error(`${stderr}\n${muster.log()}`);
      return { code, text: stdout.trim(), exitCode: await muster.terminate() };
    } finally {
      await muster.stop();
    }
  }
}
