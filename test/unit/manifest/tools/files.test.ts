import { describe, expect, test } from "bun:test";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";

const check = (tools: string) => checkedManifest(agentWithTools(tools));

test("a files tool has its defaults, and is shown resolved", () => {
  const { manifest, problems } = check("docs: { type: files, root: manuals }");
  expect(problems).toEqual([]);
  expect(manifest && resolvedPlain(manifest)).toMatchObject({
    agents: {
      a: {
        tools: {
          docs: { type: "files", root: "/etc/manuals", access: "read", max_size: "10MB", max_output: "16KB" },
        },
      },
    },
  });
});

test("a root that does not exist yet is a warning, and one that is no folder a problem", () => {
  const told = (reason: string) =>
    checkedManifest(agentWithTools("docs: { type: files, root: /none }"), { notFolder: () => reason });
  expect(told("no such file")).toMatchObject({
    problems: [],
    warnings: [
      'agents.yaml:2:61: warning: agents.a.tools.docs.root: Cannot use the folder "/none" now: no such folder. Its agent is degraded until it can be used',
    ],
  });
  expect(told("it is no folder").problems).toEqual([
    'agents.yaml:2:61: agents.a.tools.docs.root: Cannot use the folder "/none": it is no folder',
  ]);
});

test("a root with access: write that holds the manifest is a problem", () => {
  const rule = "lets a model change its own manifest";
  for (const root of ["/etc", "/"])
    expect(
      check(`d: { type: files, root: ${root}, access: write, allow_unauthenticated: true }`).problems.join(),
    ).toContain(rule);
  expect(check("d: { type: files, root: /etc }").problems).toEqual([]);
  expect(check("d: { type: files, root: /etc/x, access: write, allow_unauthenticated: true }").problems).toEqual([]);
});

describe("names that an entry makes of its own", () => {
  test("are nobody else's", () => {
    expect(check("d: { type: files, root: /x }, d_read: { type: time }").problems).toEqual([
      'agents.yaml:2:64: agents.a.tools.d_read: Found "d_read", which is a tool of the entry "d"; accepted another name',
    ]);
  });

  test("are short enough for a model's API", () => {
    expect(check(`${"d".repeat(58)}: { type: files, root: /x }`).problems.join()).toContain("accepted a shorter one");
    expect(check(`${"d".repeat(57)}: { type: files, root: /x }`).problems).toEqual([]);
  });
});

test("a root to read that is the whole machine, or that holds the manifest, is a warning", () => {
  expect(check("d: { type: files, root: / }").warnings.join()).toContain("d.root: Found the whole machine");
  expect(check("d: { type: files, root: /etc }").warnings.join()).toContain("Found the folder of this manifest");
  expect(check("d: { type: files, root: manuals }").warnings).toEqual([]);
});
