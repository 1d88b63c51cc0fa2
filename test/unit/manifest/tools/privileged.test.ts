import { describe, expect, test } from "bun:test";
import { checkedManifest } from "../../../support/checked-manifest.ts";

const writes = "tools: { d: { type: files, root: /x, access: write } }";
const agent = (keys = "", top = "") =>
  checkedManifest(`${top}agents:\n  a: { model: ollama/m, ${keys} ${writes} }\n`, { readText: () => ({ text: "x" }) });

describe("a privileged tool", () => {
  test.each(["", "nats: { mode: auto }\n", "nats: { mode: embedded }\n", "nats: { servers: [nats://h] }\n"])(
    "is a problem on a bus without authentication: %p",
    (nats) => {
      const { problems } = agent("", nats);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(
        'agents.a.tools.d: Found the tool "d", which writes files, on a bus without authentication; accepted with callers: { trust: signed }',
      );
    },
  );

  test.each([
    "nats: { embedded: { auth: nkey } }\n",
    "nats: { servers: [nats://h], user: u, password: '${file:/p}' }\n",
    "nats: { servers: [nats://h], credentials_file: /c }\n",
    "nats: { servers: [nats://h], token: '${file:/p}' }\n",
    "nats: { servers: [tls://h], tls: { cert_file: /c, key_file: /k } }\n",
    "nats: { context: plant }\n",
  ])("is accepted on a bus that asks for credentials: %p", (nats) => {
    expect(agent("", nats).problems).toEqual([]);
  });

  test("is accepted when only signed callers are served, by its agent or its defaults", () => {
    expect(agent("callers: { trust: signed },").problems).toEqual([]);
    expect(agent("callers: { allow: [anna] },").problems.join()).not.toContain("without authentication");
    expect(agent("", "defaults: { callers: { trust: signed } }\n").problems).toEqual([]);
    expect(agent("callers: { trust: any },", "defaults: { callers: { trust: signed } }\n").problems).toHaveLength(1);
  });

  test("is accepted when it says so, and no problem when it is not privileged", () => {
    const check = (tools: string) => checkedManifest(`agents:\n  a: { model: ollama/m, tools: { ${tools} } }\n`);
    expect(check("d: { type: files, root: /x, access: write, allow_unauthenticated: true }").problems).toEqual([]);
    expect(check("d: { type: files, root: /x, access: read }").problems).toEqual([]);
    expect(check("d: { type: files, root: /x, access: write, allow_unauthenticated: false }").problems).toHaveLength(1);
  });

  test("of the defaults is a problem of each agent that has it", () => {
    const { problems } = checkedManifest(
      `defaults: { model: ollama/m, ${writes} }\nagents:\n  a: {}\n  b: { tools: {} }\n`,
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith('agents.yaml:3:6: agents.a: Found the tool "d"');
  });
});
