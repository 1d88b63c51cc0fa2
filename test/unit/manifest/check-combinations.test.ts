import { describe, expect, test } from "bun:test";
import { checkedManifest } from "../../support/checked-manifest.ts";

function warnings(agent: string, defaults = "{}"): readonly string[] {
  const text = `agents:\n  helper: { model: ollama/m, ${agent} }\ndefaults: ${defaults}\n`;
  const { problems, warnings: found } = checkedManifest(text);
  expect(problems).toEqual([]);
  return found;
}

describe("an agent on several machines", () => {
  test("that remembers on each for itself is a warning, at the key", () => {
    expect(warnings("replicas: true")).toEqual([
      "agents.yaml:2:40: warning: agents.helper.replicas: Found replicas: true with conversations in SQLite, which each machine keeps for itself: " +
        "whoever is answered by another machine is not remembered there; see memory: { store: kv }",
    ]);
    expect(warnings("replicas: true, memory: { store: memory }")[0]).toContain("conversations in memory");
    expect(warnings("replicas: true, memory: { store: kv }")).toEqual([]);
  });

  test("takes what the defaults say into account", () => {
    expect(warnings("replicas: true", "{ memory: { store: kv } }")).toEqual([]);
    expect(warnings("memory: { store: sqlite }", "{ replicas: true }")[0]).toStartWith(
      "agents.yaml:2:11: warning: agents.helper: replicas: Found replicas: true",
    );
  });

  test("whose trigger every machine runs is a warning, but one of a queue group is none", () => {
    const kv = "replicas: true, memory: { store: kv }";
    expect(warnings(`${kv}, triggers: { t: { every: 1h, prompt: Report. } }`)[0]).toContain(
      'helper.triggers.t: Found replicas: true and the trigger "t" of kind every, which every machine runs for itself',
    );
    expect(warnings(`${kv}, triggers: { t: { subject: plant.alarm } }`)).toEqual([]);
  });
});

test("conversations in JetStream of a leaf, which no other machine reads, are a warning; without a hub they are none", () => {
  const found = (nats: string) =>
    checkedManifest(`nats: ${nats}\nagents: { a: { model: ollama/m, memory: { store: kv } } }\n`).warnings.join("\n");
  expect(found("{ embedded: { hub: { url: tls://hub.example } } }")).toContain(
    "agents.a.memory.store: Found kv on a machine that is a leaf of a hub",
  );
  expect(found("{ embedded: { auth: nkey } }")).toBe("");
});

test("tools that are never offered, for a turn's last call has none, are a warning", () => {
  expect(warnings("turn: { steps: 1 }, tools: { clock: { type: time } }")[0]).toContain(
    "agents.helper.turn.steps: Found 1 and tools",
  );
  expect(warnings("turn: { tool_calls: 0 }, tools: { clock: { type: time } }")[0]).toContain(
    "turn.tool_calls: Found 0",
  );
  expect(warnings("turn: { steps: 1 }")).toEqual([]);
  expect(warnings("turn: { steps: 2 }, tools: { clock: { type: time } }")).toEqual([]);
});

test("what waits longer than the whole turn is a warning", () => {
  const ask = "tools: { ask: { type: ask, timeout: 10m } }";
  expect(warnings(ask)[0]).toContain("agents.helper.tools.ask.timeout: Found 10m, longer than the 5m");
  expect(warnings(`deadline: 10m, ${ask}`)).toEqual([]);
  expect(warnings(`deadline: 10m, turn: { time: 1m }, ${ask}`)[0]).toContain("longer than the 1m");
  expect(warnings("approval_timeout: 1h")[0]).toContain("agents.helper.approval_timeout: Found 1h");
});

test("an agent that means itself is a warning, one of its name elsewhere is none", () => {
  expect(warnings("tools: { me: { type: agent, address: helper } }")[0]).toContain(
    'tools.me.address: Found "helper", this agent\'s own name',
  );
  expect(warnings("tools: { me: { type: handoff, to: helper } }")[0]).toContain("tools.me.to");
  expect(warnings("tools: { me: { type: handoff, to: plant2/helper } }")).toEqual([]);
});

describe("a folder that a model may write to", () => {
  const files = "f: { type: files, root: /srv/work, access: write, allow_unauthenticated: true }";
  const open = "allow_unauthenticated: true";

  test.each([
    [`tools: { ${files}, s: { type: shell, allow: [[/srv/work/run.sh]], ${open} } }`, 'changes what "s" runs'],
    [`tools: { ${files}, s: { type: shell, cwd: /srv/work, ask: [[./run.sh]], ${open} } }`, 'changes what "s" runs'],
    [
      `tools: { ${files}, c: { type: command, description: d, command: [python3, /srv/work/a.py], ${open} } }`,
      'changes what "c" runs',
    ],
    [`tools: { ${files}, m: { type: mcp, command: [node, /srv/work/server.js] } }`, 'changes what "m" runs'],
    [`skills: /srv/work/skills, tools: { ${files} }`, "changes its own skills"],
    [`triggers: { t: { file: /srv/work } }, tools: { ${files} }`, 'starts its own trigger "t"'],
  ])("and that holds more than files is a warning: %s", (agent, consequence) => {
    expect(warnings(agent).find((text) => text.includes("tools.f.root"))).toContain(`with that a model ${consequence}`);
  });

  test.each([
    `tools: { ${files}, s: { type: shell, allow: [[/srv/workshop/run.sh]], ${open} } }`,
    `tools: { f: { type: files, root: /srv/work }, s: { type: shell, allow: [[/srv/work/run.sh]], ${open} } }`,
    `tools: { ${files}, s: { type: shell, allow: [[ls, "*"]], ${open} } }`,
  ])("and that does not is none: %s", (agent) => {
    expect(warnings(agent)).toEqual([]);
  });
});

describe("programs of the bundled server", () => {
  const key = "UAWW24XPLGOX3R3JF4OZEZZ6RUXMB55DSWJCEFFSUDFBCKJD4MSCMQYI";
  const problems = (embedded: string): readonly string[] =>
    checkedManifest(`nats: { embedded: ${embedded} }\nagents: { a: { model: ollama/m } }\n`).problems;

  test("with subjects, on a server with keys, are fine", () => {
    expect(problems(`{ auth: nkey, programs: { press: { key: ${key}, publish: [line3.press] } } }`)).toEqual([]);
  });

  test.each([
    [`{ programs: { press: { publish: [line3] } } }`, "Found programs without auth: nkey"],
    [`{ auth: nkey, programs: { press: {} } }`, "programs.press: Found neither publish nor subscribe"],
    [`{ auth: nkey, programs: { press: { publish: ["agents.>"] } } }`, "a subject that does not begin with"],
    [`{ auth: nkey, programs: { press: { subscribe: [">"] } } }`, "a subject whose first token is written out"],
    [`{ auth: nkey, programs: { press: { key: UX, publish: [line3] } } }`, "a user's public NKEY"],
    [
      `{ auth: nkey, programs: { a: { key: ${key}, publish: [b] }, b: { key: ${key}, publish: [b] } } }`,
      'the key of "a"',
    ],
  ])("%s is a problem", (embedded, said) => {
    expect(problems(embedded).join("\n")).toContain(said);
  });
});
