import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkManifest, type CheckInput } from "../../../src/manifest/check-manifest.ts";
import { formatProblem } from "../../../src/manifest/problem.ts";
import type { Surroundings } from "../../../src/manifest/surroundings.ts";

const surroundings: Surroundings = {
  variables: { KEY: "a-key", OPENAI_API_KEY: "from-environment" },
  hostName: "Press-07",
  absolute: (path, base) => (path.startsWith("/") ? path : `${base}/${path}`),
  readText: () => ({ failure: "no such file" }),
  unreadable: () => undefined,
  notFolder: () => undefined,
  listFolders: () => ({ names: [] }),
  readTextInside: () => ({ failure: "no such file" }),
  findsFile: () => undefined,
  hasProgram: () => true,
};

function source(file: string, text: string, lastGood?: string): CheckInput {
  const base = { file, path: `/etc/${file}`, folder: "/etc", isMain: file === "agents.yaml", text };
  return lastGood === undefined ? base : { ...base, lastGood };
}

const check = (text: string, ...more: CheckInput[]) =>
  checkManifest([source("agents.yaml", text), ...more], surroundings);
const agent = (name: string, model = "ollama/m") =>
  `agents:\n  ${name}: { model: ${model}, instructions: Be brief. }\n`;

describe("a good manifest", () => {
  test("means the bundled server when that is told to authenticate or to have a hub", () => {
    const mode = (embedded: string) =>
      check(`nats: { embedded: { ${embedded} } }\n${agent("helper")}`).manifest?.nats.mode;
    expect(mode("auth: nkey")).toBe("embedded");
    expect(mode("hub: { url: tls://hub.example }")).toBe("embedded");
    expect(mode("port: 0")).toBe("auto");
  });

  test("gets every default", () => {
    const { manifest, problems, warnings } = check(agent("helper"));
    expect([...problems, ...warnings]).toEqual([]);
    expect(manifest?.identity).toEqual({ agent: "muster", owner: "press-07" });
    expect(manifest?.nats).toEqual({
      mode: "auto",
      embedded: { host: "127.0.0.1", port: 4222, auth: "none" },
      servers: [],
    });
    expect(manifest?.agents.get("helper")).toEqual({
      name: "helper",
      description: "helper, a Muster agent",
      instructions: "Be brief.",
      models: ["ollama/m"],
      heartbeatMs: 30_000,
      concurrency: 1,
      queue: 8,
      deadlineMs: 300_000,
      dedupeMs: 600_000,
      maxHops: 8,
      attachments: true,
      maxPayloadBytes: 1_048_576,
      replicas: false,
      callers: { trust: "any", allow: [], deny: [], approve: [] },
      approvalTimeoutMs: 120_000,
      memory: {
        store: "sqlite",
        keepTurns: 40,
        summarise: false,
        expireMs: 30 * 86_400_000,
        conversations: 1000,
        conversationBytes: 4 * 1024 ** 2,
        totalBytes: 32 * 1024 ** 2,
      },
      turn: { steps: 12, toolCalls: 32, timeMs: 300_000 },
      tools: [],
      budgets: [],
      guards: { denyPrompt: [], denyAnswer: [], redact: [] },
      triggers: [],
      source: "/etc/agents.yaml",
    });
    expect(manifest?.endpoints.get("ollama")).toMatchObject({
      url: "http://127.0.0.1:11434",
      parallel: 1,
      connectTimeoutMs: 10_000,
    });
  });

  test("an inline model stands under its text, at the endpoint of its prefix", () => {
    const { manifest } = check(
      `endpoints:\n  gpu: { provider: ollama, url: "http://gpu:1" }\n${agent("a", "gpu/hf.co/x/y:Q4")}`,
    );
    expect(manifest?.models.get("gpu/hf.co/x/y:Q4")).toMatchObject({ endpoint: "gpu", model: "hf.co/x/y:Q4" });
  });

  test("the environment's key goes to the default address only", () => {
    const text = `models:\n  own: { provider: openai, url: "http://127.0.0.1:1/v1", model: x }\n${agent("a", "[openai/y, own]")}`;
    const { manifest } = check(text);
    expect(manifest?.endpoints.get("openai")?.apiKey?.reveal()).toBe("from-environment");
    expect(manifest?.endpoints.get("own")?.apiKey).toBeUndefined();
  });

  test("a model's own endpoint never takes the name of another", () => {
    const text = `models:\n  ollama: { provider: openai, model: x }\n${agent("a", "[ollama, ollama/m]")}`;
    const { manifest } = check(text);
    expect(manifest?.models.get("ollama")?.endpoint).toBe("models.ollama");
    expect(manifest?.models.get("ollama/m")?.endpoint).toBe("ollama");
    expect(manifest?.endpoints.get("ollama")?.provider).toBe("ollama");
  });

  test("a drop-in's defaults go before the main file's, for its own agents only", () => {
    const { manifest } = check(
      "defaults: { model: ollama/main, queue: 3, deadline: 1m, instructions: From main. }\nagents:\n  a: {}\n",
      source("b.yaml", "defaults: { model: [ollama/b, ollama/main], queue: 4 }\nagents:\n  b: { heartbeat: 2s }\n"),
    );
    expect(manifest?.agents.get("a")).toMatchObject({ models: ["ollama/main"], queue: 3, deadlineMs: 60_000 });
    expect(manifest?.agents.get("b")).toMatchObject({
      models: ["ollama/b", "ollama/main"],
      queue: 4,
      deadlineMs: 60_000,
      heartbeatMs: 2000,
      instructions: "From main.",
    });
  });

  test("servers or a context mean external", () => {
    expect(check(`nats: { servers: ["a:4222"] }\n${agent("a")}`).manifest?.nats.mode).toBe("external");
    expect(check(`nats: { context: plant }\n${agent("a")}`).manifest?.nats.mode).toBe("external");
  });

  test("instructions keep what looks like a variable", () => {
    const { manifest } = check('agents:\n  a: { model: ollama/m, instructions: "Say ${HOME}." }\n');
    expect(manifest?.agents.get("a")?.instructions).toBe("Say ${HOME}.");
  });

  test("names of JavaScript's own are names like others", () => {
    const { manifest, problems } = check(
      `models:\n  constructor: { endpoint: ollama, model: x }\n${agent("constructor", "constructor")}`,
    );
    expect(problems).toEqual([]);
    expect(manifest?.agents.get("constructor")?.models).toEqual(["constructor"]);
  });

  test("no agents is a warning, also with everything commented out", () => {
    for (const text of ["agents: {}\n", "agents:\n  # a: {}\n", "version: 1\n"]) {
      const { manifest, problems, warnings } = check(text);
      expect(problems).toEqual([]);
      expect(warnings.map(({ message }) => message)).toEqual(["Found no agents, neither here nor in drop-ins"]);
      expect(manifest?.agents.size).toBe(0);
    }
  });

  test("callers are taken whole from the agent, else from the defaults", () => {
    const user = "UAWW24XPLGOX3R3JF4OZEZZ6RUXMB55DSWJCEFFSUDFBCKJD4MSCMQYI";
    const { manifest } = check(
      `defaults: { model: ollama/m, callers: { trust: signed, rate: { limit: 30, per: 1m } } }
agents: { one: {}, two: { callers: { allow: [${user}] } } }`,
    );
    expect(manifest?.agents.get("one")?.callers).toEqual({
      trust: "signed",
      allow: [],
      deny: [],
      approve: [],
      rate: { limit: 30, perMs: 60_000 },
    });
    expect(manifest?.agents.get("two")?.callers).toEqual({ trust: "signed", allow: [user], deny: [], approve: [] });
  });

  test("a list of callers to deny is warned of where anybody may come unsigned", () => {
    const user = "UAWW24XPLGOX3R3JF4OZEZZ6RUXMB55DSWJCEFFSUDFBCKJD4MSCMQYI";
    const warned = (callers: string): number =>
      check(`agents: { one: { model: ollama/m, callers: ${callers} } }`).warnings.length;
    expect(warned(`{ deny: [${user}] }`)).toBe(1);
    expect(warned(`{ trust: signed, deny: [${user}] }`)).toBe(0);
  });

  test("a secret in plain text is a warning that does not show it", () => {
    const { manifest, warnings } = check(
      `models:\n  m: { provider: openai, api_key: hunter2, model: x }\n${agent("a", "m")}`,
    );
    expect(warnings.map((warning) => formatProblem(warning)).join()).toContain("secret in plain text");
    expect(JSON.stringify([warnings, [...(manifest?.endpoints ?? [])]])).not.toContain("hunter2");
  });

  test("an endpoint inside the executable is a problem where there is no engine", () => {
    const result = checkManifest([source("agents.yaml", agent("a", "builtin//m.gguf"))], {
      ...surroundings,
      engineMissing: "this build carries no engine for windows-x64",
    });
    expect(result.problems.map(({ message }) => message)).toEqual([
      "Found the provider builtin, which can't run here: this build carries no engine for windows-x64",
    ]);
  });
});

