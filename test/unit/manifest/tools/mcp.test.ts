import { describe, expect, test } from "bun:test";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";

const check = (keys: string) =>
  checkedManifest(agentWithTools(`srv: { type: mcp, ${keys} }`), { variables: { TOKEN: "sesame-open" } });

function built(keys: string) {
  const { manifest, problems } = check(keys);
  expect(problems).toEqual([]);
  return manifest?.agents.get("a")?.tools[0];
}

describe("a tool of type mcp", () => {
  test("starts a server by a command, or reaches one by its URL", () => {
    expect(built('command: [npx, -y, srv], env: { KEY: "${TOKEN}" }, cwd: /srv')).toMatchObject({
      server: { type: "stdio", command: ["npx", "-y", "srv"], cwd: "/srv" },
      start: "lazy",
      prefix: "srv_",
      deny: [],
      ask: [],
      timeoutMs: 60_000,
      startTimeoutMs: 30_000,
      maxOutputBytes: 16_384,
    });
    expect(built("url: https://plant/mcp, prefix: '', allow: [get_*], start: eager")).toMatchObject({
      server: { type: "http", url: "https://plant/mcp", headers: {} },
      start: "eager",
      prefix: "",
      allow: ["get_*"],
    });
  });

  test("is shown resolved without its secrets", () => {
    const { manifest } = check('url: https://plant/mcp, headers: { Authorization: "Bearer ${TOKEN}" }');
    const resolved = JSON.stringify(manifest && resolvedPlain(manifest));
    expect(resolved).toContain('"headers":{"Authorization":"***"}');
    expect(resolved).not.toContain("sesame-open");
  });

  test.each([
    ["start: lazy", "Found neither command nor url, accepted one of them"],
    ["command: [a], url: http://x/", "Found url beside command, accepted one of them"],
    ["command: [a], headers: { a: b }", "Found headers with command, which has no use for it; remove it"],
    ["url: http://x/, env: { A: b }", "Found env with url, which has no use for it; remove it"],
    ["command: []", "accepted a program and its arguments"],
    ["command: npx srv", "accepted a program and its arguments"],
    ["command: [./srv.sh]", "Found a relative path, accepted the name of a program on PATH or an absolute path"],
    ['command: [srv, "--key=${TOKEN}"]', "${…} is not expanded here, secrets belong into env"],
    ["command: [srv], cwd: work", "accepted the absolute path of a folder"],
    ["url: ftp://x/", "accepted a URL that starts with http:// or https://"],
    ["command: [srv], prefix: a.b", "accepted up to 32 characters out of a-z A-Z 0-9 _ -"],
    ["command: [srv], allow: get_*", "accepted a list, each the name of a tool"],
    ['command: [srv], env: { "A B": c }', "accepted the name of an environment variable"],
  ])("with %s is a problem", (keys, problem) => {
    expect(check(keys).problems.join("\n")).toContain(problem);
  });
});
