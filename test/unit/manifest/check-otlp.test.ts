import { expect, test } from "bun:test";
import { checkManifest } from "../../../src/manifest/check-manifest.ts";
import { machineSurroundings } from "../../../src/manifest/machine.ts";
import { resolvedYaml } from "../../../src/manifest/resolved.ts";

function check(otlp: string, variables: Record<string, string> = {}) {
  const text = `otlp: ${otlp}\nagents: { a: { model: ollama/m } }\n`;
  const input = { file: "agents.yaml", path: "/agents.yaml", folder: "/", isMain: true, text };
  return checkManifest([input], machineSurroundings({ variables, hostName: "press-07" }));
}

const problems = (otlp: string, variables?: Record<string, string>) =>
  check(otlp, variables).problems.map(({ message }) => message);

test("an endpoint is enough, and the path of traces is added to it", () => {
  const { manifest, problems: found, warnings } = check("{ endpoint: http://127.0.0.1:4318 }");
  expect([...found, ...warnings]).toEqual([]);
  expect(manifest?.otlp).toEqual({
    url: "http://127.0.0.1:4318/v1/traces",
    protocol: "http/protobuf",
    headers: {},
    compression: "none",
    timeoutMs: 10_000,
    serviceName: "muster",
    resourceAttributes: {},
    sampleRatio: 1,
    exportsContent: false,
  });
  const url = (endpoint: string) => check(`{ endpoint: "${endpoint}" }`).manifest?.otlp?.url;
  expect(url("https://c.example/otlp/")).toBe("https://c.example/otlp/v1/traces");
  expect(url("https://c.example/v1/traces?x=1")).toBe("https://c.example/v1/traces?x=1");
});

test("nothing of the environment counts unless the manifest asks for it", () => {
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b,other=c",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_SERVICE_NAME: "from-env",
    OTEL_RESOURCE_ATTRIBUTES: "site=north,service.name=lower,room=1",
  };
  expect(problems("{}", variables)).toEqual([
    "Found no endpoint, accepted one, or environment: true with OTEL_EXPORTER_OTLP_ENDPOINT set",
  ]);
  expect(check("{ endpoint: http://localhost:1 }", variables).manifest?.otlp).toMatchObject({
    protocol: "http/protobuf",
    serviceName: "muster",
    resourceAttributes: {},
  });
  const asked = check("{ environment: true, resource_attributes: { room: '7' } }", variables);
  expect(asked.problems).toEqual([]);
  const { otlp } = asked.manifest ?? {};
  expect(otlp).toMatchObject({
    url: "http://127.0.0.1:9/v1/traces",
    protocol: "http/json",
    serviceName: "from-env",
    resourceAttributes: { site: "north", room: "7" },
  });
  expect(Object.entries(otlp?.headers ?? {}).map(([name, value]) => [name, value.reveal()])).toEqual([
    ["x-key", "a b"],
    ["other", "c"],
  ]);
  if (asked.manifest !== undefined) expect(resolvedYaml(asked.manifest)).not.toContain("a b");
});

test("what the environment says is checked where it counts", () => {
  const found = problems("{ environment: true }", {
    OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    OTEL_EXPORTER_OTLP_HEADERS: "no header",
    OTEL_RESOURCE_ATTRIBUTES: "%zz",
  });
  expect(found).toHaveLength(4);
  expect(found[1]).toBe('Found OTEL_EXPORTER_OTLP_PROTOCOL="grpc", accepted http/protobuf or http/json');
  expect(
    problems("{ environment: true, endpoint: http://localhost:1, protocol: http/json }", {
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    }),
  ).toEqual([]);
});

test("a slip is told once", () => {
  for (const slip of ["[]", "{ endpont: http://localhost:1 }", "", "5"]) expect(problems(slip)).toHaveLength(1);
});

test("keys that would go over the network unencrypted are a warning", () => {
  const { manifest, warnings } = check('{ endpoint: "http://c.example:4318", headers: { Authorization: "${KEY}" } }', {
    KEY: "k-123456",
  });
  expect(manifest).toBeDefined();
  expect(warnings.map(({ message }) => message)).toEqual([
    'Found headers for "http://c.example:4318", which go over the network unencrypted; better https://',
  ]);
});

test("a drop-in cannot send traces elsewhere", () => {
  const main = {
    file: "agents.yaml",
    path: "/agents.yaml",
    folder: "/",
    isMain: true,
    text: "agents: { a: { model: ollama/m } }\n",
  };
  const dropIn = { ...main, file: "b.yaml", path: "/b.yaml", isMain: false, text: "otlp: { endpoint: http://x }\n" };
  const { problems: found } = checkManifest([main, dropIn], machineSurroundings({ variables: {}, hostName: "h" }));
  expect(found[0]?.message).toContain("otlp");
});
