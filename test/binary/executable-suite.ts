// What an executable must do, whichever machine it is for. Each test file of this folder runs it for one of them.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import { type RunningMuster, startMuster } from "../support/muster.ts";
import { smallModelFile } from "../support/ollama/ollama.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";
import { startScriptedModel } from "../support/scripted-model.ts";
import { freePort } from "../support/free-port.ts";
import { tinyPdf } from "../support/tiny-pdf.ts";
import { until } from "../support/until.ts";
import {
  bareEnvironment,
  boxManifest,
  knowingManifest,
  packedManifest,
  trappedFolder,
  type TrappedFolder,
} from "./black-box.ts";

const mcpServer = join(root, "test", "fixtures", "hostile-mcp-server.mjs");

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

  test(
    "what is unpacked or made at its first use works: the clients of remote models, patterns, MCP, MQTT and schemas of programs",
    async () => {
      await using model = startScriptedModel();
      const calls = [
        { name: "parts_work", input: {} },
        { name: "say", input: { word: "oil" } },
        { name: "say", input: { word: "OIL" } },
      ];
      model.script("works", { steps: [{ calls }, { text: "Worked." }] });
      model.script("says", { text: "Order 4711 is done." });
      const port = await freePort();
      const muster = await startMuster({
        manifest: packedManifest({ url: model.url, mcpServer: [process.execPath, mcpServer], mqttPort: port }),
        program: [executable],
        environment: { ...bareEnvironment, HOME: undefined },
        readyWithinMs: limitMs,
      });
      try {
        const worked = await muster.command(["ask", "worker", "Work"], { limitMs });
        expect([worked.code, worked.stdout.trim()]).toEqual([0, "Worked."]);
        const told = JSON.stringify(model.received.chats().at(-1)?.body["messages"]);
        expect(told).toContain('"oil"');
        expect(told).toContain('\\"word\\": Invalid string');
        const denied = await muster.command(["ask", "speaker", "Say order 4711"], { limitMs });
        expect(denied.code).not.toBe(0);
        expect(denied.stderr).toContain("prompt_denied");
        const said = await muster.command(["ask", "speaker", "Say"], { limitMs });
        expect([said.code, said.stdout.trim()]).toEqual([0, "Order 4711 is done."]);
        await until("the broker to be missed", () => muster.log().includes("MQTT broker cannot be used"), limitMs);
        expect(muster.log()).toContain(`127.0.0.1:${port}`);
      } finally {
        await muster.stop();
      }
    },
    limitMs,
  );

  test(
    "what is unpacked at its first use works: the reader of PDF",
    async () => {
      const file = join(folder.state, "manual.pdf");
      await writeFile(file, tinyPdf([{ lines: ["Oil the press."] }], { title: "Manual" }));
      const { code, stdout } = await run(["__pdf", file, "1000000"]);
      expect(code).toBe(0);
      expect(
        stdout
          .trim()
          .split("\n")
          .map((line): unknown => JSON.parse(line)),
      ).toEqual([
        { type: "page", page: 1, headings: [], text: "Oil the press." },
        { type: "done", title: "Manual" },
      ]);
    },
    limitMs,
  );

  test(
    "documents are indexed, found by the vector search that it carries, and put beside a prompt",
    async () => {
      await using model = startScriptedModel();
      model.script("scripted", { text: "Every 400 hours." });
      const docs = await mkdtemp(join(tmpdir(), "muster-box-docs-"));
      await writeFile(join(docs, "press.md"), "# Press\n\n## Oil\n\nThe oil is changed every 400 hours.\n");
      await writeFile(join(docs, "robot.pdf"), tinyPdf([{ lines: ["The robot welds."] }], { title: "Robot" }));
      const muster = await start(knowingManifest(model.url, docs));
      try {
        const listed = () => muster.command(["knowledge", "ls", "assistant"], { limitMs });
        await until("both documents", async () => (await listed()).stdout.includes("ready, 2 documents"), limitMs);
        const { code, stdout, stderr } = await muster.command(["ask", "assistant", "How often is oil changed?"], {
          limitMs,
        });
        expect([code, stdout.trim(), stderr.trim()]).toEqual([0, "Every 400 hours.", "[searching]"]);
        const asked = JSON.stringify(model.received.chats().at(-1)?.body["messages"]);
        expect(asked).toContain("press.md › Press › Oil");
        expect(asked).toContain("robot.pdf, page 1");
        const carried = await readdir(join(muster.stateDirectory, "carried"));
        expect(carried.some((name) => name.startsWith("sqlite-vec-"))).toBe(true);
      } finally {
        await muster.stop();
        await rm(docs, { recursive: true, force: true });
      }
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

  function start(manifest: string): Promise<RunningMuster> {
    return startMuster({
      manifest,
      program: [executable],
      environment: { ...bareEnvironment, HOME: undefined },
      readyWithinMs: limitMs,
    });
  }

  async function askOnce(manifest: string, prompt: string): Promise<{ code: number; text: string; exitCode: number }> {
    const muster = await start(manifest);
    try {
      const { code, stdout, stderr } = await muster.command(["ask", "assistant", prompt], { limitMs });
      if (code !== 0) throw new Error(`${stderr}\n${muster.log()}`);
      return { code, text: stdout.trim(), exitCode: await muster.terminate() };
    } finally {
      await muster.stop();
    }
  }
}
