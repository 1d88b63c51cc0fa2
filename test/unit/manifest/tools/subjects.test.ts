import { expect, test } from "bun:test";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";

const check = (tools: string) => checkedManifest(agentWithTools(tools));

test("publish and request have their defaults, and are shown resolved", () => {
  const { manifest, problems } = check(
    'say: { type: publish, allow: ["plant.*"] }, get: { type: request, ask: [plant.x], timeout: 2s }',
  );
  expect(problems).toEqual([]);
  expect(manifest && resolvedPlain(manifest)).toMatchObject({
    agents: {
      a: {
        approval_timeout: "2m",
        tools: {
          say: { type: "publish", allow: ["plant.*"], ask: [], max_payload: "64KB" },
          get: { type: "request", allow: [], ask: ["plant.x"], timeout: "2s", max_payload: "64KB", max_output: "16KB" },
        },
      },
    },
  });
});

test("subjects that nobody may publish to are problems, each with what is accepted", () => {
  const { problems } = check(
    'say: { type: publish, allow: [">", $SYS.x, agents.prompt.a.b.c, "plant.*"], ask: ["a b"] }',
  );
  expect(problems.map((problem) => problem.replace(/^.*allow\[|^.*ask\[/, ""))).toEqual([
    '0]: Found ">", accepted a subject whose first token is written out',
    '1]: Found "$SYS.x", accepted a subject that does not begin with $, _, agents or muster',
    '2]: Found "agents.prompt.a.b.c", accepted a subject that does not begin with $, _, agents or muster',
    '0]: Found "a b", accepted a subject by tokens, such as plant.line3.* or plant.>',
  ]);
});

test("a tool that may use no subject at all is a problem", () => {
  const { problems } = check("say: { type: publish }, get: { type: request, allow: [] }");
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain("agents.a.tools.say: Found neither allow nor ask");
  expect(problems[1]).toContain("agents.a.tools.get: Found neither allow nor ask");
});