describe("a bad file never stops a good one", () => {
  test("a bad drop-in is left out", () => {
    const { manifest, problems, files } = check(
      agent("a"),
      source("b.yaml", "agents: 3\n"),
      source("c.yaml", agent("c")),
    );
    expect([...(manifest?.agents.keys() ?? [])]).toEqual(["a", "c"]);
    expect(problems).toHaveLength(1);
    expect(files.map(({ state }) => state)).toEqual(["good", "bad", "good"]);
  });

  test("a bad main file with a last good text serves with it", () => {
    const { manifest, files } = checkManifest(
      [source("agents.yaml", "agents: [", agent("before")), source("b.yaml", agent("b"))],
      surroundings,
    );
    expect([...(manifest?.agents.keys() ?? [])]).toEqual(["before", "b"]);
    expect(files.map(({ state }) => state)).toEqual(["last-good", "good"]);
  });

  test("a bad main file without a last good text leaves nothing", () => {
    expect(check("agents: [", source("b.yaml", agent("b"))).manifest).toBeUndefined();
  });

  test("a drop-in that needs a model of a bad one is left out too, and says so", () => {
    const { manifest, files } = check(
      agent("a"),
      source("b.yaml", "models:\n  m: { endpoint: ollama, model: x, seed: no }\n"),
      source("c.yaml", agent("c", "m")),
    );
    expect([...(manifest?.agents.keys() ?? [])]).toEqual(["a"]);
    expect(files.map(({ state }) => state)).toEqual(["good", "bad", "bad"]);
    expect(files[2]?.problems).toHaveLength(1);
  });

  test("of an agent in two files the first stays", () => {
    const { manifest, files } = check(agent("a", "ollama/first"), source("b.yaml", agent("a", "ollama/second")));
    expect(manifest?.agents.get("a")?.models).toEqual(["ollama/first"]);
    expect(files[1]?.state).toBe("bad");
  });
});

