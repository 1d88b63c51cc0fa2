import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startMuster, type RunningMuster } from "../../support/muster.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";

const { nats, model, close } = await openScriptedBus();

const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints: { scripted: { provider: ollama, url: "${model.url}" } }
models: { local: { endpoint: scripted, model: scripted, context: 4096 } }
agents:
  helper:
    model: local
    guards: { redact: { town: Lisbon } }
    tools: { clock: { type: time }, caller: { type: ask } }
`;

let muster: RunningMuster;

beforeAll(async () => {
  muster = await startMuster({ manifest, runArguments: ["--log-prompts"] });
});

afterAll(async () => {
  await muster.stop();
  await close();
});

async function evaluate(text: string, args: readonly string[] = []) {
  const file = join(muster.folder, "cases.yaml");
  await writeFile(file, text);
  return muster.command(["test", file, ...args]);
}

test("muster test passes when enough tries pass, and shows those that did not", async () => {
  model.script("scripted", { steps: [{ text: "The door is open." }, { text: "No idea." }, { text: "A door." }] });
  const cases = "agent: helper\ncases:\n  door: { prompt: E17?, expect: { contains: door }, runs: 3, pass: 2 }\n";
  const passed = await evaluate(cases);
  expect(passed.stdout).toMatch(/door +helper +ok +2 of 3 +2 /);
  expect(passed.stdout).toMatch(/door, try 2\n {2}The answer does not contain "door"\n {2}answer: No idea\./);
  expect(passed.code).toBe(0);

  const failed = await evaluate(cases.replace("pass: 2", "pass: 3"));
  expect(failed.stdout).toMatch(/door +helper +failed +2 of 3 +3 /);
  expect(failed.code).toBe(1);
});

test("muster test --json says which tools each turn called, and turns of a case are one conversation", async () => {
  model.script("scripted", {
    steps: [{ calls: [{ name: "clock", input: {} }] }, { text: "It is noon." }, { text: '{"hour": 12}' }],
  });
  const result = await evaluate(
    `
agent: helper
cases:
  noon:
    turns:
      - { prompt: How late is it?, expect: { tools: [{ name: clock, input: {} }], matches: '\\bnoon\\b' } }
      - prompt: As JSON
        expect:
          not_tools: clock
          json_schema: { type: object, required: [hour], properties: { hour: { type: integer } } }
          max_time: 1m
`,
    ["--json"],
  );
  expect(JSON.parse(result.stdout)).toMatchObject({
    ok: true,
    cases: [
      {
        passed: 1,
        tries: [
          {
            turns: [
              { tools: ["clock"], misses: [] },
              { tools: [], misses: [] },
            ],
          },
        ],
      },
    ],
  });
  expect(result.code).toBe(0);
  expect(JSON.stringify(model.received.requests.at(-1)?.body)).toContain("How late is it?");
});

test("what a tool was called with is known, but for what is redacted", async () => {
  const called = (timezone: string) =>
    model.script("scripted", { steps: [{ calls: [{ name: "clock", input: { timezone } }] }, { text: "Noon." }] });
  const cases = (zone: string) =>
    `agent: helper\ncases: { zone: { prompt: Late?, expect: { tools: [{ name: clock, input: { timezone: ${zone} } }] } } }\n`;
  called("Europe/Berlin");
  expect((await evaluate(cases("Europe/Berlin"))).code).toBe(0);
  called("Europe/Lisbon");
  const other = await evaluate(cases("Europe/Berlin"));
  expect(other.code).toBe(1);
  expect(other.stdout).toContain("Europe/[town]");
  expect(other.stdout).not.toContain("Lisbon");
});

test("a model that fails is a try that fails, and a wrong file asks nobody", async () => {
  model.script("scripted", { status: 400, errorText: "Nothing works" });
  const failed = await evaluate("agent: helper\ncases: { x: { prompt: Well?, expect: { contains: yes } } }\n");
  expect(failed.stdout).toContain("No whole answer");
  expect(failed.code).toBe(1);

  const before = model.received.requests.length;
  const wrong = await evaluate("agent: helper\ncases: { x: { prompt: Well?, expect: { contain: yes } } }\n");
  expect(wrong.stderr).toMatch(/cases\.yaml:2:40: cases\.x\.expect\.contain: Found the unknown key/);
  expect(wrong.code).toBe(1);
  expect(model.received.requests).toHaveLength(before);

  const unknown = await evaluate("agent: helpr\ncases: { x: { prompt: Well?, expect: { contains: y } } }\n");
  expect(unknown.stderr).toContain("helper");
  expect(unknown.code).toBe(3);
});

test("a question of the agent fails the try, since nobody answers here, and the next case goes on", async () => {
  model.script("scripted", {
    steps: [{ calls: [{ name: "caller", input: { question: "Which line?" } }] }, { text: "3" }],
  });
  const asked = await evaluate(
    "agent: helper\ncases: { x: { prompt: Stop, expect: { contains: x } }, y: { prompt: Line?, expect: { contains: '3' } } }\n",
  );
  expect(asked.stdout).toContain('The agent asked "Which line?", and here nobody answers');
  expect(asked.stdout).toMatch(/y +helper +ok/);
  expect(asked.code).toBe(1);
});

test("without a runtime that can say which tools were called, the command says so and fails", async () => {
  model.script("scripted", { text: "Noon." });
  const result = await evaluate("agent: helper\ncases: { x: { prompt: Late?, expect: { not_tools: clock } } }\n", [
    "--server",
    nats.url,
    "--state",
    join(muster.folder, "nowhere"),
  ]);
  expect(result.stderr).toContain("nowhere");
  expect(result.code).toBe(1);
});
