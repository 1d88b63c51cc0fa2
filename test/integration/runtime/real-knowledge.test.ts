// Documents from the file to the answer, with a real model that makes the vectors and reads the passages.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayRun } from "../../support/may-run.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { missingForOllama, startOllama } from "../../support/ollama/ollama.ts";
import { tinyPdf } from "../../support/tiny-pdf.ts";
import { until } from "../../support/until.ts";

const minutesMs = 180_000;

describe.if(mayRun("Ollama", missingForOllama()))("an agent with knowledge on a real Ollama", () => {
  let ollama: Awaited<ReturnType<typeof startOllama>>;
  let muster: RunningMuster;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-docs-"));
    await writeFile(
      join(folder, "press.md"),
      "# Press\n\n## Oil\n\nThe oil of the press is changed every 400 hours.\n",
    );
    await writeFile(join(folder, "canteen.txt"), "The canteen serves soup on Mondays and fish on Fridays.");
    await writeFile(
      join(folder, "robot.pdf"),
      tinyPdf([{ lines: ["The robot welds car frames."] }], { title: "Robot" }),
    );
    ollama = await startOllama({ parallel: 1, keepAlive: "30m" });
    const model = `{ endpoint: real, model: "${ollama.model}", max_output: 30, temperature: 0 }`;
    muster = await startMuster({
      manifest: `
identity: { owner: test }
nats: { embedded: { port: 0 } }
endpoints: { real: { provider: ollama, url: "${ollama.url}" } }
models: { small: ${model} }
agents:
  helper: { model: small, deadline: 3m, knowledge: { paths: "${folder}", model: small, context: 2, tool: false } }
`,
      readyWithinMs: minutesMs,
    });
  }, minutesMs);

  afterAll(async () => {
    await muster.stop();
    await ollama.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    "indexes its documents, finds the one that a question is about, and answers with it beside the prompt",
    async () => {
      const listed = () => muster.command(["knowledge"]);
      await until("three documents", async () => (await listed()).stdout.includes("ready, 3 documents"), minutesMs);
      for (const [query, file] of [
        ["How often is oil changed in the press?", "press.md › Press"],
        ["What does the robot weld?", "robot.pdf, page 1"],
        ["soup in the canteen", "canteen.txt"],
      ] as const) {
        const { stdout } = await muster.command(["knowledge", "search", "helper", query, "--top", "2"]);
        // The model was made to chat: the best of its vectors are not always the first.
        expect(stdout).toContain(file);
      }
      const asked = await muster.command(["ask", "helper", "How often is the oil changed?"], { limitMs: minutesMs });
      expect([asked.code, asked.code === 0 ? "" : `${asked.stdout}${asked.stderr}${muster.log()}`]).toEqual([0, ""]);
      expect(asked.stdout.trim().length).toBeGreaterThan(0);
      const trace = await muster.command(["trace", "helper", "--json"]);
      expect(trace.stdout).toContain('"knowledge"');
    },
    minutesMs,
  );
});