describe("any text", () => {
  const piece = fc.constantFrom(
    ..."agents:|models:|defaults:|nats:|endpoints:|identity:|version:| helper:| model:| instructions:|\n|\n  |\n    |\t|- |: |{|}|[|]|,|&a |*a|<<: |!!str |${X}|\"|'|#|null|true|0x1f|1e3|10s|ollama/m|__proto__:|constructor:|? |---\n|...|%YAML 1.1\n|> |\r\n|\u0000|\ufeff|é|😀".split(
      "|",
    ),
  );
  const yamlish = fc
    .array(fc.oneof({ weight: 8, arbitrary: piece }, fc.string({ maxLength: 6 })), { maxLength: 60 })
    .map((pieces) => pieces.join(""));

  test("is a manifest or has a problem, and never throws", () => {
    fc.assert(
      fc.property(yamlish, yamlish, (main, dropIn) => {
        const { manifest, problems } = check(main, source("b.yaml", dropIn));
        expect(manifest !== undefined || problems.length > 0).toBe(true);
        for (const problem of problems) expect(formatProblem(problem)).not.toMatch(/[\n\r]/);
      }),
      { numRuns: 1500 },
    );
  });

  test("is checked in bounded time, however it is built", () => {
    const size = 100_000;
    const hostile = ["[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!a ", '"', "'a' ", "[,", "---\n", "a:\n - ", "}"];
    const texts = [
      ...hostile.map((text) => text.repeat(size / text.length)),
      Array.from({ length: 10_000 }, (_, index) => `a${index}: &x${index} *x${index - 1}`).join("\n"),
      `agents:\n${Array.from({ length: 5000 }, (_, index) => `  bad${index}: { modle: x }`).join("\n")}`,
    ];
    for (const text of texts) {
      const start = performance.now();
      expect(check(text).problems.length).toBeGreaterThan(0);
      expect(performance.now() - start).toBeLessThan(20_000);
    }
  }, 120_000);
});
