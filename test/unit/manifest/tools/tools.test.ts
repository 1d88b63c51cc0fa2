import { describe, expect, test } from "bun:test";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";

const check = (tools: string) => checkedManifest(agentWithTools(tools));

describe("tools of an agent", () => {
  test("are built in the manifest's order and shown resolved", () => {
    const { manifest, problems } = check("clock: { type: time }, tokyo: { type: time, timezone: Asia/Tokyo }");
    expect(problems).toEqual([]);
    expect(manifest?.agents.get("a")?.tools).toEqual([
      { type: "time", name: "clock" },
      { type: "time", name: "tokyo", timezone: "Asia/Tokyo" },
    ]);
    expect(manifest && resolvedPlain(manifest)).toMatchObject({
      agents: { a: { tools: { clock: { type: "time" }, tokyo: { type: "time", timezone: "Asia/Tokyo" } } } },
    });
  });

  test("of an unknown type are told which types there are", () => {
    const [problem, ...more] = check("clock: { type: tyme }").problems;
    expect(problem).toStartWith(
      'agents.yaml:2:49: agents.a.tools.clock.type: Found "tyme", did you mean "time"; accepted one of',
    );
    expect(more).toEqual([]);
  });

  test("without a type are a problem, and so is a key that the type does not have", () => {
    expect(check("clock: {}").problems.join()).toContain("agents.a.tools.clock.type: The key is missing");
    expect(check("clock: { type: time, timezon: UTC }").problems.join()).toContain(
      'Found the unknown key "timezon", did you mean "timezone"; accepted are timezone, type',
    );
  });

  test("are a map by name, each name of the usual form", () => {
    expect(check('"The Clock": { type: time }').problems.join()).toContain("a name of 1 to 63 characters");
    expect(checkedManifest("agents:\n  a: { model: ollama/m, tools: [time] }\n").problems.join()).toContain(
      "a map of tools by name",
    );
  });
});
