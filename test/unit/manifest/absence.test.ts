import { describe, expect, test } from "bun:test";
import { checkManifest } from "../../../src/manifest/check-manifest.ts";
import type { Surroundings } from "../../../src/manifest/surroundings.ts";

/** A machine that has nothing of what a manifest may name. */
const surroundings: Surroundings = {
  variables: {},
  hostName: "press-07",
  absolute: (path, base) => (path.startsWith("/") ? path : `${base}/${path}`),
  readText: () => ({ failure: "no such file" }),
  unreadable: () => "no such file",
  notFolder: () => undefined,
  listFolders: () => ({ names: ["pay"] }),
  readTextInside: () => ({ text: "---\nname: other\n---\n" }),
  findsFile: () => undefined,
  hasProgram: () => true,
};

/** What it is as the text that was good once, on the machine of today. */
function checked(text: string, changes: Partial<Surroundings> = {}) {
  const source = { file: "agents.yaml", path: "/etc/agents.yaml", folder: "/etc", isMain: true, text, lastGood: text };
  return checkManifest([source], { ...surroundings, ...changes });
}

const agents = "agents:\n  a: { model: ollama/m }\n";
const unset = (name: string) => `Found "\${${name}}": the environment variable ${name} is not set`;

describe("of a text that was good once, what is away is told", () => {
  test.each([
    ["api_key", `api_key: "\${KEY}"`, `api_key: ${unset("KEY")}`],
    ["header", `headers: { x-key: "\${KEY}" }`, `headers.x-key: ${unset("KEY")}`],
    ["url", `url: "\${BASE}"`, `url: ${unset("BASE")}`],
    ["ca_file", "ca_file: ca.pem", 'ca_file: Cannot read the file "/etc/ca.pem": no such file'],
  ])("by its endpoint: %s", (_title, key, reason) => {
    const { manifest, problems } = checked(
      `endpoints: { one: { provider: ollama, ${key} } }\nmodels: { own: { provider: ollama, model: m, ${key} } }\n${agents}`,
    );
    expect(manifest?.endpoints.get("one")?.missing).toEqual([reason]);
    expect(manifest?.endpoints.get("own")?.missing).toEqual([reason]);
    expect(manifest?.agents.get("a")?.missing).toBeUndefined();
    expect(problems).not.toBeEmpty();
  });

  test("by an endpoint at its default address, whose key is in the environment no more", () => {
    const { manifest } = checked("agents:\n  a: { model: openai/gpt }\n  b: { model: ollama/m }\n");
    expect(manifest?.endpoints.get("openai")?.missing?.join()).toContain("OPENAI_API_KEY");
    expect(manifest?.endpoints.get("ollama")?.missing).toBeUndefined();
  });

  test("by an endpoint whose engine this build lacks", () => {
    const text = "agents:\n  a: { model: builtin/small.gguf }\n  b: { model: ollama/m }\n";
    const { manifest } = checked(text, { engineMissing: "it was built without it" });
    expect(manifest?.endpoints.get("builtin")?.missing?.join()).toContain("it was built without it");
  });

  test("by its agent: instructions, skills, tools", () => {
    const { manifest } = checked(`agents:
  a: { model: ollama/m, instructions_file: a.md }
  b: { model: ollama/m, skills: skills }
  c: { model: ollama/m, tools: { s: { type: mcp, url: "\${SITE}", headers: { x-key: "\${KEY}" } } } }
  d: { model: ollama/m }
`);
    const missing = (name: string) => manifest?.agents.get(name)?.missing;
    expect(missing("a")).toEqual(['instructions_file: Cannot read the file "/etc/a.md": no such file']);
    expect(missing("b")?.join()).toStartWith("skills: A skill: /etc/skills/pay/SKILL.md");
    expect(missing("c")).toEqual([`tools.s.url: ${unset("SITE")}`, `tools.s.headers.x-key: ${unset("KEY")}`]);
    expect(missing("d")).toBeUndefined();
  });

  test("by the agents that take it from the defaults, and by no other", () => {
    const { manifest } = checked(`defaults: { instructions_file: all.md }
agents:
  a: { model: ollama/m }
  b: { model: ollama/m, instructions: Be brief. }
`);
    expect(manifest?.agents.get("a")?.missing).toHaveLength(1);
    expect(manifest?.agents.get("b")?.missing).toBeUndefined();
  });

  test("by its broker", () => {
    const { manifest } = checked(
      `mqtt: { floor: { url: "mqtt://127.0.0.1", user: me, password: "\${KEY}" } }\n${agents}`,
    );
    expect(manifest?.brokers.get("floor")?.missing).toEqual([`password: ${unset("KEY")}`]);
  });

  test("by the export of traces, also when it is the environment that named the collector", () => {
    const keyed = checked(`otlp: { endpoint: "https://c.example", headers: { x-key: "\${KEY}" } }\n${agents}`);
    expect(keyed.manifest?.otlp?.missing).toEqual([`headers.x-key: ${unset("KEY")}`]);
    const { manifest } = checked(`otlp: { environment: true }\n${agents}`);
    expect(manifest?.otlp?.missing?.join()).toContain("OTEL_EXPORTER_OTLP_ENDPOINT");
  });

  test("by leaving out the page of figures whose address it is", () => {
    const { manifest } = checked(`http: { listen: "127.0.0.1:\${PORT}" }\n${agents}`);
    expect(manifest?.agents.size).toBe(1);
    expect(manifest?.http).toBeUndefined();
  });
});

test("without a secret of NATS nothing of it serves", () => {
  expect(checked(`nats: { servers: ["nats://127.0.0.1"], token: "\${TOKEN}" }\n${agents}`).manifest).toBeUndefined();
});

test("a text that was never good serves nothing while something is away", () => {
  const text = "agents:\n  a: { model: ollama/m, instructions_file: a.md }\n  b: { model: ollama/m }\n";
  const source = { file: "agents.yaml", path: "/etc/agents.yaml", folder: "/etc", isMain: true, text };
  expect(checkManifest([source], surroundings).manifest).toBeUndefined();
});
