import { expect, test } from "bun:test";
import { namedSubjects, noNamedSubjects } from "../../../../src/bus/identity/named-subjects.ts";
import { checkedManifest } from "../../../support/checked-manifest.ts";

function namedBy(text: string) {
  const { manifest, problems } = checkedManifest(text);
  expect(problems).toEqual([]);
  return namedSubjects(manifest?.agents.values() ?? []);
}

test("tools' subjects are published, with those that are asked for; triggers' are heard, and answers' are published; each once", () => {
  const named = namedBy(`
agents:
  a:
    model: ollama/m
    tools:
      clock: { type: time }
      tell: { type: publish, allow: [plant.log, "plant.display.*"], ask: [plant.restart] }
      plc: { type: request, allow: ["plant.plc.>"], ask: [plant.restart] }
  b:
    model: ollama/m
    triggers:
      alarm: { subject: plant.alarm.*, deliver: { nats: plant.log } }
      hour: { every: 1h, prompt: What now?, deliver: { nats: plant.summary } }
`);
  expect(named).toEqual({
    publish: ["plant.display.*", "plant.log", "plant.plc.>", "plant.restart", "plant.summary"],
    subscribe: ["plant.alarm.*"],
  });
});

test("agents that name none need none", () => {
  expect(namedBy("agents: { a: { model: ollama/m, triggers: { t: { every: 1h, prompt: Well? } } } }")).toEqual(
    noNamedSubjects,
  );
});

test("a subject that no configuration can hold is left out", () => {
  const tool = {
    type: "publish",
    name: "tell",
    allow: ["plant.\ud800", "plant.a"],
    ask: [],
    maxPayloadBytes: 1,
  } as const;
  expect(namedSubjects([{ tools: [tool], triggers: [] }]).publish).toEqual(["plant.a"]);
});
