import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startMuster } from "../../support/muster.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";

const { nats, model, caller, close } = await openScriptedBus();
afterAll(close);

test("files, shell, command, http and notes work from the manifest to a caller's answer", async () => {
  const root = join(scratchFolder(), "line3");
  mkdirSync(root);
  writeFileSync(join(root, "alarms.md"), "E17: guard door open\n");
  using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("plc says hello") });
  const calls = [
    { name: "docs_read", input: { path: "alarms.md" } },
    { name: "docs_write", input: { path: "new.md", text: "written by the model" } },
    { name: "run", input: { argv: ["echo", "$HOME;"] } },
    { name: "run", input: { argv: ["rm", "-rf", root] } },
    { name: "say", input: { word: "from a command" } },
    { name: "plc", input: { url: `http://127.0.0.1:${server.port}/` } },
    { name: "notes_set", input: { key: "k", text: "kept" } },
    { name: "notes_get", input: { key: "k" } },
  ];
  model.script("scripted", { steps: [{ calls }, { text: "Done." }] });
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints: { scripted: { provider: ollama, url: "${model.url}" } }
models: { local: { endpoint: scripted, model: scripted, context: 8192 } }
agents:
  helper:
    model: local
    tools:
      docs: { type: files, root: ${root}, access: write, allow_unauthenticated: true }
      run: { type: shell, allow: [[echo, "**"]], allow_unauthenticated: true }
      say:
        type: command
        description: Says a word
        command: [echo, "{{word}}"]
        parameters: { type: object, properties: { word: { type: string } }, required: [word] }
        allow_unauthenticated: true
      plc: { type: http, allow: ["GET http://127.0.0.1:${server.port}/"] }
      notes: { type: notes }
`;
  const muster = await startMuster({ manifest });
  try {
    const answer = await caller.prompt("agents.prompt.muster.test.helper", "Work").done;
    expect(answer.error()).toBeUndefined();
    expect(answer.text()).toBe("Done.");
    const told = JSON.stringify(model.received.chats().at(-1)?.body);
    for (const text of [
      "E17: guard door open",
      "$HOME;",
      "is not allowed with these words",
      "from a command",
      "plc says hello",
      "kept",
    ])
      expect(told).toContain(text);
    expect(readFileSync(join(root, "new.md"), "utf8")).toBe("written by the model");
  } finally {
    await muster.stop();
  }
});
