import { expect, test } from "bun:test";
import { parse } from "yaml";
import { checkManifest } from "../../../src/manifest/check-manifest.ts";
import { machineSurroundings } from "../../../src/manifest/machine.ts";
import { resolvedYaml } from "../../../src/manifest/resolved.ts";

const text = `
nats: { servers: [nats://a.example:4222], user: me, password: "\${PASSWORD}" }
endpoints:
  gpu: { provider: ollama, headers: { Authorization: "\${KEY}" }, proxy: "http://me:\${KEY}@proxy:1" }
models:
  cloud: { provider: openai, model: gpt-5-mini, api_key: "\${KEY}", max_output: 2k, first_text: 20s }
agents:
  a: { model: [cloud, gpu/m], instructions: Be brief., deadline: 90s, max_payload: 512KB }
`;

function resolve(): string {
  const input = { file: "agents.yaml", path: "/agents.yaml", folder: "/", isMain: true, text };
  const surroundings = machineSurroundings({
    variables: { KEY: "hunter2", PASSWORD: "hunter3" },
    hostName: "press-07",
  });
  const { manifest, problems } = checkManifest([input], surroundings);
  expect(problems).toEqual([]);
  return manifest === undefined ? "" : resolvedYaml(manifest);
}

test("the resolved manifest shows every default in the manifest's own notation", () => {
  const resolved: unknown = parse(resolve());
  expect(resolved).toMatchObject({
    version: 1,
    identity: { owner: "press-07", agent: "muster" },
    nats: { mode: "external", servers: ["nats://a.example:4222"] },
    models: { cloud: { endpoint: "cloud", max_output: 2000, first_text: "20s" }, "gpu/m": { endpoint: "gpu" } },
    agents: { a: { model: ["cloud", "gpu/m"], heartbeat: "30s", deadline: "90s", max_payload: "512KB", queue: 8 } },
  });
});

test("no secret is in the resolved manifest", () => {
  const resolved = resolve();
  expect(resolved).not.toContain("hunter");
  expect(resolved.match(/\*\*\*/g)).toHaveLength(4);
});

test("the settings of the bundled server are shown, with the hub's secrets masked", () => {
  const hub = 'hub: { url: tls://hub.example:7422, user: edge, password: "${PASSWORD}" }';
  const text = `nats: { embedded: { port: 0, auth: nkey, ${hub} } }\nagents: { a: { model: ollama/m, instructions: Hi. } }`;
  const input = { file: "agents.yaml", path: "/agents.yaml", folder: "/", isMain: true, text };
  const { manifest } = checkManifest(
    [input],
    machineSurroundings({ variables: { PASSWORD: "hunter3" }, hostName: "press-07" }),
  );
  expect(manifest && parse(resolvedYaml(manifest))).toMatchObject({
    nats: {
      mode: "embedded",
      embedded: {
        host: "127.0.0.1",
        port: 0,
        auth: "nkey",
        hub: { url: "tls://hub.example:7422", user: "edge", password: "***" },
      },
    },
  });
});
