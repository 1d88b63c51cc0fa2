import { expect, test } from "bun:test";
import { checkManifest } from "../../../src/manifest/check-manifest.ts";
import { formatListen, parseListen } from "../../../src/manifest/listen-address.ts";
import { machineSurroundings } from "../../../src/manifest/machine.ts";
import { resolvedPlain } from "../../../src/manifest/resolved.ts";

function check(http: string) {
  const text = `http: ${http}\nlimits: { memory: 256MB }\nagents: { a: { model: ollama/m } }\n`;
  const input = { file: "agents.yaml", path: "/agents.yaml", folder: "/", isMain: true, text };
  return checkManifest([input], machineSurroundings({ variables: {}, hostName: "press-07" }));
}

test("a loopback address is taken without a word; the default is one", () => {
  for (const http of ["{}", "{ listen: localhost:9000 }", '{ listen: "[::1]:0" }', "{ listen: 127.0.0.5:1 }"]) {
    const { problems, warnings } = check(http);
    expect([...problems, ...warnings]).toEqual([]);
  }
  expect(check("{}").manifest?.http).toEqual({ host: "127.0.0.1", port: 9464 });
});

test("an address that others reach is taken with a warning", () => {
  const { manifest, problems, warnings } = check('{ listen: "0.0.0.0:9464" }');
  expect(problems).toEqual([]);
  expect(warnings.map(({ message }) => message)).toEqual([
    'Found "0.0.0.0:9464", where other machines can read health and figures without a password; better a loopback address such as 127.0.0.1',
  ]);
  expect(manifest?.http).toEqual({ host: "0.0.0.0", port: 9464 });
});

test("the resolved manifest shows both", () => {
  const { manifest } = check('{ listen: "[::1]:9464" }');
  expect(manifest && resolvedPlain(manifest)).toMatchObject({
    http: { listen: "[::1]:9464" },
    limits: { memory: "256MB" },
  });
});

test("an address goes to its parts and back", () => {
  for (const text of ["[::1]:9464", "127.0.0.1:0", "edge.example:80"])
    expect(formatListen(parseListen(text))).toBe(text);
});
